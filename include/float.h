/* The compiler's, with the control word of floating-point arithmetic. */
#ifndef LARBOARD_FLOAT_H
#define LARBOARD_FLOAT_H
#define _INC_FLOAT

#include_next <float.h>
#include <corecrt.h>

#define _MCW_EM 0x0008001f
#define _EM_INEXACT 0x00000001
#define _EM_UNDERFLOW 0x00000002
#define _EM_OVERFLOW 0x00000004
#define _EM_ZERODIVIDE 0x00000008
#define _EM_INVALID 0x00000010
#define _EM_DENORMAL 0x00080000
#define _MCW_RC 0x00000300
#define _RC_NEAR 0x00000000
#define _RC_DOWN 0x00000100
#define _RC_UP 0x00000200
#define _RC_CHOP 0x00000300
#define _MCW_PC 0x00030000
#define _PC_24 0x00020000
#define _PC_53 0x00010000
#define _PC_64 0x00000000
#define _SW_INEXACT 0x00000001
#define _SW_UNDERFLOW 0x00000002
#define _SW_OVERFLOW 0x00000004
#define _SW_ZERODIVIDE 0x00000008
#define _SW_INVALID 0x00000010
#define MCW_EM _MCW_EM
#define MCW_RC _MCW_RC
#define EM_INVALID _EM_INVALID
#define EM_ZERODIVIDE _EM_ZERODIVIDE
#define EM_OVERFLOW _EM_OVERFLOW

#define _FPCLASS_SNAN 0x0001
#define _FPCLASS_QNAN 0x0002
#define _FPCLASS_NINF 0x0004
#define _FPCLASS_NN 0x0008
#define _FPCLASS_ND 0x0010
#define _FPCLASS_NZ 0x0020
#define _FPCLASS_PZ 0x0040
#define _FPCLASS_PD 0x0080
#define _FPCLASS_PN 0x0100
#define _FPCLASS_PINF 0x0200

LARBOARD_BEGIN

unsigned int _controlfp(unsigned int value, unsigned int mask);
errno_t _controlfp_s(unsigned int *current, unsigned int value, unsigned int mask);
unsigned int _clearfp(void);
unsigned int _statusfp(void);
int _fpclass(double value);
static inline int _isnan(double value) { return __builtin_isnan(value); }
static inline int _finite(double value) { return __builtin_isfinite(value); }
static inline int _isnanf(float value) { return __builtin_isnan(value); }
static inline int _finitef(float value) { return __builtin_isfinite(value); }
static inline double _copysign(double value, double sign) { return __builtin_copysign(value, sign); }
static inline double _chgsign(double value) { return -value; }

LARBOARD_END

#endif
