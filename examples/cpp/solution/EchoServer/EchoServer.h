#pragma once

#include "IocpServer.h"

// 받은 것을 그대로 돌려준다. (이 파일은 CP949)
class EchoServer : public IocpServer
{
public:
    void OnConnect(Session &session) override;
    void OnReceive(Session &session, const char *data, size_t length) override;
    void OnDisconnect(Session &session) override;

private:
    void Log(const std::wstring &line);

    std::mutex logMutex_;
};
