/* A set of sockets: an array, not bits. FD_SETSIZE may be defined before the header. */
#ifndef LARBOARD_FD_SET_H
#define LARBOARD_FD_SET_H

#include <larboard/socket_types.h>

#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif

typedef struct fd_set {
    u_int fd_count;
    SOCKET fd_array[FD_SETSIZE];
} fd_set, FD_SET, *PFD_SET, *LPFD_SET;

LARBOARD_BEGIN
int __WSAFDIsSet(SOCKET fd, fd_set *set);
LARBOARD_END

#define FD_CLR(fd, set) \
    do { \
        u_int larboard_i; \
        for (larboard_i = 0; larboard_i < ((fd_set *)(set))->fd_count; larboard_i++) { \
            if (((fd_set *)(set))->fd_array[larboard_i] == (SOCKET)(fd)) { \
                while (larboard_i < ((fd_set *)(set))->fd_count - 1) { \
                    ((fd_set *)(set))->fd_array[larboard_i] = ((fd_set *)(set))->fd_array[larboard_i + 1]; \
                    larboard_i++; \
                } \
                ((fd_set *)(set))->fd_count--; \
                break; \
            } \
        } \
    } while (0)
#define FD_SET(fd, set) \
    do { \
        u_int larboard_i; \
        for (larboard_i = 0; larboard_i < ((fd_set *)(set))->fd_count; larboard_i++) \
            if (((fd_set *)(set))->fd_array[larboard_i] == (SOCKET)(fd)) \
                break; \
        if (larboard_i == ((fd_set *)(set))->fd_count && larboard_i < FD_SETSIZE) { \
            ((fd_set *)(set))->fd_array[larboard_i] = (SOCKET)(fd); \
            ((fd_set *)(set))->fd_count++; \
        } \
    } while (0)
#define FD_ZERO(set) (((fd_set *)(set))->fd_count = 0)
#define FD_ISSET(fd, set) __WSAFDIsSet((SOCKET)(fd), (fd_set *)(set))

#endif
