#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/locale_conv.h>
#include <larboard/annotations_on.h>
