// 예제들이 함께 쓰는 것: 오류, 기다리는 소켓, 기록, Ctrl+C.
#pragma once

#include <WinSock2.h>
#include <WS2tcpip.h>
#include <Windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma comment(lib, "ws2_32.lib")

#define BUFSIZE 512

// 오류를 알리고 끝낸다.
static void ErrorQuit(const char *what)
{
    DWORD code = GetLastError();
    LPSTR text = NULL;
    FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
        NULL, code, MAKELANGID(LANG_KOREAN, SUBLANG_DEFAULT), (LPSTR)&text, 0, NULL);
    fprintf(stderr, "[%s] %lu: %s\n", what, code, text ? text : "");
    LocalFree(text);
    exit(1);
}

// 클라이언트의 주소를 "IP:포트"로.
static const char *AddressOf(SOCKET s, char text[32])
{
    SOCKADDR_IN address;
    int length = sizeof(address);
    char ip[INET_ADDRSTRLEN] = "?";
    ZeroMemory(&address, sizeof(address));
    if (getpeername(s, (SOCKADDR *)&address, &length) == 0)
        inet_ntop(AF_INET, &address.sin_addr, ip, sizeof(ip));
    sprintf_s(text, 32, "%s:%d", ip, ntohs(address.sin_port));
    return text;
}

// 윈속을 시작하고 포트에서 기다린다. 0이면 빈 포트를 쓴다.
static SOCKET OpenListener(int port)
{
    WSADATA wsa;
    SOCKADDR_IN address;
    int length = sizeof(address);
    SOCKET s;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (WSAStartup(MAKEWORD(2, 2), &wsa) != 0)
        ErrorQuit("WSAStartup");
    s = socket(AF_INET, SOCK_STREAM, 0);
    if (s == INVALID_SOCKET)
        ErrorQuit("socket");
    ZeroMemory(&address, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((u_short)port);
    if (bind(s, (SOCKADDR *)&address, sizeof(address)) == SOCKET_ERROR)
        ErrorQuit("bind");
    if (listen(s, SOMAXCONN) == SOCKET_ERROR)
        ErrorQuit("listen");
    getsockname(s, (SOCKADDR *)&address, &length);
    printf("[서버] 127.0.0.1:%d\n", ntohs(address.sin_port));
    return s;
}

// Ctrl+C가 눌리면 부를 함수.
static void (*g_stop)(void);

static BOOL WINAPI OnCtrl(DWORD type)
{
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT && type != CTRL_CLOSE_EVENT)
        return FALSE;
    g_stop();
    return TRUE;
}

static void StopWith(void (*stop)(void))
{
    g_stop = stop;
    SetConsoleCtrlHandler(OnCtrl, TRUE);
}
