// 비동기 입출력과 이벤트: 끝난 입출력을 이벤트가 알린다. 접속은 주 스레드가, 입출력은 작업 스레드가 맡는다.
#include "..\Common.h"

struct SOCKETINFO
{
    WSAOVERLAPPED overlapped;
    SOCKET sock;
    char who[32];
    char buf[BUFSIZE];
    WSABUF wsabuf;
    DWORD received;
    DWORD sent;
};

// 첫 이벤트는 소켓이 늘었음을 알린다.
static SOCKETINFO *g_infos[WSA_MAXIMUM_WAIT_EVENTS];
static WSAEVENT g_events[WSA_MAXIMUM_WAIT_EVENTS];
static DWORD g_count = 1;
static CRITICAL_SECTION g_cs;
static SOCKET g_listener;
static volatile bool g_stopping = false;

static void Remove(DWORD at)
{
    EnterCriticalSection(&g_cs);
    printf("[서버] %s 종료\n", g_infos[at]->who);
    closesocket(g_infos[at]->sock);
    WSACloseEvent(g_events[at]);
    delete g_infos[at];
    --g_count;
    g_infos[at] = g_infos[g_count];
    g_events[at] = g_events[g_count];
    LeaveCriticalSection(&g_cs);
}

static bool Receive(SOCKETINFO *info)
{
    DWORD flags = 0;
    info->received = info->sent = 0;
    info->wsabuf.buf = info->buf;
    info->wsabuf.len = BUFSIZE;
    WSAResetEvent(info->overlapped.hEvent);
    int result = WSARecv(info->sock, &info->wsabuf, 1, NULL, &flags, &info->overlapped, NULL);
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static bool Send(SOCKETINFO *info)
{
    info->wsabuf.buf = info->buf + info->sent;
    info->wsabuf.len = info->received - info->sent;
    WSAResetEvent(info->overlapped.hEvent);
    int result = WSASend(info->sock, &info->wsabuf, 1, NULL, 0, &info->overlapped, NULL);
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

// 끝난 입출력 다음 것을 시작한다.
static bool Next(SOCKETINFO *info)
{
    DWORD transferred, flags;
    if (!WSAGetOverlappedResult(info->sock, &info->overlapped, &transferred, FALSE, &flags) || transferred == 0)
        return false;
    if (info->received == 0)
    {
        info->received = transferred;
        printf("[%s] %.*s\n", info->who, (int)transferred, info->buf);
    }
    else
        info->sent += transferred;
    return info->sent < info->received ? Send(info) : Receive(info);
}

DWORD WINAPI WorkerThread(LPVOID)
{
    while (true)
    {
        EnterCriticalSection(&g_cs);
        DWORD count = g_count;
        LeaveCriticalSection(&g_cs);
        DWORD at = WSAWaitForMultipleEvents(count, g_events, FALSE, WSA_INFINITE, FALSE);
        if (at == WSA_WAIT_FAILED)
            ErrorQuit("WSAWaitForMultipleEvents");
        if (g_stopping)
            return 0;
        at -= WSA_WAIT_EVENT_0;
        if (at == 0)
            WSAResetEvent(g_events[0]);
        else if (!Next(g_infos[at]))
            Remove(at);
    }
}

static void Add(SOCKET s)
{
    SOCKETINFO *info = new SOCKETINFO();
    info->sock = s;
    info->overlapped.hEvent = WSACreateEvent();
    AddressOf(s, info->who);
    EnterCriticalSection(&g_cs);
    if (g_count == WSA_MAXIMUM_WAIT_EVENTS)
    {
        printf("[서버] %s 거절: 자리가 없다\n", info->who);
        WSACloseEvent(info->overlapped.hEvent);
        closesocket(s);
        delete info;
    }
    else
    {
        printf("[서버] %s 접속\n", info->who);
        g_infos[g_count] = info;
        g_events[g_count++] = info->overlapped.hEvent;
        if (!Receive(info))
            WSASetEvent(info->overlapped.hEvent);
        WSASetEvent(g_events[0]);
    }
    LeaveCriticalSection(&g_cs);
}

int main(int argc, char *argv[])
{
    InitializeCriticalSection(&g_cs);
    g_listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    g_events[0] = WSACreateEvent();
    if (g_events[0] == WSA_INVALID_EVENT)
        ErrorQuit("WSACreateEvent");
    StopWith([] { g_stopping = true; closesocket(g_listener); });

    DWORD threadId;
    HANDLE worker = CreateThread(NULL, 0, WorkerThread, NULL, 0, &threadId);
    if (worker == NULL)
        ErrorQuit("CreateThread");
    SOCKET s;
    while ((s = accept(g_listener, NULL, NULL)) != INVALID_SOCKET)
        Add(s);
    if (!g_stopping)
        ErrorQuit("accept");

    WSASetEvent(g_events[0]);
    WaitForSingleObject(worker, INFINITE);
    CloseHandle(worker);
    while (g_count > 1)
        Remove(g_count - 1);
    WSACloseEvent(g_events[0]);
    DeleteCriticalSection(&g_cs);
    WSACleanup();
    printf("[서버] 끝\n");
    return 0;
}
