/* What the programs check: a failure is told with its line, and the program then ends with 1. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static int failures;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s(%d): %s\n", __FILE__, __LINE__, #condition); \
            failures++; \
        } \
    } while (0)

#define CHECK_TEXT(text, expected) \
    do { \
        if (strcmp(text, expected) != 0) { \
            fprintf(stderr, "%s(%d): \"%s\" instead of \"%s\"\n", __FILE__, __LINE__, text, expected); \
            failures++; \
        } \
    } while (0)

#define CHECK_WIDE(text, expected) \
    do { \
        if (wcscmp(text, expected) != 0) { \
            fprintf(stderr, "%s(%d): \"%S\" instead of \"%S\"\n", __FILE__, __LINE__, text, expected); \
            failures++; \
        } \
    } while (0)

/* Invalid parameters are counted, and the functions return. */
static int refused;

static void count_refused(const wchar_t *expression, const wchar_t *function, const wchar_t *file, unsigned line, uintptr_t reserved) {
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
    refused++;
}

#define CHECK_REFUSED(call) \
    do { \
        int before = refused; \
        (void)(call); \
        CHECK(refused == before + 1); \
    } while (0)
