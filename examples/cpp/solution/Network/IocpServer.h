// 완료 포트 서버. 물려받는 쪽이 받은 것을 다룬다.
#pragma once

#include "Session.h"

class IocpServer
{
public:
    IocpServer() = default;
    virtual ~IocpServer();
    IocpServer(const IocpServer &) = delete;
    IocpServer &operator=(const IocpServer &) = delete;

    // 성공하면 쓰는 포트를, 실패하면 0을 돌려준다.
    USHORT Start(USHORT port, DWORD threads = 0);
    void Stop();
    size_t Clients();

    virtual void OnConnect(Session &) {}
    virtual void OnReceive(Session &session, const char *data, size_t length) = 0;
    virtual void OnDisconnect(Session &) {}

    void Forget(Session &session);
    void Count(int change) { alive_ += change; }

private:
    void AcceptLoop();
    void WorkerLoop();

    HANDLE port_ = nullptr;
    SOCKET listener_ = INVALID_SOCKET;
    std::thread acceptor_;
    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::unordered_map<UINT64, std::shared_ptr<Session>> sessions_;
    UINT64 lastId_ = 0;
    std::atomic<int> alive_ = 0;        // 입출력이 남은 것까지
};
