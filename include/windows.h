/* The header of headers. */
#ifndef _WINDOWS_
#define _WINDOWS_
#define _INC_WINDOWS

#include <larboard/linkage.h>

/* Programs include this header inside of extern "C", where the standard library's could not stand. */
#ifdef __cplusplus
extern "C++" {
#endif

/* Of the C library, what comes along with Microsoft's header. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <sdkddkver.h>
#include <excpt.h>
#include <windef.h>
#include <winbase.h>
#include <wingdi.h>
#include <winuser.h>
#include <winnls.h>
#include <wincon.h>
#include <consoleapi.h>

#ifndef WIN32_LEAN_AND_MEAN
#include <mmsystem.h>
#include <shellapi.h>
/* A program that defines _WINSOCKAPI_ wants no sockets from here. */
#ifndef _WINSOCKAPI_
#include <winsock2.h>
#include <mswsock.h>
#endif
#endif

#include <winsvc.h>

#ifdef __cplusplus
}
#endif

#endif
