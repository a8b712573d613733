/* Consoles: all of it stands in wincon.h. */
#ifndef _APISETCONSOLEL3_
#define _APISETCONSOLEL3_

#include <wincon.h>

#endif
