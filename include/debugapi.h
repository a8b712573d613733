/* Debuggers. */
#ifndef _APISETDEBUG_
#define _APISETDEBUG_

#include <minwinbase.h>

LARBOARD_BEGIN
BOOL WINAPI IsDebuggerPresent(void);
void WINAPI DebugBreak(void);
void WINAPI OutputDebugStringA(LPCSTR lpOutputString);
void WINAPI OutputDebugStringW(LPCWSTR lpOutputString);
LARBOARD_END
#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

#endif
