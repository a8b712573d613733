//! Cutting text into tokens.

use std::cell::Cell;
use std::ptr;

use crate::errno::{EINVAL, invalid};
use crate::unit::{self, Unit, pair};

/// The next token, and where to go on; null when there is none.
///
/// # Safety
/// `text`, or if it is null what `context` says, is text that may be written, or null; `set` is text; `context` is valid.
unsafe fn token<U: Unit>(text: *mut U, set: *const U, context: *mut *mut U) -> *mut U {
    // SAFETY: by this function's contract; all indices are within the text.
    unsafe {
        let text = if text.is_null() { *context } else { text };
        if text.is_null() {
            return text;
        }
        let set = unit::text(set);
        let units = unit::text(text);
        let start = units
            .iter()
            .position(|unit| !set.contains(unit))
            .unwrap_or(units.len());
        let length = units[start..].iter().position(|unit| set.contains(unit));
        let (all, end) = (units.len(), length.map(|length| start + length));
        if start == all {
            *context = text.add(all);
            return ptr::null_mut();
        }
        match end {
            Some(end) => {
                text.add(end).write(U::default());
                *context = text.add(end + 1);
            }
            None => *context = text.add(all),
        }
        text.add(start)
    }
}

/// # Safety
/// As [`token`]; each may be null.
unsafe fn checked<U: Unit>(text: *mut U, set: *const U, context: *mut *mut U) -> *mut U {
    // SAFETY: looked at only if it is not null.
    if context.is_null() || set.is_null() || (text.is_null() && unsafe { *context }.is_null()) {
        invalid(EINVAL);
        return ptr::null_mut();
    }
    // SAFETY: by this function's contract.
    unsafe { token(text, set, context) }
}

pair! {
    /// `strtok_s`, `wcstok_s`: the next token of a text, with the place to go on in `context`; null when there is none. A null
    /// pointer that is not allowed is an invalid parameter.
    strtok_s, wcstok_s, (text: *mut U, set: *const U, context: *mut *mut U) -> *mut U => checked
}

/// `wcstok` with a context: as `wcstok_s`, but null goes on where nothing is left.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboardof_thread(
    text: *mut u16,
    set: *const u16,
    context: *mut *mut u16,
) -> *mut u16 {
    if context.is_null() {
        // SAFETY: the caller gives two texts, and no context, which Microsoft's takes for this thread's.
        return unsafe { of_thread(text, set) };
    }
    // SAFETY: the caller gives two texts and a context.
    unsafe { token(text, set, context) }
}

std::thread_local! {
    /// Where this thread's last text goes on, narrow and wide.
    static CONTEXT: [Cell<*mut ()>; 2] = const { [const { Cell::new(ptr::null_mut()) }; 2] };
}

/// # Safety
/// As [`token`]; this thread's last text still exists if `text` is null.
unsafe fn of_thread<U: Unit>(text: *mut U, set: *const U) -> *mut U {
    CONTEXT.with(|contexts| {
        let kept = &contexts[usize::from(U::WIDE)];
        let mut context = kept.get().cast::<U>();
        // SAFETY: by this function's contract.
        let token = unsafe { token(text, set, &raw mut context) };
        kept.set(context.cast());
        token
    })
}

pair! {
    /// `strtok`, and `wcstok` of old: without a context this thread's own is used.
    larboard_strtok, larboard_wcstok_thread, (text: *mut U, set: *const U) -> *mut U => of_thread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_text() {
        let mut text = *b",,a,bc,,\0";
        let mut context = ptr::null_mut();
        let mut tokens = Vec::new();
        let mut next = text.as_mut_ptr();
        loop {
            // SAFETY: text with a terminator, a set, a context.
            let found = unsafe { token(next, c",".as_ptr().cast(), &raw mut context) };
            if found.is_null() {
                break;
            }
            // SAFETY: a token ends with a zero.
            tokens.push(unsafe { unit::text(found) }.to_vec());
            next = ptr::null_mut();
        }
        assert_eq!(tokens, [b"a".to_vec(), b"bc".to_vec()]);
    }
}
