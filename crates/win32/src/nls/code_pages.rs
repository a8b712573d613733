//! Code pages by number, and what text in them looks like (TXT).
//!
//! The narrow text of a program is UTF-8 here: the ANSI, OEM and Mac code pages are 65001.

use encoding_rs::{Encoding, UTF_8};
use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NO_UNICODE_TRANSLATION, ERROR_NOACCESS, FALSE, TRUE,
};
use windows_sys::Win32::Globalization::{
    CP_ACP, CP_MACCP, CP_OEMCP, CP_THREAD_ACP, CP_UTF8, CPINFO, CPINFOEXA, CPINFOEXW,
};
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};

/// The code page of narrow text: 65001.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetACP() -> u32 {
    CP_UTF8
}

/// The code page of consoles: 65001.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetOEMCP() -> u32 {
    CP_UTF8
}

/// Whether text of a code page can be converted. The aliases (`CP_ACP` …) are no code pages themselves.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsValidCodePage(codepage: u32) -> BOOL {
    infallible(FALSE, || {
        let is_alias = codepage <= CP_THREAD_ACP;
        BOOL::from(!is_alias && CodePage::find(codepage).is_some())
    })
}

/// Longest character, default character and lead bytes of a code page.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a code page that is not known and for a null pointer.
///
/// # Safety
/// `lpcpinfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfo(codepage: u32, lpcpinfo: *mut CPINFO) -> BOOL {
    win32(FALSE, || {
        let page = CodePage::find(codepage).ok_or(ERROR_INVALID_PARAMETER)?;
        if is_bad(lpcpinfo) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let info = CPINFO {
            MaxCharSize: page.longest(),
            DefaultChar: [b'?', 0],
            LeadByte: page.lead_ranges(),
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpcpinfo, info) };
        Ok(TRUE)
    })
}

/// As [`GetCPInfo`], with the number and the name of the code page.
///
/// Errors: as [`GetCPInfo`].
///
/// # Safety
/// `lpcpinfoex` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfoExW(
    codepage: u32,
    _dwflags: u32,
    lpcpinfoex: *mut CPINFOEXW,
) -> BOOL {
    win32(FALSE, || {
        let page = CodePage::find(codepage).ok_or(ERROR_INVALID_PARAMETER)?;
        if is_bad(lpcpinfoex) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let mut name = [0u16; 260];
        for (to, unit) in name.iter_mut().zip(page.name().encode_utf16()) {
            *to = unit;
        }
        let info = CPINFOEXW {
            MaxCharSize: page.longest(),
            DefaultChar: [b'?', 0],
            LeadByte: page.lead_ranges(),
            UnicodeDefaultChar: page.substitute(),
            CodePage: page.number,
            CodePageName: name,
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpcpinfoex, info) };
        Ok(TRUE)
    })
}

/// As [`GetCPInfoExW`], with a narrow name.
///
/// Errors: as [`GetCPInfo`].
///
/// # Safety
/// `lpcpinfoex` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfoExA(
    codepage: u32,
    _dwflags: u32,
    lpcpinfoex: *mut CPINFOEXA,
) -> BOOL {
    win32(FALSE, || {
        let page = CodePage::find(codepage).ok_or(ERROR_INVALID_PARAMETER)?;
        if is_bad(lpcpinfoex) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let mut name = [0i8; 260];
        for (to, byte) in name.iter_mut().zip(page.name().bytes()) {
            *to = byte.cast_signed();
        }
        let info = CPINFOEXA {
            MaxCharSize: page.longest(),
            DefaultChar: [b'?', 0],
            LeadByte: page.lead_ranges(),
            UnicodeDefaultChar: page.substitute(),
            CodePage: page.number,
            CodePageName: name,
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpcpinfoex, info) };
        Ok(TRUE)
    })
}

/// Whether a byte begins a character of two bytes in the ANSI code page. Never: that code page is UTF-8, and a character
/// of UTF-8 may be longer than two bytes.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsDBCSLeadByte(_testchar: u8) -> BOOL {
    FALSE
}

/// Whether a byte begins a character of two bytes in a code page.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a code page that is not known.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsDBCSLeadByteEx(codepage: u32, testchar: u8) -> BOOL {
    win32(FALSE, || {
        let page = CodePage::find(codepage).ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(BOOL::from(page.is_lead(testchar)))
    })
}

/// How the characters of a code page are coded.
#[derive(Clone, Copy)]
pub(crate) enum Coding {
    /// By one of the encodings of the Web, UTF-8 among them.
    Web(&'static Encoding),
    /// Bytes below this limit are characters of the same number.
    Below(u32),
}

/// A code page.
#[derive(Clone, Copy)]
pub(crate) struct CodePage {
    /// Its number, aliases resolved.
    pub(crate) number: u32,
    /// Named by an alias such as `CP_ACP`: programs then use flags that a code page of one or two bytes has.
    pub(crate) is_alias: bool,
    pub(crate) coding: Coding,
}

impl CodePage {
    /// The code page of a number or alias, if it is known. UTF-7 (65000) and the symbol code page (42) are not.
    pub(crate) fn find(number: u32) -> Option<CodePage> {
        let is_alias = matches!(number, CP_ACP | CP_OEMCP | CP_MACCP | CP_THREAD_ACP);
        let number = if is_alias { CP_UTF8 } else { number };
        let coding = match number {
            CP_UTF8 => Coding::Web(UTF_8),
            20127 => Coding::Below(0x80),
            28591 => Coding::Below(0x100),
            1200 | 1201 => return None, // UTF-16 is no narrow text
            _ => Coding::Web(codepage::to_encoding(u16::try_from(number).ok()?)?),
        };
        Some(CodePage {
            number,
            is_alias,
            coding,
        })
    }

    pub(crate) fn is_utf_8(&self) -> bool {
        self.number == CP_UTF8
    }

    /// Bytes of the longest character.
    fn longest(&self) -> u32 {
        match self.number {
            CP_UTF8 | 54936 => 4,
            50220..=50229 | 20932 | 51932 => 3,
            _ if self.has_lead_bytes() => 2,
            _ => 1,
        }
    }

    fn has_lead_bytes(&self) -> bool {
        matches!(self.number, 932 | 936 | 949 | 950 | 51949 | 20949 | 20936)
    }

    /// Pairs of first and last lead byte, closed by zeros.
    fn lead_ranges(&self) -> [u8; 12] {
        let mut ranges = [0; 12];
        let known: &[u8] = match self.number {
            932 => &[0x81, 0x9F, 0xE0, 0xFC],
            51949 | 20949 | 20936 => &[0xA1, 0xFE],
            _ if self.has_lead_bytes() => &[0x81, 0xFE],
            _ => &[],
        };
        ranges[..known.len()].copy_from_slice(known);
        ranges
    }

    fn is_lead(&self, byte: u8) -> bool {
        self.lead_ranges()
            .chunks_exact(2)
            .any(|range| range[0] != 0 && (range[0]..=range[1]).contains(&byte))
    }

    /// What stands for bytes that are no character.
    fn substitute(&self) -> u16 {
        match self.number {
            CP_UTF8 | 54936 => 0xFFFD,
            932 => 0x30FB,
            _ => b'?'.into(),
        }
    }

    fn name(&self) -> String {
        let name = match self.coding {
            Coding::Web(encoding) => encoding.name(),
            Coding::Below(0x80) => "US-ASCII",
            Coding::Below(_) => "ISO-8859-1",
        };
        format!("{} ({name})", self.number)
    }

    /// The 16-bit units of narrow text. Bytes that are no character become the substitute, or if `strict` an error:
    /// `ERROR_NO_UNICODE_TRANSLATION`.
    pub(crate) fn decode(&self, bytes: &[u8], strict: bool) -> Result<Vec<u16>, Win32Error> {
        match self.coding {
            Coding::Below(limit) => bytes
                .iter()
                .map(|&byte| match u32::from(byte) < limit {
                    true => Ok(byte.into()),
                    false if strict => Err(ERROR_NO_UNICODE_TRANSLATION.into()),
                    false => Ok(self.substitute()),
                })
                .collect(),
            Coding::Web(encoding) => self.decode_web(encoding, bytes, strict),
        }
    }

    fn decode_web(
        &self,
        encoding: &'static Encoding,
        bytes: &[u8],
        strict: bool,
    ) -> Result<Vec<u16>, Win32Error> {
        use encoding_rs::DecoderResult;
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let capacity = decoder.max_utf16_buffer_length(bytes.len());
        let mut units = vec![0; capacity.ok_or(ERROR_NOACCESS)?];
        let (mut read, mut written) = (0, 0);
        loop {
            let (result, r, w) = decoder.decode_to_utf16_without_replacement(
                &bytes[read..],
                &mut units[written..],
                true,
            );
            (read, written) = (read + r, written + w);
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::Malformed(..) if strict => {
                    return Err(ERROR_NO_UNICODE_TRANSLATION.into());
                }
                DecoderResult::Malformed(..) => {
                    units[written] = self.substitute();
                    written += 1;
                }
                DecoderResult::OutputFull => units.resize(units.len() + bytes.len() + 16, 0),
            }
        }
        units.truncate(written);
        Ok(units)
    }

    /// Narrow text of 16-bit units. What the code page has not becomes `default`, two of them for a character beyond
    /// the 16 bits; in UTF-8 it becomes U+FFFD, which only single surrogates do, or if `strict` an error:
    /// `ERROR_NO_UNICODE_TRANSLATION`. Also tells whether anything was replaced.
    pub(crate) fn encode(
        &self,
        units: &[u16],
        default: &[u8],
        strict: bool,
    ) -> Result<(Vec<u8>, bool), Win32Error> {
        let mut bytes = Vec::with_capacity(units.len() * 3);
        let mut replaced = false;
        for character in char::decode_utf16(units.iter().copied()) {
            match character {
                Ok(character) if self.push(character, &mut bytes) => continue,
                Err(_) if strict => return Err(ERROR_NO_UNICODE_TRANSLATION.into()),
                Err(_) if self.is_utf_8() => {
                    bytes.extend_from_slice("\u{FFFD}".as_bytes());
                }
                _ => {
                    let times = character.map_or(1, char::len_utf16);
                    (0..times).for_each(|_| bytes.extend_from_slice(default));
                }
            }
            replaced = true;
        }
        Ok((bytes, replaced))
    }

    /// Appends one character; false if the code page has not got it.
    fn push(&self, character: char, bytes: &mut Vec<u8>) -> bool {
        let mut utf_8 = [0; 4];
        let text = &*character.encode_utf8(&mut utf_8);
        match self.coding {
            Coding::Below(limit) => match u8::try_from(character) {
                Ok(byte) if u32::from(byte) < limit => bytes.push(byte),
                _ => return false,
            },
            _ if character.is_ascii() || self.is_utf_8() => {
                bytes.extend_from_slice(text.as_bytes())
            }
            Coding::Web(encoding) => {
                let (coded, _, unmappable) = encoding.encode(text);
                if unmappable {
                    return false;
                }
                bytes.extend_from_slice(&coded);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_goes_out_and_comes_back() {
        let page = CodePage::find(949).expect("the Korean code page");
        let units: Vec<u16> = "닻 뷁 anchor".encode_utf16().collect();
        let (bytes, replaced) = page.encode(&units, b"?", false).expect("never strict");
        assert!(!replaced);
        assert_eq!(&bytes[..5], b"\xB4\xE9 \x94\xEE");
        assert_eq!(page.decode(&bytes, true), Ok(units));
    }

    #[test]
    fn what_a_page_has_not_is_replaced() {
        let page = CodePage::find(1252).expect("the Western code page");
        let units: Vec<u16> = "ö닻🚢".encode_utf16().collect();
        assert_eq!(
            page.encode(&units, b"#", false),
            Ok((b"\xF6###".to_vec(), true))
        );
    }
}
