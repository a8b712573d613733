/* In place of libc's, whose timeval is another one: only Windows Sockets' structure. */
#ifndef _SYS_TIME_H
#define _SYS_TIME_H 1
#include <larboard/socket_types.h>
#endif
