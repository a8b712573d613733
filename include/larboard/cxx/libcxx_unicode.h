/* codecvt_utf8, codecvt_utf8_utf16 and codecvt_utf16 of a 16-bit wchar_t: see glibcxx_unicode.h. */
#ifndef LARBOARD_CXX_LIBCXX_UNICODE_H
#define LARBOARD_CXX_LIBCXX_UNICODE_H

_LIBCPP_BEGIN_NAMESPACE_STD

#include <larboard/cxx/unicode_members.h>

LARBOARD_UTF8_FACET(__codecvt_utf8<wchar_t>, __mode_)
LARBOARD_UTF8_FACET(__codecvt_utf8_utf16<wchar_t>, __mode_)
#define LARBOARD_COMMA ,
LARBOARD_UTF16_FACET(__codecvt_utf16<wchar_t LARBOARD_COMMA false>, __mode_, false)
LARBOARD_UTF16_FACET(__codecvt_utf16<wchar_t LARBOARD_COMMA true>, __mode_, true)
#undef LARBOARD_COMMA
#undef LARBOARD_UTF8_FACET
#undef LARBOARD_UTF16_FACET

_LIBCPP_END_NAMESPACE_STD

#endif
