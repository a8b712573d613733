//! Addresses as text.

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::ERROR_INVALID_PARAMETER;
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, IN_ADDR, IN_ADDR_0, INADDR_NONE, InetNtopW, InetPtonW, SOCKADDR_IN,
    SOCKADDR_IN6, WSAAddressToStringA, WSAAddressToStringW, WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL,
    WSAStringToAddressA, WSAStringToAddressW, inet_addr, inet_ntoa, inet_ntop, inet_pton,
};
use crate::common::{ADDRESS_LENGTH, last_error, loopback, startup, wide, wsa_error};
use crate::io::address::{ADDRESS6_LENGTH, ip_of, ipv4, ipv6, pointer, port_of};
use crate::io::{checked, within};

const INET: i32 = AF_INET as i32;
const INET6: i32 = AF_INET6 as i32;

/// SOCK-46: inet_addr reads addresses of one to four parts, each decimal, octal or hexadecimal.
#[test]
fn sock_46_inet_addr() {
    let read = |text: &CStr| call!(inet_addr(text.as_ptr().cast())).to_ne_bytes();
    assert_eq!(read(c"127.0.0.1"), [127, 0, 0, 1]);
    assert_eq!(read(c"1.2.3"), [1, 2, 0, 3]);
    assert_eq!(read(c"1.2"), [1, 0, 0, 2]);
    assert_eq!(read(c"16909060"), [1, 2, 3, 4]);
    assert_eq!(read(c"0x7f.010.0.0x1"), [127, 8, 0, 1]);
    assert_eq!(read(c"255.255.255.255"), [255; 4]);
}

/// SOCK-46: inet_addr answers INADDR_NONE to what is no address.
#[test]
fn sock_46_inet_addr_of_bad_text() {
    for text in [c"1.2.3.4.5", c"1.2.3.256", c"localhost", c"1.2.3.x"] {
        assert_eq!(
            call!(inet_addr(text.as_ptr().cast())),
            INADDR_NONE,
            "{text:?}"
        );
    }
}

fn address(bytes: [u8; 4]) -> IN_ADDR {
    IN_ADDR {
        S_un: IN_ADDR_0 {
            S_addr: u32::from_ne_bytes(bytes),
        },
    }
}

/// SOCK-46: inet_ntoa writes into a buffer of the thread.
#[test]
fn sock_46_inet_ntoa() {
    startup();
    let own = call!(inet_ntoa(address([10, 20, 30, 40])));
    within("another thread's inet_ntoa", || {
        call!(inet_ntoa(address([1, 1, 1, 1])));
    });
    // SAFETY: the text is this thread's until its next call.
    assert_eq!(unsafe { CStr::from_ptr(own.cast()) }, c"10.20.30.40");
}

/// SOCK-47: inet_pton answers 1 for an address, 0 for text that is none; IPv4 is four decimal parts and nothing else.
#[test]
fn sock_47_inet_pton() {
    startup();
    let mut bytes = [0_u8; 16];
    let mut read = |family, text: &CStr| {
        let answer = call!(inet_pton(
            family,
            text.as_ptr().cast(),
            bytes.as_mut_ptr().cast()
        ));
        (answer, bytes)
    };
    let (answer, bytes) = read(INET, c"1.2.3.4");
    assert_eq!((answer, &bytes[..4]), (1, &[1, 2, 3, 4][..]));
    let (answer, bytes) = read(INET6, c"fe80::1:2");
    assert_eq!(
        (answer, bytes),
        (1, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2])
    );
    for text in [
        c"1.2.3",
        c"1.2.3.4.5",
        c"1.2.3.256",
        c"0x1.2.3.4",
        c"one",
        c"",
    ] {
        assert_eq!(read(INET, text).0, 0, "{text:?}");
    }
    assert_eq!(read(INET6, c"::g").0, 0);

    let mut four = [0_u8; 4];
    let text = wide("5.6.7.8");
    assert_eq!(
        call!(InetPtonW(INET, text.as_ptr(), four.as_mut_ptr().cast())),
        1
    );
    assert_eq!(four, [5, 6, 7, 8]);
}

/// SOCK-47: inet_pton answers -1 with WSAEFAULT for a missing pointer and WSAEAFNOSUPPORT for other families.
#[test]
fn sock_47_errors_of_inet_pton() {
    startup();
    let mut bytes = [0_u8; 16];
    let text = c"1.2.3.4".as_ptr().cast();
    let into = bytes.as_mut_ptr().cast();
    assert_eq!(
        (call!(inet_pton(INET, null(), into)), wsa_error()),
        (-1, WSAEFAULT)
    );
    assert_eq!(
        (call!(inet_pton(INET, text, null_mut())), wsa_error()),
        (-1, WSAEFAULT)
    );
    assert_eq!(
        (call!(inet_pton(77, text, into)), wsa_error()),
        (-1, WSAEAFNOSUPPORT)
    );
}

/// SOCK-47: inet_ntop writes the text into the caller's buffer and returns it.
#[test]
fn sock_47_inet_ntop() {
    startup();
    let mut text = [0_u8; 64];
    let four = [1_u8, 2, 3, 4];
    let answer = call!(inet_ntop(INET, four.as_ptr().cast(), text.as_mut_ptr(), 64));
    assert_eq!(answer, text.as_ptr());
    assert_eq!(CStr::from_bytes_until_nul(&text), Ok(c"1.2.3.4"));

    let six = std::net::Ipv6Addr::LOCALHOST.octets();
    let mut wide_text = [0_u16; 64];
    let answer = call!(InetNtopW(
        INET6,
        six.as_ptr().cast(),
        wide_text.as_mut_ptr(),
        64
    ));
    assert_eq!(answer, wide_text.as_ptr());
    assert!(wide_text.starts_with(&wide("::1")));
}

/// SOCK-47: inet_ntop answers NULL for no buffer or too little of it, and for other families.
#[test]
fn sock_47_errors_of_inet_ntop() {
    startup();
    let four = [127_u8, 0, 0, 1];
    let from = four.as_ptr().cast();
    let mut text = [0_u8; 64];
    let at = text.as_mut_ptr();
    assert!(call!(inet_ntop(INET, from, null_mut(), 64)).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert!(call!(inet_ntop(INET, from, at, 9)).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert!(!call!(inet_ntop(INET, from, at, 10)).is_null());
    assert!(call!(inet_ntop(77, from, at, 64)).is_null());
    assert_eq!(wsa_error(), WSAEAFNOSUPPORT);
}

fn to_text<T>(address: &T, length: i32, room: u32) -> (Result<String, i32>, u32) {
    let (mut text, mut used) = ([0_u8; 128], room);
    let (at, into) = (pointer(address), text.as_mut_ptr());
    let result = checked(call!(WSAAddressToStringA(
        at,
        length as u32,
        null(),
        into,
        &mut used
    )));
    let text = CStr::from_bytes_until_nul(&text)
        .expect("a terminated text")
        .to_str()
        .expect("ASCII")
        .to_owned();
    (result.map(|_| text), used)
}

/// SOCK-48: WSAAddressToString writes the port only if there is one.
#[test]
fn sock_48_address_to_string() {
    startup();
    let (text, used) = to_text(&loopback(0), ADDRESS_LENGTH, 128);
    assert_eq!((text.as_deref(), used), (Ok("127.0.0.1"), 10));
    let (text, used) = to_text(&ipv4([1, 2, 3, 4].into(), 9000), ADDRESS_LENGTH, 128);
    assert_eq!((text.as_deref(), used), (Ok("1.2.3.4:9000"), 13));
}

/// SOCK-48: IPv6 is written in brackets when there is a port, with the scope behind a percent sign.
#[test]
fn sock_48_ipv6_address_to_string() {
    startup();
    let mut local = ipv6("fe80::1".parse().expect("an address"), 0);
    assert_eq!(
        to_text(&local, ADDRESS6_LENGTH, 128).0.as_deref(),
        Ok("fe80::1")
    );
    local.Anonymous.sin6_scope_id = 4;
    assert_eq!(
        to_text(&local, ADDRESS6_LENGTH, 128).0.as_deref(),
        Ok("fe80::1%4")
    );
    local.sin6_port = 80_u16.to_be();
    assert_eq!(
        to_text(&local, ADDRESS6_LENGTH, 128).0.as_deref(),
        Ok("[fe80::1%4]:80")
    );
}

/// SOCK-48: Too little room is WSAEFAULT and the length that is needed, terminator included; another family is refused.
#[test]
fn sock_48_errors_of_address_to_string() {
    startup();
    assert_eq!(
        to_text(&loopback(9000), ADDRESS_LENGTH, 5),
        (Err(WSAEFAULT), 15)
    );
    let other = SOCKADDR_IN {
        sin_family: 77,
        ..loopback(0)
    };
    let code = to_text(&other, ADDRESS_LENGTH, 128)
        .0
        .expect_err("no such family");
    assert!([WSAEINVAL, WSAEAFNOSUPPORT].contains(&code), "error {code}");
}

/// SOCK-48: The functions of UTF-16 do the same.
#[test]
fn sock_48_wide_texts() {
    startup();
    let (mut text, mut used) = ([0_u16; 64], 64);
    let from = loopback(9000);
    let (at, into) = (pointer(&from), text.as_mut_ptr());
    let written = call!(WSAAddressToStringW(
        at,
        ADDRESS_LENGTH as u32,
        null(),
        into,
        &mut used
    ));
    assert_eq!((checked(written), used), (Ok(0), 15));
    assert!(text.starts_with(&wide("127.0.0.1:9000")));

    let (mut back, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
    let read = call!(WSAStringToAddressW(
        text.as_ptr(),
        INET,
        null(),
        (&raw mut back).cast(),
        &mut length
    ));
    assert_eq!(checked(read), Ok(0));
    assert_eq!((ip_of(&back), port_of(&back)), (ip_of(&from), 9000));
}

/// SOCK-48: WSAStringToAddress reads what WSAAddressToString writes.
#[test]
fn sock_48_string_to_address() {
    startup();
    let (mut four, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
    let into = (&raw mut four).cast();
    let read = call!(WSAStringToAddressA(
        c"1.2.3.4:80".as_ptr().cast(),
        INET,
        null(),
        into,
        &mut length
    ));
    assert_eq!((checked(read), length), (Ok(0), ADDRESS_LENGTH));
    assert_eq!(
        (four.sin_family, ip_of(&four), port_of(&four)),
        (AF_INET, [1, 2, 3, 4].into(), 80)
    );

    let (mut six, mut length) = (SOCKADDR_IN6::default(), ADDRESS6_LENGTH);
    let into = (&raw mut six).cast();
    let read = call!(WSAStringToAddressA(
        c"[fe80::1%4]:80".as_ptr().cast(),
        INET6,
        null(),
        into,
        &mut length
    ));
    assert_eq!((checked(read), length), (Ok(0), ADDRESS6_LENGTH));
    // SAFETY: every view of the unions is plain integers.
    let (bytes, scope) = unsafe { (six.sin6_addr.u.Byte, six.Anonymous.sin6_scope_id) };
    assert_eq!(
        (bytes[0], bytes[1], bytes[15], scope, six.sin6_port),
        (0xfe, 0x80, 1, 4, 80_u16.to_be())
    );
}

/// SOCK-48: Bad text is WSAEINVAL, too small a structure WSAEFAULT.
#[test]
fn sock_48_errors_of_string_to_address() {
    startup();
    let (mut four, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
    let into = (&raw mut four).cast();
    for text in [c"one two", c"1.2.3.4:port", c"1.2.3.4.5", c"1.2.3.4:99999"] {
        let read = call!(WSAStringToAddressA(
            text.as_ptr().cast(),
            INET,
            null(),
            into,
            &mut length
        ));
        assert_eq!(checked(read), Err(WSAEINVAL), "{text:?}");
        length = ADDRESS_LENGTH;
    }
    length = ADDRESS_LENGTH - 1;
    let read = call!(WSAStringToAddressA(
        c"1.2.3.4".as_ptr().cast(),
        INET,
        null(),
        into,
        &mut length
    ));
    assert_eq!(checked(read), Err(WSAEFAULT));
}
