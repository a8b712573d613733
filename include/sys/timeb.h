#ifndef _INC_TIMEB
#define _INC_TIMEB

#include <corecrt.h>
#include <time.h>

LARBOARD_BEGIN

struct __timeb64 {
    __time64_t time;
    unsigned short millitm;
    short timezone;
    short dstflag;
};
#define _timeb __timeb64
#define timeb __timeb64

errno_t _ftime64_s(struct __timeb64 *to);
static inline void _ftime64(struct __timeb64 *to) { _ftime64_s(to); }
#define _ftime_s _ftime64_s
#define _ftime _ftime64
#define ftime _ftime64

LARBOARD_END

#endif
