#pragma GCC system_header
#include <larboard/annotations_off.h>
#include_next <bits/locale_facets.h>
#include <larboard/annotations_on.h>
