#include "pch.h"
#include "EchoServer.h"

static HANDLE g_quit;

static BOOL WINAPI OnCtrl(DWORD)
{
    SetEvent(g_quit);
    return TRUE;
}

int _tmain(int argc, TCHAR *argv[])
{
    _wsetlocale(LC_ALL, L"korean");
    g_quit = CreateEvent(nullptr, TRUE, FALSE, nullptr);
    SetConsoleCtrlHandler(OnCtrl, TRUE);

    EchoServer server;
    USHORT port = server.Start(static_cast<USHORT>(argc > 1 ? _ttoi(argv[1]) : 9000));
    if (port == 0)
    {
        std::wcerr << L"시작할 수 없다: 오류 " << WSAGetLastError() << std::endl;
        return 1;
    }
    std::wcout << L"[서버] 127.0.0.1:" << port << std::endl;
    WaitForSingleObject(g_quit, INFINITE);
    server.Stop();
    std::wcout << L"[서버] 끝" << std::endl;
    CloseHandle(g_quit);
    return 0;
}
