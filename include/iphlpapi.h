/* The IP helper: adapters and their addresses. */
#ifndef __IPHLPAPI_H__
#define __IPHLPAPI_H__

#include <iptypes.h>
#include <netioapi.h>

LARBOARD_BEGIN
ULONG WINAPI GetAdaptersAddresses(
    ULONG Family, ULONG Flags, PVOID Reserved, PIP_ADAPTER_ADDRESSES AdapterAddresses, PULONG SizePointer);
LARBOARD_END

#endif
