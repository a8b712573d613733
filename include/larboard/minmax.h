/* Microsoft's macros min and max. In C++ they are functions of the global namespace: the standard library's headers may
   then come after this one too, and `using namespace std` makes no call ambiguous, because std::min is the more special. */
#ifndef LARBOARD_MINMAX_H
#define LARBOARD_MINMAX_H

#ifndef NOMINMAX
#ifdef __cplusplus
extern "C++" {
template <class A, class B> constexpr auto max(const A &a, const B &b) -> decltype(a > b ? a : b) { return a > b ? a : b; }
template <class A, class B> constexpr auto min(const A &a, const B &b) -> decltype(a < b ? a : b) { return a < b ? a : b; }
}
#else
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif
#endif

#endif
