/* The scanf family in C: a long is written whole, a LONG as the half of one. */
#include <stdlib.h>
#include "check.h"

int main(void) {
    long whole = -1;
    unsigned long unsigned_whole = ~0ul;
    int half[2] = {-1, -1};
    CHECK(sscanf("5 6 7", "%ld %lu %ld", &whole, &unsigned_whole, &half[0]) == 3);
    CHECK(whole == 5 && unsigned_whole == 6 && half[0] == 7 && half[1] == -1);
    CHECK(sscanf("-8", "%d", &whole) == 1 && whole == -8);

    short small = 0;
    long long large = 0;
    double number = 0;
    float single = 0;
    char word[8], rest[8];
    CHECK(sscanf("1 2 3.5 4.5 word,rest", "%hd %I64d %lf %f %[a-z],%s", &small, &large, &number, &single, word, rest) == 6);
    CHECK(small == 1 && large == 2 && number == 3.5 && single == 4.5f);
    CHECK_TEXT(word, "word");
    CHECK_TEXT(rest, "rest");

    int at = 0;
    wchar_t wide[8];
    CHECK(sscanf_s("ab cdefgh", "%s %n%s", word, (unsigned)sizeof(word), &at, rest, 4u) == 1);
    CHECK(at == 3 && rest[0] == 0);
    CHECK(swscanf_s(L"\uc11c\ubc84 9", L"%s %ld", wide, 8, &whole) == 2 && whole == 9);
    CHECK_WIDE(wide, L"\uc11c\ubc84");
    CHECK(swscanf(L"x y", L"%hs %lc", word, wide) == 2 && wide[0] == L'y');
    CHECK_TEXT(word, "x");
    CHECK(sscanf("", "%d", &at) == EOF);

    /* Standard input: "12 서버 34\n" and a line. */
    wchar_t line[16];
    CHECK(scanf_s("%d", &at) == 1 && at == 12);
    CHECK(wscanf(L"%7s", wide) == 1);
    CHECK_WIDE(wide, L"\uc11c\ubc84");
    CHECK(scanf("%ld\n", &whole) == 1 && whole == 34);
    CHECK(gets_s(word, sizeof(word)) == word);
    CHECK_TEXT(word, "a line");
    CHECK(fgetws(line, 16, stdin) == line);
    CHECK_WIDE(line, L"\U0001F600\n");
    CHECK(getwchar() == WEOF && gets_s(word, sizeof(word)) == NULL);
    return failures != 0;
}
