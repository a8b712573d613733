// Locks, lists, memory, processes and the thread pool, as programs for Windows use them.
#include <stdio.h>
#include <windows.h>
#include <mmsystem.h>
#pragma comment(lib, "winmm.lib")

CRITICAL_SECTION section;
SRWLOCK slim = SRWLOCK_INIT;
CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
INIT_ONCE once = INIT_ONCE_STATIC_INIT;
long counted;
bool ready;

BOOL CALLBACK begin(PINIT_ONCE, PVOID, PVOID *context) {
    *context = &counted;
    return TRUE;
}

DWORD WINAPI count(LPVOID times) {
    for (int i = 0; i < *(int *)times; i++) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        counted++;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    AcquireSRWLockExclusive(&slim);
    while (!ready) SleepConditionVariableSRW(&changed, &slim, INFINITE, 0);
    ReleaseSRWLockExclusive(&slim);
    return 7;
}

VOID CALLBACK work(PTP_CALLBACK_INSTANCE, PVOID number, PTP_WORK) { InterlockedIncrement((long *)number); }
VOID CALLBACK tick(PVOID event, BOOLEAN) { SetEvent(event); }

void threads() {
    InitializeCriticalSectionAndSpinCount(&section, 4000);
    int times = 10000;
    unsigned long id, code;
    HANDLE handles[3];
    for (HANDLE &handle : handles) handle = CreateThread(NULL, 0, count, &times, 0, &id);
    AcquireSRWLockExclusive(&slim);
    ready = true;
    ReleaseSRWLockExclusive(&slim);
    WakeAllConditionVariable(&changed);
    WaitForMultipleObjects(3, handles, TRUE, INFINITE);
    GetExitCodeThread(handles[2], &code);
    void *context;
    InitOnceExecuteOnce(&once, begin, NULL, &context);
    printf("counted %ld, code %lu, once %d\n", counted, code, context == &counted);
    DeleteCriticalSection(&section);
}

struct Item {
    SLIST_ENTRY link;
    int number;
};

void memory() {
    SLIST_HEADER *list = (SLIST_HEADER *)VirtualAlloc(NULL, 65536, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    InitializeSListHead(list);
    Item *items = (Item *)(list + 1);
    for (int i = 0; i < 3; i++) {
        items[i].number = i;
        InterlockedPushEntrySList(list, &items[i].link);
    }
    Item *last = (Item *)InterlockedPopEntrySList(list);
    unsigned long before;
    VirtualProtect(list, 4096, PAGE_READONLY, &before);
    printf("last %d, left %d, protection %lu\n", last->number, QueryDepthSList(list), before);
    VirtualFree(list, 0, MEM_RELEASE);

    HANDLE section = CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    int *first = (int *)MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    int *second = (int *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    *first = 42;
    DWORD index = TlsAlloc();
    TlsSetValue(index, second);
    printf("shared %d\n", *(int *)TlsGetValue(index));
    TlsFree(index);
    UnmapViewOfFile(first);
    UnmapViewOfFile(second);
    CloseHandle(section);
    void *block = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 100);
    printf("block %d\n", (int)HeapSize(GetProcessHeap(), 0, block));
    HeapFree(GetProcessHeap(), 0, block);
    LocalFree(LocalAlloc(LPTR, 10));
}

void pool() {
    TP_CALLBACK_ENVIRON environment;
    InitializeThreadpoolEnvironment(&environment);
    PTP_POOL threads = CreateThreadpool(NULL);
    SetThreadpoolThreadMaximum(threads, 2);
    SetThreadpoolCallbackPool(&environment, threads);
    long worked = 0;
    PTP_WORK object = CreateThreadpoolWork(work, &worked, &environment);
    for (int i = 0; i < 20; i++) SubmitThreadpoolWork(object);
    WaitForThreadpoolWorkCallbacks(object, FALSE);
    CloseThreadpoolWork(object);
    CloseThreadpool(threads);
    HANDLE event = CreateEvent(NULL, FALSE, FALSE, NULL), timer, waited;
    CreateTimerQueueTimer(&timer, NULL, tick, event, 1, 0, WT_EXECUTEDEFAULT);
    printf("worked %ld, ticked %d\n", worked, WaitForSingleObject(event, 10000) == WAIT_OBJECT_0);
    DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE);
    HANDLE signal = CreateEvent(NULL, FALSE, TRUE, NULL);
    RegisterWaitForSingleObject(&waited, signal, tick, event, INFINITE, WT_EXECUTEONLYONCE);
    printf("told %d\n", WaitForSingleObject(event, 10000) == WAIT_OBJECT_0);
    UnregisterWaitEx(waited, INVALID_HANDLE_VALUE);
}

int main() {
    timeBeginPeriod(1);
    threads();
    memory();
    pool();
    STARTUPINFO info = {sizeof info};
    PROCESS_INFORMATION child;
    TCHAR line[] = TEXT("/bin/sh -c \"exit 3\"");
    CreateProcess(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &info, &child);
    WaitForSingleObject(child.hProcess, INFINITE);
    unsigned long code;
    GetExitCodeProcess(child.hProcess, &code);
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
    printf("child %lu, priority %d", code, GetThreadPriority(GetCurrentThread()));
    timeEndPeriod(1);
    ExitProcess(9);
}
