// Intrinsics after the processor's own headers.
#include <immintrin.h>
#include <windows.h>
#include <intrin.h>

unsigned int use(unsigned int value) { return _rotl(value, 3) + _rotr(value, 1) + __popcnt(value); }
