/* Threads and processes. */
#ifndef _PROCESSTHREADSAPI_H_
#define _PROCESSTHREADSAPI_H_

#include <minwinbase.h>
#include <larboard/long.h>

#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)
LARBOARD_BEGIN
HANDLE WINAPI CreateThread(
    LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize, LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
    DWORD dwCreationFlags, LPDWORD lpThreadId);
void WINAPI ExitThread(DWORD dwExitCode);
HANDLE WINAPI GetCurrentThread(void);
DWORD WINAPI GetCurrentThreadId(void);
BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);
DWORD WINAPI GetThreadId(HANDLE Thread);
DWORD WINAPI ResumeThread(HANDLE hThread);
DWORD WINAPI SuspendThread(HANDLE hThread);
BOOL WINAPI SwitchToThread(void);
DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData);
HANDLE WINAPI GetCurrentProcess(void);
DWORD WINAPI GetCurrentProcessId(void);
DWORD WINAPI GetProcessId(HANDLE Process);
DWORD WINAPI TlsAlloc(void);
LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);
BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);
BOOL WINAPI TlsFree(DWORD dwTlsIndex);
LARBOARD_END

#ifdef LARBOARD_LONG_OVERLOADS
extern "C++" {
LARBOARD_LONG(T) inline HANDLE CreateThread(
    LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize, LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
    DWORD dwCreationFlags, T *lpThreadId) {
    return CreateThread(
        lpThreadAttributes, dwStackSize, lpStartAddress, lpParameter, dwCreationFlags,
        (LPDWORD)larboard::long_result<T>(lpThreadId));
}
LARBOARD_LONG(T) inline BOOL GetExitCodeThread(HANDLE hThread, T *lpExitCode) {
    return GetExitCodeThread(hThread, (LPDWORD)larboard::long_result<T>(lpExitCode));
}
}
#endif

#endif
