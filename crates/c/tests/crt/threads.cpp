// Threads of the C runtime; hooks and handlers.
#include <crtdbg.h>
#include <process.h>
#include <stdlib.h>
#include <windows.h>
#include <new.h>
#include "check.h"

static unsigned __stdcall twice(void *argument) {
    *static_cast<int *>(argument) *= 2;
    return 7;
}

static unsigned __stdcall early(void *) {
    _endthreadex(9);
}

static HANDLE done;

static void old(void *argument) {
    *static_cast<int *>(argument) += 1;
    SetEvent(done);
    _endthread();
}

static int reports;

static int hook(int, char *text, int *answer) {
    reports += strstr(text, "number 4") != nullptr;
    *answer = 0;
    return TRUE;
}

struct Base {
    Base() { call(); }
    virtual ~Base() {}
    void call() { pure(); }
    virtual void pure() = 0;
};

struct Derived : Base {
    void pure() override {}
};

static void pure_called() {
    fprintf(stderr, "pure\n");
    _exit(failures != 0);
}

int main() {
    int number = 21;
    unsigned id = 0;
    DWORD code = 0;
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, twice, &number, CREATE_SUSPENDED, &id);
    CHECK(thread != NULL && id != 0 && number == 21);
    ResumeThread(thread);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &code) && code == 7 && number == 42);
    CloseHandle(thread);
    thread = (HANDLE)_beginthreadex(NULL, 0, early, NULL, 0, NULL);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &code) && code == 9);
    CloseHandle(thread);
    done = CreateEvent(NULL, FALSE, FALSE, NULL);
    CHECK(_beginthread(old, 0, &number) != (uintptr_t)-1);
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0 && number == 43);

    CHECK(_CrtSetReportHook(hook) == nullptr);
    CHECK(_CrtDbgReport(_CRT_WARN, nullptr, 0, nullptr, "number %d\n", 4) == 0 && reports == 1);
    CHECK(_CrtDbgReportW(_CRT_ASSERT, L"file", 1, nullptr, L"number %d", 4) == 0 && reports == 2);
    CHECK(_CrtSetReportHook(nullptr) == hook);
    CHECK(_CrtSetReportMode(_CRT_ASSERT, _CRTDBG_MODE_FILE) == _CRTDBG_MODE_WNDW);
    CHECK(_CrtSetDbgFlag(_CRTDBG_ALLOC_MEM_DF | _CRTDBG_LEAK_CHECK_DF) == _CRTDBG_ALLOC_MEM_DF);

    int *watched = new (_NORMAL_BLOCK, __FILE__, __LINE__) int(5);
    CHECK(*watched == 5 && _CrtDumpMemoryLeaks() == FALSE);
    delete watched;

    void *memory = _aligned_malloc(100, 4096);
    CHECK(memory != nullptr && (uintptr_t)memory % 4096 == 0);
    _aligned_free(memory);

    _set_purecall_handler(pure_called);
    Derived calls;
    return 2;
}
