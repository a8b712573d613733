/* Strings with sizes, without regard to case, and copies of strings: part of string.h and wchar.h. */
#ifndef LARBOARD_STRINGS_H
#define LARBOARD_STRINGS_H

#include <corecrt.h>

#endif
