//! Windows' names of locales, and how they write numbers. The C library of Linux knows neither the names, nor on most machines
//! any locale but its own.

use std::ffi::{CStr, c_char};

/// The decimal point and, if thousands are separated, by what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Numbers {
    point: u8,
    separator: u8,
}

/// As in the "C" locale.
const PLAIN: Numbers = Numbers {
    point: b'.',
    separator: 0,
};

/// Languages that write 1.234,5. The first letters of their names, long and short.
const POINT_FOR_THOUSANDS: &[&str] = &[
    "de",
    "german",
    "es",
    "spanish",
    "it",
    "italian",
    "nl",
    "dutch",
    "da",
    "danish",
    "pt",
    "portuguese",
    "id",
    "indonesian",
    "tr",
    "turkish",
    "el",
    "greek",
];

/// Languages that write 1 234,5.
const BLANK_FOR_THOUSANDS: &[&str] = &[
    "fr",
    "french",
    "ru",
    "russian",
    "pl",
    "polish",
    "cs",
    "czech",
    "sv",
    "swedish",
    "fi",
    "finnish",
    "nb",
    "norwegian",
    "uk",
    "ukrainian",
    "hu",
    "hungarian",
];

/// How a locale writes numbers. `variables` has the environment's LC_ALL, LC_NUMERIC and LANG, for names without a language.
fn numbers(name: &str, variables: &[Option<String>]) -> Numbers {
    let language = language(name);
    if matches!(language.as_str(), "c" | "posix") {
        return PLAIN;
    }
    if language.is_empty() {
        let user = variables
            .iter()
            .flatten()
            .map(|value| self::language(value))
            .find(|value| !value.is_empty());
        return user.map_or(PLAIN, |user| of_language(&user));
    }
    of_language(&language)
}

/// The language of a name such as `Korean_Korea.949`, `ko-KR`, `ko_KR.UTF-8` or `.UTF8`, in small letters.
fn language(name: &str) -> String {
    name.split(['_', '-', '.', '@'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn of_language(language: &str) -> Numbers {
    let among = |languages: &[&str]| languages.contains(&language);
    match () {
        () if matches!(language, "c" | "posix") => PLAIN,
        () if among(POINT_FOR_THOUSANDS) => Numbers {
            point: b',',
            separator: b'.',
        },
        () if among(BLANK_FOR_THOUSANDS) => Numbers {
            point: b',',
            separator: b' ',
        },
        () => Numbers {
            point: b'.',
            separator: b',',
        },
    }
}

/// How the locale of that name writes numbers: the decimal point in the lowest byte, the separator of thousands in the next, zero
/// if there is none. Names without a language (`""`, `".UTF8"`, `".949"`) stand for the user's, which the environment
/// tells (LC_ALL, LC_NUMERIC, LANG).
///
/// # Safety
///
/// `name` is a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_locale_numbers(name: *const c_char) -> u32 {
    // SAFETY: the caller's string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let found = numbers(
        &name,
        &["LC_ALL", "LC_NUMERIC", "LANG"].map(|name| std::env::var(name).ok()),
    );
    u32::from(found.separator) << 8 | u32::from(found.point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_how_numbers_are_written() {
        let english = Numbers {
            point: b'.',
            separator: b',',
        };
        let user = |language: &str| [None, Some(String::new()), Some(language.to_owned())];
        for name in [
            "korean",
            "kor",
            "Korean_Korea.949",
            "ko-KR",
            "ko_KR.UTF-8",
            "English",
        ] {
            assert_eq!(numbers(name, &[]), english);
        }
        assert_eq!(
            numbers("German_Germany.1252", &[]),
            Numbers {
                point: b',',
                separator: b'.'
            }
        );
        assert_eq!(
            numbers("fr-FR", &[]),
            Numbers {
                point: b',',
                separator: b' '
            }
        );
        assert_eq!(numbers("C", &user("ko_KR.UTF-8")), PLAIN);
        assert_eq!(numbers("", &user("C.UTF-8")), PLAIN);
        assert_eq!(numbers(".UTF8", &user("ko_KR.UTF-8")), english);
        assert_eq!(numbers("", &[]), PLAIN);
    }
}
