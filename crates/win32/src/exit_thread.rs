//! Leaving a thread from anywhere inside its start routine.
//!
//! `call` keeps the registers that a callee must preserve on the stack, remembers the stack pointer in a local of the
//! thread, and calls the routine. `exit` goes back to that stack pointer as if the routine had returned. Unwinding
//! would not do: it may not pass the frames of functions that promise not to unwind, which all routines do.

use std::cell::Cell;
use std::ffi::c_void;

/// A start routine.
pub(crate) type Routine = unsafe extern "system" fn(*mut c_void) -> u32;

thread_local! {
    /// The stack pointer inside `enter`, null outside of a call.
    static FRAME: Cell<*mut c_void> = const { Cell::new(std::ptr::null_mut()) };
}

/// Calls the routine; `exit` on this thread ends the call early.
///
/// # Safety
/// As for the routine.
pub(crate) unsafe fn call(routine: Routine, parameter: *mut c_void) -> u32 {
    // SAFETY: `enter` calls the routine once, by the rules of the C ABI, and writes FRAME of this thread.
    let code = unsafe { enter(routine, parameter, FRAME.with(Cell::as_ptr)) };
    FRAME.set(std::ptr::null_mut());
    code
}

/// Ends the routine of this thread, or the thread if it has no such routine.
///
/// # Safety
/// No frame between here and the routine's caller has a destructor that must run.
pub(crate) unsafe fn exit(code: u32) -> ! {
    let frame = FRAME.get();
    if frame.is_null() {
        // SAFETY: the caller promises the same as for `leave`.
        unsafe { libc::pthread_exit(std::ptr::null_mut()) }
    }
    // SAFETY: `enter` is on the stack of this thread: FRAME is null whenever it is not.
    unsafe { leave(frame, code) }
}

#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn enter(
    routine: Routine,
    parameter: *mut c_void,
    frame: *mut *mut c_void,
) -> u32 {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov [rdx], rsp",
        "mov rax, rdi",
        "mov rdi, rsi",
        "call rax",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
    )
}

#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn leave(frame: *mut c_void, code: u32) -> ! {
    std::arch::naked_asm!(
        "mov rsp, rdi",
        "mov eax, esi",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn enter(
    routine: Routine,
    parameter: *mut c_void,
    frame: *mut *mut c_void,
) -> u32 {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "stp x29, x30, [sp, #-160]!",
        ".cfi_def_cfa_offset 160",
        ".cfi_offset x29, -160",
        ".cfi_offset x30, -152",
        "mov x29, sp",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "mov x9, sp",
        "str x9, [x2]",
        "mov x9, x0",
        "mov x0, x1",
        "blr x9",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #160",
        ".cfi_def_cfa_offset 0",
        "ret",
        ".cfi_endproc",
    )
}

#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn leave(frame: *mut c_void, code: u32) -> ! {
    std::arch::naked_asm!(
        "mov sp, x0",
        "mov w0, w1",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #160",
        "ret",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "system" fn returns(parameter: *mut c_void) -> u32 {
        parameter.addr() as u32
    }

    unsafe extern "system" fn exits(parameter: *mut c_void) -> u32 {
        // SAFETY: no frame up to `call` has a destructor.
        unsafe { exit(parameter.addr() as u32) }
    }

    #[test]
    fn a_routine_returns_or_exits() {
        let parameter = std::ptr::without_provenance_mut(77);
        // SAFETY: the routines only look at the number they are given.
        unsafe {
            assert_eq!(call(returns, parameter), 77);
            assert_eq!(call(exits, parameter), 77);
            assert_eq!(call(returns, parameter), 77);
        }
        assert!(FRAME.get().is_null());
    }
}
