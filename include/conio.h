/* Keys and output of the console. */
#ifndef _INC_CONIO
#define _INC_CONIO

#include <corecrt.h>
#include <stdarg.h>
#include <stdio.h>

LARBOARD_BEGIN

int _kbhit(void);
int _getch(void);
int _getche(void);
int _ungetch(int c);
int _putch(int c);
int _getch_nolock(void) __asm__("_getch");
int _putch_nolock(int c) __asm__("_putch");
int _cputs(const char *s);
errno_t _cgets_s(char *buffer, size_t size, size_t *length);
int _vcprintf(const char *format, va_list list);
static inline int _cprintf(const char *format, ...) { LARBOARD_FORWARD(format, _vcprintf(format, list)); }
static inline int _cprintf_s(const char *format, ...) { LARBOARD_FORWARD(format, _vcprintf(format, list)); }
wint_t _getwch(void);
wint_t _getwche(void);
wint_t _ungetwch(wint_t c);
wint_t _putwch(wchar_t c);
int _cputws(const wchar_t *s);
int _vcwprintf(const wchar_t *format, va_list list);
static inline int _cwprintf(const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vcwprintf(format, list)); }
static inline int _cwprintf_s(const wchar_t *format, ...) { LARBOARD_FORWARD(format, _vcwprintf(format, list)); }

int kbhit(void) __asm__("_kbhit");
int getch(void) __asm__("_getch");
int getche(void) __asm__("_getche");
int ungetch(int c) __asm__("_ungetch");
int putch(int c) __asm__("_putch");
int cputs(const char *s) __asm__("_cputs");
static inline int cprintf(const char *format, ...) { LARBOARD_FORWARD(format, _vcprintf(format, list)); }

LARBOARD_END

#endif
