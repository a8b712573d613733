/* For a source that says `void main` in C++, which clang refuses: forced in before the source by `larboard build`.
   Each declarator main(...) becomes a declaration of something else, with the source's return type, and int main(...). */
#ifndef LARBOARD_VOID_MAIN_H
#define LARBOARD_VOID_MAIN_H

#ifdef __cplusplus
#define main(...)                 \
    larboard_void_main_declared(); \
    int main(__VA_ARGS__)
#endif

#endif
