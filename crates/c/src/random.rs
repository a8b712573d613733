//! `rand`: Microsoft's generator, so that a seed gives the same numbers.

use std::cell::Cell;
use std::ffi::c_int;
use std::io::Read;

use crate::errno::{EINVAL, invalid, set_errno};

std::thread_local! {
    static SEED: Cell<u32> = const { Cell::new(1) };
}

/// `rand`: 0 to `RAND_MAX`, which is 32767. Each thread has its own row of numbers.
#[unsafe(no_mangle)]
extern "C" fn larboard_rand() -> c_int {
    let seed = SEED.get().wrapping_mul(214_013).wrapping_add(2_531_011);
    SEED.set(seed);
    (seed >> 16 & 0x7fff).cast_signed()
}

/// `srand`: begins this thread's row of numbers.
#[unsafe(no_mangle)]
extern "C" fn larboard_srand(seed: u32) {
    SEED.set(seed);
}

/// `rand_s`: a random number of 32 bits from the system; errno's code when there is none, `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn rand_s(to: *mut u32) -> c_int {
    if to.is_null() {
        return invalid(EINVAL);
    }
    let mut bytes = [0; 4];
    let outcome =
        std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    // SAFETY: the caller gives a place for a number.
    unsafe { *to = u32::from_ne_bytes(bytes) };
    outcome.map_or_else(
        |error| {
            let code = error.raw_os_error().unwrap_or(libc::EIO);
            set_errno(code);
            code
        },
        |()| 0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_a_seed_is_that_of_windows() {
        larboard_srand(1);
        let row: Vec<c_int> = (0..5).map(|_| larboard_rand()).collect();
        assert_eq!(row, [41, 18467, 6334, 26500, 19169]);
    }
}
