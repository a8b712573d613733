/* Numbers and times in wide text: part of wchar.h, stdlib.h and time.h. */
#ifndef LARBOARD_CORECRT_WCONV_H
#define LARBOARD_CORECRT_WCONV_H

#include <corecrt.h>

LARBOARD_BEGIN

struct tm;

long wcstol(const wchar_t *__restrict s, wchar_t **__restrict end, int base) LARBOARD_SYMBOL(wcstol);
unsigned long wcstoul(const wchar_t *__restrict s, wchar_t **__restrict end, int base) LARBOARD_SYMBOL(wcstoul);
long long wcstoll(const wchar_t *__restrict s, wchar_t **__restrict end, int base) LARBOARD_SYMBOL(wcstoll);
unsigned long long wcstoull(const wchar_t *__restrict s, wchar_t **__restrict end, int base) LARBOARD_SYMBOL(wcstoull);
long long _wcstoi64(const wchar_t *s, wchar_t **end, int base) __asm__("larboard_wcstoll");
unsigned long long _wcstoui64(const wchar_t *s, wchar_t **end, int base) __asm__("larboard_wcstoull");
double wcstod(const wchar_t *__restrict s, wchar_t **__restrict end) LARBOARD_SYMBOL(wcstod);
float wcstof(const wchar_t *__restrict s, wchar_t **__restrict end) LARBOARD_SYMBOL(wcstof);
/* A long double is a double for Microsoft: no more than its digits are read. */
static inline long double wcstold(const wchar_t *__restrict s, wchar_t **__restrict end) { return wcstod(s, end); }
size_t wcsftime(wchar_t *__restrict to, size_t n, const wchar_t *__restrict format, const struct tm *__restrict time) LARBOARD_SYMBOL(wcsftime);

int _wtoi(const wchar_t *s);
int _wtol(const wchar_t *s) __asm__("_wtoi");
long long _wtoi64(const wchar_t *s);
long long _wtoll(const wchar_t *s) __asm__("_wtoi64");
double _wtof(const wchar_t *s);

LARBOARD_END

#endif
