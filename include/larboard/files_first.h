/* The names of POSIX that Microsoft has in io.h and direct.h: libc's functions, as libc declares them. */
#ifndef LARBOARD_FILES_FIRST_H
#define LARBOARD_FILES_FIRST_H

#include <larboard/linkage.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
#define LARBOARD_THROWS_NOT noexcept(true)
#else
#define LARBOARD_THROWS_NOT __attribute__((__nothrow__))
#endif

LARBOARD_BEGIN
extern int open(const char *path, int flags, ...);
extern int close(int fd);
extern __ssize_t read(int fd, void *buffer, size_t n);
extern __ssize_t write(int fd, const void *buffer, size_t n);
extern __off_t lseek(int fd, __off_t offset, int origin) LARBOARD_THROWS_NOT;
extern int access(const char *path, int mode) LARBOARD_THROWS_NOT;
extern int dup(int fd) LARBOARD_THROWS_NOT;
extern int dup2(int from, int to) LARBOARD_THROWS_NOT;
extern int isatty(int fd) LARBOARD_THROWS_NOT;
extern int unlink(const char *path) LARBOARD_THROWS_NOT;
extern int rmdir(const char *path) LARBOARD_THROWS_NOT;
extern int chdir(const char *path) LARBOARD_THROWS_NOT;
extern char *getcwd(char *buffer, size_t n) LARBOARD_THROWS_NOT;
LARBOARD_END

#endif
