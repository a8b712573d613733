/* Part of libc++, in place of its own: std::exception takes a text here. */
#pragma GCC system_header
#ifndef _LIBCPP___EXCEPTION_EXCEPTION_H
#define _LIBCPP___EXCEPTION_EXCEPTION_H

#include <__config>
#include <larboard/cxx/exception.h>

namespace std {
class _LIBCPP_EXPORTED_FROM_ABI exception {
public:
    LARBOARD_EXCEPTION_MEMBERS
};

class _LIBCPP_EXPORTED_FROM_ABI bad_exception : public exception {
public:
    bad_exception() noexcept {}
    bad_exception(const bad_exception &) noexcept = default;
    bad_exception &operator=(const bad_exception &) noexcept = default;
    ~bad_exception() noexcept override;
    const char *what() const noexcept override;
};
}

#endif
