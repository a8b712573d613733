// What Microsoft's compiler and headers allow, and their small names.
#include <iostream>
#include <mutex>
#include <windows.h>

#define WIDEN_MORE(text) L##text
#define WIDEN(text) WIDEN_MORE(text)

#pragma warning(disable : 4996)
#pragma comment(lib, "ws2_32.lib")
#pragma region names
_int64 signed_number = -3;
unsigned _int64 unsigned_number = 4;
unsigned __int64 another = 5;
__int8 small = 1;
#pragma endregion

#pragma pack(push, 1)
struct Packed {
    char letter;
    int number;
};
#pragma pack(pop)

__declspec(align(16)) struct Aligned {
    int number;
};
__declspec(thread) int of_this_thread;
__declspec(noinline) int far_away() { return 2; }
__forceinline int near_by() { return 1; }

struct __declspec(novtable) Interface {
    virtual void Do() = 0;
};
class Job : public OVERLAPPED, public Interface {
public:
    void Job::Do() override { std::wcout << __FILEW__ + std::wstring(__FILEW__).rfind(L'/') + 1 << L' ' << WIDEN(__FUNCTION__) << std::endl; }
    SOCKET socket;
};

template <class T> struct Base {
    int member = 4;
};
template <class T> struct Derived : Base<T> {
    int found() { return member; }
    void never_used() { this_is_not_declared(T::nowhere); }
};

int falls_off(int number) {
    if (number) return number;
}

unsigned __stdcall thread(void *) { return 0; }

int main() {
    Job job;
    job.Do();
    Packed packed = {'a', 1};
    char narrowed[] = {packed.number, 2};
    char *literal = "literal";
    void *pointer = (void *)(DWORD)7;
    DWORD number = (DWORD)pointer;
    std::atomic<int> counter(0);
    std::thread([&] { std::lock_guard<std::mutex> guard(*std::make_shared<std::mutex>()); ++counter; }).join();
    char buffer[8];
    memset(buffer, 0, sizeof(buffer));
    std::cout << sizeof(Packed) << alignof(Aligned) << near_by() << far_away() << max(1, 2) << (std::min)(3, 4) << Derived<int>().found() << number
              << strlen(literal) << counter << (int)narrowed[0] << falls_off(6) << of_this_thread << INT_MAX << sqrt(4.0) << std::endl;
    return 0;
}
