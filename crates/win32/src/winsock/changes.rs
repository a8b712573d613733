//! Changes of the machine's addresses (SOCK-41): a thread that hears of them from Linux and ends the operations that
//! wait for one.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use larboard_kernel::io::cancel;
use larboard_kernel::io::file::File;
use larboard_kernel::io::request::OverlappedPtr;

/// An operation that waits for a change, on its file.
struct Waiter {
    file: Weak<File>,
    overlapped: OverlappedPtr,
}

#[derive(Default)]
struct Waiters {
    waiting: Vec<Waiter>,
    listening: bool,
}

static WAITERS: Mutex<Waiters> = Mutex::new(Waiters {
    waiting: Vec::new(),
    listening: false,
});

/// Ends the operation when an address comes or goes. Where Linux does not tell, it goes on until it is cancelled.
pub(crate) fn end_at_next(file: &Arc<File>, overlapped: OverlappedPtr) {
    let mut waiters = lock();
    waiters
        .waiting
        .retain(|waiter| waiter.file.strong_count() > 0);
    waiters.waiting.push(Waiter {
        file: Arc::downgrade(file),
        overlapped,
    });
    if !waiters.listening {
        waiters.listening = listen();
    }
}

/// Begins to hear of changes; false if that is impossible now.
fn listen() -> bool {
    let Some(netlink) = subscribe() else {
        return false;
    };
    std::thread::Builder::new()
        .name("larboard-addresses".into())
        .spawn(move || {
            while next_change(&netlink) {
                fulfil_all();
            }
            lock().listening = false;
        })
        .is_ok()
}

/// A netlink socket that tells of addresses.
fn subscribe() -> Option<OwnedFd> {
    // SAFETY: takes numbers; the result is checked before it is owned.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
            libc::NETLINK_ROUTE,
        )
    };
    if fd < 0 {
        return None;
    }
    // SAFETY: a fresh descriptor that nobody else owns.
    let netlink = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: integers: all zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address.nl_groups = (libc::RTMGRP_IPV4_IFADDR | libc::RTMGRP_IPV6_IFADDR) as u32;
    let length = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
    // SAFETY: the address is of this frame and has the length given.
    let bound = unsafe { libc::bind(fd, (&raw const address).cast(), length) };
    (bound == 0).then_some(netlink)
}

/// Waits for the next message; what it says does not matter. False if there will be none.
fn next_change(netlink: &OwnedFd) -> bool {
    let mut message = [0u8; 8192];
    loop {
        // SAFETY: the buffer is of this frame and has the length given.
        let received = unsafe {
            libc::recv(
                netlink.as_raw_fd(),
                message.as_mut_ptr().cast(),
                message.len(),
                0,
            )
        };
        match std::io::Error::last_os_error().raw_os_error() {
            _ if received > 0 => return true,
            // So many changes that some were lost.
            Some(libc::ENOBUFS) => return true,
            Some(libc::EINTR) if received < 0 => {}
            _ => return false,
        }
    }
}

fn fulfil_all() {
    let waiting = std::mem::take(&mut lock().waiting);
    for waiter in waiting {
        if let Some(file) = waiter.file.upgrade() {
            cancel::fulfil(&file, waiter.overlapped);
        }
    }
}

fn lock() -> MutexGuard<'static, Waiters> {
    WAITERS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
