/* 블로킹 소켓: 클라이언트마다 스레드 하나. C로 썼다. */
#include "..\Common.h"
#include <process.h>

static SOCKET g_listener;
static SOCKET g_clients[FD_SETSIZE];
static CRITICAL_SECTION g_lock;
static volatile LONG g_running = 1;
static volatile LONG g_threads;
static HANDLE g_idle;

static BOOL Add(SOCKET s)
{
    BOOL added = FALSE;
    int i;
    EnterCriticalSection(&g_lock);
    for (i = 0; g_running && !added && i < FD_SETSIZE; i++) {
        if (g_clients[i] == 0) {
            g_clients[i] = s;
            added = TRUE;
        }
    }
    LeaveCriticalSection(&g_lock);
    return added;
}

static void Remove(SOCKET s)
{
    int i;
    EnterCriticalSection(&g_lock);
    for (i = 0; i < FD_SETSIZE; i++) {
        if (g_clients[i] == s) {
            g_clients[i] = 0;
            closesocket(s);
        }
    }
    LeaveCriticalSection(&g_lock);
}

/* 닫힌 소켓의 recv()와 accept()는 오류로 돌아온다. */
static void Stop(void)
{
    int i;
    EnterCriticalSection(&g_lock);
    g_running = 0;
    closesocket(g_listener);
    for (i = 0; i < FD_SETSIZE; i++)
        if (g_clients[i] != 0)
            closesocket(g_clients[i]);
    ZeroMemory(g_clients, sizeof(g_clients));
    LeaveCriticalSection(&g_lock);
}

static unsigned __stdcall Serve(void *arg)
{
    SOCKET s = (SOCKET)arg;
    char buf[BUFSIZE + 1], who[32];
    int received;

    printf("[서버] %s 접속\n", AddressOf(s, who));
    while ((received = recv(s, buf, BUFSIZE, 0)) > 0) {
        buf[received] = '\0';
        printf("[%s] %s\n", who, buf);
        if (send(s, buf, received, 0) == SOCKET_ERROR)
            break;
    }
    printf("[서버] %s 종료\n", who);
    Remove(s);
    if (InterlockedDecrement(&g_threads) == 0)
        SetEvent(g_idle);
    return 0;
}

int main(int argc, char *argv[])
{
    InitializeCriticalSection(&g_lock);
    g_idle = CreateEvent(NULL, FALSE, FALSE, NULL);
    g_listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    StopWith(Stop);

    InterlockedIncrement(&g_threads);
    for (;;) {
        HANDLE thread;
        SOCKET s = accept(g_listener, NULL, NULL);
        if (s == INVALID_SOCKET)
            break;
        if (!Add(s)) {
            closesocket(s);
            continue;
        }
        InterlockedIncrement(&g_threads);
        thread = (HANDLE)_beginthreadex(NULL, 0, Serve, (void *)s, 0, NULL);
        CloseHandle(thread);
    }
    if (g_running)
        ErrorQuit("accept");
    if (InterlockedDecrement(&g_threads) != 0)
        WaitForSingleObject(g_idle, INFINITE);

    CloseHandle(g_idle);
    DeleteCriticalSection(&g_lock);
    WSACleanup();
    printf("[서버] 끝\n");
    return 0;
}
