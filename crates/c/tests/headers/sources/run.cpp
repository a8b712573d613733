// What the headers define in themselves does what it should. The exit code is the line that found otherwise.
#include <initguid.h>
#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <intrin.h>
#include <algorithm>

#define EXPECT(condition) \
    do { \
        if (!(condition)) \
            return __LINE__; \
    } while (0)

DEFINE_GUID(GUID_ONE, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

static int interlocked() {
    LONG number = 5;
    long wide = -2;
    DWORD word = 0xffffffff;
    EXPECT(InterlockedIncrement(&number) == 6 && InterlockedDecrement(&number) == 5);
    EXPECT(InterlockedExchange(&number, 9) == 5 && InterlockedExchangeAdd(&number, 3) == 9 && number == 12);
    EXPECT(InterlockedCompareExchange(&number, 1, 12) == 12 && InterlockedCompareExchange(&number, 2, 12) == 1 && number == 1);
    EXPECT(InterlockedAnd(&number, 3) == 1 && InterlockedOr(&number, 6) == 1 && InterlockedXor(&number, 5) == 7 && number == 2);
    EXPECT(InterlockedIncrement(&wide) == -1 && InterlockedAdd(&wide, 3) == 2);
    EXPECT(InterlockedIncrement(&word) == 0);
    SHORT half = 0x7fff;
    char byte = 3;
    LONG64 big = 1LL << 40;
    EXPECT(InterlockedIncrement16(&half) == -0x8000 && InterlockedExchange8(&byte, 7) == 3 && byte == 7);
    EXPECT(InterlockedIncrement64(&big) == (1LL << 40) + 1 && InterlockedExchangeAdd64(&big, -1) == (1LL << 40) + 1);
    EXPECT(InterlockedBitTestAndSet(&number, 4) == 0 && number == 18 && InterlockedBitTestAndReset(&number, 1) == 1 && number == 16);
    PVOID pointer = &number;
    EXPECT(InterlockedCompareExchangePointer(&pointer, NULL, &number) == &number && pointer == NULL);
    EXPECT(InterlockedExchangePointer(&pointer, &big) == NULL && pointer == &big);
    alignas(16) LONG64 both[2] = {1, 2};
    LONG64 expected[2] = {1, 3};
    EXPECT(!InterlockedCompareExchange128(both, 8, 9, expected) && expected[0] == 1 && expected[1] == 2);
    EXPECT(InterlockedCompareExchange128(both, 8, 9, expected) && both[0] == 9 && both[1] == 8);
    return 0;
}

static int sets() {
    fd_set set;
    FD_ZERO(&set);
    for (SOCKET s = 1; s <= FD_SETSIZE + 5; s++)
        FD_SET(s, &set);
    FD_SET(1, &set);
    EXPECT(set.fd_count == FD_SETSIZE && FD_ISSET(64, &set) && !FD_ISSET(65, &set));
    FD_CLR(1, &set);
    EXPECT(set.fd_count == FD_SETSIZE - 1 && set.fd_array[0] == 2 && !FD_ISSET(1, &set));
    return 0;
}

static int addresses() {
    sockaddr_in address = {};
    EXPECT(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr) == 1 && address.sin_addr.S_un.S_un_b.s_b1 == 127);
    EXPECT(address.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && IN4_IS_ADDR_LOOPBACK(&address.sin_addr));
    EXPECT(IN6_IS_ADDR_LOOPBACK(&in6addr_loopback) && IN6_IS_ADDR_UNSPECIFIED(&in6addr_any));
    EXPECT(!IN6_ADDR_EQUAL(&in6addr_any, &in6addr_loopback));
    return 0;
}

static int macros() {
    using namespace std;
    int small = 1;
    long large = 2;
    EXPECT(min(small, 2) == 1 && max(small, large) == 2 && ::max(1u, 2ull) == 2 && (std::min)(3, 4) == 3);
    EXPECT(MAKEWORD(2, 1) == 0x0102 && LOWORD(0x00010002) == 2 && HIWORD(0x00010002) == 1 && MAKELONG(2, 1) == 0x00010002);
    EXPECT(LOBYTE(0x0102) == 2 && HIBYTE(0x0102) == 1);
    EXPECT(HRESULT_FROM_WIN32(5) == (HRESULT)0x80070005 && FAILED(E_FAIL) && SUCCEEDED(S_FALSE) && HRESULT_CODE(0x80070005) == 5);
    GUID two = GUID_ONE;
    EXPECT(two == GUID_ONE && IsEqualGUID(two, GUID_ONE));
    two.Data4[7]++;
    EXPECT(two != GUID_ONE);
    struct Outer {
        int first;
        OVERLAPPED overlapped;
    } outer;
    EXPECT(CONTAINING_RECORD(&outer.overlapped, Outer, overlapped) == &outer && ARRAYSIZE(two.Data4) == 8);
    char area[] = "abc";
    SecureZeroMemory(area, 2);
    EXPECT(area[0] == 0 && area[1] == 0 && area[2] == 'c');
    return 0;
}

static int intrinsics() {
    unsigned long index = 99;
    DWORD other = 99;
    EXPECT(_BitScanForward(&index, 12) && index == 2 && _BitScanReverse(&other, 12) && other == 3);
    EXPECT(!_BitScanForward(&index, 0) && _BitScanReverse64(&index, 1ULL << 40) && index == 40);
    EXPECT(__popcnt(7) == 3 && _rotl(0x80000001u, 1) == 3 && _rotr(3u, 1) == 0x80000001u);
    unsigned __int64 high;
    EXPECT(_umul128(1ULL << 63, 4, &high) == 0 && high == 2);
    return 0;
}

int main() {
    int (*parts[])() = {interlocked, sets, addresses, macros, intrinsics};
    for (auto part : parts)
        if (int line = part())
            return line;
    return 0;
}
