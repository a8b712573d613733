/* Declared before libc's stdlib.h declares them again: so they have this library's symbols. */
#ifndef LARBOARD_STDLIB_FIRST_H
#define LARBOARD_STDLIB_FIRST_H

#include <larboard/linkage.h>
#include <stddef.h>

#ifdef __cplusplus
#define LARBOARD_NOTHROW noexcept(true)
#else
#define LARBOARD_NOTHROW __attribute__((__nothrow__))
#endif

LARBOARD_BEGIN
int mblen(const char *s, size_t n) LARBOARD_SYMBOL(mblen);
int mbtowc(wchar_t *__restrict to, const char *__restrict s, size_t n) LARBOARD_NOTHROW LARBOARD_SYMBOL(mbtowc);
int wctomb(char *to, wchar_t c) LARBOARD_NOTHROW LARBOARD_SYMBOL(wctomb);
size_t mbstowcs(wchar_t *__restrict to, const char *__restrict s, size_t n) LARBOARD_NOTHROW LARBOARD_SYMBOL(mbstowcs);
size_t wcstombs(char *__restrict to, const wchar_t *__restrict s, size_t n) LARBOARD_NOTHROW LARBOARD_SYMBOL(wcstombs);
int rand(void) LARBOARD_NOTHROW LARBOARD_SYMBOL(rand);
void srand(unsigned int seed) LARBOARD_NOTHROW LARBOARD_SYMBOL(srand);
LARBOARD_END

#endif
