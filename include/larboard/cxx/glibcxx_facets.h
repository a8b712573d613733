/* Characters and numbers: ctype, num_get, num_put, numpunct of a 16-bit wchar_t, and locales by name. */
#ifndef LARBOARD_CXX_GLIBCXX_FACETS_H
#define LARBOARD_CXX_GLIBCXX_FACETS_H

#include <larboard/cxx/glibcxx_locale.h>

namespace std _GLIBCXX_VISIBILITY(default) {

/* The bits of ctype_base::mask, made of ours. */
inline ctype_base::mask __larboard_mask(wchar_t c) {
    const unsigned found = larboard_wide_class(c);
    ctype_base::mask mask = 0;
    if (found & LARBOARD_CLASS_UPPER) mask |= ctype_base::upper;
    if (found & LARBOARD_CLASS_LOWER) mask |= ctype_base::lower;
    if (found & LARBOARD_CLASS_ALPHA) mask |= ctype_base::alpha;
    if (found & LARBOARD_CLASS_DIGIT) mask |= ctype_base::digit;
    if (found & LARBOARD_CLASS_XDIGIT) mask |= ctype_base::xdigit;
    if (found & LARBOARD_CLASS_SPACE) mask |= ctype_base::space;
    if (found & LARBOARD_CLASS_PRINT) mask |= ctype_base::print;
    if (found & LARBOARD_CLASS_CNTRL) mask |= ctype_base::cntrl;
    if (found & LARBOARD_CLASS_PUNCT) mask |= ctype_base::punct;
    if (found & LARBOARD_CLASS_BLANK) mask |= ctype_base::blank;
    return mask;
}

inline ctype<wchar_t>::ctype(size_t refs) : __ctype_abstract_base<wchar_t>(refs), _M_c_locale_ctype(nullptr), _M_narrow_ok(false) {}
inline ctype<wchar_t>::ctype(__c_locale, size_t refs) : __ctype_abstract_base<wchar_t>(refs), _M_c_locale_ctype(nullptr), _M_narrow_ok(false) {}
inline ctype<wchar_t>::~ctype() {}

inline bool ctype<wchar_t>::do_is(mask m, wchar_t c) const { return (__larboard_mask(c) & m) != 0; }

inline const wchar_t *ctype<wchar_t>::do_is(const wchar_t *from, const wchar_t *end, mask *to) const {
    for (; from < end; ++from, ++to) *to = __larboard_mask(*from);
    return end;
}

inline const wchar_t *ctype<wchar_t>::do_scan_is(mask m, const wchar_t *from, const wchar_t *end) const {
    while (from < end && !this->do_is(m, *from)) ++from;
    return from;
}

inline const wchar_t *ctype<wchar_t>::do_scan_not(mask m, const wchar_t *from, const wchar_t *end) const {
    while (from < end && this->do_is(m, *from)) ++from;
    return from;
}

inline wchar_t ctype<wchar_t>::do_toupper(wchar_t c) const { return larboard_wide_upper(c); }

inline const wchar_t *ctype<wchar_t>::do_toupper(wchar_t *from, const wchar_t *end) const {
    for (; from < end; ++from) *from = larboard_wide_upper(*from);
    return end;
}

inline wchar_t ctype<wchar_t>::do_tolower(wchar_t c) const { return larboard_wide_lower(c); }

inline const wchar_t *ctype<wchar_t>::do_tolower(wchar_t *from, const wchar_t *end) const {
    for (; from < end; ++from) *from = larboard_wide_lower(*from);
    return end;
}

/* A byte that is no ASCII is part of a character, in whatever encoding. As a lone surrogate it reaches the outside unchanged. */
inline wchar_t ctype<wchar_t>::do_widen(char c) const {
    const unsigned char byte = c;
    return byte < 0x80 ? byte : 0xdc00 + byte;
}

inline const char *ctype<wchar_t>::do_widen(const char *from, const char *end, wchar_t *to) const {
    for (; from < end; ++from, ++to) *to = this->do_widen(*from);
    return end;
}

inline char ctype<wchar_t>::do_narrow(wchar_t c, char otherwise) const {
    return c < 0x80 || (c >= 0xdc80 && c < 0xdd00) ? static_cast<char>(c & 0xff) : otherwise;
}

inline const wchar_t *ctype<wchar_t>::do_narrow(const wchar_t *from, const wchar_t *end, char otherwise, char *to) const {
    for (; from < end; ++from, ++to) *to = this->do_narrow(*from, otherwise);
    return end;
}

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

/* Numbers as a named locale of Windows writes them. */
template <typename Char> struct __larboard_numpunct : numpunct<Char> {
    explicit __larboard_numpunct(unsigned numbers) : numbers(numbers) {}

protected:
    Char do_decimal_point() const override { return static_cast<unsigned char>(numbers & 0xff); }
    Char do_thousands_sep() const override { return static_cast<unsigned char>(numbers >> 8 & 0xff); }
    string do_grouping() const override { return numbers >> 8 ? "\3" : ""; }

private:
    unsigned numbers;
};

/* The locale of that name: Windows' names, which the C library of Linux does not know. Never throws for a name. */
inline locale __larboard_locale(const locale &base, const char *name) {
    if (!name) __throw_runtime_error("bad locale name");
    const unsigned numbers = larboard_locale_numbers(name);
    if (numbers == '.') return base;
    return locale(locale(base, new __larboard_numpunct<char>(numbers)), new __larboard_numpunct<wchar_t>(numbers));
}

__attribute__((visibility("hidden"))) inline locale::locale(const char *name) : locale(__larboard_locale(locale::classic(), name)) {}

__attribute__((visibility("hidden"))) inline locale::locale(const locale &base, const char *name, category which)
    : locale(which & locale::numeric ? __larboard_locale(base, name) : base) {}
}

#endif
