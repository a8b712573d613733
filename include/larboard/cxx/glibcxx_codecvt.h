/* codecvt<wchar_t, char, mbstate_t>: UTF-16 inside, UTF-8 outside, in every locale. */
#ifndef LARBOARD_CXX_GLIBCXX_CODECVT_H
#define LARBOARD_CXX_GLIBCXX_CODECVT_H

#include <larboard/cxx/glibcxx_locale.h>

namespace std _GLIBCXX_VISIBILITY(default) {

/* The first word of a conversion's state; zero at the beginning. */
inline unsigned &__larboard_word(mbstate_t &state) {
    static_assert(sizeof(mbstate_t) >= sizeof(unsigned) && alignof(mbstate_t) >= alignof(unsigned), "a state has room for a word");
    return reinterpret_cast<unsigned &>(state);
}

inline codecvt<wchar_t, char, mbstate_t>::codecvt(size_t refs) : __codecvt_abstract_base(refs), _M_c_locale_codecvt(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::codecvt(__c_locale, size_t refs) : __codecvt_abstract_base(refs), _M_c_locale_codecvt(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::~codecvt() {}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_out(mbstate_t &state, const wchar_t *from, const wchar_t *from_end,
                                                                      const wchar_t *&from_next, char *to, char *to_end, char *&to_next) const {
    from_next = from;
    to_next = to;
    return static_cast<result>(larboard_utf8_out(&__larboard_word(state), &from_next, from_end, &to_next, to_end));
}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_unshift(mbstate_t &, char *to, char *, char *&to_next) const {
    to_next = to;
    return noconv;
}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_in(mbstate_t &state, const char *from, const char *from_end,
                                                                     const char *&from_next, wchar_t *to, wchar_t *to_end,
                                                                     wchar_t *&to_next) const {
    from_next = from;
    to_next = to;
    return static_cast<result>(larboard_utf8_in(&__larboard_word(state), &from_next, from_end, &to_next, to_end));
}

inline int codecvt<wchar_t, char, mbstate_t>::do_encoding() const throw() { return 0; }
inline bool codecvt<wchar_t, char, mbstate_t>::do_always_noconv() const throw() { return false; }
inline int codecvt<wchar_t, char, mbstate_t>::do_length(mbstate_t &state, const char *from, const char *end, size_t max) const {
    return larboard_utf8_length(&__larboard_word(state), from, end, max);
}
inline int codecvt<wchar_t, char, mbstate_t>::do_max_length() const throw() { return 4; }

template <> __attribute__((visibility("hidden"))) inline const codecvt<wchar_t, char, mbstate_t> &use_facet(const locale &where) {
    return __use_cache<__larboard_facet<codecvt<wchar_t, char, mbstate_t>>>::get(where);
}
#if _GLIBCXX_RELEASE >= 13
template <> __attribute__((visibility("hidden"))) inline const codecvt<wchar_t, char, mbstate_t> *__try_use_facet(const locale &where) noexcept {
    return __use_cache<__larboard_facet<codecvt<wchar_t, char, mbstate_t>>>::find(where);
}
#endif
}

#endif
