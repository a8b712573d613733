/* Consoles: all of it stands in wincon.h. */
#ifndef _APISETCONSOLEL2_
#define _APISETCONSOLEL2_

#include <wincon.h>

#endif
