/* Remote procedure calls: identifiers only. */
#ifndef __RPC_H__
#define __RPC_H__

#include <rpcdce.h>

#endif
