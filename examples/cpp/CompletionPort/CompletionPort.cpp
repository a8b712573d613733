// 완료 포트: 프로세서 수의 두 배만큼의 스레드가 끝난 입출력을 나누어 처리한다. AcceptEx()로 접속을 받는다.
#include "..\Common.h"
#include <MSWSock.h>
#include <process.h>
#include <set>
#include <string>
#include <vector>
#pragma comment(lib, "mswsock.lib")

using namespace std;

enum class Operation { Accept, Receive, Send };

struct Session : public OVERLAPPED
{
    Operation operation;
    SOCKET sock;
    string who;
    DWORD received, sent;
    char buf[BUFSIZE + 2 * (sizeof(SOCKADDR_IN) + 16)];
};

static HANDLE g_port;
static SOCKET g_listener;
static set<Session *> g_sessions;       // g_cs가 지킨다
static CRITICAL_SECTION g_cs;
static volatile LONG g_stopping = 0;

static void Close(Session *session)
{
    if (!session->who.empty())
        printf("[서버] %s 종료\n", session->who.c_str());
    EnterCriticalSection(&g_cs);
    g_sessions.erase(session);
    closesocket(session->sock);
    delete session;
    LeaveCriticalSection(&g_cs);
}

// 진행 중인 입출력을 모두 끝내고, 스레드들이 세션을 지울 때까지 기다린다.
static void CloseAll()
{
    for (bool left = true; left; Sleep(1))
    {
        EnterCriticalSection(&g_cs);
        left = !g_sessions.empty();
        for (Session *session : g_sessions)
            CancelIoEx((HANDLE)session->sock, NULL);
        LeaveCriticalSection(&g_cs);
    }
}

static void Clear(Session *session, Operation operation)
{
    ZeroMemory(static_cast<OVERLAPPED *>(session), sizeof(OVERLAPPED));
    session->operation = operation;
}

static void PostAccept()
{
    Session *session = new Session();
    EnterCriticalSection(&g_cs);
    g_sessions.insert(session);
    LeaveCriticalSection(&g_cs);
    Clear(session, Operation::Accept);
    session->sock = WSASocket(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    DWORD bytes;
    const DWORD length = sizeof(SOCKADDR_IN) + 16;
    if (!AcceptEx(g_listener, session->sock, session->buf, 0, length, length, &bytes, session) && WSAGetLastError() != ERROR_IO_PENDING)
        Close(session);
}

static void PostReceive(Session *session)
{
    Clear(session, Operation::Receive);
    session->received = session->sent = 0;
    WSABUF wsabuf = { BUFSIZE, session->buf };
    DWORD flags = 0;
    if (WSARecv(session->sock, &wsabuf, 1, NULL, &flags, session, NULL) == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
        Close(session);
}

static void PostSend(Session *session)
{
    Clear(session, Operation::Send);
    WSABUF wsabuf = { session->received - session->sent, session->buf + session->sent };
    if (WSASend(session->sock, &wsabuf, 1, NULL, 0, session, NULL) == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
        Close(session);
}

static void OnAccept(Session *session)
{
    PostAccept();
    setsockopt(session->sock, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&g_listener, sizeof(g_listener));
    CreateIoCompletionPort((HANDLE)session->sock, g_port, (ULONG_PTR)session->sock, 0);
    char who[32];
    session->who = AddressOf(session->sock, who);
    printf("[서버] %s 접속\n", who);
    PostReceive(session);
}

unsigned __stdcall WorkerThread(void *)
{
    while (true)
    {
        DWORD transferred;
        ULONG_PTR key;
        Session *session = NULL;
        BOOL ok = GetQueuedCompletionStatus(g_port, &transferred, &key, (LPOVERLAPPED *)&session, INFINITE);
        if (session == NULL)
            return 0;
        if (!ok || g_stopping || (session->operation != Operation::Accept && transferred == 0))
        {
            Close(session);
            continue;
        }
        switch (session->operation)
        {
        case Operation::Accept:
            OnAccept(session);
            break;
        case Operation::Receive:
            session->received = transferred;
            printf("[%s] %.*s\n", session->who.c_str(), transferred, session->buf);
            PostSend(session);
            break;
        case Operation::Send:
            session->sent += transferred;
            if (session->sent < session->received)
                PostSend(session);
            else
                PostReceive(session);
            break;
        }
    }
}

static HANDLE g_quit;

int main(int argc, char *argv[])
{
    InitializeCriticalSection(&g_cs);
    g_quit = CreateEvent(NULL, TRUE, FALSE, NULL);
    g_port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    if (g_port == NULL)
        ErrorQuit("CreateIoCompletionPort");
    g_listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    CreateIoCompletionPort((HANDLE)g_listener, g_port, 0, 0);
    StopWith([] { SetEvent(g_quit); });

    SYSTEM_INFO si;
    GetSystemInfo(&si);
    vector<HANDLE> threads;
    for (DWORD i = 0; i < si.dwNumberOfProcessors * 2; i++)
        threads.push_back((HANDLE)_beginthreadex(NULL, 0, WorkerThread, NULL, 0, NULL));
    for (int i = 0; i < 8; i++)
        PostAccept();

    WaitForSingleObject(g_quit, INFINITE);
    InterlockedExchange(&g_stopping, 1);
    closesocket(g_listener);
    CloseAll();
    for (size_t i = 0; i < threads.size(); i++)
        PostQueuedCompletionStatus(g_port, 0, 0, NULL);
    WaitForMultipleObjects((DWORD)threads.size(), threads.data(), TRUE, INFINITE);
    for (HANDLE thread : threads)
        CloseHandle(thread);
    CloseHandle(g_port);
    CloseHandle(g_quit);
    WSACleanup();
    DeleteCriticalSection(&g_cs);
    printf("[서버] 끝\n");
    return 0;
}
