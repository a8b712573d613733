// A service as Windows starts it.
#include <windows.h>
#include <stdio.h>

static SERVICE_STATUS_HANDLE g_handle;
static HANDLE g_stop;

static void Report(DWORD state)
{
    SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, state, SERVICE_ACCEPT_STOP};
    SetServiceStatus(g_handle, &status);
}

static DWORD WINAPI OnControl(DWORD control, DWORD, LPVOID, LPVOID context)
{
    if (control == SERVICE_CONTROL_STOP)
    {
        Report(SERVICE_STOP_PENDING);
        SetEvent((HANDLE)context);
    }
    return NO_ERROR;
}

static VOID WINAPI ServiceMain(DWORD, LPTSTR *argv)
{
    g_handle = RegisterServiceCtrlHandlerEx(argv[0], OnControl, g_stop);
    Report(SERVICE_RUNNING);
    printf("running\n");
    fflush(stdout);
    WaitForSingleObject(g_stop, INFINITE);
    printf("stopping\n");
    Report(SERVICE_STOPPED);
}

int main()
{
    TCHAR name[] = TEXT("EchoService");
    g_stop = CreateEvent(NULL, TRUE, FALSE, NULL);
    SERVICE_TABLE_ENTRY table[] = {{name, ServiceMain}, {NULL, NULL}};
    if (!StartServiceCtrlDispatcher(table))
        return (int)GetLastError();
    printf("over\n");
    return 0;
}
