/* The time since the machine was started. */
#ifndef _APISETREALTIME_
#define _APISETREALTIME_

#include <minwinbase.h>

LARBOARD_BEGIN
BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG UnbiasedTime);
void WINAPI QueryInterruptTime(PULONGLONG lpInterruptTime);
LARBOARD_END

#endif
