//! Name resolution over the C library's resolver, with Windows' structures, flags and errors (SOCK-45).

use std::ffi::{CStr, CString, c_char};
use std::net::SocketAddr;

use windows_sys::Win32::Networking::WinSock::{
    ADDRINFOA, ADDRINFOW, AF_INET, AF_INET6, AF_UNSPEC, AI_ADDRCONFIG, AI_ALL, AI_CANONNAME,
    AI_NUMERICHOST, AI_NUMERICSERV, AI_PASSIVE, AI_V4MAPPED, NI_DGRAM, NI_NAMEREQD, NI_NOFQDN,
    NI_NUMERICHOST, NI_NUMERICSERV, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOCKADDR, SOCKET_ERROR,
    WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL, WSAENOBUFS, WSAESOCKTNOSUPPORT, WSAHOST_NOT_FOUND,
    WSANO_DATA, WSANO_RECOVERY, WSATRY_AGAIN, WSATYPE_NOT_FOUND, socklen_t,
};
use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use super::address::{self, Encoded};
use crate::error::WsaError;
use crate::guard::{check, infallible, is_bad, winsock, winsock_code};
use crate::text::{self, Unit, narrow, wide};

/// The addresses of a host and a service as a list, to be freed by `freeaddrinfo`.
///
/// Returns 0 or the error itself: `WSAHOST_NOT_FOUND`, `WSATRY_AGAIN`, `WSANO_DATA`, `WSANO_RECOVERY`,
/// `WSAEAFNOSUPPORT`, `WSAESOCKTNOSUPPORT`, `WSATYPE_NOT_FOUND` (no such service), `WSAEINVAL` (flags),
/// `WSAENOBUFS`, `WSAEFAULT` (SOCK-45).
///
/// # Safety
/// The strings are null or end with 0, `phints` is null or valid, `ppresult` is null or valid for a write.
#[unsafe(export_name = "larboard_getaddrinfo")]
pub unsafe extern "system" fn getaddrinfo(
    pnodename: PCSTR,
    pservicename: PCSTR,
    phints: *const ADDRINFOA,
    ppresult: *mut *mut ADDRINFOA,
) -> i32 {
    // SAFETY: this function's contract.
    winsock_code(|| unsafe { look_up(narrow(pnodename), narrow(pservicename), phints, ppresult) })
}

/// As [`getaddrinfo`], with wide text; the list is freed by `FreeAddrInfoW` (SOCK-45).
///
/// # Safety
/// As for [`getaddrinfo`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAddrInfoW(
    pnodename: PCWSTR,
    pservicename: PCWSTR,
    phints: *const ADDRINFOW,
    ppresult: *mut *mut ADDRINFOW,
) -> i32 {
    // SAFETY: this function's contract.
    winsock_code(|| unsafe { look_up(wide(pnodename), wide(pservicename), phints, ppresult) })
}

/// Frees a list made by `getaddrinfo`; null is none.
///
/// # Safety
/// The list comes from `getaddrinfo` and is not used any more.
#[unsafe(export_name = "larboard_freeaddrinfo")]
pub unsafe extern "system" fn freeaddrinfo(paddrinfo: *const ADDRINFOA) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { free(paddrinfo) });
}

/// Frees a list made by `GetAddrInfoW`; null is none.
///
/// # Safety
/// The list comes from `GetAddrInfoW` and is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeAddrInfoW(paddrinfo: *const ADDRINFOW) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { free(paddrinfo) });
}

/// The host and service names of an address.
///
/// Returns 0 or the error itself: `WSAEFAULT` (address, or a buffer too small), `WSAEAFNOSUPPORT`,
/// `WSAHOST_NOT_FOUND` (no name at all was asked for, or a name is required and there is none), `WSATRY_AGAIN`.
///
/// # Safety
/// The address is null or valid for its length, the buffers are null or have the sizes given.
#[unsafe(export_name = "larboard_getnameinfo")]
pub unsafe extern "system" fn getnameinfo(
    psockaddr: *const SOCKADDR,
    sockaddrlength: socklen_t,
    pnodebuffer: PSTR,
    nodebuffersize: u32,
    pservicebuffer: PSTR,
    servicebuffersize: u32,
    flags: i32,
) -> i32 {
    let (node, service) = (
        (pnodebuffer, nodebuffersize),
        (pservicebuffer, servicebuffersize),
    );
    // SAFETY: this function's contract.
    winsock_code(|| unsafe { name(psockaddr, sockaddrlength, node, service, flags) })
}

/// As [`getnameinfo`], as wide text; the sizes count characters.
///
/// # Safety
/// As for [`getnameinfo`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetNameInfoW(
    psockaddr: *const SOCKADDR,
    sockaddrlength: socklen_t,
    pnodebuffer: PWSTR,
    nodebuffersize: u32,
    pservicebuffer: PWSTR,
    servicebuffersize: u32,
    flags: i32,
) -> i32 {
    let (node, service) = (
        (pnodebuffer, nodebuffersize),
        (pservicebuffer, servicebuffersize),
    );
    // SAFETY: this function's contract.
    winsock_code(|| unsafe { name(psockaddr, sockaddrlength, node, service, flags) })
}

/// The name of this host.
///
/// Errors: `WSAEFAULT` if the buffer is null or too small.
///
/// # Safety
/// `name` is null or valid for writes of `namelen` bytes.
#[unsafe(export_name = "larboard_gethostname")]
pub unsafe extern "system" fn gethostname(name: PSTR, namelen: i32) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe { host_name(name, namelen) })
}

/// As [`gethostname`], as wide text; the length counts characters.
///
/// # Safety
/// `name` is null or valid for writes of `namelen` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetHostNameW(name: PWSTR, namelen: i32) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe { host_name(name, namelen) })
}

/// A question to the resolver, in the C library's values.
#[derive(Clone, Copy, Default)]
pub(crate) struct Query<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) service: Option<&'a str>,
    pub(crate) flags: i32,
    pub(crate) family: i32,
    pub(crate) socket_type: i32,
    pub(crate) protocol: i32,
}

impl<'a> Query<'a> {
    /// All addresses of a host; the empty name is this host.
    pub(crate) fn host(host: &'a str) -> Self {
        Self {
            host: Some(host),
            ..Self::default()
        }
    }
}

/// One answer of the resolver.
pub(crate) struct Found {
    pub(crate) address: SocketAddr,
    pub(crate) canonical: Option<String>,
}

/// Asks the resolver. One answer per address: a question without a socket type is asked for streams.
pub(crate) fn resolve(query: &Query<'_>) -> Result<Vec<Found>, WsaError> {
    let this_host;
    let host = match query.host {
        Some("") => {
            this_host = own_name();
            Some(this_host.as_str())
        }
        host => host,
    };
    let terminated = |text: Option<&str>| {
        text.map(CString::new)
            .transpose()
            .map_err(|_| WSAHOST_NOT_FOUND)
    };
    let (host, service) = (terminated(host)?, terminated(query.service)?);
    // SAFETY: integers and pointers: all zero is a value of each.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_flags = query.flags;
    hints.ai_family = query.family;
    hints.ai_protocol = query.protocol;
    hints.ai_socktype = match query.socket_type {
        0 if query.protocol == libc::IPPROTO_UDP => libc::SOCK_DGRAM,
        0 => libc::SOCK_STREAM,
        given => given,
    };
    let pointer =
        |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
    let mut list = std::ptr::null_mut();
    // SAFETY: the strings and the hints live until the call returns; the list is freed below.
    match unsafe { libc::getaddrinfo(pointer(&host), pointer(&service), &hints, &mut list) } {
        0 => Ok(AnswerList(list).collect()),
        code => Err(resolver_error(code).into()),
    }
}

/// Host and service of an address, with the C library's flags.
pub(crate) fn reverse(address: SocketAddr, flags: i32) -> Result<(String, String), WsaError> {
    let mut encoded = [0u8; address::IPV6_LENGTH];
    let bytes = Encoded::from(address);
    encoded[..bytes.as_bytes().len()].copy_from_slice(bytes.as_bytes());
    // The layouts agree but for the number of the IPv6 family.
    let family = if address.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    };
    encoded[..2].copy_from_slice(&(family as u16).to_ne_bytes());
    let (mut host, mut service) = ([0 as c_char; 1025], [0 as c_char; 32]);
    // SAFETY: three buffers of this frame with their lengths.
    let code = unsafe {
        libc::getnameinfo(
            encoded.as_ptr().cast(),
            bytes.as_bytes().len() as libc::socklen_t,
            host.as_mut_ptr(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    let text = |buffer: &[c_char]| {
        // SAFETY: on success both buffers hold a terminated string.
        let text = unsafe { CStr::from_ptr(buffer.as_ptr()) };
        text.to_string_lossy().into_owned()
    };
    if code == 0 {
        Ok((text(&host), text(&service)))
    } else {
        Err(resolver_error(code).into())
    }
}

/// The C library's list of answers, freed at the end.
struct AnswerList(*mut libc::addrinfo);

impl AnswerList {
    fn collect(self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut next = self.0;
        // SAFETY: null or an entry of the list, which lives as long as `self`.
        while let Some(entry) = unsafe { next.as_ref() } {
            next = entry.ai_next;
            // SAFETY: the pointers of an entry are null or valid, the address for the length beside it.
            let (address, canonical) = unsafe {
                let canonical = entry.ai_canonname.as_ref().map(|name| CStr::from_ptr(name));
                (
                    linux_address(entry),
                    canonical.map(|name| name.to_string_lossy().into_owned()),
                )
            };
            found.extend(address.map(|address| Found { address, canonical }));
        }
        found
    }
}

impl Drop for AnswerList {
    fn drop(&mut self) {
        // SAFETY: the list came from getaddrinfo and is freed once, here.
        unsafe { libc::freeaddrinfo(self.0) };
    }
}

/// # Safety
/// The address of the entry is valid for its length.
unsafe fn linux_address(entry: &libc::addrinfo) -> Option<SocketAddr> {
    let length = (entry.ai_addrlen as usize).min(address::IPV6_LENGTH);
    // SAFETY: this function's contract.
    let bytes = unsafe { std::slice::from_raw_parts(entry.ai_addr.cast::<u8>(), length) };
    let mut bytes = bytes.to_vec();
    let family = match entry.ai_family {
        libc::AF_INET => AF_INET,
        libc::AF_INET6 => AF_INET6,
        _ => return None,
    };
    bytes.get_mut(..2)?.copy_from_slice(&family.to_ne_bytes());
    address::decode(&bytes).ok()
}

/// `ADDRINFOA` or `ADDRINFOW`: the same layout, with text of another unit.
trait AddressInfo: Copy {
    type Unit: Unit;
    fn new(
        fields: Fields,
        canonical: *mut Self::Unit,
        address: *mut SOCKADDR,
        length: usize,
    ) -> Self;
    fn fields(&self) -> Fields;
    fn next(&mut self) -> &mut *mut Self;
}

/// The integers of a list entry.
#[derive(Clone, Copy, Default)]
struct Fields {
    flags: i32,
    family: i32,
    socket_type: i32,
    protocol: i32,
}

macro_rules! address_info {
    ($type:ident, $unit:ty) => {
        impl AddressInfo for $type {
            type Unit = $unit;

            fn new(
                fields: Fields,
                canonical: *mut $unit,
                address: *mut SOCKADDR,
                length: usize,
            ) -> Self {
                Self {
                    ai_flags: fields.flags,
                    ai_family: fields.family,
                    ai_socktype: fields.socket_type,
                    ai_protocol: fields.protocol,
                    ai_addrlen: length,
                    ai_canonname: canonical,
                    ai_addr: address,
                    ai_next: std::ptr::null_mut(),
                }
            }

            fn fields(&self) -> Fields {
                Fields {
                    flags: self.ai_flags,
                    family: self.ai_family,
                    socket_type: self.ai_socktype,
                    protocol: self.ai_protocol,
                }
            }

            fn next(&mut self) -> &mut *mut Self {
                &mut self.ai_next
            }
        }
    };
}

address_info!(ADDRINFOA, u8);
address_info!(ADDRINFOW, u16);

/// An entry of our lists with the memory it points into. The caller sees a pointer to `info`, which is the first
/// field, so the pointer is one to the entry.
#[repr(C)]
struct Entry<I: AddressInfo> {
    info: I,
    address: Encoded,
    canonical: Option<Vec<I::Unit>>,
}

const _: () = assert!(std::mem::offset_of!(Entry<ADDRINFOA>, info) == 0);
const _: () = assert!(std::mem::offset_of!(Entry<ADDRINFOW>, info) == 0);

impl<I: AddressInfo> Entry<I> {
    /// An entry on the heap; [`free`] takes it back.
    fn allocate(found: &Found, hints: Fields) -> *mut I {
        let canonical = found.canonical.as_deref().map(I::Unit::encode);
        let family = if found.address.is_ipv4() {
            AF_INET
        } else {
            AF_INET6
        };
        let fields = Fields {
            family: family.into(),
            flags: 0,
            ..hints
        };
        let null = std::ptr::null_mut();
        let entry = Self {
            info: I::new(fields, null, null.cast(), 0),
            address: found.address.into(),
            canonical,
        };
        let entry = Box::into_raw(Box::new(entry));
        // SAFETY: the entry was just made and nobody else knows it.
        unsafe {
            let canonical = (*entry)
                .canonical
                .as_mut()
                .map_or(null, |name| name.as_mut_ptr().cast());
            let address = (*entry).address.as_bytes();
            let (address, length) = ((&raw const address[0]).cast_mut().cast(), address.len());
            (*entry).info = I::new(fields, canonical.cast(), address, length);
        }
        entry.cast()
    }
}

/// # Safety
/// `hints` is null or valid, `result` is null or valid for a write.
unsafe fn look_up<I: AddressInfo>(
    node: Option<String>,
    service: Option<String>,
    hints: *const I,
    result: *mut *mut I,
) -> Result<(), WsaError> {
    check(result)?;
    // SAFETY: valid for a write by this function's contract.
    unsafe { result.write_unaligned(std::ptr::null_mut()) };
    if node.is_none() && service.is_none() {
        return Err(WSAHOST_NOT_FOUND.into());
    }
    let hints = if is_bad(hints) {
        Fields::default()
    } else {
        // SAFETY: not null, so valid by this function's contract.
        unsafe { hints.read_unaligned() }.fields()
    };
    let found = resolve(&query(node.as_deref(), service.as_deref(), hints)?)?;
    let mut head: *mut I = std::ptr::null_mut();
    for one in found.iter().rev() {
        let entry = Entry::<I>::allocate(one, hints);
        // SAFETY: the entry was just made and nobody else knows it.
        unsafe { *(*entry).next() = head };
        head = entry;
    }
    if head.is_null() {
        return Err(WSANO_DATA.into());
    }
    // SAFETY: valid for a write by this function's contract.
    unsafe { result.write_unaligned(head) };
    Ok(())
}

/// # Safety
/// The list was made by [`look_up`] with the same type and is not used any more.
unsafe fn free<I: AddressInfo>(list: *const I) {
    let mut next = list.cast_mut();
    while !is_bad(next) {
        // SAFETY: every entry came from `Entry::allocate`, whose first field the pointer names; it is freed once.
        let mut entry = unsafe { Box::from_raw(next.cast::<Entry<I>>()) };
        next = *entry.info.next();
    }
}

/// The resolver's question for Windows' hints.
fn query<'a>(
    host: Option<&'a str>,
    service: Option<&'a str>,
    hints: Fields,
) -> Result<Query<'a>, WsaError> {
    let family = match u16::try_from(hints.family) {
        Ok(AF_UNSPEC) => libc::AF_UNSPEC,
        Ok(AF_INET) => libc::AF_INET,
        Ok(AF_INET6) => libc::AF_INET6,
        _ => return Err(WSAEAFNOSUPPORT.into()),
    };
    if !matches!(hints.socket_type, 0 | SOCK_STREAM | SOCK_DGRAM | SOCK_RAW) {
        return Err(WSAESOCKTNOSUPPORT.into());
    }
    let flags = translate(hints.flags, &ADDRESS_FLAGS);
    if flags & libc::AI_CANONNAME != 0 && host.is_none() {
        return Err(WSAEINVAL.into());
    }
    // The numbers of socket types and protocols are the same on both systems.
    Ok(Query {
        host,
        service,
        flags,
        family,
        socket_type: hints.socket_type,
        protocol: hints.protocol,
    })
}

/// Windows' flags and the C library's; the other flags of Windows ask for nothing that exists here.
const ADDRESS_FLAGS: [(u32, i32); 7] = [
    (AI_PASSIVE, libc::AI_PASSIVE),
    (AI_CANONNAME, libc::AI_CANONNAME),
    (AI_NUMERICHOST, libc::AI_NUMERICHOST),
    (AI_NUMERICSERV, libc::AI_NUMERICSERV),
    (AI_ALL, libc::AI_ALL),
    (AI_ADDRCONFIG, libc::AI_ADDRCONFIG),
    (AI_V4MAPPED, libc::AI_V4MAPPED),
];

const NAME_FLAGS: [(u32, i32); 5] = [
    (NI_NOFQDN, libc::NI_NOFQDN),
    (NI_NUMERICHOST, libc::NI_NUMERICHOST),
    (NI_NAMEREQD, libc::NI_NAMEREQD),
    (NI_NUMERICSERV, libc::NI_NUMERICSERV),
    (NI_DGRAM, libc::NI_DGRAM),
];

fn translate(flags: i32, table: &[(u32, i32)]) -> i32 {
    let wanted = |&&(windows, _): &&(u32, i32)| flags.cast_unsigned() & windows != 0;
    table
        .iter()
        .filter(wanted)
        .fold(0, |flags, &(_, linux)| flags | linux)
}

fn resolver_error(code: i32) -> i32 {
    match code {
        libc::EAI_AGAIN => WSATRY_AGAIN,
        libc::EAI_BADFLAGS => WSAEINVAL,
        libc::EAI_FAIL => WSANO_RECOVERY,
        libc::EAI_FAMILY => WSAEAFNOSUPPORT,
        libc::EAI_MEMORY => WSAENOBUFS,
        libc::EAI_NODATA => WSANO_DATA,
        libc::EAI_SERVICE => WSATYPE_NOT_FOUND,
        libc::EAI_SOCKTYPE => WSAESOCKTNOSUPPORT,
        libc::EAI_OVERFLOW => WSAEFAULT,
        _ => WSAHOST_NOT_FOUND,
    }
}

/// # Safety
/// As for [`getnameinfo`].
unsafe fn name<U: Unit>(
    from: *const SOCKADDR,
    length: socklen_t,
    node: (*mut U, u32),
    service: (*mut U, u32),
    flags: i32,
) -> Result<(), WsaError> {
    // SAFETY: null or valid for its length, by this function's contract.
    let address = unsafe { address::read(from, length.max(0) as usize) }?;
    let wanted = [node, service].map(|(buffer, size)| !is_bad(buffer) && size > 0);
    if wanted == [false, false] {
        return Err(WSAHOST_NOT_FOUND.into());
    }
    let (host, port) = reverse(address, translate(flags, &NAME_FLAGS))?;
    for ((text, (buffer, size)), wanted) in [(host, node), (port, service)].into_iter().zip(wanted)
    {
        if wanted {
            // SAFETY: the buffers have the sizes given, by this function's contract.
            unsafe { text::put(&text, buffer, size as usize) }.map_err(|_| WSAEFAULT)?;
        }
    }
    Ok(())
}

/// # Safety
/// `name` is null or valid for writes of `length` units.
unsafe fn host_name<U: Unit>(name: *mut U, length: i32) -> Result<i32, WsaError> {
    let room = usize::try_from(length).map_err(|_| WSAEFAULT)?;
    // SAFETY: this function's contract.
    unsafe { text::put(&own_name(), name, room) }.map_err(|_| WSAEFAULT)?;
    Ok(0)
}

fn own_name() -> String {
    let mut buffer = [0 as c_char; 256];
    // SAFETY: the buffer has the length given, less the terminator that stays 0 in any case.
    unsafe { libc::gethostname(buffer.as_mut_ptr(), buffer.len() - 1) };
    // SAFETY: the last byte is 0.
    unsafe { CStr::from_ptr(buffer.as_ptr()) }
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(flags: u32, family: u16, socket_type: i32) -> Fields {
        Fields {
            flags: flags.cast_signed(),
            family: family.into(),
            socket_type,
            protocol: 0,
        }
    }

    #[test]
    fn a_numeric_host_gives_one_entry_with_the_types_asked_for() {
        let host = Some("::1".to_owned());
        let hints = hints(AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM);
        let asked = ADDRINFOA::new(hints, std::ptr::null_mut(), std::ptr::null_mut(), 0);
        let mut list = std::ptr::null_mut();
        // SAFETY: hints and result are variables of this frame, the list is freed once.
        unsafe {
            look_up(
                host,
                Some("9000".to_owned()),
                &raw const asked,
                &raw mut list,
            )
            .unwrap();
            let entry = *list;
            assert_eq!(
                (entry.ai_family, entry.ai_socktype, entry.ai_addrlen),
                (23, SOCK_STREAM, 28)
            );
            let address = address::read(entry.ai_addr, entry.ai_addrlen).unwrap();
            assert_eq!(address, "[::1]:9000".parse().unwrap());
            assert!(entry.ai_next.is_null());
            free(list);
        }
    }

    #[test]
    fn wrong_questions_have_their_own_errors() {
        let fails = |host, hints| query(host, None, hints).err().map(|error| error.0);
        assert_eq!(fails(Some("x"), hints(0, 99, 0)), Some(WSAEAFNOSUPPORT));
        assert_eq!(
            fails(Some("x"), hints(0, AF_INET, 77)),
            Some(WSAESOCKTNOSUPPORT)
        );
        assert_eq!(
            fails(None, hints(AI_CANONNAME, AF_INET, 0)),
            Some(WSAEINVAL)
        );
        let numeric = Query {
            flags: libc::AI_NUMERICHOST,
            ..Query::host("no number")
        };
        assert_eq!(resolve(&numeric).err(), Some(WsaError(WSAHOST_NOT_FOUND)));
        let service = Query {
            service: Some("no service"),
            ..Query::host("127.0.0.1")
        };
        assert_eq!(resolve(&service).err(), Some(WsaError(WSATYPE_NOT_FOUND)));
    }

    #[test]
    fn an_address_has_numeric_names() {
        let address = "[::1]:9000".parse().unwrap();
        let names = reverse(address, libc::NI_NUMERICHOST | libc::NI_NUMERICSERV);
        assert_eq!(names, Ok(("::1".to_owned(), "9000".to_owned())));
    }
}
