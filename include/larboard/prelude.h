/* Comes before everything else in every source: what Microsoft's compiler knows without a header. */
#ifndef LARBOARD_PRELUDE_H
#define LARBOARD_PRELUDE_H

#define _WIN32 1
#define _WIN64 1
#ifdef __x86_64__
#define _M_X64 100
#define _M_AMD64 100
#endif
#ifdef __aarch64__
#define _M_ARM64 1
#endif
#define _INTEGRAL_MAX_BITS 64

/* libc's checks of buffers would take the functions of 32-bit wchar_t. */
#undef _FORTIFY_SOURCE

#define LARBOARD_WIDE_OF(text) L##text
#define LARBOARD_WIDE(text) LARBOARD_WIDE_OF(text)
#define __FILEW__ LARBOARD_WIDE(__FILE__)

/* Of libc's <sys/types.h>: u_char, u_short, u_int and u_long are Windows Sockets' here, whose u_long has 32 bits. */
#define __u_char_defined
/* And its socklen_t is unsigned; here it is an int, which ws2tcpip.h declares. */
#define __socklen_t_defined
/* ssize_t is no name of Windows: programs define one of their own, as an int. */
#define __ssize_t_defined

/* Clang's Microsoft mode leaves these out; libstdc++ wants them. */
#define __GCC_ATOMIC_BOOL_LOCK_FREE __CLANG_ATOMIC_BOOL_LOCK_FREE
#define __GCC_ATOMIC_CHAR_LOCK_FREE __CLANG_ATOMIC_CHAR_LOCK_FREE
#define __GCC_ATOMIC_CHAR8_T_LOCK_FREE __CLANG_ATOMIC_CHAR_LOCK_FREE
#define __GCC_ATOMIC_CHAR16_T_LOCK_FREE __CLANG_ATOMIC_CHAR16_T_LOCK_FREE
#define __GCC_ATOMIC_CHAR32_T_LOCK_FREE __CLANG_ATOMIC_CHAR32_T_LOCK_FREE
#define __GCC_ATOMIC_WCHAR_T_LOCK_FREE __CLANG_ATOMIC_WCHAR_T_LOCK_FREE
#define __GCC_ATOMIC_SHORT_LOCK_FREE __CLANG_ATOMIC_SHORT_LOCK_FREE
#define __GCC_ATOMIC_INT_LOCK_FREE __CLANG_ATOMIC_INT_LOCK_FREE
#define __GCC_ATOMIC_LONG_LOCK_FREE __CLANG_ATOMIC_LONG_LOCK_FREE
#define __GCC_ATOMIC_LLONG_LOCK_FREE __CLANG_ATOMIC_LLONG_LOCK_FREE
#define __GCC_ATOMIC_POINTER_LOCK_FREE __CLANG_ATOMIC_POINTER_LOCK_FREE
#define __GCC_ATOMIC_TEST_AND_SET_TRUEVAL 1
#define __GXX_WEAK__ 1

/* libc's <string.h> needs these in optimised C++; its <sys/cdefs.h> gives them to GNU's compiler only, which Clang does
   not claim to be in Microsoft's mode. */
#ifdef __cplusplus
#define __extern_inline extern __inline __attribute__((__gnu_inline__))
#define __extern_always_inline extern __inline __attribute__((__always_inline__, __gnu_inline__))
#endif

#endif
