/* The members of std::exception, with Microsoft's constructors that take a text. The class is one pointer in the library's compiled
   code, so the text stands beside the object; see crates/c/src/cxx/exception.rs. */
#ifndef LARBOARD_CXX_EXCEPTION_H
#define LARBOARD_CXX_EXCEPTION_H

extern "C" {
extern __SIZE_TYPE__ larboard_exception_texts;
void larboard_exception_set(const void *exception, const char *text);
void larboard_exception_copy(const void *exception, const void *other);
const char *larboard_exception_text(const void *exception);
}

#define LARBOARD_HAS_TEXTS (__atomic_load_n(&larboard_exception_texts, __ATOMIC_RELAXED) != 0)

#define LARBOARD_EXCEPTION_MEMBERS                                                    \
    exception() noexcept {}                                                           \
    explicit exception(const char *text) noexcept { larboard_exception_set(this, text); } \
    exception(const char *text, int) noexcept { larboard_exception_set(this, text); } \
    exception(const exception &other) noexcept {                                      \
        if (LARBOARD_HAS_TEXTS) larboard_exception_copy(this, &other);                \
    }                                                                                 \
    exception &operator=(const exception &other) noexcept {                           \
        if (LARBOARD_HAS_TEXTS) larboard_exception_copy(this, &other);                \
        return *this;                                                                 \
    }                                                                                 \
    virtual ~exception() noexcept {                                                   \
        if (LARBOARD_HAS_TEXTS) larboard_exception_set(this, nullptr);                \
    }                                                                                 \
    virtual const char *what() const noexcept {                                       \
        const char *const text = LARBOARD_HAS_TEXTS ? larboard_exception_text(this) : nullptr; \
        return text ? text : "Unknown exception";                                     \
    }

#endif
