/* Handlers of operator new. */
#ifndef _INC_NEW
#define _INC_NEW

#include <corecrt.h>

#ifdef __cplusplus
#include <new>
#include <atomic>

typedef int (*_PNH)(size_t);

/* The handler of Microsoft's kind; the size is not told: it is 0. Answering 0 ends the attempt. */
inline std::atomic<_PNH> &larboard_new_handler() {
    static std::atomic<_PNH> handler{nullptr};
    return handler;
}
inline _PNH _set_new_handler(_PNH handler) {
    _PNH before = larboard_new_handler().exchange(handler);
    std::set_new_handler(handler ? +[] {
        _PNH current = larboard_new_handler().load();
        if (!current || current(0) == 0) throw std::bad_alloc();
    } : static_cast<void (*)()>(nullptr));
    return before;
}
inline _PNH _query_new_handler() { return larboard_new_handler().load(); }
using std::new_handler;
using std::set_new_handler;
#endif

#endif
