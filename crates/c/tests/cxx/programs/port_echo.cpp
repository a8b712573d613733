// An echo server on a completion port with two workers, and its clients; everything ends in order. Each buffer passes from a worker
// to a client's operation and back, without a lock of the program's.
#include <winsock2.h>
#include <windows.h>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <process.h>
#include <string>
#include <vector>

static const int CLIENTS = 4, ROUNDS = 200, MESSAGE = 64;

struct Client {
    OVERLAPPED overlapped;
    SOCKET socket;
    WSABUF buffer;
    char room[512];
    bool sending;
    long long echoed;
};

static HANDLE port;
static SOCKET listener;
static volatile LONG gone;

static void proceed(Client *client, DWORD bytes) {
    if (bytes == 0) {
        closesocket(client->socket);
        client->echoed = -client->echoed;
        delete client;
        if (InterlockedIncrement(&gone) == CLIENTS)
            for (int i = 0; i < 2; ++i) PostQueuedCompletionStatus(port, 0, 0, NULL);
        return;
    }
}

static bool receive(Client *client) {
    DWORD flags = 0;
    memset(&client->overlapped, 0, sizeof(client->overlapped));
    client->sending = false;
    client->buffer.buf = client->room;
    client->buffer.len = sizeof(client->room);
    return WSARecv(client->socket, &client->buffer, 1, NULL, &flags, &client->overlapped, NULL) == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static bool answer(Client *client, DWORD bytes) {
    memset(&client->overlapped, 0, sizeof(client->overlapped));
    client->sending = true;
    client->buffer.len = bytes;
    for (DWORD i = 0; i < bytes; ++i) client->room[i] ^= 0x20;
    client->echoed += bytes;
    return WSASend(client->socket, &client->buffer, 1, NULL, 0, &client->overlapped, NULL) == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static unsigned __stdcall work(void *) {
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *overlapped = NULL;
        const BOOL success = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
        if (!overlapped) return 0;
        Client *client = CONTAINING_RECORD(overlapped, Client, overlapped);
        if (!success) bytes = 0;
        if (bytes == 0) proceed(client, 0);
        else if (!(client->sending ? receive(client) : answer(client, bytes))) proceed(client, 0);
    }
}

static unsigned __stdcall accept_all(void *) {
    for (int i = 0; i < CLIENTS; ++i) {
        Client *client = new Client();
        client->socket = accept(listener, NULL, NULL);
        CreateIoCompletionPort((HANDLE)client->socket, port, (ULONG_PTR)client, 0);
        if (!receive(client)) proceed(client, 0);
    }
    return 0;
}

static unsigned __stdcall speak(void *parameter) {
    SOCKADDR_IN *address = (SOCKADDR_IN *)parameter;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (SOCKADDR *)address, sizeof(*address)) == SOCKET_ERROR) return 1;
    char out[MESSAGE], in[MESSAGE];
    for (int round = 0; round < ROUNDS; ++round) {
        memset(out, 'a' + round % 26, MESSAGE);
        if (send(s, out, MESSAGE, 0) != MESSAGE) return 2;
        for (int have = 0; have < MESSAGE;) {
            const int more = recv(s, in + have, MESSAGE - have, 0);
            if (more <= 0) return 3;
            have += more;
        }
        for (int i = 0; i < MESSAGE; ++i)
            if (in[i] != (char)(out[i] ^ 0x20)) return 4;
    }
    closesocket(s);
    return 0;
}

int main() {
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    listener = WSASocket(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    SOCKADDR_IN address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = sizeof(address);
    bind(listener, (SOCKADDR *)&address, sizeof(address));
    listen(listener, SOMAXCONN);
    getsockname(listener, (SOCKADDR *)&address, &length);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2);

    std::vector<HANDLE> threads;
    for (int i = 0; i < 2; ++i) threads.push_back((HANDLE)_beginthreadex(NULL, 0, work, NULL, 0, NULL));
    threads.push_back((HANDLE)_beginthreadex(NULL, 0, accept_all, NULL, 0, NULL));
    for (int i = 0; i < CLIENTS; ++i) threads.push_back((HANDLE)_beginthreadex(NULL, 0, speak, &address, 0, NULL));
    WaitForMultipleObjects((DWORD)threads.size(), threads.data(), TRUE, INFINITE);
    DWORD sum = 0;
    for (HANDLE thread : threads) {
        DWORD code = 0;
        GetExitCodeThread(thread, &code);
        sum += code;
        CloseHandle(thread);
    }
    closesocket(listener);
    CloseHandle(port);
    WSACleanup();
    std::wcout << L"끝 " << sum << L' ' << gone << std::endl;
    return (int)sum;
}
