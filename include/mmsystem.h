/* Multimedia: its clock and its timers. There is no sound and there are no joysticks. */
#ifndef _INC_MMSYSTEM
#define _INC_MMSYSTEM

#include <windef.h>
#include <mmsyscom.h>
#include <timeapi.h>

#endif
