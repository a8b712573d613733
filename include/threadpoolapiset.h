/* The thread pool. */
#ifndef _THREADPOOLAPISET_H_
#define _THREADPOOLAPISET_H_

#include <minwinbase.h>

typedef void(WINAPI *PTP_WIN32_IO_CALLBACK)(
    PTP_CALLBACK_INSTANCE Instance, PVOID Context, PVOID Overlapped, ULONG IoResult, ULONG_PTR NumberOfBytesTransferred, PTP_IO Io);

LARBOARD_BEGIN
PTP_IO WINAPI CreateThreadpoolIo(HANDLE fl, PTP_WIN32_IO_CALLBACK pfnio, PVOID pv, PTP_CALLBACK_ENVIRON pcbe);
void WINAPI StartThreadpoolIo(PTP_IO pio);
void WINAPI CancelThreadpoolIo(PTP_IO pio);
void WINAPI WaitForThreadpoolIoCallbacks(PTP_IO pio, BOOL fCancelPendingCallbacks);
void WINAPI CloseThreadpoolIo(PTP_IO pio);
LARBOARD_END

#endif
