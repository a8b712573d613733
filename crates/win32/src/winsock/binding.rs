//! Which sockets of the process hold which addresses (SOCK-24 to SOCK-26).
//!
//! `SO_REUSEADDR` and `SO_EXCLUSIVEADDRUSE` of Windows mean something else than the options of Linux, so the process
//! keeps its own table and decides by it. Where two sockets may share a port, both get Linux' `SO_REUSEPORT`; otherwise
//! nobody gets it, so that two processes still keep each other out.

use std::sync::{Arc, Mutex, Weak};

use windows_sys::Win32::Networking::WinSock::{WSAEACCES, WSAEADDRINUSE, WSAEINVAL};

use larboard_kernel::device::Device;
use larboard_kernel::device::socket::address::Address;
use larboard_kernel::device::socket::{Socket, phase};
use larboard_kernel::io::file::File;
use larboard_kernel::io::selection;

use super::extension::renew;
use super::socket::{Found, set_flag, succeeded};
use crate::error::WsaError;

/// A bound socket.
struct Binding {
    file: Weak<File>,
    claim: Claim,
}

/// What a socket wants of an address.
#[derive(Clone, PartialEq, Eq)]
struct Claim {
    family: u16,
    kind: i32,
    port: u16,
    /// The address without its port; none for the wildcard.
    host: Option<Vec<u8>>,
    reuse: bool,
    exclusive: bool,
}

static BINDINGS: Mutex<Vec<Binding>> = Mutex::new(Vec::new());

/// Binds a socket if no other one of the process stands against it. Errors as `bind`.
pub(crate) fn bind(found: &Found, address: &Address) -> Result<(), WsaError> {
    renew(found)?;
    let mut bindings = BINDINGS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if found.is(phase::BOUND | phase::CONNECTED | phase::CONNECTING | phase::ACCEPTOR) {
        return Err(WSAEINVAL.into());
    }
    bindings.retain(|binding| binding.file.upgrade().is_some_and(|file| is_bound(&file)));
    let mut shares = false;
    for binding in &*bindings {
        let claim = Claim::new(found, address);
        if !binding.claim.meets(&claim) {
            continue;
        }
        binding.claim.admits(&claim)?;
        shares = true;
        if let Some(file) = binding.file.upgrade() {
            file.with_fd(|fd| set_flag(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT))?;
        }
    }
    // A port in TIME_WAIT is free for a new listener (SOCK-25), which takes the option on both sides. With it Linux would
    // choose a port that another socket has, so a socket that lets it choose gets the option afterwards.
    let reuse = |fd| {
        if found.is_stream() {
            set_flag(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR);
        }
    };
    found.with_fd(|fd| {
        if address.port() != 0 {
            reuse(fd);
        }
        if shares {
            set_flag(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT);
        }
        // SAFETY: the address is valid for its length.
        succeeded(unsafe { libc::bind(fd, address.as_ptr(), address.length()) })
            .inspect(|_| reuse(fd))
    })??;
    found.set(phase::BOUND);
    let claim = Claim::new(found, &found.local_address()?);
    bindings.push(Binding {
        file: Arc::downgrade(&found.file()),
        claim,
    });
    selection::changed(&found.file());
    Ok(())
}

/// Of listeners that share an address the first one goes on getting the connections (SOCK-24), where Linux would deal
/// them out: a filter that always chooses number 0. Called when a socket has begun to listen.
pub(crate) fn prefer_first(fd: i32) {
    let mut shares = 0i32;
    let mut length = size_of::<i32>() as libc::socklen_t;
    // SAFETY: `shares` is of this frame and has the length given.
    let asked = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_REUSEPORT,
            (&raw mut shares).cast(),
            &mut length,
        )
    };
    if asked != 0 || shares == 0 {
        return;
    }
    let mut choose_first = libc::sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: 0,
    };
    let program = libc::sock_fprog {
        len: 1,
        filter: &raw mut choose_first,
    };
    let length = size_of::<libc::sock_fprog>() as libc::socklen_t;
    // SAFETY: the program and its one instruction are of this frame. Without the filter the connections are dealt out.
    unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_ATTACH_REUSEPORT_CBPF,
            (&raw const program).cast(),
            length,
        );
    }
}

fn is_bound(file: &File) -> bool {
    let Device::Socket(socket) = file.device() else {
        return false;
    };
    socket.is(phase::BOUND) && !file.is_closed()
}

impl Claim {
    fn new(socket: &Socket, address: &Address) -> Self {
        let (bytes, length) = address.to_windows();
        let settings = socket.remembered();
        Self {
            family: socket.family(),
            kind: socket.kind(),
            port: address.port(),
            host: (!address.is_unspecified()).then(|| bytes[4..length].to_vec()),
            reuse: settings.reuse_address,
            exclusive: settings.exclusive,
        }
    }

    /// Whether two claims concern the same port and addresses that overlap.
    fn meets(&self, other: &Self) -> bool {
        let same_port =
            (self.family, self.kind, self.port) == (other.family, other.kind, other.port);
        let overlap = self.host.is_none() || other.host.is_none() || self.host == other.host;
        same_port && overlap && self.port != 0
    }

    /// Whether the holder of an address lets a second socket have one that overlaps.
    fn admits(&self, second: &Self) -> Result<(), WsaError> {
        let refused = match (self.host == second.host, self.exclusive, second.exclusive) {
            (same, true, false) => match (same, self.host.is_none()) {
                (true, _) => Some(if second.reuse {
                    WSAEACCES
                } else {
                    WSAEADDRINUSE
                }),
                (false, true) => Some(WSAEACCES),
                (false, false) => None,
            },
            (false, true, true) if self.host.is_none() => Some(WSAEACCES),
            (_, _, true) => Some(WSAEADDRINUSE),
            (false, false, false) => None,
            (true, false, false) => match (self.reuse, second.reuse) {
                (true, true) => None,
                (false, true) => Some(WSAEACCES),
                (_, false) => Some(WSAEADDRINUSE),
            },
        };
        refused.map_or(Ok(()), |code| Err(code.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(host: Option<u8>, reuse: bool, exclusive: bool) -> Claim {
        Claim {
            family: 2,
            kind: 1,
            port: 9000,
            host: host.map(|host| vec![host]),
            reuse,
            exclusive,
        }
    }

    fn outcome(first: Claim, second: Claim) -> i32 {
        assert!(first.meets(&second));
        first.admits(&second).err().map_or(0, |error| error.0)
    }

    #[test]
    fn a_wildcard_and_a_specific_address_share_a_port() {
        assert_eq!(
            outcome(claim(None, false, false), claim(Some(1), false, false)),
            0
        );
        assert_eq!(
            outcome(claim(Some(1), false, true), claim(None, false, false)),
            0
        );
    }

    #[test]
    fn equal_addresses_need_reuse_on_both_sides() {
        assert_eq!(
            outcome(claim(None, false, false), claim(None, false, false)),
            WSAEADDRINUSE
        );
        assert_eq!(
            outcome(claim(None, false, false), claim(None, true, false)),
            WSAEACCES
        );
        assert_eq!(
            outcome(claim(None, true, false), claim(None, true, false)),
            0
        );
    }

    #[test]
    fn exclusive_use_keeps_others_out() {
        assert_eq!(
            outcome(claim(None, false, true), claim(Some(1), false, false)),
            WSAEACCES
        );
        assert_eq!(
            outcome(claim(Some(1), false, false), claim(None, false, true)),
            WSAEADDRINUSE
        );
        assert_eq!(
            outcome(claim(None, false, true), claim(None, true, false)),
            WSAEACCES
        );
    }

    #[test]
    fn other_ports_and_protocols_do_not_meet() {
        let udp = Claim {
            kind: 2,
            ..claim(None, false, false)
        };
        assert!(!udp.meets(&claim(None, false, false)));
        assert!(!claim(Some(1), false, false).meets(&claim(Some(2), false, false)));
    }
}
