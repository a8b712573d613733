/* Annotations of an older kind. */
#ifndef SPECSTRINGS_H
#define SPECSTRINGS_H

#include <sal.h>

#endif
