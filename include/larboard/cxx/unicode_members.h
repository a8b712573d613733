/* The members of codecvt_utf8 and its kin, of either C++ library: to be included in its namespace, once. */

/* A state in which a byte order mark has been written, or looked for. */
enum : unsigned { __larboard_begun = 0x20000 };

/* Writes the byte order mark, once. False: there is no room. */
inline bool __larboard_mark(mbstate_t &state, codecvt_mode mode, const char *mark, size_t length, char *&to, char *end) {
    if (!(mode & generate_header) || __larboard_word(state) & __larboard_begun) return true;
    if (static_cast<size_t>(end - to) < length) return false;
    for (size_t i = 0; i < length; ++i) *to++ = mark[i];
    __larboard_word(state) |= __larboard_begun;
    return true;
}

/* Steps over a byte order mark, once. False: more input is needed to tell. */
inline bool __larboard_skip(mbstate_t &state, codecvt_mode mode, const char *mark, size_t length, const char *&from, const char *end) {
    if (!(mode & consume_header) || __larboard_word(state) & __larboard_begun) return true;
    size_t same = 0;
    while (same < length && from + same < end && from[same] == mark[same]) ++same;
    if (same < length && from + same == end) return from == end;
    if (same == length) from += length;
    __larboard_word(state) |= __larboard_begun;
    return true;
}

#define LARBOARD_UTF8_FACET(BASE, MODE) \
    inline codecvt_base::result BASE::do_out(mbstate_t &state, const wchar_t *from, const wchar_t *from_end, \
                                                      const wchar_t *&from_next, char *to, char *to_end, char *&to_next) const { \
        from_next = from; \
        to_next = to; \
        if (!__larboard_mark(state, MODE, "\xef\xbb\xbf", 3, to_next, to_end)) return partial; \
        return static_cast<result>(larboard_utf8_out(&__larboard_word(state), &from_next, from_end, &to_next, to_end)); \
    } \
    inline codecvt_base::result BASE::do_unshift(mbstate_t &, char *to, char *, char *&to_next) const { \
        to_next = to; \
        return noconv; \
    } \
    inline codecvt_base::result BASE::do_in(mbstate_t &state, const char *from, const char *from_end, const char *&from_next, \
                                                     wchar_t *to, wchar_t *to_end, wchar_t *&to_next) const { \
        from_next = from; \
        to_next = to; \
        if (!__larboard_skip(state, MODE, "\xef\xbb\xbf", 3, from_next, from_end)) return partial; \
        return static_cast<result>(larboard_utf8_in(&__larboard_word(state), &from_next, from_end, &to_next, to_end)); \
    } \
    inline int BASE::do_encoding() const noexcept { return 0; } \
    inline bool BASE::do_always_noconv() const noexcept { return false; } \
    inline int BASE::do_length(mbstate_t &state, const char *from, const char *end, size_t max) const { \
        const char *rest = from; \
        __larboard_skip(state, MODE, "\xef\xbb\xbf", 3, rest, end); \
        return static_cast<int>(rest - from) + larboard_utf8_length(&__larboard_word(state), rest, end, max); \
    } \
    inline int BASE::do_max_length() const noexcept { return MODE & consume_header ? 7 : 4; }

#define LARBOARD_UTF16_FACET(BASE, MODE, LITTLE) \
    inline codecvt_base::result BASE::do_out(mbstate_t &state, const wchar_t *from, const wchar_t *from_end, \
                                                                      const wchar_t *&from_next, char *to, char *to_end, char *&to_next) const { \
        from_next = from; \
        to_next = to; \
        const bool little = LITTLE; \
        if (!__larboard_mark(state, MODE, little ? "\xff\xfe" : "\xfe\xff", 2, to_next, to_end)) return partial; \
        return static_cast<result>(larboard_utf16_out(!little, &from_next, from_end, &to_next, to_end)); \
    } \
    inline codecvt_base::result BASE::do_unshift(mbstate_t &, char *to, char *, char *&to_next) const { \
        to_next = to; \
        return noconv; \
    } \
    inline codecvt_base::result BASE::do_in(mbstate_t &state, const char *from, const char *from_end, \
                                                                     const char *&from_next, wchar_t *to, wchar_t *to_end, wchar_t *&to_next) const { \
        from_next = from; \
        to_next = to; \
        const bool little = LITTLE; \
        if (!__larboard_skip(state, MODE, little ? "\xff\xfe" : "\xfe\xff", 2, from_next, from_end)) return partial; \
        return static_cast<result>(larboard_utf16_in(!little, &from_next, from_end, &to_next, to_end)); \
    } \
    inline int BASE::do_encoding() const noexcept { return 0; } \
    inline bool BASE::do_always_noconv() const noexcept { return false; } \
    inline int BASE::do_length(mbstate_t &state, const char *from, const char *end, size_t max) const { \
        const char *rest = from; \
        __larboard_skip(state, MODE, (LITTLE) ? "\xff\xfe" : "\xfe\xff", 2, rest, end); \
        const size_t there = (end - rest) / 2; \
        return static_cast<int>(rest - from + 2 * (there < max ? there : max)); \
    } \
    inline int BASE::do_max_length() const noexcept { return MODE & consume_header ? 4 : 2; }
