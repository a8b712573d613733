//! Sorting and searching with a context.

use std::ffi::{c_int, c_void};
use std::ptr;

use crate::errno::{EINVAL, invalid};

/// A comparison with the program's context first, as Microsoft has it.
type Compare = unsafe extern "C" fn(*mut c_void, *const c_void, *const c_void) -> c_int;

struct Order {
    compare: Compare,
    context: *mut c_void,
}

unsafe extern "C" {
    fn qsort_r(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: unsafe extern "C" fn(*const c_void, *const c_void, *mut c_void) -> c_int,
        context: *mut c_void,
    );
}

unsafe extern "C" fn swapped(
    first: *const c_void,
    second: *const c_void,
    order: *mut c_void,
) -> c_int {
    // SAFETY: `qsort_s` passes its Order, which lives as long as the call; the elements are libc's.
    unsafe {
        let order = &*order.cast::<Order>();
        (order.compare)(order.context, first, second)
    }
}

/// `qsort_s`: sorts by a comparison that is given a context. A null pointer or size 0 is an invalid parameter.
#[unsafe(no_mangle)]
unsafe extern "C" fn qsort_s(
    base: *mut c_void,
    count: usize,
    size: usize,
    compare: Option<Compare>,
    context: *mut c_void,
) {
    let Some(compare) = compare.filter(|_| size > 0 && (count == 0 || !base.is_null())) else {
        invalid(EINVAL);
        return;
    };
    let mut order = Order { compare, context };
    // SAFETY: the caller's array has `count` elements of `size` bytes.
    unsafe { qsort_r(base, count, size, swapped, (&raw mut order).cast()) };
}

/// `bsearch_s`: an element equal to the key in a sorted array, null if there is none.
#[unsafe(no_mangle)]
unsafe extern "C" fn bsearch_s(
    key: *const c_void,
    base: *const c_void,
    count: usize,
    size: usize,
    compare: Option<Compare>,
    context: *mut c_void,
) -> *mut c_void {
    let valid = !key.is_null() && size > 0 && (count == 0 || !base.is_null());
    let Some(compare) = compare.filter(|_| valid) else {
        invalid(EINVAL);
        return ptr::null_mut();
    };
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        // SAFETY: `middle` is below `count`.
        let element = unsafe { base.byte_add(middle * size) };
        // SAFETY: the program gave the comparison for this.
        match unsafe { compare(context, key, element) } {
            0 => return element.cast_mut(),
            less if less < 0 => high = middle,
            _ => low = middle + 1,
        }
    }
    ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn by_sign(
        context: *mut c_void,
        a: *const c_void,
        b: *const c_void,
    ) -> c_int {
        // SAFETY: the test passes ints, and an int as context.
        unsafe { (*a.cast::<i32>()).cmp(&*b.cast::<i32>()) as c_int * *context.cast::<i32>() }
    }

    #[test]
    fn a_context_turns_the_order_round() {
        let (mut numbers, mut sign) = ([3, 1, 2], -1);
        let context = (&raw mut sign).cast();
        // SAFETY: the array's size.
        unsafe {
            qsort_s(numbers.as_mut_ptr().cast(), 3, 4, Some(by_sign), context);
            assert_eq!(numbers, [3, 2, 1]);
            let found = bsearch_s(
                (&raw const numbers[2]).cast(),
                numbers.as_ptr().cast(),
                3,
                4,
                Some(by_sign),
                context,
            );
            assert_eq!(found.cast_const(), (&raw const numbers[2]).cast());
        }
    }
}
