/* libc's, with Microsoft's names of locales. */
#ifndef LARBOARD_LOCALE_H
#define LARBOARD_LOCALE_H
#define _INC_LOCALE

#include <larboard/linkage.h>
LARBOARD_BEGIN
char *setlocale(int category, const char *name)
#ifdef __cplusplus
    noexcept(true)
#else
    __attribute__((__nothrow__))
#endif
    LARBOARD_SYMBOL(setlocale);
LARBOARD_END

#include_next <locale.h>
#include <corecrt.h>

LARBOARD_BEGIN

#define _ENABLE_PER_THREAD_LOCALE 0x1
#define _DISABLE_PER_THREAD_LOCALE 0x2

wchar_t *_wsetlocale(int category, const wchar_t *name);
_locale_t _create_locale(int category, const char *name);
void _free_locale(_locale_t locale);
int _configthreadlocale(int kind);

LARBOARD_END

#endif
