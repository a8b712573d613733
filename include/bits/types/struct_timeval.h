/* Windows' timeval has two ints. */
#ifndef __timeval_defined
#define __timeval_defined 1
#include <larboard/socket_types.h>
#endif
