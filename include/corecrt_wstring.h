/* Wide strings: part of wchar.h and string.h. */
#ifndef LARBOARD_CORECRT_WSTRING_H
#define LARBOARD_CORECRT_WSTRING_H

#include <corecrt.h>

LARBOARD_BEGIN

size_t wcslen(const wchar_t *s) LARBOARD_SYMBOL(wcslen);
size_t wcsnlen(const wchar_t *s, size_t n) LARBOARD_SYMBOL(wcsnlen);
wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from) LARBOARD_SYMBOL(wcscpy);
wchar_t *wcpcpy(wchar_t *__restrict to, const wchar_t *__restrict from) LARBOARD_SYMBOL(wcpcpy);
wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t n) LARBOARD_SYMBOL(wcsncpy);
wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from) LARBOARD_SYMBOL(wcscat);
wchar_t *wcsncat(wchar_t *__restrict to, const wchar_t *__restrict from, size_t n) LARBOARD_SYMBOL(wcsncat);
int wcscmp(const wchar_t *a, const wchar_t *b) LARBOARD_SYMBOL(wcscmp);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t n) LARBOARD_SYMBOL(wcsncmp);
int wcscoll(const wchar_t *a, const wchar_t *b) LARBOARD_SYMBOL(wcscoll);
size_t wcsxfrm(wchar_t *__restrict to, const wchar_t *__restrict from, size_t n) LARBOARD_SYMBOL(wcsxfrm);
size_t wcsspn(const wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcsspn);
size_t wcscspn(const wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcscspn);
wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t n) LARBOARD_SYMBOL(wmemcpy);
wchar_t *wmempcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t n) LARBOARD_SYMBOL(wmempcpy);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t n) LARBOARD_SYMBOL(wmemmove);
wchar_t *wmemset(wchar_t *to, wchar_t c, size_t n) LARBOARD_SYMBOL(wmemset);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t n) LARBOARD_SYMBOL(wmemcmp);

wchar_t *wcstok_s(wchar_t *s, const wchar_t *set, wchar_t **context);
#ifdef __cplusplus
wchar_t *wcstok(wchar_t *__restrict s, const wchar_t *__restrict set, wchar_t **__restrict context) LARBOARD_SYMBOL(wcstok);
/* The form of old keeps the place for each thread. */
extern "C++" wchar_t *wcstok(wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcstok_thread);
#else
__attribute__((overloadable)) wchar_t *wcstok(wchar_t *__restrict s, const wchar_t *__restrict set, wchar_t **__restrict context) LARBOARD_SYMBOL(wcstok);
__attribute__((overloadable)) wchar_t *wcstok(wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcstok_thread);
#endif

#ifdef __cplusplus
/* Constant in, constant out: two forms, as in Microsoft's C++. */
#define __CORRECT_ISO_CPP_WCHAR_H_PROTO
extern "C++" {
wchar_t *wcschr(wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcschr);
const wchar_t *wcschr(const wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcschr);
wchar_t *wcsrchr(wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcsrchr);
const wchar_t *wcsrchr(const wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcsrchr);
wchar_t *wcsstr(wchar_t *s, const wchar_t *wanted) LARBOARD_SYMBOL(wcsstr);
const wchar_t *wcsstr(const wchar_t *s, const wchar_t *wanted) LARBOARD_SYMBOL(wcsstr);
wchar_t *wcspbrk(wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcspbrk);
const wchar_t *wcspbrk(const wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcspbrk);
wchar_t *wmemchr(wchar_t *s, wchar_t c, size_t n) LARBOARD_SYMBOL(wmemchr);
const wchar_t *wmemchr(const wchar_t *s, wchar_t c, size_t n) LARBOARD_SYMBOL(wmemchr);
}
#else
wchar_t *wcschr(const wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcschr);
wchar_t *wcsrchr(const wchar_t *s, wchar_t c) LARBOARD_SYMBOL(wcsrchr);
wchar_t *wcsstr(const wchar_t *s, const wchar_t *wanted) LARBOARD_SYMBOL(wcsstr);
wchar_t *wcspbrk(const wchar_t *s, const wchar_t *set) LARBOARD_SYMBOL(wcspbrk);
wchar_t *wmemchr(const wchar_t *s, wchar_t c, size_t n) LARBOARD_SYMBOL(wmemchr);
#endif

LARBOARD_END

#endif
