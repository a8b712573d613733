/* codecvt<wchar_t, char, mbstate_t>: UTF-16 inside, UTF-8 outside, in every locale. */
#ifndef LARBOARD_CXX_GLIBCXX_CODECVT_H
#define LARBOARD_CXX_GLIBCXX_CODECVT_H

#include <larboard/cxx/glibcxx_locale.h>

namespace std _GLIBCXX_VISIBILITY(default) {

#include <larboard/cxx/codecvt_members.h>

inline codecvt<wchar_t, char, mbstate_t>::codecvt(size_t refs) : __codecvt_abstract_base(refs), _M_c_locale_codecvt(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::codecvt(__c_locale, size_t refs) : __codecvt_abstract_base(refs), _M_c_locale_codecvt(nullptr) {}
inline codecvt<wchar_t, char, mbstate_t>::~codecvt() {}

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
