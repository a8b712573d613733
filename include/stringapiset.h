/* Between narrow and wide text, and comparing. */
#ifndef _APISETSTRING_
#define _APISETSTRING_

#include <minwindef.h>
#include <winnls.h>

LARBOARD_BEGIN
int WINAPI MultiByteToWideChar(
    UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr, int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar);
int WINAPI WideCharToMultiByte(
    UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr, int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte,
    LPCCH lpDefaultChar, LPBOOL lpUsedDefaultChar);
int WINAPI CompareStringA(
    LCID Locale, DWORD dwCmpFlags, PCCH lpString1, int cchCount1, PCCH lpString2, int cchCount2);
int WINAPI CompareStringW(
    LCID Locale, DWORD dwCmpFlags, PCWCH lpString1, int cchCount1, PCWCH lpString2, int cchCount2);
int WINAPI CompareStringEx(
    LPCWSTR lpLocaleName, DWORD dwCmpFlags, LPCWCH lpString1, int cchCount1, LPCWCH lpString2, int cchCount2,
    LPNLSVERSIONINFO lpVersionInformation, LPVOID lpReserved, LPARAM lParam);
int WINAPI CompareStringOrdinal(
    LPCWCH lpString1, int cchCount1, LPCWCH lpString2, int cchCount2, BOOL bIgnoreCase);
LARBOARD_END

#ifdef UNICODE
#define CompareString CompareStringW
#else
#define CompareString CompareStringA
#endif

#endif
