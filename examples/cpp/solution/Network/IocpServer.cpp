#include "pch.h"
#include "IocpServer.h"

IocpServer::~IocpServer()
{
    Stop();
}

USHORT IocpServer::Start(USHORT port, DWORD threads)
{
    WSADATA wsa;
    if (WSAStartup(MAKEWORD(2, 2), &wsa) != 0)
        return 0;
    SOCKADDR_IN address = {};
    int length = sizeof(address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    InetPton(AF_INET, TEXT("127.0.0.1"), &address.sin_addr);
    listener_ = WSASocket(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED);
    if (bind(listener_, reinterpret_cast<SOCKADDR *>(&address), sizeof(address)) == SOCKET_ERROR
        || listen(listener_, SOMAXCONN) == SOCKET_ERROR
        || getsockname(listener_, reinterpret_cast<SOCKADDR *>(&address), &length) == SOCKET_ERROR)
        return 0;

    port_ = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, threads);
    if (threads == 0)
        threads = std::thread::hardware_concurrency();
    for (DWORD i = 0; i < threads; ++i)
        workers_.emplace_back([this] { WorkerLoop(); });
    acceptor_ = std::thread([this] { AcceptLoop(); });
    return ntohs(address.sin_port);
}

void IocpServer::Stop()
{
    if (listener_ == INVALID_SOCKET)
        return;
    closesocket(listener_);
    listener_ = INVALID_SOCKET;
    acceptor_.join();
    std::vector<std::shared_ptr<Session>> left;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        for (auto &[id, session] : sessions_)
            left.push_back(session);
    }
    for (auto &session : left)
        session->Disconnect();
    left.clear();
    while (alive_ > 0)
        Sleep(1);
    for (size_t i = 0; i < workers_.size(); ++i)
        PostQueuedCompletionStatus(port_, 0, 0, nullptr);
    for (std::thread &worker : workers_)
        worker.join();
    workers_.clear();
    CloseHandle(port_);
    WSACleanup();
}

size_t IocpServer::Clients()
{
    std::lock_guard<std::mutex> lock(mutex_);
    return sessions_.size();
}

void IocpServer::Forget(Session &session)
{
    OnDisconnect(session);
    std::lock_guard<std::mutex> lock(mutex_);
    sessions_.erase(session.Id());
}

void IocpServer::AcceptLoop()
{
    for (;;)
    {
        SOCKADDR_IN address;
        int length = sizeof(address);
        SOCKET socket = WSAAccept(listener_, reinterpret_cast<SOCKADDR *>(&address), &length, nullptr, 0);
        if (socket == INVALID_SOCKET)
            return;
        std::shared_ptr<Session> session;
        {
            std::lock_guard<std::mutex> lock(mutex_);
            session = std::make_shared<Session>(*this, ++lastId_, socket, address);
            sessions_[session->Id()] = session;
        }
        CreateIoCompletionPort(reinterpret_cast<HANDLE>(socket), port_, reinterpret_cast<ULONG_PTR>(session.get()), 0);
        OnConnect(*session);
        session->Start();
    }
}

void IocpServer::WorkerLoop()
{
    for (;;)
    {
        DWORD transferred = 0;
        Session *session = nullptr;
        LPOVERLAPPED overlapped = nullptr;
        BOOL ok = GetQueuedCompletionStatus(port_, &transferred, reinterpret_cast<PULONG_PTR>(&session), &overlapped, INFINITE);
        if (overlapped == nullptr)
            return;
        session->OnCompletion(*static_cast<IoContext *>(overlapped), ok, transferred);
    }
}
