//! The plain names, for what compilers call by themselves (`__builtin_wcslen`, `__builtin_wmemcpy` …).
//!
//! They are hidden: they bind inside the program that links this library, and shared libraries keep libc's functions
//! for their 32-bit `wchar_t`.

macro_rules! plain {
    ($($name:literal),* $(,)?) => {
        #[cfg(target_arch = "x86_64")]
        std::arch::global_asm!($(
            concat!(".section .text.", $name, ",\"ax\",@progbits"),
            concat!(".globl ", $name),
            concat!(".hidden ", $name),
            concat!(".type ", $name, ",@function"),
            concat!($name, ": jmp larboard_", $name),
            concat!(".size ", $name, ", .-", $name),
            ".text",
        )*);
        #[cfg(target_arch = "aarch64")]
        std::arch::global_asm!($(
            concat!(".section .text.", $name, ",\"ax\",%progbits"),
            concat!(".globl ", $name),
            concat!(".hidden ", $name),
            concat!(".type ", $name, ",%function"),
            concat!($name, ": b larboard_", $name),
            concat!(".size ", $name, ", .-", $name),
            ".text",
        )*);
    };
}

plain!(
    "wcslen", "wcscmp", "wcsncmp", "wcschr", "wcscpy", "wcsncpy", "wcscat", "wcsncat", "wcsrchr",
    "wcsstr", "wmemcpy", "wmemmove", "wmemcmp", "wmemchr", "wmemset",
);
