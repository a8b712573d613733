//! The wide standard streams: `std::wcout` and the others are characters of the C library's streams, so that what is written to
//! `stdout` by `printf`, `std::cout` and `std::wcout` appears in the order it was written in.

use super::utf::{to_utf8, to_utf16};
use libc::{EOF, FILE, c_int, fgetc, fwrite, ungetc};

/// Writes UTF-16 characters to a stream as UTF-8. A high surrogate waits in `state` for its other half. Returns how many
/// characters were written, fewer than `count` if the stream fails.
///
/// # Safety
///
/// `stream` is open, `from` points to `count` characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_stream_write(
    stream: *mut FILE,
    from: *const u16,
    count: usize,
    state: &mut u32,
) -> usize {
    if count == 0 {
        return 0;
    }
    // SAFETY: the caller's range, not empty.
    let from = unsafe { std::slice::from_raw_parts(from, count) };
    let mut written = 0;
    while written < count {
        let mut bytes = [0; 512];
        let (_, read, length) = to_utf8(state, &from[written..], &mut bytes);
        // SAFETY: `length` bytes of the buffer are filled, and the caller's stream is open.
        if unsafe { fwrite(bytes.as_ptr().cast(), 1, length, stream) } != length {
            break;
        }
        written += read;
    }
    written
}

/// The bytes of one character more than one may be needed of.
const LONGEST: usize = 4;

/// Reads the next UTF-16 character of a stream in UTF-8, or -1 at its end. The second half of a surrogate pair waits in `state`.
///
/// # Safety
///
/// `stream` is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_stream_read(stream: *mut FILE, state: &mut u32) -> c_int {
    let (mut bytes, mut count, mut unit) = ([0; LONGEST], 0, [0]);
    loop {
        let (_, read, written) = to_utf16(state, &bytes[..count], &mut unit);
        if written == 1 {
            give_back(stream, &bytes[read..count]);
            return unit[0].into();
        }
        // SAFETY: the caller's stream is open.
        let next = unsafe { fgetc(stream) };
        if next == EOF {
            // A character that is cut off by the end: its bytes one by one.
            give_back(stream, bytes.get(1..count).unwrap_or_default());
            return if count == 0 {
                -1
            } else {
                0xdc00 + c_int::from(bytes[0])
            };
        }
        bytes[count] = next as u8;
        count += 1;
    }
}

/// Puts bytes back that were read of the stream just now.
fn give_back(stream: *mut FILE, bytes: &[u8]) {
    for &byte in bytes.iter().rev() {
        // SAFETY: the stream is open, as the caller of `larboard_stream_read` promised.
        unsafe { ungetc(byte.into(), stream) };
    }
}
