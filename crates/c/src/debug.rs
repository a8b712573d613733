//! The debug heap and its reports, of which the reports remain: hooks, modes, and a line on standard error.

use std::ffi::c_int;
use std::io::Write;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering};

use crate::errno::{EINVAL, invalid};
use crate::format::arguments::{Passed, VaList};
use crate::unit::{self, Unit, pair};

/// `_CRT_WARN`, `_CRT_ERROR`, `_CRT_ASSERT`.
const KINDS: usize = 3;
const ASSERT: c_int = 2;
/// `_CRTDBG_MODE_FILE`, `_CRTDBG_MODE_DEBUG`, `_CRTDBG_MODE_WNDW`, and the question.
const MODE_WINDOW: c_int = 4;
const ALL_MODES: c_int = 7;
const QUESTION: c_int = -1;

static FLAGS: AtomicI32 = AtomicI32::new(1);
static MODES: [AtomicI32; KINDS] = [
    AtomicI32::new(2),
    AtomicI32::new(MODE_WINDOW),
    AtomicI32::new(MODE_WINDOW),
];
static FILES: [AtomicUsize; KINDS] = [const { AtomicUsize::new(0) }; KINDS];

/// `_CrtSetDbgFlag`: the flags before. They are kept; no heap is watched. `_CRTDBG_REPORT_FLAG` only asks.
#[unsafe(no_mangle)]
extern "C" fn _CrtSetDbgFlag(flags: c_int) -> c_int {
    if flags == QUESTION {
        FLAGS.load(Ordering::Relaxed)
    } else {
        FLAGS.swap(flags, Ordering::Relaxed)
    }
}

/// `_CrtSetReportMode`: the modes before of a kind of report, -1 for a kind or mode without meaning.
#[unsafe(no_mangle)]
extern "C" fn _CrtSetReportMode(kind: c_int, mode: c_int) -> c_int {
    let modes = usize::try_from(kind).ok().and_then(|kind| MODES.get(kind));
    match (modes, mode) {
        (Some(modes), QUESTION) => modes.load(Ordering::Relaxed),
        (Some(modes), mode) if mode & !ALL_MODES == 0 => modes.swap(mode, Ordering::Relaxed),
        _ => {
            invalid(EINVAL);
            -1
        }
    }
}

/// `_CrtSetReportFile`: the file before of a kind of report. Reports go to standard error, or to standard output if that is
/// what was set.
#[unsafe(no_mangle)]
extern "C" fn _CrtSetReportFile(kind: c_int, file: usize) -> usize {
    const ASKED: usize = (-6_isize).cast_unsigned();
    let files = usize::try_from(kind).ok().and_then(|kind| FILES.get(kind));
    match files {
        Some(files) if file == ASKED => files.load(Ordering::Relaxed),
        Some(files) => files.swap(file, Ordering::Relaxed),
        None => {
            invalid(EINVAL);
            0
        }
    }
}

/// A hook of reports: kind, text, and what to return; not 0 when it has dealt with the report.
type Hook<U> = unsafe extern "C" fn(c_int, *mut U, *mut c_int) -> c_int;

/// Where the hooks of one kind of text stand: the simple one, and those of `_CrtSetReportHook2`.
struct Hooks {
    simple: AtomicPtr<()>,
    more: parking_lot::Mutex<Vec<usize>>,
}

impl Hooks {
    const fn new() -> Self {
        Self {
            simple: AtomicPtr::new(std::ptr::null_mut()),
            more: parking_lot::Mutex::new(Vec::new()),
        }
    }
}

static NARROW: Hooks = Hooks::new();
static WIDE: Hooks = Hooks::new();

fn hooks<U: Unit>() -> &'static Hooks {
    if U::WIDE { &WIDE } else { &NARROW }
}

fn as_hook<U: Unit>(address: *mut ()) -> Option<Hook<U>> {
    // SAFETY: only hooks of this kind of text are stored in `hooks::<U>()`, or null; both are what the Option can be.
    unsafe { std::mem::transmute::<*mut (), Option<Hook<U>>>(address) }
}

/// # Safety
/// Sound with any hook of the program's.
unsafe fn set_hook<U: Unit>(hook: Option<Hook<U>>) -> Option<Hook<U>> {
    let address = hook.map_or(std::ptr::null_mut(), |hook| hook as *mut ());
    as_hook(hooks::<U>().simple.swap(address, Ordering::AcqRel))
}

/// # Safety
/// Sound with any hook of the program's.
unsafe fn set_hook2<U: Unit>(mode: c_int, hook: Option<Hook<U>>) -> c_int {
    const INSTALL: c_int = 0;
    const REMOVE: c_int = 1;
    let Some(hook) = hook else {
        invalid(EINVAL);
        return -1;
    };
    let address = hook as *mut ();
    let mut more = hooks::<U>().more.lock();
    let address = address.expose_provenance();
    match mode {
        INSTALL => {
            more.retain(|known| *known != address);
            more.push(address);
        }
        REMOVE if more.contains(&address) => more.retain(|known| *known != address),
        _ => {
            drop(more);
            invalid(EINVAL);
            return -1;
        }
    }
    c_int::try_from(more.len()).unwrap_or(c_int::MAX)
}

pair! {
    /// `_CrtSetReportHook`, `_CrtSetReportHookW`: what is called with each report; the former one.
    _CrtSetReportHook, _CrtSetReportHookW, (hook: Option<Hook<U>>) -> Option<Hook<U>> => set_hook
}
pair! {
    /// `_CrtSetReportHook2`, `_CrtSetReportHookW2`: adds a hook (0) or takes it away (1); how many there are, or -1.
    _CrtSetReportHook2, _CrtSetReportHookW2, (mode: c_int, hook: Option<Hook<U>>) -> c_int => set_hook2
}

/// Calls the hooks until one has dealt with the report; what it returned.
fn called<U: Unit>(kind: c_int, text: &[U]) -> Option<c_int> {
    let mut text = text.to_vec();
    text.push(U::default());
    let more: Vec<usize> = hooks::<U>().more.lock().iter().rev().copied().collect();
    let simple = hooks::<U>().simple.load(Ordering::Acquire);
    let addresses = more
        .into_iter()
        .map(std::ptr::with_exposed_provenance_mut)
        .chain([simple]);
    for hook in addresses.filter_map(as_hook::<U>) {
        let mut answer = 0;
        // SAFETY: the program gave the hook for this call; the text ends with a zero.
        if unsafe { hook(kind, text.as_mut_ptr(), &raw mut answer) } != 0 {
            return Some(answer);
        }
    }
    None
}

/// # Safety
/// `file`, `module` and `format` are null or text, `list` has the format's arguments.
unsafe fn report<U: Unit>(
    kind: c_int,
    file: *const U,
    line: c_int,
    module: *const U,
    format: *const U,
    list: *mut VaList,
) -> c_int {
    let Some(modes) = usize::try_from(kind).ok().and_then(|kind| MODES.get(kind)) else {
        invalid(EINVAL);
        return -1;
    };
    let mut message: Vec<U> = Vec::new();
    // SAFETY: by this function's contract.
    unsafe {
        if !file.is_null() {
            message.extend(unit::text(file));
            message.extend(unit::from_bytes::<U>(format!("({line}) : ").as_bytes()));
        }
        if !module.is_null() {
            message.extend(unit::text(module));
            message.extend(unit::from_bytes::<U>(b": "));
        }
        if kind == ASSERT {
            message.extend(unit::from_bytes::<U>(b"Assertion failed: "));
        }
        if !format.is_null() {
            let _ = crate::format::write(unit::text(format), &mut Passed::new(list), &mut message);
        }
        if kind == ASSERT {
            message.push(U::ascii(b'\n'));
        }
    }
    let bytes = unit::bytes(&message);
    // Hooks of the other kind of text are asked as well.
    let answer = called(kind, &message).or_else(|| {
        if U::WIDE {
            called(kind, &bytes)
        } else {
            called(kind, &unit::widen(&bytes))
        }
    });
    if let Some(answer) = answer {
        return answer;
    }
    shown(kind, modes.load(Ordering::Relaxed), &bytes)
}

/// Prints a report. Where Windows shows a window with the choice to end, the process ends.
fn shown(kind: c_int, modes: c_int, text: &[u8]) -> c_int {
    const STANDARD_OUTPUT: usize = (-4_isize).cast_unsigned();
    let file = usize::try_from(kind)
        .ok()
        .and_then(|kind| FILES.get(kind))
        .map_or(0, |file| file.load(Ordering::Relaxed));
    if modes != 0 {
        let _ = if file == STANDARD_OUTPUT {
            std::io::stdout().write_all(text)
        } else {
            std::io::stderr().write_all(text)
        };
    }
    if modes & MODE_WINDOW != 0 {
        if !text.ends_with(b"\n") {
            let _ = std::io::stderr().write_all(b"\n");
        }
        std::process::abort();
    }
    0
}

pair! {
    /// `_CrtDbgReport`, `_CrtDbgReportW` with a list of arguments: the hooks, then a line where the modes say; what a hook
    /// returned, otherwise 0. With `_CRTDBG_MODE_WNDW` (for errors and assertions unless set otherwise) the process ends.
    larboard_debug_report, larboard_debug_report_wide,
    (kind: c_int, file: *const U, line: c_int, module: *const U, format: *const U, list: *mut VaList) -> c_int => report
}

/// `_CrtDumpMemoryLeaks`: 0: no heap is watched, so no leak is known.
#[unsafe(no_mangle)]
extern "C" fn _CrtDumpMemoryLeaks() -> c_int {
    0
}

/// `_set_purecall_handler`'s type.
type Purecall = unsafe extern "C" fn();

static PURECALL: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// `_set_purecall_handler`: what is called when a pure virtual function is; the former one.
#[unsafe(no_mangle)]
extern "C" fn _set_purecall_handler(handler: Option<Purecall>) -> Option<Purecall> {
    let address = handler.map_or(std::ptr::null_mut(), |handler| handler as *mut ());
    as_purecall(PURECALL.swap(address, Ordering::AcqRel))
}

/// `_get_purecall_handler`.
#[unsafe(no_mangle)]
extern "C" fn _get_purecall_handler() -> Option<Purecall> {
    as_purecall(PURECALL.load(Ordering::Acquire))
}

fn as_purecall(address: *mut ()) -> Option<Purecall> {
    // SAFETY: only `_set_purecall_handler` stores, a handler or null; both are what the Option can be.
    unsafe { std::mem::transmute::<*mut (), Option<Purecall>>(address) }
}

/// What stands in the table of a class where a function is pure: in place of the C++ library's.
#[unsafe(no_mangle)]
extern "C" fn __cxa_pure_virtual() -> ! {
    if let Some(handler) = as_purecall(PURECALL.load(Ordering::Acquire)) {
        // SAFETY: the program gave the handler for this call.
        unsafe { handler() };
    }
    let _ = std::io::stderr().write_all(b"R6025 - pure virtual function call\n");
    std::process::abort()
}

static ABORT_BEHAVIOR: AtomicI32 = AtomicI32::new(3);

/// `_set_abort_behavior`: the flags before. They are kept; `abort` prints nothing, and the system decides about a report.
#[unsafe(no_mangle)]
extern "C" fn _set_abort_behavior(flags: u32, mask: u32) -> u32 {
    let (flags, mask) = (flags.cast_signed(), mask.cast_signed());
    let before = ABORT_BEHAVIOR.load(Ordering::Relaxed);
    ABORT_BEHAVIOR.store(before & !mask | flags & mask, Ordering::Relaxed);
    before.cast_unsigned()
}

static ERROR_MODE: AtomicI32 = AtomicI32::new(0);

/// `_set_error_mode`: where errors of the runtime go: kept; they go to standard error. The former mode, -1 for one without
/// meaning.
#[unsafe(no_mangle)]
extern "C" fn _set_error_mode(mode: c_int) -> c_int {
    const ASKED: c_int = 3;
    match mode {
        ASKED => ERROR_MODE.load(Ordering::Relaxed),
        0..=2 => ERROR_MODE.swap(mode, Ordering::Relaxed),
        _ => {
            invalid(EINVAL);
            -1
        }
    }
}
