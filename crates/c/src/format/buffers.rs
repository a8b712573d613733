//! The members of the printf family that write into memory, or only count.

use super::arguments::{Passed, VaList};
use super::sink::Buffer;
use super::write;
use crate::errno::{EINVAL, EOVERFLOW, ERANGE, STRUNCATE, TRUNCATE, errno, invalid, set_errno};
use crate::unit::{self, Unit, pair};

/// Writes at most `room` units and tells how many there are in all; `None` when the format was refused.
///
/// # Safety
/// `start` is valid for writes of `room` units; `format` ends with a zero, and `list` has its arguments.
unsafe fn printed<U: Unit>(
    start: *mut U,
    room: usize,
    format: *const U,
    list: *mut VaList,
) -> Option<usize> {
    if format.is_null() || (start.is_null() && room > 0) {
        invalid(EINVAL);
        return None;
    }
    // SAFETY: all three by this function's contract.
    let outcome = unsafe {
        let mut sink = Buffer::new(start, room);
        write(unit::text(format), &mut Passed::new(list), &mut sink).map(|()| sink.total())
    };
    match outcome {
        Ok(total) if i32::try_from(total).is_ok() => Some(total),
        Ok(_) => {
            set_errno(EOVERFLOW);
            None
        }
        Err(_) => {
            invalid(EINVAL);
            None
        }
    }
}

/// Writes the terminator.
///
/// # Safety
/// `start` has more than `at` units.
unsafe fn terminate<U: Unit>(start: *mut U, at: usize) {
    // SAFETY: by this function's contract.
    unsafe { start.add(at).write(U::default()) };
}

fn count(total: Option<usize>) -> i32 {
    total
        .and_then(|total| i32::try_from(total).ok())
        .unwrap_or(-1)
}

/// # Safety
/// As [`printed`].
unsafe fn standard<U: Unit>(
    start: *mut U,
    size: usize,
    format: *const U,
    list: *mut VaList,
) -> i32 {
    // SAFETY: by this function's contract; the terminator stands within `size`.
    unsafe {
        let total = printed(start, size, format, list);
        if size > 0 && !start.is_null() {
            terminate(start, total.unwrap_or(0).min(size - 1));
        }
        if U::WIDE && total.is_some_and(|total| total >= size) {
            -1
        } else {
            count(total)
        }
    }
}

pair! {
    /// `vsnprintf`, `vswprintf`: at most `size` units with the terminator. The narrow one answers the whole length as
    /// C99 says, the wide one -1 when it did not fit. A null format is an invalid parameter.
    larboard_vsnprintf, larboard_vswprintf,
    (start: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 => standard
}

/// # Safety
/// As [`printed`], with room for all the text.
unsafe fn unlimited<U: Unit>(start: *mut U, format: *const U, list: *mut VaList) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        let total = printed(start, usize::MAX, format, list);
        if !start.is_null() {
            terminate(start, total.unwrap_or(0));
        }
        count(total)
    }
}

pair! {
    /// `vsprintf`, and the old `vswprintf` without a size. A null pointer is an invalid parameter.
    larboard_vsprintf, _vswprintf,
    (start: *mut U, format: *const U, list: *mut VaList) -> i32 => unlimited
}

/// # Safety
/// As [`printed`].
unsafe fn counted<U: Unit>(start: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 {
    // SAFETY: by this function's contract; the terminator is written only where it fits.
    unsafe {
        match printed(start, size, format, list) {
            Some(total) if total < size => {
                terminate(start, total);
                count(Some(total))
            }
            Some(total) if total == size || start.is_null() => count(Some(total)),
            _ => -1,
        }
    }
}

pair! {
    /// `_vsnprintf`, `_vsnwprintf`: up to `size` units, terminated only if there is room; -1 when it did not fit. Without
    /// a buffer and with size 0 the length.
    _vsnprintf, _vsnwprintf,
    (start: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 => counted
}

/// # Safety
/// As [`printed`].
unsafe fn length<U: Unit>(format: *const U, list: *mut VaList) -> i32 {
    // SAFETY: nothing is written; the rest by this function's contract.
    count(unsafe { printed(std::ptr::null_mut::<U>(), 0, format, list) })
}

pair! {
    /// `_vscprintf`, `_vscwprintf`: how many units there would be, without the terminator.
    _vscprintf, _vscwprintf, (format: *const U, list: *mut VaList) -> i32 => length
}

/// # Safety
/// As [`printed`].
unsafe fn secure<U: Unit>(start: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 {
    if start.is_null() || size == 0 {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: by this function's contract; `size` is not 0.
    unsafe {
        match printed(start, size, format, list) {
            Some(total) if total < size => {
                terminate(start, total);
                count(Some(total))
            }
            total => {
                terminate(start, 0);
                if total.is_some() {
                    invalid(ERANGE);
                }
                -1
            }
        }
    }
}

pair! {
    /// `vsprintf_s`, `vswprintf_s`: text that does not fit is an invalid parameter (`ERANGE`), and the buffer is emptied.
    vsprintf_s, vswprintf_s,
    (start: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 => secure
}

/// # Safety
/// As [`printed`].
unsafe fn secure_counted<U: Unit>(
    start: *mut U,
    size: usize,
    limit: usize,
    format: *const U,
    list: *mut VaList,
) -> i32 {
    if limit == 0 && start.is_null() && size == 0 {
        return 0;
    }
    if start.is_null() || size == 0 {
        invalid(EINVAL);
        return -1;
    }
    let room = if limit < size { limit } else { size - 1 };
    let saved = errno();
    // SAFETY: by this function's contract; `room` is less than `size`.
    unsafe {
        match printed(start, room, format, list) {
            Some(total) if total <= room => {
                terminate(start, total);
                count(Some(total))
            }
            Some(_) if limit < size || limit == TRUNCATE => {
                terminate(start, room);
                set_errno(if limit == TRUNCATE { STRUNCATE } else { saved });
                -1
            }
            total => {
                terminate(start, 0);
                if total.is_some() {
                    invalid(ERANGE);
                }
                -1
            }
        }
    }
}

pair! {
    /// `_vsnprintf_s`, `_vsnwprintf_s`: up to `limit` units and the terminator; -1 when that cut the text. With
    /// `_TRUNCATE` as many as fit. What `limit` allows and `size` does not is an invalid parameter (`ERANGE`).
    _vsnprintf_s, _vsnwprintf_s,
    (start: *mut U, size: usize, limit: usize, format: *const U, list: *mut VaList) -> i32 => secure_counted
}
