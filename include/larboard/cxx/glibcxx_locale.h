/* libstdc++ with a wchar_t of 16 bits: what its library has compiled for wchar_t is for 32 bits, so it must not be used.

   Templates are instantiated in the program. What is no template - the members of facets that are specialised for wchar_t - is
   defined in these headers, inline. The facets that the library has put into its classic locale stay there; whoever asks any
   locale for one of them, through use_facet, gets the program's instead. That keeps small programs small: a facet is made,
   and its code linked, only where a wide stream uses it. */
#ifndef LARBOARD_CXX_GLIBCXX_LOCALE_H
#define LARBOARD_CXX_GLIBCXX_LOCALE_H

#include <larboard/cxx/convert.h>

namespace std _GLIBCXX_VISIBILITY(default) {

/* A friend of std::locale, as all specialisations of __use_cache are. */
template <typename Cache> struct __use_cache;
template <typename Facet> struct __larboard_facet;
template <typename Cache, typename Facet> struct __larboard_cache;

/* The locale into which the library has put its facets. */
struct __larboard_classic {};
template <> struct __use_cache<__larboard_classic> {
    static const locale::_Impl *get() {
        static const locale::_Impl *const classic = locale::classic()._M_impl;
        return classic;
    }
    static const locale::facet *facet(size_t index) { return get()->_M_facets[index]; }
    static const locale::facet *cache(size_t index) { return get()->_M_caches[index]; }
};

template <typename Facet> struct __use_cache<__larboard_facet<Facet>> {
    static const Facet &ours() {
        static const Facet *const facet = new Facet(1);
        return *facet;
    }

    static const Facet *find(const locale &where) {
        const size_t index = Facet::id._M_id();
        if (index >= where._M_impl->_M_facets_size) return nullptr;
        const locale::facet *const facet = where._M_impl->_M_facets[index];
        if (facet == __use_cache<__larboard_classic>::facet(index)) return &ours();
        return static_cast<const Facet *>(facet);
    }

    static const Facet &get(const locale &where) {
        const Facet *const facet = find(where);
        if (!facet) __throw_bad_cast();
        return *facet;
    }
};

/* What a facet's values look like when they are looked up often. The library's caches are in its classic locale only: a
   locale that is made from it with another facet has none at first. */
template <typename Cache, typename Facet> struct __use_cache<__larboard_cache<Cache, Facet>> {
    static Cache *make(const locale &where) {
        Cache *const cache = new Cache(1);
        cache->_M_cache(where);
        return cache;
    }

    static const Cache *get(const locale &where) {
        const size_t index = Facet::id._M_id();
        const locale::facet **const caches = where._M_impl->_M_caches;
        if (caches[index] && caches[index] != __use_cache<__larboard_classic>::cache(index)) return static_cast<const Cache *>(caches[index]);
        if (where._M_impl->_M_facets[index] == __use_cache<__larboard_classic>::facet(index)) {
            static const Cache *const classic = make(locale::classic());
            return classic;
        }
        if (!caches[index]) {
            Cache *const cache = new Cache;
            cache->_M_cache(where);
            where._M_impl->_M_install_cache(cache, index);
        }
        return static_cast<const Cache *>(caches[index]);
    }
};

#if _GLIBCXX_RELEASE >= 13
#define LARBOARD_WIDE_FACET(...)                                                                               \
    template <> __attribute__((visibility("hidden"))) inline const __VA_ARGS__ &use_facet(const locale &where) { \
        return __use_cache<__larboard_facet<__VA_ARGS__>>::get(where);                                         \
    }                                                                                                          \
    template <> __attribute__((visibility("hidden"))) inline const __VA_ARGS__ *__try_use_facet(const locale &where) noexcept { \
        return __use_cache<__larboard_facet<__VA_ARGS__>>::find(where);                                        \
    }
#else
#define LARBOARD_WIDE_FACET(...)                                                                               \
    template <> __attribute__((visibility("hidden"))) inline const __VA_ARGS__ &use_facet(const locale &where) { \
        return __use_cache<__larboard_facet<__VA_ARGS__>>::get(where);                                         \
    }
#endif

template <> inline int collate<wchar_t>::_M_compare(const wchar_t *one, const wchar_t *two) const throw() {
    while (*one && *one == *two) ++one, ++two;
    return *one == *two ? 0 : *one < *two ? -1 : 1;
}

template <> inline size_t collate<wchar_t>::_M_transform(wchar_t *to, const wchar_t *from, size_t room) const throw() {
    const size_t length = char_traits<wchar_t>::length(from);
    if (room) {
        const size_t count = length < room ? length : room - 1;
        char_traits<wchar_t>::copy(to, from, count);
        to[count] = 0;
    }
    return length;
}

LARBOARD_WIDE_FACET(collate<wchar_t>)
}

#endif
