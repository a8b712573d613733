//! Message boxes and debug output: text for whoever watches standard error (ERR-08, ERR-09).

use std::io::Write;
use std::sync::LazyLock;

use windows_sys::Win32::Foundation::{ERROR_INVALID_MSGBOX_STYLE, HWND};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    IDABORT, IDCANCEL, IDCONTINUE, IDIGNORE, IDNO, IDOK, IDRETRY, IDTRYAGAIN, IDYES,
    MB_ABORTRETRYIGNORE, MB_CANCELTRYCONTINUE, MB_DEFBUTTON2, MB_DEFBUTTON3, MB_DEFMASK, MB_OK,
    MB_OKCANCEL, MB_RETRYCANCEL, MB_TYPEMASK, MB_YESNO, MB_YESNOCANCEL, MESSAGEBOX_RESULT,
    MESSAGEBOX_STYLE,
};
use windows_sys::core::{PCSTR, PCWSTR};

use crate::guard::{infallible, win32};
use crate::text::{narrow, wide};

/// Writes title and text to standard error and answers with the default button: there is nobody to press one. Without a
/// title it is "Error", as on Windows.
///
/// Errors: 0 with `ERROR_INVALID_MSGBOX_STYLE` for buttons that do not exist.
///
/// # Safety
/// The strings are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MessageBoxW(
    _hwnd: HWND,
    lptext: PCWSTR,
    lpcaption: PCWSTR,
    utype: MESSAGEBOX_STYLE,
) -> MESSAGEBOX_RESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { show(wide(lptext), wide(lpcaption), utype) })
}

/// As [`MessageBoxW`], with narrow text.
///
/// # Safety
/// As for [`MessageBoxW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MessageBoxA(
    _hwnd: HWND,
    lptext: PCSTR,
    lpcaption: PCSTR,
    utype: MESSAGEBOX_STYLE,
) -> MESSAGEBOX_RESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        show(narrow(lptext), narrow(lpcaption), utype)
    })
}

/// As [`MessageBoxW`]: the language of the buttons makes no difference.
///
/// # Safety
/// As for [`MessageBoxW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MessageBoxExW(
    _hwnd: HWND,
    lptext: PCWSTR,
    lpcaption: PCWSTR,
    utype: MESSAGEBOX_STYLE,
    _wlanguageid: u16,
) -> MESSAGEBOX_RESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { show(wide(lptext), wide(lpcaption), utype) })
}

/// As [`MessageBoxExW`], with narrow text.
///
/// # Safety
/// As for [`MessageBoxW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MessageBoxExA(
    _hwnd: HWND,
    lptext: PCSTR,
    lpcaption: PCSTR,
    utype: MESSAGEBOX_STYLE,
    _wlanguageid: u16,
) -> MESSAGEBOX_RESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        show(narrow(lptext), narrow(lpcaption), utype)
    })
}

/// Says something to a debugger: written to standard error if the environment variable `LARBOARD_DEBUG_OUTPUT` is set
/// when it is first used, and to nobody otherwise, as on Windows without a debugger.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OutputDebugStringW(lpoutputstring: PCWSTR) {
    infallible((), || {
        if *IS_HEARD {
            // SAFETY: this function's contract.
            hear(unsafe { wide(lpoutputstring) });
        }
    });
}

/// As [`OutputDebugStringW`], with narrow text.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OutputDebugStringA(lpoutputstring: PCSTR) {
    infallible((), || {
        if *IS_HEARD {
            // SAFETY: this function's contract.
            hear(unsafe { narrow(lpoutputstring) });
        }
    });
}

static IS_HEARD: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("LARBOARD_DEBUG_OUTPUT").is_some());

fn hear(text: Option<String>) {
    write(&text.unwrap_or_default());
}

/// Writes to standard error, at once. Nobody hears of a failure: there is nowhere to tell it.
fn write(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn show(
    text: Option<String>,
    caption: Option<String>,
    style: MESSAGEBOX_STYLE,
) -> Result<MESSAGEBOX_RESULT, crate::error::Win32Error> {
    let button = default_button(style).ok_or(ERROR_INVALID_MSGBOX_STYLE)?;
    let caption = caption.as_deref().unwrap_or("Error");
    write(&format!("{caption}: {}\n", text.unwrap_or_default()));
    Ok(button)
}

/// The button that Enter would press.
fn default_button(style: MESSAGEBOX_STYLE) -> Option<MESSAGEBOX_RESULT> {
    let buttons: &[MESSAGEBOX_RESULT] = match style & MB_TYPEMASK {
        MB_OK => &[IDOK],
        MB_OKCANCEL => &[IDOK, IDCANCEL],
        MB_ABORTRETRYIGNORE => &[IDABORT, IDRETRY, IDIGNORE],
        MB_YESNOCANCEL => &[IDYES, IDNO, IDCANCEL],
        MB_YESNO => &[IDYES, IDNO],
        MB_RETRYCANCEL => &[IDRETRY, IDCANCEL],
        MB_CANCELTRYCONTINUE => &[IDCANCEL, IDTRYAGAIN, IDCONTINUE],
        _ => return None,
    };
    let at = match style & MB_DEFMASK {
        MB_DEFBUTTON2 => 1,
        MB_DEFBUTTON3 => 2,
        _ => 0,
    };
    // A default beyond the buttons is the first.
    Some(*buttons.get(at).unwrap_or(&buttons[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_buttons() {
        assert_eq!(default_button(MB_OK), Some(IDOK));
        assert_eq!(default_button(MB_YESNO | MB_DEFBUTTON2), Some(IDNO));
        assert_eq!(
            default_button(MB_ABORTRETRYIGNORE | MB_DEFBUTTON3),
            Some(IDIGNORE)
        );
        assert_eq!(default_button(MB_OK | MB_DEFBUTTON3), Some(IDOK));
        assert_eq!(default_button(9), None);
    }
}
