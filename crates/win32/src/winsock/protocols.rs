//! The catalogue of protocols: TCP and UDP over IPv4 and IPv6 (SOCK-43).

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, BASE_PROTOCOL, IPPROTO_TCP, IPPROTO_UDP, PFL_MATCHES_PROTOCOL_ZERO,
    SOCK_DGRAM, SOCK_STREAM, SOCKET_ERROR, WSAEFAULT, WSAENOBUFS, WSAPROTOCOL_INFOA,
    WSAPROTOCOL_INFOW, WSAPROTOCOLCHAIN, XP1_CONNECTIONLESS, XP1_EXPEDITED_DATA,
    XP1_GRACEFUL_CLOSE, XP1_GUARANTEED_DELIVERY, XP1_GUARANTEED_ORDER, XP1_IFS_HANDLES,
    XP1_MESSAGE_ORIENTED, XP1_SUPPORT_BROADCAST, XP1_SUPPORT_MULTIPOINT,
};
use windows_sys::core::GUID;

use super::address::{IPV4_LENGTH, IPV6_LENGTH};
use crate::error::WsaError;
use crate::guard::{is_bad, winsock};

/// Writes the protocols into an array and returns their number. A list of protocol numbers ended by 0 asks for those
/// only.
///
/// Errors: `WSAEFAULT` for a null length; `WSAENOBUFS` if the array is too small, and the length needed is stored
/// (SOCK-43).
///
/// # Safety
/// The list is null or ends with 0; the array is null or valid for the bytes stored in `lpdwbufferlength`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAEnumProtocolsA(
    lpiprotocols: *const i32,
    lpprotocolbuffer: *mut WSAPROTOCOL_INFOA,
    lpdwbufferlength: *mut u32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let narrow = |protocol: &Protocol| protocol.narrow();
        // SAFETY: this function's contract.
        unsafe { enumerate(lpiprotocols, lpprotocolbuffer, lpdwbufferlength, narrow) }
    })
}

/// As [`WSAEnumProtocolsA`], with wide names (SOCK-43).
///
/// # Safety
/// As for [`WSAEnumProtocolsA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAEnumProtocolsW(
    lpiprotocols: *const i32,
    lpprotocolbuffer: *mut WSAPROTOCOL_INFOW,
    lpdwbufferlength: *mut u32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let wide = |protocol: &Protocol| protocol.wide();
        // SAFETY: this function's contract.
        unsafe { enumerate(lpiprotocols, lpprotocolbuffer, lpdwbufferlength, wide) }
    })
}

/// One entry of the catalogue.
pub(crate) struct Protocol {
    pub(crate) family: u16,
    pub(crate) socket_type: i32,
    pub(crate) protocol: i32,
    catalog_entry: u32,
    service_flags: u32,
    message_size: u32,
    name: &'static str,
}

const STREAM_SERVICE: u32 = XP1_GUARANTEED_DELIVERY
    | XP1_GUARANTEED_ORDER
    | XP1_GRACEFUL_CLOSE
    | XP1_EXPEDITED_DATA
    | XP1_IFS_HANDLES;
const DATAGRAM_SERVICE: u32 = XP1_CONNECTIONLESS
    | XP1_MESSAGE_ORIENTED
    | XP1_SUPPORT_BROADCAST
    | XP1_SUPPORT_MULTIPOINT
    | XP1_IFS_HANDLES;
const IPV4_PROVIDER: GUID = GUID::from_u128(0xe70f1aa0_ab8b_11cf_8ca3_00805f48a192);
const IPV6_PROVIDER: GUID = GUID::from_u128(0xf9eab0c0_26d4_11d0_bbbf_00aa006c34e4);

static CATALOG: [Protocol; 4] = [
    Protocol {
        family: AF_INET,
        socket_type: SOCK_STREAM,
        protocol: IPPROTO_TCP,
        catalog_entry: 1001,
        service_flags: STREAM_SERVICE,
        message_size: 0,
        name: "MSAFD Tcpip [TCP/IP]",
    },
    Protocol {
        family: AF_INET,
        socket_type: SOCK_DGRAM,
        protocol: IPPROTO_UDP,
        catalog_entry: 1002,
        service_flags: DATAGRAM_SERVICE,
        message_size: 65507,
        name: "MSAFD Tcpip [UDP/IP]",
    },
    Protocol {
        family: AF_INET6,
        socket_type: SOCK_STREAM,
        protocol: IPPROTO_TCP,
        catalog_entry: 1004,
        service_flags: STREAM_SERVICE,
        message_size: 0,
        name: "MSAFD Tcpip [TCP/IPv6]",
    },
    Protocol {
        family: AF_INET6,
        socket_type: SOCK_DGRAM,
        protocol: IPPROTO_UDP,
        catalog_entry: 1005,
        service_flags: DATAGRAM_SERVICE,
        message_size: 65527,
        name: "MSAFD Tcpip [UDP/IPv6]",
    },
];

/// The entry that describes a socket.
pub(crate) fn find(family: u16, socket_type: i32) -> Option<&'static Protocol> {
    CATALOG
        .iter()
        .find(|protocol| protocol.family == family && protocol.socket_type == socket_type)
}

impl Protocol {
    pub(crate) fn wide(&self) -> WSAPROTOCOL_INFOW {
        let mut name = [0; 256];
        for (to, unit) in name.iter_mut().zip(self.name.encode_utf16()) {
            *to = unit;
        }
        let length = if self.family == AF_INET {
            IPV4_LENGTH
        } else {
            IPV6_LENGTH
        } as i32;
        WSAPROTOCOL_INFOW {
            dwServiceFlags1: self.service_flags,
            dwServiceFlags2: 0,
            dwServiceFlags3: 0,
            dwServiceFlags4: 0,
            dwProviderFlags: PFL_MATCHES_PROTOCOL_ZERO,
            ProviderId: if self.family == AF_INET {
                IPV4_PROVIDER
            } else {
                IPV6_PROVIDER
            },
            dwCatalogEntryId: self.catalog_entry,
            ProtocolChain: WSAPROTOCOLCHAIN {
                ChainLen: BASE_PROTOCOL as i32,
                ChainEntries: [0; 7],
            },
            iVersion: 2,
            iAddressFamily: self.family.into(),
            iMaxSockAddr: length,
            iMinSockAddr: length,
            iSocketType: self.socket_type,
            iProtocol: self.protocol,
            iProtocolMaxOffset: 0,
            iNetworkByteOrder: 0,
            iSecurityScheme: 0,
            dwMessageSize: self.message_size,
            dwProviderReserved: 0,
            szProtocol: name,
        }
    }

    pub(crate) fn narrow(&self) -> WSAPROTOCOL_INFOA {
        narrow(&self.wide())
    }
}

/// The same description with a narrow name.
pub(crate) fn narrow(wide: &WSAPROTOCOL_INFOW) -> WSAPROTOCOL_INFOA {
    WSAPROTOCOL_INFOA {
        dwServiceFlags1: wide.dwServiceFlags1,
        dwServiceFlags2: wide.dwServiceFlags2,
        dwServiceFlags3: wide.dwServiceFlags3,
        dwServiceFlags4: wide.dwServiceFlags4,
        dwProviderFlags: wide.dwProviderFlags,
        ProviderId: wide.ProviderId,
        dwCatalogEntryId: wide.dwCatalogEntryId,
        ProtocolChain: wide.ProtocolChain,
        iVersion: wide.iVersion,
        iAddressFamily: wide.iAddressFamily,
        iMaxSockAddr: wide.iMaxSockAddr,
        iMinSockAddr: wide.iMinSockAddr,
        iSocketType: wide.iSocketType,
        iProtocol: wide.iProtocol,
        iProtocolMaxOffset: wide.iProtocolMaxOffset,
        iNetworkByteOrder: wide.iNetworkByteOrder,
        iSecurityScheme: wide.iSecurityScheme,
        dwMessageSize: wide.dwMessageSize,
        dwProviderReserved: wide.dwProviderReserved,
        // The names of the catalogue are ASCII.
        szProtocol: wide.szProtocol.map(|unit| unit as i8),
    }
}

/// # Safety
/// As for [`WSAEnumProtocolsA`].
unsafe fn enumerate<I>(
    wanted: *const i32,
    to: *mut I,
    length: *mut u32,
    describe: impl Fn(&Protocol) -> I,
) -> Result<i32, WsaError> {
    if is_bad(length) {
        return Err(WSAEFAULT.into());
    }
    // SAFETY: null or ended by 0, by this function's contract.
    let wanted = unsafe { protocol_list(wanted) };
    let chosen = |protocol: &&Protocol| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&protocol.protocol))
    };
    let chosen: Vec<I> = CATALOG.iter().filter(chosen).map(describe).collect();
    let needed = size_of_val(chosen.as_slice());
    // SAFETY: not null, and valid by this function's contract.
    let room = unsafe { length.read_unaligned() } as usize;
    // SAFETY: as above.
    unsafe { length.write_unaligned(needed as u32) };
    if is_bad(to) || room < needed {
        return Err(WSAENOBUFS.into());
    }
    let count = chosen.len() as i32;
    for (at, info) in chosen.into_iter().enumerate() {
        // SAFETY: the array has room for `needed` bytes, by this function's contract and the check above.
        unsafe { to.add(at).write_unaligned(info) };
    }
    Ok(count)
}

/// # Safety
/// `list` is null or ended by 0.
unsafe fn protocol_list(list: *const i32) -> Option<Vec<i32>> {
    if is_bad(list) {
        return None;
    }
    // SAFETY: `take_while` stops at the 0 that ends the list.
    Some(
        (0..)
            .map(|at| unsafe { list.add(at).read_unaligned() })
            .take_while(|&protocol| protocol != 0)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_small_an_array_is_told_the_length_needed() {
        let (mut length, tcp) = (10, [IPPROTO_TCP, 0]);
        // SAFETY: the list ends with 0, the array is null.
        let outcome = unsafe {
            enumerate(
                tcp.as_ptr(),
                std::ptr::null_mut(),
                &raw mut length,
                |protocol| protocol.wide(),
            )
        };
        assert_eq!(outcome, Err(WsaError(WSAENOBUFS)));
        assert_eq!(length as usize, 2 * size_of::<WSAPROTOCOL_INFOW>());
    }

    #[test]
    fn the_catalogue_has_four_entries() {
        let mut all = Vec::with_capacity(4);
        let mut length = 4 * size_of::<WSAPROTOCOL_INFOA>() as u32;
        // SAFETY: the array has the length given; all four entries are written.
        let count = unsafe {
            let count = enumerate(
                std::ptr::null(),
                all.as_mut_ptr(),
                &raw mut length,
                |protocol| protocol.narrow(),
            );
            all.set_len(4);
            count
        };
        assert_eq!(count, Ok(4));
        assert_eq!(all[3].iAddressFamily, 23);
        assert_eq!(all[1].dwServiceFlags1, 0x20609);
    }
}
