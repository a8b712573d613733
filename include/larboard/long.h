/* `long` has 64 bits here, and Windows' LONG and DWORD have not: for C++, what takes an address of one also takes that of a
   `long`. These are templates, so that NULL still means the function itself. */
#ifndef LARBOARD_LONG_H
#define LARBOARD_LONG_H

#if defined(__cplusplus) && !defined(LARBOARD_NO_OVERLOADS)
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
    template <class N> operator N *() {
        static_assert(sizeof(N) == sizeof(number), "a number of 32 bits");
        return place ? (N *)&number : (N *)0;
    }
    T *place;
    typename long_only<T>::number number;
};

/* The other way round: size_t and uint64_t are a `long` here, and ULONG_PTR is not. Both have 64 bits. */
template <class T> struct word_only {};
template <> struct word_only<long> { typedef unsigned long long number; };
template <> struct word_only<unsigned long> { typedef unsigned long long number; };
}
}
/* Where there are such templates: they stand in #ifdef LARBOARD_LONG_OVERLOADS. Then the heads of them. */
#define LARBOARD_LONG_OVERLOADS
#define LARBOARD_LONG(T) template <class T, class = typename larboard::long_only<T>::number>
#define LARBOARD_LONG2(T, F) \
    template <class T, class F, class = typename larboard::long_only<T>::number, class = typename larboard::long_only<F>::number>
#define LARBOARD_WORD(W) template <class W, class = typename larboard::word_only<W>::number>
#define LARBOARD_LONG_WORD(T, W) \
    template <class T, class W, class = typename larboard::long_only<T>::number, class = typename larboard::word_only<W>::number>
/* What a function is handed for such an address. */
#define LARBOARD_RESULT(T, place) ((LPDWORD)larboard::long_result<T>(place))
#endif

#endif
