/* __in and __out are names in libstdc++'s headers: what they mean in a program's sources is put aside while those are read,
   and comes back by annotations_on.h. */
#pragma push_macro("LARBOARD_ANNOTATIONS_OFF")
#undef LARBOARD_ANNOTATIONS_OFF
#define LARBOARD_ANNOTATIONS_OFF
#pragma push_macro("__in")
#pragma push_macro("__out")
#undef __in
#undef __out
