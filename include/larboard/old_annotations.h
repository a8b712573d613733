/* The annotations that sal.h replaced, without those whose names the standard library uses itself. */
#ifndef LARBOARD_OLD_ANNOTATIONS_H
#define LARBOARD_OLD_ANNOTATIONS_H

#define __in_opt
#define __out_opt
#define __inout_opt
#define __in_ecount(size)
#define __out_ecount(size)
#define __inout_ecount(size)
#define __in_bcount(size)
#define __out_bcount(size)
#define __inout_bcount(size)

#endif
