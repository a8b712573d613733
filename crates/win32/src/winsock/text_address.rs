//! Addresses as text, and back (SOCK-46 to SOCK-48).

use std::cell::Cell;
use std::ffi::c_void;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use windows_sys::Win32::Foundation::ERROR_INVALID_PARAMETER;
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, IN_ADDR, INADDR_NONE, SOCKADDR, SOCKET_ERROR, WSAEAFNOSUPPORT, WSAEFAULT,
    WSAEINVAL, WSAPROTOCOL_INFOA, WSAPROTOCOL_INFOW,
};
use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use super::address;
use crate::error::{WsaError, set_last_error};
use crate::guard::{infallible, is_bad, winsock};
use crate::text::{self, Unit, narrow, wide};

/// The address behind a text of one to four numbers (decimal, octal, hexadecimal), in network byte order;
/// `INADDR_NONE` for anything else (SOCK-46). Needs no `WSAStartup`.
///
/// # Safety
/// `cp` is null or points at a string that ends with 0.
#[unsafe(export_name = "larboard_inet_addr")]
pub unsafe extern "system" fn inet_addr(cp: PCSTR) -> u32 {
    infallible(INADDR_NONE, || {
        // SAFETY: this function's contract.
        let text = unsafe { narrow(cp) };
        match text.as_deref() {
            Some(" ") => 0,
            Some(text) => parse_loose(text)
                .map_or(INADDR_NONE, |address| u32::from_ne_bytes(address.octets())),
            None => INADDR_NONE,
        }
    })
}

/// The dotted text of an address, in a buffer of the calling thread that the next call overwrites (SOCK-46).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_inet_ntoa")]
pub unsafe extern "system" fn inet_ntoa(r#in: IN_ADDR) -> PSTR {
    thread_local! {
        static BUFFER: Cell<[u8; 16]> = const { Cell::new([0; 16]) };
    }
    infallible(std::ptr::null_mut(), || {
        // SAFETY: the union's members are all plain integers of the same four bytes.
        let address = Ipv4Addr::from(unsafe { r#in.S_un.S_addr }.to_ne_bytes());
        BUFFER.with(|buffer| {
            let mut text = [0; 16];
            let dotted = u8::encode(&address.to_string());
            text[..dotted.len()].copy_from_slice(&dotted);
            buffer.set(text);
            buffer.as_ptr().cast()
        })
    })
}

/// Reads a strict dotted quad or an IPv6 address without scope: 1, 0 for text that is none, -1 with `WSAEFAULT` for a
/// null pointer or `WSAEAFNOSUPPORT` (SOCK-47).
///
/// # Safety
/// The text is null or ends with 0; `paddrbuf` is null or has room for an address of the family.
#[unsafe(export_name = "larboard_inet_pton")]
pub unsafe extern "system" fn inet_pton(
    family: i32,
    pszaddrstring: PCSTR,
    paddrbuf: *mut c_void,
) -> i32 {
    // SAFETY: this function's contract.
    infallible(-1, || unsafe {
        present_to_network(family, narrow(pszaddrstring), paddrbuf)
    })
}

/// As [`inet_pton`], from wide text (SOCK-47).
///
/// # Safety
/// As for [`inet_pton`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InetPtonW(
    family: i32,
    pszaddrstring: PCWSTR,
    paddrbuf: *mut c_void,
) -> i32 {
    // SAFETY: this function's contract.
    infallible(-1, || unsafe {
        present_to_network(family, wide(pszaddrstring), paddrbuf)
    })
}

/// Writes an address as text and returns the buffer; null with `ERROR_INVALID_PARAMETER` for a null or too small
/// buffer, with `WSAEAFNOSUPPORT` for another family (SOCK-47).
///
/// # Safety
/// `paddr` is null or points at an address of the family; the buffer has room for `stringbufsize` bytes.
#[unsafe(export_name = "larboard_inet_ntop")]
pub unsafe extern "system" fn inet_ntop(
    family: i32,
    paddr: *const c_void,
    pstringbuf: PSTR,
    stringbufsize: usize,
) -> PCSTR {
    // SAFETY: this function's contract.
    infallible(std::ptr::null(), || unsafe {
        network_to_present(family, paddr, pstringbuf, stringbufsize)
    })
}

/// As [`inet_ntop`], as wide text; the size counts characters (SOCK-47).
///
/// # Safety
/// As for [`inet_ntop`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InetNtopW(
    family: i32,
    paddr: *const c_void,
    pstringbuf: PWSTR,
    stringbufsize: usize,
) -> PCWSTR {
    // SAFETY: this function's contract.
    infallible(std::ptr::null(), || unsafe {
        network_to_present(family, paddr, pstringbuf, stringbufsize)
    })
}

/// Writes a socket address as text: `a.b.c.d:port`, `[v6%scope]:port`, each part only if not zero. The length, in
/// characters with the terminator, is stored (SOCK-48).
///
/// Errors: `WSAEFAULT` for a null pointer, a short address, or a short buffer (the length needed is then stored);
/// `WSAEAFNOSUPPORT`.
///
/// # Safety
/// The address is null or valid for its length, the buffer for the length stored in `lpdwaddressstringlength`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAddressToStringA(
    lpsaaddress: *const SOCKADDR,
    dwaddresslength: u32,
    _lpprotocolinfo: *const WSAPROTOCOL_INFOA,
    lpszaddressstring: PSTR,
    lpdwaddressstringlength: *mut u32,
) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe {
        print(
            lpsaaddress,
            dwaddresslength,
            lpszaddressstring,
            lpdwaddressstringlength,
        )
    })
}

/// As [`WSAAddressToStringA`], as wide text (SOCK-48).
///
/// # Safety
/// As for [`WSAAddressToStringA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAddressToStringW(
    lpsaaddress: *const SOCKADDR,
    dwaddresslength: u32,
    _lpprotocolinfo: *const WSAPROTOCOL_INFOW,
    lpszaddressstring: PWSTR,
    lpdwaddressstringlength: *mut u32,
) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe {
        print(
            lpsaaddress,
            dwaddresslength,
            lpszaddressstring,
            lpdwaddressstringlength,
        )
    })
}

/// The inverse of [`WSAAddressToStringA`]; one to four numbers are accepted for IPv4 (SOCK-48).
///
/// Errors: `WSAEINVAL` for text that is no address of the family or another family; `WSAEFAULT` for a null pointer or
/// a structure too small, whose length is then stored.
///
/// # Safety
/// The text is null or ends with 0; the structure is null or valid for the length stored in `lpaddresslength`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStringToAddressA(
    addressstring: PCSTR,
    addressfamily: i32,
    _lpprotocolinfo: *const WSAPROTOCOL_INFOA,
    lpaddress: *mut SOCKADDR,
    lpaddresslength: *mut i32,
) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe {
        scan(
            narrow(addressstring),
            addressfamily,
            lpaddress,
            lpaddresslength,
        )
    })
}

/// As [`WSAStringToAddressA`], from wide text (SOCK-48).
///
/// # Safety
/// As for [`WSAStringToAddressA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStringToAddressW(
    addressstring: PCWSTR,
    addressfamily: i32,
    _lpprotocolinfo: *const WSAPROTOCOL_INFOW,
    lpaddress: *mut SOCKADDR,
    lpaddresslength: *mut i32,
) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe {
        scan(
            wide(addressstring),
            addressfamily,
            lpaddress,
            lpaddresslength,
        )
    })
}

/// # Safety
/// `to` is null or has room for an address of the family.
unsafe fn present_to_network(family: i32, text: Option<String>, to: *mut c_void) -> i32 {
    let refused = |code: i32| {
        set_last_error(code.cast_unsigned());
        -1
    };
    let (true, Some(text)) = (!is_bad(to), text) else {
        return refused(WSAEFAULT);
    };
    match family as u16 {
        AF_INET => text.parse::<Ipv4Addr>().map_or(0, |address| {
            // SAFETY: room for an address of the family, by this function's contract.
            unsafe { to.cast::<[u8; 4]>().write_unaligned(address.octets()) };
            1
        }),
        AF_INET6 => text.parse::<Ipv6Addr>().map_or(0, |address| {
            // SAFETY: room for an address of the family, by this function's contract.
            unsafe { to.cast::<[u8; 16]>().write_unaligned(address.octets()) };
            1
        }),
        _ => refused(WSAEAFNOSUPPORT),
    }
}

/// # Safety
/// `from` is null or points at an address of the family; `to` has room for `capacity` units.
unsafe fn network_to_present<U: Unit>(
    family: i32,
    from: *const c_void,
    to: *mut U,
    capacity: usize,
) -> *const U {
    let refused = |code: u32| {
        set_last_error(code);
        std::ptr::null()
    };
    if is_bad(from) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    let text = match family as u16 {
        // SAFETY: an address of the family, by this function's contract.
        AF_INET => Ipv4Addr::from(unsafe { from.cast::<[u8; 4]>().read_unaligned() }).to_string(),
        // SAFETY: an address of the family, by this function's contract.
        AF_INET6 => ipv6_text(Ipv6Addr::from(unsafe {
            from.cast::<[u8; 16]>().read_unaligned()
        })),
        _ => return refused(WSAEAFNOSUPPORT.cast_unsigned()),
    };
    // SAFETY: room for `capacity` units, by this function's contract.
    match unsafe { text::put(&text, to, capacity) } {
        Ok(_) => to,
        Err(_) => refused(ERROR_INVALID_PARAMETER),
    }
}

/// # Safety
/// As for [`WSAAddressToStringA`].
unsafe fn print<U: Unit>(
    from: *const SOCKADDR,
    size: u32,
    to: *mut U,
    length: *mut u32,
) -> Result<i32, WsaError> {
    if is_bad(length) {
        return Err(WSAEFAULT.into());
    }
    // SAFETY: null or valid for its length, by this function's contract.
    let address = unsafe { address::read(from, size as usize) }?;
    // SAFETY: `length` is valid, and `to` has room for the units stored there, by this function's contract.
    unsafe {
        let outcome = text::put(&socket_text(address), to, length.read_unaligned() as usize);
        let (Ok(needed) | Err(needed)) = outcome;
        length.write_unaligned(needed as u32);
        outcome.map(|_| 0).map_err(|_| WSAEFAULT.into())
    }
}

/// # Safety
/// As for [`WSAStringToAddressA`].
unsafe fn scan(
    text: Option<String>,
    family: i32,
    to: *mut SOCKADDR,
    length: *mut i32,
) -> Result<i32, WsaError> {
    let text = text.ok_or(WSAEINVAL)?;
    if is_bad(to) || is_bad(length) {
        return Err(WSAEFAULT.into());
    }
    let (parsed, needed) = match family as u16 {
        AF_INET => (parse_v4(&text), address::IPV4_LENGTH),
        AF_INET6 => (parse_v6(&text), address::IPV6_LENGTH),
        _ => return Err(WSAEINVAL.into()),
    };
    let parsed = parsed.ok_or(WSAEINVAL)?;
    // SAFETY: `to` has room for the length stored in `length`, by this function's contract.
    unsafe {
        if address::write(parsed, to, length).is_err() {
            length.write_unaligned(needed as i32);
            return Err(WSAEFAULT.into());
        }
    }
    Ok(0)
}

/// The text of a socket address: port and scope only if they are not zero.
pub(crate) fn socket_text(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => match address.scope_id() {
            0 => ipv6_text(*address.ip()),
            scope => format!("{}%{scope}", ipv6_text(*address.ip())),
        },
    };
    match (address.ip(), address.port()) {
        (_, 0) => host,
        (IpAddr::V4(_), port) => format!("{host}:{port}"),
        (IpAddr::V6(_), port) => format!("[{host}]:{port}"),
    }
}

/// IPv6 text with the last 32 bits of an IPv4-compatible address in dotted form, as Windows writes it.
fn ipv6_text(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            format!("::{a}.{b}.{c}.{d}")
        }
        _ => address.to_string(),
    }
}

/// `a.b.c.d`, with `:port` if there is one.
fn parse_v4(text: &str) -> Option<SocketAddr> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, parse_port(port)?),
        None => (text, 0),
    };
    Some(SocketAddrV4::new(parse_loose(host)?, port).into())
}

/// `v6`, `v6%scope`, `[v6%scope]` or `[v6%scope]:port`.
fn parse_v6(text: &str) -> Option<SocketAddr> {
    let (inner, port) = match text.strip_prefix('[') {
        None => (text, 0),
        Some(rest) => match rest.split_once(']')? {
            (inner, "") => (inner, 0),
            (inner, port) => (inner, parse_port(port.strip_prefix(':')?)?),
        },
    };
    let (host, scope) = match inner.split_once('%') {
        Some((host, scope)) => (host, scope.parse().ok()?),
        None => (inner, 0),
    };
    Some(SocketAddrV6::new(host.parse().ok()?, port, 0, scope).into())
}

fn parse_port(text: &str) -> Option<u16> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
        .filter(|&port| port != 0)
}

/// One to four numbers separated by dots; the last one fills the bytes that are left. What follows white space is
/// ignored.
fn parse_loose(text: &str) -> Option<Ipv4Addr> {
    let text = text.split(|c: char| c.is_ascii_whitespace()).next()?;
    let numbers = text
        .split('.')
        .map(parse_number)
        .collect::<Option<Vec<u32>>>()?;
    let (&last, leading) = numbers.split_last()?;
    if leading.len() > 3 || leading.iter().any(|&number| number > 0xFF) {
        return None;
    }
    let last_bits = 32 - 8 * leading.len() as u32;
    if u64::from(last) >= 1 << last_bits {
        return None;
    }
    let high = leading
        .iter()
        .enumerate()
        .map(|(at, number)| number << (24 - 8 * at))
        .sum::<u32>();
    Some(Ipv4Addr::from(high | last))
}

/// A number as C writes it: `0x` hexadecimal, `0` octal, else decimal.
fn parse_number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    // `from_str_radix` would take a sign.
    digits
        .chars()
        .all(|digit| digit.is_digit(radix))
        .then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loose(text: &str) -> Option<[u8; 4]> {
        parse_loose(text).map(|address| address.octets())
    }

    #[test]
    fn loose_text_has_one_to_four_numbers() {
        assert_eq!(loose("127.0.0.1"), Some([127, 0, 0, 1]));
        assert_eq!(loose("127.1"), Some([127, 0, 0, 1]));
        assert_eq!(loose("1.2.772"), Some([1, 2, 3, 4]));
        assert_eq!(loose("0x7f000001"), Some([127, 0, 0, 1]));
        assert_eq!(loose("010.0.0.010"), Some([8, 0, 0, 8]));
        assert_eq!(loose("1.2.3.4 tail"), Some([1, 2, 3, 4]));
    }

    #[test]
    fn loose_text_that_is_no_address() {
        for text in [
            "",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.256",
            "a.b.c.d",
            "1..2",
            "08.1.1.1",
            "+1.2.3.4",
            "4294967296",
        ] {
            assert_eq!(loose(text), None, "{text}");
        }
    }

    #[test]
    fn socket_addresses_print_and_parse() {
        for text in [
            "1.2.3.4",
            "1.2.3.4:80",
            "::1",
            "[::1]:80",
            "fe80::1%4",
            "[fe80::1%4]:9000",
            "::1.2.3.4",
        ] {
            let address = if text.contains("::") {
                parse_v6(text)
            } else {
                parse_v4(text)
            };
            assert_eq!(socket_text(address.unwrap()), text);
        }
    }

    #[test]
    fn socket_addresses_that_are_none() {
        for text in ["1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:+1", "1.2.3.4:80x"] {
            assert_eq!(parse_v4(text), None, "{text}");
        }
        for text in ["[::1", "[::1]80", "::1]", "[::1]:0x", "1.2.3.4"] {
            assert_eq!(parse_v6(text), None, "{text}");
        }
    }
}
