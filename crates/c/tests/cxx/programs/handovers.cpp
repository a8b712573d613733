// An int passes from thread to thread in every way in which the library lets one thread hear of another. Each is ordered,
// so the thread sanitizer has nothing to say.
#include <windows.h>
#include <process.h>
#include <stdio.h>

static int value;
static HANDLE done;

static void Step()
{
    value++;
    SetEvent(done);
}

static void CALLBACK Work(PTP_CALLBACK_INSTANCE, PVOID, PTP_WORK) { Step(); }
static void CALLBACK Fired(PVOID, BOOLEAN) { Step(); }
static void CALLBACK Apc(ULONG_PTR) { value++; }
static DWORD WINAPI Item(LPVOID) { Step(); return 0; }

static unsigned __stdcall Worker(void *port)
{
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
    Step();
    SleepEx(INFINITE, TRUE);
    return 0;
}

static void Await(const char *what)
{
    WaitForSingleObject(done, INFINITE);
    printf("%s %d\n", what, ++value);
}

int main()
{
    done = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    HANDLE worker = (HANDLE)_beginthreadex(NULL, 0, Worker, port, 0, NULL);
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    Await("packet, event");

    QueueUserAPC(Apc, worker, 0);
    WaitForSingleObject(worker, INFINITE);
    printf("APC, end of a thread %d\n", ++value);

    PTP_WORK work = CreateThreadpoolWork(Work, NULL, NULL);
    SubmitThreadpoolWork(work);
    Await("work");
    SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    printf("end of the work %d\n", ++value);
    CloseThreadpoolWork(work);
    ResetEvent(done);

    QueueUserWorkItem(Item, NULL, 0);
    Await("item");

    HANDLE timer;
    CreateTimerQueueTimer(&timer, NULL, Fired, NULL, 1, 0, 0);
    Await("timer");
    DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE);

    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), wait;
    RegisterWaitForSingleObject(&wait, event, Fired, NULL, INFINITE, WT_EXECUTEONLYONCE);
    SetEvent(event);
    Await("registered wait");
    UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
}
