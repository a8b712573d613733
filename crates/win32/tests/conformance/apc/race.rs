//! APCs against the moment in which their thread falls asleep.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use crate::common::w::Win32::Foundation::{WAIT_IO_COMPLETION, WAIT_OBJECT_0};
use crate::common::w::Win32::Networking::WinSock::{
    SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSARecv, send,
};
use crate::common::w::Win32::System::IO::OVERLAPPED;
use crate::common::w::Win32::System::Threading::{SetEvent, SleepEx, WaitForSingleObjectEx};
use crate::common::{
    DEADLINE, LIMIT, auto_event, in_own_thread, queue_apc, task, tcp_pair, this_thread, wsa_error,
};

/// A pause of changing length, from nothing to a few microseconds, so that the other thread is met at every point of its way into the
/// wait.
fn jitter(round: u32) {
    for _ in 0..(round * 7919) % 97 {
        std::hint::spin_loop();
    }
}

/// Looks for the condition without sleeping; false once [`DEADLINE`] has passed.
fn soon(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !(0..200).any(|_| condition()) {
        if start.elapsed() > DEADLINE {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// APC-33: No APC is lost that is queued while its thread is on the way into an alertable wait.
#[test]
fn apc_33_no_apc_is_lost_before_the_sleep() {
    const ROUNDS: u32 = 20_000;
    let ran = Arc::new(AtomicU32::new(0));
    let (sender, receiver) = std::sync::mpsc::channel();
    let counted = Arc::clone(&ran);
    let sleeper = task(move || {
        sender.send(this_thread()).expect("the test waits");
        while counted.load(Ordering::SeqCst) < ROUNDS {
            if call!(SleepEx(LIMIT, 1)) != WAIT_IO_COMPLETION {
                return false;
            }
        }
        true
    });
    let thread = receiver.recv().expect("the thread has started");
    for round in 0..ROUNDS {
        jitter(round);
        let ran = Arc::clone(&ran);
        let counted = Arc::clone(&ran);
        let queued = queue_apc(*thread, move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        assert_ne!(queued, 0);
        assert!(
            soon(|| ran.load(Ordering::SeqCst) == round + 1),
            "an APC was missed"
        );
    }
    assert!(sleeper.result(), "the sleeper was never left alone");
}

/// APC-33: When an event and an APC reach a waiting thread at the same time, neither is lost.
/// WAIT-15: A waiter that runs an APC instead leaves the auto-reset event to its next wait.
#[test]
fn apc_33_neither_object_nor_apc_is_lost() {
    const ROUNDS: u32 = 1000;
    let set = Arc::new(auto_event());
    let (ran, taken) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (sender, receiver) = std::sync::mpsc::channel();
    let (awaited, counted) = (Arc::clone(&set), Arc::clone(&taken));
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let waiter = task(move || {
        sender.send(this_thread()).expect("the test waits");
        while !ended.load(Ordering::SeqCst) {
            if call!(WaitForSingleObjectEx(**awaited, 100, 1)) == WAIT_OBJECT_0 {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let thread = receiver.recv().expect("the thread has started");
    for round in 1..=ROUNDS {
        let signal = Arc::clone(&set);
        let signaller = (round % 10 == 0).then(|| task(move || call!(SetEvent(**signal))));
        jitter(round);
        let counted = Arc::clone(&ran);
        let queued = queue_apc(*thread, move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        assert_ne!(queued, 0);
        match signaller {
            Some(signaller) => assert_ne!(signaller.result(), 0),
            None => assert_ne!(call!(SetEvent(**set)), 0),
        }
        let both = || (ran.load(Ordering::SeqCst), taken.load(Ordering::SeqCst));
        soon(|| both() == (round, round));
        assert_eq!(both(), (round, round));
    }
    over.store(true, Ordering::SeqCst);
    waiter.result();
}

/// APC-33: The completions of receives reach their alertable thread, however it and the sender meet.
#[test]
fn apc_33_no_completion_routine_is_lost() {
    const ROUNDS: u8 = 200;

    unsafe extern "system" fn routine(error: u32, count: u32, overlapped: *mut OVERLAPPED, _: u32) {
        // SAFETY: the test's operation, which it keeps until this has been called.
        unsafe { (*overlapped).hEvent = (error + count) as usize as _ };
    }

    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let socket = client.raw();
        for round in 1..=ROUNDS {
            let mut bytes = [0u8; 4];
            let buffer = WSABUF {
                len: 4,
                buf: bytes.as_mut_ptr(),
            };
            let mut operation = OVERLAPPED::default();
            let overlapped = &raw mut operation;
            let (count, flags) = (std::ptr::null_mut(), &mut 0);
            let result = call!(WSARecv(
                *server,
                &buffer,
                1,
                count,
                flags,
                overlapped,
                Some(routine)
            ));
            assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
            let sender = task(move || {
                jitter(round.into());
                call!(send(socket, [round].as_ptr(), 1, 0))
            });
            assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
            assert_eq!(sender.result(), 1);
            assert_eq!((operation.hEvent as usize, bytes[0]), (1, round));
        }
    });
}
