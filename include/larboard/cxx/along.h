/* What comes along with every container and stream of Microsoft's library, and programs rely on. */
#ifndef LARBOARD_CXX_ALONG_H
#define LARBOARD_CXX_ALONG_H

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <limits>
#include <new>
#include <type_traits>

#endif
