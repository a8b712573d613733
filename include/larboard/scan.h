/* The scanf family: part of stdio.h. The type of an argument decides how much is written for %ld: a `long` has 64 bits
   here, a LONG 32. C++ knows the types by templates, C by _Generic. */
#ifndef LARBOARD_SCAN_H
#define LARBOARD_SCAN_H

#include <corecrt.h>
#include <stdarg.h>

LARBOARD_BEGIN
int larboard_scan_text(const char *text, size_t limit, const char *format, int secure, const unsigned char *longs, va_list list);
int larboard_scan_stream(FILE *file, const char *format, int secure, const unsigned char *longs, va_list list);
int larboard_scan_wide_text(const wchar_t *text, size_t limit, const wchar_t *format, int secure, const unsigned char *longs, va_list list);
int larboard_scan_wide_stream(FILE *file, const wchar_t *format, int secure, const unsigned char *longs, va_list list);

static inline int larboard_scan_text_with(const unsigned char *longs, int secure, const char *text, size_t limit, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_text(text, limit, format, secure, longs, list)); }
static inline int larboard_scan_stream_with(const unsigned char *longs, int secure, FILE *file, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_stream(file, format, secure, longs, list)); }
static inline int larboard_scan_wide_text_with(const unsigned char *longs, int secure, const wchar_t *text, size_t limit, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_text(text, limit, format, secure, longs, list)); }
static inline int larboard_scan_wide_stream_with(const unsigned char *longs, int secure, FILE *file, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_stream(file, format, secure, longs, list)); }

static inline int vsscanf(const char *__restrict text, const char *__restrict format, va_list list) { return larboard_scan_text(text, (size_t)-1, format, 0, NULL, list); }
static inline int vfscanf(FILE *__restrict file, const char *__restrict format, va_list list) { return larboard_scan_stream(file, format, 0, NULL, list); }
static inline int vscanf(const char *__restrict format, va_list list) { return larboard_scan_stream(NULL, format, 0, NULL, list); }
static inline int vswscanf(const wchar_t *__restrict text, const wchar_t *__restrict format, va_list list) { return larboard_scan_wide_text(text, (size_t)-1, format, 0, NULL, list); }
static inline int vfwscanf(FILE *__restrict file, const wchar_t *__restrict format, va_list list) { return larboard_scan_wide_stream(file, format, 0, NULL, list); }
static inline int vwscanf(const wchar_t *__restrict format, va_list list) { return larboard_scan_wide_stream(NULL, format, 0, NULL, list); }
static inline int vsscanf_s(const char *text, const char *format, va_list list) { return larboard_scan_text(text, (size_t)-1, format, 1, NULL, list); }
static inline int vfscanf_s(FILE *file, const char *format, va_list list) { return larboard_scan_stream(file, format, 1, NULL, list); }
static inline int vscanf_s(const char *format, va_list list) { return larboard_scan_stream(NULL, format, 1, NULL, list); }
static inline int vswscanf_s(const wchar_t *text, const wchar_t *format, va_list list) { return larboard_scan_wide_text(text, (size_t)-1, format, 1, NULL, list); }
static inline int vfwscanf_s(FILE *file, const wchar_t *format, va_list list) { return larboard_scan_wide_stream(file, format, 1, NULL, list); }
static inline int vwscanf_s(const wchar_t *format, va_list list) { return larboard_scan_wide_stream(NULL, format, 1, NULL, list); }
LARBOARD_END

#ifdef __cplusplus
extern "C++" {
template <class T> struct larboard_is_long { enum { value = 0 }; };
template <> struct larboard_is_long<long *> { enum { value = 1 }; };
template <> struct larboard_is_long<unsigned long *> { enum { value = 1 }; };
#define LARBOARD_LONGS const unsigned char longs[] = {larboard_is_long<A>::value..., 0}
template <class... A> inline int sscanf(const char *text, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_text_with(longs, 0, text, (size_t)-1, format, a...); }
template <class... A> inline int fscanf(FILE *file, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_stream_with(longs, 0, file, format, a...); }
template <class... A> inline int scanf(const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_stream_with(longs, 0, NULL, format, a...); }
template <class... A> inline int _snscanf(const char *text, size_t limit, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_text_with(longs, 0, text, limit, format, a...); }
template <class... A> inline int swscanf(const wchar_t *text, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_text_with(longs, 0, text, (size_t)-1, format, a...); }
template <class... A> inline int fwscanf(FILE *file, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_stream_with(longs, 0, file, format, a...); }
template <class... A> inline int wscanf(const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_stream_with(longs, 0, NULL, format, a...); }
template <class... A> inline int _snwscanf(const wchar_t *text, size_t limit, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_text_with(longs, 0, text, limit, format, a...); }
template <class... A> inline int sscanf_s(const char *text, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_text_with(longs, 1, text, (size_t)-1, format, a...); }
template <class... A> inline int fscanf_s(FILE *file, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_stream_with(longs, 1, file, format, a...); }
template <class... A> inline int scanf_s(const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_stream_with(longs, 1, NULL, format, a...); }
template <class... A> inline int _snscanf_s(const char *text, size_t limit, const char * format, A... a) { LARBOARD_LONGS; return larboard_scan_text_with(longs, 1, text, limit, format, a...); }
template <class... A> inline int swscanf_s(const wchar_t *text, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_text_with(longs, 1, text, (size_t)-1, format, a...); }
template <class... A> inline int fwscanf_s(FILE *file, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_stream_with(longs, 1, file, format, a...); }
template <class... A> inline int wscanf_s(const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_stream_with(longs, 1, NULL, format, a...); }
template <class... A> inline int _snwscanf_s(const wchar_t *text, size_t limit, const wchar_t * format, A... a) { LARBOARD_LONGS; return larboard_scan_wide_text_with(longs, 1, text, limit, format, a...); }
#undef LARBOARD_LONGS
}
#else
static inline int sscanf(const char *text, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_text(text, (size_t)-1, format, 0, NULL, list)); }
static inline int fscanf(FILE *file, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_stream(file, format, 0, NULL, list)); }
static inline int scanf(const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_stream(NULL, format, 0, NULL, list)); }
static inline int swscanf(const wchar_t *text, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_text(text, (size_t)-1, format, 0, NULL, list)); }
static inline int fwscanf(FILE *file, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_stream(file, format, 0, NULL, list)); }
static inline int wscanf(const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_stream(NULL, format, 0, NULL, list)); }
static inline int sscanf_s(const char *text, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_text(text, (size_t)-1, format, 1, NULL, list)); }
static inline int fscanf_s(FILE *file, const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_stream(file, format, 1, NULL, list)); }
static inline int scanf_s(const char *format, ...) { LARBOARD_FORWARD(format, larboard_scan_stream(NULL, format, 1, NULL, list)); }
static inline int swscanf_s(const wchar_t *text, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_text(text, (size_t)-1, format, 1, NULL, list)); }
static inline int fwscanf_s(FILE *file, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_stream(file, format, 1, NULL, list)); }
static inline int wscanf_s(const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_scan_wide_stream(NULL, format, 1, NULL, list)); }

/* One 0 or 1 for each argument behind the format. */
#define LARBOARD_LONG(a) _Generic((a), long *: 1, unsigned long *: 1, default: 0),
#define LARBOARD_LONGS_0(f)
#define LARBOARD_LONGS_1(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_0(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_2(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_1(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_3(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_2(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_4(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_3(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_5(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_4(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_6(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_5(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_7(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_6(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_8(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_7(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_9(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_8(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_10(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_9(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_11(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_10(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_12(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_11(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_13(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_12(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_14(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_13(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_15(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_14(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_16(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_15(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_17(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_16(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_18(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_17(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_19(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_18(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_20(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_19(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_21(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_20(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_22(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_21(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_23(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_22(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_24(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_23(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_25(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_24(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_26(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_25(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_27(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_26(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_28(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_27(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_29(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_28(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_30(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_29(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_31(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_30(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_32(f, a, ...) LARBOARD_LONG(a) LARBOARD_LONGS_31(f, ##__VA_ARGS__)
#define LARBOARD_LONGS_PICK(f, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, name, ...) name
#define LARBOARD_LONGS(...) ((const unsigned char[]){LARBOARD_LONGS_PICK(__VA_ARGS__, LARBOARD_LONGS_32, LARBOARD_LONGS_31, LARBOARD_LONGS_30, LARBOARD_LONGS_29, LARBOARD_LONGS_28, LARBOARD_LONGS_27, LARBOARD_LONGS_26, LARBOARD_LONGS_25, LARBOARD_LONGS_24, LARBOARD_LONGS_23, LARBOARD_LONGS_22, LARBOARD_LONGS_21, LARBOARD_LONGS_20, LARBOARD_LONGS_19, LARBOARD_LONGS_18, LARBOARD_LONGS_17, LARBOARD_LONGS_16, LARBOARD_LONGS_15, LARBOARD_LONGS_14, LARBOARD_LONGS_13, LARBOARD_LONGS_12, LARBOARD_LONGS_11, LARBOARD_LONGS_10, LARBOARD_LONGS_9, LARBOARD_LONGS_8, LARBOARD_LONGS_7, LARBOARD_LONGS_6, LARBOARD_LONGS_5, LARBOARD_LONGS_4, LARBOARD_LONGS_3, LARBOARD_LONGS_2, LARBOARD_LONGS_1, LARBOARD_LONGS_0, 0)(__VA_ARGS__) 0})
#define sscanf(text, ...) larboard_scan_text_with(LARBOARD_LONGS(__VA_ARGS__), 0, text, (size_t)-1, __VA_ARGS__)
#define fscanf(file, ...) larboard_scan_stream_with(LARBOARD_LONGS(__VA_ARGS__), 0, file, __VA_ARGS__)
#define scanf(...) larboard_scan_stream_with(LARBOARD_LONGS(__VA_ARGS__), 0, NULL, __VA_ARGS__)
#define _snscanf(text, limit, ...) larboard_scan_text_with(LARBOARD_LONGS(__VA_ARGS__), 0, text, limit, __VA_ARGS__)
#define swscanf(text, ...) larboard_scan_wide_text_with(LARBOARD_LONGS(__VA_ARGS__), 0, text, (size_t)-1, __VA_ARGS__)
#define fwscanf(file, ...) larboard_scan_wide_stream_with(LARBOARD_LONGS(__VA_ARGS__), 0, file, __VA_ARGS__)
#define wscanf(...) larboard_scan_wide_stream_with(LARBOARD_LONGS(__VA_ARGS__), 0, NULL, __VA_ARGS__)
#define _snwscanf(text, limit, ...) larboard_scan_wide_text_with(LARBOARD_LONGS(__VA_ARGS__), 0, text, limit, __VA_ARGS__)
#define sscanf_s(text, ...) larboard_scan_text_with(LARBOARD_LONGS(__VA_ARGS__), 1, text, (size_t)-1, __VA_ARGS__)
#define fscanf_s(file, ...) larboard_scan_stream_with(LARBOARD_LONGS(__VA_ARGS__), 1, file, __VA_ARGS__)
#define scanf_s(...) larboard_scan_stream_with(LARBOARD_LONGS(__VA_ARGS__), 1, NULL, __VA_ARGS__)
#define _snscanf_s(text, limit, ...) larboard_scan_text_with(LARBOARD_LONGS(__VA_ARGS__), 1, text, limit, __VA_ARGS__)
#define swscanf_s(text, ...) larboard_scan_wide_text_with(LARBOARD_LONGS(__VA_ARGS__), 1, text, (size_t)-1, __VA_ARGS__)
#define fwscanf_s(file, ...) larboard_scan_wide_stream_with(LARBOARD_LONGS(__VA_ARGS__), 1, file, __VA_ARGS__)
#define wscanf_s(...) larboard_scan_wide_stream_with(LARBOARD_LONGS(__VA_ARGS__), 1, NULL, __VA_ARGS__)
#define _snwscanf_s(text, limit, ...) larboard_scan_wide_text_with(LARBOARD_LONGS(__VA_ARGS__), 1, text, limit, __VA_ARGS__)
#endif

#endif
