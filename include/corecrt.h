/* What all headers of the C runtime share. */
#ifndef _INC_CORECRT
#define _INC_CORECRT

#include <larboard/linkage.h>
#include <sal.h>
#include <vcruntime.h>
#include <stddef.h>
#include <stdint.h>

typedef size_t rsize_t;
typedef int errno_t;
/* The same type as time_t: programs mix the two. */
typedef __INT64_TYPE__ __time64_t;
typedef int __time32_t;

#ifndef __wint_t_defined
#define __wint_t_defined 1
#define _WINT_T 1
typedef unsigned short wint_t;
#endif
/* As wide as libc's: the C++ library's tables are made of it. */
typedef unsigned long wctype_t;

#ifndef WEOF
#define WEOF ((wint_t)0xFFFF)
#endif
#define _TRUNCATE ((size_t)-1)
#define _CRT_SIZE_MAX ((size_t)-1)
#define _CRT_INT_MAX 2147483647
#define _RSIZE_T_DEFINED
#define _ERRCODE_DEFINED
#define _WCTYPE_T_DEFINED
#define _TIME64_T_DEFINED

typedef struct __larboard_locale *_locale_t;
#define _LOCALE_T_DEFINED

#define _ARGMAX 100
#define _CRTIMP
#define _CRTIMP2
#define _ACRTIMP
#define _DCRTIMP
#define _CRT_BEGIN_C_HEADER LARBOARD_BEGIN
#define _CRT_END_C_HEADER LARBOARD_END
#define _CRT_INSECURE_DEPRECATE(replacement)
#define _CRT_NONSTDC_DEPRECATE(replacement)
#define _CRT_OBSOLETE(replacement)
#define _CRT_STRINGIZE_(x) #x
#define _CRT_STRINGIZE(x) _CRT_STRINGIZE_(x)
#define _CRT_WIDE_(s) L##s
#define _CRT_WIDE(s) _CRT_WIDE_(s)
#define _CRT_CONCATENATE_(a, b) a##b
#define _CRT_CONCATENATE(a, b) _CRT_CONCATENATE_(a, b)
#define _CRT_UNUSED(x) (void)(x)
#define _CRT_ALIGN(x) __attribute__((aligned(x)))
#define _CRT_BUILD_DESKTOP_APP 1
#define __STDC_SECURE_LIB__ 200411L
#define __GOT_SECURE_LIB__ __STDC_SECURE_LIB__

LARBOARD_BEGIN
void _invalid_parameter_noinfo(void);
LARBOARD_END

/* A function with a C++ form for arrays: NAME(array, ...) takes the size from the array. */
#ifdef __cplusplus
#define LARBOARD_CXX_BEGIN extern "C++" {
#define LARBOARD_CXX_END }
#endif

#endif
