//! A `va_list` of C, read by hand: stable Rust has no name for it.
//!
//! x86-64 passes a pointer to the list itself, the AAPCS64 a pointer to the caller's copy: both are one pointer here.

use std::ptr;

/// Where the arguments of a format come from.
pub(crate) trait Arguments {
    /// The next argument of an integer or pointer type, up to 64 bits. Bits beyond its type are undefined.
    fn integer(&mut self) -> u64;

    /// The next `double`.
    fn double(&mut self) -> f64;

    /// The next `long double`, rounded to a double: that is what it is for Microsoft.
    fn long_double(&mut self) -> f64;

    /// The next argument as a pointer.
    fn pointer(&mut self) -> *mut u8 {
        ptr::with_exposed_provenance_mut(usize::try_from(self.integer()).unwrap_or(0))
    }
}

/// `__va_list_tag` of the System V ABI.
#[cfg(target_arch = "x86_64")]
#[repr(C)]
pub(crate) struct VaList {
    general: u32,
    floating: u32,
    overflow: *mut u8,
    registers: *mut u8,
}

/// `__va_list` of the AAPCS64.
#[cfg(target_arch = "aarch64")]
#[repr(C)]
pub(crate) struct VaList {
    stack: *mut u8,
    general_top: *mut u8,
    vector_top: *mut u8,
    general: i32,
    vector: i32,
}

/// The arguments of a call in C.
pub(crate) struct Passed<'a>(&'a mut VaList);

impl<'a> Passed<'a> {
    /// # Safety
    /// `list` is a started `va_list`, from which as many arguments of the kinds are read as were passed.
    pub(crate) unsafe fn new(list: *mut VaList) -> Self {
        // SAFETY: the pointer is that to a live list, by this function's contract.
        Self(unsafe { &mut *list })
    }
}

#[cfg(target_arch = "x86_64")]
impl Passed<'_> {
    const GENERAL_END: u32 = 48;
    const FLOATING_END: u32 = 176;

    /// The next place on the stack, `align`ed, of `size` bytes.
    fn on_stack(&mut self, size: usize, align: usize) -> *mut u8 {
        let at = self
            .0
            .overflow
            .map_addr(|address| address.next_multiple_of(align));
        self.0.overflow = at.wrapping_add(size);
        at
    }
}

#[cfg(target_arch = "x86_64")]
impl Arguments for Passed<'_> {
    fn integer(&mut self) -> u64 {
        let at = if self.0.general < Self::GENERAL_END {
            let at = self.0.registers.wrapping_add(self.0.general as usize);
            self.0.general += 8;
            at
        } else {
            self.on_stack(8, 8)
        };
        // SAFETY: the contract of `new`: an integer was passed, and the ABI says it lies here.
        unsafe { at.cast::<u64>().read() }
    }

    fn double(&mut self) -> f64 {
        let at = if self.0.floating < Self::FLOATING_END {
            let at = self.0.registers.wrapping_add(self.0.floating as usize);
            self.0.floating += 16;
            at
        } else {
            self.on_stack(8, 8)
        };
        // SAFETY: as in `integer`.
        unsafe { at.cast::<f64>().read() }
    }

    fn long_double(&mut self) -> f64 {
        let at = self.on_stack(16, 16);
        // SAFETY: the ABI passes a `long double` on the stack in 16 bytes, of which 10 are the value.
        let (mantissa, head) = unsafe { (at.cast::<u64>().read(), at.add(8).cast::<u16>().read()) };
        from_extended(mantissa, head)
    }
}

#[cfg(target_arch = "aarch64")]
impl Passed<'_> {
    fn on_stack(&mut self, size: usize, align: usize) -> *mut u8 {
        let at = self
            .0
            .stack
            .map_addr(|address| address.next_multiple_of(align));
        self.0.stack = at.wrapping_add(size);
        at
    }

    fn vector(&mut self, size: usize) -> *mut u8 {
        let offset = self.0.vector;
        if offset < 0 {
            self.0.vector = offset + 16;
            if self.0.vector <= 0 {
                return self.0.vector_top.wrapping_offset(offset as isize);
            }
        }
        self.on_stack(size, size)
    }
}

#[cfg(target_arch = "aarch64")]
impl Arguments for Passed<'_> {
    fn integer(&mut self) -> u64 {
        let offset = self.0.general;
        let mut at = ptr::null_mut();
        if offset < 0 {
            self.0.general = offset + 8;
            if self.0.general <= 0 {
                at = self.0.general_top.wrapping_offset(offset as isize);
            }
        }
        if at.is_null() {
            at = self.on_stack(8, 8);
        }
        // SAFETY: the contract of `new`: an integer was passed, and the ABI says it lies here.
        unsafe { at.cast::<u64>().read() }
    }

    fn double(&mut self) -> f64 {
        let at = self.vector(8);
        // SAFETY: as in `integer`.
        unsafe { at.cast::<f64>().read() }
    }

    fn long_double(&mut self) -> f64 {
        let at = self.vector(16);
        // SAFETY: as in `integer`; a `long double` is an IEEE quadruple in a vector register.
        from_quadruple(unsafe { at.cast::<u128>().read() })
    }
}

/// An x87 extended number as a double, rounded to nearest even.
#[cfg(any(target_arch = "x86_64", test))]
fn from_extended(mantissa: u64, head: u16) -> f64 {
    let sign = if head & 0x8000 == 0 { 1.0 } else { -1.0 };
    match i32::from(head & 0x7fff) {
        0x7fff if mantissa << 1 == 0 => f64::INFINITY * sign,
        0x7fff => f64::NAN.copysign(sign),
        exponent => sign * scaled(u128::from(mantissa), exponent - 16383 - 63),
    }
}

/// An IEEE quadruple as a double, rounded to nearest even.
#[cfg(any(target_arch = "aarch64", test))]
fn from_quadruple(bits: u128) -> f64 {
    let sign = if bits >> 127 == 0 { 1.0 } else { -1.0 };
    let fraction = bits & ((1 << 112) - 1);
    match i32::try_from((bits >> 112) & 0x7fff).unwrap_or(0) {
        0x7fff if fraction == 0 => f64::INFINITY * sign,
        0x7fff => f64::NAN.copysign(sign),
        0 => sign * scaled(fraction, 1 - 16383 - 112),
        exponent => sign * scaled(fraction | 1 << 112, exponent - 16383 - 112),
    }
}

/// `mantissa` times two to the power of `exponent`, rounded once.
fn scaled(mantissa: u128, exponent: i32) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let bits = 128 - mantissa.leading_zeros().cast_signed();
    // The value is in [2^top, 2^(top+1)); below -1022 fewer bits are kept.
    let top = bits - 1 + exponent;
    if top > 1023 {
        return f64::INFINITY;
    }
    let kept = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    if kept < 0 {
        return 0.0;
    }
    let drop = bits - kept;
    let (mut value, shift) = if drop > 0 {
        let cut = if drop >= 128 { 0 } else { mantissa >> drop };
        let rest = if drop >= 128 {
            mantissa
        } else {
            mantissa & ((1 << drop) - 1)
        };
        let half = if drop > 128 {
            u128::MAX
        } else {
            1_u128 << (drop - 1)
        };
        (
            cut + u128::from(rest > half || rest == half && cut & 1 == 1),
            exponent + drop,
        )
    } else {
        (mantissa, exponent)
    };
    // At most 53 bits are left, so the two exact products round nothing.
    value = value.min(1 << 53);
    let first = shift / 2;
    value as f64 * 2.0_f64.powi(first) * 2.0_f64.powi(shift - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_numbers_are_rounded_once() {
        assert_eq!(from_extended(1 << 63, 16383), 1.0);
        assert_eq!(from_extended(0xc000_0000_0000_0000, 16384 | 0x8000), -3.0);
        assert_eq!(from_extended(u64::MAX, 16383), 2.0);
        assert_eq!(from_extended(0x8000_0000_0000_0400, 16383), 1.0);
        assert_eq!(
            from_extended(0x8000_0000_0000_0401, 16383),
            1.0 + f64::EPSILON
        );
        assert_eq!(from_extended(1 << 63, 0x7fff), f64::INFINITY);
        assert!(from_extended(0xc000_0000_0000_0000, 0x7fff).is_nan());
        assert_eq!(from_extended(1 << 63, 16383 - 1074), f64::from_bits(1));
        assert_eq!(from_extended(1 << 63, 1), 0.0);
    }

    #[test]
    fn quadruples_are_rounded_once() {
        assert_eq!(from_quadruple(16383 << 112), 1.0);
        assert_eq!(from_quadruple((16384 | 0x8000) << 112 | 1 << 111), -3.0);
        assert_eq!(from_quadruple(0), 0.0);
        assert_eq!(from_quadruple((16383 + 1023) << 112), 2.0_f64.powi(1023));
    }
}
