/* Functions and types of Linux that Windows has not: a program may have its own of these names. Round libc's headers they
   take other names; posix_on.h ends it. */
#pragma push_macro("random")
#undef random
#define random larboard_posix_random
#pragma push_macro("srandom")
#undef srandom
#define srandom larboard_posix_srandom
#pragma push_macro("initstate")
#undef initstate
#define initstate larboard_posix_initstate
#pragma push_macro("setstate")
#undef setstate
#define setstate larboard_posix_setstate
#pragma push_macro("getline")
#undef getline
#define getline larboard_posix_getline
#pragma push_macro("getdelim")
#undef getdelim
#define getdelim larboard_posix_getdelim
#pragma push_macro("dprintf")
#undef dprintf
#define dprintf larboard_posix_dprintf
#pragma push_macro("vdprintf")
#undef vdprintf
#define vdprintf larboard_posix_vdprintf
#pragma push_macro("sleep")
#undef sleep
#define sleep larboard_posix_sleep
#pragma push_macro("usleep")
#undef usleep
#define usleep larboard_posix_usleep
#pragma push_macro("pause")
#undef pause
#define pause larboard_posix_pause
#pragma push_macro("alarm")
#undef alarm
#define alarm larboard_posix_alarm
#pragma push_macro("link")
#undef link
#define link larboard_posix_link
#pragma push_macro("nice")
#undef nice
#define nice larboard_posix_nice
#pragma push_macro("sync")
#undef sync
#define sync larboard_posix_sync
#pragma push_macro("daemon")
#undef daemon
#define daemon larboard_posix_daemon
#pragma push_macro("crypt")
#undef crypt
#define crypt larboard_posix_crypt
#pragma push_macro("encrypt")
#undef encrypt
#define encrypt larboard_posix_encrypt
#pragma push_macro("pipe")
#undef pipe
#define pipe larboard_posix_pipe
#pragma push_macro("brk")
#undef brk
#define brk larboard_posix_brk
#pragma push_macro("acct")
#undef acct
#define acct larboard_posix_acct
#pragma push_macro("ulong")
#undef ulong
#define ulong larboard_posix_ulong
#pragma push_macro("ushort")
#undef ushort
#define ushort larboard_posix_ushort
#pragma push_macro("uint")
#undef uint
#define uint larboard_posix_uint
