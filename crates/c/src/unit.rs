//! One unit of text: a byte of UTF-8, or 16 bits of UTF-16. What exists in a narrow and a wide form is written once
//! for both.

/// A unit of text.
pub(crate) trait Unit: Copy + Eq + Ord + Default + 'static {
    /// Whether this is the unit of wide text.
    const WIDE: bool;

    /// The value as a number.
    fn code(self) -> u32;

    /// The unit for an ASCII character.
    fn ascii(byte: u8) -> Self;

    /// The ASCII character, or 0xff for anything else.
    fn byte(self) -> u8 {
        u8::try_from(self.code())
            .ok()
            .filter(u8::is_ascii)
            .unwrap_or(0xff)
    }

    /// Lower case: of ASCII, and of all of Unicode in wide text when a locale is set.
    fn lower(self) -> Self;

    /// Upper case, as [`Unit::lower`].
    fn upper(self) -> Self;

    /// Appends the units for text in UTF-8; what is no UTF-8 becomes U+FFFD in wide text.
    fn extend_narrow(into: &mut Vec<Self>, text: &[u8]);

    /// Appends the units for text in UTF-16; a lone surrogate becomes U+FFFD in narrow text.
    fn extend_wide(into: &mut Vec<Self>, text: &[u16]);
}

impl Unit for u8 {
    const WIDE: bool = false;

    fn code(self) -> u32 {
        self.into()
    }

    fn ascii(byte: u8) -> Self {
        byte
    }

    fn lower(self) -> Self {
        self.to_ascii_lowercase()
    }

    fn upper(self) -> Self {
        self.to_ascii_uppercase()
    }

    fn extend_narrow(into: &mut Vec<Self>, text: &[u8]) {
        into.extend_from_slice(text);
    }

    fn extend_wide(into: &mut Vec<Self>, text: &[u16]) {
        let mut bytes = [0; 4];
        for character in char::decode_utf16(text.iter().copied()) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            into.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        }
    }
}

impl Unit for u16 {
    const WIDE: bool = true;

    fn code(self) -> u32 {
        self.into()
    }

    fn ascii(byte: u8) -> Self {
        byte.into()
    }

    fn lower(self) -> Self {
        crate::classes::to_lower(self)
    }

    fn upper(self) -> Self {
        crate::classes::to_upper(self)
    }

    fn extend_narrow(into: &mut Vec<Self>, text: &[u8]) {
        into.extend(String::from_utf8_lossy(text).encode_utf16());
    }

    fn extend_wide(into: &mut Vec<Self>, text: &[u16]) {
        into.extend_from_slice(text);
    }
}

/// The number of units before the terminator.
///
/// # Safety
/// `text` points to units that end with a zero.
pub(crate) unsafe fn length<U: Unit>(text: *const U) -> usize {
    let mut units = 0;
    // SAFETY: everything up to and with the terminator may be read, by this function's contract.
    while unsafe { text.add(units).read_unaligned() } != U::default() {
        units += 1;
    }
    units
}

/// The number of units before the terminator, at most `limit`; nothing behind is read.
///
/// # Safety
/// `text` points to `limit` units, or to fewer that end with a zero.
pub(crate) unsafe fn length_within<U: Unit>(text: *const U, limit: usize) -> usize {
    let mut units = 0;
    // SAFETY: fewer than `limit` units were read and none was the terminator, so one more may be read.
    while units < limit && unsafe { text.add(units).read_unaligned() } != U::default() {
        units += 1;
    }
    units
}

/// The text without its terminator.
///
/// # Safety
/// `text` points to units that end with a zero, which nobody writes while the slice is used.
pub(crate) unsafe fn text<'a, U: Unit>(text: *const U) -> &'a [U] {
    // SAFETY: by this function's contract; `length` counts only units that are there.
    unsafe { std::slice::from_raw_parts(text, length(text)) }
}

/// The text without its terminator, at most `limit` units of it.
///
/// # Safety
/// As [`length_within`], and nobody writes while the slice is used.
pub(crate) unsafe fn text_within<'a, U: Unit>(text: *const U, limit: usize) -> &'a [U] {
    // SAFETY: by this function's contract.
    unsafe { std::slice::from_raw_parts(text, length_within(text, limit)) }
}

/// Narrow text as UTF-16.
pub(crate) fn widen(text: &[u8]) -> Vec<u16> {
    String::from_utf8_lossy(text).encode_utf16().collect()
}

/// Wide text as UTF-8.
pub(crate) fn narrow(text: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    u8::extend_wide(&mut bytes, text);
    bytes
}

/// Text of either kind as bytes of UTF-8.
pub(crate) fn bytes<U: Unit>(text: &[U]) -> Vec<u8> {
    // SAFETY: the slice is reinterpreted as what it is: U is u8 or u16.
    unsafe {
        if U::WIDE {
            narrow(std::slice::from_raw_parts(text.as_ptr().cast(), text.len()))
        } else {
            std::slice::from_raw_parts(text.as_ptr().cast(), text.len()).to_vec()
        }
    }
}

/// Bytes of UTF-8 as text of either kind.
pub(crate) fn from_bytes<U: Unit>(text: &[u8]) -> Vec<U> {
    let mut units = Vec::with_capacity(text.len());
    U::extend_narrow(&mut units, text);
    units
}

/// Exports one generic function under its narrow and its wide name. `U` in the types is the unit.
macro_rules! pair {
    ($(#[$meta:meta])* $narrow:ident, $wide:ident, ($($name:ident: $type:ty),* $(,)?) $(-> $answer:ty)? => $body:path) => {
        const _: () = {
            type U = u8;
            $(#[$meta])*
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $narrow($($name: $type),*) $(-> $answer)? {
                // SAFETY: the contract of the exported function is the caller's: it is that of the generic one.
                unsafe { $body($($name),*) }
            }
        };
        const _: () = {
            type U = u16;
            $(#[$meta])*
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $wide($($name: $type),*) $(-> $answer)? {
                // SAFETY: as above.
                unsafe { $body($($name),*) }
            }
        };
    };
}
pub(crate) use pair;
