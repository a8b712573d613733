/* The header of headers. */
#ifndef _WINDOWS_
#define _WINDOWS_
#define _INC_WINDOWS

#include <larboard/linkage.h>
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
#if __has_include(<winnls.h>)
#include <winnls.h>
#endif
#if __has_include(<wincon.h>)
#include <wincon.h>
#endif
#if __has_include(<winver.h>)
#include <winver.h>
#endif
#if __has_include(<winreg.h>)
#include <winreg.h>
#endif
#if __has_include(<winnetwk.h>)
#include <winnetwk.h>
#endif
#if __has_include(<virtdisk.h>)
#include <virtdisk.h>
#endif
#if __has_include(<consoleapi.h>)
#include <consoleapi.h>
#endif

#ifndef WIN32_LEAN_AND_MEAN
#if __has_include(<mmsystem.h>)
#include <mmsystem.h>
#endif
#if __has_include(<timeapi.h>)
#include <timeapi.h>
#endif
#ifndef _WINSOCK2API_
#include <winsock2.h>
#include <mswsock.h>
#endif
#endif

#if __has_include(<winsvc.h>)
#include <winsvc.h>
#endif

#endif
