/* Names and numbers of network interfaces. */
#ifndef _NETIOAPI_H_
#define _NETIOAPI_H_

#include <ws2ipdef.h>
#include <ifdef.h>

#define NDIS_IF_MAX_STRING_SIZE IF_MAX_STRING_SIZE
#define IF_NAMESIZE NDIS_IF_MAX_STRING_SIZE

LARBOARD_BEGIN
/* The functions of libc, which do the same: names are those of Linux. */
unsigned int if_nametoindex(const char *InterfaceName);
char *if_indextoname(unsigned int InterfaceIndex, char *InterfaceName);
LARBOARD_END

#endif
