//! The console as a whole: title, code pages, having one (CON-11, CON-12).

use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER, FALSE, HWND, TRUE,
};
use windows_sys::Win32::Globalization::CP_UTF8;
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use super::{handles, terminal};
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::nls::code_pages::CodePage;
use crate::text::{Unit, narrow, wide};

/// Sets the title of the window, which the terminal on standard output or error is told. Without one it is remembered.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// The title is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleTitleW(lpconsoletitle: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || set_title(unsafe { wide(lpconsoletitle) }))
}

/// As [`SetConsoleTitleW`], with a narrow title.
///
/// # Safety
/// As for [`SetConsoleTitleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleTitleA(lpconsoletitle: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || set_title(unsafe { narrow(lpconsoletitle) }))
}

/// The title that was set, the path of the program at first: its length without the terminator. A short buffer gets the
/// beginning.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// The buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleTitleW(lpconsoletitle: PWSTR, nsize: u32) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { give_title(lpconsoletitle, nsize) })
}

/// As [`GetConsoleTitleW`], in narrow text.
///
/// # Safety
/// As for [`GetConsoleTitleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleTitleA(lpconsoletitle: PSTR, nsize: u32) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { give_title(lpconsoletitle, nsize) })
}

/// The code page of the input: 65001, or what was set.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleCP() -> u32 {
    INPUT.load(Ordering::Relaxed)
}

/// The code page of the output: 65001, or what was set.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleOutputCP() -> u32 {
    OUTPUT.load(Ordering::Relaxed)
}

/// Accepts a code page for the input; what is read stays UTF-8, which all narrow text is.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a code page that is not known.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleCP(wcodepageid: u32) -> BOOL {
    win32(FALSE, || set_code_page(&INPUT, wcodepageid))
}

/// Accepts a code page for the output; what is written is not converted, since all narrow text is UTF-8.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a code page that is not known.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleOutputCP(wcodepageid: u32) -> BOOL {
    win32(FALSE, || set_code_page(&OUTPUT, wcodepageid))
}

/// Gives the program a console: the terminal it was started from.
///
/// Errors: `ERROR_ACCESS_DENIED` if it was given one before; `ERROR_GEN_FAILURE` if it was started from no terminal.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AllocConsole() -> BOOL {
    win32(FALSE, || {
        if !(0..3).any(handles::is_terminal) {
            return Err(ERROR_GEN_FAILURE.into());
        }
        let was_given = GIVEN.swap(true, Ordering::Relaxed);
        if was_given && !is_detached() {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        DETACHED.store(false, Ordering::Relaxed);
        Ok(TRUE)
    })
}

/// Takes the console from the program: console functions then fail, with `ERROR_INVALID_HANDLE`. What is read and written
/// by other means still goes to the terminal.
///
/// Errors: `ERROR_INVALID_PARAMETER` if it has none.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeConsole() -> BOOL {
    win32(FALSE, || {
        let has_terminal = (0..3).any(handles::is_terminal);
        if !has_terminal || DETACHED.swap(true, Ordering::Relaxed) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        Ok(TRUE)
    })
}

/// The window of the console: null, there is none that could be shown or moved.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleWindow() -> HWND {
    null_mut()
}

static INPUT: AtomicU32 = AtomicU32::new(CP_UTF8);
static OUTPUT: AtomicU32 = AtomicU32::new(CP_UTF8);
static TITLE: Mutex<Option<String>> = Mutex::new(None);
static GIVEN: AtomicBool = AtomicBool::new(false);
static DETACHED: AtomicBool = AtomicBool::new(false);

/// Whether the program has given its console up.
pub(super) fn is_detached() -> bool {
    DETACHED.load(Ordering::Relaxed)
}

fn set_code_page(which: &AtomicU32, number: u32) -> Result<BOOL, Win32Error> {
    let page = CodePage::find(number).ok_or(ERROR_INVALID_PARAMETER)?;
    which.store(page.number, Ordering::Relaxed);
    Ok(TRUE)
}

fn title() -> std::sync::MutexGuard<'static, Option<String>> {
    TITLE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn set_title(text: Option<String>) -> Result<BOOL, Win32Error> {
    let text = text.ok_or(ERROR_INVALID_PARAMETER)?;
    if let Some(fd) = terminal::visible().filter(|_| !is_detached()) {
        let shown: String = text.chars().filter(|c| !c.is_control()).collect();
        terminal::write(fd, format!("\x1B]0;{shown}\x07").as_bytes());
    }
    *title() = Some(text);
    Ok(TRUE)
}

/// # Safety
/// The buffer is null or valid for its length.
unsafe fn give_title<U: Unit>(to: *mut U, size: u32) -> Result<u32, Win32Error> {
    if is_bad(to) || size == 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let of_program = || {
        let path = std::env::current_exe().unwrap_or_default();
        path.to_string_lossy().into_owned()
    };
    let text = title().clone().unwrap_or_else(of_program);
    let mut units = U::encode(&text);
    let length = units.len() - 1;
    if units.len() > size as usize {
        units.truncate(size as usize - 1);
        units.push(U::default());
    }
    for (at, &unit) in units.iter().enumerate() {
        // SAFETY: at most `size` units.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    Ok(length as u32)
}
