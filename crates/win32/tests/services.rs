//! Services in the foreground. Each case runs in a process of its own: this program again, told by a variable what to do.

use std::ffi::c_void;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use larboard_win32::Win32::Foundation::{
    ERROR_DATABASE_DOES_NOT_EXIST, ERROR_INVALID_DATA, ERROR_INVALID_HANDLE,
    ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_NOT_IN_EXE, GetLastError, HANDLE, NO_ERROR,
};
use larboard_win32::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_INFORMATION_TYPE, RegisterEventSourceW, ReportEventW,
};
use larboard_win32::Win32::System::Services::{
    CloseServiceHandle, ControlService, DeleteService, OpenSCManagerA, OpenSCManagerW,
    OpenServiceA, QueryServiceStatus, RegisterServiceCtrlHandlerA, RegisterServiceCtrlHandlerExW,
    SERVICE_ACCEPT_SHUTDOWN, SERVICE_ACCEPT_STOP, SERVICE_CONTROL_STOP, SERVICE_RUNNING,
    SERVICE_STATUS, SERVICE_STOPPED, SERVICE_TABLE_ENTRYW, SERVICE_WIN32_OWN_PROCESS,
    SetServiceStatus, StartServiceCtrlDispatcherW, StartServiceW,
};
use larboard_win32::Win32::System::Threading::{
    CreateEventW, INFINITE, SetEvent, WaitForSingleObject,
};

const CASE: &str = "LARBOARD_SERVICE_CASE";

static STOP: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static STATUS: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

fn say(state: u32, accepts: u32) -> i32 {
    let status = SERVICE_STATUS {
        dwServiceType: SERVICE_WIN32_OWN_PROCESS,
        dwCurrentState: state,
        dwControlsAccepted: accepts,
        ..Default::default()
    };
    // SAFETY: the structure is of this frame.
    unsafe { SetServiceStatus(STATUS.load(Ordering::Acquire), &status) }
}

/// A service as programs write it: it runs until its handler sets the event.
unsafe extern "system" fn service(count: u32, arguments: *mut *mut u16) {
    let accepts = if case() == "shutdown" {
        SERVICE_ACCEPT_SHUTDOWN
    } else {
        SERVICE_ACCEPT_STOP
    };
    // SAFETY: the arguments are those of a main function; everything else is of this program.
    unsafe {
        assert_eq!((count, **arguments), (1, u16::from(b'E')));
        let event = CreateEventW(std::ptr::null(), 1, 0, std::ptr::null());
        STOP.store(event, Ordering::Release);
        let name = *arguments;
        let status = RegisterServiceCtrlHandlerExW(name, Some(handler), event);
        assert!(!status.is_null());
        STATUS.store(status, Ordering::Release);
        assert_eq!(say(SERVICE_RUNNING, accepts), 1);
        println!("running");
        WaitForSingleObject(event, INFINITE);
        assert_eq!(say(99, 0), 0);
        assert_eq!(GetLastError(), ERROR_INVALID_DATA);
        println!("stopped");
        assert_eq!(say(SERVICE_STOPPED, 0), 1);
    }
}

unsafe extern "system" fn handler(
    control: u32,
    _: u32,
    _: *mut c_void,
    context: *mut c_void,
) -> u32 {
    println!("control {control}");
    assert_eq!(context, STOP.load(Ordering::Acquire));
    // SAFETY: the event of the service.
    unsafe { SetEvent(context as HANDLE) };
    NO_ERROR
}

fn case() -> String {
    std::env::var(CASE).unwrap_or_default()
}

/// The child's side; without a case there is nothing to do.
#[test]
fn child() {
    if case().is_empty() {
        return;
    }
    let mut name: Vec<u16> = "Echo".encode_utf16().chain([0]).collect();
    let table = [
        SERVICE_TABLE_ENTRYW {
            lpServiceName: name.as_mut_ptr(),
            lpServiceProc: Some(service),
        },
        SERVICE_TABLE_ENTRYW::default(),
    ];
    // SAFETY: the table ends with a null name.
    unsafe {
        assert_eq!(StartServiceCtrlDispatcherW(table.as_ptr()), 1);
        println!("over");
        assert_eq!(StartServiceCtrlDispatcherW(table.as_ptr()), 0);
        assert_eq!(GetLastError(), ERROR_SERVICE_ALREADY_RUNNING);
    }
}

/// Runs a case until it says that it is running, then sends a signal; what it said after that.
fn run(case: &str, signal: i32) -> Vec<String> {
    let mut child: Child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CASE, case)
        .stdout(Stdio::piped())
        .spawn()
        .expect("run this program");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut lines = output.lines().map(|line| line.expect("a line"));
    assert!(
        lines.any(|line| line.ends_with("running")),
        "it does not run"
    );
    // SAFETY: takes numbers; the child has not been waited for.
    unsafe { libc::kill(child.id() as i32, signal) };
    let said: Vec<_> = lines.collect();
    assert!(child.wait().expect("its end").success());
    let over = said
        .iter()
        .position(|line| line == "over")
        .expect("the dispatcher returns");
    said[..over].to_vec()
}

/// A signal is the control that the service accepts; once it is stopped the dispatcher returns.
#[test]
fn signals_are_controls() {
    assert_eq!(run("stop", libc::SIGTERM), ["control 1", "stopped"]);
    assert_eq!(run("stop", libc::SIGINT), ["control 1", "stopped"]);
    assert_eq!(run("shutdown", libc::SIGTERM), ["control 5", "stopped"]);
}

/// Without a dispatcher there are no services, and no handles of them.
#[test]
fn without_a_dispatcher() {
    if !case().is_empty() {
        return;
    }
    unsafe extern "system" fn never(_: u32) {}
    // SAFETY: the pointers are terminated or of this frame.
    unsafe {
        assert!(RegisterServiceCtrlHandlerA(c"Echo".as_ptr().cast(), Some(never)).is_null());
        assert_eq!(GetLastError(), ERROR_SERVICE_NOT_IN_EXE);
        assert_eq!(say(SERVICE_RUNNING, 0), 0);
        assert_eq!(GetLastError(), ERROR_INVALID_HANDLE);
        let nothing = SERVICE_TABLE_ENTRYW::default();
        assert_eq!(StartServiceCtrlDispatcherW(&nothing), 0);
        assert_eq!(GetLastError(), ERROR_INVALID_DATA);
    }
}

/// There is no database of services, and so no handle of one or of a service in it.
#[test]
fn the_manager() {
    let mut status = SERVICE_STATUS::default();
    let (none, name) = (null_mut(), c"Echo".as_ptr().cast());
    // SAFETY: the pointers are null, terminated, or of this frame.
    unsafe {
        assert!(OpenSCManagerW(std::ptr::null(), std::ptr::null(), u32::MAX).is_null());
        assert_eq!(GetLastError(), ERROR_DATABASE_DOES_NOT_EXIST);
        assert!(OpenSCManagerA(std::ptr::null(), std::ptr::null(), u32::MAX).is_null());
        assert_eq!(GetLastError(), ERROR_DATABASE_DOES_NOT_EXIST);
        assert!(OpenServiceA(none, name, u32::MAX).is_null());
        assert_eq!(GetLastError(), ERROR_INVALID_HANDLE);
        for refused in [
            CloseServiceHandle(none),
            StartServiceW(none, 0, std::ptr::null()),
            ControlService(none, SERVICE_CONTROL_STOP, &mut status),
            DeleteService(none),
            QueryServiceStatus(none, &mut status),
        ] {
            assert_eq!((refused, GetLastError()), (0, ERROR_INVALID_HANDLE));
        }
    }
}

/// A source of events is registered, reports, and is given back once.
#[test]
fn the_event_log() {
    let name: Vec<u16> = "Echo".encode_utf16().chain([0]).collect();
    // SAFETY: the names and strings are terminated.
    unsafe {
        let source = RegisterEventSourceW(std::ptr::null(), name.as_ptr());
        assert!(!source.is_null());
        let (strings, kind) = ([name.as_ptr()], EVENTLOG_INFORMATION_TYPE);
        let report = |source| {
            let none = std::ptr::null();
            ReportEventW(source, kind, 0, 7, null_mut(), 1, 0, strings.as_ptr(), none)
        };
        assert_eq!(report(source), 1);
        assert_eq!(DeregisterEventSource(source), 1);
        assert_eq!(
            (DeregisterEventSource(source), GetLastError()),
            (0, ERROR_INVALID_HANDLE)
        );
        assert_eq!((report(source), GetLastError()), (0, ERROR_INVALID_HANDLE));
    }
}
