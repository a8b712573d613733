/* Values of fibers, of which every thread is one. */
#ifndef _FIBERSAPI_H_
#define _FIBERSAPI_H_

#include <minwinbase.h>

#define FLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)
LARBOARD_BEGIN
DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback);
PVOID WINAPI FlsGetValue(DWORD dwFlsIndex);
BOOL WINAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData);
BOOL WINAPI FlsFree(DWORD dwFlsIndex);
LARBOARD_END

#endif
