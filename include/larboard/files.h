/* Streams of files: part of stdio.h. */
#ifndef LARBOARD_FILES_H
#define LARBOARD_FILES_H

#include <corecrt.h>

#ifdef __cplusplus
#define LARBOARD_NOEXCEPT noexcept(true)
#else
#define LARBOARD_NOEXCEPT
#endif

LARBOARD_BEGIN

FILE *fopen(const char *__restrict path, const char *__restrict mode) LARBOARD_SYMBOL(fopen);
FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict file) LARBOARD_SYMBOL(freopen);
int fclose(FILE *file) LARBOARD_SYMBOL(fclose);
int fgetc(FILE *file) LARBOARD_SYMBOL(fgetc);
int getc(FILE *file) __asm__("larboard_fgetc");
int getchar(void) LARBOARD_SYMBOL(getchar);
char *fgets(char *__restrict buffer, int n, FILE *__restrict file) LARBOARD_SYMBOL(fgets);
int remove(const char *path) LARBOARD_NOEXCEPT LARBOARD_SYMBOL(remove);
int rename(const char *from, const char *to) LARBOARD_NOEXCEPT LARBOARD_SYMBOL(rename);
FILE *_wfopen(const wchar_t *path, const wchar_t *mode);
FILE *_wfreopen(const wchar_t *path, const wchar_t *mode, FILE *file);
FILE *_fsopen(const char *path, const char *mode, int share);
FILE *_wfsopen(const wchar_t *path, const wchar_t *mode, int share);
int _wremove(const wchar_t *path);
int _wrename(const wchar_t *from, const wchar_t *to);
errno_t fopen_s(FILE **file, const char *path, const char *mode);
errno_t _wfopen_s(FILE **file, const wchar_t *path, const wchar_t *mode);
errno_t freopen_s(FILE **result, const char *path, const char *mode, FILE *file);
errno_t _wfreopen_s(FILE **result, const wchar_t *path, const wchar_t *mode, FILE *file);
errno_t tmpfile_s(FILE **file);
errno_t tmpnam_s(char *buffer, rsize_t n);
errno_t _wtmpnam_s(wchar_t *buffer, rsize_t n);
char *_tempnam(const char *directory, const char *prefix) __asm__("tempnam");
size_t fread_s(void *buffer, size_t room, size_t size, size_t n, FILE *file);
char *gets(char *buffer) LARBOARD_SYMBOL(gets);
char *gets_s(char *buffer, rsize_t n);
wchar_t *_getws_s(wchar_t *buffer, rsize_t n);
errno_t clearerr_s(FILE *file);

int _fileno(FILE *file);
FILE *_fdopen(int fd, const char *mode);
FILE *_wfdopen(int fd, const wchar_t *mode);
FILE *_popen(const char *command, const char *mode);
FILE *_wpopen(const wchar_t *command, const wchar_t *mode);
int _pclose(FILE *file) __asm__("pclose");
int _fseeki64(FILE *file, long long offset, int origin) __asm__("fseeko");
long long _ftelli64(FILE *file) __asm__("ftello");
int _fcloseall(void) __asm__("fcloseall");
int _flushall(void);
int _getw(FILE *file) __asm__("getw");
int _putw(int value, FILE *file) __asm__("putw");
int _fgetchar(void) __asm__("larboard_getchar");
int _fputchar(int c) __asm__("putchar");
int _setmaxstdio(int n);
int _getmaxstdio(void);
void _wperror(const wchar_t *prefix);
int _unlink(const char *path);
int _wunlink(const wchar_t *path);

/* One lock for each stream, as there: the names without a lock go to libc's functions with one. */
void _lock_file(FILE *file) __asm__("flockfile");
void _unlock_file(FILE *file) __asm__("funlockfile");
int _fgetc_nolock(FILE *file) __asm__("getc_unlocked");
int _fputc_nolock(int c, FILE *file) __asm__("putc_unlocked");
#define _getc_nolock(file) _fgetc_nolock(file)
#define _putc_nolock(c, file) _fputc_nolock(c, file)
size_t _fread_nolock(void *buffer, size_t size, size_t n, FILE *file) __asm__("fread_unlocked");
size_t _fwrite_nolock(const void *buffer, size_t size, size_t n, FILE *file) __asm__("fwrite_unlocked");
int _fflush_nolock(FILE *file) __asm__("fflush_unlocked");
int _fclose_nolock(FILE *file) __asm__("larboard_fclose");

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline char *gets_s(char (&buffer)[N]) { return gets_s(buffer, N); }
template <size_t N> inline wchar_t *_getws_s(wchar_t (&buffer)[N]) { return _getws_s(buffer, N); }
template <size_t N> inline errno_t tmpnam_s(char (&buffer)[N]) { return tmpnam_s(buffer, N); }
template <size_t N> inline errno_t _wtmpnam_s(wchar_t (&buffer)[N]) { return _wtmpnam_s(buffer, N); }
}
#endif

LARBOARD_END

#define _P_tmpdir "/tmp"
#define _wP_tmpdir L"/tmp"
#define L_tmpnam_s 260
#define TMP_MAX_S 2147483647
#define _TMP_MAX_S TMP_MAX_S

#endif
