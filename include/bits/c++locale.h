#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/c++locale.h>
#include <larboard/annotations_on.h>
