//! The table of system messages, in English and Korean.

use std::collections::HashMap;
use std::sync::LazyLock;

use larboard_kernel::status::Status;
use windows_sys::Win32::Foundation::{
    ERROR_MR_MID_NOT_FOUND, ERROR_RESOURCE_LANG_NOT_FOUND, NTSTATUS,
};

use crate::error::Win32Error;
use crate::guard::infallible;
use crate::nls::locale;

/// The error code of an NTSTATUS; `ERROR_MR_MID_NOT_FOUND` for a failure that has none (ERR-07).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RtlNtStatusToDosError(status: NTSTATUS) -> u32 {
    infallible(ERROR_MR_MID_NOT_FOUND, || {
        Status(status.cast_unsigned()).win32()
    })
}

/// Code, name, English and Korean of each message.
const TABLE: &str = include_str!("system.txt");

/// The messages of one code.
struct Texts {
    english: &'static str,
    korean: &'static str,
}

static MESSAGES: LazyLock<HashMap<u32, Texts>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(entry).collect()
});

fn entry(line: &'static str) -> Option<(u32, Texts)> {
    let mut fields = line.split('|');
    let (code, _name) = (fields.next()?, fields.next()?);
    let code = match code.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => code.parse(),
    };
    let (english, korean) = (fields.next()?, fields.next()?);
    Some((code.ok()?, Texts { english, korean }))
}

/// The message of a code, without its line break. The language is that of a `LANGID`; a neutral one is the user's, and
/// English if there are no messages in that.
///
/// Errors: `ERROR_MR_MID_NOT_FOUND` for a code that has no message, `ERROR_RESOURCE_LANG_NOT_FOUND` for a language that
/// has none.
pub(crate) fn message(code: u32, language: u32) -> Result<&'static str, Win32Error> {
    const KOREAN: u16 = locale::KOREAN & 0x3FF;
    const ENGLISH: u16 = locale::ENGLISH & 0x3FF;
    let is_korean = match language as u16 & 0x3FF {
        0 => locale::user().0 & 0x3FF == KOREAN,
        KOREAN => true,
        ENGLISH => false,
        _ => return Err(ERROR_RESOURCE_LANG_NOT_FOUND.into()),
    };
    // An HRESULT of facility Win32 has the message of its code.
    let code = if code >> 16 == 0x8007 {
        code & 0xFFFF
    } else {
        code
    };
    let texts = MESSAGES.get(&code).ok_or(ERROR_MR_MID_NOT_FOUND)?;
    Ok(if is_korean {
        texts.korean
    } else {
        texts.english
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_code_and_two_texts() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), MESSAGES.len(), "a code occurs twice");
        for line in lines {
            let (code, texts) = entry(line).unwrap_or_else(|| panic!("{line}"));
            assert!(
                line.split('|').count() == 4 && line.is_ascii() != (texts.korean != texts.english),
                "{code}"
            );
            assert!(
                texts.english.is_ascii() && !texts.korean.is_ascii(),
                "{code}"
            );
        }
    }

    #[test]
    fn every_status_of_the_kernel_has_a_message() {
        let statuses = (0..=0xFFFFu32).flat_map(|code| {
            [0, 0x4000_0000, 0x8000_0000, 0xC000_0000].map(|severity| Status(severity | code))
        });
        for status in statuses.filter(|status| status.name().is_some()) {
            assert!(message(status.win32(), 0x409).is_ok(), "{status:?}");
            assert!(message(status.wsa(), 0x412).is_ok(), "{status:?}");
        }
    }
}
