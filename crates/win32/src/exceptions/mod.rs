//! Exceptions: faults of the processor, those a program raises, and C++ exceptions that nobody catches.
//!
//! Faults come as signals of Linux. `signals` makes an exception record and a context of one, [`dispatch`] asks the vectored
//! handlers and the filter of the process, and `signals` does what they decided: goes on with the changed context, ends the
//! process, or leaves the signal to what handled it before, by default the end of the process with a core file. Nothing is
//! installed before the first handler or filter is set.
//!
//! All of this runs in a signal handler, on the thread that failed, on a stack of its own where one was prepared
//! (`stack`). So nothing here takes a lock or memory; what the program's filter does is its own risk, as on Windows.

pub(crate) mod context;
pub(crate) mod debugger;
pub(crate) mod minidump;
pub(crate) mod raise;
mod signals;
pub(crate) mod stack;
mod terminate;
pub(crate) mod vectored;

use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::{EXCEPTION_NONCONTINUABLE_EXCEPTION, NTSTATUS};
use windows_sys::Win32::System::Diagnostics::Debug::{
    CONTEXT, EXCEPTION_POINTERS, EXCEPTION_RECORD, LPTOP_LEVEL_EXCEPTION_FILTER,
};

use crate::guard::{infallible, is_bad};

/// Sets the filter that is called for an exception which nobody handles; null takes it away. Returns the one before.
///
/// It answers 1 (`EXCEPTION_EXECUTE_HANDLER`): the process ends, with the lowest byte of the exception's code as its
/// status; -1 (`EXCEPTION_CONTINUE_EXECUTION`): the thread goes on with the context, which may have been changed; 0: Linux
/// ends the process as if there were no filter. Faults of the processor are `EXCEPTION_ACCESS_VIOLATION` and so on, a C++
/// exception that nobody catches is 0xE06D7363. `abort` and signals that are sent are no exceptions.
///
/// # Safety
/// The filter may be called on any thread at any instruction that can fail.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetUnhandledExceptionFilter(
    lptoplevelexceptionfilter: LPTOP_LEVEL_EXCEPTION_FILTER,
) -> LPTOP_LEVEL_EXCEPTION_FILTER {
    infallible(None, || {
        let filter = lptoplevelexceptionfilter.map_or(0, |filter| filter as usize);
        if filter != 0 {
            listen();
            terminate::install();
        }
        // SAFETY: 0 or what this function has stored, the address of a filter.
        unsafe { filter_of(FILTER.swap(filter, Ordering::AcqRel)) }
    })
}

/// Asks the filter of the process, as for an exception that nobody handles; `EXCEPTION_EXECUTE_HANDLER` if there is none.
///
/// # Safety
/// The pointer is null or valid, as are those behind it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnhandledExceptionFilter(
    exceptioninfo: *const EXCEPTION_POINTERS,
) -> i32 {
    const EXECUTE_HANDLER: i32 = 1;
    infallible(EXECUTE_HANDLER, || match filter() {
        // SAFETY: the pointer is valid by this function's contract.
        Some(filter) if !is_bad(exceptioninfo) => unsafe { filter(exceptioninfo) },
        _ => EXECUTE_HANDLER,
    })
}

/// What [`SetUnhandledExceptionFilter`] has stored: 0 or the address of a filter.
static FILTER: AtomicUsize = AtomicUsize::new(0);

fn filter() -> LPTOP_LEVEL_EXCEPTION_FILTER {
    // SAFETY: only `SetUnhandledExceptionFilter` stores here.
    unsafe { filter_of(FILTER.load(Ordering::Acquire)) }
}

/// # Safety
/// 0 or the address of a filter.
unsafe fn filter_of(address: usize) -> LPTOP_LEVEL_EXCEPTION_FILTER {
    // SAFETY: a null function pointer is none.
    unsafe { std::mem::transmute::<usize, LPTOP_LEVEL_EXCEPTION_FILTER>(address) }
}

/// From now on faults are heard of.
fn listen() {
    signals::install();
    stack::prepare();
}

/// What is to become of an exception.
pub(crate) enum Verdict {
    /// The thread goes on, with the context.
    Continue,
    /// The process ends with this code.
    End(NTSTATUS),
    /// Nobody wants it.
    Unhandled,
}

/// Asks the vectored handlers, then the filter.
///
/// # Safety
/// Both pointers are valid for reads and writes.
pub(crate) unsafe fn dispatch(record: *mut EXCEPTION_RECORD, context: *mut CONTEXT) -> Verdict {
    const CONTINUE_EXECUTION: i32 = -1;
    const EXECUTE_HANDLER: i32 = 1;
    const NONCONTINUABLE: u32 = 1;
    let mut pointers = EXCEPTION_POINTERS {
        ExceptionRecord: record,
        ContextRecord: context,
    };
    // SAFETY: valid by this function's contract.
    let (code, flags) = unsafe { ((*record).ExceptionCode, (*record).ExceptionFlags) };
    let answer = if vectored::continues(&mut pointers) {
        CONTINUE_EXECUTION
    } else {
        // SAFETY: the pointers are valid by this function's contract.
        filter().map_or(0, |filter| unsafe { filter(&pointers) })
    };
    match answer {
        CONTINUE_EXECUTION if flags & NONCONTINUABLE == 0 => Verdict::Continue,
        CONTINUE_EXECUTION => Verdict::End(EXCEPTION_NONCONTINUABLE_EXCEPTION),
        EXECUTE_HANDLER => Verdict::End(code),
        _ => Verdict::Unhandled,
    }
}

/// Ends the process with a code of 32 bits, of which Linux keeps eight; none becomes success.
pub(crate) fn end(code: NTSTATUS) -> ! {
    let status = match code & 0xFF {
        0 => 0xFF,
        status => status,
    };
    // SAFETY: ends the process, without the handlers of exit(3).
    unsafe { libc::_exit(status) }
}
