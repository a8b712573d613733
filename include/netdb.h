/* In place of libc's names, whose structures and values are others: Windows Sockets. */
#include <ws2tcpip.h>
