// What C++ has besides: array overloads, types known to scanf, constant and other text, the old forms.
#include <conio.h>
#include <direct.h>
#include <io.h>
#include <locale.h>
#include <process.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <string>
#include "check.h"

struct Message {
    char text[8];
    wchar_t wide[8];
};

int main() {
    _set_invalid_parameter_handler(count_refused);
    Message message;
    CHECK(strcpy_s(message.text, "abc") == 0 && strcat_s(message.text, "def") == 0);
    CHECK_TEXT(message.text, "abcdef");
    CHECK(wcscpy_s(message.wide, L"\uc11c") == 0 && wcscat_s(message.wide, L"\ubc84") == 0);
    CHECK_WIDE(message.wide, L"\uc11c\ubc84");
    errno_t code = 0;
    CHECK_REFUSED(code = strcpy_s(message.text, "12345678"));
    CHECK(code == ERANGE && message.text[0] == 0);
    CHECK_REFUSED(code = wcscpy_s(message.wide, nullptr));
    CHECK(code == EINVAL && message.wide[0] == 0);
    CHECK(strncpy_s(message.text, "123456789", _TRUNCATE) == STRUNCATE);
    CHECK_TEXT(message.text, "1234567");
    CHECK(sprintf_s(message.text, "%d", 42) == 2 && swprintf_s(message.wide, L"%d", 42) == 2);
    CHECK(_itoa_s(255, message.text, 16) == 0);
    CHECK_TEXT(message.text, "ff");
    CHECK(_strupr_s(message.text) == 0);
    CHECK_TEXT(message.text, "FF");

    wchar_t old[8];
    CHECK(swprintf(old, L"%d", 1) == 1 && std::swprintf(old, 8, L"%d", 12) == 2);
    CHECK(std::to_wstring(42) == L"42" && std::to_string(1.5) == "1.500000" && std::stoi(L"17") == 17);
    const wchar_t *constant = L"a,b";
    wchar_t changed[] = L"a,b";
    const wchar_t *found = wcschr(constant, L',');
    wchar_t *place = wcschr(changed, L',');
    CHECK(found == constant + 1 && place == changed + 1);
    CHECK(*wcstok(changed, L",") == L'a' && *wcstok(nullptr, L",") == L'b' && wcstok(nullptr, L",") == nullptr);

    long whole = -1;
    int half = -1;
    CHECK(sscanf_s("7 8", "%ld %ld", &whole, &half) == 2 && whole == 7 && half == 8);
    char word[4];
    CHECK(std::sscanf("xyz", "%3s", word) == 1);

    char drive[_MAX_DRIVE], folder[_MAX_DIR], name[_MAX_FNAME], ending[_MAX_EXT];
    CHECK(_splitpath_s("C:\\a\\b.txt", drive, folder, name, ending) == 0);
    CHECK_TEXT(folder, "\\a\\");

    struct tm fields;
    time_t start = 0;
    char when[26];
    CHECK(gmtime_s(&fields, &start) == 0 && asctime_s(when, &fields) == 0);
    CHECK_TEXT(when, "Thu Jan 01 00:00:00 1970\n");

    __time64_t zero = 0;
    __int64 large = 0;
    CHECK(_gmtime64_s(&fields, &start) == 0 && gmtime_s(&fields, &zero) == 0 && gmtime_s(&fields, &large) == 0 && fields.tm_year == 70);
    CHECK(time(&large) == large && large > 0 && time(NULL) >= large && time(0) > 0 && time(&start) > 0 && localtime(&large) != NULL);

    // The clock runs while nothing is done, in milliseconds.
    clock_t before = clock();
    _sleep(20);
    CHECK(CLOCKS_PER_SEC == 1000 && clock() - before >= 20 && clock() < 60000);
    char list[] = "a b";
    CHECK_TEXT(strtok(list, " "), "a");
    CHECK_TEXT(strtok(nullptr, " "), "b");

    srand(1);
    CHECK(rand() == 41 && rand() == 18467 && RAND_MAX == 32767);
    CHECK(strcmp(setlocale(LC_ALL, "korean"), "Korean_Korea.utf8") == 0 && setlocale(LC_ALL, "Klingon") == nullptr);
    CHECK(setlocale(LC_ALL, "C") != nullptr && strcmp(setlocale(LC_ALL, nullptr), "C") == 0);

    // C's own names of the standard library are these functions too.
    wchar_t units[8];
    CHECK(std::mbstowcs(units, "\xec\x84\x9c\xf0\x9f\x98\x80", 8) == 3 && std::wcslen(units) == 3);
    char bytes[16];
    CHECK(std::wcstombs(bytes, units, 16) == 7);
    return failures != 0;
}
