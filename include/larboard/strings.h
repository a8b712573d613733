/* Strings with sizes, without regard to case, and copies of strings: part of string.h and wchar.h. */
#ifndef LARBOARD_STRINGS_H
#define LARBOARD_STRINGS_H

#include <corecrt.h>

LARBOARD_BEGIN

char *_strdup(const char *s);
wchar_t *_wcsdup(const wchar_t *s);
int _stricmp(const char *a, const char *b);
int _wcsicmp(const wchar_t *a, const wchar_t *b);
int _strcmpi(const char *a, const char *b) __asm__("_stricmp");
int stricmp(const char *a, const char *b) __asm__("_stricmp");
int strcmpi(const char *a, const char *b) __asm__("_stricmp");
int wcsicmp(const wchar_t *a, const wchar_t *b) __asm__("_wcsicmp");
int _stricoll(const char *a, const char *b) __asm__("_stricmp");
int _wcsicoll(const wchar_t *a, const wchar_t *b) __asm__("_wcsicmp");
int wcscasecmp(const wchar_t *a, const wchar_t *b) __asm__("_wcsicmp");
int _strnicmp(const char *a, const char *b, size_t n);
int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n);
int strnicmp(const char *a, const char *b, size_t n) __asm__("_strnicmp");
int wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n) __asm__("_wcsnicmp");
int wcsncasecmp(const wchar_t *a, const wchar_t *b, size_t n) __asm__("_wcsnicmp");
int _strnicoll(const char *a, const char *b, size_t n) __asm__("_strnicmp");
int _wcsnicoll(const wchar_t *a, const wchar_t *b, size_t n) __asm__("_wcsnicmp");
int _memicmp(const void *a, const void *b, size_t n);
int memicmp(const void *a, const void *b, size_t n) __asm__("_memicmp");
void *_memccpy(void *to, const void *from, int c, size_t n) __asm__("memccpy");
char *_strlwr(char *s);
wchar_t *_wcslwr(wchar_t *s);
char *strlwr(char *s) __asm__("_strlwr");
wchar_t *wcslwr(wchar_t *s) __asm__("_wcslwr");
char *_strupr(char *s);
wchar_t *_wcsupr(wchar_t *s);
char *strupr(char *s) __asm__("_strupr");
wchar_t *wcsupr(wchar_t *s) __asm__("_wcsupr");
char *_strrev(char *s);
wchar_t *_wcsrev(wchar_t *s);
char *strrev(char *s) __asm__("_strrev");
wchar_t *wcsrev(wchar_t *s) __asm__("_wcsrev");
char *_strset(char *s, int c);
char *strset(char *s, int c) __asm__("_strset");
char *_strnset(char *s, int c, size_t n);
char *strnset(char *s, int c, size_t n) __asm__("_strnset");
errno_t _strlwr_s(char *s, size_t n);
errno_t _wcslwr_s(wchar_t *s, size_t n);
errno_t _strupr_s(char *s, size_t n);
errno_t _wcsupr_s(wchar_t *s, size_t n);
errno_t _strset_s(char *s, size_t size, int c);
errno_t _strnset_s(char *s, size_t size, int c, size_t n);
char *_strinc(const char *s);
wchar_t *_wcsinc(const wchar_t *s);
/* A wide character is an unsigned short, which C hands over as an int. */
wchar_t *larboard_wcsset(wchar_t *s, int c) __asm__("_wcsset");
wchar_t *larboard_wcsnset(wchar_t *s, int c, size_t n) __asm__("_wcsnset");
errno_t larboard_wcsset_s(wchar_t *s, size_t size, int c) __asm__("_wcsset_s");
errno_t larboard_wcsnset_s(wchar_t *s, size_t size, int c, size_t n) __asm__("_wcsnset_s");
static inline wchar_t *_wcsset(wchar_t *s, wchar_t c) { return larboard_wcsset(s, c); }
static inline wchar_t *_wcsnset(wchar_t *s, wchar_t c, size_t n) { return larboard_wcsnset(s, c, n); }
static inline errno_t _wcsset_s(wchar_t *s, size_t size, wchar_t c) { return larboard_wcsset_s(s, size, c); }
static inline errno_t _wcsnset_s(wchar_t *s, size_t size, wchar_t c, size_t n) { return larboard_wcsnset_s(s, size, c, n); }
wchar_t *wcsdup(const wchar_t *s) __asm__("_wcsdup");

errno_t strcpy_s(char *to, rsize_t size, const char *from);
errno_t wcscpy_s(wchar_t *to, rsize_t size, const wchar_t *from);
errno_t strcat_s(char *to, rsize_t size, const char *from);
errno_t wcscat_s(wchar_t *to, rsize_t size, const wchar_t *from);
errno_t strncpy_s(char *to, rsize_t size, const char *from, rsize_t n);
errno_t wcsncpy_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n);
errno_t strncat_s(char *to, rsize_t size, const char *from, rsize_t n);
errno_t wcsncat_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n);
size_t strnlen_s(const char *s, size_t n);
size_t wcsnlen_s(const wchar_t *s, size_t n);
char *strtok_s(char *s, const char *set, char **context);
errno_t memcpy_s(void *to, rsize_t size, const void *from, rsize_t n);
errno_t wmemcpy_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n);
errno_t memmove_s(void *to, rsize_t size, const void *from, rsize_t n);
errno_t wmemmove_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n);
errno_t strerror_s(char *to, size_t size, int code);
errno_t _wcserror_s(wchar_t *to, size_t size, int code);
wchar_t *_wcserror(int code);

/* With a locale: text is compared and changed in one way only. */
static inline int _stricmp_l(const char *a, const char *b, _locale_t locale) { (void)locale; return _stricmp(a, b); }
static inline int _strnicmp_l(const char *a, const char *b, size_t n, _locale_t locale) { (void)locale; return _strnicmp(a, b, n); }
static inline int _wcsicmp_l(const wchar_t *a, const wchar_t *b, _locale_t locale) { (void)locale; return _wcsicmp(a, b); }
static inline int _wcsnicmp_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t locale) { (void)locale; return _wcsnicmp(a, b, n); }

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t strcpy_s(char (&to)[N], const char *from) { return strcpy_s(to, N, from); }
template <size_t N> inline errno_t wcscpy_s(wchar_t (&to)[N], const wchar_t *from) { return wcscpy_s(to, N, from); }
template <size_t N> inline errno_t strcat_s(char (&to)[N], const char *from) { return strcat_s(to, N, from); }
template <size_t N> inline errno_t wcscat_s(wchar_t (&to)[N], const wchar_t *from) { return wcscat_s(to, N, from); }
template <size_t N> inline errno_t strncpy_s(char (&to)[N], const char *from, size_t n) { return strncpy_s(to, N, from, n); }
template <size_t N> inline errno_t wcsncpy_s(wchar_t (&to)[N], const wchar_t *from, size_t n) { return wcsncpy_s(to, N, from, n); }
template <size_t N> inline errno_t strncat_s(char (&to)[N], const char *from, size_t n) { return strncat_s(to, N, from, n); }
template <size_t N> inline errno_t wcsncat_s(wchar_t (&to)[N], const wchar_t *from, size_t n) { return wcsncat_s(to, N, from, n); }
template <size_t N> inline errno_t _strlwr_s(char (&s)[N]) { return _strlwr_s(s, N); }
template <size_t N> inline errno_t _wcslwr_s(wchar_t (&s)[N]) { return _wcslwr_s(s, N); }
template <size_t N> inline errno_t _strupr_s(char (&s)[N]) { return _strupr_s(s, N); }
template <size_t N> inline errno_t _wcsupr_s(wchar_t (&s)[N]) { return _wcsupr_s(s, N); }
template <size_t N> inline errno_t strerror_s(char (&to)[N], int code) { return strerror_s(to, N, code); }
template <size_t N> inline errno_t _wcserror_s(wchar_t (&to)[N], int code) { return _wcserror_s(to, N, code); }
}
#endif

LARBOARD_END

#endif
