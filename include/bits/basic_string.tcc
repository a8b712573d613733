/* Part of libstdc++: templates of wchar_t are not taken from the library. See larboard/cxx/glibcxx_locale.h. */
#pragma GCC system_header
#pragma push_macro("_GLIBCXX_USE_WCHAR_T")
#undef _GLIBCXX_USE_WCHAR_T
#include <larboard/annotations_off.h>
#include_next <bits/basic_string.tcc>
#include <larboard/annotations_on.h>
#pragma pop_macro("_GLIBCXX_USE_WCHAR_T")
