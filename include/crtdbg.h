/* Reports and assertions of debug builds. No heap is watched: what asks about leaks finds none. */
#ifndef _INC_CRTDBG
#define _INC_CRTDBG

#include <corecrt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>

LARBOARD_BEGIN

typedef void *_HFILE;
#define _CRT_WARN 0
#define _CRT_ERROR 1
#define _CRT_ASSERT 2
#define _CRT_ERRCNT 3
#define _CRTDBG_MODE_FILE 0x1
#define _CRTDBG_MODE_DEBUG 0x2
#define _CRTDBG_MODE_WNDW 0x4
#define _CRTDBG_REPORT_MODE -1
#define _CRTDBG_INVALID_HFILE ((_HFILE)(intptr_t)-1)
#define _CRTDBG_HFILE_ERROR ((_HFILE)(intptr_t)-2)
#define _CRTDBG_FILE_STDOUT ((_HFILE)(intptr_t)-4)
#define _CRTDBG_FILE_STDERR ((_HFILE)(intptr_t)-5)
#define _CRTDBG_REPORT_FILE ((_HFILE)(intptr_t)-6)
#define _CRTDBG_ALLOC_MEM_DF 0x01
#define _CRTDBG_DELAY_FREE_MEM_DF 0x02
#define _CRTDBG_CHECK_ALWAYS_DF 0x04
#define _CRTDBG_RESERVED_DF 0x08
#define _CRTDBG_CHECK_CRT_DF 0x10
#define _CRTDBG_LEAK_CHECK_DF 0x20
#define _CRTDBG_CHECK_EVERY_16_DF 0x00100000
#define _CRTDBG_CHECK_EVERY_128_DF 0x00800000
#define _CRTDBG_CHECK_EVERY_1024_DF 0x04000000
#define _CRTDBG_CHECK_DEFAULT_DF 0
#define _CRTDBG_REPORT_FLAG -1
#define _CRT_RPTHOOK_INSTALL 0
#define _CRT_RPTHOOK_REMOVE 1
#define _FREE_BLOCK 0
#define _NORMAL_BLOCK 1
#define _CRT_BLOCK 2
#define _IGNORE_BLOCK 3
#define _CLIENT_BLOCK 4
#define _MAX_BLOCKS 5

typedef int (*_CRT_REPORT_HOOK)(int, char *, int *);
typedef int (*_CRT_REPORT_HOOKW)(int, wchar_t *, int *);
typedef struct _CrtMemState {
    struct _CrtMemBlockHeader *pBlockHeader;
    size_t lCounts[_MAX_BLOCKS];
    size_t lSizes[_MAX_BLOCKS];
    size_t lHighWaterCount;
    size_t lTotalCount;
} _CrtMemState;

int _CrtSetDbgFlag(int flags);
int _CrtSetReportMode(int kind, int mode);
_HFILE _CrtSetReportFile(int kind, _HFILE file);
_CRT_REPORT_HOOK _CrtSetReportHook(_CRT_REPORT_HOOK hook);
_CRT_REPORT_HOOKW _CrtSetReportHookW(_CRT_REPORT_HOOKW hook);
int _CrtSetReportHook2(int mode, _CRT_REPORT_HOOK hook);
int _CrtSetReportHookW2(int mode, _CRT_REPORT_HOOKW hook);
int _CrtDumpMemoryLeaks(void);
int larboard_debug_report(int kind, const char *file, int line, const char *module, const char *format, va_list list);
int larboard_debug_report_wide(int kind, const wchar_t *file, int line, const wchar_t *module, const wchar_t *format, va_list list);
static inline int _CrtDbgReport(int kind, const char *file, int line, const char *module, const char *format, ...) { LARBOARD_FORWARD(format, larboard_debug_report(kind, file, line, module, format, list)); }
static inline int _CrtDbgReportW(int kind, const wchar_t *file, int line, const wchar_t *module, const wchar_t *format, ...) { LARBOARD_FORWARD(format, larboard_debug_report_wide(kind, file, line, module, format, list)); }

LARBOARD_END

/* As in a release build of Windows. */
#define _CrtSetBreakAlloc(n) ((long)0)
#define _CrtMemCheckpoint(state) ((void)0)
#define _CrtMemDifference(result, before, after) ((int)0)
#define _CrtMemDumpAllObjectsSince(state) ((void)0)
#define _CrtMemDumpStatistics(state) ((void)0)
#define _CrtCheckMemory() ((int)1)
#define _CrtIsValidPointer(p, n, write) ((int)1)
#define _CrtIsValidHeapPointer(p) ((int)1)
#define _CrtSetAllocHook(hook) ((void)0)
#define _CrtSetDumpClient(client) ((void)0)
#define _malloc_dbg(size, kind, file, line) malloc(size)
#define _calloc_dbg(n, size, kind, file, line) calloc(n, size)
#define _realloc_dbg(memory, size, kind, file, line) realloc(memory, size)
#define _free_dbg(memory, kind) free(memory)
#define _msize_dbg(memory, kind) _msize(memory)
#define _strdup_dbg(s, kind, file, line) _strdup(s)

#ifdef __cplusplus
/* What programs make of `new` to find leaks: kind, file and line are not kept. */
#include <new>
extern "C++" {
inline void *operator new(size_t size, int, const char *, int) { return ::operator new(size); }
inline void *operator new[](size_t size, int, const char *, int) { return ::operator new[](size); }
inline void operator delete(void *memory, int, const char *, int) noexcept { ::operator delete(memory); }
inline void operator delete[](void *memory, int, const char *, int) noexcept { ::operator delete[](memory); }
}
#endif

#define _CrtDbgBreak() __builtin_debugtrap()

#ifdef _DEBUG
#define _ASSERT_EXPR(expression, message) ((void)(!!(expression) || 1 != _CrtDbgReportW(_CRT_ASSERT, _CRT_WIDE(__FILE__), __LINE__, NULL, L"%ls", message) || (_CrtDbgBreak(), 0)))
#define _ASSERT(expression) _ASSERT_EXPR(expression, (const wchar_t *)NULL)
#define _ASSERTE(expression) _ASSERT_EXPR(expression, _CRT_WIDE(#expression))
#define _RPT_BASE(...) ((void)(1 != _CrtDbgReport(__VA_ARGS__) || (_CrtDbgBreak(), 0)))
#define _RPT_BASEW(...) ((void)(1 != _CrtDbgReportW(__VA_ARGS__) || (_CrtDbgBreak(), 0)))
#define _RPT0(kind, message) _RPT_BASE(kind, NULL, 0, NULL, "%s", message)
#define _RPTN(kind, ...) _RPT_BASE(kind, NULL, 0, NULL, __VA_ARGS__)
#define _RPTF0(kind, message) _RPT_BASE(kind, __FILE__, __LINE__, NULL, "%s", message)
#define _RPTFN(kind, ...) _RPT_BASE(kind, __FILE__, __LINE__, NULL, __VA_ARGS__)
#define _RPTW0(kind, message) _RPT_BASEW(kind, NULL, 0, NULL, L"%ls", message)
#define _RPTWN(kind, ...) _RPT_BASEW(kind, NULL, 0, NULL, __VA_ARGS__)
#define _RPTFW0(kind, message) _RPT_BASEW(kind, _CRT_WIDE(__FILE__), __LINE__, NULL, L"%ls", message)
#define _RPTFWN(kind, ...) _RPT_BASEW(kind, _CRT_WIDE(__FILE__), __LINE__, NULL, __VA_ARGS__)
#else
#define _ASSERT_EXPR(expression, message) ((void)0)
#define _ASSERT(expression) ((void)0)
#define _ASSERTE(expression) ((void)0)
#define _RPT0(kind, message) ((void)0)
#define _RPTN(kind, ...) ((void)0)
#define _RPTF0(kind, message) ((void)0)
#define _RPTFN(kind, ...) ((void)0)
#define _RPTW0(kind, message) ((void)0)
#define _RPTWN(kind, ...) ((void)0)
#define _RPTFW0(kind, message) ((void)0)
#define _RPTFWN(kind, ...) ((void)0)
#endif
#define _RPT1 _RPTN
#define _RPT2 _RPTN
#define _RPT3 _RPTN
#define _RPT4 _RPTN
#define _RPT5 _RPTN
#define _RPTF1 _RPTFN
#define _RPTF2 _RPTFN
#define _RPTF3 _RPTFN
#define _RPTF4 _RPTFN
#define _RPTF5 _RPTFN
#define _RPTW1 _RPTWN
#define _RPTW2 _RPTWN
#define _RPTW3 _RPTWN
#define _RPTW4 _RPTWN
#define _RPTFW1 _RPTFWN
#define _RPTFW2 _RPTFWN
#define _RPTFW3 _RPTFWN
#define _RPTFW4 _RPTFWN
#ifndef _STATIC_ASSERT
#ifdef __cplusplus
#define _STATIC_ASSERT(expression) static_assert((expression), #expression)
#else
#define _STATIC_ASSERT(expression) _Static_assert((expression), #expression)
#endif
#endif

#endif
