//! Which language the user speaks: what `LC_ALL`, `LC_MESSAGES` and `LANG` say (TXT).

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER};
use windows_sys::core::PWSTR;

use crate::guard::{infallible, is_bad, win32};
use crate::text::put;

/// Languages by the name they have in `LANG`, their number, and their name on Windows.
const LANGUAGES: [(&str, u16, &str); 13] = [
    ("en_GB", 0x0809, "en-GB"),
    ("en", 0x0409, "en-US"),
    ("ko", 0x0412, "ko-KR"),
    ("ja", 0x0411, "ja-JP"),
    ("zh_TW", 0x0404, "zh-TW"),
    ("zh", 0x0804, "zh-CN"),
    ("de", 0x0407, "de-DE"),
    ("fr", 0x040C, "fr-FR"),
    ("es", 0x0C0A, "es-ES"),
    ("it", 0x0410, "it-IT"),
    ("pt", 0x0416, "pt-BR"),
    ("ru", 0x0419, "ru-RU"),
    ("vi", 0x042A, "vi-VN"),
];

/// English of the United States, and Korean.
pub(crate) const ENGLISH: u16 = 0x0409;
pub(crate) const KOREAN: u16 = 0x0412;

/// The language of the user as a number; English if the environment names none of the known ones.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserDefaultLangID() -> u16 {
    infallible(ENGLISH, || user().0)
}

/// The language of the system: that of the user.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemDefaultLangID() -> u16 {
    infallible(ENGLISH, || user().0)
}

/// The language of the user interface: that of the user.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserDefaultUILanguage() -> u16 {
    infallible(ENGLISH, || user().0)
}

/// The locale of the user: the number of the language.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserDefaultLCID() -> u32 {
    infallible(ENGLISH.into(), || user().0.into())
}

/// The locale of the system: that of the user.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemDefaultLCID() -> u32 {
    infallible(ENGLISH.into(), || user().0.into())
}

/// The name of the user's locale, such as `ko-KR`: its length with the terminator.
///
/// Errors: 0 with `ERROR_INSUFFICIENT_BUFFER`, `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// The buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserDefaultLocaleName(
    lplocalename: PWSTR,
    cchlocalename: i32,
) -> i32 {
    win32(0, || {
        if is_bad(lplocalename) || cchlocalename < 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let written = unsafe { put(user().1, lplocalename, cchlocalename as usize) };
        Ok(written.map_err(|_| ERROR_INSUFFICIENT_BUFFER)? as i32)
    })
}

/// Number and name of the user's language.
pub(crate) fn user() -> (u16, &'static str) {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let name = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    language(name.as_deref().unwrap_or("C"))
}

fn language(name: &str) -> (u16, &'static str) {
    let known = LANGUAGES.iter().find(|(prefix, ..)| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
    });
    known.map_or((ENGLISH, "en-US"), |&(_, number, name)| (number, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_their_names() {
        assert_eq!(language("ko_KR.UTF-8").0, KOREAN);
        assert_eq!(language("ko").0, KOREAN);
        assert_eq!(language("en_GB.UTF-8").1, "en-GB");
        assert_eq!(language("kok_IN").0, ENGLISH);
        assert_eq!(language("C.UTF-8").0, ENGLISH);
    }
}
