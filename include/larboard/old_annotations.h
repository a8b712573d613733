/* The annotations that sal.h replaced, without those whose names libstdc++ uses and nobody has seen in a server. */
#ifndef LARBOARD_OLD_ANNOTATIONS_H
#define LARBOARD_OLD_ANNOTATIONS_H

/* The headers of libstdc++ that use these two as names are known, and shielded, for this version (see
   annotations_off.h); a later one may have more of them. libc++ has none. */
#ifdef __cplusplus
#if __has_include(<bits/c++config.h>)
#include <bits/c++config.h>
#endif
#endif
#if !defined(_GLIBCXX_RELEASE) || _GLIBCXX_RELEASE == 12
#define LARBOARD_IN_AND_OUT
#ifndef LARBOARD_ANNOTATIONS_OFF
#define __in
#define __out
#endif
#endif

#define __inout
#define __in_opt
#define __out_opt
#define __inout_opt
#define __in_z
#define __in_z_opt
#define __deref_out
#define __deref_out_opt
#define __deref_opt_out
#define __deref_opt_out_opt
#define __deref_inout
#define __deref_inout_opt
#define __deref_in
#define __deref_in_opt
#define __nullterminated
#define __checkReturn
#define __reserved
#define __notnull
#define __maybenull
#define __typefix(type)
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __in_ecount_z(size)
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __out_ecount_z(size)
#define __out_ecount_part(size, length)
#define __out_ecount_part_opt(size, length)
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_part(size, length)
#define __out_bcount_part_opt(size, length)
#define __inout_ecount(size)
#define __inout_ecount_opt(size)
#define __inout_bcount(size)
#define __inout_bcount_opt(size)
#define __inout_ecount_part(size, length)
#define __inout_bcount_part(size, length)
#define __deref_out_ecount(size)
#define __deref_out_bcount(size)
#define __deref_out_ecount_opt(size)
#define __deref_out_bcount_opt(size)
#define __analysis_assume(expression) ((void)0)
#define __analysis_hint(hint)
#define __drv_aliasesMem
#define __drv_freesMem(kind)
#define __drv_preferredFunction(function, why)
#define __control_entrypoint(category)
#define __data_entrypoint(category)
#define __format_string
#define __fallthrough __attribute__((fallthrough))

#endif
