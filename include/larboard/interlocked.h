/* InterlockedXxx: operations that no other thread sees half done. All of them are full barriers; Acquire, Release and
   NoFence promise no less than is asked. Microsoft's LONG is a `long`, so pointers to `long` are taken as well: the
   whole variable takes part then, of whatever width it is on this platform. */
#ifndef LARBOARD_INTERLOCKED_H
#define LARBOARD_INTERLOCKED_H

#include <larboard/linkage.h>
#include <basetsd.h>

#ifdef __cplusplus
extern "C++" {
#endif

#define LARBOARD_INTERLOCKED_ARITHMETIC(WIDTH, ORDER, T) \
    LARBOARD_OVERLOAD T InterlockedExchange##ORDER##WIDTH(T volatile *target, T value) { return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedExchangeAdd##ORDER##WIDTH(T volatile *addend, T value) { return __atomic_fetch_add(addend, value, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedAdd##ORDER##WIDTH(T volatile *addend, T value) { return __atomic_add_fetch(addend, value, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedIncrement##ORDER##WIDTH(T volatile *addend) { return __atomic_add_fetch(addend, 1, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedDecrement##ORDER##WIDTH(T volatile *addend) { return __atomic_sub_fetch(addend, 1, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedCompareExchange##ORDER##WIDTH(T volatile *target, T value, T comperand) { __atomic_compare_exchange_n(target, &comperand, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); return comperand; }

#define LARBOARD_INTERLOCKED_LOGIC(WIDTH, ORDER, T) \
    LARBOARD_OVERLOAD T InterlockedAnd##WIDTH##ORDER(T volatile *target, T value) { return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedOr##WIDTH##ORDER(T volatile *target, T value) { return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST); } \
    LARBOARD_OVERLOAD T InterlockedXor##WIDTH##ORDER(T volatile *target, T value) { return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST); }

#define LARBOARD_INTERLOCKED(WIDTH, T) \
    LARBOARD_INTERLOCKED_ARITHMETIC(WIDTH, , T) \
    LARBOARD_INTERLOCKED_ARITHMETIC(WIDTH, Acquire, T) \
    LARBOARD_INTERLOCKED_ARITHMETIC(WIDTH, Release, T) \
    LARBOARD_INTERLOCKED_ARITHMETIC(WIDTH, NoFence, T) \
    LARBOARD_INTERLOCKED_LOGIC(WIDTH, , T) \
    LARBOARD_INTERLOCKED_LOGIC(WIDTH, Acquire, T) \
    LARBOARD_INTERLOCKED_LOGIC(WIDTH, Release, T) \
    LARBOARD_INTERLOCKED_LOGIC(WIDTH, NoFence, T)

LARBOARD_INTERLOCKED(8, char)
LARBOARD_INTERLOCKED(8, signed char)
LARBOARD_INTERLOCKED(8, unsigned char)
LARBOARD_INTERLOCKED(16, short)
LARBOARD_INTERLOCKED(16, unsigned short)
LARBOARD_INTERLOCKED(, int)
LARBOARD_INTERLOCKED(, unsigned int)
LARBOARD_INTERLOCKED(, long)
LARBOARD_INTERLOCKED(, unsigned long)
LARBOARD_INTERLOCKED(, unsigned long long)
LARBOARD_INTERLOCKED(64, long long)
LARBOARD_INTERLOCKED(64, unsigned long long)
LARBOARD_INTERLOCKED(64, long)
LARBOARD_INTERLOCKED(64, unsigned long)

/* The bit's old value. */
#define LARBOARD_INTERLOCKED_BIT(NAME, T, MASK, CHANGE) \
    LARBOARD_OVERLOAD unsigned char NAME(T volatile *base, T bit) { \
        T mask = (T)1 << (bit & MASK); \
        return (CHANGE & mask) != 0; \
    }
#define LARBOARD_INTERLOCKED_BITS(WIDTH, T, MASK) \
    LARBOARD_INTERLOCKED_BIT(InterlockedBitTestAndSet##WIDTH, T, MASK, __atomic_fetch_or(base, mask, __ATOMIC_SEQ_CST)) \
    LARBOARD_INTERLOCKED_BIT(InterlockedBitTestAndReset##WIDTH, T, MASK, __atomic_fetch_and(base, ~mask, __ATOMIC_SEQ_CST)) \
    LARBOARD_INTERLOCKED_BIT(InterlockedBitTestAndComplement##WIDTH, T, MASK, __atomic_fetch_xor(base, mask, __ATOMIC_SEQ_CST))
LARBOARD_INTERLOCKED_BITS(, int, 31)
LARBOARD_INTERLOCKED_BITS(, long, 31)
LARBOARD_INTERLOCKED_BITS(64, long long, 63)
LARBOARD_INTERLOCKED_BITS(64, long, 63)

#define LARBOARD_INTERLOCKED_POINTER(ORDER) \
    LARBOARD_OVERLOAD void *InterlockedExchangePointer##ORDER(void *volatile *target, void *value) { \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST); \
    } \
    LARBOARD_OVERLOAD void *InterlockedCompareExchangePointer##ORDER(void *volatile *target, void *value, void *comperand) { \
        __atomic_compare_exchange_n(target, &comperand, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
        return comperand; \
    }
LARBOARD_INTERLOCKED_POINTER()
LARBOARD_INTERLOCKED_POINTER(Acquire)
LARBOARD_INTERLOCKED_POINTER(Release)
LARBOARD_INTERLOCKED_POINTER(NoFence)

/* The 16 bytes at `destination`, which must be aligned to 16, against those at `comparand`, which receives what was found. */
#define LARBOARD_INTERLOCKED_128(T) \
    LARBOARD_OVERLOAD unsigned char InterlockedCompareExchange128(T volatile *destination, T high, T low, T *comparand) { \
        return larboard_compare_exchange_128(destination, (unsigned long long)high, (unsigned long long)low, comparand); \
    }
static inline __attribute__((unused)) unsigned char larboard_compare_exchange_128(
    volatile void *destination, unsigned long long high, unsigned long long low, void *comparand) {
    unsigned long long *found = (unsigned long long *)comparand;
    unsigned char same;
#ifdef __x86_64__
    __asm__ __volatile__("lock cmpxchg16b %1"
                         : "=@ccz"(same), "+m"(*(volatile __int128 *)destination), "+a"(found[0]), "+d"(found[1])
                         : "b"(low), "c"(high)
                         : "memory");
#else
    unsigned __int128 expected = (unsigned __int128)found[1] << 64 | found[0];
    unsigned __int128 value = (unsigned __int128)high << 64 | low;
    same = __atomic_compare_exchange_n(
        (volatile unsigned __int128 *)destination, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    found[0] = (unsigned long long)expected;
    found[1] = (unsigned long long)(expected >> 64);
#endif
    return same;
}
LARBOARD_INTERLOCKED_128(long long)
LARBOARD_INTERLOCKED_128(unsigned long long)
LARBOARD_INTERLOCKED_128(long)

#ifdef __cplusplus
}
#endif

/* The intrinsics of the same meaning. */
#define _InterlockedExchange8 InterlockedExchange8
#define _InterlockedExchangeAdd8 InterlockedExchangeAdd8
#define _InterlockedAdd8 InterlockedAdd8
#define _InterlockedIncrement8 InterlockedIncrement8
#define _InterlockedDecrement8 InterlockedDecrement8
#define _InterlockedCompareExchange8 InterlockedCompareExchange8
#define _InterlockedAnd8 InterlockedAnd8
#define _InterlockedOr8 InterlockedOr8
#define _InterlockedXor8 InterlockedXor8
#define _InterlockedExchange16 InterlockedExchange16
#define _InterlockedExchangeAdd16 InterlockedExchangeAdd16
#define _InterlockedAdd16 InterlockedAdd16
#define _InterlockedIncrement16 InterlockedIncrement16
#define _InterlockedDecrement16 InterlockedDecrement16
#define _InterlockedCompareExchange16 InterlockedCompareExchange16
#define _InterlockedAnd16 InterlockedAnd16
#define _InterlockedOr16 InterlockedOr16
#define _InterlockedXor16 InterlockedXor16
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedAdd InterlockedAdd
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedAnd InterlockedAnd
#define _InterlockedOr InterlockedOr
#define _InterlockedXor InterlockedXor
#define _InterlockedExchange64 InterlockedExchange64
#define _InterlockedExchangeAdd64 InterlockedExchangeAdd64
#define _InterlockedAdd64 InterlockedAdd64
#define _InterlockedIncrement64 InterlockedIncrement64
#define _InterlockedDecrement64 InterlockedDecrement64
#define _InterlockedCompareExchange64 InterlockedCompareExchange64
#define _InterlockedAnd64 InterlockedAnd64
#define _InterlockedOr64 InterlockedOr64
#define _InterlockedXor64 InterlockedXor64
#define _InterlockedExchangePointer InterlockedExchangePointer
#define _InterlockedCompareExchangePointer InterlockedCompareExchangePointer
#define _InterlockedCompareExchange128 InterlockedCompareExchange128
#define _interlockedbittestandset InterlockedBitTestAndSet
#define _interlockedbittestandset64 InterlockedBitTestAndSet64
#define _interlockedbittestandreset InterlockedBitTestAndReset
#define _interlockedbittestandreset64 InterlockedBitTestAndReset64
#define InterlockedExchangeSubtract(addend, value) InterlockedExchangeAdd((addend), 0 - (value))
#define InterlockedExchangeAddSizeT(addend, value) InterlockedExchangeAdd64((LONG64 volatile *)(addend), (LONG64)(value))
#define InterlockedIncrementSizeT(addend) InterlockedIncrement64((LONG64 volatile *)(addend))
#define InterlockedDecrementSizeT(addend) InterlockedDecrement64((LONG64 volatile *)(addend))

/* Barriers, and loads and stores with an order. */
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define _ReadWriteBarrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define _ReadBarrier() __atomic_signal_fence(__ATOMIC_ACQUIRE)
#define _WriteBarrier() __atomic_signal_fence(__ATOMIC_RELEASE)
#ifdef __x86_64__
#define YieldProcessor() __builtin_ia32_pause()
#define PreFetchCacheLine(level, address) __builtin_prefetch(address)
#else
#define YieldProcessor() __asm__ __volatile__("yield")
#define PreFetchCacheLine(level, address) __builtin_prefetch(address)
#endif
#define ReadAcquire(source) __atomic_load_n((source), __ATOMIC_ACQUIRE)
#define ReadNoFence(source) __atomic_load_n((source), __ATOMIC_RELAXED)
#define ReadRaw(source) __atomic_load_n((source), __ATOMIC_RELAXED)
#define WriteRelease(destination, value) __atomic_store_n((destination), (value), __ATOMIC_RELEASE)
#define WriteNoFence(destination, value) __atomic_store_n((destination), (value), __ATOMIC_RELAXED)
#define WriteRaw(destination, value) __atomic_store_n((destination), (value), __ATOMIC_RELAXED)
#define ReadAcquire64 ReadAcquire
#define ReadNoFence64 ReadNoFence
#define WriteRelease64 WriteRelease
#define WriteNoFence64 WriteNoFence
#define ReadPointerAcquire ReadAcquire
#define ReadPointerNoFence ReadNoFence
#define WritePointerRelease WriteRelease
#define WritePointerNoFence WriteNoFence

#endif
