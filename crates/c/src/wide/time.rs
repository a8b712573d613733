//! `wcsftime`.

use crate::errno::{EINVAL, ERANGE, invalid, set_errno};
use crate::unit;

/// `wcsftime`: as `strftime`, in wide text; 0 with `ERANGE` when it does not fit.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsftime(
    to: *mut u16,
    size: usize,
    format: *const u16,
    time: *const libc::tm,
) -> usize {
    if to.is_null() || size == 0 || format.is_null() {
        invalid(EINVAL);
        return 0;
    }
    // SAFETY: the caller gives text, and room for `size` units.
    let format = unsafe { unit::narrow(unit::text(format)) };
    let text = formatted(&format, time);
    let units = unit::widen(&text);
    // SAFETY: as above; the terminator stands below `size`.
    unsafe {
        if units.len() >= size {
            to.write(0);
            set_errno(ERANGE);
            return 0;
        }
        to.copy_from(units.as_ptr(), units.len());
        to.add(units.len()).write(0);
    }
    units.len()
}

/// What libc makes of the format. A mark before it tells an empty result from one that does not fit.
fn formatted(format: &[u8], time: *const libc::tm) -> Vec<u8> {
    let marked = [b"#", format, b"\0"].concat();
    let mut room = 256;
    loop {
        let mut text = vec![0_u8; room];
        // SAFETY: a format with its terminator, a buffer of the named size, and the caller's time.
        let length =
            unsafe { libc::strftime(text.as_mut_ptr().cast(), room, marked.as_ptr().cast(), time) };
        // No conversion is longer than some dozens of bytes.
        if length > 0 || room > 128 * marked.len() {
            text.truncate(length);
            return text.get(1..).unwrap_or_default().to_vec();
        }
        room *= 4;
    }
}
