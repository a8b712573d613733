#ifndef _INC_EH
#define _INC_EH

#include <corecrt.h>
#ifdef __cplusplus
#include <exception>
typedef void (*terminate_function)();
using std::set_terminate;
using std::terminate;
#endif

#endif
