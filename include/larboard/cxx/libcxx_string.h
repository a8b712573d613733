/* Numbers from and to wide strings: what libc++ has in its library for 32-bit characters. */
#ifndef LARBOARD_CXX_LIBCXX_STRING_H
#define LARBOARD_CXX_LIBCXX_STRING_H

_LIBCPP_BEGIN_NAMESPACE_STD

/* Numbers are ASCII: other characters end them. */
inline string __larboard_narrow(const wstring &text) {
    string narrow(text.size(), '?');
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] < 0x80) narrow[i] = static_cast<char>(text[i]);
    return narrow;
}

inline wstring __larboard_wide(const string &text) { return wstring(text.begin(), text.end()); }

inline int stoi(const wstring &text, size_t *used, int base) { return stoi(__larboard_narrow(text), used, base); }
inline long stol(const wstring &text, size_t *used, int base) { return stol(__larboard_narrow(text), used, base); }
inline unsigned long stoul(const wstring &text, size_t *used, int base) { return stoul(__larboard_narrow(text), used, base); }
inline long long stoll(const wstring &text, size_t *used, int base) { return stoll(__larboard_narrow(text), used, base); }
inline unsigned long long stoull(const wstring &text, size_t *used, int base) { return stoull(__larboard_narrow(text), used, base); }
inline float stof(const wstring &text, size_t *used) { return stof(__larboard_narrow(text), used); }
inline double stod(const wstring &text, size_t *used) { return stod(__larboard_narrow(text), used); }
inline long double stold(const wstring &text, size_t *used) { return stold(__larboard_narrow(text), used); }

inline wstring to_wstring(int value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(unsigned value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(long value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(unsigned long value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(long long value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(unsigned long long value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(float value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(double value) { return __larboard_wide(to_string(value)); }
inline wstring to_wstring(long double value) { return __larboard_wide(to_string(value)); }

_LIBCPP_END_NAMESPACE_STD

#endif
