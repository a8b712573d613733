#include <larboard/in_addr.h>
