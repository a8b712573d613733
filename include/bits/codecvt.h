/* Part of libstdc++: templates of wchar_t are not taken from the library. See larboard/cxx/glibcxx_locale.h. */
#pragma GCC system_header
#include <bits/c++config.h>
#pragma push_macro("_GLIBCXX_EXTERN_TEMPLATE")
#undef _GLIBCXX_EXTERN_TEMPLATE
#define _GLIBCXX_EXTERN_TEMPLATE 0
#include_next <bits/codecvt.h>
#pragma pop_macro("_GLIBCXX_EXTERN_TEMPLATE")
#include <larboard/cxx/glibcxx_codecvt.h>
