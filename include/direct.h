/* Folders. */
#ifndef _INC_DIRECT
#define _INC_DIRECT

#include <corecrt.h>
#include <larboard/files_first.h>
#include <sys/stat.h>

LARBOARD_BEGIN

int _mkdir(const char *path);
int _wmkdir(const wchar_t *path);
int _rmdir(const char *path);
int _wrmdir(const wchar_t *path);
int _chdir(const char *path);
int _wchdir(const wchar_t *path);
char *_getcwd(char *buffer, int n);
wchar_t *_wgetcwd(wchar_t *buffer, int n);
/* There is one drive, and it is C. */
static inline int _getdrive(void) { return 3; }

LARBOARD_END

/* Microsoft's has no permissions. */
#ifdef __cplusplus
extern "C++" inline int mkdir(const char *path) { return _mkdir(path); }
#else
LARBOARD_OVERLOAD int mkdir(const char *path) { return _mkdir(path); }
#endif

#endif
