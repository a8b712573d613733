// As programs do that mix C and C++.
extern "C" {
#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <process.h>
#include <tchar.h>
#include <conio.h>
#include <mmsystem.h>
}
#include <string>

int use(SOCKET s) {
    long number = 0;
    InterlockedIncrement(&number);
    return min(1, 2) + max(1, 2u) + closesocket(s);
}
