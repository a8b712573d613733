/* The one state of wide regular expressions that libc++ has in its library. */
#ifndef LARBOARD_CXX_LIBCXX_REGEX_H
#define LARBOARD_CXX_LIBCXX_REGEX_H

_LIBCPP_BEGIN_NAMESPACE_STD

template <> inline void __match_any_but_newline<wchar_t>::__exec(__state &state) const {
    if (state.__current_ != state.__last_ && *state.__current_ != L'\n' && *state.__current_ != L'\r' && *state.__current_ != 0x2028 &&
        *state.__current_ != 0x2029) {
        state.__do_ = __state::__accept_and_consume;
        ++state.__current_;
        state.__node_ = this->first();
    } else {
        state.__do_ = __state::__reject;
        state.__node_ = nullptr;
    }
}

_LIBCPP_END_NAMESPACE_STD

#endif
