/* libc's string.h brings this one along, whose functions (index, bcopy ...) Windows has not: nothing is declared. */
#ifndef _STRINGS_H
#define _STRINGS_H
#endif
