//! Network adapters and their addresses, as getifaddrs(3) and /sys tell.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_void};
use std::net::SocketAddr;

use windows_sys::Win32::Foundation::{
    ERROR_BUFFER_OVERFLOW, ERROR_INVALID_PARAMETER, ERROR_NO_DATA, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_SUCCESS, WIN32_ERROR,
};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GAA_FLAG_SKIP_FRIENDLY_NAME, GAA_FLAG_SKIP_UNICAST, GET_ADAPTERS_ADDRESSES_FLAGS,
    IP_ADAPTER_ADDRESSES_LH, IP_ADAPTER_UNICAST_ADDRESS_LH,
};
use windows_sys::Win32::NetworkManagement::Ndis::{
    IfOperStatusDown, IfOperStatusUp, NET_IF_CONNECTION_DEDICATED,
};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, IpDadStatePreferred, SOCKET_ADDRESS,
};

use crate::guard::{infallible, is_bad};
use crate::text::Unit;
use crate::winsock::address::{self, Encoded};

/// The adapters with their unicast addresses, as a list in the caller's buffer. Names are those of Linux, for people too.
/// Anycast and multicast addresses, servers, prefixes and gateways are not told: their lists are empty.
///
/// Returns 0; `ERROR_BUFFER_OVERFLOW`, and the size becomes what is needed; `ERROR_NO_DATA` without an adapter;
/// `ERROR_INVALID_PARAMETER` for a null size and another family than `AF_UNSPEC`, `AF_INET`, `AF_INET6`.
///
/// # Safety
/// `sizepointer` is null or valid for a read and a write, the buffer is null or valid for that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAdaptersAddresses(
    family: u32,
    flags: GET_ADAPTERS_ADDRESSES_FLAGS,
    _reserved: *const c_void,
    adapteraddresses: *mut IP_ADAPTER_ADDRESSES_LH,
    sizepointer: *mut u32,
) -> u32 {
    infallible(ERROR_NOT_ENOUGH_MEMORY, || {
        let known = [AF_UNSPEC, AF_INET, AF_INET6];
        if is_bad(sizepointer) || !known.iter().any(|&known| u32::from(known) == family) {
            return ERROR_INVALID_PARAMETER;
        }
        let adapters = match adapters(family as u16) {
            Ok(adapters) => adapters,
            Err(error) => return error,
        };
        // SAFETY: valid for a read by this function's contract.
        let size = unsafe { sizepointer.read_unaligned() };
        let mut room = Room::new(adapteraddresses.cast(), size as usize);
        // SAFETY: the room is the caller's buffer.
        unsafe { fill(&adapters, flags, &mut room) };
        // SAFETY: valid for a write by this function's contract.
        unsafe { sizepointer.write_unaligned(room.used as u32) };
        if room.is_enough() {
            ERROR_SUCCESS
        } else {
            ERROR_BUFFER_OVERFLOW
        }
    })
}

/// One adapter.
#[derive(Default)]
struct Adapter {
    name: String,
    index: u32,
    /// Linux' flags.
    flags: i32,
    physical: Vec<u8>,
    /// Each with the length of its prefix.
    addresses: Vec<(Encoded, u8)>,
    families: u32,
}

const HAS_IPV4: u32 = 0x80;
const HAS_IPV6: u32 = 0x100;

fn adapters(family: u16) -> Result<Vec<Adapter>, WIN32_ERROR> {
    let mut list = std::ptr::null_mut();
    // SAFETY: `list` is of this frame; what it gets is freed below.
    if unsafe { libc::getifaddrs(&mut list) } != 0 {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    let mut found: BTreeMap<u32, Adapter> = BTreeMap::new();
    let mut next = list;
    // SAFETY: null or an entry of the list, which lives until it is freed.
    while let Some(entry) = unsafe { next.as_ref() } {
        next = entry.ifa_next;
        // SAFETY: the name of an entry is terminated.
        let name = unsafe { CStr::from_ptr(entry.ifa_name) };
        // SAFETY: as above.
        let index = unsafe { libc::if_nametoindex(entry.ifa_name) };
        let adapter = found.entry(index).or_default();
        adapter.name = name.to_string_lossy().into_owned();
        adapter.index = index;
        adapter.flags = entry.ifa_flags.cast_signed();
        // SAFETY: the addresses of an entry are null or complete for their family.
        unsafe { adapter.add(entry, family) };
    }
    // SAFETY: the list came from getifaddrs and is freed once.
    unsafe { libc::freeifaddrs(list) };
    if found.is_empty() {
        Err(ERROR_NO_DATA)
    } else {
        Ok(found.into_values().collect())
    }
}

impl Adapter {
    /// # Safety
    /// The addresses of the entry are null or complete for their family.
    unsafe fn add(&mut self, entry: &libc::ifaddrs, family: u16) {
        if entry.ifa_addr.is_null() {
            return;
        }
        // SAFETY: not null, and complete by this function's contract.
        match i32::from(unsafe { (*entry.ifa_addr).sa_family }) {
            libc::AF_PACKET => {
                // SAFETY: this is its family.
                let link = unsafe { entry.ifa_addr.cast::<libc::sockaddr_ll>().read_unaligned() };
                let length = usize::from(link.sll_halen).min(link.sll_addr.len());
                self.physical = link.sll_addr[..length].to_vec();
            }
            libc::AF_INET => {
                self.families |= HAS_IPV4;
                if family != AF_INET6 {
                    // SAFETY: this function's contract.
                    unsafe { self.address(entry, AF_INET, address::IPV4_LENGTH, 4..8) };
                }
            }
            libc::AF_INET6 => {
                self.families |= HAS_IPV6;
                if family != AF_INET {
                    // SAFETY: this function's contract.
                    unsafe { self.address(entry, AF_INET6, address::IPV6_LENGTH, 8..24) };
                }
            }
            _ => {}
        }
    }

    /// # Safety
    /// The address is of this length, the mask is null or so too.
    unsafe fn address(
        &mut self,
        entry: &libc::ifaddrs,
        family: u16,
        length: usize,
        digits: std::ops::Range<usize>,
    ) {
        // SAFETY: this function's contract.
        let bytes = |address: *const libc::sockaddr| unsafe {
            std::slice::from_raw_parts(address.cast::<u8>(), length).to_vec()
        };
        let mut address = bytes(entry.ifa_addr);
        address[..2].copy_from_slice(&family.to_ne_bytes());
        let prefix = if entry.ifa_netmask.is_null() {
            digits.len() as u32 * 8
        } else {
            bytes(entry.ifa_netmask)[digits]
                .iter()
                .map(|byte| byte.count_ones())
                .sum()
        };
        if let Ok(address) = address::decode(&address) {
            let address: SocketAddr = address;
            self.addresses.push((Encoded::from(address), prefix as u8));
        }
    }

    /// What a file of the adapter in /sys has.
    fn read<T: std::str::FromStr>(&self, file: &str) -> Option<T> {
        let text = std::fs::read_to_string(format!("/sys/class/net/{}/{file}", self.name));
        text.ok()?.trim().parse().ok()
    }

    /// The number of its kind: Ethernet, wireless, point to point, loopback.
    fn kind(&self) -> u32 {
        let wireless = format!("/sys/class/net/{}/wireless", self.name);
        if self.flags & libc::IFF_LOOPBACK != 0 {
            24
        } else if std::path::Path::new(&wireless).exists() {
            71
        } else if self.flags & libc::IFF_POINTOPOINT != 0 {
            23
        } else {
            6
        }
    }
}

/// The caller's buffer, filled from its beginning, and how much would be needed.
struct Room {
    base: *mut u8,
    size: usize,
    used: usize,
}

impl Room {
    fn new(base: *mut u8, size: usize) -> Self {
        let size = if is_bad(base) { 0 } else { size };
        Self {
            base,
            size,
            used: 0,
        }
    }

    fn is_enough(&self) -> bool {
        self.used <= self.size
    }

    /// The place of the next so many values, at an address that suits structures.
    fn place<T>(&mut self, count: usize) -> *mut T {
        let at = self.used;
        self.used = (at + count * size_of::<T>()).next_multiple_of(8);
        self.base.wrapping_add(at).cast()
    }

    /// Copies values to the next place, if there is room.
    ///
    /// # Safety
    /// The buffer is valid for its size.
    unsafe fn put<T>(&mut self, values: &[T]) -> *mut T {
        let place = self.place::<T>(values.len());
        // SAFETY: this function's contract.
        unsafe { self.write(place, values) };
        place
    }

    /// # Safety
    /// `place` came from [`Room::place`] for as many values, and the buffer is valid for its size.
    unsafe fn write<T>(&self, place: *mut T, values: &[T]) {
        if self.is_enough() {
            let bytes = size_of_val(values);
            // SAFETY: within the size of the buffer, since what was placed so far is.
            unsafe {
                place
                    .cast::<u8>()
                    .copy_from_nonoverlapping(values.as_ptr().cast(), bytes);
            }
        }
    }
}

/// # Safety
/// The room's buffer is valid for its size.
unsafe fn fill(adapters: &[Adapter], flags: GET_ADAPTERS_ADDRESSES_FLAGS, room: &mut Room) {
    // The structures come first, so that each knows the next one.
    let first: *mut IP_ADAPTER_ADDRESSES_LH = room.place(adapters.len());
    for (at, adapter) in adapters.iter().enumerate() {
        let is_last = at + 1 == adapters.len();
        let next = if is_last {
            std::ptr::null_mut()
        } else {
            first.wrapping_add(at + 1)
        };
        // SAFETY: this function's contract, and the place of this adapter.
        unsafe {
            let described = describe(adapter, flags, next, room);
            room.write(first.wrapping_add(at), &[described]);
        }
    }
}

/// # Safety
/// As for [`fill`].
unsafe fn describe(
    adapter: &Adapter,
    flags: GET_ADAPTERS_ADDRESSES_FLAGS,
    next: *mut IP_ADAPTER_ADDRESSES_LH,
    room: &mut Room,
) -> IP_ADAPTER_ADDRESSES_LH {
    let wide = u16::encode(&adapter.name);
    let runs = adapter.flags & libc::IFF_UP != 0 && adapter.flags & libc::IFF_RUNNING != 0;
    // Megabits; there are none where nothing is plugged in.
    let speed = adapter
        .read::<i64>("speed")
        .and_then(|speed| u64::try_from(speed).ok());
    let speed = speed.unwrap_or_default() * 1_000_000;
    let mut described = IP_ADAPTER_ADDRESSES_LH {
        Next: next,
        Mtu: adapter.read("mtu").unwrap_or_default(),
        IfType: adapter.kind(),
        OperStatus: if runs {
            IfOperStatusUp
        } else {
            IfOperStatusDown
        },
        Ipv6IfIndex: adapter.index,
        TransmitLinkSpeed: speed,
        ReceiveLinkSpeed: speed,
        ConnectionType: NET_IF_CONNECTION_DEDICATED,
        PhysicalAddressLength: adapter.physical.len().min(8) as u32,
        ..Default::default()
    };
    described.Anonymous1.Anonymous.Length = size_of::<IP_ADAPTER_ADDRESSES_LH>() as u32;
    described.Anonymous1.Anonymous.IfIndex = adapter.index;
    described.Anonymous2.Flags = adapter.families;
    for (to, &byte) in described.PhysicalAddress.iter_mut().zip(&adapter.physical) {
        *to = byte;
    }
    // SAFETY: this function's contract.
    unsafe {
        described.AdapterName = room.put(&u8::encode(&adapter.name));
        described.DnsSuffix = room.put(&[0u16]);
        described.Description = room.put(&wide);
        if flags & GAA_FLAG_SKIP_FRIENDLY_NAME == 0 {
            described.FriendlyName = room.put(&wide);
        }
        if flags & GAA_FLAG_SKIP_UNICAST == 0 {
            described.FirstUnicastAddress = unicast(adapter, room);
        }
    }
    described
}

/// # Safety
/// As for [`fill`].
unsafe fn unicast(adapter: &Adapter, room: &mut Room) -> *mut IP_ADAPTER_UNICAST_ADDRESS_LH {
    let mut next = std::ptr::null_mut();
    for (address, prefix) in adapter.addresses.iter().rev() {
        let bytes = address.as_bytes();
        let mut one = IP_ADAPTER_UNICAST_ADDRESS_LH {
            Next: next,
            Address: SOCKET_ADDRESS {
                // SAFETY: this function's contract.
                lpSockaddr: unsafe { room.put(bytes) }.cast(),
                iSockaddrLength: bytes.len() as i32,
            },
            DadState: IpDadStatePreferred,
            ValidLifetime: u32::MAX,
            PreferredLifetime: u32::MAX,
            LeaseLifetime: u32::MAX,
            OnLinkPrefixLength: *prefix,
            ..Default::default()
        };
        one.Anonymous.Anonymous.Length = size_of::<IP_ADAPTER_UNICAST_ADDRESS_LH>() as u32;
        // SAFETY: this function's contract.
        next = unsafe { room.put(&[one]) };
    }
    next
}
