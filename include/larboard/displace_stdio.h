/* Round libc's stdio.h: these functions are this library's. */
#pragma push_macro("printf")
#undef printf
#define printf larboard_libc_printf
#pragma push_macro("fprintf")
#undef fprintf
#define fprintf larboard_libc_fprintf
#pragma push_macro("sprintf")
#undef sprintf
#define sprintf larboard_libc_sprintf
#pragma push_macro("snprintf")
#undef snprintf
#define snprintf larboard_libc_snprintf
#pragma push_macro("vprintf")
#undef vprintf
#define vprintf larboard_libc_vprintf
#pragma push_macro("vfprintf")
#undef vfprintf
#define vfprintf larboard_libc_vfprintf
#pragma push_macro("vsprintf")
#undef vsprintf
#define vsprintf larboard_libc_vsprintf
#pragma push_macro("vsnprintf")
#undef vsnprintf
#define vsnprintf larboard_libc_vsnprintf
#pragma push_macro("scanf")
#undef scanf
#define scanf larboard_libc_scanf
#pragma push_macro("fscanf")
#undef fscanf
#define fscanf larboard_libc_fscanf
#pragma push_macro("sscanf")
#undef sscanf
#define sscanf larboard_libc_sscanf
#pragma push_macro("vscanf")
#undef vscanf
#define vscanf larboard_libc_vscanf
#pragma push_macro("vfscanf")
#undef vfscanf
#define vfscanf larboard_libc_vfscanf
#pragma push_macro("vsscanf")
#undef vsscanf
#define vsscanf larboard_libc_vsscanf
#pragma push_macro("fopen")
#undef fopen
#define fopen larboard_libc_fopen
#pragma push_macro("freopen")
#undef freopen
#define freopen larboard_libc_freopen
#pragma push_macro("fclose")
#undef fclose
#define fclose larboard_libc_fclose
#pragma push_macro("remove")
#undef remove
#define remove larboard_libc_remove
#pragma push_macro("rename")
#undef rename
#define rename larboard_libc_rename
#pragma push_macro("fgets")
#undef fgets
#define fgets larboard_libc_fgets
#pragma push_macro("fgetc")
#undef fgetc
#define fgetc larboard_libc_fgetc
#pragma push_macro("getc")
#undef getc
#define getc larboard_libc_getc
#pragma push_macro("getchar")
#undef getchar
#define getchar larboard_libc_getchar
