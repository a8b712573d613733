//! The texts of exceptions: Microsoft's `std::exception` takes one, and this platform's has no room for it.
//!
//! An object of that class is one pointer here, and classes of the standard library's own code are derived from it. So the text
//! stands beside the object, under its address, from its constructor to its destructor.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char};
use std::ptr::null;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many exceptions have a text. Whoever finds zero has none itself: its own text would be counted, by its own thread or by one
/// that handed the exception over and thereby everything it had done before.
#[unsafe(no_mangle)]
pub static larboard_exception_texts: AtomicUsize = AtomicUsize::new(0);

static TEXTS: Mutex<Option<HashMap<usize, CString>>> = Mutex::new(None);

fn texts() -> MutexGuard<'static, Option<HashMap<usize, CString>>> {
    TEXTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives an exception a text, in place of the one it may have. A null pointer takes it away.
///
/// # Safety
///
/// `text` is null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_exception_set(exception: usize, text: *const c_char) {
    // SAFETY: the caller's string.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_owned());
    replace(exception, text);
}

/// Gives an exception the text of another one, or none if that has none.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_exception_copy(exception: usize, other: usize) {
    let text = texts()
        .as_ref()
        .and_then(|texts| texts.get(&other).cloned());
    replace(exception, text);
}

fn replace(exception: usize, text: Option<CString>) {
    let mut guard = texts();
    let texts = guard.get_or_insert_default();
    let (had, has) = (texts.remove(&exception).is_some(), text.is_some());
    if let Some(text) = text {
        texts.insert(exception, text);
    }
    match (had, has) {
        (false, true) => drop(larboard_exception_texts.fetch_add(1, Ordering::Relaxed)),
        (true, false) => drop(larboard_exception_texts.fetch_sub(1, Ordering::Relaxed)),
        _ => {}
    }
}

/// The text of an exception, or null. It stays until the exception ends or gets another one.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_exception_text(exception: usize) -> *const c_char {
    texts()
        .as_ref()
        .and_then(|texts| texts.get(&exception))
        .map_or(null(), |text| text.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(exception: usize) -> Option<String> {
        let text = larboard_exception_text(exception);
        // SAFETY: a text of the table, that no other test touches.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_text_lives_as_long_as_its_exception() {
        // SAFETY: string literals.
        unsafe { larboard_exception_set(8, c"한글".as_ptr()) };
        larboard_exception_copy(16, 8);
        larboard_exception_copy(24, 17);
        assert_eq!(
            [8, 16, 24].map(text),
            [Some("한글".into()), Some("한글".into()), None]
        );
        assert_eq!(larboard_exception_texts.load(Ordering::Relaxed), 2);
        // SAFETY: null is allowed.
        unsafe { larboard_exception_set(8, null()) };
        larboard_exception_copy(16, 8);
        assert_eq!(larboard_exception_texts.load(Ordering::Relaxed), 0);
    }
}
