/* libc's, with what Microsoft has besides. */
#ifndef LARBOARD_STDLIB_H
#define LARBOARD_STDLIB_H
#define _INC_STDLIB

#include <larboard/stdlib_first.h>
#include <larboard/posix_off.h>
#include_next <stdlib.h>
#include <larboard/posix_on.h>
#undef RAND_MAX
#define RAND_MAX 0x7fff

#include <corecrt.h>
#include <corecrt_wconv.h>
#include <larboard/stdlib_more.h>

#endif
