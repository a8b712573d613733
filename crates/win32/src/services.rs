//! Services, run in the foreground: the process is started by whoever wants the service, and stopped by a signal.
//!
//! `StartServiceCtrlDispatcher` gives each service of its table a thread for its main function, and stays: it turns signals
//! into controls and calls the services' handlers, until every service has said that it is stopped.

pub(crate) mod manager;
mod signals;

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_CALL_NOT_IMPLEMENTED, ERROR_INVALID_DATA, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER,
    ERROR_NOACCESS, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_NOT_IN_EXE, FALSE, NO_ERROR, TRUE,
};
use windows_sys::Win32::System::Services::{
    LPHANDLER_FUNCTION, LPHANDLER_FUNCTION_EX, LPSERVICE_MAIN_FUNCTIONA, LPSERVICE_MAIN_FUNCTIONW,
    SERVICE_ACCEPT_PRESHUTDOWN, SERVICE_ACCEPT_SHUTDOWN, SERVICE_ACCEPT_STOP,
    SERVICE_CONTROL_PRESHUTDOWN, SERVICE_CONTROL_SHUTDOWN, SERVICE_CONTROL_STOP, SERVICE_PAUSED,
    SERVICE_START_PENDING, SERVICE_STATUS, SERVICE_STATUS_HANDLE, SERVICE_STOPPED,
    SERVICE_TABLE_ENTRYA, SERVICE_TABLE_ENTRYW,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::text::Unit;
use crate::threads;

/// Runs the services of a table, which ends with a null name, each on a thread of its own, and returns when all are stopped.
///
/// SIGTERM, and SIGINT where nobody else handles it, reach each service as `SERVICE_CONTROL_STOP`, or as
/// `SERVICE_CONTROL_PRESHUTDOWN` or `SERVICE_CONTROL_SHUTDOWN` if it accepts only these; a service that accepts none of them
/// is ended by the signal, with the process. Handlers are called on this thread. It never fails for want of a service
/// controller.
///
/// Errors: `ERROR_INVALID_DATA` for an empty table or a null main function, `ERROR_NOACCESS` for a null pointer,
/// `ERROR_SERVICE_ALREADY_RUNNING` for the second call.
///
/// # Safety
/// The table is null or valid up to its end; the main functions may be called once, on other threads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceCtrlDispatcherW(
    lpservicestarttable: *const SERVICE_TABLE_ENTRYW,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let table = unsafe {
            table(lpservicestarttable, |entry| {
                (entry.lpServiceName, entry.lpServiceProc.map(Main::Wide))
            })
        }?;
        run(table)
    })
}

/// As [`StartServiceCtrlDispatcherW`], with narrow names and arguments.
///
/// # Safety
/// As for [`StartServiceCtrlDispatcherW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceCtrlDispatcherA(
    lpservicestarttable: *const SERVICE_TABLE_ENTRYA,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let table = unsafe {
            table(lpservicestarttable, |entry| {
                (entry.lpServiceName, entry.lpServiceProc.map(Main::Narrow))
            })
        }?;
        run(table)
    })
}

/// Names the handler of a service for controls. The only service of a process is meant whatever the name.
///
/// Errors: null with `ERROR_SERVICE_NOT_IN_EXE` for an unknown name or without a dispatcher, `ERROR_INVALID_PARAMETER` for a
/// null handler.
///
/// # Safety
/// The name is null or ends with 0; the handler may be called on the dispatcher's thread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerW(
    lpservicename: PCWSTR,
    lphandlerproc: LPHANDLER_FUNCTION,
) -> SERVICE_STATUS_HANDLE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpservicename, lphandlerproc.map(Handler::Plain))
    })
}

/// As [`RegisterServiceCtrlHandlerW`], with a narrow name.
///
/// # Safety
/// As for [`RegisterServiceCtrlHandlerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerA(
    lpservicename: PCSTR,
    lphandlerproc: LPHANDLER_FUNCTION,
) -> SERVICE_STATUS_HANDLE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpservicename, lphandlerproc.map(Handler::Plain))
    })
}

/// As [`RegisterServiceCtrlHandlerW`], for a handler that also gets a context.
///
/// # Safety
/// As for [`RegisterServiceCtrlHandlerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerExW(
    lpservicename: PCWSTR,
    lphandlerproc: LPHANDLER_FUNCTION_EX,
    lpcontext: *const c_void,
) -> SERVICE_STATUS_HANDLE {
    let context = lpcontext.expose_provenance();
    let handler = lphandlerproc.map(|handler| Handler::WithContext(handler, context));
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpservicename, handler)
    })
}

/// As [`RegisterServiceCtrlHandlerExW`], with a narrow name.
///
/// # Safety
/// As for [`RegisterServiceCtrlHandlerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerExA(
    lpservicename: PCSTR,
    lphandlerproc: LPHANDLER_FUNCTION_EX,
    lpcontext: *const c_void,
) -> SERVICE_STATUS_HANDLE {
    let context = lpcontext.expose_provenance();
    let handler = lphandlerproc.map(|handler| Handler::WithContext(handler, context));
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpservicename, handler)
    })
}

/// Says in what state a service is. Once all are `SERVICE_STOPPED` the dispatcher returns.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_DATA` for a state that does not exist; `ERROR_NOACCESS`.
///
/// # Safety
/// `lpservicestatus` is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetServiceStatus(
    hservicestatus: SERVICE_STATUS_HANDLE,
    lpservicestatus: *const SERVICE_STATUS,
) -> BOOL {
    win32(FALSE, || {
        let mut services = services();
        let at = services.at(hservicestatus)?;
        if is_bad(lpservicestatus) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a read by this function's contract.
        let status = unsafe { lpservicestatus.read_unaligned() };
        if !(SERVICE_STOPPED..=SERVICE_PAUSED).contains(&status.dwCurrentState) {
            return Err(ERROR_INVALID_DATA.into());
        }
        let service = &mut services.all[at];
        service.state = status.dwCurrentState;
        service.accepts = status.dwControlsAccepted;
        drop(services);
        signals::tell(signals::CHANGED);
        Ok(TRUE)
    })
}

/// The main function of a service.
#[derive(Clone, Copy)]
enum Main {
    Narrow(unsafe extern "system" fn(u32, *mut *mut u8)),
    Wide(unsafe extern "system" fn(u32, *mut *mut u16)),
}

const _: (LPSERVICE_MAIN_FUNCTIONA, LPSERVICE_MAIN_FUNCTIONW) = (None, None);

/// What hears of controls.
#[derive(Clone, Copy)]
enum Handler {
    Plain(unsafe extern "system" fn(u32)),
    WithContext(
        unsafe extern "system" fn(u32, u32, *mut c_void, *mut c_void) -> u32,
        usize,
    ),
}

impl Handler {
    /// Whether the control was taken.
    fn call(self, control: u32) -> bool {
        match self {
            // SAFETY: whoever registered the handler promised that it may be called so.
            Handler::Plain(handler) => unsafe {
                handler(control);
                true
            },
            Handler::WithContext(handler, context) => {
                let context = std::ptr::with_exposed_provenance_mut(context);
                // SAFETY: as above; the context is what was given with it.
                let code = unsafe { handler(control, 0, std::ptr::null_mut(), context) };
                code != ERROR_CALL_NOT_IMPLEMENTED
                    && (code == NO_ERROR || control == SERVICE_CONTROL_STOP)
            }
        }
    }
}

struct Service {
    name: String,
    main: Main,
    handler: Option<Handler>,
    state: u32,
    accepts: u32,
    /// Its main function has returned.
    returned: bool,
}

impl Service {
    fn is_over(&self) -> bool {
        self.state == SERVICE_STOPPED || self.returned && self.handler.is_none()
    }

    /// What the end of the process is told as.
    fn last_control(&self) -> Option<(Handler, u32)> {
        let controls = [
            (SERVICE_ACCEPT_STOP, SERVICE_CONTROL_STOP),
            (SERVICE_ACCEPT_PRESHUTDOWN, SERVICE_CONTROL_PRESHUTDOWN),
            (SERVICE_ACCEPT_SHUTDOWN, SERVICE_CONTROL_SHUTDOWN),
        ];
        let accepted = controls
            .iter()
            .find(|(accept, _)| self.accepts & accept != 0);
        Some((self.handler?, accepted?.1))
    }
}

#[derive(Default)]
struct Services {
    all: Vec<Service>,
}

/// Handles of services lie where nothing else does.
const FIRST_HANDLE: usize = 0x5E41_0000;

impl Services {
    fn at(&self, handle: SERVICE_STATUS_HANDLE) -> Result<usize, Win32Error> {
        let offset = handle.addr().checked_sub(FIRST_HANDLE);
        let at = offset
            .filter(|offset| offset % 8 == 0)
            .map(|offset| offset / 8);
        let at = at.ok_or(ERROR_INVALID_HANDLE)?;
        if self
            .all
            .get(at)
            .is_some_and(|service| service.handler.is_some())
        {
            Ok(at)
        } else {
            Err(ERROR_INVALID_HANDLE.into())
        }
    }
}

static SERVICES: Mutex<Services> = Mutex::new(Services { all: Vec::new() });

fn services() -> MutexGuard<'static, Services> {
    SERVICES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// # Safety
/// The table is null or valid up to its end.
unsafe fn table<E, U: Unit>(
    mut entry: *const E,
    parts: impl Fn(&E) -> (*mut U, Option<Main>),
) -> Result<Vec<Service>, Win32Error> {
    if is_bad(entry) {
        return Err(ERROR_NOACCESS.into());
    }
    let mut all = Vec::new();
    loop {
        // SAFETY: the end of the table has not come yet.
        let (name, main) = parts(unsafe { &*entry });
        // SAFETY: a name of the table, null or terminated.
        let Some(name) = (unsafe { U::bytes(name) }) else {
            break;
        };
        all.push(Service {
            name: String::from_utf8_lossy(&name).into_owned(),
            main: main.ok_or(ERROR_INVALID_DATA)?,
            handler: None,
            state: SERVICE_START_PENDING,
            accepts: 0,
            returned: false,
        });
        entry = entry.wrapping_add(1);
    }
    if all.is_empty() {
        Err(ERROR_INVALID_DATA.into())
    } else {
        Ok(all)
    }
}

fn run(table: Vec<Service>) -> Result<BOOL, Win32Error> {
    let mut services = services();
    if !services.all.is_empty() {
        return Err(ERROR_SERVICE_ALREADY_RUNNING.into());
    }
    services.all = table;
    let count = services.all.len();
    drop(services);
    signals::listen()?;
    for at in 0..count {
        threads::begin(main_of, at)?;
    }
    while !self::services().all.iter().all(Service::is_over) {
        if let Some(signal) = signals::wait() {
            stop(signal);
        }
    }
    signals::ignore();
    Ok(TRUE)
}

/// Tells every service that runs to stop; the signal takes its usual course if one of them cannot hear it.
fn stop(signal: i32) {
    let services = services();
    let running = services.all.iter().filter(|service| !service.is_over());
    let controls: Vec<_> = running.map(Service::last_control).collect();
    drop(services);
    for control in controls {
        match control {
            Some((handler, control)) if handler.call(control) => {}
            _ => signals::take_the_usual_course(signal),
        }
    }
}

/// The thread of a service: its name is the only argument.
unsafe extern "system" fn main_of(at: *mut c_void) -> u32 {
    let at = at.addr();
    let (name, main) = {
        let services = services();
        (services.all[at].name.clone(), services.all[at].main)
    };
    match main {
        // SAFETY: the main function was promised to be callable once, on a thread; the argument lives until it returns.
        Main::Narrow(main) => unsafe {
            let mut name = u8::encode(&name);
            main(1, [name.as_mut_ptr(), std::ptr::null_mut()].as_mut_ptr());
        },
        // SAFETY: as above.
        Main::Wide(main) => unsafe {
            let mut name = u16::encode(&name);
            main(1, [name.as_mut_ptr(), std::ptr::null_mut()].as_mut_ptr());
        },
    }
    services().all[at].returned = true;
    signals::tell(signals::CHANGED);
    0
}

/// # Safety
/// The name is null or ends with 0.
unsafe fn register<U: Unit>(
    name: *const U,
    handler: Option<Handler>,
) -> Result<SERVICE_STATUS_HANDLE, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { U::bytes(name) }.unwrap_or_default();
    let name = String::from_utf8_lossy(&name).to_lowercase();
    let handler = handler.ok_or(ERROR_INVALID_PARAMETER)?;
    let mut services = services();
    let at = match services.all.as_slice() {
        [_only] => Some(0),
        all => all
            .iter()
            .position(|service| service.name.to_lowercase() == name),
    };
    let at = at.ok_or(ERROR_SERVICE_NOT_IN_EXE)?;
    services.all[at].handler = Some(handler);
    Ok(std::ptr::without_provenance_mut(FIRST_HANDLE + at * 8))
}
