/* Declared before libc's time.h declares them again: so each thread has its own results, and clock() tells the time
   since the program began, as on Windows. */
#ifndef LARBOARD_TIME_FIRST_H
#define LARBOARD_TIME_FIRST_H

#include <larboard/linkage.h>
#include <bits/types/clock_t.h>
#include <bits/types/time_t.h>

LARBOARD_BEGIN
struct tm;
#ifdef __cplusplus
#define LARBOARD_TIME_NOTHROW noexcept(true)
#else
#define LARBOARD_TIME_NOTHROW __attribute__((__nothrow__))
#endif
struct tm *localtime(const time_t *time) LARBOARD_TIME_NOTHROW LARBOARD_SYMBOL(localtime);
struct tm *gmtime(const time_t *time) LARBOARD_TIME_NOTHROW LARBOARD_SYMBOL(gmtime);
char *asctime(const struct tm *time) LARBOARD_TIME_NOTHROW LARBOARD_SYMBOL(asctime);
clock_t clock(void) LARBOARD_TIME_NOTHROW LARBOARD_SYMBOL(clock);
char *ctime(const time_t *time) LARBOARD_TIME_NOTHROW LARBOARD_SYMBOL(ctime);
LARBOARD_END

#endif
