//! Minidumps of this process, by the crate `minidump-writer`.
//!
//! A process cannot look at its own threads, so a copy of it does: a child that shares nothing, made by clone(2) as it is. The
//! child stops this process, writes, and ends. Two pipes join them: it begins when this process has allowed it to look, and
//! tells how it ended. A child that cannot go on, because another thread held the lock of the memory when it was made, is
//! given up after a minute.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crash_context::CrashContext;
use minidump_writer::CrashContextExt;
use minidump_writer::minidump_writer::MinidumpWriterConfig;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_TIMEOUT, EXCEPTION_ACCESS_VIOLATION, EXCEPTION_BREAKPOINT,
    EXCEPTION_DATATYPE_MISALIGNMENT, EXCEPTION_ILLEGAL_INSTRUCTION, EXCEPTION_IN_PAGE_ERROR,
    EXCEPTION_INT_DIVIDE_BY_ZERO, EXCEPTION_SINGLE_STEP, EXCEPTION_STACK_OVERFLOW, FALSE, HANDLE,
    NTSTATUS, TRUE,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    CONTEXT, MINIDUMP_CALLBACK_INFORMATION, MINIDUMP_EXCEPTION_INFORMATION, MINIDUMP_TYPE,
    MINIDUMP_USER_STREAM_INFORMATION,
};
use windows_sys::core::BOOL;

use super::context;
use crate::error::Win32Error;
use crate::files::open::with_disk;
use crate::guard::{is_bad, win32};
use crate::path::errno;
use crate::process;

/// How long the dump may take, in milliseconds.
const LIMIT: i32 = 60_000;

/// Writes a minidump of this process to a file that is open for writing, from its file pointer on: threads with their stacks
/// and registers, modules, and the exception, if one is given, with the number of Linux' signal for a fault. It is a minidump
/// of a Linux process, for debuggers that know these (LLDB, Breakpad, rust-minidump; Visual Studio with symbols it can read).
/// The type has no effect: memory beyond the stacks is not written. Streams and callbacks of the program have none either.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED` for a file that is not open for writing, and where the system does
/// not allow it; `ERROR_INVALID_PARAMETER` for another process; `ERROR_TIMEOUT`; `ERROR_GEN_FAILURE`.
///
/// # Safety
/// `exceptionparam` is null or valid, as are the pointers of an exception behind it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MiniDumpWriteDump(
    hprocess: HANDLE,
    processid: u32,
    hfile: HANDLE,
    _dumptype: MINIDUMP_TYPE,
    exceptionparam: *const MINIDUMP_EXCEPTION_INFORMATION,
    _userstreamparam: *const MINIDUMP_USER_STREAM_INFORMATION,
    _callbackparam: *const MINIDUMP_CALLBACK_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        process::check_current(hprocess)?;
        if processid != std::process::id() {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let file = with_disk(hfile, |disk, fd| {
            if !disk.writes {
                return Err(ERROR_ACCESS_DENIED.into());
            }
            // SAFETY: takes a descriptor and numbers.
            owned(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
        })?;
        // SAFETY: this function's contract.
        let crash = unsafe { Crash::of(exceptionparam) };
        write(file.into(), crash)?;
        Ok(TRUE)
    })
}

fn owned(fd: i32) -> Result<OwnedFd, Win32Error> {
    if fd < 0 {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    // SAFETY: a fresh descriptor that nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn pipe() -> Result<(File, File), Win32Error> {
    let mut ends = [-1; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    Ok((owned(ends[0])?.into(), owned(ends[1])?.into()))
}

fn write(file: File, crash: Crash) -> Result<(), Win32Error> {
    let this = std::process::id().cast_signed();
    let (mut go, mut begin) = pipe()?;
    let (mut done, mut end) = pipe()?;
    // SAFETY: a child with a copy of this process, which does nothing but what follows, and tells nobody of its end.
    let child = unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) } as i32;
    match child {
        ..0 => return Err(ERROR_NOT_ENOUGH_MEMORY.into()),
        0 => {
            drop((begin, done));
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                go.read_exact(&mut [0]).is_ok() && dump(this, file, crash)
            }));
            let written = outcome.unwrap_or(false);
            let told = end.write_all(&[u8::from(written)]);
            // SAFETY: the end of the child, without the handlers of this program.
            unsafe { libc::_exit(i32::from(told.is_err())) };
        }
        _ => {}
    }
    drop((go, end, file));
    // SAFETY: takes numbers. Where nothing forbids looking at other processes it is not known, which does no harm.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, child, 0, 0, 0) };
    let outcome = begin
        .write_all(&[1])
        .map_err(|_| Win32Error(ERROR_GEN_FAILURE));
    let outcome = outcome.and_then(|()| await_end(&mut done));
    if outcome == Err(ERROR_TIMEOUT.into()) {
        // SAFETY: our own child, which has not been waited for.
        unsafe { libc::kill(child, libc::SIGKILL) };
    }
    // SAFETY: as above; the status is not asked for.
    while unsafe { libc::waitpid(child, std::ptr::null_mut(), libc::__WALL) } < 0
        && errno() == libc::EINTR
    {}
    // SAFETY: takes numbers: nobody may look any more.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, 0, 0, 0, 0) };
    outcome
}

fn await_end(done: &mut File) -> Result<(), Win32Error> {
    let mut place = libc::pollfd {
        fd: done.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    loop {
        // SAFETY: one place, of this frame.
        match unsafe { libc::poll(&mut place, 1, LIMIT) } {
            0 => return Err(ERROR_TIMEOUT.into()),
            ..0 if errno() == libc::EINTR => {}
            _ => break,
        }
    }
    let mut written = [0];
    match done.read(&mut written) {
        Ok(1) if written == [1] => Ok(()),
        Ok(1) => Err(ERROR_ACCESS_DENIED.into()),
        _ => Err(ERROR_GEN_FAILURE.into()),
    }
}

/// The child's work.
fn dump(process: i32, mut file: File, crash: Crash) -> bool {
    let mut config = MinidumpWriterConfig::new(process, crash.thread);
    if let Some(inner) = crash.context {
        config.set_crash_context(CrashContextExt { inner: *inner });
    }
    config.write(&mut file).is_ok()
}

/// Who is to blame, and for what.
struct Crash {
    thread: i32,
    context: Option<Box<CrashContext>>,
}

impl Crash {
    /// # Safety
    /// As for [`MiniDumpWriteDump`].
    unsafe fn of(parameter: *const MINIDUMP_EXCEPTION_INFORMATION) -> Self {
        // SAFETY: takes nothing.
        let this = unsafe { libc::gettid() };
        let nothing = Self {
            thread: this,
            context: None,
        };
        if is_bad(parameter) {
            return nothing;
        }
        // SAFETY: valid by this function's contract.
        let parameter = unsafe { parameter.read_unaligned() };
        let thread = match parameter.ThreadId.cast_signed() {
            id @ 1.. => id,
            _ => this,
        };
        let pointers = parameter.ExceptionPointers;
        if is_bad(pointers) {
            return Self { thread, ..nothing };
        }
        // SAFETY: the pointers of an exception, by this function's contract.
        let (record, context) = unsafe {
            let pointers = pointers.read_unaligned();
            if is_bad(pointers.ExceptionRecord) || is_bad(pointers.ContextRecord) {
                return Self { thread, ..nothing };
            }
            (
                pointers.ExceptionRecord.read_unaligned(),
                pointers.ContextRecord.read_unaligned(),
            )
        };
        // SAFETY: integers, and pointers that nobody follows: all zero is a value.
        let mut crash: Box<CrashContext> = Box::new(unsafe { std::mem::zeroed() });
        crash.pid = std::process::id().cast_signed();
        crash.tid = thread;
        crash.siginfo.ssi_signo = signal(record.ExceptionCode);
        crash.siginfo.ssi_addr = match record.NumberParameters {
            2.. => record.ExceptionInformation[1],
            _ => record.ExceptionAddress.addr(),
        } as u64;
        registers(&context, &mut crash);
        Self {
            thread,
            context: Some(crash),
        }
    }
}

/// What Linux calls a fault; another exception keeps its code.
fn signal(code: NTSTATUS) -> u32 {
    let signal = match code {
        EXCEPTION_ACCESS_VIOLATION | EXCEPTION_STACK_OVERFLOW => libc::SIGSEGV,
        EXCEPTION_IN_PAGE_ERROR | EXCEPTION_DATATYPE_MISALIGNMENT => libc::SIGBUS,
        EXCEPTION_ILLEGAL_INSTRUCTION => libc::SIGILL,
        EXCEPTION_BREAKPOINT | EXCEPTION_SINGLE_STEP => libc::SIGTRAP,
        // The other faults of arithmetic stand round this one.
        code if code & !0xF == EXCEPTION_INT_DIVIDE_BY_ZERO & !0xF => libc::SIGFPE,
        code => code,
    };
    signal.cast_unsigned()
}

#[cfg(target_arch = "x86_64")]
fn registers(context: &CONTEXT, crash: &mut CrashContext) {
    // SAFETY: integers and null pointers are values.
    let mut linux: libc::ucontext_t = unsafe { std::mem::zeroed() };
    context::to_linux(context, &mut linux);
    crash.context.uc_mcontext.gregs = linux.uc_mcontext.gregs;
    let selectors = i64::from(context.SegCs)
        | i64::from(context.SegGs) << 16
        | i64::from(context.SegFs) << 32
        | i64::from(context.SegSs) << 48;
    crash.context.uc_mcontext.gregs[libc::REG_CSGSFS as usize] = selectors;
    const { assert!(size_of::<crash_context::fpregset_t>() == 512) };
    // SAFETY: both are the state of the floating-point unit in the format of FXSAVE, 512 bytes.
    unsafe {
        let state = &raw const context.Anonymous.FltSave;
        (&raw mut crash.float_state)
            .cast::<u8>()
            .copy_from_nonoverlapping(state.cast(), 512);
    }
}

#[cfg(target_arch = "aarch64")]
fn registers(context: &CONTEXT, crash: &mut CrashContext) {
    // SAFETY: integers and null pointers are values.
    let mut linux: libc::ucontext_t = unsafe { std::mem::zeroed() };
    context::to_linux(context, &mut linux);
    let machine = &mut crash.context.uc_mcontext;
    machine.regs = linux.uc_mcontext.regs;
    machine.sp = linux.uc_mcontext.sp;
    machine.pc = linux.uc_mcontext.pc;
    machine.pstate = linux.uc_mcontext.pstate;
}
