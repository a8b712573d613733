/* In place of libc's, whose wchar_t has 32 bits. */
#ifndef _WCHAR_H
#define _WCHAR_H 1
#define _INC_WCHAR

#include <corecrt.h>
#include <stdarg.h>
/* libc's mbstate_t: the C++ library knows its name. */
#include <bits/types/mbstate_t.h>

#ifndef WCHAR_MIN
#define WCHAR_MIN 0
#define WCHAR_MAX 0xffff
#endif

LARBOARD_BEGIN
struct tm;
LARBOARD_END

#include <corecrt_wstring.h>
#include <corecrt_wstdio.h>
#include <corecrt_wconv.h>
#include <wctype.h>
#include <larboard/strings.h>

LARBOARD_BEGIN

wint_t btowc(int c) LARBOARD_SYMBOL(btowc);
int wctob(wint_t c) LARBOARD_SYMBOL(wctob);
int mbsinit(const mbstate_t *state) LARBOARD_SYMBOL(mbsinit);
size_t mbrlen(const char *__restrict s, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(mbrlen);
size_t mbrtowc(wchar_t *__restrict to, const char *__restrict s, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(mbrtowc);
size_t wcrtomb(char *__restrict to, wchar_t c, mbstate_t *__restrict state) LARBOARD_SYMBOL(wcrtomb);
size_t mbsrtowcs(wchar_t *__restrict to, const char **__restrict from, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(mbsrtowcs);
size_t wcsrtombs(char *__restrict to, const wchar_t **__restrict from, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(wcsrtombs);
size_t mbsnrtowcs(wchar_t *__restrict to, const char **__restrict from, size_t bytes, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(mbsnrtowcs);
size_t wcsnrtombs(char *__restrict to, const wchar_t **__restrict from, size_t units, size_t n, mbstate_t *__restrict state) LARBOARD_SYMBOL(wcsnrtombs);
errno_t wcrtomb_s(size_t *length, char *to, size_t size, wchar_t c, mbstate_t *state);

LARBOARD_END

/* The C++ library's own header of this name, where it has one; libc's is done. */
#ifdef __cplusplus
#include_next <wchar.h>
#endif

#endif
