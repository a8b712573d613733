//! Strings of the callers: narrow ones (UTF-8; what is not UTF-8 is taken byte for byte) and 16-bit wide ones.

use crate::guard::is_bad;

/// The text behind a narrow string pointer; none for a null pointer.
///
/// # Safety
/// `text` is null or points at a string that ends with 0.
pub(crate) unsafe fn narrow(text: *const u8) -> Option<String> {
    if is_bad(text) {
        return None;
    }
    // SAFETY: a terminated string by this function's contract.
    let bytes = unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_bytes();
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    })
}

/// The text behind a wide string pointer; none for a null pointer.
///
/// # Safety
/// `text` is null or points at a string of 16-bit units that ends with 0.
pub(crate) unsafe fn wide(text: *const u16) -> Option<String> {
    if is_bad(text) {
        return None;
    }
    let units = (0..)
        // SAFETY: `take_while` stops at the terminator, so no unit behind it is read.
        .map(|at| unsafe { text.add(at).read_unaligned() })
        .take_while(|&unit| unit != 0);
    Some(
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

/// One character of an output string: a byte or a 16-bit unit.
pub(crate) trait Unit: Copy + Default + PartialEq + From<u8> {
    /// `text` in these units, with its terminator.
    fn encode(text: &str) -> Vec<Self>;

    /// A name of the system in these units, with its terminator: byte for byte, or UTF-8 as UTF-16.
    fn of_bytes(name: &[u8]) -> Vec<Self>;

    /// The text behind a string pointer as the system takes it; none for a null pointer.
    ///
    /// # Safety
    /// `text` is null or points at units that end with 0.
    unsafe fn bytes(text: *const Self) -> Option<Vec<u8>>;
}

impl Unit for u8 {
    fn encode(text: &str) -> Vec<u8> {
        text.bytes().chain([0]).collect()
    }

    fn of_bytes(name: &[u8]) -> Vec<u8> {
        name.iter().copied().chain([0]).collect()
    }

    unsafe fn bytes(text: *const u8) -> Option<Vec<u8>> {
        if is_bad(text) {
            return None;
        }
        // SAFETY: a terminated string by this function's contract.
        let text = unsafe { std::ffi::CStr::from_ptr(text.cast()) };
        Some(text.to_bytes().to_vec())
    }
}

impl Unit for u16 {
    fn encode(text: &str) -> Vec<u16> {
        text.encode_utf16().chain([0]).collect()
    }

    fn of_bytes(name: &[u8]) -> Vec<u16> {
        Self::encode(&String::from_utf8_lossy(name))
    }

    unsafe fn bytes(text: *const u16) -> Option<Vec<u8>> {
        // SAFETY: this function's contract.
        unsafe { wide(text) }.map(String::into_bytes)
    }
}

/// Copies `text` with its terminator to a buffer of `capacity` units; the length needed if it does not fit.
///
/// # Safety
/// `to` is valid for writes of `capacity` units.
pub(crate) unsafe fn put<U: Unit>(text: &str, to: *mut U, capacity: usize) -> Result<usize, usize> {
    // SAFETY: this function's contract.
    unsafe { put_units(&U::encode(text), to, capacity) }
}

/// Copies units to a buffer of `capacity` units; the length needed if they do not fit.
///
/// # Safety
/// `to` is valid for writes of `capacity` units.
pub(crate) unsafe fn put_units<U: Unit>(
    units: &[U],
    to: *mut U,
    capacity: usize,
) -> Result<usize, usize> {
    if is_bad(to) || units.len() > capacity {
        return Err(units.len());
    }
    for (at, &unit) in units.iter().enumerate() {
        // SAFETY: `at` is below the length, which is at most the capacity promised by the caller.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    Ok(units.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_goes_out_and_comes_back() {
        let units = u16::encode("포트 larboard 🚢");
        // SAFETY: `units` ends with its terminator.
        let back = unsafe { wide(units.as_ptr()) };
        assert_eq!(back.as_deref(), Some("포트 larboard 🚢"));
    }

    #[test]
    fn narrow_text_that_is_not_utf_8_stays_distinct() {
        // SAFETY: both strings are terminated.
        let (a, b) = unsafe {
            (
                narrow(c"\xB1\xE8".as_ptr().cast()),
                narrow(c"\xB1\xE9".as_ptr().cast()),
            )
        };
        assert_ne!(a, b);
    }

    #[test]
    fn a_short_buffer_is_told_the_length_needed() {
        let mut buffer = [0u8; 4];
        // SAFETY: the buffer has the length given.
        unsafe {
            assert_eq!(put("four", buffer.as_mut_ptr(), 4), Err(5));
            assert_eq!(put("six", buffer.as_mut_ptr(), 4), Ok(4));
        }
        assert_eq!(&buffer, b"six\0");
    }
}
