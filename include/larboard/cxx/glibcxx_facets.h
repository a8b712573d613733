/* Characters and numbers: ctype, num_get, num_put, numpunct of a 16-bit wchar_t, and locales by name. */
#ifndef LARBOARD_CXX_GLIBCXX_FACETS_H
#define LARBOARD_CXX_GLIBCXX_FACETS_H

#include <larboard/cxx/glibcxx_locale.h>

namespace std _GLIBCXX_VISIBILITY(default) {

#include <larboard/cxx/ctype_members.h>

inline ctype<wchar_t>::ctype(size_t refs) : __ctype_abstract_base<wchar_t>(refs), _M_c_locale_ctype(nullptr), _M_narrow_ok(false) {}
inline ctype<wchar_t>::ctype(__c_locale, size_t refs) : __ctype_abstract_base<wchar_t>(refs), _M_c_locale_ctype(nullptr), _M_narrow_ok(false) {}
inline ctype<wchar_t>::~ctype() {}

template <> inline void numpunct<wchar_t>::_M_initialize_numpunct(__c_locale) {
    if (!_M_data) _M_data = new __numpunct_cache<wchar_t>;
    _M_data->_M_grouping = "";
    _M_data->_M_grouping_size = 0;
    _M_data->_M_use_grouping = false;
    _M_data->_M_decimal_point = L'.';
    _M_data->_M_thousands_sep = L',';
    for (size_t i = 0; i < __num_base::_S_oend; ++i) _M_data->_M_atoms_out[i] = __num_base::_S_atoms_out[i];
    for (size_t i = 0; i < __num_base::_S_iend; ++i) _M_data->_M_atoms_in[i] = __num_base::_S_atoms_in[i];
    _M_data->_M_truename = L"true";
    _M_data->_M_truename_size = 4;
    _M_data->_M_falsename = L"false";
    _M_data->_M_falsename_size = 5;
}

template <> inline numpunct<wchar_t>::~numpunct() { delete _M_data; }

LARBOARD_WIDE_FACET(ctype<wchar_t>)
LARBOARD_WIDE_FACET(numpunct<wchar_t>)
LARBOARD_WIDE_FACET(num_get<wchar_t>)
LARBOARD_WIDE_FACET(num_put<wchar_t>)

template <> struct __use_cache<__numpunct_cache<wchar_t>> {
    const __numpunct_cache<wchar_t> *operator()(const locale &where) const {
        return __use_cache<__larboard_cache<__numpunct_cache<wchar_t>, numpunct<wchar_t>>>::get(where);
    }
};

#include <larboard/cxx/locale_members.h>

__attribute__((visibility("hidden"))) inline locale::locale(const char *name) : locale(__larboard_locale(locale::classic(), name)) {}

__attribute__((visibility("hidden"))) inline locale::locale(const locale &base, const char *name, category which)
    : locale(which & locale::numeric ? __larboard_locale(base, name) : base) {}
}

#endif
