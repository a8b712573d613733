// One number is guarded by a critical section, a slim lock and an event by turns; with an argument, nothing guards it.
#include <windows.h>
#include <cstdio>
#include <process.h>

static int number;
static bool guarded;
static CRITICAL_SECTION section;
static SRWLOCK slim = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static HANDLE event;

static unsigned __stdcall count(void *) {
    /* So long that the two threads are under way at the same time. */
    for (int i = 0; !guarded && i < 5000000; ++i) ++number;
    for (int i = 0; guarded && i < 1000; ++i) {
        EnterCriticalSection(&section);
        ++number;
        WakeConditionVariable(&changed);
        LeaveCriticalSection(&section);
        AcquireSRWLockExclusive(&slim);
        ReleaseSRWLockExclusive(&slim);
    }
    return 0;
}

static unsigned __stdcall tell(void *) {
    EnterCriticalSection(&section);
    while (number < 2000) SleepConditionVariableCS(&changed, &section, INFINITE);
    LeaveCriticalSection(&section);
    number = -1;
    SetEvent(event);
    return 0;
}

static void CALLBACK work(PTP_CALLBACK_INSTANCE, void *parameter, PTP_WORK) { ++*(int *)parameter; }

int main(int argc, char **) {
    guarded = argc == 1;
    InitializeCriticalSection(&section);
    event = CreateEvent(NULL, FALSE, FALSE, NULL);
    HANDLE threads[2];
    for (HANDLE &thread : threads) thread = (HANDLE)_beginthreadex(NULL, 0, count, NULL, 0, NULL);
    if (guarded) {
        CloseHandle((HANDLE)_beginthreadex(NULL, 0, tell, NULL, 0, NULL));
        WaitForSingleObject(event, INFINITE);
        std::printf("%d\n", number);
        int worked = 1;
        PTP_WORK item = CreateThreadpoolWork(work, &worked, NULL);
        SubmitThreadpoolWork(item);
        WaitForThreadpoolWorkCallbacks(item, FALSE);
        CloseThreadpoolWork(item);
        std::printf("%d\n", worked);
    }
    WaitForMultipleObjects(2, threads, TRUE, INFINITE);
    return 0;
}
