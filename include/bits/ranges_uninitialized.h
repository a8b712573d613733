#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/ranges_uninitialized.h>
#include <larboard/annotations_on.h>
