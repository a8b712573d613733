/* The end of what annotations_off.h began. Where sal.h was read in between, its macros are there from now on. */
#pragma pop_macro("__out")
#pragma pop_macro("__in")
#pragma pop_macro("LARBOARD_ANNOTATIONS_OFF")
#if defined(LARBOARD_IN_AND_OUT) && !defined(LARBOARD_ANNOTATIONS_OFF)
#ifndef __in
#define __in
#endif
#ifndef __out
#define __out
#endif
#endif
