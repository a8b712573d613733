/* COM: identifiers only. */
#ifndef _OBJBASE_H_
#define _OBJBASE_H_

#include <combaseapi.h>

#endif
