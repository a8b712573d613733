//! The calls themselves: what WSAEventSelect takes, what WSAEnumNetworkEvents gives and clears, how masks replace each other.

use std::ptr::null_mut;

use super::watch::{ALL, Found, UNWRITTEN, Watch, enumerate, select, taken};

use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_ACCEPT_BIT, FD_CLOSE, FD_CLOSE_BIT, FD_CONNECT, FD_CONNECT_BIT, FD_OOB,
    FD_OOB_BIT, FD_READ, FD_READ_BIT, FD_WRITE, FD_WRITE_BIT, INVALID_SOCKET, MSG_PEEK,
    WSA_INVALID_HANDLE, WSAECONNABORTED, WSAECONNRESET, WSAEFAULT, WSAEINVAL, WSAENOTSOCK,
    WSAEVENT, WSAEWOULDBLOCK, WSAEnumNetworkEvents, WSAResetEvent, WSASetEvent,
};
use crate::common::w::Win32::System::Threading::{CreateSemaphoreW, ResetEvent};
use crate::common::{Handle, LIMIT, Socket, auto_event, event, signalled, startup, wait};
use crate::io::{checked, connected_pair, eventually, never};

/// EVT-01: WSAEventSelect records the selected events in the socket and sets the event object when one occurs.
#[test]
fn evt_01_a_selected_event_sets_the_object() {
    let (a, b) = connected_pair();
    let event = event();
    assert_eq!(select(a.raw(), event.raw(), FD_READ | FD_CLOSE), Ok(0));
    never("set before anything happens", || signalled(event.raw()));

    b.send(b"abc").expect("send");

    assert_eq!(wait(event.raw(), LIMIT), 0);
    let found = enumerate(a.raw(), event.raw()).expect("WSAEnumNetworkEvents");
    assert_eq!((found.events, found.error(FD_READ)), (FD_READ, 0));
    assert_eq!(a.recv_all(3), b"abc");
}

/// EVT-01: The socket is non-blocking from the call on.
#[test]
fn evt_01_the_socket_becomes_non_blocking() {
    let (a, _b) = connected_pair();
    let _watch = Watch::of(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
}

/// EVT-01: Only the selected events set the object.
#[test]
fn evt_01_what_is_not_selected_sets_nothing() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_CLOSE);
    b.send(b"abc").expect("send");
    watch.quiet(&a);
    b.close();
    watch.expect(&a, FD_CLOSE);
}

/// EVT-02: Events without a valid event handle are WSAEINVAL.
#[test]
fn evt_02_events_need_an_event_object() {
    let (a, _b) = connected_pair();
    assert_eq!(select(a.raw(), null_mut(), FD_READ), Err(WSAEINVAL));
    let stale = event().close();
    assert_eq!(select(a.raw(), stale, FD_READ), Err(WSAEINVAL));
    let semaphore = Handle::new(call!(CreateSemaphoreW(
        std::ptr::null(),
        0,
        1,
        std::ptr::null()
    )));
    assert!(select(a.raw(), semaphore.raw(), FD_READ).is_err());
    assert!(select(a.raw(), a.handle(), FD_READ).is_err());
}

/// EVT-02: A bad socket is WSAENOTSOCK.
#[test]
fn evt_02_a_bad_socket_is_refused() {
    startup();
    let event = event();
    for events in [FD_READ, 0] {
        let results = [
            select(INVALID_SOCKET, event.raw(), events),
            select(Socket::tcp().close(), event.raw(), events),
            select(event.raw() as usize, event.raw(), events),
        ];
        assert_eq!(results, [Err(WSAENOTSOCK); 3]);
    }
}

/// EVT-02: Events 0 ends the selection, whatever the event handle is.
#[test]
fn evt_02_no_events_cancel_and_ignore_the_handle() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);
    for handle in [null_mut(), event().close(), watch.raw()] {
        assert_eq!(select(a.raw(), handle, 0), Ok(0));
    }
    b.send(b"abc").expect("send");
    b.close();
    watch.quiet(&a);
}

/// EVT-03: A new call replaces mask and event object.
#[test]
fn evt_03_a_new_call_replaces_mask_and_object() {
    let (a, b) = connected_pair();
    let old = Watch::of(&a, FD_READ | FD_CLOSE);
    let new = Watch::of(&a, FD_CLOSE);
    b.send(b"abc").expect("send");
    never("set without being selected", || new.is_set());
    b.close();
    new.expect(&a, FD_CLOSE);
    assert!(!old.is_set(), "the old object is out of use");
}

/// EVT-03: What was recorded before and is still selected sets the new event object.
#[test]
fn evt_03_what_was_recorded_sets_the_new_object() {
    let (a, b) = connected_pair();
    let old = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    old.wait();

    let new = Watch::of(&a, FD_READ | FD_CLOSE);

    assert!(new.is_set(), "set by the call itself");
    new.expect(&a, FD_READ);
    new.quiet(&a);
}

/// EVT-04: WSAEnumNetworkEvents clears what it returns and resets the event object.
#[test]
fn evt_04_enumerating_clears_and_resets() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_eq!(watch.take(&a).events, FD_READ);
    assert!(!watch.is_set());
    assert_eq!(watch.take(&a).events, 0);
    watch.quiet(&a);
}

/// EVT-04: Without an event handle the object stays as it is.
#[test]
fn evt_04_without_a_handle_the_object_stays_set() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_eq!(taken(&a), FD_READ);
    assert!(watch.is_set());
    assert_eq!(taken(&a), 0);
}

/// EVT-04: The event object that is reset is the one given, selected or not.
#[test]
fn evt_04_the_given_object_is_reset() {
    let (a, b) = connected_pair();
    let (watch, other) = (Watch::of(&a, FD_READ), Watch::new());
    assert_ne!(call!(WSASetEvent(other.raw() as WSAEVENT)), 0);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_eq!(other.take(&a).events, FD_READ);
    assert!(!other.is_set());
    assert!(watch.is_set());
}

/// EVT-04: A program may ask again and again without ever waiting.
#[test]
fn evt_04_asking_without_waiting_finds_the_events() {
    let (a, b) = connected_pair();
    let _watch = Watch::of(&a, FD_READ | FD_CLOSE);
    for _ in 0..20 {
        b.send(b"abc").expect("send");
        eventually("FD_READ", || taken(&a) == FD_READ);
        assert_eq!(a.recv_all(3), b"abc");
        assert_eq!(taken(&a), 0);
    }
    b.close();
    eventually("FD_CLOSE", || taken(&a) == FD_CLOSE);
}

/// EVT-05: The index of an event's error code is the number of its bit.
#[test]
fn evt_05_indices_are_bit_numbers() {
    let pairs = [
        (FD_READ, FD_READ_BIT, 0),
        (FD_WRITE, FD_WRITE_BIT, 1),
        (FD_OOB, FD_OOB_BIT, 2),
        (FD_ACCEPT, FD_ACCEPT_BIT, 3),
        (FD_CONNECT, FD_CONNECT_BIT, 4),
        (FD_CLOSE, FD_CLOSE_BIT, 5),
    ];
    for (event, index, number) in pairs {
        assert_eq!((event, index), (1 << number, number));
    }
}

/// EVT-05: Error codes are written for the events that are told, and for no others.
#[test]
fn evt_05_other_error_codes_keep_their_content() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, ALL);
    watch.expect(&a, FD_CONNECT | FD_WRITE);
    assert_eq!(watch.take(&a).errors, [UNWRITTEN; 10]);

    b.send(b"abc").expect("send");
    watch.wait();
    let mut expected = [UNWRITTEN; 10];
    expected[FD_READ_BIT as usize] = 0;
    assert_eq!(
        watch.take(&a),
        Found {
            events: FD_READ,
            errors: expected
        }
    );

    b.reset();
    watch.wait();
    let mut found = watch.take(&a);
    assert_eq!(found.events & FD_CLOSE, FD_CLOSE);
    let error = found.error(FD_CLOSE);
    assert!([WSAECONNABORTED, WSAECONNRESET].contains(&error), "{error}");
    found.errors[FD_CLOSE_BIT as usize] = UNWRITTEN;
    found.errors[FD_READ_BIT as usize] = UNWRITTEN;
    assert_eq!(found.errors, [UNWRITTEN; 10]);
}

/// EVT-06: Records outside the mask are neither told nor cleared.
#[test]
fn evt_06_narrowing_keeps_the_other_records() {
    let (a, b) = connected_pair();
    a.send(b"abc").expect("send");
    eventually("the data", || b.recv_flags(&mut [0; 3], MSG_PEEK) == Ok(3));
    let watch = Watch::of(&b, FD_READ | FD_WRITE);
    watch.wait();

    watch.select(&b, FD_WRITE);
    watch.expect(&b, FD_WRITE);
    watch.quiet(&b);
    watch.select(&b, FD_READ | FD_WRITE);
    watch.expect(&b, FD_READ);
}

/// EVT-06: What happens while it isn't selected is told when it is selected later.
#[test]
fn evt_06_what_happened_unselected_is_told_later() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_CLOSE);
    b.send(b"abc").expect("send");
    watch.quiet(&a);
    watch.select(&a, FD_READ | FD_CLOSE);
    watch.expect(&a, FD_READ);

    watch.select(&a, FD_READ);
    b.close();
    watch.quiet(&a);
    watch.select(&a, FD_READ | FD_CLOSE);
    watch.expect(&a, FD_CLOSE);
}

/// EVT-06: What happens while nothing at all is selected is told when it is selected.
#[test]
fn evt_06_what_happened_before_the_selection_is_told() {
    let (a, b) = connected_pair();
    a.send(b"abc").expect("send");
    eventually("the data", || b.recv_flags(&mut [0; 3], MSG_PEEK) == Ok(3));
    let watch = Watch::of(&b, ALL);
    watch.expect(&b, FD_READ | FD_WRITE);

    watch.select(&b, 0);
    assert_eq!(b.recv_all(3), b"abc");
    a.send(b"def").expect("send");
    watch.quiet(&b);
    watch.select(&b, ALL);
    watch.expect(&b, FD_READ);
}

/// EVT-07: WSAEnumNetworkEvents needs a place for its answer, and a socket.
#[test]
fn evt_07_errors_of_enumerating() {
    let (a, _b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    let event = watch.raw() as WSAEVENT;
    let result = checked(call!(WSAEnumNetworkEvents(a.raw(), event, null_mut())));
    assert_eq!(result, Err(WSAEFAULT));
    assert_eq!(
        enumerate(INVALID_SOCKET, null_mut()).map(|_| ()),
        Err(WSAENOTSOCK)
    );
    assert_eq!(
        enumerate(Socket::tcp().close(), null_mut()).map(|_| ()),
        Err(WSAENOTSOCK)
    );
}

/// EVT-07: A stale event handle is refused.
#[test]
fn evt_07_a_stale_event_handle_is_refused() {
    let (a, _b) = connected_pair();
    let stale = event().close();
    let error = enumerate(a.raw(), stale).map(|_| ()).expect_err("stale");
    assert!([WSAEINVAL, WSA_INVALID_HANDLE].contains(&error), "{error}");
}

/// EVT-07: Without a selection there are no events.
#[test]
fn evt_07_without_a_selection_there_are_no_events() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    for socket in [&a, &Socket::tcp(), &Socket::listener()] {
        assert_eq!(taken(socket), 0);
    }
    never("an event that nobody selected", || taken(&a) != 0);
}

/// EVT-08: Resetting the object by hand loses no record, and the object isn't set for it again.
#[test]
fn evt_08_resetting_by_hand_loses_nothing() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_ne!(call!(WSAResetEvent(watch.raw() as WSAEVENT)), 0);
    never("set again for the same data", || watch.is_set());
    assert_eq!(watch.take(&a).events, FD_READ);
}

/// EVT-08: The object stays set until WSAEnumNetworkEvents, whatever is done with the data.
#[test]
fn evt_08_only_enumerating_resets_the_object() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_eq!(a.recv_all(3), b"abc");
    never("reset by recv", || !watch.is_set());
    watch.forgotten(&a);
}

/// EVT-08: An auto-reset event object is reset by the wait; the record stays.
#[test]
fn evt_08_an_auto_reset_object_serves_too() {
    let (a, b) = connected_pair();
    let event = auto_event();
    assert_eq!(select(a.raw(), event.raw(), FD_READ), Ok(0));
    for _ in 0..10 {
        b.send(b"abc").expect("send");
        assert_eq!(wait(event.raw(), LIMIT), 0);
        assert!(!signalled(event.raw()));
        assert_eq!(taken(&a), FD_READ);
        assert_eq!(a.recv_all(3), b"abc");
    }
}

/// EVT-08: Setting the object by hand records nothing.
#[test]
fn evt_08_setting_by_hand_records_nothing() {
    let (a, _b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);
    assert_ne!(call!(WSASetEvent(watch.raw() as WSAEVENT)), 0);
    assert_eq!(watch.take(&a).events, 0);
    assert!(!watch.is_set());
}

/// EVT-09: Narrowing the mask leaves a set event object set.
#[test]
fn evt_09_narrowing_leaves_the_object_set() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);
    b.send(b"abc").expect("send");
    watch.wait();
    watch.select(&a, FD_CLOSE);
    assert!(watch.is_set());
    assert_eq!(watch.take(&a).events, 0);
}

/// EVT-09: After a reset by hand the narrow mask sets nothing, and a mask with the recorded event sets the object at once.
#[test]
fn evt_09_widening_sets_the_object_at_once() {
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT | FD_READ);
    let _client = Socket::connected_to(&listener);
    watch.wait();
    assert_ne!(call!(ResetEvent(watch.raw())), 0);

    watch.select(&listener, FD_READ);
    never("set for what isn't selected", || watch.is_set());
    watch.select(&listener, FD_ACCEPT | FD_READ);
    assert!(watch.is_set(), "set by the call itself");
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
}
