//! Exceptions that a program raises.

use std::ffi::CStr;

use windows_sys::Win32::System::Diagnostics::Debug::EXCEPTION_RECORD;

use super::{Verdict, context, dispatch, end};
use crate::guard::is_bad;

/// How a program for Windows tells its debugger the name of a thread.
const NAME_OF_A_THREAD: u32 = 0x406D_1388;

/// Raises an exception: the vectored handlers are asked, then the filter of the process. If they go on, the call returns; if
/// the filter says so, the process ends with the code's lowest byte; otherwise it aborts. At most 15 arguments are handed on.
///
/// 0x406D1388, the name of a thread for a debugger, becomes the thread's name in Linux, and the call returns.
///
/// # Safety
/// The arguments are null or valid for reads of their number; the routines called are sound to call here.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RaiseException(
    dwexceptioncode: u32,
    dwexceptionflags: u32,
    nnumberofarguments: u32,
    lparguments: *const usize,
) {
    let mut information = [0; 15];
    let count = if is_bad(lparguments) {
        0
    } else {
        nnumberofarguments.min(15)
    };
    for (at, argument) in information.iter_mut().take(count as usize).enumerate() {
        // SAFETY: below their number, by this function's contract.
        *argument = unsafe { lparguments.add(at).read_unaligned() };
    }
    if dwexceptioncode == NAME_OF_A_THREAD {
        // SAFETY: the arguments of this code are its structure, by its convention.
        return unsafe { name_thread(&information[..count as usize]) };
    }
    let mut context = context::here();
    let mut record = EXCEPTION_RECORD {
        // Bit 28 belongs to the system.
        ExceptionCode: (dwexceptioncode & !0x1000_0000).cast_signed(),
        ExceptionFlags: dwexceptionflags & 1,
        ExceptionRecord: std::ptr::null_mut(),
        ExceptionAddress: std::ptr::without_provenance_mut(context::instruction(&context.0)),
        NumberParameters: count,
        ExceptionInformation: information,
    };
    // SAFETY: both are of this frame.
    match unsafe { dispatch(&mut record, &mut context.0) } {
        Verdict::Continue => {}
        Verdict::End(code) => end(code),
        // SAFETY: ends the process, with a core file where that is wanted.
        Verdict::Unhandled => unsafe { libc::abort() },
    }
}

/// The structure is a type (0x1000), a name, a thread's id (-1 is the caller) and flags.
///
/// # Safety
/// The name is null or ends with 0.
unsafe fn name_thread(arguments: &[usize]) {
    let [kind, name, thread, ..] = *arguments else {
        return;
    };
    let name: *const libc::c_char = std::ptr::with_exposed_provenance(name);
    // SAFETY: takes nothing.
    let this = unsafe { libc::gettid() }.cast_unsigned();
    let is_this = [u32::MAX, this].contains(&(thread as u32));
    if kind as u32 != 0x1000 || is_bad(name) || !is_this {
        return;
    }
    // SAFETY: terminated by this function's contract.
    let text = unsafe { CStr::from_ptr(name) }.to_bytes();
    let mut short = [0u8; 16];
    let length = text.len().min(15);
    short[..length].copy_from_slice(&text[..length]);
    // SAFETY: 15 bytes and a terminator.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), short.as_ptr().cast()) };
}
