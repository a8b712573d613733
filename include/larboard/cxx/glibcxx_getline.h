/* std::getline of a wide stream: the library's own is for 32-bit characters. */
#ifndef LARBOARD_CXX_GLIBCXX_GETLINE_H
#define LARBOARD_CXX_GLIBCXX_GETLINE_H

#include <string>

namespace std _GLIBCXX_VISIBILITY(default) {

template <> inline basic_istream<wchar_t> &getline(basic_istream<wchar_t> &in, basic_string<wchar_t> &line, wchar_t end) {
    typedef char_traits<wchar_t> traits;
    ios_base::iostate state = ios_base::goodbit;
    const basic_istream<wchar_t>::sentry ready(in, true);
    bool taken = false;
    if (ready) {
        try {
            line.erase();
            for (;;) {
                const traits::int_type next = in.rdbuf()->sbumpc();
                if (traits::eq_int_type(next, traits::eof())) {
                    state |= ios_base::eofbit;
                    break;
                }
                taken = true;
                if (traits::to_char_type(next) == end) break;
                if (line.size() == line.max_size()) {
                    state |= ios_base::failbit;
                    break;
                }
                line.push_back(traits::to_char_type(next));
            }
        } catch (...) {
            in._M_setstate(ios_base::badbit);
        }
    }
    if (!taken) state |= ios_base::failbit;
    if (state) in.setstate(state);
    return in;
}
}

#endif
