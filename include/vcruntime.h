/* The small things that Microsoft's compiler support library brings to every header. */
#ifndef _VCRUNTIME_H
#define _VCRUNTIME_H

#include <stddef.h>
#include <stdint.h>

#define __CRTDECL
#define _VCRTIMP
#define _CRT_CONST_CORRECT_OVERLOADS
#define _UNALIGNED
#ifndef __unaligned
#define __unaligned
#endif
#define _W64
#define __FUNCTIONW__ L__FUNCTION__

#ifndef _countof
#ifdef __cplusplus
extern "C++" {
template <typename T, size_t N> char (*__larboard_countof(__unaligned T (&)[N]))[N];
}
#define _countof(array) (sizeof(*__larboard_countof(array)) + 0)
#else
#define _countof(array) (sizeof(array) / sizeof(array[0]))
#endif
#endif

#endif
