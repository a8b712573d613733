// 클라이언트 하나. 수신과 송신은 각각 하나씩만 진행된다.
#pragma once

class IocpServer;
class Session;

enum class IoType { Receive, Send };

struct IoContext : OVERLAPPED
{
    explicit IoContext(IoType type) : OVERLAPPED(), type(type) {}

    IoType type;
    std::shared_ptr<Session> owner;     // 진행되는 동안만 잡고 있다
};

class Session : public std::enable_shared_from_this<Session>
{
public:
    Session(IocpServer &server, UINT64 id, SOCKET socket, const SOCKADDR_IN &address);
    ~Session();

    UINT64 Id() const { return id_; }
    const std::wstring &Address() const { return address_; }

    void Start() { Receive(); }
    void Send(const char *data, size_t length);
    void Disconnect();

    void OnCompletion(IoContext &context, BOOL ok, DWORD transferred);

private:
    void Receive();
    void Flush();

    IocpServer &server_;
    const UINT64 id_;
    const SOCKET socket_;
    std::wstring address_;
    IoContext receive_{ IoType::Receive };
    IoContext send_{ IoType::Send };
    char buffer_[4096];
    std::mutex mutex_;
    std::vector<char> queued_;          // 다음에 보낼 것
    std::vector<char> sending_;         // 지금 보내는 것
    std::atomic<bool> gone_ = false;
};
