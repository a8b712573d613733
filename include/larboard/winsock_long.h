/* Windows Sockets' functions for addresses of a `long`. */
#ifndef LARBOARD_WINSOCK_LONG_H
#define LARBOARD_WINSOCK_LONG_H

#include <larboard/long.h>

#ifdef LARBOARD_LONG_OVERLOADS
extern "C++" {
LARBOARD_LONG(T) inline int WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesRecvd, LPDWORD lpFlags,
    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecv(
        s, lpBuffers, dwBufferCount, LARBOARD_RESULT(T, lpNumberOfBytesRecvd), lpFlags, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(F) inline int WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, F *lpFlags,
    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecv(
        s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, LARBOARD_RESULT(F, lpFlags), lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG2(T, F) inline int WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesRecvd, F *lpFlags, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecv(
        s, lpBuffers, dwBufferCount, LARBOARD_RESULT(T, lpNumberOfBytesRecvd),
        LARBOARD_RESULT(F, lpFlags), lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(T) inline int WSARecvFrom(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr *lpFrom,
    LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecvFrom(
        s, lpBuffers, dwBufferCount,
        LARBOARD_RESULT(T, lpNumberOfBytesRecvd), lpFlags, lpFrom, lpFromlen, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(F) inline int WSARecvFrom(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, F *lpFlags, struct sockaddr *lpFrom,
    LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecvFrom(
        s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
        LARBOARD_RESULT(F, lpFlags), lpFrom, lpFromlen, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG2(T, F) inline int WSARecvFrom(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesRecvd, F *lpFlags, struct sockaddr *lpFrom,
    LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSARecvFrom(
        s, lpBuffers, dwBufferCount, LARBOARD_RESULT(T, lpNumberOfBytesRecvd),
        LARBOARD_RESULT(F, lpFlags), lpFrom, lpFromlen, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(T) inline int WSASend(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesSent, DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSASend(
        s, lpBuffers, dwBufferCount, LARBOARD_RESULT(T, lpNumberOfBytesSent), dwFlags, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(T) inline int WSASendTo(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, T *lpNumberOfBytesSent, DWORD dwFlags, const struct sockaddr *lpTo,
    int iTolen, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSASendTo(
        s, lpBuffers, dwBufferCount,
        LARBOARD_RESULT(T, lpNumberOfBytesSent), dwFlags, lpTo, iTolen, lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(T) inline int WSAIoctl(
    SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
    T *lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
    return WSAIoctl(
        s, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer,
        LARBOARD_RESULT(T, lpcbBytesReturned), lpOverlapped, lpCompletionRoutine);
}
LARBOARD_LONG(T) inline BOOL WSAGetOverlappedResult(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, T *lpcbTransfer, BOOL fWait, LPDWORD lpdwFlags) {
    return WSAGetOverlappedResult(s, lpOverlapped, LARBOARD_RESULT(T, lpcbTransfer), fWait, lpdwFlags);
}
LARBOARD_LONG(F) inline BOOL WSAGetOverlappedResult(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer, BOOL fWait, F *lpdwFlags) {
    return WSAGetOverlappedResult(s, lpOverlapped, lpcbTransfer, fWait, LARBOARD_RESULT(F, lpdwFlags));
}
LARBOARD_LONG2(T, F) inline BOOL WSAGetOverlappedResult(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, T *lpcbTransfer, BOOL fWait, F *lpdwFlags) {
    return WSAGetOverlappedResult(s, lpOverlapped, LARBOARD_RESULT(T, lpcbTransfer), fWait, LARBOARD_RESULT(F, lpdwFlags));
}
LARBOARD_LONG(T) inline INT WSAAddressToStringA(
    LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
    T *lpdwAddressStringLength) {
    return WSAAddressToStringA(
        lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString, LARBOARD_RESULT(T, lpdwAddressStringLength));
}
LARBOARD_LONG(T) inline INT WSAAddressToStringW(
    LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
    T *lpdwAddressStringLength) {
    return WSAAddressToStringW(
        lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString, LARBOARD_RESULT(T, lpdwAddressStringLength));
}
}
#endif

/* In C too: the address is never NULL. */
#ifndef LARBOARD_NO_OVERLOADS
#ifdef __cplusplus
extern "C++" {
#endif
LARBOARD_OVERLOAD int ioctlsocket(SOCKET s, LONG cmd, unsigned long *argp) {
    u_long number = (u_long)*argp;
    int result = ioctlsocket(s, cmd, &number);
    *argp = number;
    return result;
}
LARBOARD_OVERLOAD int ioctlsocket(SOCKET s, LONG cmd, long *argp) {
    u_long number = (u_long)*argp;
    int result = ioctlsocket(s, cmd, &number);
    *argp = (int)number;
    return result;
}
LARBOARD_OVERLOAD int ioctlsocket(SOCKET s, LONG cmd, int *argp) { return ioctlsocket(s, cmd, (u_long *)argp); }
#ifdef __cplusplus
}
#endif
#endif

#endif
