//! Sets, results, errors, times.

use std::ptr::{null, null_mut, without_provenance_mut};
use std::time::{Duration, Instant};

use super::{Set, becomes, select_sets, time, until_readable};
use crate::common::w::Win32::Networking::WinSock::{
    FD_SET, INVALID_SOCKET, TIMEVAL, WSAEFAULT, WSAEINVAL, WSAENOTSOCK, select,
};
use crate::common::{Socket, event, set_last_error, startup, wsa_error};
use crate::io::{Background, checked, connected_pair};

/// Two readable ends and one that is not.
struct Three {
    first: Socket,
    silent: Socket,
    last: Socket,
    _peers: [Socket; 3],
}

fn three() -> Three {
    let [(first, a), (silent, b), (last, c)] = [(); 3].map(|()| connected_pair());
    for (peer, end) in [(&a, &first), (&c, &last)] {
        peer.send(b"x").expect("send");
        until_readable(end);
    }
    Three {
        first,
        silent,
        last,
        _peers: [a, b, c],
    }
}

/// SEL-10: The result counts each socket in each set.
/// SEL-11: Each set keeps its ready sockets, in the order given.
#[test]
fn sel_10_the_result_counts_the_members_of_all_sets() {
    let Three {
        first,
        silent,
        last,
        ..
    } = &three();
    let mut read = Set::of(&[last, silent, first]);
    let mut write = Set::of(&[silent, last]);
    let mut except = Set::of(&[first]);
    let sets = (Some(&mut read), Some(&mut write), Some(&mut except));
    assert_eq!(select_sets(sets.0, sets.1, sets.2, None), Ok(4));
    assert_eq!(read.members(), [last.raw(), first.raw()]);
    assert_eq!(write.members(), [silent.raw(), last.raw()]);
    assert_eq!(except.members(), [0_usize; 0]);
    set_last_error(77);
    assert_eq!(select_sets(Some(&mut read), None, None, None), Ok(2));
    assert_eq!(wsa_error(), 0);
}

/// SEL-10: When the time is over the result is 0 and all sets are empty.
#[test]
fn sel_10_a_time_out_empties_the_sets() {
    let (a, _b) = connected_pair();
    let (mut read, mut except) = (Set::of(&[&a]), Set::of(&[&a]));
    let limit = Some(Duration::from_millis(10));
    let result = select_sets(Some(&mut read), None, Some(&mut except), limit);
    assert_eq!(result, Ok(0));
    assert_eq!((read.count(), except.count()), (0, 0));
}

/// SEL-11: A socket that is in a set twice is left there once and counted once.
#[test]
fn sel_11_duplicates_appear_once() {
    let Three { first, last, .. } = &three();
    let mut read = Set::of(&[last, first, last, last, first]);
    let mut write = Set::of(&[first, first]);
    assert_eq!(
        select_sets(Some(&mut read), Some(&mut write), None, None),
        Ok(3)
    );
    assert_eq!(read.members(), [last.raw(), first.raw()]);
    assert_eq!(write.members(), [first.raw()]);
}

/// SEL-12: A call that fails leaves the sets as they were.
/// SEL-15: A closed or invalid socket in any set is WSAENOTSOCK.
#[test]
fn sel_15_what_is_no_socket_is_refused() {
    let (a, b) = connected_pair();
    let event = event();
    let stale = b.close();
    until_readable(&a);
    for wrong in [stale, INVALID_SOCKET, 0, event.raw() as usize] {
        for at in 0..3 {
            let mut sets = [(); 3].map(|()| Set::of(&[&a]));
            sets[at] = Set::of_values([a.raw(), wrong]);
            let before = sets.clone();
            let [read, write, except] = &mut sets;
            let result = select_sets(Some(read), Some(write), Some(except), None);
            assert_eq!(result, Err(WSAENOTSOCK), "{wrong:#x} in set {at}");
            assert_eq!(sets, before);
        }
    }
}

/// SEL-13: The first argument is ignored.
#[test]
fn sel_13_the_first_argument_is_ignored() {
    let Three { first, .. } = &three();
    for number in [0, 1, -1, i32::MAX] {
        let mut read = Set::of(&[first]);
        let result = call!(select(
            number,
            read.pointer(),
            null_mut(),
            null_mut(),
            null()
        ));
        assert_eq!((result, read.count()), (1, 1));
    }
}

/// SEL-14: No set, or only empty ones, is WSAEINVAL at once: select is no way to sleep.
#[test]
fn sel_14_no_socket_at_all_is_refused() {
    startup();
    let start = Instant::now();
    let long = Some(Duration::from_secs(60));
    assert_eq!(select_sets(None, None, None, long), Err(WSAEINVAL));
    assert_eq!(select_sets(None, None, None, None), Err(WSAEINVAL));
    let (mut one, mut two) = (Set::of(&[]), Set::of(&[]));
    assert_eq!(
        select_sets(Some(&mut one), None, Some(&mut two), long),
        Err(WSAEINVAL)
    );
    assert!(start.elapsed() < Duration::from_secs(5));
    // One socket in any set is enough.
    let socket = Socket::udp();
    let mut write = Set::of(&[&socket]);
    let result = select_sets(Some(&mut one), Some(&mut write), None, long);
    assert_eq!(result, Ok(1));
}

/// SEL-16: Zero looks and returns at once; a positive time is waited, and no longer; the structure is not changed.
#[test]
fn sel_16_times() {
    let (a, b) = connected_pair();
    let mut waited = Vec::new();
    for limit in [0, 1_500, 60_000] {
        let limit = Duration::from_micros(limit);
        let value = time(limit);
        let mut read = Set::of(&[&a]);
        let start = Instant::now();
        let result = call!(select(0, read.pointer(), null_mut(), null_mut(), &value));
        assert_eq!(result, 0);
        assert!(start.elapsed() >= limit);
        waited.push(start.elapsed());
        let after = Duration::new(value.tv_sec as u64, value.tv_usec as u32 * 1000);
        assert_eq!(after, limit, "the structure is as it was");
    }
    assert!(waited[0] < Duration::from_secs(2), "{waited:?}");

    let call = Background::start(move || select_sets(Some(&mut Set::of(&[&a])), None, None, None));
    call.still_blocked("select without a limit");
    b.send(b"x").expect("send");
    assert_eq!(call.join("select"), Ok(1));
}

/// SEL-16: A wait ends early when a socket becomes ready.
#[test]
fn sel_16_a_wait_ends_when_something_is_ready() {
    let listener = Socket::listener();
    let name = listener.name().expect("name");
    let call = Background::start(move || {
        let mut read = Set::of(&[&listener]);
        let result = select_sets(Some(&mut read), None, None, Some(Duration::from_secs(600)));
        (result, listener) // closed now, it would reset what is just connecting
    });
    call.still_blocked("select");
    let client = Socket::tcp();
    client.connect(&name).expect("connect");
    assert_eq!(call.join("select").0, Ok(1));
}

/// SEL-17: A negative time is WSAEINVAL.
#[test]
fn sel_17_a_negative_time_is_refused() {
    let (a, _b) = connected_pair();
    for (seconds, micros) in [(0, -1), (-1, 0), (1, -500_000)] {
        let value = TIMEVAL {
            tv_sec: seconds,
            tv_usec: micros,
        };
        let mut write = Set::of(&[&a]);
        let result = call!(select(0, null_mut(), write.pointer(), null_mut(), &value));
        assert_eq!(checked(result), Err(WSAEINVAL));
        assert_eq!(write.members(), [a.raw()]);
    }
}

/// SEL-18: A set may hold more sockets than its type has room for.
#[test]
fn sel_18_two_hundred_sockets_in_a_set() {
    let sockets: Vec<Socket> = (0..200).map(|_| Socket::udp_bound()).collect();
    let all: Vec<&Socket> = sockets.iter().collect();
    let (mut read, mut write) = (Set::of(&all), Set::of(&all));
    let result = select_sets(Some(&mut read), Some(&mut write), None, None);
    assert_eq!(result, Ok(200));
    assert_eq!(write, Set::of(&all));
    for at in [199, 3] {
        let name = sockets[at].name().expect("name");
        sockets[0].send_to(b"x", &name).expect("sendto");
        until_readable(&sockets[at]);
    }
    let mut read = Set::of(&all);
    assert_eq!(select_sets(Some(&mut read), None, None, None), Ok(2));
    assert_eq!(read.members(), [sockets[3].raw(), sockets[199].raw()]);
}

/// SEL-20: Only as many entries are read as the count says.
#[test]
fn sel_20_what_is_behind_the_count_is_not_read() {
    let Three { first, last, .. } = &three();
    let mut read = Set::of_values([first.raw(), 0xdead_beef, last.raw()]);
    read.set_count(1);
    assert_eq!(select_sets(Some(&mut read), None, None, None), Ok(1));
    assert_eq!(read.members(), [first.raw()]);
}

/// SEL-20: The same set for two arguments has the sockets that are ready for either, and each counts once.
#[test]
fn sel_20_one_set_for_two_arguments() {
    let Three { first, silent, .. } = &three();
    let listener = Socket::listener();
    let mut set = Set::of(&[silent, &listener, first]);
    let both = set.pointer();
    let result = call!(select(0, both, both, null_mut(), null()));
    assert_eq!(result, 2);
    assert_eq!(set.members(), [silent.raw(), first.raw()]);

    let mut set = Set::of(&[&listener, first, silent]);
    let (all, mut write) = (set.pointer(), Set::of(&[first]));
    let result = call!(select(0, all, write.pointer(), all, null()));
    assert_eq!(result, 2);
    assert_eq!(set.members(), [first.raw()]);
    assert_eq!(write.members(), [first.raw()]);
}

/// SEL-21: The sets of one call have nothing to do with those of the next.
#[test]
fn sel_21_sets_may_change_entirely() {
    let Three {
        first,
        silent,
        last,
        ..
    } = &three();
    for _ in 0..3 {
        let mut read = Set::of(&[silent, first]);
        assert_eq!(select_sets(Some(&mut read), None, None, None), Ok(1));
        assert_eq!(read.members(), [first.raw()]);
        let mut write = Set::of(&[silent]);
        assert_eq!(select_sets(None, Some(&mut write), None, None), Ok(1));
        let (mut read, mut except) = (Set::of(&[last]), Set::of(&[first]));
        let result = select_sets(Some(&mut read), None, Some(&mut except), None);
        assert_eq!((result, except.count()), (Ok(1), 0));
        let (listener, new) = (Socket::listener(), Socket::tcp());
        let mut read = Set::of(&[&listener, &new]);
        let limit = Some(Duration::ZERO);
        assert_eq!(select_sets(Some(&mut read), None, None, limit), Ok(0));
    }
}

/// SEL-30: A set of the usual size takes a listener and 63 clients, and all of them may be ready at once.
#[test]
fn sel_30_a_listener_and_63_clients() {
    let listener = Socket::listener();
    let pairs: Vec<(Socket, Socket)> = (0..63)
        .map(|_| {
            let client = Socket::connected_to(&listener);
            (client, listener.accept().expect("accept"))
        })
        .collect();
    let _another = Socket::connected_to(&listener);
    becomes(&listener, [true, false, false]);
    let mut set = FD_SET {
        fd_count: 64,
        ..Default::default()
    };
    set.fd_array[0] = listener.raw();
    for (place, (client, server)) in set.fd_array[1..].iter_mut().zip(&pairs) {
        client.send(b"x").expect("send");
        until_readable(server);
        *place = server.raw();
    }
    let before = set.fd_array;
    let result = call!(select(0, &mut set, null_mut(), null_mut(), null()));
    assert_eq!((result, set.fd_count), (64, 64));
    assert_eq!(set.fd_array, before);
}

/// SEL-12: Pointers to nowhere are WSAEFAULT, and the other sets stay as they were.
#[test]
fn sel_12_wrong_pointers_are_refused() {
    let (a, _b) = connected_pair();
    let nowhere = without_provenance_mut::<FD_SET>(8);
    for at in 0..3 {
        let mut sets = [(); 3].map(|()| Set::of(&[&a]));
        let mut pointers = sets.each_mut().map(Set::pointer);
        pointers[at] = nowhere;
        let [read, write, except] = pointers;
        let result = call!(select(0, read, write, except, null()));
        assert_eq!(checked(result), Err(WSAEFAULT));
        assert_eq!(sets, [(); 3].map(|()| Set::of(&[&a])));
    }
    let mut write = Set::of(&[&a]);
    let result = call!(select(
        0,
        null_mut(),
        write.pointer(),
        null_mut(),
        nowhere.cast()
    ));
    assert_eq!(checked(result), Err(WSAEFAULT));
}
