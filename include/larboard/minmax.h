/* Microsoft's macros min and max as functions of the global namespace (C++ only). */
#ifndef LARBOARD_MINMAX_H
#define LARBOARD_MINMAX_H

extern "C++" {
template <class A, class B> constexpr auto max(const A &a, const B &b) -> decltype(a > b ? a : b) { return a > b ? a : b; }
template <class A, class B> constexpr auto min(const A &a, const B &b) -> decltype(a < b ? a : b) { return a < b ? a : b; }
}

#endif
