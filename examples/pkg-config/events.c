/* A thread sets an event that the program waits for. */
#include <stdio.h>
#include <Windows.h>

static DWORD WINAPI Setter(LPVOID event)
{
    return SetEvent((HANDLE)event) ? 0 : GetLastError();
}

int main(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"events");
    HANDLE thread = CreateThread(NULL, 0, Setter, event, 0, NULL);
    if (event == NULL || thread == NULL)
        return 1;
    HANDLE both[2] = {event, thread};
    DWORD waited = WaitForMultipleObjects(2, both, TRUE, 10000);
    printf("both are signaled: %s\n", waited == WAIT_OBJECT_0 ? "yes" : "no");
    CloseHandle(thread);
    CloseHandle(event);
    return waited == WAIT_OBJECT_0 ? 0 : 1;
}
