#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/regex.tcc>
#include <larboard/annotations_on.h>
