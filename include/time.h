/* libc's, with what Microsoft has besides. Times have 64 bits. */
#include <larboard/time_first.h>
#include_next <time.h>
#ifndef LARBOARD_TIME_H
#define LARBOARD_TIME_H
#define _INC_TIME

#include <corecrt.h>
#include <corecrt_wconv.h>

#undef CLOCKS_PER_SEC
#define CLOCKS_PER_SEC ((clock_t)1000)
#undef CLK_TCK
#define CLK_TCK CLOCKS_PER_SEC

LARBOARD_BEGIN

errno_t localtime_s(struct tm *to, const time_t *time);
errno_t gmtime_s(struct tm *to, const time_t *time);
errno_t asctime_s(char *to, size_t size, const struct tm *time);
errno_t ctime_s(char *to, size_t size, const time_t *time);
errno_t _wasctime_s(wchar_t *to, size_t size, const struct tm *time);
errno_t _wctime_s(wchar_t *to, size_t size, const time_t *time);
wchar_t *_wasctime(const struct tm *time);
wchar_t *_wctime(const time_t *time);
wchar_t *_wctime64(const __time64_t *time) __asm__("_wctime");
errno_t _wctime64_s(wchar_t *to, size_t size, const __time64_t *time) __asm__("_wctime_s");
__time64_t _time64(__time64_t *to) __asm__("time");
struct tm *_localtime64(const __time64_t *time) __asm__("larboard_localtime");
struct tm *_gmtime64(const __time64_t *time) __asm__("larboard_gmtime");
errno_t _localtime64_s(struct tm *to, const __time64_t *time) __asm__("localtime_s");
errno_t _gmtime64_s(struct tm *to, const __time64_t *time) __asm__("gmtime_s");
__time64_t _mktime64(struct tm *time) __asm__("mktime");
__time64_t _mkgmtime64(struct tm *time);
time_t _mkgmtime(struct tm *time) __asm__("_mkgmtime64");
char *_ctime64(const __time64_t *time) __asm__("larboard_ctime");
errno_t _ctime64_s(char *to, size_t size, const __time64_t *time) __asm__("ctime_s");
double _difftime64(__time64_t end, __time64_t start) __asm__("difftime");

char *_strdate(char *to);
char *_strtime(char *to);
wchar_t *_wstrdate(wchar_t *to);
wchar_t *_wstrtime(wchar_t *to);
errno_t _strdate_s(char *to, size_t size);
errno_t _strtime_s(char *to, size_t size);
errno_t _wstrdate_s(wchar_t *to, size_t size);
errno_t _wstrtime_s(wchar_t *to, size_t size);

void _tzset(void) __asm__("tzset");
errno_t _get_timezone(long *to);
errno_t _get_daylight(int *to);
extern long larboard_timezone __asm__("timezone");
extern int larboard_daylight __asm__("daylight");
extern char *larboard_tzname[2] __asm__("tzname");
#define _timezone larboard_timezone
#define _daylight larboard_daylight
#define _tzname larboard_tzname

#ifdef __cplusplus
extern "C++" {
/* A time may be an __int64 too. */
template <class T> struct larboard_int64 {};
template <> struct larboard_int64<long long> { typedef time_t time; typedef struct tm *fields; typedef char *text; typedef errno_t code; };
template <class T> inline typename larboard_int64<T>::time time(T *to) { return *to = time((time_t *)nullptr); }
template <class T> inline typename larboard_int64<T>::time _time64(T *to) { return *to = _time64((__time64_t *)nullptr); }
template <class T> inline typename larboard_int64<T>::fields localtime(const T *time) { return localtime((const time_t *)time); }
template <class T> inline typename larboard_int64<T>::fields _localtime64(const T *time) { return localtime((const time_t *)time); }
template <class T> inline typename larboard_int64<T>::fields gmtime(const T *time) { return gmtime((const time_t *)time); }
template <class T> inline typename larboard_int64<T>::text ctime(const T *time) { return ctime((const time_t *)time); }
template <class T> inline typename larboard_int64<T>::code localtime_s(struct tm *to, const T *time) { return localtime_s(to, (const time_t *)time); }
template <class T> inline typename larboard_int64<T>::code _localtime64_s(struct tm *to, const T *time) { return localtime_s(to, (const time_t *)time); }
template <class T> inline typename larboard_int64<T>::code gmtime_s(struct tm *to, const T *time) { return gmtime_s(to, (const time_t *)time); }
template <class T> inline typename larboard_int64<T>::code _gmtime64_s(struct tm *to, const T *time) { return gmtime_s(to, (const time_t *)time); }
template <size_t N> inline errno_t asctime_s(char (&to)[N], const struct tm *time) { return asctime_s(to, N, time); }
template <size_t N> inline errno_t ctime_s(char (&to)[N], const time_t *time) { return ctime_s(to, N, time); }
template <size_t N> inline errno_t _ctime64_s(char (&to)[N], const __time64_t *time) { return _ctime64_s(to, N, time); }
template <size_t N> inline errno_t _wasctime_s(wchar_t (&to)[N], const struct tm *time) { return _wasctime_s(to, N, time); }
template <size_t N> inline errno_t _wctime_s(wchar_t (&to)[N], const time_t *time) { return _wctime_s(to, N, time); }
template <size_t N> inline errno_t _strdate_s(char (&to)[N]) { return _strdate_s(to, N); }
template <size_t N> inline errno_t _strtime_s(char (&to)[N]) { return _strtime_s(to, N); }
template <size_t N> inline errno_t _wstrdate_s(wchar_t (&to)[N]) { return _wstrdate_s(to, N); }
template <size_t N> inline errno_t _wstrtime_s(wchar_t (&to)[N]) { return _wstrtime_s(to, N); }
}
#endif

LARBOARD_END

#endif
