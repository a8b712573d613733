// An echo server on one completion port in C++, for `larboard build`: the same as src/bin/port_echo.rs.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <process.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma comment(lib, "ws2_32")

static HANDLE port;
static DWORD room = 512;

// One client and its only operation. The buffer follows in the same block.
struct Client : OVERLAPPED
{
    SOCKET socket;
    DWORD due; // bytes in the buffer that go back; 0 while receiving
    DWORD sent;

    char *buffer() { return reinterpret_cast<char *>(this + 1); }
};

static void Fail(const char *what)
{
    fprintf(stderr, "port_cpp_echo: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void End(Client *client)
{
    closesocket(client->socket);
    free(client);
}

// Sends the rest of what is due, or else receives.
static void Start(Client *client)
{
    DWORD flags = 0;
    WSABUF all = {client->due ? client->due - client->sent : room, client->buffer() + (client->due ? client->sent : 0)};
    int result = client->due ? WSASend(client->socket, &all, 1, NULL, 0, client, NULL)
                             : WSARecv(client->socket, &all, 1, NULL, &flags, client, NULL);
    if (result == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
        End(client);
}

static void Proceed(Client *client, DWORD bytes)
{
    if (client->due == 0)
    {
        client->due = bytes;
        client->sent = 0;
    }
    else
        client->sent += bytes;
    if (client->sent == client->due)
        client->due = 0;
    Start(client);
}

static unsigned __stdcall Work(void *)
{
    for (;;)
    {
        DWORD bytes = 0;
        ULONG_PTR key;
        OVERLAPPED *overlapped = NULL;
        BOOL success = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
        if (overlapped == NULL)
            return 0;
        Client *client = static_cast<Client *>(overlapped);
        if (!success || bytes == 0)
            End(client);
        else
            Proceed(client, bytes);
    }
}

// The process ends with its standard input, so that it never outlives the runner.
static unsigned __stdcall Watch(void *)
{
    getchar();
    ExitProcess(0);
    return 0;
}

static SOCKET Listen()
{
    WSADATA data;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        Fail("WSAStartup");
    SOCKET listener = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    SOCKADDR_IN address = {};
    int size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (SOCKADDR *)&address, size) != 0 || listen(listener, 4096) != 0)
        Fail("listen");
    getsockname(listener, (SOCKADDR *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

// The value of --NAME=VALUE or of --NAME VALUE.
static int Option(int argc, char **argv, const char *name, int otherwise)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
    {
        if (strncmp(argv[i], name, length) != 0)
            continue;
        if (argv[i][length] == '=')
            return atoi(argv[i] + length + 1);
        if (argv[i][length] == 0 && i + 1 < argc)
            return atoi(argv[i + 1]);
    }
    return otherwise;
}

// By Linux' number: an affinity mask counts the processors that the runner has left to this process.
static void Pin(int processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        Fail("--pin");
}

int main(int argc, char **argv)
{
    int workers = Option(argc, argv, "--workers", 1), processor = Option(argc, argv, "--pin", -1);
    room = Option(argc, argv, "--buffer", 512);
    if (processor >= 0)
        Pin(processor);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, workers);
    for (int i = 0; i < workers; i++)
        CloseHandle((HANDLE)_beginthreadex(NULL, 0, Work, NULL, 0, NULL));
    CloseHandle((HANDLE)_beginthreadex(NULL, 0, Watch, NULL, 0, NULL));
    SOCKET listener = Listen();
    for (;;)
    {
        SOCKET socket = accept(listener, NULL, NULL);
        if (socket == INVALID_SOCKET)
            Fail("accept");
        int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
        Client *client = (Client *)calloc(1, sizeof(Client) + room);
        client->socket = socket;
        if (CreateIoCompletionPort((HANDLE)socket, port, 0, 0) != port)
            Fail("CreateIoCompletionPort");
        Start(client);
    }
}
