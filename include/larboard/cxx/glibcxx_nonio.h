/* Dates, money and messages of a 16-bit wchar_t, as the "C" locale has them. */
#ifndef LARBOARD_CXX_GLIBCXX_NONIO_H
#define LARBOARD_CXX_GLIBCXX_NONIO_H

#include <larboard/cxx/glibcxx_locale.h>
#include <ctime>

namespace std _GLIBCXX_VISIBILITY(default) {

template <> inline void __timepunct<wchar_t>::_M_initialize_timepunct(__c_locale) {
    static const wchar_t *const days[] = {L"Sunday", L"Monday", L"Tuesday", L"Wednesday", L"Thursday", L"Friday", L"Saturday"};
    static const wchar_t *const short_days[] = {L"Sun", L"Mon", L"Tue", L"Wed", L"Thu", L"Fri", L"Sat"};
    static const wchar_t *const months[] = {L"January", L"February", L"March", L"April", L"May", L"June",
                                            L"July", L"August", L"September", L"October", L"November", L"December"};
    static const wchar_t *const short_months[] = {L"Jan", L"Feb", L"Mar", L"Apr", L"May", L"Jun",
                                                  L"Jul", L"Aug", L"Sep", L"Oct", L"Nov", L"Dec"};
    if (!_M_data) _M_data = new __timepunct_cache<wchar_t>;
    _M_c_locale_timepunct = _S_get_c_locale();
    _M_data->_M_date_format = L"%m/%d/%y";
    _M_data->_M_date_era_format = L"%m/%d/%y";
    _M_data->_M_time_format = L"%H:%M:%S";
    _M_data->_M_time_era_format = L"%H:%M:%S";
    _M_data->_M_date_time_format = L"%a %b %e %H:%M:%S %Y";
    _M_data->_M_date_time_era_format = L"%a %b %e %H:%M:%S %Y";
    _M_data->_M_am = L"AM";
    _M_data->_M_pm = L"PM";
    _M_data->_M_am_pm_format = L"%I:%M:%S %p";
    for (int i = 0; i < 7; ++i) {
        (&_M_data->_M_day1)[i] = days[i];
        (&_M_data->_M_aday1)[i] = short_days[i];
    }
    for (int i = 0; i < 12; ++i) {
        (&_M_data->_M_month01)[i] = months[i];
        (&_M_data->_M_amonth01)[i] = short_months[i];
    }
}

/* One conversion specifier at a time, as time_put asks for it: the C library's narrow function knows them all. */
template <> inline void __timepunct<wchar_t>::_M_put(wchar_t *to, size_t room, const wchar_t *format, const tm *time) const throw() {
    char narrow_format[64], narrow[256];
    unsigned state = 0;
    char *end = narrow_format;
    const wchar_t *rest = format;
    larboard_utf8_out(&state, &rest, format + char_traits<wchar_t>::length(format), &end, narrow_format + sizeof narrow_format - 1);
    *end = 0;
    const char *from = narrow;
    const size_t length = ::strftime(narrow, sizeof narrow, narrow_format, time);
    wchar_t *next = to;
    if (room) {
        larboard_utf8_in(&state, &from, narrow + length, &next, to + room - 1);
        *next = 0;
    }
}

template <typename Facet> inline void __larboard_money(__moneypunct_cache<wchar_t, Facet::intl> *&data) {
    if (!data) data = new __moneypunct_cache<wchar_t, Facet::intl>;
    data->_M_decimal_point = L'.';
    data->_M_thousands_sep = L',';
    data->_M_grouping = "";
    data->_M_curr_symbol = data->_M_positive_sign = data->_M_negative_sign = L"";
    data->_M_frac_digits = 0;
    data->_M_pos_format = data->_M_neg_format = money_base::_S_default_pattern;
    for (size_t i = 0; i < money_base::_S_end; ++i) data->_M_atoms[i] = money_base::_S_atoms[i];
}

template <> inline void moneypunct<wchar_t, true>::_M_initialize_moneypunct(__c_locale, const char *) {
    __larboard_money<moneypunct<wchar_t, true>>(_M_data);
}
template <> inline void moneypunct<wchar_t, false>::_M_initialize_moneypunct(__c_locale, const char *) {
    __larboard_money<moneypunct<wchar_t, false>>(_M_data);
}
template <> inline moneypunct<wchar_t, true>::~moneypunct() { delete _M_data; }
template <> inline moneypunct<wchar_t, false>::~moneypunct() { delete _M_data; }

template <> inline wstring messages<wchar_t>::do_get(catalog, int, int, const wstring &otherwise) const { return otherwise; }

LARBOARD_WIDE_FACET(__timepunct<wchar_t>)
LARBOARD_WIDE_FACET(time_put<wchar_t>)
LARBOARD_WIDE_FACET(time_get<wchar_t>)
LARBOARD_WIDE_FACET(moneypunct<wchar_t, true>)
LARBOARD_WIDE_FACET(moneypunct<wchar_t, false>)
LARBOARD_WIDE_FACET(money_put<wchar_t>)
LARBOARD_WIDE_FACET(money_get<wchar_t>)
LARBOARD_WIDE_FACET(messages<wchar_t>)

template <bool International> struct __use_cache<__moneypunct_cache<wchar_t, International>> {
    const __moneypunct_cache<wchar_t, International> *operator()(const locale &where) const {
        return __use_cache<__larboard_cache<__moneypunct_cache<wchar_t, International>, moneypunct<wchar_t, International>>>::get(where);
    }
};
}

#endif
