//! The macros of an fd_set. `windows-sys` has none but the function that FD_ISSET calls.

use std::ptr::null_mut;

use super::Set;
use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::__WSAFDIsSet;

/// SEL-19: FD_ISSET tells whether a socket is among the counted entries, of sets of any size.
#[test]
fn sel_19_fd_is_set() {
    let [one, two] = [Socket::udp(), Socket::udp()];
    let mut set = Set::of(&[&one]);
    assert_ne!(call!(__WSAFDIsSet(*one, set.pointer())), 0);
    assert_eq!(call!(__WSAFDIsSet(*two, set.pointer())), 0);
    let others = (1..200).map(|n| *two + n);
    let mut set = Set::of_values(others.chain([*two]));
    assert_ne!(call!(__WSAFDIsSet(*two, set.pointer())), 0);
    set.set_count(199);
    assert_eq!(call!(__WSAFDIsSet(*two, set.pointer())), 0);
    assert_eq!(call!(__WSAFDIsSet(*two, null_mut())), 0);
}

/// SEL-19: FD_ZERO empties, FD_SET adds what is not there while there is room, FD_CLR removes and closes the gap.
#[cfg(not(windows))]
#[test]
fn sel_19_the_macros_as_functions() {
    use crate::common::w::Win32::Networking::WinSock::{FD_CLR, FD_ISSET, FD_SET, FD_ZERO};

    let mut set = FD_SET {
        fd_count: 5,
        ..Default::default()
    };
    FD_ZERO(&mut set);
    assert_eq!(set.fd_count, 0);
    for socket in [4, 8, 12, 8, 4] {
        FD_SET(socket, &mut set);
    }
    assert_eq!((set.fd_count, &set.fd_array[..3]), (3, &[4, 8, 12][..]));
    FD_CLR(4, &mut set);
    FD_CLR(400, &mut set);
    assert_eq!((set.fd_count, &set.fd_array[..2]), (2, &[8, 12][..]));
    assert!(FD_ISSET(12, &set) && !FD_ISSET(4, &set));
    for socket in 100..200 {
        FD_SET(socket, &mut set);
    }
    assert_eq!((set.fd_count, set.fd_array[63]), (64, 161));
    assert!(!FD_ISSET(162, &set));
}
