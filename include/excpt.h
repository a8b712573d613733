/* What a handler of exceptions answers, and what a filter answers. */
#ifndef _INC_EXCPT
#define _INC_EXCPT

#include <larboard/linkage.h>
#include <larboard/seh.h>

typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#endif
