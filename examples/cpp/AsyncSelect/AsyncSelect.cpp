// WSAAsyncSelect(): 소켓의 소식이 창의 메시지로 온다. 창은 보이지 않는다.
#include "..\Common.h"
#include <tchar.h>
#include <map>
#include <string>

#define WM_SOCKET (WM_USER + 1)

struct SOCKETINFO
{
    char who[32];
    std::string pending;
    bool blocked;           // FD_WRITE를 기다린다
    bool left;              // 기다리는 동안 읽을 것이 왔다
};

static HWND g_window;
static std::map<SOCKET, SOCKETINFO> g_sockets;

static void Remove(SOCKET s)
{
    printf("[서버] %s 종료\n", g_sockets[s].who);
    g_sockets.erase(s);
    closesocket(s);
}

static void OnAccept(SOCKET listener)
{
    SOCKET s = accept(listener, NULL, NULL);
    if (s == INVALID_SOCKET)
    {
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            ErrorQuit("accept");
        return;
    }
    SOCKETINFO info = {};
    printf("[서버] %s 접속\n", AddressOf(s, info.who));
    g_sockets[s] = info;
    if (WSAAsyncSelect(s, g_window, WM_SOCKET, FD_READ | FD_WRITE | FD_CLOSE) == SOCKET_ERROR)
        ErrorQuit("WSAAsyncSelect");
}

static void OnWrite(SOCKET s)
{
    SOCKETINFO &info = g_sockets[s];
    info.blocked = false;
    while (!info.pending.empty())
    {
        int sent = send(s, info.pending.data(), (int)info.pending.size(), 0);
        if (sent == SOCKET_ERROR)
        {
            if (WSAGetLastError() != WSAEWOULDBLOCK)
                return Remove(s);
            info.blocked = true;
            return;
        }
        info.pending.erase(0, sent);
    }
    if (info.left)
    {
        info.left = false;
        PostMessage(g_window, WM_SOCKET, s, FD_READ);
    }
}

static void OnRead(SOCKET s)
{
    SOCKETINFO &info = g_sockets[s];
    if (info.blocked)
    {
        info.left = true;
        return;
    }
    char buf[BUFSIZE];
    int received = recv(s, buf, BUFSIZE, 0);
    if (received == SOCKET_ERROR)
    {
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            Remove(s);
        return;
    }
    info.pending.append(buf, received);
    printf("[%s] %.*s\n", info.who, received, buf);
    OnWrite(s);
}

LRESULT CALLBACK WndProc(HWND hWnd, UINT message, WPARAM wParam, LPARAM lParam)
{
    switch (message)
    {
    case WM_SOCKET:
        if (WSAGETSELECTEVENT(lParam) == FD_ACCEPT)
            OnAccept((SOCKET)wParam);
        else if (g_sockets.count((SOCKET)wParam) == 0)
            break;          // 닫힌 뒤에 온 메시지
        else if (WSAGETSELECTERROR(lParam) != 0)
            Remove((SOCKET)wParam);
        else if (WSAGETSELECTEVENT(lParam) == FD_READ)
            OnRead((SOCKET)wParam);
        else if (WSAGETSELECTEVENT(lParam) == FD_WRITE)
            OnWrite((SOCKET)wParam);
        else if (WSAGETSELECTEVENT(lParam) == FD_CLOSE)
            Remove((SOCKET)wParam);
        break;
    case WM_DESTROY:
        PostQuitMessage(0);
        break;
    default:
        return DefWindowProc(hWnd, message, wParam, lParam);
    }
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    WNDCLASS wc = {};
    wc.lpfnWndProc = WndProc;
    wc.hInstance = GetModuleHandle(NULL);
    wc.lpszClassName = _T("EchoWindow");
    if (!RegisterClass(&wc))
        ErrorQuit("RegisterClass");
    g_window = CreateWindow(_T("EchoWindow"), _T("에코 서버"), WS_OVERLAPPEDWINDOW, 0, 0, 200, 100, NULL, NULL, wc.hInstance, NULL);
    if (g_window == NULL)
        ErrorQuit("CreateWindow");

    SOCKET listener = OpenListener(argc > 1 ? _ttoi(argv[1]) : 9000);
    if (WSAAsyncSelect(listener, g_window, WM_SOCKET, FD_ACCEPT) == SOCKET_ERROR)
        ErrorQuit("WSAAsyncSelect");
    StopWith([] { PostMessage(g_window, WM_CLOSE, 0, 0); });

    MSG msg;
    while (GetMessage(&msg, NULL, 0, 0) > 0)
    {
        TranslateMessage(&msg);
        DispatchMessage(&msg);
    }

    for (auto &entry : g_sockets)
        closesocket(entry.first);
    closesocket(listener);
    WSACleanup();
    printf("[서버] 끝\n");
    return (int)msg.wParam;
}
