//! `wvsprintf`, which `wsprintf` of the headers calls (ERR).

use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use super::specification::{Extent, Unit, parse};
use super::va_list::VaList;
use crate::guard::{infallible, is_bad};

/// Writes formatted narrow text of up to 1,023 bytes: the number of bytes without the terminator.
///
/// The formats are the few of `wsprintf`: `%c %C %d %i %u %x %X %p %s %S`, with `h`, `l`, `w`, `I`, `I32`, `I64`, `ll`.
/// What else follows a `%` is written as it stands.
///
/// # Safety
/// The buffer has room for the text, at most 1,024 bytes; the format ends with 0; the arguments are a `va_list` that has
/// what the format asks for.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wvsprintfA(param0: PSTR, param1: PCSTR, arglist: *const i8) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe { print(param0, param1, arglist.cast()) })
}

/// As [`wvsprintfA`], in wide text of up to 1,023 units.
///
/// # Safety
/// As for [`wvsprintfA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wvsprintfW(param0: PWSTR, param1: PCWSTR, arglist: *const i8) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe { print(param0, param1, arglist.cast()) })
}

/// Units of the longest text, terminator included.
const LIMIT: usize = 1024;

/// # Safety
/// As for `wvsprintfA`.
unsafe fn print<U: Unit>(to: *mut U, format: *const U, arguments: *const VaList) -> i32 {
    if is_bad(to) || is_bad(format) {
        return 0;
    }
    let format: Vec<U> = (0..)
        // SAFETY: `take_while` stops at the terminator.
        .map(|at| unsafe { format.add(at).read_unaligned() })
        .take_while(|&unit| unit != U::default())
        .collect();
    let mut list = if is_bad(arguments) {
        None
    } else {
        // SAFETY: a `va_list` by this function's contract. It is copied.
        Some(unsafe { arguments.read_unaligned() })
    };
    let mut next = || {
        // SAFETY: the list has what the format asks for.
        list.as_mut().map_or(0, |list| unsafe { list.next() })
    };
    let mut text: Vec<U> = Vec::new();
    let mut rest = &format[..];
    while let [unit, behind @ ..] = rest {
        rest = behind;
        if *unit != U::ascii(b'%') {
            text.push(*unit);
            continue;
        }
        if let Some((mut spec, behind)) = parse(rest) {
            if spec.width == Extent::Argument {
                spec.set_width(next() as i32);
            }
            if spec.precision == Extent::Argument {
                spec.set_precision(next() as i32);
            }
            // SAFETY: the argument is what the format says.
            text.extend(unsafe { spec.render::<U>(next()) });
            rest = behind;
        } else if let [unit, behind @ ..] = rest {
            text.push(*unit);
            rest = behind;
        }
    }
    text.truncate(LIMIT - 1);
    let length = text.len();
    text.push(U::default());
    for (at, &unit) in text.iter().enumerate() {
        // SAFETY: the buffer has room by this function's contract.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    length as i32
}
