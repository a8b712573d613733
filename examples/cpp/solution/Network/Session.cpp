#include "pch.h"
#include "Session.h"
#include "IocpServer.h"

Session::Session(IocpServer &server, UINT64 id, SOCKET socket, const SOCKADDR_IN &address)
    : server_(server), id_(id), socket_(socket)
{
    WCHAR ip[INET_ADDRSTRLEN];
    InetNtop(AF_INET, const_cast<IN_ADDR *>(&address.sin_addr), ip, _countof(ip));
    address_ = std::wstring(ip) + L":" + std::to_wstring(ntohs(address.sin_port));
    server_.Count(1);
}

Session::~Session()
{
    closesocket(socket_);
    server_.Count(-1);
}

void Session::Receive()
{
    WSABUF wsabuf = { sizeof(buffer_), buffer_ };
    DWORD flags = 0;
    ZeroMemory(static_cast<LPOVERLAPPED>(&receive_), sizeof(OVERLAPPED));
    receive_.owner = shared_from_this();
    if (WSARecv(socket_, &wsabuf, 1, nullptr, &flags, &receive_, nullptr) == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
    {
        receive_.owner.reset();
        Disconnect();
    }
    else if (gone_)
        CancelIoEx(reinterpret_cast<HANDLE>(socket_), &receive_);
}

void Session::Send(const char *data, size_t length)
{
    std::lock_guard<std::mutex> lock(mutex_);
    queued_.insert(queued_.end(), data, data + length);
    if (sending_.empty())
        Flush();
}

// 잠근 채로 부른다.
void Session::Flush()
{
    sending_.swap(queued_);
    if (sending_.empty())
        return;
    WSABUF wsabuf = { static_cast<ULONG>(sending_.size()), sending_.data() };
    ZeroMemory(static_cast<LPOVERLAPPED>(&send_), sizeof(OVERLAPPED));
    send_.owner = shared_from_this();
    if (WSASend(socket_, &wsabuf, 1, nullptr, 0, &send_, nullptr) == SOCKET_ERROR && WSAGetLastError() != WSA_IO_PENDING)
    {
        send_.owner.reset();
        sending_.clear();
        Disconnect();
    }
}

void Session::Disconnect()
{
    if (gone_.exchange(true))
        return;
    shutdown(socket_, SD_SEND);
    CancelIoEx(reinterpret_cast<HANDLE>(socket_), nullptr);
    server_.Forget(*this);
}

void Session::OnCompletion(IoContext &context, BOOL ok, DWORD transferred)
{
    std::shared_ptr<Session> self = std::move(context.owner);
    if (!ok || transferred == 0)
        return Disconnect();
    if (context.type == IoType::Receive)
    {
        server_.OnReceive(*this, buffer_, transferred);
        Receive();
    }
    else
    {
        std::lock_guard<std::mutex> lock(mutex_);
        sending_.erase(sending_.begin(), sending_.begin() + transferred);
        if (!sending_.empty())
            queued_.insert(queued_.begin(), sending_.begin(), sending_.end());
        sending_.clear();
        Flush();
    }
}
