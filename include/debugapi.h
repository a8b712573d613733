/* Debuggers. */
#ifndef _APISETDEBUG_
#define _APISETDEBUG_

#include <minwinbase.h>

LARBOARD_BEGIN
BOOL WINAPI IsDebuggerPresent(void);
void WINAPI DebugBreak(void);
LARBOARD_END

#endif
