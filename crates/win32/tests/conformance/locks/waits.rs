//! Waiting for memory to change.

use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_TIMEOUT};
use crate::common::w::Win32::System::Threading::{
    INFINITE, WaitOnAddress, WakeByAddressAll, WakeByAddressSingle,
};
use crate::common::{LIMIT, Task, last_error, task};

fn wait(word: &AtomicU64, undesired: u64, size: usize, milliseconds: u32) -> Result<(), u32> {
    let undesired = undesired.to_ne_bytes();
    let done = call!(WaitOnAddress(
        word.as_ptr().cast(),
        undesired.as_ptr().cast(),
        size,
        milliseconds
    ));
    if done != 0 { Ok(()) } else { Err(last_error()) }
}

/// LOCK-21: a thread waits while memory of 1, 2, 4 or 8 bytes has the undesired value, and no longer than the time.
#[test]
fn lock_21_other_values_are_not_waited_for() {
    let word = AtomicU64::new(0x1122_3344_5566_7788);
    for (size, undesired) in [(1, 0x87), (2, 0x8877), (4, 0), (8, 0)] {
        assert_eq!(wait(&word, undesired, size, INFINITE), Ok(()));
    }
    for (size, undesired) in [
        (1, 0xFF88),
        (2, 0xFF_7788),
        (4, 0x5566_7788),
        (8, 0x1122_3344_5566_7788),
    ] {
        let start = Instant::now();
        assert_eq!(wait(&word, undesired, size, 20), Err(ERROR_TIMEOUT));
        assert!(start.elapsed() >= Duration::from_millis(20));
    }
    for size in [0, 3, 16] {
        assert_eq!(wait(&word, 0, size, 0), Err(ERROR_INVALID_PARAMETER));
    }
    assert_eq!(call!(WaitOnAddress(null(), null(), 4, 0)), 0);
}

/// LOCK-22: waking one address lets one thread go that waits for it, or all of them; threads at other addresses wait on.
#[test]
fn lock_22_one_or_all() {
    let words = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let waiter = |at: usize| {
        let words = words.clone();
        task(move || {
            while words[at].load(SeqCst) == 0 {
                assert_eq!(wait(&words[at], 0, 8, LIMIT), Ok(()));
            }
            words[at].fetch_sub(1, SeqCst);
        })
    };
    let address = |at: usize| words[at].as_ptr().cast_const().cast();
    let elsewhere = waiter(1);
    for _ in 0..2 {
        let first = waiter(0);
        first.await_sleep();
        words[0].store(1, SeqCst);
        call!(WakeByAddressSingle(address(0)));
        first.result();
    }
    let all: Vec<Task<()>> = (0..4).map(|_| waiter(0)).collect();
    Task::await_sleep_of(&all);
    words[0].store(4, SeqCst);
    call!(WakeByAddressAll(address(0)));
    all.into_iter().for_each(Task::result);
    elsewhere.still_blocked("a thread at another address");
    words[1].store(1, SeqCst);
    call!(WakeByAddressAll(address(1)));
    elsewhere.result();
}
