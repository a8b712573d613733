/* std::wcout, std::wcin, std::wcerr and std::wclog of a 16-bit wchar_t: UTF-8 outside, and the C library's streams behind, so that
   what printf, wprintf, std::cout and std::wcout write appears in order. */
#ifndef LARBOARD_CXX_STREAMS_H
#define LARBOARD_CXX_STREAMS_H

#include <larboard/cxx/convert.h>
#include <cstdio>
#include <istream>
#include <new>
#include <ostream>

namespace larboard {
namespace cxx {

class wide_buffer : public std::wstreambuf {
    std::FILE *stream;
    unsigned state = 0;
    int_type last = traits_type::eof();
    bool again = false;

public:
    explicit wide_buffer(std::FILE *stream) : stream(stream) {}

protected:
    int_type overflow(int_type c) override {
        if (traits_type::eq_int_type(c, traits_type::eof())) return sync() ? c : traits_type::not_eof(c);
        const wchar_t unit = traits_type::to_char_type(c);
        return larboard_stream_write(stream, &unit, 1, &state) == 1 ? c : traits_type::eof();
    }

    std::streamsize xsputn(const wchar_t *from, std::streamsize count) override {
        return static_cast<std::streamsize>(larboard_stream_write(stream, from, static_cast<size_t>(count), &state));
    }

    int sync() override { return std::fflush(stream); }

    /* One character is remembered, so that it can be looked at before it is taken, and be put back. */
    int_type underflow() override {
        const int_type c = uflow();
        again = !traits_type::eq_int_type(c, traits_type::eof());
        return c;
    }

    int_type uflow() override {
        if (again) {
            again = false;
            return last;
        }
        const int unit = larboard_stream_read(stream, &state);
        last = unit < 0 ? traits_type::eof() : traits_type::to_int_type(static_cast<wchar_t>(unit));
        return last;
    }

    int_type pbackfail(int_type c) override {
        if (again || traits_type::eq_int_type(last, traits_type::eof())) return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) last = c;
        again = true;
        return last;
    }
};

/* A stream that stays until the program ends: its destructor is never called, for it would be in a union. */
template <typename Stream> struct standing {
    union {
        wide_buffer buffer;
    };
    union {
        Stream stream;
    };

    explicit standing(std::FILE *file) {
        ::new (static_cast<void *>(&buffer)) wide_buffer(file);
        ::new (static_cast<void *>(&stream)) Stream(&buffer);
    }
    standing(std::FILE *file, std::wostream &tied) : standing(file) { stream.tie(&tied); }
    standing(std::FILE *file, std::ios_base::fmtflags flags) : standing(file) { stream.setf(flags); }
    ~standing() {}
};

/* Members of a template: made, with all the code behind them, only in a program that uses them, and before whatever uses them in
   the same source file. */
template <typename> struct wide_streams {
    static standing<std::wostream> out, error, log;
    static standing<std::wistream> in;
};
template <typename T> standing<std::wostream> wide_streams<T>::out(stdout);
template <typename T> standing<std::wostream> wide_streams<T>::error(stderr, std::ios_base::unitbuf);
template <typename T> standing<std::wostream> wide_streams<T>::log(stderr);
template <typename T> standing<std::wistream> wide_streams<T>::in(stdin, wide_streams<T>::out.stream);
}
}

namespace std {
static wostream &wcout = ::larboard::cxx::wide_streams<void>::out.stream;
static wostream &wcerr = ::larboard::cxx::wide_streams<void>::error.stream;
static wostream &wclog = ::larboard::cxx::wide_streams<void>::log.stream;
static wistream &wcin = ::larboard::cxx::wide_streams<void>::in.stream;
}

#endif
