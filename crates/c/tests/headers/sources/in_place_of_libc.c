/* libc's headers for sockets are not these. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <winsock2.h>

_Static_assert(AF_INET6 == 23 && SOL_SOCKET == 0xffff && sizeof(struct timeval) == 8 && sizeof(u_long) == 4, "Windows' values");
_Static_assert(sizeof(fd_set) == 8 + 64 * 8 && sizeof(struct addrinfo) == 48, "Windows' structures");

int use(SOCKET s) {
    unsigned long bytes = 0;
    long more = 0;
    DWORD number = 0;
    return ioctlsocket(s, FIONREAD, &bytes) + ioctlsocket(s, FIONREAD, &more) + ioctlsocket(s, FIONREAD, &number);
}
