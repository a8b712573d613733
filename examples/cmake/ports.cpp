// A packet goes through a completion port; TCHAR is wchar_t.
#include <stdio.h>
#include <WinSock2.h>
#include "packet.h"

static_assert(sizeof(TCHAR) == 2, "built as Unicode");

int main()
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    const PACKET packet = {512, 7};
    if (port == NULL || !post(port, &packet))
        return 1;
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED *overlapped = NULL;
    if (!GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE))
        return 1;
    printf("key %llu has %u bytes\n", static_cast<unsigned long long>(key), bytes);
    CloseHandle(port);
    return 0;
}
