/* `long` has 64 bits here, and Windows' LONG and DWORD have not: for C++, what takes an address of one also takes that of a
   `long`. These are templates, so that NULL still means the function itself. */
#ifndef LARBOARD_LONG_H
#define LARBOARD_LONG_H

#ifdef __cplusplus
extern "C++" {
namespace larboard {
template <class T> struct long_only {};
template <> struct long_only<long> { typedef int number; };
template <> struct long_only<unsigned long> { typedef unsigned int number; };

/* The number a function writes, in the caller's type afterwards. */
template <class T> struct long_result {
    explicit long_result(T *to) : place(to), number((typename long_only<T>::number)(to ? *to : 0)) {}
    ~long_result() {
        if (place) *place = number;
    }
    template <class N> operator N *() { return place ? (N *)&number : (N *)0; }
    T *place;
    typename long_only<T>::number number;
};
}
}
/* The head of such a template. */
#define LARBOARD_LONG(T) template <class T, class = typename larboard::long_only<T>::number>
#endif

#endif
