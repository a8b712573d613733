#include "pch.h"
#include "EchoServer.h"

void EchoServer::Log(const std::wstring &line)
{
    std::lock_guard<std::mutex> lock(logMutex_);
    std::wcout << line << std::endl;
}

void EchoServer::OnConnect(Session &session)
{
    Log(L"[서버] " + session.Address() + L" 접속");
}

void EchoServer::OnReceive(Session &session, const char *data, size_t length)
{
    std::wstring text(length, L'\0');
    int count = MultiByteToWideChar(CP_UTF8, 0, data, static_cast<int>(length), &text[0], static_cast<int>(length));
    text.resize(count);
    Log(L"[" + session.Address() + L"] " + text);
    session.Send(data, length);
}

void EchoServer::OnDisconnect(Session &session)
{
    Log(L"[서버] " + session.Address() + L" 종료");
}
