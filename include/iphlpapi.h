/* The IP helper: adapters and their addresses. */
#ifndef __IPHLPAPI_H__
#define __IPHLPAPI_H__

#include <iptypes.h>
#include <netioapi.h>

#endif
