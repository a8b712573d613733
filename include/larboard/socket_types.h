/* The names that the C library of Linux has too, as Windows defines them: sockets' basic types, timeval, fd_set. This
   header stands in place of the C library's, wherever those are included. */
#ifndef LARBOARD_SOCKET_TYPES_H
#define LARBOARD_SOCKET_TYPES_H

#include <larboard/linkage.h>

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned int u_long;
typedef unsigned long long u_int64;

typedef unsigned long long SOCKET;

struct timeval {
    int tv_sec;
    int tv_usec;
};
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

#endif
