// Narrow and wide text on one stream, files by Windows' names, descriptors.
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <iostream>
#include "check.h"

static void text_of_both_kinds() {
    printf("narrow %d\n", 1);
    wprintf(L"wide %s %d\n", L"\uc11c\ubc84", 2);
    puts("narrow 3");
    _putws(L"wide 4");
    fputws(L"5 ", stdout);
    putwchar(L'\uc11c');
    putwchar(0xd83d);
    putwchar(0xde00);
    putchar('\n');
    std::cout << "cout" << std::endl;
    printf("%S", L"6\n");
}

static void files(const char *folder) {
    char path[512];
    sprintf_s(path, "%s\\crt-test.txt", folder);
    FILE *file = nullptr;
    CHECK(fopen_s(&file, path, "wt") == 0);
    fprintf(file, "narrow %s\n", "1");
    fwprintf(file, L"wide %s\n", L"\uc11c\U0001F600");
    CHECK(fclose(file) == 0);

    wchar_t wide_path[512], line[32];
    CHECK(mbstowcs_s(nullptr, wide_path, path, _TRUNCATE) == 0);
    CHECK(_wfopen_s(&file, wide_path, L"rt") == 0);
    char narrow[32];
    CHECK(fgets(narrow, 32, file) == narrow);
    CHECK_TEXT(narrow, "narrow 1\n");
    wint_t first = fgetwc(file);
    CHECK(first == L'w' && ungetwc(first, file) == first);
    CHECK(fgetws(line, 32, file) == line);
    CHECK_WIDE(line, L"wide \uc11c\U0001F600\n");
    CHECK(fgetwc(file) == WEOF && feof(file));
    fclose(file);

    // A new file in a named encoding begins with its mark, which the reader does not see.
    CHECK(_wfopen_s(&file, wide_path, L"w, ccs=UTF-16LE") == 0);
    fwprintf(file, L"a\uc11c");
    fclose(file);
    int fd = _open(path, _O_RDONLY | _O_BINARY);
    unsigned char bytes[8];
    CHECK(fd >= 0 && _read(fd, bytes, 8) == 6 && memcmp(bytes, "\xff\xfe" "a\0\x1c\xc1", 6) == 0);
    CHECK(_lseeki64(fd, 0, SEEK_END) == 6 && _eof(fd) == 1 && _filelength(fd) == 6);
    CHECK(_get_osfhandle(fd) != -1 && _get_osfhandle(fd) == _get_osfhandle(fd));
    CHECK(_close(fd) == 0);
    CHECK((file = _wfopen(wide_path, L"r, ccs=UNICODE")) != nullptr && fgetwc(file) == L'a' && fgetwc(file) == L'\uc11c');
    fclose(file);

    // Text mode reads CR and LF as LF, however they are read.
    char line_text[4], value[8];
    CHECK((file = fopen(path, "wb")) != nullptr && fputs("ab\r\nc\rd\r\nwide\r\nx=1\r\n", file) >= 0 && fclose(file) == 0);
    CHECK((file = fopen(path, "r")) != nullptr && fgets(line_text, 4, file) != nullptr);
    CHECK_TEXT(line_text, "ab\n");
    CHECK(getc(file) == 'c' && getc(file) == '\r' && getc(file) == 'd' && getc(file) == '\n');
    CHECK(fgetws(line, 32, file) == line);
    CHECK_WIDE(line, L"wide\n");
    CHECK(fscanf(file, "x=%[^\n]", value) == 1);
    CHECK_TEXT(value, "1");
    fclose(file);
    CHECK((file = fopen(path, "rb")) != nullptr && fgets(narrow, 32, file) != nullptr);
    CHECK_TEXT(narrow, "ab\r\n");
    fclose(file);
    CHECK((file = fopen(path, "wb")) != nullptr && fputs("123456", file) >= 0 && fclose(file) == 0);

    struct _stat64 found;
    CHECK(_stat64(path, &found) == 0 && found.st_size == 6 && (found.st_mode & _S_IFREG) != 0);
    CHECK(_access(path, 0) == 0 && remove(path) == 0 && _access(path, 0) == -1 && errno == ENOENT);
    CHECK(fopen_s(&file, path, "rb") == ENOENT && file == nullptr);
}

int main(int, char **arguments) {
    text_of_both_kinds();
    files(arguments[1]);
    return failures != 0;
}
