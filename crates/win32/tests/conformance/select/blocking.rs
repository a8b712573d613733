//! What happens while select is blocked: APCs, closing, cancelling, many threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Set, select_sets, until_readable};
use crate::common::w::Win32::Networking::WinSock::{WSA_OPERATION_ABORTED, WSAENOTSOCK};
use crate::common::w::Win32::System::IO::CancelSynchronousIo;
use crate::common::w::Win32::System::Threading::{GetCurrentThread, SleepEx};
use crate::common::{
    DEADLINE, Handle, Log, Socket, Task, in_own_thread, queue_apc, task, this_thread, wait_until,
};
use crate::io::{Background, connected_pair, datagram_pair, eventually, within};

/// A select in a thread of its own, with a handle to that thread.
fn selecting(
    call: impl FnOnce() -> Result<i32, i32> + Send + 'static,
) -> (Arc<Handle>, Task<Result<i32, i32>>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let blocked = task(move || {
        let thread = Arc::new(this_thread());
        sender.send(thread).expect("the test waits");
        call()
    });
    let thread = receiver.recv_timeout(DEADLINE).expect("it has started");
    (thread, blocked)
}

/// APC-19: A select that is blocked runs APCs and goes on waiting.
/// SEL-23: It returns when a socket becomes ready, not because of the APC.
#[test]
fn apc_19_a_blocked_select_runs_apcs() {
    let (a, b) = connected_pair();
    let (thread, blocked) = selecting(move || {
        let mut read = Set::of(&[&a]);
        select_sets(Some(&mut read), None, None, Some(DEADLINE))
    });
    let ran = Log::default();
    for round in 1..=3 {
        let noted = ran.clone();
        assert_ne!(queue_apc(**thread, move || noted.note(round)), 0);
        assert!(wait_until(DEADLINE, || ran.count() == round), "it runs");
        assert!(!blocked.ended(), "select goes on");
    }
    b.send(b"x").expect("send");
    assert_eq!(blocked.result(), Ok(1));
}

/// APC-19: APCs that are queued already run too, and the time is waited to its end.
#[test]
fn apc_19_the_time_is_waited_to_its_end() {
    in_own_thread(|| {
        let (a, _b) = connected_pair();
        let ran = Log::default();
        for round in 1..=2 {
            let noted = ran.clone();
            queue_apc(call!(GetCurrentThread()), move || noted.note(round));
        }
        let limit = Duration::from_millis(60);
        let start = Instant::now();
        let mut read = Set::of(&[&a]);
        assert_eq!(select_sets(Some(&mut read), None, None, Some(limit)), Ok(0));
        assert!(start.elapsed() >= limit);
        assert_eq!(ran.entries(), [1, 2]);
    });
}

/// APC-19: A select that need not wait, or must not, runs no APC.
#[test]
fn apc_19_a_select_that_does_not_block_runs_no_apc() {
    in_own_thread(|| {
        let (a, _b) = connected_pair();
        let ran = Log::default();
        let noted = ran.clone();
        queue_apc(call!(GetCurrentThread()), move || noted.note(()));
        let (mut read, mut write) = (Set::of(&[&a]), Set::of(&[&a]));
        let at_once = Some(Duration::ZERO);
        assert_eq!(select_sets(Some(&mut read), None, None, at_once), Ok(0));
        assert_eq!(select_sets(None, Some(&mut write), None, None), Ok(1));
        assert_eq!(ran.count(), 0);
        call!(SleepEx(0, 1));
        assert_eq!(ran.count(), 1);
    });
}

/// APC-19: An APC may call select itself, and close what the outer one waits for.
#[test]
fn apc_19_an_apc_may_call_select() {
    let (a, b) = connected_pair();
    let (other, peer) = datagram_pair();
    let value = a.raw();
    let (thread, blocked) = selecting(move || {
        let (mut read, mut write) = (Set::of_values([value]), Set::of(&[]));
        select_sets(Some(&mut read), Some(&mut write), None, Some(DEADLINE))
    });
    let ran = Log::default();
    let noted = ran.clone();
    queue_apc(**thread, move || {
        peer.send(b"x").expect("send");
        until_readable(&other);
        noted.note(1);
    });
    eventually("the APC", || ran.count() == 1);
    assert!(!blocked.ended());
    queue_apc(**thread, move || drop(a));
    assert_eq!(blocked.result(), Ok(1));
    drop(b);
}

/// SEL-22: A socket of the read set that is closed during the wait ends it, and is in the read set.
#[test]
fn sel_22_closing_ends_a_wait_for_reading() {
    for socket in [connected_pair().0, Socket::listener(), Socket::udp_bound()] {
        let value = socket.raw();
        let call = Background::start(move || {
            let (mut read, mut except) = (Set::of_values([value]), Set::of_values([value]));
            let result = select_sets(Some(&mut read), None, Some(&mut except), Some(DEADLINE));
            (result, read.members().to_vec(), except.members().to_vec())
        });
        call.still_blocked("select");
        socket.close();
        assert_eq!(call.join("select"), (Ok(1), vec![value], vec![]));
    }
}

/// SEL-22: A socket of the except set alone that is closed during the wait ends it with WSAENOTSOCK.
#[test]
fn sel_22_closing_ends_a_wait_for_exceptions() {
    let (a, _b) = connected_pair();
    let (other, _c) = connected_pair();
    let (value, open) = (a.raw(), other.raw());
    let call = Background::start(move || {
        let (mut read, mut except) = (Set::of_values([open]), Set::of_values([value]));
        let result = select_sets(Some(&mut read), None, Some(&mut except), Some(DEADLINE));
        (result, read.members().to_vec(), except.members().to_vec())
    });
    call.still_blocked("select");
    a.close();
    let untouched = (vec![open], vec![value]);
    let (result, read, except) = call.join("select");
    assert_eq!(
        (result, (read, except)),
        (Err(WSAENOTSOCK), untouched),
        "the sets are as they were"
    );
}

/// SEL-22: The descriptor of a socket that is closed during a wait goes when the wait is over, and so does its peer's
/// connection.
#[test]
fn sel_22_what_is_closed_is_closed_for_the_peer() {
    let (a, b) = connected_pair();
    let value = a.raw();
    let call = Background::start(move || {
        select_sets(
            Some(&mut Set::of_values([value])),
            None,
            None,
            Some(DEADLINE),
        )
    });
    call.still_blocked("select");
    a.close();
    assert_eq!(call.join("select"), Ok(1));
    assert_eq!(within("recv", move || b.recv(&mut [0; 1])), Ok(0));
}

/// SEL-23: Signals of Linux do not end a select.
#[cfg(target_os = "linux")]
#[test]
fn sel_23_signals_do_not_end_a_wait() {
    extern "C" fn nothing(_: i32) {}

    // SAFETY: the handler does nothing, and no other test uses this signal.
    unsafe { libc::signal(libc::SIGUSR2, nothing as *const () as libc::sighandler_t) };
    let (a, b) = connected_pair();
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = Background::start(move || {
        // SAFETY: no preconditions.
        sender.send(unsafe { libc::pthread_self() }).expect("alive");
        select_sets(Some(&mut Set::of(&[&a])), None, None, Some(DEADLINE))
    });
    let thread = receiver.recv_timeout(DEADLINE).expect("it has started");
    call.still_blocked("select");
    for _ in 0..10 {
        // SAFETY: the thread waits for data that this test sends last.
        unsafe { libc::pthread_kill(thread, libc::SIGUSR2) };
        std::thread::sleep(Duration::from_millis(2));
    }
    call.still_blocked("select");
    b.send(b"x").expect("send");
    assert_eq!(call.join("select"), Ok(1));
}

/// CXL-10: CancelSynchronousIo ends a blocked select.
#[test]
fn cxl_10_a_blocked_select_can_be_cancelled() {
    let (a, _b) = connected_pair();
    let (thread, blocked) =
        selecting(move || select_sets(Some(&mut Set::of(&[&a])), None, None, Some(DEADLINE)));
    eventually("the cancellation", || {
        call!(CancelSynchronousIo(**thread)) != 0
    });
    assert_eq!(blocked.result(), Err(WSA_OPERATION_ABORTED));
}

/// SEL-22: Threads that select the same sockets while they come, go and are fed all return, and none reports a socket
/// that was not in its set.
#[test]
fn sel_22_many_threads_and_closing_sockets() {
    let done = Arc::new(AtomicBool::new(false));
    let (stays, peer) = datagram_pair();
    let (stays, value) = (Arc::new(stays), std::sync::mpsc::channel());
    let current = Arc::new(std::sync::Mutex::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (done, stays, current) = (done.clone(), stays.clone(), current.clone());
            let sender = value.0.clone();
            task(move || {
                let mut rounds = 0;
                while !done.load(Ordering::Acquire) {
                    let changing = *current.lock().expect("the lock");
                    let mut read = Set::of_values([stays.raw(), changing]);
                    match select_sets(Some(&mut read), None, None, Some(DEADLINE)) {
                        Ok(count) => {
                            assert_eq!(read.count(), count as usize);
                            let known = [stays.raw(), changing];
                            assert!(read.members().iter().all(|one| known.contains(one)));
                        }
                        Err(code) => assert_eq!(code, WSAENOTSOCK),
                    }
                    rounds += 1;
                }
                sender.send(rounds).expect("the test waits");
            })
        })
        .collect();
    for _ in 0..200 {
        let (one, two) = connected_pair();
        *current.lock().expect("the lock") = one.raw();
        two.send(b"x").expect("send");
        drop((one, two));
    }
    done.store(true, Ordering::Release);
    peer.send(b"end").expect("send");
    for thread in threads {
        thread.result();
        assert!(value.1.recv_timeout(DEADLINE).expect("a number") > 0);
    }
}
