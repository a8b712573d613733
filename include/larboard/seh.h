/* __try, __except, __finally and __leave, which clang does not have on Linux.

   In C++ they are exceptions. __try is `try`, as libstdc++ defines the word for itself. What RaiseException raises, and every
   C++ exception (code 0xE06D7363, as on Windows), comes to a handler; faults of the processor do not. A filter is evaluated
   after the frames below it have been left, so EXCEPTION_CONTINUE_EXECUTION goes on searching. A __finally block runs when its
   __try block ends, by an exception or __leave too, but not by return, break or goto.
   In C there are no exceptions: the __try block runs, then the __finally block; handlers never do; __leave is `break`. */
#ifndef LARBOARD_SEH_H
#define LARBOARD_SEH_H

#ifdef __cplusplus
#include <exception>
#if __has_include(<bits/cxxabi_forced.h>) && defined(__GLIBCXX__)
#include <bits/cxxabi_forced.h>
#endif

namespace larboard {
namespace seh {

/* As Windows' EXCEPTION_RECORD and EXCEPTION_POINTERS are laid out. */
struct record {
    unsigned code, flags;
    record *next;
    void *address;
    unsigned count;
    unsigned long long information[15];
};

struct pointers {
    record *exception;
    void *context;
};

/* What RaiseException throws. */
struct raised {
    record about;
};

/* What __leave throws. */
struct leave {};

/* One thread's last exception, whether its filter has just accepted it, and what waits for a __finally block to end. */
struct state {
    record about;
    pointers both;
    bool accepted;
    std::exception_ptr postponed;
};

inline state &current() {
    static thread_local state mine = {};
    return mine;
}

/* The exception that is being handled becomes the thread's last one. */
inline void note() {
    state &mine = current();
    try {
        throw;
    } catch (const raised &exception) {
        mine.about = exception.about;
    } catch (...) {
        mine.about = record();
        mine.about.code = 0xe06d7363u;
        mine.about.flags = 1;
    }
    mine.both.exception = &mine.about;
    mine.both.context = nullptr;
}

inline void accept() { current().accepted = true; }

/* True once after `accept`. */
inline bool accepted() {
    bool &flag = current().accepted;
    const bool was = flag;
    flag = false;
    return was;
}

inline void postpone() {
    try {
        throw;
    } catch (const leave &) {
    } catch (...) {
        current().postponed = std::current_exception();
    }
}

/* Runs a block once, then throws what the block before it threw. */
class cleanup {
    std::exception_ptr postponed;
    bool begun = false;

public:
    cleanup() : postponed(current().postponed) { current().postponed = nullptr; }
    bool first() const { return !begun; }
    void done() {
        begun = true;
        if (postponed) std::rethrow_exception(postponed);
    }
    bool abnormal() const { return static_cast<bool>(postponed); }
};

[[noreturn]] inline void raise(unsigned code, unsigned flags, unsigned count, const void *arguments) {
    raised exception = {};
    exception.about.code = code;
    exception.about.flags = flags & 1;
    exception.about.address = __builtin_return_address(0);
    if (arguments)
        for (; exception.about.count < count && exception.about.count < 15; ++exception.about.count)
            exception.about.information[exception.about.count] = static_cast<const unsigned long long *>(arguments)[exception.about.count];
    throw exception;
}

inline unsigned exception_code() { return current().about.code; }
inline void *exception_information() { return &current().both; }
}
}

#ifndef __try
#define __try try
#endif
/* A thread that ends by pthread_exit is no exception. */
#if defined(_CXXABI_FORCED_H)
#define LARBOARD_FORCED \
    catch (::__cxxabiv1::__forced_unwind &) { throw; }
#else
#define LARBOARD_FORCED
#endif
#define __except(...)                      \
    catch (const ::larboard::seh::leave &) {} \
    LARBOARD_FORCED                        \
    catch (...) {                          \
        ::larboard::seh::note();           \
        if ((__VA_ARGS__) <= 0) throw;     \
        ::larboard::seh::accept();         \
    }                                      \
    if (::larboard::seh::accepted())
#define __finally                                        \
    catch (...) { ::larboard::seh::postpone(); }         \
    for (::larboard::seh::cleanup larboard_cleanup; larboard_cleanup.first(); larboard_cleanup.done())
#define __leave throw ::larboard::seh::leave()
#define _exception_code() (::larboard::seh::exception_code())
#define _exception_info() (::larboard::seh::exception_information())
#define _abnormal_termination() (larboard_cleanup.abnormal())
#define GetExceptionCode() (::larboard::seh::exception_code())
#define GetExceptionInformation() (static_cast<struct _EXCEPTION_POINTERS *>(::larboard::seh::exception_information()))
#define AbnormalTermination() (larboard_cleanup.abnormal())
#else
#define __try do
#define __except(...) while (0); if (0)
#define __finally while (0);
#define __leave break
#define GetExceptionCode() 0u
#define GetExceptionInformation() ((struct _EXCEPTION_POINTERS *)0)
#define AbnormalTermination() 0
#endif

#ifndef _try
#define _try __try
#define _except __except
#define _finally __finally
#define _leave __leave
#endif

#endif
