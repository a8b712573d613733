/* libc's, with what Microsoft has besides; wide strings come along. */
#ifndef LARBOARD_STRING_H
#define LARBOARD_STRING_H
#define _INC_STRING

#include <larboard/linkage.h>
/* Declared before libc declares it again: the place where it goes on is each thread's own, as on Windows. */
LARBOARD_BEGIN
#ifdef __cplusplus
char *strtok(char *__restrict s, const char *__restrict set) noexcept(true) LARBOARD_SYMBOL(strtok);
#else
char *strtok(char *__restrict s, const char *__restrict set) __attribute__((__nothrow__)) LARBOARD_SYMBOL(strtok);
#endif
LARBOARD_END
#include_next <string.h>
#include <corecrt.h>
#include <corecrt_wstring.h>
#include <larboard/strings.h>

#endif
