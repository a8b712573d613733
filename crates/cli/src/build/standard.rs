//! Languages, their standards, and the sets of characters.

use std::path::Path;
use std::str::FromStr;

/// The language of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// C
    C,
    /// C++
    Cxx,
}

impl Language {
    /// The language of a file by the ending of its name; `None` if it is no source.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "c" => Some(Self::C),
            "cpp" | "cc" | "cxx" | "c++" | "cp" => Some(Self::Cxx),
            _ => None,
        }
    }
}

/// A version of a language, as the compiler's `-std=` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standard {
    /// The language it is of.
    pub language: Language,
    /// Its year, in two digits.
    year: u8,
}

impl Standard {
    /// What Microsoft's compiler takes if nobody says more.
    pub const CXX_DEFAULT: Self = Self::cxx(14);
    /// As above, for C.
    pub const C_DEFAULT: Self = Self {
        language: Language::C,
        year: 17,
    };

    /// C++ of this year.
    pub const fn cxx(year: u8) -> Self {
        Self {
            language: Language::Cxx,
            year,
        }
    }

    /// The standard of a project: `stdcpp17`, `stdcpplatest`, `stdc11`. `None` for `Default` and what is unknown.
    pub fn of_project(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(year) = text.strip_prefix("stdcpp") {
            let year = match year {
                "latest" | "23preview" | "26" => 23,
                "11" => 14,
                other => other.parse().ok()?,
            };
            return Some(Self::cxx(year));
        }
        let year = match text.strip_prefix("stdc")? {
            "latest" => 17,
            other => other.parse().ok()?,
        };
        Some(Self {
            language: Language::C,
            year,
        })
    }

    /// Whether Microsoft's compiler is permissive about it.
    pub fn is_permissive(self) -> bool {
        self.language == Language::Cxx && self.year < 20
    }

    /// The compiler's flag. Clang 16 and earlier know C++23 by its working name.
    pub fn flag(self, clang: u32) -> String {
        match (self.language, self.year) {
            (Language::C, 23) if clang < 18 => "-std=gnu2x".to_owned(),
            (Language::C, year) => format!("-std=gnu{year}"),
            (Language::Cxx, 23) if clang < 17 => "-std=gnu++2b".to_owned(),
            (Language::Cxx, year) => format!("-std=gnu++{year}"),
        }
    }
}

impl FromStr for Standard {
    type Err = String;

    /// `c++17`, `gnu++17`, `c11`, or Microsoft's `c++latest`.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.strip_prefix("gnu").map(|rest| format!("c{rest}"));
        let plain = plain.as_deref().unwrap_or(text);
        let (language, year) = match plain.strip_prefix("c++") {
            Some(year) => (Language::Cxx, year),
            None => (Language::C, plain.strip_prefix('c').unwrap_or_default()),
        };
        let year = match (language, year) {
            (Language::Cxx, "2a") => 20,
            (Language::Cxx, "2b" | "latest") => 23,
            (Language::Cxx, "11" | "14" | "17" | "20" | "23")
            | (Language::C, "99" | "11" | "17" | "23") => year.parse().unwrap_or_default(),
            _ => return Err("give c++14, c++17, c++20, c++23, c11 or c17".to_owned()),
        };
        Ok(Self { language, year })
    }
}

/// What `TCHAR` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CharacterSet {
    /// `char`; no macro is defined
    #[default]
    NotSet,
    /// `wchar_t`: `UNICODE` and `_UNICODE`
    Unicode,
    /// `char`: `_MBCS`
    MultiByte,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_says_its_standard_in_microsofts_words() {
        assert_eq!(Standard::of_project("stdcpp17"), Some(Standard::cxx(17)));
        assert_eq!(
            Standard::of_project("stdcpplatest"),
            Some(Standard::cxx(23))
        );
        assert_eq!(
            Standard::of_project("stdc11").map(|standard| standard.flag(19)),
            Some("-std=gnu11".to_owned())
        );
        assert_eq!(Standard::of_project("Default"), None);
    }

    #[test]
    fn a_flag_is_what_the_compiler_of_that_version_knows() {
        let latest: Standard = "c++latest".parse().unwrap();
        assert_eq!(latest.flag(19), "-std=gnu++23");
        assert_eq!(latest.flag(14), "-std=gnu++2b");
        assert_eq!(
            "gnu++17".parse::<Standard>().unwrap().flag(14),
            "-std=gnu++17"
        );
        assert!("c++15".parse::<Standard>().is_err() && "java".parse::<Standard>().is_err());
    }

    #[test]
    fn only_what_ends_like_a_source_is_one() {
        assert_eq!(Language::of(Path::new("A.CPP")), Some(Language::Cxx));
        assert_eq!(Language::of(Path::new("a.c")), Some(Language::C));
        assert_eq!(Language::of(Path::new("a.h")), None);
    }
}
