/* Limits of paths. */
#ifndef _PATHCCH_H_INCLUDED_
#define _PATHCCH_H_INCLUDED_

#include <windef.h>

#define PATHCCH_MAX_CCH 0x8000
#define VOLUME_PREFIX L"\\\\?\\Volume"

#endif
