/* libc's, with Microsoft's names: all forms of the structure are libc's, whose times and sizes have 64 bits. */
#ifndef LARBOARD_SYS_STAT_H
#define LARBOARD_SYS_STAT_H
#define _INC_STAT

#include <larboard/linkage.h>
#include <stddef.h>

LARBOARD_BEGIN
struct stat;
int stat(const char *__restrict path, struct stat *__restrict to)
#ifdef __cplusplus
    noexcept(true)
#else
    __attribute__((__nothrow__))
#endif
    LARBOARD_SYMBOL(stat);
LARBOARD_END

#include_next <sys/stat.h>

LARBOARD_BEGIN
int _wstat64(const wchar_t *path, struct stat *to);
LARBOARD_END

#define _stat stat
#define _stati64 stat
#define _stat64 stat
#define _stat32 stat
#define _stat64i32 stat
#define _stat32i64 stat
#define __stat64 stat
#define _fstat fstat
#define _fstati64 fstat
#define _fstat64 fstat
#define _fstat64i32 fstat
#define _wstat _wstat64
#define _wstati64 _wstat64
#define _wstat64i32 _wstat64

#define _S_IFMT S_IFMT
#define _S_IFDIR S_IFDIR
#define _S_IFCHR S_IFCHR
#define _S_IFIFO S_IFIFO
#define _S_IFREG S_IFREG
#define _S_IREAD 0400
#define _S_IWRITE 0200
#define _S_IEXEC 0100

#endif
