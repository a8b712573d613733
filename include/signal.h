/* libc's. Ctrl+Break is the key that ends a program here: Ctrl+\ of a terminal. */
#ifndef LARBOARD_SIGNAL_H
#define LARBOARD_SIGNAL_H
#define _INC_SIGNAL

#include_next <signal.h>

#define SIGBREAK SIGQUIT
#define SIGABRT_COMPAT SIGABRT

#endif
