//! What the two models have in common: they replace each other, and they fix the blocking mode (NB-03, NB-21).

use super::watch::Watch;
use super::window::Window;
use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::{
    FD_CLOSE, FD_READ, FIONBIO, WSAEINVAL, WSAEWOULDBLOCK,
};
use crate::io::{Background, connected_pair};

/// Checks that the socket can be made blocking again, which waits for data then.
#[track_caller]
fn can_block_again(socket: Socket, peer: &Socket) {
    assert_eq!(socket.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    assert_eq!(socket.ioctl(FIONBIO, &mut 0), Ok(0));
    let call = Background::start(move || socket.recv(&mut [0; 4]));
    call.still_blocked("recv");
    peer.send(b"x").expect("send");
    assert_eq!(call.join("recv"), Ok(1));
}

/// NB-03: FIONBIO 0 is WSAEINVAL while WSAEventSelect is active, and the socket stays non-blocking.
#[test]
fn nb_03_an_event_selection_keeps_the_mode() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    assert_eq!(a.ioctl(FIONBIO, &mut 0), Err(WSAEINVAL));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    assert_eq!(a.ioctl(FIONBIO, &mut 1), Ok(0));
    b.send(b"abc").expect("send");
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv_all(3), b"abc");

    watch.select(&a, 0);
    can_block_again(a, &b);
}

/// NB-03: FIONBIO 0 is WSAEINVAL while WSAAsyncSelect is active, and the socket stays non-blocking.
#[test]
fn nb_03_a_message_selection_keeps_the_mode() {
    let (a, b) = connected_pair();
    let window = Window::of(&a, FD_READ);
    assert_eq!(a.ioctl(FIONBIO, &mut 0), Err(WSAEINVAL));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    assert_eq!(a.ioctl(FIONBIO, &mut 1), Ok(0));
    b.send(b"abc").expect("send");
    window.expect(&a, FD_READ);
    assert_eq!(a.recv_all(3), b"abc");

    window.select(&a, 0);
    can_block_again(a, &b);
}

/// NB-03: The same holds for an accepted socket that has inherited its selection.
#[test]
fn nb_03_an_inherited_selection_keeps_the_mode() {
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_READ);
    let peer = Socket::connected_to(&listener);
    let mut server = Err(0);
    crate::io::eventually("the connection", || {
        server = listener.accept();
        server.is_ok()
    });
    let server = server.expect("just checked");
    assert_eq!(server.ioctl(FIONBIO, &mut 0), Err(WSAEINVAL));
    watch.select(&server, 0);
    can_block_again(server, &peer);
}

/// NB-21: Either selection makes the socket non-blocking, and it stays so when the selection is cancelled.
#[test]
fn nb_21_a_selection_makes_non_blocking() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    watch.select(&a, 0);
    can_block_again(a, &b);

    let (a, b) = connected_pair();
    let window = Window::of(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    window.select(&a, 0);
    can_block_again(a, &b);
}

/// NB-21: A selection of no events makes non-blocking too.
#[test]
fn nb_21_even_an_empty_selection_does() {
    let (a, b) = connected_pair();
    Watch::new().select(&a, 0);
    can_block_again(a, &b);

    let (a, b) = connected_pair();
    Window::new().select(&a, 0);
    can_block_again(a, &b);
}

/// EVT-30: WSAAsyncSelect and WSAEventSelect replace each other.
#[test]
fn evt_30_the_last_model_is_the_active_one() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_READ | FD_CLOSE);
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    assert!(!watch.is_set(), "the event object is out of use");

    watch.select(&b, FD_READ | FD_CLOSE);
    assert_eq!(b.recv_all(3), b"abc");
    watch.forgotten(&b);
    a.send(b"def").expect("send");
    watch.expect(&b, FD_READ);
    window.quiet();
    a.close();
    watch.expect(&b, FD_CLOSE);
    window.quiet();
}

/// EVT-30: A record that wasn't fetched from the event model is posted by the message model.
#[test]
fn evt_30_an_unfetched_record_is_posted() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    watch.wait();
    let window = Window::of(&b, FD_READ);
    window.expect(&b, FD_READ);
    window.quiet();
    assert_eq!(b.recv_all(3), b"abc");
    window.quiet();
}
