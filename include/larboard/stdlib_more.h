/* What Microsoft's stdlib.h has besides libc's. */
#ifndef LARBOARD_STDLIB_MORE_H
#define LARBOARD_STDLIB_MORE_H

#include <corecrt.h>

#endif
