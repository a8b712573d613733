/* Wide text on streams and in buffers: part of wchar.h and stdio.h. */
#ifndef LARBOARD_CORECRT_WSTDIO_H
#define LARBOARD_CORECRT_WSTDIO_H

#include <corecrt.h>
#include <stdarg.h>
#include <stdio.h>

LARBOARD_BEGIN

wint_t fgetwc(FILE *file) LARBOARD_SYMBOL(fgetwc);
wint_t getwc(FILE *file) __asm__("larboard_fgetwc");
wint_t getwchar(void) LARBOARD_SYMBOL(getwchar);
wint_t fputwc(wchar_t c, FILE *file) LARBOARD_SYMBOL(fputwc);
wint_t putwc(wchar_t c, FILE *file) __asm__("larboard_fputwc");
wint_t putwchar(wchar_t c) LARBOARD_SYMBOL(putwchar);
wint_t _fgetwchar(void) __asm__("larboard_getwchar");
wint_t _fputwchar(wchar_t c) __asm__("larboard_putwchar");
wint_t ungetwc(wint_t c, FILE *file) LARBOARD_SYMBOL(ungetwc);
wchar_t *fgetws(wchar_t *__restrict buffer, int n, FILE *__restrict file) LARBOARD_SYMBOL(fgetws);
int fputws(const wchar_t *__restrict s, FILE *__restrict file) LARBOARD_SYMBOL(fputws);
int _putws(const wchar_t *s);
wchar_t *_getws(wchar_t *buffer);
int fwide(FILE *file, int mode) LARBOARD_SYMBOL(fwide);

int vfwprintf(FILE *__restrict file, const wchar_t *__restrict format, va_list list) LARBOARD_SYMBOL(vfwprintf);
int vwprintf(const wchar_t *__restrict format, va_list list) LARBOARD_SYMBOL(vwprintf);
int vswprintf(wchar_t *__restrict buffer, size_t n, const wchar_t *__restrict format, va_list list) LARBOARD_SYMBOL(vswprintf);
int _vswprintf(wchar_t *buffer, const wchar_t *format, va_list list);
int _vsnwprintf(wchar_t *buffer, size_t n, const wchar_t *format, va_list list);
int _vscwprintf(const wchar_t *format, va_list list);
int vswprintf_s(wchar_t *buffer, size_t n, const wchar_t *format, va_list list);
int _vsnwprintf_s(wchar_t *buffer, size_t n, size_t count, const wchar_t *format, va_list list);
int vfwprintf_s(FILE *file, const wchar_t *format, va_list list) __asm__("larboard_vfwprintf");
int vwprintf_s(const wchar_t *format, va_list list) __asm__("larboard_vwprintf");

static inline int fwprintf(FILE *__restrict file, const wchar_t *__restrict format, ...) { LARBOARD_FORWARD(format, vfwprintf(file, format, list)); }
static inline int wprintf(const wchar_t *__restrict format, ...) { LARBOARD_FORWARD(format, vwprintf(format, list)); }
static inline int fwprintf_s(FILE *file, const wchar_t *format, ...) { LARBOARD_FORWARD(format, vfwprintf(file, format, list)); }
static inline int wprintf_s(const wchar_t *format, ...) { LARBOARD_FORWARD(format, vwprintf(format, list)); }
static inline int swprintf_s(wchar_t *buffer, size_t n, const wchar_t *format, ...) { LARBOARD_FORWARD(format, vswprintf_s(buffer, n, format, list)); }
static inline int _snwprintf(wchar_t *buffer, size_t n, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vsnwprintf(buffer, n, format, list)); }
static inline int _snwprintf_s(wchar_t *buffer, size_t n, size_t count, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vsnwprintf_s(buffer, n, count, format, list)); }
static inline int _scwprintf(const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vscwprintf(format, list)); }
static inline int _swprintf(wchar_t *buffer, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vswprintf(buffer, format, list)); }

#ifdef __cplusplus
static inline int swprintf(wchar_t *__restrict buffer, size_t n, const wchar_t *__restrict format, ...) { LARBOARD_FORWARD(format, vswprintf(buffer, n, format, list)); }
extern "C++" {
/* The form of old, without a size. */
static inline int swprintf(wchar_t *buffer, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vswprintf(buffer, format, list)); }
static inline int vswprintf(wchar_t *buffer, const wchar_t *format, va_list list) { return _vswprintf(buffer, format, list); }
template <size_t N> inline int swprintf_s(wchar_t (&buffer)[N], const wchar_t *format, ...) { LARBOARD_FORWARD(format, vswprintf_s(buffer, N, format, list)); }
template <size_t N> inline int vswprintf_s(wchar_t (&buffer)[N], const wchar_t *format, va_list list) { return vswprintf_s(buffer, N, format, list); }
template <size_t N> inline int _snwprintf_s(wchar_t (&buffer)[N], size_t count, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vsnwprintf_s(buffer, N, count, format, list)); }
template <size_t N> inline int _vsnwprintf_s(wchar_t (&buffer)[N], size_t count, const wchar_t *format, va_list list) { return _vsnwprintf_s(buffer, N, count, format, list); }
}
#else
LARBOARD_OVERLOAD_VARIADIC int swprintf(wchar_t *buffer, size_t n, const wchar_t *format, ...) { LARBOARD_FORWARD(format, vswprintf(buffer, n, format, list)); }
LARBOARD_OVERLOAD_VARIADIC int swprintf(wchar_t *buffer, const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vswprintf(buffer, format, list)); }
#endif

LARBOARD_END

#endif
