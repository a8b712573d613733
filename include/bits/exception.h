/* Part of libstdc++, in place of its own: std::exception takes a text here. */
#pragma GCC system_header
#ifndef __EXCEPTION_H
#define __EXCEPTION_H 1

#pragma GCC visibility push(default)
#include <bits/c++config.h>
#include <larboard/cxx/exception.h>

extern "C++" {
namespace std {
class exception {
public:
    LARBOARD_EXCEPTION_MEMBERS
};
}
}

#pragma GCC visibility pop
#endif
