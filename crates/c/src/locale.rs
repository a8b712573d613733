//! Locales: the name is kept, since text is UTF-8 and UTF-16 whatever it says.
//!
//! libc's own locale is left alone, so numbers keep their point. A name other than "C" gives wide letters beyond ASCII
//! their case.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::errno::{EINVAL, invalid};
use crate::unit;

static IS_C: AtomicBool = AtomicBool::new(true);

/// Whether no locale, or "C", is set.
pub(crate) fn is_c() -> bool {
    IS_C.load(Ordering::Relaxed)
}

/// LC_ALL to LC_TIME of Linux' headers, which number them in their own way.
const CATEGORIES: std::ops::RangeInclusive<i32> = 0..=12;
const LC_ALL: i32 = libc::LC_ALL;
const LC_CTYPE: i32 = libc::LC_CTYPE;

/// Names stay where they are once handed out; there are as many as locales that a program names.
struct Names {
    current: [usize; 13],
    known: Vec<(&'static std::ffi::CStr, &'static [u16])>,
}

static NAMES: Mutex<Names> = Mutex::new(Names {
    current: [0; 13],
    known: Vec::new(),
});

/// Languages by the names that Windows knows, in small letters; the ISO code, and what Windows calls them.
#[rustfmt::skip]
const LANGUAGES: [(&[&str], &str); 12] = [
    (&["korean", "kor", "ko", "ko-kr", "ko_kr", "korean_korea", "korean_korea, republic of", "korean_south korea"], "Korean_Korea"),
    (&["english", "enu", "en", "en-us", "en_us", "american", "us", "usa", "english_united states", "english_us", "english-us", "american english"], "English_United States"),
    (&["eng", "uk", "en-gb", "en_gb", "english-uk", "english_united kingdom"], "English_United Kingdom"),
    (&["japanese", "jpn", "ja", "ja-jp", "ja_jp", "japanese_japan"], "Japanese_Japan"),
    (&["chinese", "chs", "zh", "zh-cn", "zh_cn", "chinese-simplified", "chinese_china"], "Chinese_China"),
    (&["cht", "zh-tw", "zh_tw", "chinese-traditional", "chinese_taiwan"], "Chinese_Taiwan"),
    (&["german", "deu", "de", "de-de", "de_de", "german_germany"], "German_Germany"),
    (&["french", "fra", "fr", "fr-fr", "fr_fr", "french_france"], "French_France"),
    (&["spanish", "esp", "es", "es-es", "es_es", "spanish_spain"], "Spanish_Spain"),
    (&["italian", "ita", "it", "it-it", "it_it", "italian_italy"], "Italian_Italy"),
    (&["russian", "rus", "ru", "ru-ru", "ru_ru", "russian_russia"], "Russian_Russia"),
    (&["portuguese", "ptb", "pt", "pt-br", "pt_br", "portuguese_brazil"], "Portuguese_Brazil"),
];

/// The full name that Windows would answer; `None` for a name it does not know.
fn resolve(name: &str) -> Option<String> {
    if matches!(name, "C" | "POSIX") {
        return Some("C".to_owned());
    }
    let lower = name.to_lowercase();
    let (language, page) = match lower.split_once('.') {
        Some((language, page)) => (language, Some(page)),
        None => (lower.as_str(), None),
    };
    let page = match page {
        None => "utf8",
        Some("utf8" | "utf-8" | "65001") => "utf8",
        Some("acp" | "ocp") => "utf8",
        Some(page) if !page.is_empty() && page.bytes().all(|byte| byte.is_ascii_digit()) => page,
        Some("euckr" | "euc-kr") => "949",
        Some(_) => return None,
    };
    if language.is_empty() {
        return Some(format!("{}.{page}", of_user()));
    }
    LANGUAGES
        .iter()
        .find(|(names, _)| names.contains(&language))
        .map(|(_, full)| format!("{full}.{page}"))
}

/// The language of the environment.
fn of_user() -> &'static str {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let name = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"))
        .unwrap_or_default();
    let language = name
        .split(['.', '@'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    LANGUAGES
        .iter()
        .find(|(names, _)| names.contains(&language.as_str()))
        .map_or("English_United States", |(_, full)| full)
}

impl Names {
    fn index(&mut self, name: &str) -> usize {
        if self.known.is_empty() {
            self.known.push((c"C", &[67, 0]));
        }
        let found = self
            .known
            .iter()
            .position(|(known, _)| known.to_bytes() == name.as_bytes());
        found.unwrap_or_else(|| {
            let narrow = crate::stream::c_string(name.as_bytes()).into_boxed_c_str();
            let wide: Vec<u16> = name.encode_utf16().chain([0]).collect();
            self.known
                .push((Box::leak(narrow), Box::leak(wide.into_boxed_slice())));
            self.known.len() - 1
        })
    }
}

/// Sets, if there is a name, and answers what holds; `None` for what is not known.
fn set(category: i32, name: Option<&str>) -> Option<(*mut u8, *mut u16)> {
    if !CATEGORIES.contains(&category) {
        invalid(EINVAL);
        return None;
    }
    let full = match name {
        // What an earlier call answered is taken as it is.
        Some(name) => Some(resolve(name)?),
        None => None,
    };
    let mut names = NAMES.lock();
    if let Some(full) = full {
        let index = names.index(&full);
        let at = usize::try_from(category).unwrap_or(0);
        if category == LC_ALL {
            names.current = [index; 13];
        } else {
            names.current[at] = index;
        }
        if matches!(category, LC_ALL | LC_CTYPE) {
            IS_C.store(full == "C", Ordering::Relaxed);
        }
    }
    names.index("C");
    let index = names.current[usize::try_from(category).unwrap_or(0)];
    let (narrow, wide) = names.known[index];
    Some((narrow.as_ptr().cast_mut().cast(), wide.as_ptr().cast_mut()))
}

/// `setlocale`: sets by a name of Windows ("korean", ".949", "en-US.UTF-8", "" for the environment's), or asks with null;
/// the full name, or null for an unknown one. The encoding stays UTF-8 whatever the name says.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_setlocale(category: i32, name: *const u8) -> *mut u8 {
    let name = if name.is_null() {
        None
    } else {
        // SAFETY: the caller gives text.
        Some(String::from_utf8_lossy(unsafe { unit::text(name) }))
    };
    set(category, name.as_deref()).map_or(std::ptr::null_mut(), |(narrow, _)| narrow)
}

/// `_wsetlocale`: as `setlocale`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wsetlocale(category: i32, name: *const u16) -> *mut u16 {
    let name = if name.is_null() {
        None
    } else {
        // SAFETY: the caller gives text.
        Some(String::from_utf16_lossy(unsafe { unit::text(name) }))
    };
    set(category, name.as_deref()).map_or(std::ptr::null_mut(), |(_, wide)| wide)
}

/// What `_create_locale` hands out.
#[repr(C)]
struct Locale {
    category: i32,
}

/// `_create_locale`: an object that the functions with `_l` take; null for an unknown name.
#[unsafe(no_mangle)]
unsafe extern "C" fn _create_locale(category: i32, name: *const u8) -> *mut Locale {
    if name.is_null() || !CATEGORIES.contains(&category) {
        invalid(EINVAL);
        return std::ptr::null_mut();
    }
    // SAFETY: the caller gives text.
    let known = resolve(&String::from_utf8_lossy(unsafe { unit::text(name) })).is_some();
    if known {
        Box::into_raw(Box::new(Locale { category }))
    } else {
        std::ptr::null_mut()
    }
}

/// `_free_locale`. Null is ignored.
#[unsafe(no_mangle)]
unsafe extern "C" fn _free_locale(locale: *mut Locale) {
    if !locale.is_null() {
        // SAFETY: `_create_locale` made it, and the caller gives it up.
        drop(unsafe { Box::from_raw(locale) });
    }
}

/// `_configthreadlocale`: locales are the process's; asked for one of a thread's own it answers -1.
#[unsafe(no_mangle)]
extern "C" fn _configthreadlocale(kind: i32) -> i32 {
    const DISABLE: i32 = 2;
    match kind {
        0 | DISABLE => DISABLE,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_windows() {
        assert_eq!(resolve("korean").as_deref(), Some("Korean_Korea.utf8"));
        assert_eq!(
            resolve("Korean_Korea.949").as_deref(),
            Some("Korean_Korea.949")
        );
        assert_eq!(resolve("ko-KR.UTF-8").as_deref(), Some("Korean_Korea.utf8"));
        assert_eq!(resolve("C").as_deref(), Some("C"));
        assert!(resolve(".949").is_some_and(|name| name.ends_with(".949")));
        assert_eq!((resolve("Klingon"), resolve("korean.x")), (None, None));
    }
}
