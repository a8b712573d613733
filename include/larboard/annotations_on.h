#pragma pop_macro("__out")
#pragma pop_macro("__in")
