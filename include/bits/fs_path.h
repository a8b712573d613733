/* Part of libstdc++, which is Linux' here: a path's native characters are char. */
#pragma GCC system_header
#pragma push_macro("_WIN32")
#undef _WIN32
#include_next <bits/fs_path.h>
#pragma pop_macro("_WIN32")
