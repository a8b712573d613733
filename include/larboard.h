/* What Windows has not: the way between handles and descriptors of Linux. */
#ifndef LARBOARD_H
#define LARBOARD_H

#include <winsock2.h>

LARBOARD_BEGIN
/* The descriptor behind a handle of a file, or behind a socket; -1 if there is none. It stays the library's and
   non-blocking, and is valid until the handle is closed, or its socket replaced by AcceptEx or DisconnectEx. */
int larboard_fd(HANDLE handle);
/* A handle of the descriptor of a file, pipe or terminal, which becomes the library's. INVALID_HANDLE_VALUE, with
   ERROR_INVALID_HANDLE or ERROR_TOO_MANY_OPEN_FILES: it is the caller's still. */
HANDLE larboard_handle_from_fd(int fd);
/* An overlapped socket of a descriptor, which becomes the library's. INVALID_SOCKET, with WSAENOTSOCK, WSAEAFNOSUPPORT or
   WSAEMFILE: it is the caller's still. */
SOCKET larboard_socket_from_fd(int fd);
LARBOARD_END

#endif
