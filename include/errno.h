/* libc's: the codes are Linux' numbers. */
#ifndef LARBOARD_ERRNO_H
#define LARBOARD_ERRNO_H
#define _INC_ERRNO

#include_next <errno.h>
#include <corecrt.h>

#define STRUNCATE 80

LARBOARD_BEGIN
errno_t _set_errno(int code);
errno_t _get_errno(int *code);
LARBOARD_END

#endif
