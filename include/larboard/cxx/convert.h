/* What the wrappers of the C++ standard library's headers call in liblarboard: see crates/c/src/cxx. */
#ifndef LARBOARD_CXX_CONVERT_H
#define LARBOARD_CXX_CONVERT_H

#include <stddef.h>

extern "C" {
/* 0: all converted; 1: more room is needed, or the input ends within a character. */
int larboard_utf8_out(unsigned *state, const wchar_t **from, const wchar_t *from_end, char **to, char *to_end);
int larboard_utf8_in(unsigned *state, const char **from, const char *from_end, wchar_t **to, wchar_t *to_end);
int larboard_utf8_length(unsigned *state, const char *from, const char *end, size_t max);
/* UTF-16 in bytes; big_endian is 0 or 1. */
int larboard_utf16_out(int big_endian, const wchar_t **from, const wchar_t *from_end, char **to, char *to_end);
int larboard_utf16_in(int big_endian, const char **from, const char *from_end, wchar_t **to, wchar_t *to_end);
/* Standard streams: FILE as void, so that no header need come along. */
size_t larboard_stream_write(void *stream, const wchar_t *from, size_t count, unsigned *state);
int larboard_stream_read(void *stream, unsigned *state);
/* The class of a character: the bits below. */
unsigned larboard_wide_class(wchar_t c);
wchar_t larboard_wide_upper(wchar_t c);
wchar_t larboard_wide_lower(wchar_t c);
/* How the locale of this name writes numbers: the decimal point in the low byte, the separator of thousands in the next, 0 if
   there is none. */
unsigned larboard_locale_numbers(const char *name);
}

#define LARBOARD_CLASS_UPPER 1u
#define LARBOARD_CLASS_LOWER 2u
#define LARBOARD_CLASS_ALPHA 4u
#define LARBOARD_CLASS_DIGIT 8u
#define LARBOARD_CLASS_XDIGIT 16u
#define LARBOARD_CLASS_SPACE 32u
#define LARBOARD_CLASS_PRINT 64u
#define LARBOARD_CLASS_CNTRL 128u
#define LARBOARD_CLASS_PUNCT 256u
#define LARBOARD_CLASS_BLANK 512u

#endif
