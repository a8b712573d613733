// 넌블로킹 소켓: 한 스레드가 모든 소켓을 차례로 살핀다. (이 파일은 CP949)
#include "../Common.h"
#include <string>
#include <vector>

using namespace std;

struct Client
{
    SOCKET sock;
    string who;
    string pending;     // 아직 보내지 못한 것
};

static volatile bool running = true;

static void Stop()
{
    running = false;
}

// 받은 것을 돌려보낸다. 클라이언트가 떠났으면 false.
static bool Serve(Client &client, bool &busy)
{
    if (client.pending.empty())
    {
        char buf[BUFSIZE];
        int received = recv(client.sock, buf, BUFSIZE, 0);
        if (received == SOCKET_ERROR)
            return WSAGetLastError() == WSAEWOULDBLOCK;
        if (received == 0)
            return false;
        client.pending.assign(buf, received);
        printf("[%s] %s\n", client.who.c_str(), client.pending.c_str());
        busy = true;
    }
    int sent = send(client.sock, client.pending.data(), (int)client.pending.size(), 0);
    if (sent == SOCKET_ERROR)
        return WSAGetLastError() == WSAEWOULDBLOCK;
    client.pending.erase(0, sent);
    return true;
}

void main(int argc, char *argv[])
{
    SOCKET listener = OpenListener(argc > 1 ? atoi(argv[1]) : 9000);
    StopWith(Stop);
    u_long on = 1;
    if (ioctlsocket(listener, FIONBIO, &on) == SOCKET_ERROR)
        ErrorQuit("ioctlsocket");

    vector<Client> clients;
    while (running)
    {
        bool busy = false;
        SOCKET s = accept(listener, NULL, NULL);    // 넌블로킹은 물려받는다
        if (s != INVALID_SOCKET)
        {
            char who[32];
            clients.push_back({ s, AddressOf(s, who), "" });
            printf("[서버] %s 접속\n", who);
            busy = true;
        }
        else if (WSAGetLastError() != WSAEWOULDBLOCK)
            ErrorQuit("accept");

        for (size_t i = 0; i < clients.size(); )
        {
            if (Serve(clients[i], busy))
            {
                i++;
                continue;
            }
            closesocket(clients[i].sock);
            printf("[서버] %s 종료\n", clients[i].who.c_str());
            clients.erase(clients.begin() + i);
        }
        if (!busy)
            Sleep(1);
    }

    for (size_t i = 0; i < clients.size(); i++)
        closesocket(clients[i].sock);
    closesocket(listener);
    WSACleanup();
    printf("[서버] 끝\n");
}
