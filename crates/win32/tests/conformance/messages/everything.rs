//! One thread that waits for everything at once.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::{WM_ONE, WM_TWO, Window, peek, window_of};
use crate::common::w::Win32::Foundation::{
    HANDLE, LRESULT, WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CreateSemaphoreW, CreateWaitableTimerW, ReleaseSemaphore, SetEvent, SetWaitableTimer,
};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    DispatchMessageW, MWMO_ALERTABLE, MsgWaitForMultipleObjectsEx, PM_REMOVE, PostMessageW,
    QS_ALLINPUT, SendMessageW, SetTimer, WM_TIMER,
};
use crate::common::{
    DEADLINE, Handle, Task, auto_event, duplicate, in_own_thread, last_error, queue_apc, task,
    this_thread,
};

const THREADS: usize = 4;
const ACTIONS: usize = 3_000;

/// How often each thing was done by the other threads.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Done {
    posted: usize,
    sent: usize,
    apcs: usize,
    released: usize,
    set: usize,
}

/// What the waiting thread has seen.
#[derive(Default)]
struct Seen {
    posted: AtomicUsize,
    sent: AtomicUsize,
    apcs: AtomicUsize,
    user_ticks: AtomicUsize,
}

fn next_random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// A thread that does random things to the one that waits.
fn disturber(
    seed: u64,
    window: usize,
    seen: &Arc<Seen>,
    (thread, event, semaphore): (Handle, Handle, Handle),
) -> Task<Done> {
    let seen = seen.clone();
    task(move || {
        let (mut random, mut done) = (seed, Done::default());
        for _ in 0..ACTIONS {
            match next_random(&mut random) % 6 {
                0 | 1 => {
                    // The queue has a limit, and the other threads are fast.
                    while call!(PostMessageW(window_of(window), WM_ONE, 0, 0)) == 0 {
                        std::thread::yield_now();
                    }
                    done.posted += 1;
                }
                2 => {
                    let answer: LRESULT = call!(SendMessageW(window_of(window), WM_TWO, 20, 1));
                    assert_eq!(answer, 21, "error {}", last_error());
                    done.sent += 1;
                }
                3 => {
                    let seen = seen.clone();
                    let queued = queue_apc(*thread, move || {
                        seen.apcs.fetch_add(1, Ordering::SeqCst);
                    });
                    assert_ne!(queued, 0);
                    done.apcs += 1;
                }
                4 => {
                    assert_ne!(call!(ReleaseSemaphore(*semaphore, 1, null_mut())), 0);
                    done.released += 1;
                }
                _ => {
                    assert_ne!(call!(SetEvent(*event)), 0);
                    done.set += 1;
                }
            }
        }
        done
    })
}

/// WAIT-42: MsgWaitForMultipleObjectsEx waits for objects, messages and APCs at once.
/// WAIT-45: None of them is lost or taken twice, whichever goes first.
///
/// Thousands of random actions of four threads - messages posted and sent, APCs, an event, a semaphore - with a waitable
/// and a user timer running, all taken by one thread and counted at the end.
#[test]
fn wait_42_one_thread_waits_for_everything() {
    in_own_thread(|| {
        let seen = Arc::new(Seen::default());
        let counts = seen.clone();
        let window = Window::new(move |_, message, wparam, lparam| {
            match message {
                WM_ONE => counts.posted.fetch_add(1, Ordering::SeqCst),
                WM_TWO => {
                    counts.sent.fetch_add(1, Ordering::SeqCst);
                    return Some(wparam as isize + lparam);
                }
                WM_TIMER => counts.user_ticks.fetch_add(1, Ordering::SeqCst),
                _ => return None,
            };
            Some(0)
        });
        let (thread, event) = (this_thread(), auto_event());
        let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 0, i32::MAX, null())));
        let timer = Handle::new(call!(CreateWaitableTimerW(null(), 0, null())));
        let due = -100_000;
        assert_ne!(
            call!(SetWaitableTimer(*timer, &due, 10, None, null(), 0)),
            0
        );
        assert_ne!(call!(SetTimer(window.raw(), 1, 10, None)), 0);
        let disturbers: Vec<Task<Done>> = (0..THREADS)
            .map(|number| {
                let handles = (duplicate(*thread), duplicate(*event), duplicate(*semaphore));
                let seed = 0x9E37_79B9_7F4A_7C15 ^ number as u64;
                disturber(seed, window.address(), &seen, handles)
            })
            .collect();

        let handles = [event.raw(), semaphore.raw(), timer.raw()];
        let waited = wait_for_all(&handles, &seen, &disturbers);

        let mut done = Done::default();
        for disturber in disturbers {
            let one = disturber.result();
            done.posted += one.posted;
            done.sent += one.sent;
            done.apcs += one.apcs;
            done.released += one.released;
            done.set += one.set;
        }
        let got = Done {
            posted: seen.posted.load(Ordering::SeqCst),
            sent: seen.sent.load(Ordering::SeqCst),
            apcs: seen.apcs.load(Ordering::SeqCst),
            released: waited.released,
            set: done.set,
        };
        assert_eq!(got, done);
        assert!(
            (1..=done.set).contains(&waited.events),
            "events do not count"
        );
        assert!(waited.ticks >= 3 && seen.user_ticks.load(Ordering::SeqCst) >= 3);
    });
}

#[derive(Default)]
struct Waited {
    events: usize,
    released: usize,
    ticks: usize,
}

/// Waits until the others have ended, nothing is left, and both timers have come three times.
fn wait_for_all(handles: &[HANDLE; 3], seen: &Seen, disturbers: &[Task<Done>]) -> Waited {
    let mut waited = Waited::default();
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < 6 * DEADLINE, "it takes too long");
        let quiet = disturbers.iter().all(Task::ended)
            && waited.ticks >= 3
            && seen.user_ticks.load(Ordering::SeqCst) >= 3;
        let milliseconds = if quiet { 0 } else { 1_000 };
        // The timers would go on for ever: at the end only what comes at once counts.
        let handles = if quiet { &handles[..2] } else { &handles[..] };
        let count = handles.len() as u32;
        let outcome = call!(MsgWaitForMultipleObjectsEx(
            count,
            handles.as_ptr(),
            milliseconds,
            QS_ALLINPUT,
            MWMO_ALERTABLE
        ));
        match outcome {
            WAIT_OBJECT_0 => waited.events += 1,
            WAIT_IO_COMPLETION => {}
            WAIT_TIMEOUT if quiet => return waited,
            WAIT_TIMEOUT => {}
            outcome if outcome == WAIT_OBJECT_0 + count => {
                while let Some(message) = peek(PM_REMOVE) {
                    call!(DispatchMessageW(&message));
                }
            }
            outcome if outcome == WAIT_OBJECT_0 + 1 => waited.released += 1,
            outcome if outcome == WAIT_OBJECT_0 + 2 => waited.ticks += 1,
            other => panic!("MsgWaitForMultipleObjectsEx: {other}, {}", last_error()),
        }
    }
}
