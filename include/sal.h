#ifndef _SAL_H_
#define _SAL_H_
#define _In_
#define _Out_
#endif
