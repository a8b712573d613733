/* libc's, with what Microsoft has besides; wide strings come along. */
#ifndef LARBOARD_STRING_H
#define LARBOARD_STRING_H
#define _INC_STRING

#include_next <string.h>
#include <corecrt.h>
#include <corecrt_wstring.h>
#include <larboard/strings.h>

#endif
