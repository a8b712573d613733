/* Clang's header takes memory from libc as on Linux: what _mm_malloc gives, _mm_free takes. */
#pragma GCC system_header
#pragma push_macro("_WIN32")
#undef _WIN32
#include_next <mm_malloc.h>
#pragma pop_macro("_WIN32")
