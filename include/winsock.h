/* Windows Sockets 1.1 is part of version 2. */
#include <winsock2.h>
