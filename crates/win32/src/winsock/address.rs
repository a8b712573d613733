//! Socket addresses in Windows' layout: `SOCKADDR_IN` and `SOCKADDR_IN6`, whose family numbers are Windows' own.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, SOCKADDR, SOCKADDR_IN, SOCKADDR_IN6, WSAEAFNOSUPPORT, WSAEFAULT,
};

use crate::error::WsaError;
use crate::guard::is_bad;

pub(crate) const IPV4_LENGTH: usize = size_of::<SOCKADDR_IN>();
pub(crate) const IPV6_LENGTH: usize = size_of::<SOCKADDR_IN6>();

/// What an address of a family needs.
pub(crate) fn length(family: u16) -> usize {
    if family == AF_INET6 {
        IPV6_LENGTH
    } else {
        IPV4_LENGTH
    }
}

/// Reads the address of a call: `WSAEFAULT` if the pointer is null or the length below what its family needs,
/// `WSAEAFNOSUPPORT` if the family is neither IPv4 nor IPv6.
///
/// # Safety
/// `name` is null or valid for reads of `length` bytes.
pub(crate) unsafe fn read(name: *const SOCKADDR, length: usize) -> Result<SocketAddr, WsaError> {
    if is_bad(name) || length < size_of::<u16>() {
        return Err(WSAEFAULT.into());
    }
    // SAFETY: not null and valid for `length` bytes by this function's contract; bytes have no alignment.
    decode(unsafe { std::slice::from_raw_parts(name.cast(), length.min(IPV6_LENGTH)) })
}

/// Writes an address where the caller asked for it, and its length: `WSAEFAULT` if a pointer is null or there is too
/// little room.
///
/// # Safety
/// `length` is null or valid for reads and writes; `name` is null or valid for writes of that many bytes.
pub(crate) unsafe fn write(
    address: SocketAddr,
    name: *mut SOCKADDR,
    length: *mut i32,
) -> Result<(), WsaError> {
    if is_bad(name) || is_bad(length) {
        return Err(WSAEFAULT.into());
    }
    let encoded = Encoded::from(address);
    // SAFETY: not null and valid by this function's contract.
    let room = unsafe { length.read_unaligned() };
    if usize::try_from(room).is_ok_and(|room| room >= encoded.as_bytes().len()) {
        // SAFETY: `room` bytes are writable by this function's contract and the address needs no more.
        unsafe { encoded.copy_to(name, length) };
        Ok(())
    } else {
        Err(WSAEFAULT.into())
    }
}

/// Parses Windows' layout. Errors as [`read`].
pub(crate) fn decode(bytes: &[u8]) -> Result<SocketAddr, WsaError> {
    let family = bytes
        .first_chunk()
        .map(|&family| u16::from_ne_bytes(family));
    match family {
        Some(AF_INET) => decode_v4(bytes).ok_or(WSAEFAULT.into()),
        Some(AF_INET6) => decode_v6(bytes).ok_or(WSAEFAULT.into()),
        Some(_) => Err(WSAEAFNOSUPPORT.into()),
        None => Err(WSAEFAULT.into()),
    }
}

fn decode_v4(bytes: &[u8]) -> Option<SocketAddr> {
    let bytes: &[u8; IPV4_LENGTH] = bytes.first_chunk()?;
    let address: [u8; 4] = *bytes[4..].first_chunk()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(address), port(bytes)).into())
}

fn decode_v6(bytes: &[u8]) -> Option<SocketAddr> {
    let bytes: &[u8; IPV6_LENGTH] = bytes.first_chunk()?;
    let flow = u32::from_ne_bytes(*bytes[4..].first_chunk()?);
    let address: [u8; 16] = *bytes[8..].first_chunk()?;
    let scope = u32::from_ne_bytes(*bytes[24..].first_chunk()?);
    Some(SocketAddrV6::new(Ipv6Addr::from(address), port(bytes), flow, scope).into())
}

fn port(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[2], bytes[3]])
}

/// An address in Windows' layout.
#[derive(Clone, Copy)]
pub(crate) struct Encoded {
    bytes: [u8; IPV6_LENGTH],
    length: usize,
}

impl Encoded {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// # Safety
    /// `name` is valid for writes of the address, `length` for a write.
    pub(crate) unsafe fn copy_to(&self, name: *mut SOCKADDR, length: *mut i32) {
        // SAFETY: valid for writes by this function's contract; `bytes` is memory of ours.
        unsafe {
            name.cast::<u8>()
                .copy_from_nonoverlapping(self.bytes.as_ptr(), self.length);
            length.write_unaligned(self.length as i32);
        }
    }
}

impl From<SocketAddr> for Encoded {
    fn from(address: SocketAddr) -> Self {
        let mut bytes = [0; IPV6_LENGTH];
        bytes[2..4].copy_from_slice(&address.port().to_be_bytes());
        let (family, length) = match address {
            SocketAddr::V4(address) => {
                bytes[4..8].copy_from_slice(&address.ip().octets());
                (AF_INET, IPV4_LENGTH)
            }
            SocketAddr::V6(address) => {
                bytes[4..8].copy_from_slice(&address.flowinfo().to_ne_bytes());
                bytes[8..24].copy_from_slice(&address.ip().octets());
                bytes[24..28].copy_from_slice(&address.scope_id().to_ne_bytes());
                (AF_INET6, IPV6_LENGTH)
            }
        };
        bytes[..2].copy_from_slice(&family.to_ne_bytes());
        Self { bytes, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_out_and_back() {
        for text in ["127.0.0.1:9000", "[fe80::1%3]:80", "[::]:0"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(decode(Encoded::from(address).as_bytes()), Ok(address));
        }
    }

    #[test]
    fn the_family_is_windows_own() {
        let encoded = Encoded::from("[::1]:1".parse::<SocketAddr>().unwrap());
        assert_eq!(encoded.as_bytes()[..2], 23u16.to_ne_bytes());
    }

    #[test]
    fn short_and_foreign_addresses_are_refused() {
        let encoded = Encoded::from("127.0.0.1:1".parse::<SocketAddr>().unwrap());
        assert_eq!(decode(&encoded.as_bytes()[..15]), Err(WsaError(WSAEFAULT)));
        assert_eq!(decode(&[10, 0, 0, 0]), Err(WsaError(WSAEAFNOSUPPORT)));
    }
}
