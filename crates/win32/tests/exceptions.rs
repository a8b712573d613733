//! Exceptions and the filter of the process. What fails here ends its process, so each case runs in a child of its own: this
//! program again, told by a variable what to do.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use larboard_win32::Win32::Foundation::{
    CloseHandle, EXCEPTION_ACCESS_VIOLATION, EXCEPTION_BREAKPOINT, EXCEPTION_ILLEGAL_INSTRUCTION,
    EXCEPTION_INT_DIVIDE_BY_ZERO, EXCEPTION_STACK_OVERFLOW, GENERIC_WRITE, GetLastError,
};
use larboard_win32::Win32::Storage::FileSystem::{CREATE_ALWAYS, CreateFileA};
use larboard_win32::Win32::System::Diagnostics::Debug::{
    AddVectoredExceptionHandler, DebugBreak, EXCEPTION_POINTERS, GetErrorMode, IsDebuggerPresent,
    MINIDUMP_EXCEPTION_INFORMATION, MiniDumpWriteDump, RaiseException,
    RemoveVectoredExceptionHandler, SetErrorMode, SetUnhandledExceptionFilter,
};
use larboard_win32::Win32::System::Threading::{
    CreateThread, GetCurrentProcess, GetCurrentProcessId, GetCurrentThreadId, INFINITE,
    WaitForSingleObject,
};

const CASE: &str = "LARBOARD_EXCEPTION_CASE";

/// Runs a case in a child: how it ended, and what it said.
fn run(case: &str) -> (ExitStatus, String) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CASE, case)
        .output()
        .expect("run this program");
    (
        output.status,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The child's side; without a case there is nothing to do.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    // SAFETY: the filters below take what they are given; what fails does so on purpose, in a process made for it.
    unsafe {
        match case.as_str() {
            "goes on" => {
                SetUnhandledExceptionFilter(Some(skip_read));
                assert_eq!(read_nothing(), 0x77);
                eprintln!("went on");
            }
            "searches" => {
                SetUnhandledExceptionFilter(Some(tell_and_search));
                read_nothing();
            }
            "no filter" => {
                SetUnhandledExceptionFilter(Some(tell_and_end));
                SetUnhandledExceptionFilter(None);
                read_nothing();
            }
            "sent" => {
                SetUnhandledExceptionFilter(Some(tell_and_end));
                // Rust's own handler takes the first one for a fault that repeats itself.
                libc::raise(libc::SIGSEGV);
                libc::raise(libc::SIGSEGV);
            }
            "on another thread" => {
                SetUnhandledExceptionFilter(Some(tell_and_end));
                let thread = CreateThread(
                    null_mut(),
                    0,
                    Some(overflow_there),
                    null_mut(),
                    0,
                    null_mut(),
                );
                WaitForSingleObject(thread, INFINITE);
            }
            "vectored" => {
                let last = AddVectoredExceptionHandler(0, Some(second));
                AddVectoredExceptionHandler(1, Some(first));
                SetUnhandledExceptionFilter(Some(tell_and_end));
                RaiseException(0xE000_0001, 0, 0, std::ptr::null());
                eprintln!("went on");
                assert_eq!(RemoveVectoredExceptionHandler(last), 1);
                assert_eq!(RemoveVectoredExceptionHandler(last), 0);
                RaiseException(0xE000_0002, 0, 0, std::ptr::null());
            }
            "dump" => {
                SetUnhandledExceptionFilter(Some(write_dump));
                fail("read");
            }
            other => {
                SetUnhandledExceptionFilter(Some(tell_and_end));
                fail(other);
            }
        }
    }
}

/// # Safety
/// Ends the process.
unsafe fn fail(how: &str) {
    // SAFETY: this function's contract.
    unsafe {
        match how {
            "read" => drop(read_nothing()),
            "write" => null_mut::<u32>().wrapping_add(4).write_volatile(1),
            "divide" => divide(),
            "illegal" => illegal(),
            "break" => DebugBreak(),
            "overflow" => drop(overflow(1)),
            "raise" => RaiseException(0xE000_0042, 1, 2, [7usize, 8].as_ptr()),
            other => panic!("no such case: {other}"),
        }
    }
}

unsafe extern "system" fn tell_and_end(pointers: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the pointers of an exception.
    let record = unsafe { &*(*pointers).ExceptionRecord };
    let information = &record.ExceptionInformation[..record.NumberParameters as usize];
    eprintln!("{:#X} {:X?}", record.ExceptionCode, information);
    1
}

unsafe extern "system" fn tell_and_search(pointers: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the pointers of an exception.
    unsafe { tell_and_end(pointers) };
    0
}

unsafe extern "system" fn first(_: *mut EXCEPTION_POINTERS) -> i32 {
    eprintln!("first");
    0
}

unsafe extern "system" fn second(_: *mut EXCEPTION_POINTERS) -> i32 {
    eprintln!("second");
    -1
}

/// Puts a value where the failing instruction would have, and goes on behind it.
unsafe extern "system" fn skip_read(pointers: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the pointers of an exception.
    let context = unsafe { &mut *(*pointers).ContextRecord };
    #[cfg(target_arch = "x86_64")]
    {
        context.Rax = 0x77;
        context.Rip = RESUME.load(Ordering::Relaxed) as u64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        context.Anonymous.X[0] = 0x77;
        context.Pc = RESUME.load(Ordering::Relaxed) as u64;
    }
    -1
}

/// Behind the instruction that fails.
static RESUME: AtomicUsize = AtomicUsize::new(0);

#[inline(never)]
fn read_nothing() -> usize {
    let mut value = 24usize;
    // SAFETY: the read fails; the filter that goes on does so at the label.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!(
            "lea {there}, [rip + 2f]",
            "mov [{place}], {there}",
            "mov rax, [rax]",
            "2:",
            place = in(reg) RESUME.as_ptr(),
            there = out(reg) _,
            inout("rax") value,
        );
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!(
            "adr {there}, 2f",
            "str {there}, [{place}]",
            "ldr x0, [x0]",
            "2:",
            place = in(reg) RESUME.as_ptr(),
            there = out(reg) _,
            inout("x0") value,
        );
    }
    value
}

fn divide() {
    // SAFETY: fails, on purpose.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("div {zero:e}", zero = in(reg) 0, inout("eax") 1 => _, inout("edx") 0 => _);
    }
}

fn illegal() {
    // SAFETY: fails, on purpose.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("ud2");
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("udf #0");
    }
}

#[inline(never)]
fn overflow(depth: usize) -> usize {
    let memory = std::hint::black_box([depth; 512]);
    // Not the last call, or it would be a loop.
    if depth == 0 {
        0
    } else {
        overflow(depth + 1) + memory[depth % 512]
    }
}

unsafe extern "system" fn overflow_there(_: *mut std::ffi::c_void) -> u32 {
    overflow(1) as u32
}

/// An exception has the code, the kind of access and the address that Windows tells, and the process ends with the code's
/// lowest byte.
#[test]
fn codes_of_faults() {
    let cases = [
        ("read", EXCEPTION_ACCESS_VIOLATION, "[0, 18]"),
        ("write", EXCEPTION_ACCESS_VIOLATION, "[1, 10]"),
        ("illegal", EXCEPTION_ILLEGAL_INSTRUCTION, "[]"),
        ("break", EXCEPTION_BREAKPOINT, "[0]"),
        ("raise", 0xE000_0042_u32.cast_signed(), "[7, 8]"),
    ];
    for (case, code, information) in cases {
        let (status, said) = run(case);
        assert!(
            said.contains(&format!("{code:#X} {information}")),
            "{case}: {said}"
        );
        assert_eq!(status.code(), Some(code & 0xFF), "{case}");
    }
}

/// Division by zero is told as such.
#[test]
#[cfg(target_arch = "x86_64")]
fn division_by_zero() {
    let (status, said) = run("divide");
    assert!(
        said.contains(&format!("{EXCEPTION_INT_DIVIDE_BY_ZERO:#X} []")),
        "{said}"
    );
    assert_eq!(status.code(), Some(EXCEPTION_INT_DIVIDE_BY_ZERO & 0xFF));
}

/// Writes a minidump, as programs do in their filters.
unsafe extern "system" fn write_dump(pointers: *const EXCEPTION_POINTERS) -> i32 {
    let name = std::env::var("LARBOARD_DUMP").expect("a name") + "\0";
    let exception = MINIDUMP_EXCEPTION_INFORMATION {
        // SAFETY: takes nothing.
        ThreadId: unsafe { GetCurrentThreadId() },
        ExceptionPointers: pointers.cast_mut(),
        ClientPointers: 0,
    };
    // SAFETY: the name is terminated, everything else of this frame.
    unsafe {
        let (none, how) = (std::ptr::null(), CREATE_ALWAYS);
        let file = CreateFileA(name.as_ptr(), GENERIC_WRITE, 0, none, how, 0, null_mut());
        let this = (GetCurrentProcess(), GetCurrentProcessId());
        let written = MiniDumpWriteDump(
            this.0,
            this.1,
            file,
            2,
            &exception,
            none.cast(),
            none.cast(),
        );
        eprintln!(
            "written {written} {}",
            if written != 0 { 0 } else { GetLastError() }
        );
        CloseHandle(file);
    }
    1
}

fn number(dump: &[u8], at: usize) -> usize {
    u32::from_le_bytes(dump[at..at + 4].try_into().expect("four bytes")) as usize
}

/// MiniDumpWriteDump writes the threads, the modules and the exception of the process that fails.
#[test]
fn a_minidump() {
    const THREADS: usize = 3;
    const MODULES: usize = 4;
    const EXCEPTION: usize = 6;
    let name = std::env::temp_dir().join(format!("larboard-{}.dmp", std::process::id()));
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CASE, "dump")
        .env("LARBOARD_DUMP", &name)
        .output()
        .expect("run this program");
    let said = String::from_utf8_lossy(&output.stderr);
    let dump = std::fs::read(&name).expect("the dump");
    // The folder for temporary files is cleaned up by others if this fails.
    let _ = std::fs::remove_file(&name);
    if said.contains("written 0 5") {
        println!("skipped: the system does not allow a process to look at its parent");
        return;
    }
    assert!(said.contains("written 1 0"), "{said}");
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert_eq!(&dump[..4], b"MDMP");
    let (count, directory) = (number(&dump, 8), number(&dump, 12));
    let stream = |kind| {
        let entry = (0..count)
            .map(|at| directory + 12 * at)
            .find(|&at| number(&dump, at) == kind);
        number(&dump, entry.expect("the stream") + 8)
    };
    // The main thread of the test runner and the one that failed.
    assert_eq!(number(&dump, stream(THREADS)), 2);
    assert!(number(&dump, stream(MODULES)) >= 2);
    // Behind the thread and padding: code, flags, a pointer, the address.
    let exception = stream(EXCEPTION) + 8;
    assert_eq!(number(&dump, exception), libc::SIGSEGV as usize);
    assert_eq!(number(&dump, exception + 16), 0x18);
}

/// A thread that has used up its stack is told of on another one.
#[test]
fn stack_overflow() {
    let code = format!("{EXCEPTION_STACK_OVERFLOW:#X}");
    for case in ["overflow", "on another thread"] {
        let (status, said) = run(case);
        assert!(said.contains(&code), "{case}: {said}");
        assert_eq!(
            status.code(),
            Some(EXCEPTION_STACK_OVERFLOW & 0xFF),
            "{case}"
        );
    }
}

/// A filter that answers EXCEPTION_CONTINUE_EXECUTION has changed the context, and the thread goes on with it.
#[test]
fn going_on() {
    let (status, said) = run("goes on");
    assert!(said.contains("went on"), "{said}");
    assert!(status.success(), "{status}");
}

/// A filter that answers EXCEPTION_CONTINUE_SEARCH, or none, leaves the process to the signal; a signal that is sent is no
/// exception.
#[test]
fn the_usual_end() {
    let (status, said) = run("searches");
    assert!(said.contains("0xC0000005"), "{said}");
    assert_eq!(status.signal(), Some(libc::SIGSEGV), "{status}");
    for case in ["no filter", "sent"] {
        let (status, said) = run(case);
        assert!(!said.contains("0xC0000005"), "{case}: {said}");
        assert_eq!(status.signal(), Some(libc::SIGSEGV), "{case}: {status}");
    }
}

/// Vectored handlers are asked in their order and before the filter; one that goes on ends the matter.
#[test]
fn vectored_handlers() {
    let (status, said) = run("vectored");
    let lines: Vec<_> = said.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        ["first", "second", "went on", "first", "0xE0000002 []"],
        "{said}"
    );
    assert_eq!(status.code(), Some(2), "{status}");
}

/// The filter before is returned; the mode of errors is remembered; nobody traces this program.
#[test]
fn what_is_remembered() {
    // SAFETY: the filter takes what it is given.
    unsafe {
        assert!(SetUnhandledExceptionFilter(Some(tell_and_search)).is_none());
        let before = SetUnhandledExceptionFilter(None).expect("the filter before");
        assert_eq!(before as usize, tell_and_search as *const () as usize);
        assert_eq!(
            (SetErrorMode(3), GetErrorMode(), SetErrorMode(0)),
            (0, 3, 3)
        );
        let traced = std::fs::read_to_string("/proc/self/status").expect("the status");
        let traced = !traced.contains("TracerPid:\t0\n");
        assert_eq!(IsDebuggerPresent() != 0, traced);
    }
}

/// RaiseException with the code for a debugger names the thread.
#[test]
fn names_of_threads() {
    let name = c"worker of a port".as_ptr();
    let arguments = [0x1000, name.expose_provenance(), u32::MAX as usize];
    // SAFETY: the structure of this code.
    unsafe { RaiseException(0x406D_1388, 0, 3, arguments.as_ptr()) };
    let mut now = [0u8; 16];
    // SAFETY: room for a name.
    unsafe { libc::pthread_getname_np(libc::pthread_self(), now.as_mut_ptr().cast(), 16) };
    assert_eq!(&now, b"worker of a por\0");
}
