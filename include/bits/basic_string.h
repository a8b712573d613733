#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/basic_string.h>
#include <larboard/annotations_on.h>
