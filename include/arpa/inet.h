/* In place of libc's addresses as text, whose structures and values are others: Windows Sockets. */
#include <ws2tcpip.h>
