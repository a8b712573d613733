//! The databases of hosts, services and protocols in their old form: records in memory of the calling thread, which
//! the next call of the same thread overwrites (SOCK-45).

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, HOSTENT, PROTOENT, SERVENT, WSAEAFNOSUPPORT, WSAEFAULT, WSANO_DATA,
};
use windows_sys::core::PCSTR;

use super::names::{self, Query};
use crate::error::WsaError;
use crate::guard::{check, is_bad, winsock};
use crate::text::narrow;

/// The addresses of a host, IPv4 only; an empty or null name is this host (SOCK-45).
///
/// Errors: null with `WSAHOST_NOT_FOUND`, `WSATRY_AGAIN`, `WSANO_DATA`.
///
/// # Safety
/// `name` is null or points at a string that ends with 0. The record belongs to the calling thread.
#[unsafe(export_name = "larboard_gethostbyname")]
pub unsafe extern "system" fn gethostbyname(name: PCSTR) -> *mut HOSTENT {
    winsock(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        let name = unsafe { narrow(name) }.unwrap_or_default();
        let query = Query {
            family: libc::AF_INET,
            flags: libc::AI_CANONNAME,
            ..Query::host(&name)
        };
        let found = names::resolve(&query)?;
        let canonical = found
            .iter()
            .find_map(|one| one.canonical.clone())
            .unwrap_or(name);
        let addresses = found.iter().map(|one| one.address.ip()).collect();
        HostRecord::publish(canonical, addresses)
    })
}

/// The name of the host with an address (SOCK-45).
///
/// Errors: null with `WSAEFAULT` for a null or short address, `WSAEAFNOSUPPORT`, `WSAHOST_NOT_FOUND`, `WSATRY_AGAIN`,
/// `WSANO_DATA`.
///
/// # Safety
/// `addr` is null or valid for reads of `len` bytes. The record belongs to the calling thread.
#[unsafe(export_name = "larboard_gethostbyaddr")]
pub unsafe extern "system" fn gethostbyaddr(addr: PCSTR, len: i32, r#type: i32) -> *mut HOSTENT {
    winsock(std::ptr::null_mut(), || {
        check(addr)?;
        let address: IpAddr = match (u16::try_from(r#type), len) {
            (Ok(AF_INET), 4..) => {
                // SAFETY: valid for reads of `len` bytes by this function's contract.
                Ipv4Addr::from(unsafe { addr.cast::<[u8; 4]>().read_unaligned() }).into()
            }
            (Ok(AF_INET6), 16..) => {
                // SAFETY: valid for reads of `len` bytes by this function's contract.
                Ipv6Addr::from(unsafe { addr.cast::<[u8; 16]>().read_unaligned() }).into()
            }
            (Ok(AF_INET | AF_INET6), _) => return Err(WSAEFAULT.into()),
            _ => return Err(WSAEAFNOSUPPORT.into()),
        };
        let (name, _) = names::reverse(SocketAddr::new(address, 0), libc::NI_NAMEREQD)?;
        HostRecord::publish(name, vec![address])
    })
}

/// The port of a service (SOCK-45). A null protocol takes any.
///
/// Errors: null with `WSAEFAULT` for a null name, `WSANO_DATA` if the service is not known.
///
/// # Safety
/// The strings are null or end with 0. The record belongs to the calling thread.
#[unsafe(export_name = "larboard_getservbyname")]
pub unsafe extern "system" fn getservbyname(name: PCSTR, proto: PCSTR) -> *mut SERVENT {
    winsock(std::ptr::null_mut(), || {
        check(name)?;
        // SAFETY: this function's contract; the lock covers the call and the copy.
        ServiceRecord::publish(|| unsafe { libc::getservbyname(name.cast(), optional(proto)) })
    })
}

/// The service of a port, which is given in network byte order (SOCK-45). A null protocol takes any.
///
/// Errors: null with `WSANO_DATA` if the port has no service.
///
/// # Safety
/// `proto` is null or points at a string that ends with 0. The record belongs to the calling thread.
#[unsafe(export_name = "larboard_getservbyport")]
pub unsafe extern "system" fn getservbyport(port: i32, proto: PCSTR) -> *mut SERVENT {
    winsock(std::ptr::null_mut(), || {
        // SAFETY: this function's contract; the lock covers the call and the copy.
        ServiceRecord::publish(|| unsafe { libc::getservbyport(port, optional(proto)) })
    })
}

/// The number of a protocol (SOCK-45).
///
/// Errors: null with `WSAEFAULT` for a null name, `WSANO_DATA` if the protocol is not known.
///
/// # Safety
/// `name` is null or points at a string that ends with 0. The record belongs to the calling thread.
#[unsafe(export_name = "larboard_getprotobyname")]
pub unsafe extern "system" fn getprotobyname(name: PCSTR) -> *mut PROTOENT {
    winsock(std::ptr::null_mut(), || {
        check(name)?;
        // SAFETY: this function's contract; the lock covers the call and the copy.
        ProtocolRecord::publish(|| unsafe { libc::getprotobyname(name.cast()) })
    })
}

/// The name of a protocol (SOCK-45).
///
/// Errors: null with `WSANO_DATA` if the number is not known.
///
/// # Safety
/// The record belongs to the calling thread.
#[unsafe(export_name = "larboard_getprotobynumber")]
pub unsafe extern "system" fn getprotobynumber(number: i32) -> *mut PROTOENT {
    winsock(std::ptr::null_mut(), || {
        // SAFETY: takes a number only; the lock covers the call and the copy.
        ProtocolRecord::publish(|| unsafe { libc::getprotobynumber(number) })
    })
}

/// Held while libc's static records are filled and copied.
static DATABASE: Mutex<()> = Mutex::new(());

thread_local! {
    static HOST: RefCell<Option<Box<HostRecord>>> = const { RefCell::new(None) };
    static SERVICE: RefCell<Option<Box<ServiceRecord>>> = const { RefCell::new(None) };
    static PROTOCOL: RefCell<Option<Box<ProtocolRecord>>> = const { RefCell::new(None) };
}

/// Strings and the null-terminated array of pointers to them. The strings own their memory, so the pointers stay
/// good when the record moves.
struct Names {
    _strings: Vec<CString>,
    pointers: Vec<*mut i8>,
}

impl Names {
    fn new(strings: Vec<CString>) -> Self {
        let pointers = strings
            .iter()
            .map(|string| string.as_ptr().cast_mut().cast());
        let pointers = pointers.chain([std::ptr::null_mut()]).collect();
        Self {
            _strings: strings,
            pointers,
        }
    }

    /// # Safety
    /// `list` is a null-terminated array of pointers to strings.
    unsafe fn copy(list: *mut *mut c_char) -> Self {
        let strings = (0..)
            // SAFETY: `take_while` stops at the null pointer that ends the array.
            .map(|at| unsafe { *list.add(at) })
            .take_while(|string| !string.is_null())
            // SAFETY: every entry of the array is a string.
            .map(|string| unsafe { CStr::from_ptr(string) }.to_owned())
            .collect();
        Self::new(strings)
    }
}

struct HostRecord {
    entry: HOSTENT,
    _name: CString,
    aliases: Names,
    _addresses: Vec<Box<[u8]>>,
    address_pointers: Vec<*mut i8>,
}

impl HostRecord {
    fn publish(name: String, addresses: Vec<IpAddr>) -> Result<*mut HOSTENT, WsaError> {
        let first = *addresses.first().ok_or(WSANO_DATA)?;
        let name = CString::new(name).map_err(|_| WSANO_DATA)?;
        let addresses: Vec<Box<[u8]>> = addresses.into_iter().map(octets).collect();
        let pointers = addresses
            .iter()
            .map(|address| address.as_ptr().cast_mut().cast());
        let family = if first.is_ipv4() { AF_INET } else { AF_INET6 };
        let mut record = Box::new(Self {
            entry: HOSTENT {
                h_name: name.as_ptr().cast_mut().cast(),
                h_aliases: std::ptr::null_mut(),
                h_addrtype: family.cast_signed(),
                h_length: addresses[0].len() as i16,
                h_addr_list: std::ptr::null_mut(),
            },
            address_pointers: pointers.chain([std::ptr::null_mut()]).collect(),
            _name: name,
            aliases: Names::new(Vec::new()),
            _addresses: addresses,
        });
        record.entry.h_aliases = record.aliases.pointers.as_mut_ptr();
        record.entry.h_addr_list = record.address_pointers.as_mut_ptr();
        Ok(HOST.with_borrow_mut(|host| &raw mut host.insert(record).entry))
    }
}

fn octets(address: IpAddr) -> Box<[u8]> {
    match address {
        IpAddr::V4(address) => Box::new(address.octets()),
        IpAddr::V6(address) => Box::new(address.octets()),
    }
}

struct ServiceRecord {
    entry: SERVENT,
    _name: CString,
    _protocol: CString,
    aliases: Names,
}

impl ServiceRecord {
    fn publish(find: impl FnOnce() -> *mut libc::servent) -> Result<*mut SERVENT, WsaError> {
        let mut record = Self::find(find)?;
        record.entry.s_aliases = record.aliases.pointers.as_mut_ptr();
        Ok(SERVICE.with_borrow_mut(|service| &raw mut service.insert(record).entry))
    }

    fn find(find: impl FnOnce() -> *mut libc::servent) -> Result<Box<Self>, WsaError> {
        let _database = DATABASE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: null, or libc's record, which nobody overwrites while the lock is held.
        let found = unsafe { find().as_ref() }.ok_or(WSANO_DATA)?;
        // SAFETY: the members of libc's record are strings and an array of strings.
        let (name, protocol, aliases) = unsafe {
            (
                CStr::from_ptr(found.s_name).to_owned(),
                CStr::from_ptr(found.s_proto).to_owned(),
                Names::copy(found.s_aliases),
            )
        };
        Ok(Box::new(Self {
            entry: SERVENT {
                s_name: name.as_ptr().cast_mut().cast(),
                s_aliases: std::ptr::null_mut(),
                s_proto: protocol.as_ptr().cast_mut().cast(),
                s_port: found.s_port as i16,
            },
            _name: name,
            _protocol: protocol,
            aliases,
        }))
    }
}

struct ProtocolRecord {
    entry: PROTOENT,
    _name: CString,
    aliases: Names,
}

impl ProtocolRecord {
    fn publish(find: impl FnOnce() -> *mut libc::protoent) -> Result<*mut PROTOENT, WsaError> {
        let mut record = Self::find(find)?;
        record.entry.p_aliases = record.aliases.pointers.as_mut_ptr();
        Ok(PROTOCOL.with_borrow_mut(|protocol| &raw mut protocol.insert(record).entry))
    }

    fn find(find: impl FnOnce() -> *mut libc::protoent) -> Result<Box<Self>, WsaError> {
        let _database = DATABASE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: null, or libc's record, which nobody overwrites while the lock is held.
        let found = unsafe { find().as_ref() }.ok_or(WSANO_DATA)?;
        // SAFETY: the members of libc's record are a string and an array of strings.
        let (name, aliases) = unsafe {
            (
                CStr::from_ptr(found.p_name).to_owned(),
                Names::copy(found.p_aliases),
            )
        };
        Ok(Box::new(Self {
            entry: PROTOENT {
                p_name: name.as_ptr().cast_mut().cast(),
                p_aliases: std::ptr::null_mut(),
                p_proto: found.p_proto as i16,
            },
            _name: name,
            aliases,
        }))
    }
}

fn optional(text: PCSTR) -> *const c_char {
    if is_bad(text) {
        std::ptr::null()
    } else {
        text.cast()
    }
}
