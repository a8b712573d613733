/* The members of codecvt<wchar_t, char, mbstate_t>, of either C++ library: to be included in its namespace, once. */

/* The first word of a conversion's state; zero at the beginning. */
inline unsigned &__larboard_word(mbstate_t &state) {
    static_assert(sizeof(mbstate_t) >= sizeof(unsigned) && alignof(mbstate_t) >= alignof(unsigned), "a state has room for a word");
    return reinterpret_cast<unsigned &>(state);
}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_out(mbstate_t &state, const wchar_t *from, const wchar_t *from_end,
                                                                      const wchar_t *&from_next, char *to, char *to_end, char *&to_next) const {
    from_next = from;
    to_next = to;
    return static_cast<result>(larboard_utf8_out(&__larboard_word(state), &from_next, from_end, &to_next, to_end));
}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_unshift(mbstate_t &, char *to, char *, char *&to_next) const {
    to_next = to;
    return noconv;
}

inline codecvt_base::result codecvt<wchar_t, char, mbstate_t>::do_in(mbstate_t &state, const char *from, const char *from_end,
                                                                     const char *&from_next, wchar_t *to, wchar_t *to_end,
                                                                     wchar_t *&to_next) const {
    from_next = from;
    to_next = to;
    return static_cast<result>(larboard_utf8_in(&__larboard_word(state), &from_next, from_end, &to_next, to_end));
}

inline int codecvt<wchar_t, char, mbstate_t>::do_encoding() const noexcept { return 0; }
inline bool codecvt<wchar_t, char, mbstate_t>::do_always_noconv() const noexcept { return false; }
inline int codecvt<wchar_t, char, mbstate_t>::do_length(mbstate_t &state, const char *from, const char *end, size_t max) const {
    return larboard_utf8_length(&__larboard_word(state), from, end, max);
}
inline int codecvt<wchar_t, char, mbstate_t>::do_max_length() const noexcept { return 4; }
