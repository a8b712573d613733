/* The counter for measuring. */
#ifndef _PROFILEAPI_H_
#define _PROFILEAPI_H_

#include <minwinbase.h>

LARBOARD_BEGIN
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);
LARBOARD_END

#endif
