//! WSAPoll.

use std::ptr::{null_mut, without_provenance_mut};
use std::time::{Duration, Instant};

use crate::common::w::Win32::Networking::WinSock::{
    INVALID_SOCKET, MSG_OOB, POLLERR, POLLHUP, POLLNVAL, POLLPRI, POLLRDBAND, POLLRDNORM,
    POLLWRBAND, POLLWRNORM, SD_SEND, SOCKET, WSAECONNRESET, WSAEFAULT, WSAEINVAL, WSAENOTSOCK,
    WSAEWOULDBLOCK, WSAPOLLFD, WSAPoll,
};
use crate::common::{DEADLINE, LIMIT, Socket, set_last_error, wsa_error};
use crate::io::address::silent_address;
use crate::io::{Background, checked, connected_pair, datagram_pair, eventually};

const ALL: i16 = POLLRDNORM | POLLRDBAND | POLLWRNORM;
/// What no call leaves in `revents`.
const UNTOUCHED: i16 = 0x7ead;

fn asking(fd: SOCKET, events: i16) -> WSAPOLLFD {
    WSAPOLLFD {
        fd,
        events,
        revents: UNTOUCHED,
    }
}

fn poll(entries: &mut [WSAPOLLFD], milliseconds: i32) -> Result<i32, i32> {
    let count = entries.len() as u32;
    checked(call!(WSAPoll(entries.as_mut_ptr(), count, milliseconds)))
}

/// What WSAPoll says of one socket now.
#[track_caller]
fn state(socket: &Socket) -> i16 {
    let mut entries = [asking(socket.raw(), ALL)];
    let count = poll(&mut entries, 0).expect("WSAPoll");
    assert_eq!(count, i32::from(entries[0].revents != 0));
    entries[0].revents
}

#[track_caller]
fn becomes(socket: &Socket, expected: i16) {
    eventually("the state", || state(socket) == expected);
}

/// SEL-27: No descriptors are WSAEINVAL, no array is WSAEFAULT.
#[test]
fn sel_27_arguments() {
    let socket = Socket::udp();
    let mut entry = asking(socket.raw(), ALL);
    assert_eq!(checked(call!(WSAPoll(&mut entry, 0, 0))), Err(WSAEINVAL));
    assert_eq!(checked(call!(WSAPoll(null_mut(), 0, 0))), Err(WSAEINVAL));
    assert_eq!(checked(call!(WSAPoll(null_mut(), 1, 0))), Err(WSAEFAULT));
    let nowhere = without_provenance_mut(8);
    assert_eq!(checked(call!(WSAPoll(nowhere, 1, 0))), Err(WSAEFAULT));
    assert_eq!(entry.revents, UNTOUCHED);
}

/// SEL-27: Flags other than POLLRDNORM, POLLRDBAND and POLLWRNORM must not be asked for.
#[test]
fn sel_27_flags() {
    let socket = Socket::udp();
    let others = [POLLERR, POLLHUP, POLLNVAL, 0x8, POLLWRBAND, 0x40, 0x80];
    for flag in others.into_iter().chain([POLLPRI, 0x800, 0x4000, i16::MIN]) {
        let mut entries = [asking(socket.raw(), flag)];
        assert_eq!(poll(&mut entries, 0), Err(WSAEINVAL), "{flag:#x}");
        assert_eq!(entries[0].revents, UNTOUCHED);
        assert_eq!(poll(&mut [asking(*socket, ALL | flag)], 0), Err(WSAEINVAL));
    }
    for flags in [0, POLLRDNORM, POLLRDBAND, POLLWRNORM, ALL] {
        let mut entries = [asking(*socket, flags)];
        let expected = flags & POLLWRNORM;
        set_last_error(77);
        assert_eq!(poll(&mut entries, 0), Ok(i32::from(expected != 0)));
        assert_eq!((entries[0].revents, wsa_error()), (expected, 0));
    }
}

/// SEL-28: What is ready is told, as far as it was asked for.
#[test]
fn sel_28_what_is_ready() {
    let listener = Socket::listener();
    assert_eq!(state(&listener), 0);
    let a = Socket::connected_to(&listener);
    becomes(&listener, POLLRDNORM);
    let b = listener.accept().expect("accept");
    assert_eq!(state(&listener), 0);
    assert_eq!(state(&a), POLLWRNORM);
    b.send(b"x").expect("send");
    becomes(&a, POLLRDNORM | POLLWRNORM);
    let mut entries = [asking(*a, POLLRDBAND), asking(*a, POLLRDNORM)];
    assert_eq!(poll(&mut entries, -1), Ok(1));
    assert_eq!(entries.map(|entry| entry.revents), [0, POLLRDNORM]);
    assert_eq!(a.recv(&mut [0; 4]), Ok(1));
    b.send_flags(b"!", MSG_OOB).expect("send");
    becomes(&a, POLLRDBAND | POLLWRNORM);
    let (one, two) = datagram_pair();
    two.send(b"").expect("send");
    becomes(&one, POLLRDNORM | POLLWRNORM);
    assert_eq!(state(&Socket::tcp()), 0);
}

/// SEL-28: An invalid socket is POLLNVAL and not counted; if there is no valid one, the call fails.
/// SEL-29: So is INVALID_SOCKET, whatever was asked of it.
#[test]
fn sel_28_invalid_sockets() {
    let stale = Socket::udp().close();
    let listener = Socket::listener();
    let writable = Socket::udp();
    for wrong in [stale, INVALID_SOCKET, 0xaba_caba] {
        let mut entries = [asking(wrong, POLLERR), asking(*listener, ALL)];
        assert_eq!(poll(&mut entries, 0), Ok(0));
        assert_eq!(entries.map(|entry| entry.revents), [POLLNVAL, 0]);
        let mut entries = [asking(*writable, ALL), asking(wrong, ALL)];
        assert_eq!(poll(&mut entries, -1), Ok(1));
        assert_eq!(entries.map(|entry| entry.revents), [POLLWRNORM, POLLNVAL]);
        let mut entries = [asking(wrong, ALL), asking(INVALID_SOCKET, 0)];
        assert_eq!(poll(&mut entries, -1), Err(WSAENOTSOCK));
        assert_eq!(entries.map(|entry| entry.revents), [POLLNVAL; 2]);
    }
}

/// SEL-28: The peer's orderly close is POLLHUP, with POLLRDNORM as long as there is data before it.
#[test]
fn sel_28_an_orderly_close() {
    let (a, b) = connected_pair();
    b.send(b"x").expect("send");
    b.shutdown(SD_SEND).expect("shutdown");
    becomes(&a, POLLRDNORM | POLLHUP | POLLWRNORM);
    assert_eq!(a.recv(&mut [0; 4]), Ok(1));
    assert_eq!(state(&a), POLLHUP | POLLWRNORM);
    assert_eq!(a.recv(&mut [0; 4]), Ok(0));
    assert_eq!(state(&a), POLLHUP | POLLWRNORM);
    let mut entries = [asking(*a, 0)];
    assert_eq!(poll(&mut entries, -1), Ok(1), "it need not be asked for");
    assert_eq!(entries[0].revents, POLLHUP);
    assert_eq!(state(&b), POLLWRNORM);
}

/// SEL-28: A reset is POLLERR, POLLHUP and POLLWRNORM, before and after a receive.
#[test]
fn sel_28_a_reset() {
    let (a, b) = connected_pair();
    b.reset();
    becomes(&a, POLLERR | POLLHUP | POLLWRNORM);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAECONNRESET));
    assert_eq!(state(&a), POLLERR | POLLHUP | POLLWRNORM);
}

/// SEL-28: A connect that fails is POLLERR, POLLHUP and POLLWRNORM, and one that succeeds is POLLWRNORM.
#[test]
fn sel_28_a_connect() {
    let (_owner, nobody) = silent_address();
    let socket = Socket::tcp();
    socket.set_nonblocking(true);
    assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
    let mut entries = [asking(*socket, POLLRDNORM)];
    assert_eq!(poll(&mut entries, LIMIT as i32), Ok(1));
    assert_eq!(entries[0].revents, POLLERR | POLLHUP);
    assert_eq!(state(&socket), POLLERR | POLLHUP | POLLWRNORM);

    let listener = Socket::listener();
    let name = listener.name().expect("name");
    assert_eq!(socket.connect(&name), Err(WSAEWOULDBLOCK));
    becomes(&socket, POLLWRNORM);
}

/// SEL-28: A socket that is closed during the wait ends it with POLLNVAL.
#[test]
fn sel_28_closing_ends_a_wait() {
    let (a, _b) = connected_pair();
    let value = a.raw();
    let call = Background::start(move || {
        let mut entries = [asking(value, POLLRDNORM)];
        (poll(&mut entries, LIMIT as i32), entries[0].revents)
    });
    call.still_blocked("WSAPoll");
    a.close();
    assert_eq!(call.join("WSAPoll"), (Ok(1), POLLNVAL));
}

/// SEL-28: A positive time in milliseconds is waited, a negative one has no end, and data ends both.
#[test]
fn sel_28_times() {
    let (a, b) = connected_pair();
    let start = Instant::now();
    assert_eq!(poll(&mut [asking(*a, POLLRDNORM)], 20), Ok(0));
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(20) && waited < DEADLINE);
    for milliseconds in [-1, i32::MIN, i32::MAX] {
        let value = a.raw();
        let call = Background::start(move || poll(&mut [asking(value, POLLRDNORM)], milliseconds));
        call.still_blocked("WSAPoll");
        b.send(b"x").expect("send");
        assert_eq!(call.join("WSAPoll"), Ok(1));
        assert_eq!(a.recv(&mut [0; 1]), Ok(1));
    }
}
