// 비동기 입출력과 완료 루틴: 끝난 입출력의 루틴이 알림 가능한 대기 중에 불린다.
#include "..\Common.h"
#include <queue>
#include <set>

struct Session : OVERLAPPED
{
    SOCKET sock;
    char who[32];
    char buf[BUFSIZE];
    DWORD received = 0, sent = 0;

    explicit Session(SOCKET s) : OVERLAPPED(), sock(s) { AddressOf(s, who); }
};

static std::queue<SOCKET> g_accepted;       // 주 스레드가 넣고 작업 스레드가 꺼낸다
static SRWLOCK g_lock = SRWLOCK_INIT;
static HANDLE g_event;
static SOCKET g_listener;
static bool g_stopping;
static std::set<Session *> g_sessions;      // 작업 스레드만 쓴다

void CALLBACK CompletionRoutine(DWORD error, DWORD transferred, LPWSAOVERLAPPED overlapped, DWORD flags);

static void Close(Session *session)
{
    printf("[서버] %s 종료\n", session->who);
    closesocket(session->sock);
    g_sessions.erase(session);
    delete session;
}

static void Start(Session *session)
{
    WSABUF wsabuf;
    int result;
    if (session->sent < session->received)
    {
        wsabuf.buf = session->buf + session->sent;
        wsabuf.len = session->received - session->sent;
        result = WSASend(session->sock, &wsabuf, 1, NULL, 0, session, CompletionRoutine);
    }
    else
    {
        DWORD flags = 0;
        session->received = session->sent = 0;
        wsabuf.buf = session->buf;
        wsabuf.len = BUFSIZE;
        result = WSARecv(session->sock, &wsabuf, 1, NULL, &flags, session, CompletionRoutine);
    }
    if (result == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
        Close(session);
}

void CALLBACK CompletionRoutine(DWORD error, DWORD transferred, LPWSAOVERLAPPED overlapped, DWORD)
{
    Session *session = static_cast<Session *>(overlapped);
    if (error != 0 || transferred == 0)
        return Close(session);
    if (session->received == 0)
    {
        session->received = transferred;
        printf("[%s] %.*s\n", session->who, (int)transferred, session->buf);
    }
    else
        session->sent += transferred;
    Start(session);
}

DWORD WINAPI WorkerThread(LPVOID)
{
    for (;;)
    {
        // 완료 루틴이 불리면 WAIT_IO_COMPLETION으로 돌아온다.
        if (WaitForSingleObjectEx(g_event, INFINITE, TRUE) != WAIT_OBJECT_0)
            continue;
        AcquireSRWLockExclusive(&g_lock);
        std::queue<SOCKET> accepted;
        accepted.swap(g_accepted);
        bool stopping = g_stopping;
        ReleaseSRWLockExclusive(&g_lock);
        for (; !accepted.empty(); accepted.pop())
        {
            Session *session = new Session(accepted.front());
            g_sessions.insert(session);
            printf("[서버] %s 접속\n", session->who);
            Start(session);
        }
        if (!stopping)
            continue;
        // 소켓을 닫으면 남은 입출력이 오류로 끝난다.
        for (Session *session : g_sessions)
            closesocket(session->sock);
        while (!g_sessions.empty())
            SleepEx(INFINITE, TRUE);
        return 0;
    }
}

int main(int argc, char *argv[])
{
    g_event = CreateEvent(NULL, FALSE, FALSE, NULL);
    g_listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    StopWith([] { closesocket(g_listener); });
    HANDLE worker = CreateThread(NULL, 0, WorkerThread, NULL, 0, NULL);
    if (worker == NULL)
        ErrorQuit("CreateThread");

    for (SOCKET s; (s = accept(g_listener, NULL, NULL)) != INVALID_SOCKET; SetEvent(g_event))
    {
        AcquireSRWLockExclusive(&g_lock);
        g_accepted.push(s);
        ReleaseSRWLockExclusive(&g_lock);
    }

    AcquireSRWLockExclusive(&g_lock);
    g_stopping = true;
    ReleaseSRWLockExclusive(&g_lock);
    SetEvent(g_event);
    WaitForSingleObject(worker, INFINITE);
    CloseHandle(worker);
    CloseHandle(g_event);
    WSACleanup();
    printf("[서버] 끝\n");
    return 0;
}
