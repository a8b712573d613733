/* libc's header arrives through the standard library's. Its gethostname would clash with Windows Sockets', its ssize_t
   with one of the program's own. */
#ifndef LARBOARD_UNISTD_H
#define LARBOARD_UNISTD_H

#pragma push_macro("ssize_t")
#undef ssize_t
#define ssize_t __ssize_t
#define gethostname larboard_libc_gethostname
#include <larboard/posix_off.h>
#include_next <unistd.h>
#include <larboard/posix_on.h>
#undef gethostname
#pragma pop_macro("ssize_t")

#endif
