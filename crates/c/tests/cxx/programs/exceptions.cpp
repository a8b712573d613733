// std::exception with a text, and structured exceptions.
#include <windows.h>
#include <cstdio>
#include <exception>
#include <future>
#include <stdexcept>
#include <vector>

struct Mine : std::exception {
    int code;
    Mine(const char *text, int code) : std::exception(text), code(code) {}
};
struct Other : public std::exception {
    const char *what() const noexcept override { return "other"; }
};
struct Traced {
    const char *name;
    ~Traced() { std::printf("~%s\n", name); }
};

template <class Function> void say(Function function) {
    try {
        function();
    } catch (const std::exception &exception) {
        std::printf("%s\n", exception.what());
    }
}

static void texts() {
    say([] { throw std::exception("text 글"); });
    say([] { throw std::exception(); });
    say([] { throw Mine("mine", 3); });
    say([] {
        Mine one("named", 3);
        Mine two = one;
        two.code = 4;
        throw two;
    });
    say([] { throw Other(); });
    say([] { throw std::runtime_error("runtime"); });
    say([] { throw std::bad_alloc(); });
    try {
        throw std::exception("by value");
    } catch (std::exception exception) {
        std::printf("%s\n", exception.what());
    }
    try {
        std::async(std::launch::async, [] { throw Mine("of a future", 1); }).get();
    } catch (Mine &mine) {
        std::printf("%s %d\n", mine.what(), mine.code);
    }
    std::exception one("assigned"), two;
    two = one;
    std::printf("%s %s\n", one.what(), two.what());
}

static int filter(unsigned code, EXCEPTION_POINTERS *pointers) {
    std::printf("filter %x %x %u\n", code, (unsigned)pointers->ExceptionRecord->ExceptionCode, (unsigned)pointers->ExceptionRecord->NumberParameters);
    return code == 0xE0000001 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

static int returns() {
    __try {
        return 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return 2;
    }
    return 3;
}

static void handlers() {
    ULONG_PTR arguments[] = {7, 8};
    __try {
        Traced traced{"in the block"};
        RaiseException(0xE0000001, 0, 2, arguments);
        std::printf("never\n");
    } __except (filter(GetExceptionCode(), GetExceptionInformation())) {
        std::printf("handled %x\n", (unsigned)GetExceptionCode());
    }
    __try {
        __try {
            RaiseException(5, 0, 0, nullptr);
        } __except (filter(GetExceptionCode(), GetExceptionInformation())) {
            std::printf("never\n");
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        std::printf("outer %x\n", (unsigned)GetExceptionCode());
    }
    __try {
        throw std::runtime_error("of C++");
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        std::printf("of C++ %x\n", (unsigned)GetExceptionCode());
    }
    __try {
        std::printf("nothing happens\n");
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        std::printf("never\n");
    }
    std::printf("%d\n", returns());
}

static void finally() {
    __try {
        __try {
            RaiseException(7, 0, 0, nullptr);
        } __finally {
            std::printf("finally %d\n", AbnormalTermination());
        }
        std::printf("never\n");
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        std::printf("after %x\n", (unsigned)GetExceptionCode());
    }
    __try {
        for (;;) __leave;
        std::printf("never\n");
    } __finally {
        std::printf("finally %d\n", AbnormalTermination());
    }
}

int main() {
    texts();
    handlers();
    finally();
}
