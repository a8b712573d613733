/* libc's. Its u_long and its like are Windows Sockets' here (see the prelude); ulong, ushort and uint are not Windows'. */
#pragma GCC system_header
#include <larboard/posix_off.h>
#include_next <sys/types.h>
#include <larboard/posix_on.h>
