/* Numbers, dates, money and messages of a 16-bit wchar_t in libc++, as the "C" locale has them. */
#ifndef LARBOARD_CXX_LIBCXX_LOCALE_H
#define LARBOARD_CXX_LIBCXX_LOCALE_H

#include <ctime>

_LIBCPP_BEGIN_NAMESPACE_STD

/* Names and formats of dates: the library's narrow ones, widened. */
struct __larboard_times : __time_get_c_storage<char> {
    static wstring wide(const string &text) { return wstring(text.begin(), text.end()); }
    template <size_t Count> struct table {
        wstring names[Count];
        explicit table(const string *from) {
            for (size_t i = 0; i < Count; ++i) names[i] = wide(from[i]);
        }
    };
    const wstring *weeks() const {
        static const table<14> found(__weeks());
        return found.names;
    }
    const wstring *months() const {
        static const table<24> found(__months());
        return found.names;
    }
    const wstring *am_pm() const {
        static const table<2> found(__am_pm());
        return found.names;
    }
    const wstring &c() const {
        static const wstring found = wide(__c());
        return found;
    }
    const wstring &r() const {
        static const wstring found = wide(__r());
        return found;
    }
    const wstring &x() const {
        static const wstring found = wide(__x());
        return found;
    }
    const wstring &X() const {
        static const wstring found = wide(__X());
        return found;
    }
};

template <> inline const wstring *__time_get_c_storage<wchar_t>::__weeks() const { return __larboard_times().weeks(); }
template <> inline const wstring *__time_get_c_storage<wchar_t>::__months() const { return __larboard_times().months(); }
template <> inline const wstring *__time_get_c_storage<wchar_t>::__am_pm() const { return __larboard_times().am_pm(); }
template <> inline const wstring &__time_get_c_storage<wchar_t>::__c() const { return __larboard_times().c(); }
template <> inline const wstring &__time_get_c_storage<wchar_t>::__r() const { return __larboard_times().r(); }
template <> inline const wstring &__time_get_c_storage<wchar_t>::__x() const { return __larboard_times().x(); }
template <> inline const wstring &__time_get_c_storage<wchar_t>::__X() const { return __larboard_times().X(); }

template <>
inline ostreambuf_iterator<wchar_t> time_put<wchar_t>::do_put(ostreambuf_iterator<wchar_t> to, ios_base &, wchar_t, const tm *time, char specifier,
                                                              char modifier) const {
    char format[] = {'%', modifier ? modifier : specifier, modifier ? specifier : '\0', '\0'};
    char narrow[256];
    wchar_t wide[256];
    const char *from = narrow;
    wchar_t *end = wide;
    unsigned state = 0;
    larboard_utf8_in(&state, &from, narrow + ::strftime(narrow, sizeof narrow, format, time), &end, wide + 256);
    for (const wchar_t *next = wide; next != end; ++next) *to++ = *next;
    return to;
}

LARBOARD_WIDE_FACET(num_get<wchar_t>)
LARBOARD_WIDE_FACET(num_put<wchar_t>)
LARBOARD_WIDE_FACET(time_get<wchar_t>)
LARBOARD_WIDE_FACET(time_put<wchar_t>)
LARBOARD_WIDE_FACET(moneypunct<wchar_t, true>)
LARBOARD_WIDE_FACET(moneypunct<wchar_t, false>)
LARBOARD_WIDE_FACET(money_put<wchar_t>)
LARBOARD_WIDE_FACET(money_get<wchar_t>)
LARBOARD_WIDE_FACET(messages<wchar_t>)

_LIBCPP_END_NAMESPACE_STD

#endif
