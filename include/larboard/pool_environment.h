/* Callback environments of the thread pool: structures that only these functions know. */
#ifndef LARBOARD_POOL_ENVIRONMENT_H
#define LARBOARD_POOL_ENVIRONMENT_H

#include <minwinbase.h>

#define LARBOARD_POOL_FUNCTION static inline __attribute__((unused)) void

LARBOARD_POOL_FUNCTION InitializeThreadpoolEnvironment(PTP_CALLBACK_ENVIRON pcbe) {
    __builtin_memset(pcbe, 0, sizeof *pcbe);
    pcbe->Version = 3;
    pcbe->CallbackPriority = TP_CALLBACK_PRIORITY_NORMAL;
    pcbe->Size = sizeof *pcbe;
}
LARBOARD_POOL_FUNCTION DestroyThreadpoolEnvironment(PTP_CALLBACK_ENVIRON pcbe) { (void)pcbe; }
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackPool(PTP_CALLBACK_ENVIRON pcbe, PTP_POOL ptpp) { pcbe->Pool = ptpp; }
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackCleanupGroup(
    PTP_CALLBACK_ENVIRON pcbe, PTP_CLEANUP_GROUP ptpcg, PTP_CLEANUP_GROUP_CANCEL_CALLBACK pfng) {
    pcbe->CleanupGroup = ptpcg;
    pcbe->CleanupGroupCancelCallback = pfng;
}
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackRunsLong(PTP_CALLBACK_ENVIRON pcbe) { pcbe->u.s.LongFunction = 1; }
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackPersistent(PTP_CALLBACK_ENVIRON pcbe) { pcbe->u.s.Persistent = 1; }
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackLibrary(PTP_CALLBACK_ENVIRON pcbe, PVOID mod) { pcbe->RaceDll = mod; }
LARBOARD_POOL_FUNCTION SetThreadpoolCallbackPriority(PTP_CALLBACK_ENVIRON pcbe, TP_CALLBACK_PRIORITY Priority) {
    pcbe->CallbackPriority = Priority;
}

#undef LARBOARD_POOL_FUNCTION

#endif
