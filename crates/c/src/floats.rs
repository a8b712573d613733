//! The control word of floating-point arithmetic, in Microsoft's bits.

use std::ffi::c_int;

use crate::errno::{EINVAL, invalid};

unsafe extern "C" {
    fn fegetround() -> c_int;
    fn fesetround(rounding: c_int) -> c_int;
    fn fegetexcept() -> c_int;
    fn feenableexcept(exceptions: c_int) -> c_int;
    fn fedisableexcept(exceptions: c_int) -> c_int;
    fn fetestexcept(exceptions: c_int) -> c_int;
    fn feclearexcept(exceptions: c_int) -> c_int;
}

/// libc's numbers for the exceptions, and Microsoft's bits.
#[cfg(target_arch = "x86_64")]
const EXCEPTIONS: [(c_int, u32); 5] = [
    (0x20, 0x01),
    (0x10, 0x02),
    (0x08, 0x04),
    (0x04, 0x08),
    (0x01, 0x10),
];
#[cfg(not(target_arch = "x86_64"))]
const EXCEPTIONS: [(c_int, u32); 5] = [
    (0x10, 0x01),
    (0x08, 0x02),
    (0x04, 0x04),
    (0x02, 0x08),
    (0x01, 0x10),
];

/// libc's numbers for the ways of rounding, and Microsoft's bits: nearest, down, up, toward zero.
#[cfg(target_arch = "x86_64")]
const ROUNDING: [(c_int, u32); 4] = [(0, 0), (0x400, 0x100), (0x800, 0x200), (0xc00, 0x300)];
#[cfg(not(target_arch = "x86_64"))]
const ROUNDING: [(c_int, u32); 4] = [
    (0, 0),
    (0x80_0000, 0x100),
    (0x40_0000, 0x200),
    (0xc0_0000, 0x300),
];

const MASK_ROUNDING: u32 = 0x300;
/// `_EM_DENORMAL`: always masked.
const DENORMAL: u32 = 0x8_0000;
/// `_PC_53`: what arithmetic on this processor has.
const PRECISION: u32 = 0x1_0000;
const ALL: u32 = 0x1f | DENORMAL | MASK_ROUNDING | 0x3_0000;

fn bits(exceptions: c_int) -> u32 {
    EXCEPTIONS
        .iter()
        .filter(|(libc, _)| exceptions & libc != 0)
        .map(|(_, bit)| bit)
        .sum()
}

fn current() -> u32 {
    // SAFETY: both only read this thread's control word.
    let (rounding, enabled) = unsafe { (fegetround(), fegetexcept()) };
    let rounding = ROUNDING
        .iter()
        .find(|(libc, _)| *libc == rounding)
        .map_or(0, |(_, bit)| *bit);
    rounding | (0x1f & !bits(enabled)) | DENORMAL | PRECISION
}

fn control(value: u32, mask: u32) -> u32 {
    let wanted = current() & !mask | value & mask;
    // SAFETY: these change this thread's control word, as the program asks.
    unsafe {
        if mask & MASK_ROUNDING != 0 {
            let rounding = ROUNDING
                .iter()
                .find(|(_, bit)| *bit == wanted & MASK_ROUNDING);
            fesetround(rounding.map_or(0, |(libc, _)| *libc));
        }
        for (libc, bit) in EXCEPTIONS.iter().filter(|(_, bit)| mask & bit != 0) {
            if wanted & bit == 0 {
                feenableexcept(*libc);
            } else {
                fedisableexcept(*libc);
            }
        }
    }
    current()
}

/// `_controlfp`: sets what `mask` says of rounding and masked exceptions; the control word. Denormals and precision cannot be
/// changed.
#[unsafe(no_mangle)]
extern "C" fn _controlfp(value: u32, mask: u32) -> u32 {
    control(value, mask)
}

/// `_controlfp_s`: as `_controlfp`; `EINVAL` for bits without meaning.
#[unsafe(no_mangle)]
unsafe extern "C" fn _controlfp_s(to: *mut u32, value: u32, mask: u32) -> c_int {
    let valid = value & mask & !ALL == 0;
    let word = if valid {
        control(value, mask)
    } else {
        current()
    };
    if !to.is_null() {
        // SAFETY: the caller gives a place.
        unsafe { *to = word };
    }
    if valid { 0 } else { invalid(EINVAL) }
}

/// `_statusfp`: the exceptions that happened.
#[unsafe(no_mangle)]
extern "C" fn _statusfp() -> u32 {
    // SAFETY: only reads this thread's status word.
    bits(unsafe { fetestexcept(0x3f) })
}

/// `_clearfp`: the exceptions that happened, which are then forgotten.
#[unsafe(no_mangle)]
extern "C" fn _clearfp() -> u32 {
    // SAFETY: reads and clears this thread's status word.
    unsafe {
        let status = bits(fetestexcept(0x3f));
        feclearexcept(0x3f);
        status
    }
}

/// `_fpclass`: what kind of number it is, as a bit.
#[unsafe(no_mangle)]
extern "C" fn _fpclass(value: f64) -> c_int {
    const QUIET: u64 = 1 << 51;
    let negative = value.is_sign_negative();
    match value.classify() {
        std::num::FpCategory::Nan if value.to_bits() & QUIET == 0 => 0x1,
        std::num::FpCategory::Nan => 0x2,
        std::num::FpCategory::Infinite => {
            if negative {
                0x4
            } else {
                0x200
            }
        }
        std::num::FpCategory::Normal => {
            if negative {
                0x8
            } else {
                0x100
            }
        }
        std::num::FpCategory::Subnormal => {
            if negative {
                0x10
            } else {
                0x80
            }
        }
        std::num::FpCategory::Zero => {
            if negative {
                0x20
            } else {
                0x40
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_changed_for_this_thread() {
        assert_eq!(control(0, 0) & MASK_ROUNDING, 0);
        assert_eq!(control(0x100, MASK_ROUNDING) & MASK_ROUNDING, 0x100);
        assert_eq!(control(0, MASK_ROUNDING) & MASK_ROUNDING, 0);
        assert_eq!(current() & 0x1f, 0x1f);
    }
}
