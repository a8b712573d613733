/* The printf family in C: arguments in registers and on the stack, returned counts, buffers that are too small. */
#include <stdlib.h>
#include "check.h"

static int listed(char *to, size_t n, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int count = _vsnprintf(to, n, format, list);
    va_end(list);
    return count;
}

int main(void) {
    char text[64];
    wchar_t wide[64];
    _set_invalid_parameter_handler(count_refused);

    CHECK(sprintf(text, "%ld %lu %lx", 1L << 32 | 5, -1L, -1L) == 21);
    CHECK_TEXT(text, "5 4294967295 ffffffff");
    sprintf(text, "%I64d %lld %zu %hhd", 1LL << 40, -3LL, sizeof(text), 0x1ff);
    CHECK_TEXT(text, "1099511627776 -3 64 -1");
    sprintf(text, "%s %S %ls %hs %c %C", "a", L"\uc11c", L"\ubc84", "b", 'c', L'd');
    CHECK_TEXT(text, "a \xec\x84\x9c \xeb\xb2\x84 b c d");
    sprintf(text, "%p", (void *)0x1234abcd);
    CHECK_TEXT(text, "000000001234ABCD");

    /* More arguments than registers, of both kinds, and the types that always lie on the stack. */
    sprintf(text, "%d%d%d%d%d%d%d%d %.0f%.0f%.0f%.0f%.0f%.0f%.0f%.0f%.0f %d %.1Lf %d", 1, 2, 3, 4, 5, 6, 7, 8,
            1., 2., 3., 4., 5., 6., 7., 8., 9., 10, (long double)0.5, 11);
    CHECK_TEXT(text, "12345678 123456789 10 0.5 11");

    CHECK(snprintf(text, 4, "%s", "hello") == 5);
    CHECK_TEXT(text, "hel");
    CHECK(snprintf(NULL, 0, "%d", 12345) == 5);
    memset(text, '#', sizeof(text));
    CHECK(_snprintf(text, 5, "%s", "hello") == 5 && text[5] == '#');
    CHECK(_snprintf(text, 4, "%s", "hello") == -1 && memcmp(text, "hello#", 6) == 0);
    CHECK(listed(text, 64, "%d-%s", 7, "x") == 3);
    CHECK_TEXT(text, "7-x");
    CHECK(_scprintf("%5d", 1) == 5);
    CHECK_REFUSED(sprintf(text, "%n", &refused));
    CHECK_REFUSED(printf(NULL));

    CHECK(sprintf_s(text, 6, "%s", "hello") == 5);
    int length = 0;
    CHECK_REFUSED(length = sprintf_s(text, 5, "%s", "hello"));
    CHECK(length == -1 && text[0] == 0);
    CHECK(_snprintf_s(text, 4, _TRUNCATE, "%s", "hello") == -1);
    CHECK_TEXT(text, "hel");
    CHECK(_snprintf_s(text, 64, 2, "%s", "hello") == -1);
    CHECK_TEXT(text, "he");

    CHECK(swprintf(wide, 64, L"%s %hs %d", L"\uc11c\ubc84", "narrow", 5) == 11);
    CHECK_WIDE(wide, L"\uc11c\ubc84 narrow 5");
    CHECK(swprintf(wide, L"%d", 7) == 1);
    CHECK_WIDE(wide, L"7");
    CHECK(swprintf(wide, 3, L"%s", L"hello") == -1);
    CHECK(swprintf_s(wide, 64, L"%c%C%S", L'\uc11c', 'x', "y") == 3);
    CHECK_WIDE(wide, L"\uc11cxy");
    CHECK(_snwprintf_s(wide, 4, _TRUNCATE, L"%s", L"hello") == -1);
    CHECK_WIDE(wide, L"hel");
    CHECK(_scwprintf(L"%s", L"hello") == 5);
    return failures != 0;
}
