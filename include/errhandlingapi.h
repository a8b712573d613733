/* Errors and exceptions. */
#ifndef _ERRHANDLING_H_
#define _ERRHANDLING_H_

#include <excpt.h>
#include <minwinbase.h>

typedef LONG(WINAPI *PTOP_LEVEL_EXCEPTION_FILTER)(struct _EXCEPTION_POINTERS *ExceptionInfo);
typedef PTOP_LEVEL_EXCEPTION_FILTER LPTOP_LEVEL_EXCEPTION_FILTER;

#define SEM_FAILCRITICALERRORS 0x01
#define SEM_NOGPFAULTERRORBOX 0x02
#define SEM_NOALIGNMENTFAULTEXCEPT 0x04
#define SEM_NOOPENFILEERRORBOX 0x8000
LARBOARD_BEGIN
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);
LPTOP_LEVEL_EXCEPTION_FILTER WINAPI SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER lpTopLevelExceptionFilter);
LONG WINAPI UnhandledExceptionFilter(struct _EXCEPTION_POINTERS *ExceptionInfo);
PVOID WINAPI AddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
ULONG WINAPI RemoveVectoredExceptionHandler(PVOID Handle);
#ifdef __cplusplus
/* An exception of C++, so that __except and catch (...) get it; the name of a thread is for the library. */
void WINAPI larboard_raise(
    DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments,
    const ULONG_PTR *lpArguments) __asm__("RaiseException");
extern "C++" inline void RaiseException(
    DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments, const ULONG_PTR *lpArguments)
{
    if (dwExceptionCode == 0x406D1388)
        larboard_raise(dwExceptionCode, dwExceptionFlags, nNumberOfArguments, lpArguments);
    else
        larboard::seh::raise(dwExceptionCode, dwExceptionFlags, nNumberOfArguments, lpArguments);
}
#else
void WINAPI RaiseException(
    DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments, const ULONG_PTR *lpArguments);
#endif
UINT WINAPI SetErrorMode(UINT uMode);
UINT WINAPI GetErrorMode(void);
LARBOARD_END

#endif
