/* Questions about the version. */
#ifndef _versionhelpers_H_INCLUDED_
#define _versionhelpers_H_INCLUDED_

#include <windows.h>

#ifdef __cplusplus
#define VERSIONHELPERAPI inline bool
#else
#define VERSIONHELPERAPI static inline BOOL
#endif

VERSIONHELPERAPI IsWindowsVersionOrGreater(WORD wMajorVersion, WORD wMinorVersion, WORD wServicePackMajor)
{
    OSVERSIONINFOEXW asked = {sizeof(asked), 0, 0, 0, 0, {0}, 0, 0, 0, 0, 0};
    DWORDLONG mask = 0;
    mask = VerSetConditionMask(mask, VER_MAJORVERSION, VER_GREATER_EQUAL);
    mask = VerSetConditionMask(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
    mask = VerSetConditionMask(mask, VER_SERVICEPACKMAJOR, VER_GREATER_EQUAL);
    asked.dwMajorVersion = wMajorVersion;
    asked.dwMinorVersion = wMinorVersion;
    asked.wServicePackMajor = wServicePackMajor;
    return VerifyVersionInfoW(&asked, VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR, mask) != FALSE;
}
VERSIONHELPERAPI IsWindowsXPOrGreater(void) { return IsWindowsVersionOrGreater(5, 1, 0); }
VERSIONHELPERAPI IsWindowsXPSP1OrGreater(void) { return IsWindowsVersionOrGreater(5, 1, 1); }
VERSIONHELPERAPI IsWindowsXPSP2OrGreater(void) { return IsWindowsVersionOrGreater(5, 1, 2); }
VERSIONHELPERAPI IsWindowsXPSP3OrGreater(void) { return IsWindowsVersionOrGreater(5, 1, 3); }
VERSIONHELPERAPI IsWindowsVistaOrGreater(void) { return IsWindowsVersionOrGreater(6, 0, 0); }
VERSIONHELPERAPI IsWindowsVistaSP1OrGreater(void) { return IsWindowsVersionOrGreater(6, 0, 1); }
VERSIONHELPERAPI IsWindowsVistaSP2OrGreater(void) { return IsWindowsVersionOrGreater(6, 0, 2); }
VERSIONHELPERAPI IsWindows7OrGreater(void) { return IsWindowsVersionOrGreater(6, 1, 0); }
VERSIONHELPERAPI IsWindows7SP1OrGreater(void) { return IsWindowsVersionOrGreater(6, 1, 1); }
VERSIONHELPERAPI IsWindows8OrGreater(void) { return IsWindowsVersionOrGreater(6, 2, 0); }
VERSIONHELPERAPI IsWindows8Point1OrGreater(void) { return IsWindowsVersionOrGreater(6, 3, 0); }
VERSIONHELPERAPI IsWindows10OrGreater(void) { return IsWindowsVersionOrGreater(10, 0, 0); }
VERSIONHELPERAPI IsWindowsThresholdOrGreater(void) { return IsWindowsVersionOrGreater(10, 0, 0); }
VERSIONHELPERAPI IsWindowsServer(void)
{
    OSVERSIONINFOEXW asked = {sizeof(asked), 0, 0, 0, 0, {0}, 0, 0, 0, VER_NT_WORKSTATION, 0};
    return !VerifyVersionInfoW(&asked, VER_PRODUCT_TYPE, VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL));
}

#endif
