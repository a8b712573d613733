/* libc's, with Microsoft's names. The values are Linux': files are opened by Linux. */
#ifndef LARBOARD_FCNTL_H
#define LARBOARD_FCNTL_H
#define _INC_FCNTL

#include_next <fcntl.h>

#define _O_RDONLY O_RDONLY
#define _O_WRONLY O_WRONLY
#define _O_RDWR O_RDWR
#define _O_APPEND O_APPEND
#define _O_CREAT O_CREAT
#define _O_TRUNC O_TRUNC
#define _O_EXCL O_EXCL
#define _O_NOINHERIT O_CLOEXEC
#define _O_TEMPORARY 0
#define _O_SHORT_LIVED 0
#define _O_SEQUENTIAL 0
#define _O_RANDOM 0
#define _O_OBTAIN_DIR 0
/* Bits that Linux does not look at: lines are the same in every mode, wide text is UTF-8. */
#define _O_TEXT 0x04000000
#define _O_BINARY 0x08000000
#define _O_WTEXT 0x10000000
#define _O_U16TEXT 0x20000000
#define _O_U8TEXT 0x40000000
#define _O_RAW _O_BINARY
#define O_TEXT _O_TEXT
#define O_BINARY _O_BINARY
#define O_RAW _O_BINARY
#define O_NOINHERIT _O_NOINHERIT
#define O_TEMPORARY _O_TEMPORARY
#define O_SEQUENTIAL _O_SEQUENTIAL
#define O_RANDOM _O_RANDOM

#endif
