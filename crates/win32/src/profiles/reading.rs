//! Reading profiles (INI-01 to INI-05).

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER};
use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use super::document::{Document, Line};
use crate::error::{Win32Error, set_last_error};
use crate::guard::{infallible, is_bad};
use crate::path;
use crate::text::{Unit, narrow, wide};

/// The value of a key, or the default if there is none: its length without the terminator. Quotes round the whole value are
/// taken off. Without a key, the keys of the section, and without a section, the names of the sections, each with its
/// terminator and one more at the end. What does not fit is cut off: the length is then the capacity less one, or less two
/// for a list.
///
/// Errors: the last error is `ERROR_FILE_NOT_FOUND` if file, section or key are not there.
///
/// # Safety
/// The strings are null or end with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileStringA(
    lpappname: PCSTR,
    lpkeyname: PCSTR,
    lpdefault: PCSTR,
    lpreturnedstring: PSTR,
    nsize: u32,
    lpfilename: PCSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let names = (narrow(lpappname), narrow(lpkeyname));
            let profile = open(lpfilename);
            let default = narrow(lpdefault).unwrap_or_default();
            string(
                profile,
                names,
                &default,
                Buffer::new(lpreturnedstring, nsize),
            )
        }
    })
}

/// The value of a key as a number, or the default if there is none: decimal, or with `0x`, `0o`, `0b` in front; what follows
/// the digits means nothing, and no digits are 0.
///
/// Errors: the last error is `ERROR_FILE_NOT_FOUND` if file, section or key are not there.
///
/// # Safety
/// The strings are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileIntA(
    lpappname: PCSTR,
    lpkeyname: PCSTR,
    ndefault: i32,
    lpfilename: PCSTR,
) -> u32 {
    infallible(ndefault.cast_unsigned(), || {
        // SAFETY: this function's contract.
        let (names, profile) =
            unsafe { ((narrow(lpappname), narrow(lpkeyname)), open(lpfilename)) };
        value(profile, &names).map_or_else(
            |error| failed(error, ndefault.cast_unsigned()),
            |value| number(&value),
        )
    })
}

/// The lines of a section that mean something, each with its terminator and one more at the end: their length without the
/// last one. What does not fit is cut off: the length is then the capacity less two.
///
/// Errors: 0, and the last error is `ERROR_FILE_NOT_FOUND`, if file or section are not there.
///
/// # Safety
/// The strings are null or end with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileSectionA(
    lpappname: PCSTR,
    lpreturnedstring: PSTR,
    nsize: u32,
    lpfilename: PCSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let profile = open(lpfilename);
            section(
                profile,
                narrow(lpappname),
                Buffer::new(lpreturnedstring, nsize),
            )
        }
    })
}

/// The names of the sections, each with its terminator and one more at the end: their length without the last one. What
/// does not fit is cut off: the length is then the capacity less two.
///
/// Errors: 0, and the last error is `ERROR_FILE_NOT_FOUND`, if the file is not there.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileSectionNamesA(
    lpszreturnbuffer: PSTR,
    nsize: u32,
    lpfilename: PCSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let profile = open(lpfilename);
            string(
                profile,
                (None, None),
                "",
                Buffer::new(lpszreturnbuffer, nsize),
            )
        }
    })
}

/// The value of a key, or the default if there is none: its length without the terminator. Quotes round the whole value are
/// taken off. Without a key, the keys of the section, and without a section, the names of the sections, each with its
/// terminator and one more at the end. What does not fit is cut off: the length is then the capacity less one, or less two
/// for a list.
///
/// Errors: the last error is `ERROR_FILE_NOT_FOUND` if file, section or key are not there.
///
/// # Safety
/// The strings are null or end with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileStringW(
    lpappname: PCWSTR,
    lpkeyname: PCWSTR,
    lpdefault: PCWSTR,
    lpreturnedstring: PWSTR,
    nsize: u32,
    lpfilename: PCWSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let names = (wide(lpappname), wide(lpkeyname));
            let profile = open(lpfilename);
            let default = wide(lpdefault).unwrap_or_default();
            string(
                profile,
                names,
                &default,
                Buffer::new(lpreturnedstring, nsize),
            )
        }
    })
}

/// The value of a key as a number, or the default if there is none: decimal, or with `0x`, `0o`, `0b` in front; what follows
/// the digits means nothing, and no digits are 0.
///
/// Errors: the last error is `ERROR_FILE_NOT_FOUND` if file, section or key are not there.
///
/// # Safety
/// The strings are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileIntW(
    lpappname: PCWSTR,
    lpkeyname: PCWSTR,
    ndefault: i32,
    lpfilename: PCWSTR,
) -> i32 {
    infallible(ndefault, || {
        // SAFETY: this function's contract.
        let (names, profile) = unsafe { ((wide(lpappname), wide(lpkeyname)), open(lpfilename)) };
        value(profile, &names).map_or_else(
            |error| failed(error, ndefault),
            |value| number(&value).cast_signed(),
        )
    })
}

/// The lines of a section that mean something, each with its terminator and one more at the end: their length without the
/// last one. What does not fit is cut off: the length is then the capacity less two.
///
/// Errors: 0, and the last error is `ERROR_FILE_NOT_FOUND`, if file or section are not there.
///
/// # Safety
/// The strings are null or end with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileSectionW(
    lpappname: PCWSTR,
    lpreturnedstring: PWSTR,
    nsize: u32,
    lpfilename: PCWSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let profile = open(lpfilename);
            section(
                profile,
                wide(lpappname),
                Buffer::new(lpreturnedstring, nsize),
            )
        }
    })
}

/// The names of the sections, each with its terminator and one more at the end: their length without the last one. What
/// does not fit is cut off: the length is then the capacity less two.
///
/// Errors: 0, and the last error is `ERROR_FILE_NOT_FOUND`, if the file is not there.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPrivateProfileSectionNamesW(
    lpszreturnbuffer: PWSTR,
    nsize: u32,
    lpfilename: PCWSTR,
) -> u32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        unsafe {
            let profile = open(lpfilename);
            string(
                profile,
                (None, None),
                "",
                Buffer::new(lpszreturnbuffer, nsize),
            )
        }
    })
}

type Names = (Option<String>, Option<String>);

/// # Safety
/// The name is null or ends with 0.
unsafe fn open<U: Unit>(name: *const U) -> Result<Document, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { path::given(name) }.map_err(|_| ERROR_FILE_NOT_FOUND)?;
    Ok(Document::read(path::as_path(&name)).map_err(|_| ERROR_FILE_NOT_FOUND)?)
}

/// Sets the last error and answers what takes the place of a value.
fn failed<T>(error: Win32Error, instead: T) -> T {
    set_last_error(error.0);
    instead
}

/// Where an answer goes.
struct Buffer<U> {
    to: *mut U,
    capacity: usize,
}

impl<U: Unit> Buffer<U> {
    /// # Safety
    /// The buffer is null or valid for its length.
    unsafe fn new(to: *mut U, size: u32) -> Self {
        let capacity = if is_bad(to) { 0 } else { size as usize };
        Self { to, capacity }
    }

    /// A string with its terminator.
    fn string(&self, text: &str) -> u32 {
        let mut units = U::encode(text);
        units.pop();
        units.truncate(self.capacity.saturating_sub(1));
        self.put(&units, 1)
    }

    /// Strings with their terminators, and one more.
    fn list<'t>(&self, texts: impl Iterator<Item = &'t str>) -> u32 {
        let mut units: Vec<U> = texts.flat_map(|text| U::encode(text)).collect();
        if units.len() + 1 > self.capacity {
            units.truncate(self.capacity.saturating_sub(2));
            return self.put(&units, 2);
        }
        let empty = usize::from(units.is_empty());
        self.put(&units, 1 + empty)
    }

    /// Units and so many terminators, as far as there is room: how many units.
    fn put(&self, units: &[U], terminators: usize) -> u32 {
        let ends = std::iter::repeat_n(U::default(), terminators);
        let all = units.iter().copied().chain(ends);
        for (at, unit) in all.take(self.capacity).enumerate() {
            // SAFETY: `at` is below the capacity, for which whoever has made the buffer says that it is valid.
            unsafe { self.to.add(at).write_unaligned(unit) };
        }
        units.len() as u32
    }
}

fn string<U: Unit>(
    profile: Result<Document, Win32Error>,
    names: Names,
    default: &str,
    buffer: Buffer<U>,
) -> u32 {
    match names {
        (None, _) => match &profile {
            Ok(profile) => buffer.list(profile.sections()),
            Err(error) => failed(*error, buffer.list(std::iter::empty())),
        },
        (Some(section), None) => match lines(&profile, &section) {
            Ok(lines) => buffer.list(lines.iter().filter_map(|line| match line {
                Line::Key(name, _) => Some(*name),
                _ => None,
            })),
            Err(error) => failed(error, buffer.list(std::iter::empty())),
        },
        names => match value(profile, &names) {
            Ok(value) => buffer.string(&value),
            Err(error) => failed(error, buffer.string(default.trim_end_matches(' '))),
        },
    }
}

fn section<U: Unit>(
    profile: Result<Document, Win32Error>,
    section: Option<String>,
    buffer: Buffer<U>,
) -> u32 {
    let Some(section) = section else {
        return failed(
            ERROR_INVALID_PARAMETER.into(),
            buffer.list(std::iter::empty()),
        );
    };
    match lines(&profile, &section) {
        Ok(lines) => {
            let lines: Vec<String> = lines.iter().map(entry).collect();
            buffer.list(lines.iter().map(String::as_str))
        }
        Err(error) => failed(error, buffer.list(std::iter::empty())),
    }
}

fn entry(line: &Line<'_>) -> String {
    match line {
        Line::Key(name, value) => format!("{name}={value}"),
        Line::Name(name) => (*name).to_owned(),
        Line::Section(_) | Line::Nothing => String::new(),
    }
}

fn lines<'d>(
    profile: &'d Result<Document, Win32Error>,
    section: &str,
) -> Result<Vec<Line<'d>>, Win32Error> {
    let profile = profile.as_ref().map_err(|error| *error)?;
    Ok(profile.section(section).ok_or(ERROR_FILE_NOT_FOUND)?)
}

/// The value of a key without the quotes round it.
fn value(profile: Result<Document, Win32Error>, names: &Names) -> Result<String, Win32Error> {
    let (Some(section), Some(key)) = names else {
        return Err(ERROR_INVALID_PARAMETER.into());
    };
    let profile = profile?;
    let value = profile.value(section, key).ok_or(ERROR_FILE_NOT_FOUND)?;
    let unquoted = ['"', '\''].iter().find_map(|&quote| {
        let inside = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inside)
    });
    Ok(unquoted.unwrap_or(value).to_owned())
}

/// The number at the start of a text, as 32 bits.
fn number(text: &str) -> u32 {
    let text = text.trim_start();
    let (text, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let bases = [("0x", 16), ("0o", 8), ("0b", 2)];
    let based = bases.iter().find_map(|&(prefix, base)| {
        let start = text.get(..2)?;
        start
            .eq_ignore_ascii_case(prefix)
            .then(|| (&text[2..], base))
    });
    let (digits, base) = based.unwrap_or((text, 10));
    let digits = digits.chars().map_while(|digit| digit.to_digit(base));
    let number = digits.fold(0u32, |number, digit| {
        number.wrapping_mul(base).wrapping_add(digit)
    });
    if is_negative {
        number.wrapping_neg()
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers() {
        assert_eq!(number("11021"), 11021);
        assert_eq!(number(" -5 apples"), 5u32.wrapping_neg());
        assert_eq!(number("0x1F"), 31);
        assert_eq!(number("0b101"), 5);
        assert_eq!(number("twelve"), 0);
        assert_eq!(number("닻"), 0);
    }
}
