/* Names and addresses as text, and what TCP/IP adds to Windows Sockets. */
#ifndef _WS2TCPIP_H_
#define _WS2TCPIP_H_

#include <winsock2.h>
#include <ws2ipdef.h>

typedef int socklen_t;
typedef ADDRINFOA ADDRINFO, *LPADDRINFO;
#ifdef UNICODE
typedef ADDRINFOW ADDRINFOT, *PADDRINFOT;
#else
typedef ADDRINFOA ADDRINFOT, *PADDRINFOT;
#endif

#define EAI_AGAIN WSATRY_AGAIN
#define EAI_BADFLAGS WSAEINVAL
#define EAI_FAIL WSANO_RECOVERY
#define EAI_FAMILY WSAEAFNOSUPPORT
#define EAI_MEMORY WSA_NOT_ENOUGH_MEMORY
#define EAI_NONAME WSAHOST_NOT_FOUND
#define EAI_NODATA EAI_NONAME
#define EAI_SERVICE WSATYPE_NOT_FOUND
#define EAI_SOCKTYPE WSAESOCKTNOSUPPORT
#define NI_MAXHOST 1025
#define NI_MAXSERV 32
#define UDP_NOCHECKSUM 1
#define UDP_CHECKSUM_COVERAGE 20

typedef struct _INTERFACE_INFO {
    ULONG iiFlags;
    union {
        struct sockaddr Address;
        struct sockaddr_in AddressIn;
        struct sockaddr_in6_old AddressIn6;
    } iiAddress, iiBroadcastAddress, iiNetmask;
} INTERFACE_INFO, *LPINTERFACE_INFO;

LARBOARD_BEGIN
void WINAPI FreeAddrInfoW(PADDRINFOW pAddrInfo);
int WINAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW *pHints, PADDRINFOW *ppResult);
INT WINAPI GetNameInfoW(
    const SOCKADDR *pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer, DWORD NodeBufferSize, PWCHAR pServiceBuffer,
    DWORD ServiceBufferSize, INT Flags);
PCWSTR WINAPI InetNtopW(INT Family, const void *pAddr, PWSTR pStringBuf, size_t StringBufSize);
INT WINAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf);
void WINAPI freeaddrinfo(PADDRINFOA pAddrInfo) LARBOARD_SYMBOL(freeaddrinfo);
INT WINAPI getaddrinfo(
    PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA *pHints, PADDRINFOA *ppResult) LARBOARD_SYMBOL(getaddrinfo);
INT WINAPI getnameinfo(
    const SOCKADDR *pSockaddr, socklen_t SockaddrLength, PCHAR pNodeBuffer, DWORD NodeBufferSize, PCHAR pServiceBuffer,
    DWORD ServiceBufferSize, INT Flags) LARBOARD_SYMBOL(getnameinfo);
PCSTR WINAPI inet_ntop(INT Family, const void *pAddr, PSTR pStringBuf, size_t StringBufSize) LARBOARD_SYMBOL(inet_ntop);
INT WINAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) LARBOARD_SYMBOL(inet_pton);
LARBOARD_END
#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#ifdef UNICODE
#define GetAddrInfo GetAddrInfoW
#define FreeAddrInfo FreeAddrInfoW
#define GetNameInfo GetNameInfoW
#define InetPton InetPtonW
#define InetNtop InetNtopW
#else
#define GetAddrInfo GetAddrInfoA
#define FreeAddrInfo FreeAddrInfoA
#define GetNameInfo GetNameInfoA
#define InetPton InetPtonA
#define InetNtop InetNtopA
#endif

#include <larboard/gai_strerror.h>

#endif
