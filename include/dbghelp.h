/* Help for debugging: minidumps. */
#ifndef _DBGHELP_
#define _DBGHELP_

#include <windef.h>
#include <minidumpapiset.h>



#endif
