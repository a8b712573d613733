//! The environment, with copies and sizes.
//!
//! A name is looked for as it is written, then without regard to case, as Windows does.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use parking_lot::Mutex;

use crate::errno::{EINVAL, ERANGE, errno, invalid, set_errno};
use crate::stream::c_string;
use crate::strings::allocated;
use crate::unit::{self, Unit, pair};

/// The value of a variable, as it stands in the environment.
fn value(name: &[u8]) -> Option<*mut c_char> {
    // SAFETY: a C string.
    let exact = unsafe { libc::getenv(c_string(name).as_ptr()) };
    if !exact.is_null() {
        return Some(exact);
    }
    unsafe extern "C" {
        static environ: *const *mut c_char;
    }
    // SAFETY: libc's array of `NAME=VALUE`, which ends with null; no other thread changes it meanwhile, as C demands.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let text = CStr::from_ptr(*entry).to_bytes();
            if text.get(name.len()) == Some(&b'=') && text[..name.len()].eq_ignore_ascii_case(name)
            {
                return Some((*entry).add(name.len() + 1));
            }
            entry = entry.add(1);
        }
    }
    None
}

/// A copy of the value.
fn copy<U: Unit>(name: &[U]) -> Option<Vec<U>> {
    // SAFETY: a value in the environment is text.
    value(&unit::bytes(name))
        .map(|value| unit::from_bytes(unsafe { CStr::from_ptr(value) }.to_bytes()))
}

/// Values of `_wgetenv`: one text for each, which stays where it is.
static WIDE: Mutex<Vec<&'static [u16]>> = Mutex::new(Vec::new());

/// `_wgetenv`: the value, null if there is none.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wgetenv(name: *const u16) -> *mut u16 {
    if name.is_null() {
        invalid(EINVAL);
        return ptr::null_mut();
    }
    // SAFETY: the caller gives text.
    let Some(mut value) = copy(unsafe { unit::text(name) }) else {
        return ptr::null_mut();
    };
    value.push(0);
    let mut known = WIDE.lock();
    let found = known.iter().find(|known| **known == value).copied();
    let kept = found.unwrap_or_else(|| {
        let kept: &'static [u16] = Box::leak(value.into_boxed_slice());
        known.push(kept);
        kept
    });
    kept.as_ptr().cast_mut()
}

/// # Safety
/// `needed` is valid for a write, `to` has `size` units or is null, `name` is null or text.
unsafe fn get<U: Unit>(needed: *mut usize, to: *mut U, size: usize, name: *const U) -> i32 {
    if needed.is_null() || name.is_null() || (to.is_null() && size > 0) {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        *needed = 0;
        if size > 0 {
            to.write(U::default());
        }
        let Some(value) = copy(unit::text(name)) else {
            return 0;
        };
        *needed = value.len() + 1;
        if size == 0 {
            return 0;
        }
        if value.len() >= size {
            set_errno(ERANGE);
            return ERANGE;
        }
        crate::secure::answer(to, size, &value)
    }
}

pair! {
    /// `getenv_s`, `_wgetenv_s`: the value and the size it needs, 0 if there is none; `ERANGE` when it does not fit.
    getenv_s, _wgetenv_s, (needed: *mut usize, to: *mut U, size: usize, name: *const U) -> i32 => get
}

/// # Safety
/// `to` is valid for a write, `size` null or valid, `name` null or text.
unsafe fn duplicate<U: Unit>(to: *mut *mut U, size: *mut usize, name: *const U) -> i32 {
    if to.is_null() || name.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        let value = copy(unit::text(name));
        *to = value
            .as_ref()
            .map_or(ptr::null_mut(), |value| allocated(value));
        if !size.is_null() {
            *size = value.as_ref().map_or(0, |value| value.len() + 1);
        }
        if value.is_some() && (*to).is_null() {
            errno()
        } else {
            0
        }
    }
}

pair! {
    /// `_dupenv_s`, `_wdupenv_s`: a copy of the value for `free`, null and size 0 if there is none.
    _dupenv_s, _wdupenv_s, (to: *mut *mut U, size: *mut usize, name: *const U) -> i32 => duplicate
}

/// Sets a variable; an empty value takes it away.
fn set(name: &[u8], value: &[u8]) -> c_int {
    if name.is_empty() || name.contains(&b'=') {
        return invalid(EINVAL);
    }
    // SAFETY: two C strings; libc copies both.
    let failed = unsafe {
        if value.is_empty() {
            libc::unsetenv(c_string(name).as_ptr())
        } else {
            libc::setenv(c_string(name).as_ptr(), c_string(value).as_ptr(), 1)
        }
    };
    if failed == 0 { 0 } else { errno() }
}

/// # Safety
/// Both are null or text.
unsafe fn put_secure<U: Unit>(name: *const U, value: *const U) -> c_int {
    if name.is_null() || value.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        set(
            &unit::bytes(unit::text(name)),
            &unit::bytes(unit::text(value)),
        )
    }
}

pair! {
    /// `_putenv_s`, `_wputenv_s`: sets a variable, an empty value takes it away; answers errno.
    _putenv_s, _wputenv_s, (name: *const U, value: *const U) -> c_int => put_secure
}

/// # Safety
/// `text` is null or text.
unsafe fn put<U: Unit>(text: *const U) -> c_int {
    if text.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: by this function's contract.
    let text = unit::bytes(unsafe { unit::text(text) });
    let Some(sign) = text.iter().position(|byte| *byte == b'=') else {
        invalid(EINVAL);
        return -1;
    };
    if set(&text[..sign], &text[sign + 1..]) == 0 {
        0
    } else {
        -1
    }
}

pair! {
    /// `_putenv`, `_wputenv`: as `_putenv_s` from `NAME=VALUE`, which is copied; -1 with errno.
    _putenv, _wputenv, (text: *const U) -> c_int => put
}
