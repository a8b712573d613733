/* The members of ctype<wchar_t>, of either C++ library: to be included in its namespace, once. */

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
