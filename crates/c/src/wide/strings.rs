//! Copying, comparing, and searching wide text.

use std::cmp::Ordering;
use std::ptr;

use crate::unit;

fn sign(ordering: Ordering) -> i32 {
    ordering as i32
}

/// `wcslen`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcslen(text: *const u16) -> usize {
    // SAFETY: the caller gives text.
    unsafe { unit::length(text) }
}

/// `wcsnlen`: at most `limit`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsnlen(text: *const u16, limit: usize) -> usize {
    // SAFETY: the caller gives text, or `limit` units.
    unsafe { unit::length_within(text, limit) }
}

/// `wcscpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcscpy(to: *mut u16, from: *const u16) -> *mut u16 {
    // SAFETY: the caller gives text and room for it with its terminator.
    unsafe { to.copy_from(from, unit::length(from) + 1) };
    to
}

/// `wcpcpy`: as `wcscpy`; the end of the copy.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcpcpy(to: *mut u16, from: *const u16) -> *mut u16 {
    // SAFETY: as in `wcscpy`.
    unsafe {
        let length = unit::length(from);
        to.copy_from(from, length + 1);
        to.add(length)
    }
}

/// `wcsncpy`: exactly `count` units, filled up with zeros.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsncpy(to: *mut u16, from: *const u16, count: usize) -> *mut u16 {
    // SAFETY: the caller gives text, or `count` units of it, and room for `count` units.
    unsafe {
        let length = unit::length_within(from, count);
        to.copy_from(from, length);
        to.add(length).write_bytes(0, count - length);
    }
    to
}

/// `wcscat`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcscat(to: *mut u16, from: *const u16) -> *mut u16 {
    // SAFETY: the caller gives two texts, and room behind the first for the second.
    unsafe {
        to.add(unit::length(to))
            .copy_from(from, unit::length(from) + 1)
    };
    to
}

/// `wcsncat`: at most `count` units and the terminator.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsncat(to: *mut u16, from: *const u16, count: usize) -> *mut u16 {
    // SAFETY: as in `wcscat`.
    unsafe {
        let end = to.add(unit::length(to));
        let length = unit::length_within(from, count);
        end.copy_from(from, length);
        end.add(length).write(0);
    }
    to
}

/// # Safety
/// Both are text, or have `limit` units.
unsafe fn compare(first: *const u16, second: *const u16, limit: usize) -> Ordering {
    for at in 0..limit {
        // SAFETY: all units before were the same and not the terminator, so both have this one.
        let (a, b) = unsafe { (*first.add(at), *second.add(at)) };
        if a != b {
            return a.cmp(&b);
        }
        if a == 0 {
            break;
        }
    }
    Ordering::Equal
}

/// `wcscmp`: less than, equal to or greater than 0.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcscmp(first: *const u16, second: *const u16) -> i32 {
    // SAFETY: the caller gives two texts.
    sign(unsafe { compare(first, second, usize::MAX) })
}

/// `wcsncmp`: of at most `count` units.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsncmp(first: *const u16, second: *const u16, count: usize) -> i32 {
    // SAFETY: the caller gives two texts, or `count` units of them.
    sign(unsafe { compare(first, second, count) })
}

/// `wcscoll`: by the values of the units, in every locale.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcscoll(first: *const u16, second: *const u16) -> i32 {
    // SAFETY: the caller gives two texts.
    sign(unsafe { compare(first, second, usize::MAX) })
}

/// `wcsxfrm`: the text itself, since `wcscoll` compares units. Its length.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsxfrm(to: *mut u16, from: *const u16, count: usize) -> usize {
    // SAFETY: the caller gives text, and room for `count` units.
    unsafe {
        let length = unit::length(from);
        if count > 0 {
            to.copy_from(from, (length + 1).min(count));
        }
        length
    }
}

/// # Safety
/// `text` is text of which `at` is an index, the terminator's at most.
unsafe fn found(text: *const u16, at: Option<usize>) -> *mut u16 {
    // SAFETY: by this function's contract.
    at.map_or(ptr::null_mut(), |at| unsafe { text.add(at) }.cast_mut())
}

/// `wcschr`: the first place of a unit, null if there is none. The terminator is part of the text.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcschr(text: *const u16, unit: u16) -> *mut u16 {
    // SAFETY: the caller gives text.
    unsafe {
        let units = unit::text(text);
        let end = (unit == 0).then_some(units.len());
        found(text, units.iter().position(|each| *each == unit).or(end))
    }
}

/// `wcsrchr`: the last place.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsrchr(text: *const u16, unit: u16) -> *mut u16 {
    // SAFETY: the caller gives text.
    unsafe {
        let units = unit::text(text);
        let end = (unit == 0).then_some(units.len());
        found(
            text,
            end.or_else(|| units.iter().rposition(|each| *each == unit)),
        )
    }
}

/// `wcsstr`: the first place of another text; an empty one is found at once.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsstr(text: *const u16, wanted: *const u16) -> *mut u16 {
    // SAFETY: the caller gives two texts.
    unsafe {
        let (units, wanted) = (unit::text(text), unit::text(wanted));
        if wanted.is_empty() {
            return text.cast_mut();
        }
        found(
            text,
            units.windows(wanted.len()).position(|part| part == wanted),
        )
    }
}

/// `wcspbrk`: the first unit that is one of a set, null if there is none.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcspbrk(text: *const u16, set: *const u16) -> *mut u16 {
    // SAFETY: the caller gives two texts.
    unsafe {
        let set = unit::text(set);
        found(
            text,
            unit::text(text).iter().position(|each| set.contains(each)),
        )
    }
}

/// `wcsspn`: how many units at the start belong to a set.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsspn(text: *const u16, set: *const u16) -> usize {
    // SAFETY: the caller gives two texts.
    let (units, set) = unsafe { (unit::text(text), unit::text(set)) };
    units
        .iter()
        .position(|each| !set.contains(each))
        .unwrap_or(units.len())
}

/// `wcscspn`: how many units at the start do not belong to a set.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcscspn(text: *const u16, set: *const u16) -> usize {
    // SAFETY: the caller gives two texts.
    let (units, set) = unsafe { (unit::text(text), unit::text(set)) };
    units
        .iter()
        .position(|each| set.contains(each))
        .unwrap_or(units.len())
}

/// `wmemcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmemcpy(to: *mut u16, from: *const u16, count: usize) -> *mut u16 {
    // SAFETY: the caller gives `count` units and room for them.
    unsafe { to.copy_from(from, count) };
    to
}

/// `wmempcpy`: as `wmemcpy`; the end of the copy.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmempcpy(to: *mut u16, from: *const u16, count: usize) -> *mut u16 {
    // SAFETY: as in `wmemcpy`.
    unsafe {
        to.copy_from(from, count);
        to.add(count)
    }
}

/// `wmemmove`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmemmove(to: *mut u16, from: *const u16, count: usize) -> *mut u16 {
    // SAFETY: as in `wmemcpy`; `copy_from` allows overlap.
    unsafe { to.copy_from(from, count) };
    to
}

/// `wmemset`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmemset(to: *mut u16, unit: u16, count: usize) -> *mut u16 {
    for at in 0..count {
        // SAFETY: the caller has room for `count` units.
        unsafe { to.add(at).write(unit) };
    }
    to
}

/// # Safety
/// `text` has `count` units, or `count` is 0.
unsafe fn units<'a>(text: *const u16, count: usize) -> &'a [u16] {
    if count == 0 {
        return &[];
    }
    // SAFETY: by this function's contract.
    unsafe { std::slice::from_raw_parts(text, count) }
}

/// `wmemcmp`: less than, equal to or greater than 0.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmemcmp(first: *const u16, second: *const u16, count: usize) -> i32 {
    // SAFETY: the caller gives twice `count` units.
    sign(unsafe { units(first, count).cmp(units(second, count)) })
}

/// `wmemchr`: the first place of a unit, null if there is none.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wmemchr(text: *const u16, unit: u16, count: usize) -> *mut u16 {
    // SAFETY: the caller gives `count` units.
    unsafe {
        found(
            text,
            units(text, count).iter().position(|each| *each == unit),
        )
    }
}
