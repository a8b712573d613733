/* Strings that are always terminated, with HRESULTs. */
#ifndef _STRSAFE_H_INCLUDED_
#define _STRSAFE_H_INCLUDED_

#include <corecrt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <specstrings.h>
#include <windef.h>

#ifndef _HRESULT_DEFINED
#define _HRESULT_DEFINED
typedef LONG HRESULT;
#endif
#ifndef SUCCEEDED
#define SUCCEEDED(hr) (((HRESULT)(hr)) >= 0)
#define FAILED(hr) (((HRESULT)(hr)) < 0)
#endif
#ifndef S_OK
#define S_OK ((HRESULT)0L)
#endif
#define STRSAFEAPI static inline HRESULT
#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007AL)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057L)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026L)

typedef char *STRSAFE_LPSTR;
typedef const char *STRSAFE_LPCSTR, *STRSAFE_PCNZCH;
typedef wchar_t *STRSAFE_LPWSTR;
typedef const wchar_t *STRSAFE_LPCWSTR, *STRSAFE_PCNZWCH;

LARBOARD_BEGIN

HRESULT StringCchCopyA(char *to, size_t size, const char *from);
HRESULT StringCchCopyNA(char *to, size_t size, const char *from, size_t n);
HRESULT StringCchCatA(char *to, size_t size, const char *from);
HRESULT StringCchCatNA(char *to, size_t size, const char *from, size_t n);
HRESULT StringCchVPrintfA(char *to, size_t size, const char *format, va_list list);
HRESULT StringCchLengthA(const char *s, size_t most, size_t *n);
HRESULT StringCchGetsA(char *to, size_t size);
static inline HRESULT StringCchPrintfA(char *to, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    HRESULT answer = StringCchVPrintfA(to, size, format, list);
    va_end(list);
    return answer;
}
static inline HRESULT StringCbCopyA(char *to, size_t bytes, const char *from) { return StringCchCopyA(to, bytes / sizeof(char), from); }
static inline HRESULT StringCbCopyNA(char *to, size_t bytes, const char *from, size_t n) { return StringCchCopyNA(to, bytes / sizeof(char), from, n / sizeof(char)); }
static inline HRESULT StringCbCatA(char *to, size_t bytes, const char *from) { return StringCchCatA(to, bytes / sizeof(char), from); }
static inline HRESULT StringCbCatNA(char *to, size_t bytes, const char *from, size_t n) { return StringCchCatNA(to, bytes / sizeof(char), from, n / sizeof(char)); }
static inline HRESULT StringCbVPrintfA(char *to, size_t bytes, const char *format, va_list list) { return StringCchVPrintfA(to, bytes / sizeof(char), format, list); }
static inline HRESULT StringCbGetsA(char *to, size_t bytes) { return StringCchGetsA(to, bytes / sizeof(char)); }
static inline HRESULT StringCbLengthA(const char *s, size_t most, size_t *n) {
    HRESULT answer = StringCchLengthA(s, most / sizeof(char), n);
    if (n) *n *= sizeof(char);
    return answer;
}
static inline HRESULT StringCbPrintfA(char *to, size_t bytes, const char *format, ...) {
    va_list list;
    va_start(list, format);
    HRESULT answer = StringCchVPrintfA(to, bytes / sizeof(char), format, list);
    va_end(list);
    return answer;
}

HRESULT StringCchCopyW(wchar_t *to, size_t size, const wchar_t *from);
HRESULT StringCchCopyNW(wchar_t *to, size_t size, const wchar_t *from, size_t n);
HRESULT StringCchCatW(wchar_t *to, size_t size, const wchar_t *from);
HRESULT StringCchCatNW(wchar_t *to, size_t size, const wchar_t *from, size_t n);
HRESULT StringCchVPrintfW(wchar_t *to, size_t size, const wchar_t *format, va_list list);
HRESULT StringCchLengthW(const wchar_t *s, size_t most, size_t *n);
HRESULT StringCchGetsW(wchar_t *to, size_t size);
static inline HRESULT StringCchPrintfW(wchar_t *to, size_t size, const wchar_t *format, ...) {
    va_list list;
    va_start(list, format);
    HRESULT answer = StringCchVPrintfW(to, size, format, list);
    va_end(list);
    return answer;
}
static inline HRESULT StringCbCopyW(wchar_t *to, size_t bytes, const wchar_t *from) { return StringCchCopyW(to, bytes / sizeof(wchar_t), from); }
static inline HRESULT StringCbCopyNW(wchar_t *to, size_t bytes, const wchar_t *from, size_t n) { return StringCchCopyNW(to, bytes / sizeof(wchar_t), from, n / sizeof(wchar_t)); }
static inline HRESULT StringCbCatW(wchar_t *to, size_t bytes, const wchar_t *from) { return StringCchCatW(to, bytes / sizeof(wchar_t), from); }
static inline HRESULT StringCbCatNW(wchar_t *to, size_t bytes, const wchar_t *from, size_t n) { return StringCchCatNW(to, bytes / sizeof(wchar_t), from, n / sizeof(wchar_t)); }
static inline HRESULT StringCbVPrintfW(wchar_t *to, size_t bytes, const wchar_t *format, va_list list) { return StringCchVPrintfW(to, bytes / sizeof(wchar_t), format, list); }
static inline HRESULT StringCbGetsW(wchar_t *to, size_t bytes) { return StringCchGetsW(to, bytes / sizeof(wchar_t)); }
static inline HRESULT StringCbLengthW(const wchar_t *s, size_t most, size_t *n) {
    HRESULT answer = StringCchLengthW(s, most / sizeof(wchar_t), n);
    if (n) *n *= sizeof(wchar_t);
    return answer;
}
static inline HRESULT StringCbPrintfW(wchar_t *to, size_t bytes, const wchar_t *format, ...) {
    va_list list;
    va_start(list, format);
    HRESULT answer = StringCchVPrintfW(to, bytes / sizeof(wchar_t), format, list);
    va_end(list);
    return answer;
}

LARBOARD_END

#ifdef UNICODE
#define StringCchCopy StringCchCopyW
#define StringCchCopyN StringCchCopyNW
#define StringCchCat StringCchCatW
#define StringCchCatN StringCchCatNW
#define StringCchVPrintf StringCchVPrintfW
#define StringCchPrintf StringCchPrintfW
#define StringCchLength StringCchLengthW
#define StringCchGets StringCchGetsW
#define StringCbCopy StringCbCopyW
#define StringCbCopyN StringCbCopyNW
#define StringCbCat StringCbCatW
#define StringCbCatN StringCbCatNW
#define StringCbVPrintf StringCbVPrintfW
#define StringCbPrintf StringCbPrintfW
#define StringCbLength StringCbLengthW
#define StringCbGets StringCbGetsW
#else
#define StringCchCopy StringCchCopyA
#define StringCchCopyN StringCchCopyNA
#define StringCchCat StringCchCatA
#define StringCchCatN StringCchCatNA
#define StringCchVPrintf StringCchVPrintfA
#define StringCchPrintf StringCchPrintfA
#define StringCchLength StringCchLengthA
#define StringCchGets StringCchGetsA
#define StringCbCopy StringCbCopyA
#define StringCbCopyN StringCbCopyNA
#define StringCbCat StringCbCatA
#define StringCbCatN StringCbCatNA
#define StringCbVPrintf StringCbVPrintfA
#define StringCbPrintf StringCbPrintfA
#define StringCbLength StringCbLengthA
#define StringCbGets StringCbGetsA
#endif

#endif
