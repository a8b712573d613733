//! Faults of the processor: from a signal of Linux to an exception, and back.

use std::ffi::c_void;
use std::sync::Once;

use windows_sys::Win32::Foundation::{
    EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ARRAY_BOUNDS_EXCEEDED, EXCEPTION_BREAKPOINT,
    EXCEPTION_DATATYPE_MISALIGNMENT, EXCEPTION_FLT_DIVIDE_BY_ZERO, EXCEPTION_FLT_INEXACT_RESULT,
    EXCEPTION_FLT_INVALID_OPERATION, EXCEPTION_FLT_OVERFLOW, EXCEPTION_FLT_UNDERFLOW,
    EXCEPTION_ILLEGAL_INSTRUCTION, EXCEPTION_IN_PAGE_ERROR, EXCEPTION_INT_DIVIDE_BY_ZERO,
    EXCEPTION_INT_OVERFLOW, EXCEPTION_SINGLE_STEP, EXCEPTION_STACK_OVERFLOW, NTSTATUS,
    STATUS_IN_PAGE_ERROR,
};
use windows_sys::Win32::System::Diagnostics::Debug::EXCEPTION_RECORD;

use super::context::{self, Context};
use super::{Verdict, dispatch, end};

/// The signals that tell of faults.
const FAULTS: [i32; 5] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
];

/// What handled each of the signals before. Written once, before the handlers that read it are installed.
static mut BEFORE: [Option<libc::sigaction>; FAULTS.len()] = [None; FAULTS.len()];

/// Hears of faults from now on; once for the process.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        for (at, &signal) in FAULTS.iter().enumerate() {
            // SAFETY: integers and pointers: all zero is a value.
            let mut ours: libc::sigaction = unsafe { std::mem::zeroed() };
            ours.sa_sigaction = handle as *const () as usize;
            ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            // SAFETY: as above.
            let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
            // SAFETY: the place is written here only, in this `Once`, and before its signal has our handler. The handler is
            // of the type that the flags name.
            unsafe {
                libc::sigaction(signal, std::ptr::null(), &mut before);
                BEFORE[at] = Some(before);
                libc::sigaction(signal, &ours, std::ptr::null_mut());
            }
        }
    });
}

/// Called by Linux on the thread that failed.
///
/// # Safety
/// The pointers are those of a signal handler.
unsafe extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, linux: *mut c_void) {
    // SAFETY: this function's contract.
    let (info, linux) = unsafe { (&*info, &mut *linux.cast::<libc::ucontext_t>()) };
    if info.si_code <= 0 {
        // Sent by somebody: nothing has failed.
        return pass_on(signal, info, linux);
    }
    let mut context = Context(context::from_linux(linux));
    let mut record = record(signal, info, linux, &mut context);
    // SAFETY: both are of this frame.
    match unsafe { dispatch(&mut record, &mut context.0) } {
        Verdict::Continue => context::to_linux(&context.0, linux),
        Verdict::End(code) => end(code),
        Verdict::Unhandled => pass_on(signal, info, linux),
    }
}

/// Leaves a signal to what handled it before. Without a handler the fault repeats itself under the usual action.
fn pass_on(signal: i32, info: &libc::siginfo_t, linux: &mut libc::ucontext_t) {
    let at = FAULTS.iter().position(|&fault| fault == signal);
    // SAFETY: written before this handler was installed, and not since.
    let before = at.and_then(|at| unsafe { BEFORE[at] });
    let Some(before) = before else {
        return;
    };
    let context = std::ptr::from_mut(linux).cast::<c_void>();
    let mut info = *info;
    match before.sa_sigaction {
        libc::SIG_IGN if info.si_code <= 0 => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: integers and pointers: all zero is a value, and the usual action.
            let usual: libc::sigaction = unsafe { std::mem::zeroed() };
            // SAFETY: takes structures of this frame and numbers.
            unsafe {
                libc::sigaction(signal, &usual, std::ptr::null_mut());
                if info.si_code <= 0 || signal == libc::SIGTRAP {
                    // Nothing would repeat it.
                    libc::raise(signal);
                }
            }
        }
        handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
            type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut c_void);
            // SAFETY: a handler of this type was installed with these flags.
            unsafe { std::mem::transmute::<usize, Handler>(handler)(signal, &mut info, context) }
        }
        handler => {
            // SAFETY: a handler of this type was installed without SA_SIGINFO.
            unsafe { std::mem::transmute::<usize, unsafe extern "C" fn(i32)>(handler)(signal) }
        }
    }
}

/// The exception of a signal.
fn record(
    signal: i32,
    info: &libc::siginfo_t,
    linux: &libc::ucontext_t,
    context: &mut Context,
) -> EXCEPTION_RECORD {
    // SAFETY: the signals here carry an address.
    let address = unsafe { info.si_addr() }.addr();
    let mut information = [0; 15];
    let (code, parameters) = match signal {
        libc::SIGSEGV if is_overflow(address, context) => (EXCEPTION_STACK_OVERFLOW, 2),
        libc::SIGSEGV => (EXCEPTION_ACCESS_VIOLATION, 2),
        libc::SIGBUS if info.si_code == libc::BUS_ADRALN => (EXCEPTION_DATATYPE_MISALIGNMENT, 0),
        libc::SIGBUS => {
            information[2] = STATUS_IN_PAGE_ERROR as usize;
            (EXCEPTION_IN_PAGE_ERROR, 3)
        }
        libc::SIGFPE => (arithmetic(info.si_code), 0),
        libc::SIGTRAP => breakpoint(info.si_code, context),
        _ => (EXCEPTION_ILLEGAL_INSTRUCTION, 0),
    };
    if parameters >= 2 {
        let (kind, exact) = access(linux);
        information[0] = kind;
        // Where the processor cannot tell the address, Windows says all ones.
        information[1] = if exact { address } else { usize::MAX };
    }
    EXCEPTION_RECORD {
        ExceptionCode: code,
        ExceptionFlags: 0,
        ExceptionRecord: std::ptr::null_mut(),
        ExceptionAddress: std::ptr::without_provenance_mut(context::instruction(&context.0)),
        NumberParameters: parameters,
        ExceptionInformation: information,
    }
}

/// Touched a place near the stack pointer, where a stack that has room has memory.
fn is_overflow(address: usize, context: &Context) -> bool {
    const NEAR: usize = 64 << 10;
    let stack = context::stack(&context.0);
    (stack.saturating_sub(NEAR)..stack.saturating_add(4096)).contains(&address)
}

fn arithmetic(code: i32) -> NTSTATUS {
    // What Linux' FPE_ constants name, from 1 on.
    const KINDS: [NTSTATUS; 8] = [
        EXCEPTION_INT_DIVIDE_BY_ZERO,
        EXCEPTION_INT_OVERFLOW,
        EXCEPTION_FLT_DIVIDE_BY_ZERO,
        EXCEPTION_FLT_OVERFLOW,
        EXCEPTION_FLT_UNDERFLOW,
        EXCEPTION_FLT_INEXACT_RESULT,
        EXCEPTION_FLT_INVALID_OPERATION,
        EXCEPTION_ARRAY_BOUNDS_EXCEEDED,
    ];
    let at = usize::try_from(code - 1).unwrap_or(KINDS.len());
    KINDS
        .get(at)
        .copied()
        .unwrap_or(EXCEPTION_FLT_INVALID_OPERATION)
}

/// A breakpoint is told at its instruction, behind which the processor stands on x86-64.
fn breakpoint(code: i32, context: &mut Context) -> (NTSTATUS, u32) {
    if matches!(code, libc::TRAP_TRACE | libc::TRAP_HWBKPT) {
        return (EXCEPTION_SINGLE_STEP, 0);
    }
    if cfg!(target_arch = "x86_64") {
        let behind = context::instruction(&context.0);
        context::set_instruction(&mut context.0, behind.wrapping_sub(1));
    }
    (EXCEPTION_BREAKPOINT, 1)
}

/// 0 for a read, 1 for a write, 8 for running what is no code; and whether the address is known.
#[cfg(target_arch = "x86_64")]
fn access(linux: &libc::ucontext_t) -> (usize, bool) {
    const GENERAL_PROTECTION: i64 = 13;
    const WRITE: i64 = 1 << 1;
    const FETCH: i64 = 1 << 4;
    let register = |number: i32| linux.uc_mcontext.gregs[number as usize];
    let error = register(libc::REG_ERR);
    let kind = if error & FETCH != 0 {
        8
    } else {
        usize::from(error & WRITE != 0)
    };
    let exact = register(libc::REG_TRAPNO) != GENERAL_PROTECTION;
    (if exact { kind } else { 0 }, exact)
}

#[cfg(not(target_arch = "x86_64"))]
fn access(_: &libc::ucontext_t) -> (usize, bool) {
    (0, true)
}
