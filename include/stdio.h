/* libc's, with the printf and scanf families in Microsoft's meaning and with what Microsoft has besides. */
#ifndef LARBOARD_STDIO_H
#define LARBOARD_STDIO_H
#define _INC_STDIO

/* libc's functions of these names take another name. */
#include <larboard/displace_stdio.h>
#include <larboard/posix_off.h>
#include_next <stdio.h>
#include <larboard/posix_on.h>
#include <larboard/restore_stdio.h>

#include <corecrt.h>
#include <stdarg.h>

/* The body of a function with variable arguments. */
#define LARBOARD_FORWARD(format, call) va_list list; va_start(list, format); int answer = call; va_end(list); return answer
/* As LARBOARD_OVERLOAD; what has variable arguments is not inlined. */
#define LARBOARD_OVERLOAD_VARIADIC static inline __attribute__((overloadable, unused))

#define _IOREAD 0x0001
#define _IOWRT 0x0002
#define _NFILE 512
#define _SYS_OPEN 20
#define _PRINTF_CHECK
#ifndef _MAX_PATH
#define _MAX_PATH 260
#endif

LARBOARD_BEGIN

int vfprintf(FILE *__restrict file, const char *__restrict format, va_list list) LARBOARD_SYMBOL(vfprintf);
int vprintf(const char *__restrict format, va_list list) LARBOARD_SYMBOL(vprintf);
int vsprintf(char *__restrict buffer, const char *__restrict format, va_list list) LARBOARD_SYMBOL(vsprintf);
int vsnprintf(char *__restrict buffer, size_t n, const char *__restrict format, va_list list) LARBOARD_SYMBOL(vsnprintf);
int _vsnprintf(char *buffer, size_t n, const char *format, va_list list);
int _vscprintf(const char *format, va_list list);
int vsprintf_s(char *buffer, size_t n, const char *format, va_list list);
int _vsnprintf_s(char *buffer, size_t n, size_t count, const char *format, va_list list);
int vsnprintf_s(char *buffer, size_t n, size_t count, const char *format, va_list list) __asm__("_vsnprintf_s");
int vfprintf_s(FILE *file, const char *format, va_list list) __asm__("larboard_vfprintf");
int vprintf_s(const char *format, va_list list) __asm__("larboard_vprintf");

static inline int fprintf(FILE *__restrict file, const char *__restrict format, ...) { LARBOARD_FORWARD(format, vfprintf(file, format, list)); }
static inline int printf(const char *__restrict format, ...) { LARBOARD_FORWARD(format, vprintf(format, list)); }
static inline int sprintf(char *__restrict buffer, const char *__restrict format, ...) { LARBOARD_FORWARD(format, vsprintf(buffer, format, list)); }
static inline int snprintf(char *__restrict buffer, size_t n, const char *__restrict format, ...) { LARBOARD_FORWARD(format, vsnprintf(buffer, n, format, list)); }
static inline int _snprintf(char *buffer, size_t n, const char *format, ...) { LARBOARD_FORWARD(format, _vsnprintf(buffer, n, format, list)); }
static inline int _scprintf(const char *format, ...) { LARBOARD_FORWARD(format, _vscprintf(format, list)); }
static inline int fprintf_s(FILE *file, const char *format, ...) { LARBOARD_FORWARD(format, vfprintf(file, format, list)); }
static inline int printf_s(const char *format, ...) { LARBOARD_FORWARD(format, vprintf(format, list)); }
static inline int sprintf_s(char *buffer, size_t n, const char *format, ...) { LARBOARD_FORWARD(format, vsprintf_s(buffer, n, format, list)); }
static inline int _snprintf_s(char *buffer, size_t n, size_t count, const char *format, ...) { LARBOARD_FORWARD(format, _vsnprintf_s(buffer, n, count, format, list)); }
static inline int snprintf_s(char *buffer, size_t n, size_t count, const char *format, ...) { LARBOARD_FORWARD(format, _vsnprintf_s(buffer, n, count, format, list)); }

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline int sprintf_s(char (&buffer)[N], const char *format, ...) { LARBOARD_FORWARD(format, vsprintf_s(buffer, N, format, list)); }
template <size_t N> inline int vsprintf_s(char (&buffer)[N], const char *format, va_list list) { return vsprintf_s(buffer, N, format, list); }
template <size_t N> inline int _snprintf_s(char (&buffer)[N], size_t count, const char *format, ...) { LARBOARD_FORWARD(format, _vsnprintf_s(buffer, N, count, format, list)); }
template <size_t N> inline int _vsnprintf_s(char (&buffer)[N], size_t count, const char *format, va_list list) { return _vsnprintf_s(buffer, N, count, format, list); }
}
#endif

LARBOARD_END

#include <larboard/scan.h>
#include <larboard/files.h>
#include <corecrt_wstdio.h>

#endif
