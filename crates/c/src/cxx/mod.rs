//! What the headers of the C++ standard library's wrappers (`include/larboard/cxx`) call: conversions between UTF-8 and the
//! 16-bit characters of `wchar_t`, the wide standard streams, and the texts of `std::exception`.

mod exception;
mod letters;
mod locales;
mod stream;
mod utf;
