/* Linux' fd_set and select have the names of Windows': where the C library's headers ask for this one, they get the types
   that do not clash. */
#ifndef _SYS_SELECT_H
#define _SYS_SELECT_H 1

#include <bits/types.h>
#include <bits/types/sigset_t.h>
#include <bits/types/time_t.h>
#include <bits/types/struct_timespec.h>
#include <bits/types/struct_timeval.h>

#ifndef __suseconds_t_defined
typedef __suseconds_t suseconds_t;
#define __suseconds_t_defined
#endif

#endif
