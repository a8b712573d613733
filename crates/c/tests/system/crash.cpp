// What a server does when it fails: its filter writes a minidump.
#include <windows.h>
#include <dbghelp.h>
#include <stdio.h>
#include <string.h>

#pragma comment(lib, "dbghelp.lib")

static const char *g_dump;

static LONG WINAPI OnCrash(_EXCEPTION_POINTERS *pointers)
{
    printf("filter %08X\n", pointers->ExceptionRecord->ExceptionCode);
    HANDLE file = CreateFileA(g_dump, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    _MINIDUMP_EXCEPTION_INFORMATION exception = {};
    exception.ThreadId = ::GetCurrentThreadId();
    exception.ExceptionPointers = pointers;
    exception.ClientPointers = FALSE;
    BOOL written = MiniDumpWriteDump(GetCurrentProcess(), GetCurrentProcessId(), file, MiniDumpWithFullMemory, &exception, NULL, NULL);
    CloseHandle(file);
    printf("dump %s\n", written ? "written" : "refused");
    fflush(stdout);
    return EXCEPTION_EXECUTE_HANDLER;
}

static volatile int g_depth;

static int Overflow(int depth)
{
    volatile char frame[4096] = {(char)depth};
    g_depth = depth;
    return depth < 0 ? 0 : Overflow(depth + 1) + frame[0];
}

int main(int argc, char *argv[])
{
    __try
    {
        RaiseException(0xE0000001, 0, 0, NULL);
    }
    __except (EXCEPTION_EXECUTE_HANDLER)
    {
        printf("caught %08X\n", GetExceptionCode());
    }
    g_dump = argv[2];
    SetUnhandledExceptionFilter(OnCrash);
    if (strcmp(argv[1], "throw") == 0)
        throw "nobody catches this";
    if (strcmp(argv[1], "raise") == 0)
        RaiseException(0xE0000042, 0, 0, NULL);
    if (strcmp(argv[1], "overflow") == 0)
        return Overflow(0);
    int *volatile nothing = NULL;
    *nothing = 1;
    return 0;
}
