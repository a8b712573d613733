/* Intrinsics of Microsoft's compiler. Clang's Microsoft mode knows some without a header (__debugbreak, __noop, __assume,
   _alloca, _ReturnAddress, _rotl8 ...); the processor's own are Clang's headers. */
#ifndef __INTRIN_H_
#define __INTRIN_H_

#include <larboard/linkage.h>
#include <larboard/interlocked.h>
#include <stddef.h>

#ifdef __x86_64__
#include <x86intrin.h>
#endif
#ifdef __aarch64__
#include <arm_neon.h>
#endif

#ifdef __cplusplus
extern "C++" {
#endif

/* The number of the lowest or highest bit that is set. `index` keeps its value if none is. */
#define LARBOARD_BIT_SCAN(name, T, mask_type, expression) \
    LARBOARD_OVERLOAD unsigned char name(T *index, mask_type mask) { \
        if (mask == 0) \
            return 0; \
        *index = (T)(expression); \
        return 1; \
    }
LARBOARD_BIT_SCAN(larboard_bit_scan_forward, unsigned int, unsigned int, __builtin_ctz(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_forward, unsigned long, unsigned int, __builtin_ctz(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_reverse, unsigned int, unsigned int, 31 - __builtin_clz(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_reverse, unsigned long, unsigned int, 31 - __builtin_clz(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_forward64, unsigned int, unsigned long long, __builtin_ctzll(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_forward64, unsigned long, unsigned long long, __builtin_ctzll(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_reverse64, unsigned int, unsigned long long, 63 - __builtin_clzll(mask))
LARBOARD_BIT_SCAN(larboard_bit_scan_reverse64, unsigned long, unsigned long long, 63 - __builtin_clzll(mask))
/* Clang has built-in functions of these names, which take an `unsigned long` of 32 bits only. */
#define _BitScanForward larboard_bit_scan_forward
#define _BitScanReverse larboard_bit_scan_reverse
#define _BitScanForward64 larboard_bit_scan_forward64
#define _BitScanReverse64 larboard_bit_scan_reverse64

#define __popcnt16(value) ((unsigned short)__builtin_popcount((unsigned short)(value)))
#define __popcnt(value) ((unsigned int)__builtin_popcount(value))
#define __popcnt64(value) ((unsigned long long)__builtin_popcountll(value))
#define __lzcnt16(value) ((unsigned short)((unsigned short)(value) == 0 ? 16 : __builtin_clz((unsigned short)(value)) - 16))
#define __lzcnt(value) ((unsigned int)((value) == 0 ? 32 : __builtin_clz(value)))
#define __lzcnt64(value) ((unsigned long long)((value) == 0 ? 64 : __builtin_clzll(value)))

/* Products of 128 bits. */
static inline __attribute__((unused)) unsigned long long larboard_umul128(
    unsigned long long a, unsigned long long b, unsigned long long *high) {
    unsigned __int128 product = (unsigned __int128)a * b;
    *high = (unsigned long long)(product >> 64);
    return (unsigned long long)product;
}
static inline __attribute__((unused)) long long larboard_mul128(long long a, long long b, long long *high) {
    __int128 product = (__int128)a * b;
    *high = (long long)(product >> 64);
    return (long long)product;
}
#define _umul128 larboard_umul128
#define _mul128 larboard_mul128
#define __umulh(a, b) ((unsigned long long)(((unsigned __int128)(unsigned long long)(a) * (unsigned long long)(b)) >> 64))
#define __mulh(a, b) ((long long)(((__int128)(long long)(a) * (long long)(b)) >> 64))

#ifdef __x86_64__
/* What the processor says about itself: eax, ebx, ecx and edx in this order. */
static inline __attribute__((unused)) void larboard_cpuid(int information[4], int leaf, int subleaf) {
    __asm__ __volatile__("cpuid"
                         : "=a"(information[0]), "=b"(information[1]), "=c"(information[2]), "=d"(information[3])
                         : "a"(leaf), "c"(subleaf));
}
#undef __cpuid
#undef __cpuidex
#define __cpuid(information, leaf) larboard_cpuid((information), (leaf), 0)
#define __cpuidex(information, leaf, subleaf) larboard_cpuid((information), (leaf), (subleaf))
#define __faststorefence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define __nop() __asm__ __volatile__("nop")
#endif

#ifdef __cplusplus
}
#endif

#endif
