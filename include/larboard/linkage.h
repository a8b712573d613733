/* How the headers declare what liblarboard has. */
#ifndef LARBOARD_LINKAGE_H
#define LARBOARD_LINKAGE_H

#if !defined(__clang__) || __SIZEOF_WCHAR_T__ != 2
#error "compile with clang and the flags that `larboard env` prints: WCHAR has 16 bits here"
#endif

/* NAME with the line's number: for declarations that may stand often in one scope. */
#define LARBOARD_JOIN2(a, b) a##b
#define LARBOARD_JOIN(a, b) LARBOARD_JOIN2(a, b)
#define LARBOARD_UNIQUE(name) LARBOARD_JOIN(name, __LINE__)

#ifdef __cplusplus
#define LARBOARD_BEGIN extern "C" {
#define LARBOARD_END }
#else
#define LARBOARD_BEGIN
#define LARBOARD_END
#endif

/* Another function of this name is in the C library of Linux: ours has the symbol larboard_NAME.
   Usage: int send(SOCKET s, const char *buf, int len, int flags) LARBOARD_SYMBOL(send); */
#define LARBOARD_SYMBOL(name) __asm__("larboard_" #name)

/* Microsoft's C++ lets the same function take `long` where this platform's LONG is an `int`; so do overloads here. */
#define LARBOARD_OVERLOAD static inline __attribute__((overloadable, always_inline, unused))

#endif
