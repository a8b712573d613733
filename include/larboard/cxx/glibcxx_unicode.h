/* codecvt_utf8, codecvt_utf8_utf16 and codecvt_utf16 of a 16-bit wchar_t. Windows' codecvt_utf8 knows the characters of one unit
   only; here it converts surrogate pairs too. */
#ifndef LARBOARD_CXX_GLIBCXX_UNICODE_H
#define LARBOARD_CXX_GLIBCXX_UNICODE_H

#include <bits/codecvt.h>

namespace std _GLIBCXX_VISIBILITY(default) {

#include <larboard/cxx/unicode_members.h>

inline __codecvt_utf8_base<wchar_t>::~__codecvt_utf8_base() {}
inline __codecvt_utf16_base<wchar_t>::~__codecvt_utf16_base() {}
inline __codecvt_utf8_utf16_base<wchar_t>::~__codecvt_utf8_utf16_base() {}
LARBOARD_UTF8_FACET(__codecvt_utf8_base<wchar_t>, _M_mode)
LARBOARD_UTF8_FACET(__codecvt_utf8_utf16_base<wchar_t>, _M_mode)
LARBOARD_UTF16_FACET(__codecvt_utf16_base<wchar_t>, _M_mode, (_M_mode & little_endian) != 0)
#undef LARBOARD_UTF8_FACET
#undef LARBOARD_UTF16_FACET
}

#endif
