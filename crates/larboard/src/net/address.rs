//! Addresses as the system wants them.

use crate::error::{Error, Result, code};
use crate::sys::Win32;
use Win32::Networking::WinSock::{
    AF_INET, AF_INET6, GetAcceptExSockaddrs, IN_ADDR, IN6_ADDR, SOCKADDR, SOCKADDR_IN,
    SOCKADDR_IN6, SOCKADDR_STORAGE,
};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};
use std::ptr::{self, NonNull};

/// An address with its length, as most calls take it.
#[repr(C)]
pub(crate) struct RawAddress {
    storage: SOCKADDR_STORAGE,
    pub(crate) length: i32,
}

/// What AcceptEx wants for one address: any address and 16 bytes more (OVL-81).
pub(crate) const ACCEPT_AREA: usize = size_of::<SOCKADDR_STORAGE>() + 16;

/// The memory of an operation for addresses: one of a datagram, or the two of an accept.
#[repr(C, align(8))]
pub(crate) struct Addresses {
    area: [u8; 2 * ACCEPT_AREA],
    pub(crate) length: i32,
}

const _: () = assert!(align_of::<Addresses>() >= align_of::<SOCKADDR_STORAGE>());

impl RawAddress {
    pub(crate) fn new(address: &SocketAddr) -> Self {
        let mut raw = Self::default();
        let storage = ptr::from_mut(&mut raw.storage);
        // SAFETY: SOCKADDR_STORAGE is large enough and aligned for every address.
        raw.length = unsafe { write(address, storage.cast()) };
        raw
    }

    pub(crate) fn as_ptr(&self) -> *const SOCKADDR {
        ptr::from_ref(&self.storage).cast()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut SOCKADDR {
        ptr::from_mut(&mut self.storage).cast()
    }

    pub(crate) fn get(&self) -> Result<SocketAddr> {
        // SAFETY: the storage is initialised and holds an address of the family it names.
        unsafe { read(self.as_ptr()) }.ok_or(Error::from(code::WSAEAFNOSUPPORT))
    }
}

impl Default for RawAddress {
    fn default() -> Self {
        Self {
            storage: SOCKADDR_STORAGE::default(),
            length: size_of::<SOCKADDR_STORAGE>() as i32,
        }
    }
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            area: [0; 2 * ACCEPT_AREA],
            length: 0,
        }
    }
}

impl Addresses {
    /// Room for the sender of a datagram.
    pub(crate) fn expect_sender(&mut self) -> (*mut SOCKADDR, *mut i32) {
        self.area[..size_of::<SOCKADDR_STORAGE>()].fill(0);
        self.length = size_of::<SOCKADDR_STORAGE>() as i32;
        (self.area.as_mut_ptr().cast(), &raw mut self.length)
    }

    /// The destination of a datagram, kept as long as it is in flight.
    pub(crate) fn set_destination(&mut self, address: &SocketAddr) -> (*const SOCKADDR, i32) {
        // SAFETY: the area is large enough and aligned for every address.
        self.length = unsafe { write(address, self.area.as_mut_ptr()) };
        (self.area.as_ptr().cast(), self.length)
    }

    /// Room for the two addresses of an accept.
    pub(crate) fn expect_accepted(&mut self) -> *mut u8 {
        self.area.fill(0);
        self.area.as_mut_ptr()
    }

    pub(crate) fn sender(&self) -> Option<SocketAddr> {
        // SAFETY: the area is initialised, and aligned for addresses.
        unsafe { read(self.area.as_ptr().cast()) }
    }

    pub(crate) fn accepted(&self) -> Option<SocketAddr> {
        let (mut local, mut remote) = (ptr::null_mut(), ptr::null_mut());
        let (mut local_length, mut remote_length) = (0, 0);
        // SAFETY: the area is what a completed AcceptEx filled, with the same two lengths and no data before them.
        unsafe {
            let (area, size) = (self.area.as_ptr().cast(), ACCEPT_AREA as u32);
            GetAcceptExSockaddrs(
                area,
                0,
                size,
                size,
                &mut local,
                &mut local_length,
                &mut remote,
                &mut remote_length,
            );
        }
        // SAFETY: it points to an address in the area.
        NonNull::new(remote).and_then(|remote| unsafe { read(remote.as_ptr()) })
    }
}

/// The first address a name stands for that `attempt` succeeds with.
pub(crate) fn each_address<T>(
    addresses: impl ToSocketAddrs,
    mut attempt: impl FnMut(&SocketAddr) -> Result<T>,
) -> Result<T> {
    let mut result = Err(Error::from(code::WSAHOST_NOT_FOUND));
    for address in addresses.to_socket_addrs()? {
        result = attempt(&address);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// # Safety
///
/// `to` is writable for the size of SOCKADDR_STORAGE and aligned like it.
unsafe fn write(address: &SocketAddr, to: *mut u8) -> i32 {
    match address {
        SocketAddr::V4(v4) => {
            let mut raw = SOCKADDR_IN {
                sin_family: AF_INET,
                sin_port: v4.port().to_be(),
                ..Default::default()
            };
            raw.sin_addr.S_un.S_addr = u32::from_ne_bytes(v4.ip().octets());
            // SAFETY: passed on to the caller.
            unsafe { to.cast::<SOCKADDR_IN>().write(raw) };
            size_of::<SOCKADDR_IN>() as i32
        }
        SocketAddr::V6(v6) => {
            let mut raw = SOCKADDR_IN6 {
                sin6_family: AF_INET6,
                sin6_port: v6.port().to_be(),
                ..Default::default()
            };
            raw.sin6_flowinfo = v6.flowinfo();
            raw.sin6_addr.u.Byte = v6.ip().octets();
            raw.Anonymous.sin6_scope_id = v6.scope_id();
            // SAFETY: passed on to the caller.
            unsafe { to.cast::<SOCKADDR_IN6>().write(raw) };
            size_of::<SOCKADDR_IN6>() as i32
        }
    }
}

/// # Safety
///
/// `from` points to initialised memory that holds an address of the family it names, or zeros.
unsafe fn read(from: *const SOCKADDR) -> Option<SocketAddr> {
    // SAFETY: passed on to the caller; which fields there are is told by the family, and every bit pattern of them is
    // valid.
    unsafe {
        match (&raw const (*from).sa_family).read_unaligned() {
            AF_INET => {
                let raw = from.cast::<SOCKADDR_IN>().read_unaligned();
                let IN_ADDR { S_un } = raw.sin_addr;
                let ip = Ipv4Addr::from(S_un.S_addr.to_ne_bytes());
                Some(SocketAddrV4::new(ip, u16::from_be(raw.sin_port)).into())
            }
            AF_INET6 => {
                let raw = from.cast::<SOCKADDR_IN6>().read_unaligned();
                let IN6_ADDR { u } = raw.sin6_addr;
                let (ip, port) = (Ipv6Addr::from(u.Byte), u16::from_be(raw.sin6_port));
                Some(
                    SocketAddrV6::new(ip, port, raw.sin6_flowinfo, raw.Anonymous.sin6_scope_id)
                        .into(),
                )
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_there_and_back() {
        for text in [
            "127.0.0.1:9000",
            "[::1]:9000",
            "[fe80::1%3]:65535",
            "0.0.0.0:0",
        ] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(RawAddress::new(&address).get().unwrap(), address);
        }
    }

    #[test]
    fn an_unknown_family_is_an_error() {
        assert_eq!(
            RawAddress::default().get().unwrap_err().code(),
            code::WSAEAFNOSUPPORT
        );
    }
}
