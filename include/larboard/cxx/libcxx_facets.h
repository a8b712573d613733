/* libc++ with a wchar_t of 16 bits: what its library has compiled for wchar_t is for 32 bits, so it must not be used. See
   glibcxx_locale.h, which does the same for libstdc++. libc++ keeps no caches. */
#ifndef LARBOARD_CXX_LIBCXX_FACETS_H
#define LARBOARD_CXX_LIBCXX_FACETS_H

#include <larboard/cxx/convert.h>

_LIBCPP_BEGIN_NAMESPACE_STD

#include <larboard/cxx/codecvt_members.h>
#include <larboard/cxx/ctype_members.h>

inline ctype<wchar_t>::~ctype() {}
inline codecvt<wchar_t, char, mbstate_t>::codecvt(size_t refs) : locale::facet(refs), __l_(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::codecvt(const char *, size_t refs) : locale::facet(refs), __l_(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::~codecvt() {}

inline numpunct<wchar_t>::numpunct(size_t refs) : locale::facet(refs), __decimal_point_(L'.'), __thousands_sep_(L',') {}
inline numpunct<wchar_t>::~numpunct() {}
inline wchar_t numpunct<wchar_t>::do_decimal_point() const { return __decimal_point_; }
inline wchar_t numpunct<wchar_t>::do_thousands_sep() const { return __thousands_sep_; }
inline string numpunct<wchar_t>::do_grouping() const { return __grouping_; }
inline wstring numpunct<wchar_t>::do_truename() const { return L"true"; }
inline wstring numpunct<wchar_t>::do_falsename() const { return L"false"; }

template <class Facet> struct __larboard_facet {
    static const Facet &ours() {
        struct standing : Facet {
            standing() : Facet(1) {}
        };
        static const Facet &facet = *new standing;
        return facet;
    }
};

/* Whoever asks a locale for a facet that the library has put into its classic locale gets the program's. */
#define LARBOARD_WIDE_FACET(...)                                                     \
    template <> inline const __VA_ARGS__ &use_facet(const locale &where) {           \
        const locale::facet *const facet = where.use_facet(__VA_ARGS__::id);         \
        if (facet == locale::classic().use_facet(__VA_ARGS__::id)) return __larboard_facet<__VA_ARGS__>::ours(); \
        return static_cast<const __VA_ARGS__ &>(*facet);                             \
    }

/* The order of code units. */
template <> struct __larboard_facet<collate<wchar_t>> {
    struct standing : collate<wchar_t> {
        standing() : collate<wchar_t>(1) {}

    protected:
        int do_compare(const wchar_t *one, const wchar_t *one_end, const wchar_t *two, const wchar_t *two_end) const override {
            for (; two != two_end; ++one, ++two) {
                if (one == one_end || *one < *two) return -1;
                if (*two < *one) return 1;
            }
            return one != one_end;
        }
        wstring do_transform(const wchar_t *from, const wchar_t *end) const override { return wstring(from, end); }
        long do_hash(const wchar_t *from, const wchar_t *end) const override {
            unsigned long hash = 0;
            for (; from != end; ++from) hash = hash * 31 + *from;
            return static_cast<long>(hash);
        }
    };
    static const collate<wchar_t> &ours() {
        static const collate<wchar_t> &facet = *new standing;
        return facet;
    }
};

LARBOARD_WIDE_FACET(collate<wchar_t>)
LARBOARD_WIDE_FACET(ctype<wchar_t>)
LARBOARD_WIDE_FACET(numpunct<wchar_t>)
template <> inline const codecvt<wchar_t, char, mbstate_t> &use_facet(const locale &where) {
    const locale::facet *const facet = where.use_facet(codecvt<wchar_t, char, mbstate_t>::id);
    if (facet == locale::classic().use_facet(codecvt<wchar_t, char, mbstate_t>::id)) return __larboard_facet<codecvt<wchar_t, char, mbstate_t>>::ours();
    return static_cast<const codecvt<wchar_t, char, mbstate_t> &>(*facet);
}

#include <larboard/cxx/locale_members.h>

inline locale::locale(const char *name) : locale(__larboard_locale(locale::classic(), name)) {}
inline locale::locale(const string &name) : locale(name.c_str()) {}
inline locale::locale(const locale &base, const char *name, category which)
    : locale(which & locale::numeric ? __larboard_locale(base, name) : base) {}
inline locale::locale(const locale &base, const string &name, category which) : locale(base, name.c_str(), which) {}

_LIBCPP_END_NAMESPACE_STD

#endif
