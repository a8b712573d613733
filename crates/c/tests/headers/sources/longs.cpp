// Addresses of a `long`, and of 64-bit numbers of any name, where Windows has LONG, DWORD and ULONG_PTR.
#include <winsock2.h>
#include <windows.h>
#include <stdint.h>

void use(SOCKET s, HANDLE port) {
    unsigned long count = 0, flags = 0;
    long signed_count = 0;
    DWORD number = 0;
    size_t key;
    ULONG_PTR long_pointer;
    DWORD_PTR other;
    uint64_t sixty_four;
    unsigned __int64 microsofts;
    OVERLAPPED *overlapped = nullptr;
    WSABUF buffer = {};
    ioctlsocket(s, FIONBIO, &count);
    ioctlsocket(s, FIONBIO, &signed_count);
    ioctlsocket(s, FIONBIO, &number);
    WSARecv(s, &buffer, 1, &count, &number, overlapped, NULL);
    WSARecv(s, &buffer, 1, &number, &flags, overlapped, NULL);
    WSARecv(s, &buffer, 1, &count, &flags, overlapped, 0);
    WSARecv(s, &buffer, 1, NULL, &flags, overlapped, nullptr);
    WSARecv(s, &buffer, 1, nullptr, &number, overlapped, nullptr);
    WSASend(s, &buffer, 1, &count, 0, overlapped, NULL);
    WSASend(s, &buffer, 1, NULL, 0, overlapped, NULL);
    WSASend(s, &buffer, 1, 0, 0, 0, 0);
    GetQueuedCompletionStatus(port, &number, &key, &overlapped, INFINITE);
    GetQueuedCompletionStatus(port, &count, &long_pointer, &overlapped, INFINITE);
    GetQueuedCompletionStatus(port, &count, &sixty_four, &overlapped, INFINITE);
    GetQueuedCompletionStatus(port, &number, &other, &overlapped, INFINITE);
    GetQueuedCompletionStatus(port, &number, &microsofts, &overlapped, INFINITE);
    ReadFile(port, &buffer, 1, &count, 0);
    WriteFile(port, "", 1, &number, NULL);
    WriteFile(port, "", 1, &count, nullptr);
}
