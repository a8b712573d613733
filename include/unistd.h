/* libc's header arrives through the standard library's. Its gethostname would clash with Windows Sockets'. */
#ifndef LARBOARD_UNISTD_H
#define LARBOARD_UNISTD_H

#define gethostname larboard_libc_gethostname
#include_next <unistd.h>
#undef gethostname

#endif
