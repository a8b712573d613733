/* Threads of the C runtime, and the end of the process. */
#ifndef _INC_PROCESS
#define _INC_PROCESS

#include <corecrt.h>
#include <larboard/stdlib_first.h>
#include <stdlib.h>

LARBOARD_BEGIN

typedef void (*_beginthread_proc_type)(void *);
typedef unsigned (*_beginthreadex_proc_type)(void *);

uintptr_t _beginthread(_beginthread_proc_type start, unsigned stack, void *argument);
uintptr_t _beginthreadex(void *security, unsigned stack, _beginthreadex_proc_type start, void *argument, unsigned flags, unsigned *id);
void _endthread(void) __attribute__((noreturn));
void _endthreadex(unsigned code) __attribute__((noreturn));

extern __attribute__((noreturn)) void _exit(int code);
void _cexit(void);
void _c_exit(void) __asm__("larboard_c_exit");
int _getpid(void) __asm__("getpid");
#ifdef __cplusplus
extern int getpid(void) noexcept(true);
#else
extern int getpid(void) __attribute__((__nothrow__));
#endif

#define _WAIT_CHILD 0
#define _WAIT_GRANDCHILD 1
#define _P_WAIT 0
#define _P_NOWAIT 1
#define _P_OVERLAY 2

LARBOARD_END

#endif
