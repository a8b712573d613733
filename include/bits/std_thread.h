#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/std_thread.h>
#include <larboard/annotations_on.h>
