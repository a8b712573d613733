// WSAEventSelect(): 소켓마다 이벤트 하나. 한 스레드는 64개까지 기다린다.
#include "..\Common.h"
#include <vector>

typedef struct _SOCKETINFO
{
    SOCKET sock;
    char who[32];
    char buf[BUFSIZE];
    int received;
    int sent;
} SOCKETINFO, *LPSOCKETINFO;

static int g_count = 0;
static LPSOCKETINFO g_infos[WSA_MAXIMUM_WAIT_EVENTS];
static WSAEVENT g_events[WSA_MAXIMUM_WAIT_EVENTS];
static volatile LONG g_stopping = 0;

static BOOL Add(SOCKET s, long networkEvents)
{
    if (g_count >= WSA_MAXIMUM_WAIT_EVENTS)
        return FALSE;
    LPSOCKETINFO info = new SOCKETINFO;
    ZeroMemory(info, sizeof(SOCKETINFO));
    info->sock = s;
    AddressOf(s, info->who);
    WSAEVENT event = WSACreateEvent();
    if (event == WSA_INVALID_EVENT || WSAEventSelect(s, event, networkEvents) == SOCKET_ERROR)
        ErrorQuit("WSAEventSelect");
    g_infos[g_count] = info;
    g_events[g_count++] = event;
    return TRUE;
}

static void Remove(int at)
{
    closesocket(g_infos[at]->sock);
    WSACloseEvent(g_events[at]);
    delete g_infos[at];
    --g_count;
    g_infos[at] = g_infos[g_count];
    g_events[at] = g_events[g_count];
}

// 클라이언트가 떠났거나 오류가 있으면 FALSE.
static BOOL Serve(LPSOCKETINFO info)
{
    if (info->received == 0)
    {
        int received = recv(info->sock, info->buf, BUFSIZE, 0);
        if (received == SOCKET_ERROR)
            return WSAGetLastError() == WSAEWOULDBLOCK;
        if (received == 0)
            return FALSE;
        info->received = received;
        printf("[%s] %.*s\n", info->who, received, info->buf);
    }
    int sent = send(info->sock, info->buf + info->sent, info->received - info->sent, 0);
    if (sent == SOCKET_ERROR)
        return WSAGetLastError() == WSAEWOULDBLOCK;
    info->sent += sent;
    if (info->sent == info->received)
        info->received = info->sent = 0;
    return TRUE;
}

static void OnAccept(SOCKET listener)
{
    SOCKET s = accept(listener, NULL, NULL);
    if (s == INVALID_SOCKET)
        return;
    char who[32];
    AddressOf(s, who);
    if (!Add(s, FD_READ | FD_WRITE | FD_CLOSE))
    {
        printf("[서버] %s 거절: 자리가 없다\n", who);
        closesocket(s);
        return;
    }
    printf("[서버] %s 접속\n", who);
}

static void Stop()
{
    InterlockedExchange(&g_stopping, 1);
    WSASetEvent(g_events[0]);
}

int main(int argc, char *argv[])
{
    SOCKET listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    Add(listener, FD_ACCEPT | FD_CLOSE);
    StopWith(Stop);

    for (;;)
    {
        DWORD at = WSAWaitForMultipleEvents(g_count, g_events, FALSE, WSA_INFINITE, FALSE);
        if (at == WSA_WAIT_FAILED)
            ErrorQuit("WSAWaitForMultipleEvents");
        if (g_stopping)
            break;
        at -= WSA_WAIT_EVENT_0;

        WSANETWORKEVENTS network;
        LPSOCKETINFO info = g_infos[at];
        if (WSAEnumNetworkEvents(info->sock, g_events[at], &network) == SOCKET_ERROR)
            continue;
        if (network.lNetworkEvents & FD_ACCEPT)
        {
            if (network.iErrorCode[FD_ACCEPT_BIT] == 0)
                OnAccept(info->sock);
            continue;
        }
        BOOL alive = TRUE;
        if (network.lNetworkEvents & (FD_READ | FD_WRITE))
            alive = Serve(info);
        if (!alive || (network.lNetworkEvents & FD_CLOSE))
        {
            printf("[서버] %s 종료\n", info->who);
            Remove(at);
        }
    }

    while (g_count > 0)
        Remove(g_count - 1);
    WSACleanup();
    printf("[서버] 끝\n");
    return 0;
}
