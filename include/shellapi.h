/* Command lines. */
#ifndef _INC_SHELLAPI
#define _INC_SHELLAPI

#include <windef.h>

LARBOARD_BEGIN
LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int *pNumArgs);
LARBOARD_END

#endif
