/* What getaddrinfo's errors are called: part of ws2tcpip.h. The text stays until the next call. */
#ifndef LARBOARD_GAI_STRERROR_H
#define LARBOARD_GAI_STRERROR_H

#include <larboard/texts.h>

#define GAI_STRERROR_BUFFER_SIZE 1024

LARBOARD_BEGIN
static inline __attribute__((unused)) char *gai_strerrorA(int ecode)
{
    static char text[GAI_STRERROR_BUFFER_SIZE + 1];
    /* From the system, without inserts, in one line. */
    FormatMessageA(0x1000 | 0x0200 | 0xff, NULL, (DWORD)ecode, 0, text, GAI_STRERROR_BUFFER_SIZE, NULL);
    return text;
}

static inline __attribute__((unused)) WCHAR *gai_strerrorW(int ecode)
{
    static WCHAR text[GAI_STRERROR_BUFFER_SIZE + 1];
    FormatMessageW(0x1000 | 0x0200 | 0xff, NULL, (DWORD)ecode, 0, text, GAI_STRERROR_BUFFER_SIZE, NULL);
    return text;
}
LARBOARD_END

#ifdef UNICODE
#define gai_strerror gai_strerrorW
#else
#define gai_strerror gai_strerrorA
#endif

#endif
