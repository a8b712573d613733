/* Files by descriptors. */
#ifndef _INC_IO
#define _INC_IO

#include <corecrt.h>
#include <share.h>
#include <stdarg.h>
#include <larboard/files_first.h>

LARBOARD_BEGIN

/* The third argument, the permission, counts with _O_CREAT only. */
int larboard_crt_open(const char *path, int flags, int permission);
int larboard_crt_wopen(const wchar_t *path, int flags, int permission);
static inline int larboard_permission(va_list list, int flags) { return flags & 0100 ? va_arg(list, int) : 0; }
#define LARBOARD_OPEN(last, call) va_list list; va_start(list, last); int permission = larboard_permission(list, flags); va_end(list); return call
static inline int _open(const char *path, int flags, ...) { LARBOARD_OPEN(flags, larboard_crt_open(path, flags, permission)); }
static inline int _wopen(const wchar_t *path, int flags, ...) { LARBOARD_OPEN(flags, larboard_crt_wopen(path, flags, permission)); }
static inline int _sopen(const char *path, int flags, int share, ...) { (void)share; LARBOARD_OPEN(share, larboard_crt_open(path, flags, permission)); }
static inline int _wsopen(const wchar_t *path, int flags, int share, ...) { (void)share; LARBOARD_OPEN(share, larboard_crt_wopen(path, flags, permission)); }
#undef LARBOARD_OPEN
errno_t _sopen_s(int *fd, const char *path, int flags, int share, int permission);
errno_t _wsopen_s(int *fd, const wchar_t *path, int flags, int share, int permission);
static inline int _creat(const char *path, int permission) { return larboard_crt_open(path, 01101, permission); }
static inline int _wcreat(const wchar_t *path, int permission) { return larboard_crt_wopen(path, 01101, permission); }

int _close(int fd);
int _read(int fd, void *buffer, unsigned int n);
int _write(int fd, const void *buffer, unsigned int n);
long _lseek(int fd, long offset, int origin) __asm__("_lseeki64");
long long _lseeki64(int fd, long long offset, int origin);
long _tell(int fd) __asm__("_telli64");
long long _telli64(int fd);
long tell(int fd) __asm__("_telli64");
long _filelength(int fd) __asm__("_filelengthi64");
long long _filelengthi64(int fd);
long filelength(int fd) __asm__("_filelengthi64");
int _eof(int fd);
int eof(int fd) __asm__("_eof");
int _commit(int fd) __asm__("fsync");
int _chsize(int fd, long size) __asm__("ftruncate");
int chsize(int fd, long size) __asm__("ftruncate");
errno_t _chsize_s(int fd, long long size);
int _isatty(int fd) __asm__("isatty");
int _setmode(int fd, int mode);
int setmode(int fd, int mode) __asm__("_setmode");
int _dup(int fd) __asm__("dup");
int _dup2(int from, int to);
int _pipe(int *fds, unsigned int size, int mode);
int _umask(int mask) __asm__("umask");
intptr_t _get_osfhandle(int fd);
int _open_osfhandle(intptr_t handle, int flags);

int _access(const char *path, int mode);
int _waccess(const wchar_t *path, int mode);
errno_t _access_s(const char *path, int mode);
errno_t _waccess_s(const wchar_t *path, int mode);
int _chmod(const char *path, int mode);
int _wchmod(const wchar_t *path, int mode);
int _unlink(const char *path);
int _wunlink(const wchar_t *path);
int _wremove(const wchar_t *path);
int _wrename(const wchar_t *from, const wchar_t *to);

LARBOARD_END

#endif
