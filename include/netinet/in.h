/* In place of libc's addresses, whose structures and values are others: Windows Sockets. */
#include <ws2tcpip.h>
