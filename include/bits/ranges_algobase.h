#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/ranges_algobase.h>
#include <larboard/annotations_on.h>
