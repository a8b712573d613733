//! The `va_list` of C, read by hand: stable Rust has none.

/// A `va_list` as the calling convention of the machine lays it out. Only integers and pointers are read from it.
#[cfg(target_arch = "x86_64")]
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct VaList {
    gp_offset: u32,
    fp_offset: u32,
    overflow: *const u64,
    saved: *const u8,
}

#[cfg(target_arch = "x86_64")]
impl VaList {
    /// The next argument.
    ///
    /// # Safety
    /// The list was begun by `va_start` in a function that has not returned, and has an argument left that is an integer
    /// or a pointer.
    pub(super) unsafe fn next(&mut self) -> u64 {
        const SAVED_GENERAL: u32 = 48; // six registers
        // SAFETY: this function's contract: the register lies in the area saved at entry, or else on the stack.
        unsafe {
            if self.gp_offset < SAVED_GENERAL {
                let at = self.saved.add(self.gp_offset as usize).cast::<u64>();
                self.gp_offset += 8;
                at.read()
            } else {
                let at = self.overflow;
                self.overflow = at.add(1);
                at.read()
            }
        }
    }
}

/// A `va_list` as the calling convention of the machine lays it out. Only integers and pointers are read from it.
#[cfg(target_arch = "aarch64")]
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct VaList {
    stack: *const u64,
    general_end: *const u8,
    vector_end: *const u8,
    general_offset: i32,
    vector_offset: i32,
}

#[cfg(target_arch = "aarch64")]
impl VaList {
    /// The next argument.
    ///
    /// # Safety
    /// The list was begun by `va_start` in a function that has not returned, and has an argument left that is an integer
    /// or a pointer.
    pub(super) unsafe fn next(&mut self) -> u64 {
        // SAFETY: this function's contract: the register lies in the area saved at entry, or else on the stack.
        unsafe {
            if self.general_offset < 0 {
                let at = self.general_end.offset(self.general_offset as isize);
                self.general_offset += 8;
                at.cast::<u64>().read()
            } else {
                let at = self.stack;
                self.stack = at.add(1);
                at.read()
            }
        }
    }
}
