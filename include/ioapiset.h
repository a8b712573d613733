/* Overlapped I/O and completion ports. */
#ifndef _IO_APISET_H_
#define _IO_APISET_H_

#include <minwinbase.h>
#include <larboard/long.h>

LARBOARD_BEGIN
HANDLE WINAPI CreateIoCompletionPort(
    HANDLE FileHandle, HANDLE ExistingCompletionPort, ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads);
BOOL WINAPI GetQueuedCompletionStatus(
    HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred, PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped,
    DWORD dwMilliseconds);
BOOL WINAPI GetQueuedCompletionStatusEx(
    HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount, PULONG ulNumEntriesRemoved,
    DWORD dwMilliseconds, BOOL fAlertable);
BOOL WINAPI PostQueuedCompletionStatus(
    HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred, ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped);
BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
BOOL WINAPI GetOverlappedResultEx(
    HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds, BOOL bAlertable);
BOOL WINAPI CancelIo(HANDLE hFile);
BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
BOOL WINAPI CancelSynchronousIo(HANDLE hThread);
LARBOARD_END

#ifdef LARBOARD_LONG_OVERLOADS
extern "C++" {
LARBOARD_LONG(T) inline BOOL GetQueuedCompletionStatus(
    HANDLE CompletionPort, T *lpNumberOfBytesTransferred, PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped,
    DWORD dwMilliseconds) {
    return GetQueuedCompletionStatus(
        CompletionPort, LARBOARD_RESULT(T, lpNumberOfBytesTransferred), lpCompletionKey, lpOverlapped, dwMilliseconds);
}
LARBOARD_WORD(W) inline BOOL GetQueuedCompletionStatus(
    HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred, W *lpCompletionKey, LPOVERLAPPED *lpOverlapped,
    DWORD dwMilliseconds) {
    return GetQueuedCompletionStatus(
        CompletionPort, lpNumberOfBytesTransferred, (PULONG_PTR)lpCompletionKey, lpOverlapped, dwMilliseconds);
}
LARBOARD_LONG_WORD(T, W) inline BOOL GetQueuedCompletionStatus(
    HANDLE CompletionPort, T *lpNumberOfBytesTransferred, W *lpCompletionKey, LPOVERLAPPED *lpOverlapped,
    DWORD dwMilliseconds) {
    return GetQueuedCompletionStatus(
        CompletionPort, LARBOARD_RESULT(T, lpNumberOfBytesTransferred),
        (PULONG_PTR)lpCompletionKey, lpOverlapped, dwMilliseconds);
}
LARBOARD_LONG(T) inline BOOL GetQueuedCompletionStatusEx(
    HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount, T *ulNumEntriesRemoved,
    DWORD dwMilliseconds, BOOL fAlertable) {
    return GetQueuedCompletionStatusEx(
        CompletionPort, lpCompletionPortEntries, ulCount,
        LARBOARD_RESULT(T, ulNumEntriesRemoved), dwMilliseconds, fAlertable);
}
LARBOARD_LONG(T) inline BOOL GetOverlappedResult(
    HANDLE hFile, LPOVERLAPPED lpOverlapped, T *lpNumberOfBytesTransferred, BOOL bWait) {
    return GetOverlappedResult(hFile, lpOverlapped, LARBOARD_RESULT(T, lpNumberOfBytesTransferred), bWait);
}
}
#endif

#endif
