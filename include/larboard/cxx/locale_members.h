/* Locales by name, of either C++ library: to be included in its namespace, once. */

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
    if (!name) std::__throw_runtime_error("bad locale name");
    const unsigned numbers = larboard_locale_numbers(name);
    if (numbers == '.') return base;
    return locale(locale(base, new __larboard_numpunct<char>(numbers)), new __larboard_numpunct<wchar_t>(numbers));
}
