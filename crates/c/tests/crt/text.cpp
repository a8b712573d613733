// The TCHAR family and strsafe.h, built for both character sets.
#include <tchar.h>
#include <strsafe.h>
#include <windows.h>
#include <stdlib.h>
#include "check.h"

#ifdef _UNICODE
#define CHECK_TCHAR CHECK_WIDE
#else
#define CHECK_TCHAR CHECK_TEXT
#endif

int _tmain(int count, TCHAR *arguments[]) {
    TCHAR text[16];
    CHECK(count == 2);
    CHECK_TCHAR(arguments[1], _T("argument"));
    _stprintf_s(text, _T("%s-%d"), _T("abc"), 5);
    CHECK_TCHAR(text, TEXT("abc-5"));
    CHECK(_tcslen(text) == 5 && _tcschr(text, _T('-')) == text + 3 && _ttoi(_T("42")) == 42 && _tcsicmp(_T("A"), _T("a")) == 0);
    _tcscpy_s(text, _countof(text), _T("x"));
    _tcscat_s(text, _T("yz"));
    TCHAR *context = NULL;
    CHECK_TCHAR(_tcstok_s(text, _T("y"), &context), _T("x"));
    CHECK_TCHAR(context, _T("z"));

    CHECK(StringCchPrintf(text, 4, _T("%s"), _T("hello")) == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK_TCHAR(text, _T("hel"));
    CHECK(SUCCEEDED(StringCbCat(text, sizeof(text), _T("p"))));
    size_t length = 0;
    CHECK(StringCchLength(text, 16, &length) == S_OK && length == 4);
    CHECK(StringCchCopy(text, 0, _T("")) == STRSAFE_E_INVALID_PARAMETER);
    return failures != 0;
}
