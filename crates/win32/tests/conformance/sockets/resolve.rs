//! Resolving names and services.

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Networking::WinSock::{
    ADDRINFOA, ADDRINFOW, AF_INET, AF_INET6, AI_NUMERICHOST, AI_PASSIVE, FreeAddrInfoW,
    GetAddrInfoW, GetNameInfoW, IPPROTO_TCP, NI_NUMERICHOST, NI_NUMERICSERV, SOCK_STREAM,
    SOCKADDR_IN, SOCKADDR_IN6, WSAEAFNOSUPPORT, WSAEINVAL, WSAESOCKTNOSUPPORT, WSAHOST_NOT_FOUND,
    WSANO_DATA, WSATYPE_NOT_FOUND, freeaddrinfo, getaddrinfo, gethostbyname, gethostname,
    getnameinfo, getprotobyname, getservbyname,
};
use crate::common::{ADDRESS_LENGTH, loopback, startup, wide, wsa_error};
use crate::io::address::{ip_of, pointer, port_of};
use crate::io::checked;

/// getaddrinfo with hints; the answer is the first result's family, type and IPv4 address if it is one.
fn resolve(
    node: Option<&CStr>,
    service: Option<&CStr>,
    hints: &ADDRINFOA,
) -> Result<(i32, i32, Option<SOCKADDR_IN>), i32> {
    startup();
    let (node, service) = (
        node.map_or(null(), CStr::as_ptr),
        service.map_or(null(), CStr::as_ptr),
    );
    let mut list: *mut ADDRINFOA = null_mut();
    let code = call!(getaddrinfo(node.cast(), service.cast(), hints, &mut list));
    if code != 0 {
        return Err(code);
    }
    // SAFETY: on success the list has at least one entry, whose address has the length it says.
    let first = unsafe {
        let entry = &*list;
        let address = (entry.ai_family == i32::from(AF_INET))
            .then(|| entry.ai_addr.cast::<SOCKADDR_IN>().read());
        (entry.ai_family, entry.ai_socktype, address)
    };
    call!(freeaddrinfo(list));
    Ok(first)
}

fn stream_hints() -> ADDRINFOA {
    ADDRINFOA {
        ai_family: AF_INET.into(),
        ai_socktype: SOCK_STREAM,
        ..Default::default()
    }
}

/// SOCK-45: getaddrinfo resolves numeric addresses and services.
#[test]
fn sock_45_numeric_names() {
    let hints = ADDRINFOA {
        ai_flags: AI_NUMERICHOST as i32,
        ..stream_hints()
    };
    let (family, kind, address) =
        resolve(Some(c"127.0.0.1"), Some(c"9000"), &hints).expect("a numeric name");
    assert_eq!((family, kind), (AF_INET.into(), SOCK_STREAM));
    let address = address.expect("an IPv4 address");
    assert_eq!(
        (ip_of(&address), port_of(&address)),
        (std::net::Ipv4Addr::LOCALHOST, 9000)
    );
}

/// SOCK-45: IPv6 results have Windows' number for the family and a whole address.
#[test]
fn sock_45_ipv6_names() {
    startup();
    let hints = ADDRINFOA {
        ai_family: AF_INET6.into(),
        ai_flags: AI_NUMERICHOST as i32,
        ..stream_hints()
    };
    let mut list: *mut ADDRINFOA = null_mut();
    assert_eq!(
        call!(getaddrinfo(
            c"::1".as_ptr().cast(),
            c"80".as_ptr().cast(),
            &hints,
            &mut list
        )),
        0
    );
    // SAFETY: on success the list has at least one entry, whose address has the length it says.
    let (family, length, address) = unsafe {
        (
            (*list).ai_family,
            (*list).ai_addrlen,
            (*list).ai_addr.cast::<SOCKADDR_IN6>().read(),
        )
    };
    assert_eq!(
        (family, length),
        (AF_INET6.into(), size_of::<SOCKADDR_IN6>())
    );
    assert_eq!(
        (address.sin6_family, address.sin6_port),
        (AF_INET6, 80_u16.to_be())
    );
    // SAFETY: every view of the union is plain bytes.
    let bytes = unsafe { address.sin6_addr.u.Byte };
    assert_eq!(bytes, std::net::Ipv6Addr::LOCALHOST.octets());
    call!(freeaddrinfo(list));
}

/// SOCK-45: Without a node the answer is the loopback address, or the wildcard address for AI_PASSIVE.
#[test]
fn sock_45_no_node() {
    let address = |hints: &ADDRINFOA| {
        resolve(None, Some(c"9000"), hints)
            .expect("an address")
            .2
            .expect("IPv4")
    };
    assert_eq!(
        ip_of(&address(&stream_hints())),
        std::net::Ipv4Addr::LOCALHOST
    );
    let passive = ADDRINFOA {
        ai_flags: AI_PASSIVE as i32,
        ..stream_hints()
    };
    assert_eq!(ip_of(&address(&passive)), std::net::Ipv4Addr::UNSPECIFIED);
}

/// SOCK-45: getaddrinfo returns its errors directly, as Winsock codes.
#[test]
fn sock_45_errors_of_getaddrinfo() {
    let numeric = ADDRINFOA {
        ai_flags: AI_NUMERICHOST as i32,
        ..stream_hints()
    };
    let plain = stream_hints();
    let error = |node, service, hints| resolve(node, service, hints).map(|_| ()).unwrap_err();
    assert_eq!(error(None, None, &plain), WSAHOST_NOT_FOUND);
    assert_eq!(
        error(Some(c"not an address"), None, &numeric),
        WSAHOST_NOT_FOUND
    );
    assert_eq!(
        error(Some(c"127.0.0.1"), Some(c"no-such-service"), &numeric),
        WSATYPE_NOT_FOUND
    );
    let family = ADDRINFOA {
        ai_family: 77,
        ..numeric
    };
    assert_eq!(error(Some(c"127.0.0.1"), None, &family), WSAEAFNOSUPPORT);
    let kind = ADDRINFOA {
        ai_socktype: 77,
        ..numeric
    };
    assert_eq!(error(Some(c"127.0.0.1"), None, &kind), WSAESOCKTNOSUPPORT);
    let flags = ADDRINFOA {
        ai_flags: 0x4000_0002,
        ..stream_hints()
    };
    let code = error(None, Some(c"80"), &flags);
    assert_eq!(code, WSAEINVAL, "flags that make no sense");
}

/// SOCK-45: GetAddrInfoW is the same in UTF-16.
#[test]
fn sock_45_wide_names() {
    startup();
    let (node, service) = (wide("127.0.0.1"), wide("9000"));
    let hints = ADDRINFOW {
        ai_family: AF_INET.into(),
        ai_socktype: SOCK_STREAM,
        ..Default::default()
    };
    let mut list: *mut ADDRINFOW = null_mut();
    assert_eq!(
        call!(GetAddrInfoW(
            node.as_ptr(),
            service.as_ptr(),
            &hints,
            &mut list
        )),
        0
    );
    // SAFETY: on success the list has at least one entry; an IPv4 one has a SOCKADDR_IN.
    let address = unsafe { (*list).ai_addr.cast::<SOCKADDR_IN>().read() };
    assert_eq!(
        (ip_of(&address), port_of(&address)),
        (std::net::Ipv4Addr::LOCALHOST, 9000)
    );
    call!(FreeAddrInfoW(list));
}

/// SOCK-45: gethostbyname resolves, and its errors are the thread's.
#[test]
fn sock_45_gethostbyname() {
    startup();
    let entry = call!(gethostbyname(c"127.0.0.1".as_ptr().cast()));
    assert!(!entry.is_null(), "error {}", wsa_error());
    // SAFETY: the entry is the thread's own until its next call; the list ends with a null.
    let (family, length, first) = unsafe {
        let first = *(*entry).h_addr_list;
        (
            (*entry).h_addrtype,
            (*entry).h_length,
            first.cast::<[u8; 4]>().read(),
        )
    };
    assert_eq!((family as u16, length, first), (AF_INET, 4, [127, 0, 0, 1]));

    let missing = call!(gethostbyname(c"no-such-host.invalid".as_ptr().cast()));
    assert!(missing.is_null());
    let code = wsa_error();
    // Without any name server the answer may be that nobody could be asked.
    assert!(
        [WSAHOST_NOT_FOUND, WSANO_DATA, 11_002].contains(&code),
        "error {code}"
    );
}

/// SOCK-45: Names of services, of protocols, and of this machine.
#[test]
fn sock_45_services_protocols_and_the_own_name() {
    startup();
    let mut name = [0_u8; 256];
    assert_eq!(checked(call!(gethostname(name.as_mut_ptr(), 256))), Ok(0));
    assert_ne!(name[0], 0);

    let service = call!(getservbyname(
        c"http".as_ptr().cast(),
        c"tcp".as_ptr().cast()
    ));
    if !service.is_null() {
        // SAFETY: the entry is the thread's own until its next call.
        assert_eq!(unsafe { (*service).s_port } as u16, 80_u16.to_be());
    }
    let protocol = call!(getprotobyname(c"tcp".as_ptr().cast()));
    if !protocol.is_null() {
        // SAFETY: as above.
        assert_eq!(i32::from(unsafe { (*protocol).p_proto }), IPPROTO_TCP);
    }
}

/// SOCK-45: getnameinfo writes addresses and ports as text.
#[test]
fn sock_45_getnameinfo() {
    startup();
    let address = loopback(9000);
    let flags = (NI_NUMERICHOST | NI_NUMERICSERV) as i32;
    let (mut host, mut service) = ([0_u8; 64], [0_u8; 32]);
    let (at, length) = (pointer(&address), ADDRESS_LENGTH);
    let (host_at, service_at) = (host.as_mut_ptr(), service.as_mut_ptr());
    assert_eq!(
        call!(getnameinfo(at, length, host_at, 64, service_at, 32, flags)),
        0
    );
    assert_eq!(CStr::from_bytes_until_nul(&host), Ok(c"127.0.0.1"));
    assert_eq!(CStr::from_bytes_until_nul(&service), Ok(c"9000"));

    let (mut host, mut service) = ([0_u16; 64], [0_u16; 32]);
    let (host_at, service_at) = (host.as_mut_ptr(), service.as_mut_ptr());
    assert_eq!(
        call!(GetNameInfoW(at, length, host_at, 64, service_at, 32, flags)),
        0
    );
    assert!(host.starts_with(&wide("127.0.0.1")));
    assert!(service.starts_with(&wide("9000")));
}
