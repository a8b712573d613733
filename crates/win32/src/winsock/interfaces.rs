//! The addresses of this machine's network interfaces.

use std::net::IpAddr;

use super::address;
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

/// One address of an interface that is up.
pub(crate) struct Interface {
    pub(crate) address: IpAddr,
    pub(crate) mask: Option<IpAddr>,
    pub(crate) broadcast: Option<IpAddr>,
    /// Windows' `IFF_` flags.
    pub(crate) flags: u32,
}

/// Linux' flags and Windows'.
const FLAGS: [(i32, u32); 5] = [
    (libc::IFF_UP, 0x01),
    (libc::IFF_BROADCAST, 0x02),
    (libc::IFF_LOOPBACK, 0x04),
    (libc::IFF_POINTOPOINT, 0x08),
    (libc::IFF_MULTICAST, 0x10),
];

/// All of them; none if the system does not tell.
pub(crate) fn all() -> Vec<Interface> {
    let mut list = std::ptr::null_mut();
    // SAFETY: `list` is of this frame; what it gets is freed below.
    if unsafe { libc::getifaddrs(&mut list) } != 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: null or an entry of the list, which lives until it is freed.
    while let Some(entry) = unsafe { next.as_ref() } {
        next = entry.ifa_next;
        // SAFETY: the addresses of an entry are null or complete for their family.
        found.extend(unsafe { read(entry) });
    }
    // SAFETY: the list came from getifaddrs and is freed once.
    unsafe { libc::freeifaddrs(list) };
    found
}

/// # Safety
/// The addresses of the entry are null or complete for their family.
unsafe fn read(entry: &libc::ifaddrs) -> Option<Interface> {
    let flags = entry.ifa_flags.cast_signed();
    if flags & libc::IFF_UP == 0 {
        return None;
    }
    // SAFETY: this function's contract.
    unsafe {
        Some(Interface {
            address: address_at(entry.ifa_addr)?,
            mask: address_at(entry.ifa_netmask),
            broadcast: if flags & libc::IFF_BROADCAST != 0 {
                address_at(entry.ifa_ifu)
            } else {
                None
            },
            flags: FLAGS
                .iter()
                .filter(|(linux, _)| flags & linux != 0)
                .fold(0, |all, (_, windows)| all | windows),
        })
    }
}

/// # Safety
/// The address is null or complete for its family.
unsafe fn address_at(address: *const libc::sockaddr) -> Option<IpAddr> {
    if address.is_null() {
        return None;
    }
    // SAFETY: not null, and by this function's contract as long as its family needs.
    let (family, bytes) = unsafe {
        let (family, length) = match i32::from((*address).sa_family) {
            libc::AF_INET => (AF_INET, address::IPV4_LENGTH),
            libc::AF_INET6 => (AF_INET6, address::IPV6_LENGTH),
            _ => return None,
        };
        (
            family,
            std::slice::from_raw_parts(address.cast::<u8>(), length),
        )
    };
    let mut bytes = bytes.to_vec();
    bytes[..2].copy_from_slice(&family.to_ne_bytes());
    address::decode(&bytes).ok().map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_there() {
        let loopback = all()
            .into_iter()
            .find(|interface| interface.address.is_loopback());
        assert_ne!(
            loopback.expect("a machine without loopback").flags & 0x04,
            0
        );
    }
}
