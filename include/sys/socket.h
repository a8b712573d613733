/* In place of libc's sockets, whose structures and values are others: Windows Sockets. */
#include <winsock2.h>
