/* What Microsoft's stdlib.h has besides libc's. */
#ifndef LARBOARD_STDLIB_MORE_H
#define LARBOARD_STDLIB_MORE_H

#include <corecrt.h>
#include <malloc.h>

#ifndef _MAX_PATH
#define _MAX_PATH 260
#endif
#define _MAX_DRIVE 3
#define _MAX_DIR 256
#define _MAX_FNAME 256
#define _MAX_EXT 256
#define _MAX_ENV 32767
#define _CVTBUFSIZE 349
#define _OUT_TO_DEFAULT 0
#define _OUT_TO_STDERR 1
#define _OUT_TO_MSGBOX 2
#define _REPORT_ERRMODE 3
#define _WRITE_ABORT_MSG 0x1
#define _CALL_REPORTFAULT 0x2
#define _MAX_ITOSTR_BASE16_COUNT 9
#define _MAX_ITOSTR_BASE10_COUNT 12
#define _MAX_ITOSTR_BASE8_COUNT 12
#define _MAX_ITOSTR_BASE2_COUNT 33
#define _MAX_LTOSTR_BASE10_COUNT 12
#define _MAX_ULTOSTR_BASE10_COUNT 11
#define _MAX_I64TOSTR_BASE10_COUNT 21
#define _MAX_I64TOSTR_BASE16_COUNT 17
#define _MAX_U64TOSTR_BASE10_COUNT 21
#define _MAX_U64TOSTR_BASE16_COUNT 17
#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))

LARBOARD_BEGIN

typedef void (*_invalid_parameter_handler)(const wchar_t *, const wchar_t *, const wchar_t *, unsigned int, uintptr_t);
_invalid_parameter_handler _set_invalid_parameter_handler(_invalid_parameter_handler handler);
_invalid_parameter_handler _get_invalid_parameter_handler(void);
_invalid_parameter_handler _set_thread_local_invalid_parameter_handler(_invalid_parameter_handler handler);
_invalid_parameter_handler _get_thread_local_invalid_parameter_handler(void);
typedef void (*_purecall_handler)(void);
_purecall_handler _set_purecall_handler(_purecall_handler handler);
_purecall_handler _get_purecall_handler(void);
unsigned int _set_abort_behavior(unsigned int flags, unsigned int mask);
int _set_error_mode(int mode);
errno_t _set_errno(int code);
errno_t _get_errno(int *code);
typedef int (*_onexit_t)(void);
#define onexit_t _onexit_t
_onexit_t _onexit(_onexit_t function);

char *_itoa(int value, char *to, int base);
wchar_t *_itow(int value, wchar_t *to, int base);
char *itoa(int value, char *to, int base) __asm__("_itoa");
char *_ltoa(int value, char *to, int base) __asm__("_itoa");
wchar_t *_ltow(int value, wchar_t *to, int base) __asm__("_itow");
char *ltoa(int value, char *to, int base) __asm__("_itoa");
char *_ultoa(unsigned int value, char *to, int base);
wchar_t *_ultow(unsigned int value, wchar_t *to, int base);
char *ultoa(unsigned int value, char *to, int base) __asm__("_ultoa");
char *_i64toa(long long value, char *to, int base);
wchar_t *_i64tow(long long value, wchar_t *to, int base);
char *_ui64toa(unsigned long long value, char *to, int base);
wchar_t *_ui64tow(unsigned long long value, wchar_t *to, int base);
errno_t _itoa_s(int value, char *to, size_t size, int base);
errno_t _itow_s(int value, wchar_t *to, size_t size, int base);
errno_t _ltoa_s(int value, char *to, size_t size, int base) __asm__("_itoa_s");
errno_t _ltow_s(int value, wchar_t *to, size_t size, int base) __asm__("_itow_s");
errno_t _ultoa_s(unsigned int value, char *to, size_t size, int base);
errno_t _ultow_s(unsigned int value, wchar_t *to, size_t size, int base);
errno_t _i64toa_s(long long value, char *to, size_t size, int base);
errno_t _i64tow_s(long long value, wchar_t *to, size_t size, int base);
errno_t _ui64toa_s(unsigned long long value, char *to, size_t size, int base);
errno_t _ui64tow_s(unsigned long long value, wchar_t *to, size_t size, int base);
long long _atoi64(const char *s);
long long _strtoi64(const char *s, char **end, int base) __asm__("strtoll");
unsigned long long _strtoui64(const char *s, char **end, int base) __asm__("strtoull");
char *_gcvt(double value, int digits, char *to);
errno_t _gcvt_s(char *to, size_t size, double value, int digits);

errno_t mbstowcs_s(size_t *converted, wchar_t *to, size_t size, const char *s, size_t n);
errno_t wcstombs_s(size_t *converted, char *to, size_t size, const wchar_t *s, size_t n);
errno_t wctomb_s(int *length, char *to, rsize_t size, wchar_t c);

errno_t rand_s(unsigned int *to);
void qsort_s(void *base, rsize_t n, rsize_t size, int (*compare)(void *, const void *, const void *), void *context);
void *bsearch_s(const void *key, const void *base, rsize_t n, rsize_t size, int (*compare)(void *, const void *, const void *), void *context);
int system(const char *command) LARBOARD_SYMBOL(system);
int _wsystem(const wchar_t *command);

wchar_t *_wgetenv(const wchar_t *name);
errno_t getenv_s(size_t *needed, char *to, rsize_t size, const char *name);
errno_t _wgetenv_s(size_t *needed, wchar_t *to, size_t size, const wchar_t *name);
errno_t _dupenv_s(char **to, size_t *size, const char *name);
errno_t _wdupenv_s(wchar_t **to, size_t *size, const wchar_t *name);
int _putenv(const char *text);
int _wputenv(const wchar_t *text);
errno_t _putenv_s(const char *name, const char *value);
errno_t _wputenv_s(const wchar_t *name, const wchar_t *value);
extern char **larboard_environ __asm__("environ");
#define _environ larboard_environ

void _splitpath(const char *path, char *drive, char *folder, char *name, char *ending);
void _wsplitpath(const wchar_t *path, wchar_t *drive, wchar_t *folder, wchar_t *name, wchar_t *ending);
errno_t _splitpath_s(const char *path, char *drive, size_t drive_size, char *folder, size_t folder_size, char *name, size_t name_size, char *ending, size_t ending_size);
errno_t _wsplitpath_s(const wchar_t *path, wchar_t *drive, size_t drive_size, wchar_t *folder, size_t folder_size, wchar_t *name, size_t name_size, wchar_t *ending, size_t ending_size);
void _makepath(char *to, const char *drive, const char *folder, const char *name, const char *ending);
void _wmakepath(wchar_t *to, const wchar_t *drive, const wchar_t *folder, const wchar_t *name, const wchar_t *ending);
errno_t _makepath_s(char *to, size_t size, const char *drive, const char *folder, const char *name, const char *ending);
errno_t _wmakepath_s(wchar_t *to, size_t size, const wchar_t *drive, const wchar_t *folder, const wchar_t *name, const wchar_t *ending);
char *_fullpath(char *to, const char *path, size_t size);
wchar_t *_wfullpath(wchar_t *to, const wchar_t *path, size_t size);
void _wperror(const wchar_t *prefix);

void _sleep(unsigned int milliseconds) __asm__("larboard_crt_sleep");
void _beep(unsigned int frequency, unsigned int milliseconds) __asm__("larboard_crt_beep");

/* The compiler knows how to turn round; its own headers have macros of these names. */
#pragma push_macro("_rotl")
#undef _rotl
#pragma push_macro("_rotr")
#undef _rotr
#pragma push_macro("_rotl64")
#undef _rotl64
#pragma push_macro("_rotr64")
#undef _rotr64
unsigned int _rotl(unsigned int value, int shift);
unsigned int _rotr(unsigned int value, int shift);
__UINT64_TYPE__ _rotl64(__UINT64_TYPE__ value, int shift);
__UINT64_TYPE__ _rotr64(__UINT64_TYPE__ value, int shift);
#pragma pop_macro("_rotl")
#pragma pop_macro("_rotr")
#pragma pop_macro("_rotl64")
#pragma pop_macro("_rotr64")
static inline unsigned short _byteswap_ushort(unsigned short value) { return __builtin_bswap16(value); }
static inline unsigned int _byteswap_ulong(unsigned int value) { return __builtin_bswap32(value); }
static inline unsigned long long _byteswap_uint64(unsigned long long value) { return __builtin_bswap64(value); }
static inline long long _abs64(long long value) { return value < 0 ? -value : value; }

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t _itoa_s(int value, char (&to)[N], int base) { return _itoa_s(value, to, N, base); }
template <size_t N> inline errno_t _itow_s(int value, wchar_t (&to)[N], int base) { return _itow_s(value, to, N, base); }
template <size_t N> inline errno_t _ltoa_s(int value, char (&to)[N], int base) { return _itoa_s(value, to, N, base); }
template <size_t N> inline errno_t _ltow_s(int value, wchar_t (&to)[N], int base) { return _itow_s(value, to, N, base); }
template <size_t N> inline errno_t _ultoa_s(unsigned int value, char (&to)[N], int base) { return _ultoa_s(value, to, N, base); }
template <size_t N> inline errno_t _ultow_s(unsigned int value, wchar_t (&to)[N], int base) { return _ultow_s(value, to, N, base); }
template <size_t N> inline errno_t _i64toa_s(long long value, char (&to)[N], int base) { return _i64toa_s(value, to, N, base); }
template <size_t N> inline errno_t _i64tow_s(long long value, wchar_t (&to)[N], int base) { return _i64tow_s(value, to, N, base); }
template <size_t N> inline errno_t _ui64toa_s(unsigned long long value, char (&to)[N], int base) { return _ui64toa_s(value, to, N, base); }
template <size_t N> inline errno_t _ui64tow_s(unsigned long long value, wchar_t (&to)[N], int base) { return _ui64tow_s(value, to, N, base); }
template <size_t N> inline errno_t mbstowcs_s(size_t *converted, wchar_t (&to)[N], const char *s, size_t n) { return mbstowcs_s(converted, to, N, s, n); }
template <size_t N> inline errno_t wcstombs_s(size_t *converted, char (&to)[N], const wchar_t *s, size_t n) { return wcstombs_s(converted, to, N, s, n); }
template <size_t N> inline errno_t getenv_s(size_t *needed, char (&to)[N], const char *name) { return getenv_s(needed, to, N, name); }
template <size_t N> inline errno_t _wgetenv_s(size_t *needed, wchar_t (&to)[N], const wchar_t *name) { return _wgetenv_s(needed, to, N, name); }
template <size_t N> inline errno_t _makepath_s(char (&to)[N], const char *drive, const char *folder, const char *name, const char *ending) { return _makepath_s(to, N, drive, folder, name, ending); }
template <size_t N> inline errno_t _wmakepath_s(wchar_t (&to)[N], const wchar_t *drive, const wchar_t *folder, const wchar_t *name, const wchar_t *ending) { return _wmakepath_s(to, N, drive, folder, name, ending); }
template <size_t A, size_t B, size_t C, size_t D> inline errno_t _splitpath_s(const char *path, char (&drive)[A], char (&folder)[B], char (&name)[C], char (&ending)[D]) { return _splitpath_s(path, drive, A, folder, B, name, C, ending, D); }
template <size_t A, size_t B, size_t C, size_t D> inline errno_t _wsplitpath_s(const wchar_t *path, wchar_t (&drive)[A], wchar_t (&folder)[B], wchar_t (&name)[C], wchar_t (&ending)[D]) { return _wsplitpath_s(path, drive, A, folder, B, name, C, ending, D); }
}
#endif

LARBOARD_END

#endif
