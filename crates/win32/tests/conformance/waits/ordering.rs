//! What competing threads may rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use crate::common::w::Win32::Foundation::{STATUS_PENDING, WAIT_OBJECT_0, WAIT_TIMEOUT};
use crate::common::w::Win32::Networking::WinSock::{
    SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSARecv, send,
};
use crate::common::w::Win32::System::IO::OVERLAPPED;
use crate::common::w::Win32::System::Threading::{SetEvent, WaitForMultipleObjects};
use crate::common::{
    DEADLINE, LIMIT, ROUNDS_LIMIT, auto_event, event, task, tcp_pair, wait, wsa_error,
};

/// WAIT-51: While threads wait for one auto-reset event with very short time-outs, each SetEvent is taken by exactly one of them and none
/// is lost.
#[test]
fn wait_51_each_set_event_is_taken_exactly_once() {
    const ROUNDS: u32 = 2000;
    let (set, never) = (Arc::new(auto_event()), Arc::new(auto_event()));
    let (taken, over) = (
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let takers: Vec<_> = (0..4)
        .map(|number| {
            let (set, never) = (Arc::clone(&set), Arc::clone(&never));
            let (taken, over) = (Arc::clone(&taken), Arc::clone(&over));
            task(move || {
                let handles = if number % 2 == 0 {
                    [**never, **set]
                } else {
                    [**set, **never]
                };
                let index = WAIT_OBJECT_0 + u32::from(number % 2 == 0);
                while !over.load(Ordering::SeqCst) {
                    let time = number / 2;
                    let result = call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, time));
                    if result == index {
                        taken.fetch_add(1, Ordering::SeqCst);
                    } else {
                        assert_eq!(result, WAIT_TIMEOUT);
                    }
                }
            })
        })
        .collect();
    let (start, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS && start.elapsed() < ROUNDS_LIMIT {
        rounds += 1;
        let set_at = Instant::now();
        call!(SetEvent(**set));
        while taken.load(Ordering::SeqCst) < rounds && set_at.elapsed() < DEADLINE {
            std::thread::yield_now();
        }
        assert_eq!(taken.load(Ordering::SeqCst), rounds, "lost or taken twice");
    }
    over.store(true, Ordering::SeqCst);
    takers.into_iter().for_each(|taker| taker.result());
    assert_eq!(taken.load(Ordering::SeqCst), rounds);
}

/// WAIT-52: What a thread wrote before it signalled an event is seen by the thread that the event woke.
#[test]
fn wait_52_writes_before_the_signal_are_seen_after_the_wait() {
    const ROUNDS: u32 = 1000;
    let (full, empty) = (Arc::new(auto_event()), Arc::new(auto_event()));
    // Relaxed on purpose: only the events order these accesses.
    let cells: Arc<[AtomicU32; 8]> = Arc::default();
    let (signal, awaited, read) = (Arc::clone(&empty), Arc::clone(&full), Arc::clone(&cells));
    let reader = task(move || {
        for round in 1..=ROUNDS {
            assert_eq!(wait(**awaited, LIMIT), WAIT_OBJECT_0);
            assert!(
                read.iter()
                    .all(|cell| cell.load(Ordering::Relaxed) == round)
            );
            call!(SetEvent(**signal));
        }
    });
    for round in 1..=ROUNDS {
        cells
            .iter()
            .for_each(|cell| cell.store(round, Ordering::Relaxed));
        call!(SetEvent(**full));
        assert_eq!(wait(**empty, LIMIT), WAIT_OBJECT_0);
    }
    reader.result();
}

/// WAIT-52: The event of an operation is signalled after its status words and its buffer have been written.
#[test]
fn wait_52_status_words_stand_before_the_event() {
    let (client, server) = tcp_pair();
    let done = event();
    for round in 0..100u8 {
        let mut bytes = [0u8; 16];
        let buffer = WSABUF {
            len: 16,
            buf: bytes.as_mut_ptr(),
        };
        let mut overlapped = OVERLAPPED {
            hEvent: *done,
            ..OVERLAPPED::default()
        };
        let started = call!(WSARecv(
            *server,
            &buffer,
            1,
            std::ptr::null_mut(),
            &mut 0,
            &mut overlapped,
            None
        ));
        assert_eq!((started, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
        let socket = client.raw();
        let sender = task(move || call!(send(socket, [round; 16].as_ptr(), 16, 0)));
        assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
        assert_ne!(overlapped.Internal, STATUS_PENDING as usize);
        assert_eq!((overlapped.Internal, overlapped.InternalHigh), (0, 16));
        assert_eq!(bytes, [round; 16]);
        assert_eq!(sender.result(), 16);
    }
}
