//! Socket addresses as the tests need them.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, IN_ADDR, IN_ADDR_0, IN6_ADDR, IN6_ADDR_0, SOCKADDR, SOCKADDR_IN,
    SOCKADDR_IN6,
};
use crate::common::{Socket, loopback};

/// The length functions want for an IPv6 address.
pub const ADDRESS6_LENGTH: i32 = size_of::<SOCKADDR_IN6>() as i32;

/// An IPv4 address; `port` in host order.
pub fn ipv4(address: Ipv4Addr, port: u16) -> SOCKADDR_IN {
    SOCKADDR_IN {
        sin_family: AF_INET,
        sin_port: port.to_be(),
        sin_addr: IN_ADDR {
            S_un: IN_ADDR_0 {
                S_addr: u32::from_ne_bytes(address.octets()),
            },
        },
        sin_zero: [0; 8],
    }
}

/// An IPv6 address; `port` in host order.
pub fn ipv6(address: Ipv6Addr, port: u16) -> SOCKADDR_IN6 {
    SOCKADDR_IN6 {
        sin6_family: AF_INET6,
        sin6_port: port.to_be(),
        sin6_addr: IN6_ADDR {
            u: IN6_ADDR_0 {
                Byte: address.octets(),
            },
        },
        ..Default::default()
    }
}

/// ::1 with `port` in host order.
pub fn loopback6(port: u16) -> SOCKADDR_IN6 {
    ipv6(Ipv6Addr::LOCALHOST, port)
}

/// The port of an address in host order.
pub fn port_of(address: &SOCKADDR_IN) -> u16 {
    u16::from_be(address.sin_port)
}

/// The IPv4 address without its port.
pub fn ip_of(address: &SOCKADDR_IN) -> Ipv4Addr {
    // SAFETY: every bit pattern of the union is a valid S_addr.
    Ipv4Addr::from(unsafe { address.sin_addr.S_un.S_addr }.to_ne_bytes())
}

/// The pointer functions want for an address.
pub fn pointer<T>(address: &T) -> *const SOCKADDR {
    (&raw const *address).cast()
}

/// An address on 127.0.0.1 that was free a moment ago and that nobody listens on.
///
/// The socket keeps the port taken, so that no other test starts to listen there.
pub fn silent_address() -> (Socket, SOCKADDR_IN) {
    let owner = Socket::tcp();
    owner.bind(&loopback(0)).expect("bind to a free port");
    let address = owner.name().expect("name of a bound socket");
    (owner, address)
}
