//! Connecting and accepting (SOCK-12 to SOCK-18, SOCK-44, NB-06 to NB-10).

use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{FALSE, TRUE};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET6, AF_UNSPEC, CF_ACCEPT, CF_DEFER, INVALID_SOCKET, LPCONDITIONPROC, QOS, SOCKADDR,
    SOCKET, SOCKET_ADDRESS_LIST, SOCKET_ERROR, TIMEVAL, WSABUF, WSAEADDRNOTAVAIL, WSAEALREADY,
    WSAECONNREFUSED, WSAEFAULT, WSAEHOSTUNREACH, WSAEINVAL, WSAEISCONN, WSAEOPNOTSUPP,
    WSAETIMEDOUT, WSATRY_AGAIN,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::device::socket::address::Address;
use larboard_kernel::device::socket::connect::accept_one;
use larboard_kernel::device::socket::{self as device, Socket, phase};
use larboard_kernel::device::{Device, Direction, Outcome};
use larboard_kernel::io::blocking::{self, Patience};
use larboard_kernel::io::file::{self, File};
use larboard_kernel::io::selection;
use larboard_kernel::status::Status;

use super::address::Encoded;
use super::extension::renew;
use super::names::{self, Query};
use super::socket::{self, Found};
use crate::error::WsaError;
use crate::guard::{check, is_bad, winsock};
use crate::handles;
use crate::text::{narrow, wide};

/// Takes a connection off a listening socket, with the peer's address if asked for (SOCK-15, SOCK-16).
///
/// Errors: `WSAENOTSOCK`; `WSAEOPNOTSUPP` for datagrams; `WSAEINVAL` if it does not listen; `WSAEWOULDBLOCK` on a
/// non-blocking socket; `WSAEFAULT` for too little room for the address, and the connection is lost; `WSAEMFILE`;
/// `WSAEINTR` when the socket is closed meanwhile.
///
/// # Safety
/// `addrlen` is null or valid, `addr` is null or valid for writes of that many bytes.
#[unsafe(export_name = "larboard_accept")]
pub unsafe extern "system" fn accept(s: SOCKET, addr: *mut SOCKADDR, addrlen: *mut i32) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        let listener = socket::look_up(s)?;
        let taken = take(&listener);
        selection::accepted(&listener.file());
        let (fd, peer) = taken?;
        // SAFETY: this function's contract.
        unsafe { report(&peer, addr, addrlen) }?;
        admit(&listener, fd)
    })
}

/// As [`accept`]; the condition function decides in the calling thread (SOCK-17).
///
/// Linux has completed the handshake by then, so a rejected peer is reset (SOCK-18).
///
/// Errors: besides those of [`accept`], `WSAECONNREFUSED` for a rejected connection and `WSATRY_AGAIN` for a deferred
/// one, which is the next to be accepted.
///
/// # Safety
/// As for [`accept`]; the condition function may be called with the data.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAccept(
    s: SOCKET,
    addr: *mut SOCKADDR,
    addrlen: *mut i32,
    lpfncondition: LPCONDITIONPROC,
    dwcallbackdata: usize,
) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        let listener = socket::look_up(s)?;
        let taken = take(&listener);
        if taken.is_err() {
            selection::accepted(&listener.file());
        }
        let (fd, peer) = taken?;
        // SAFETY: this function's contract.
        let decision = unsafe { decide(&fd, &peer, lpfncondition, dwcallbackdata) };
        if decision != CF_DEFER {
            selection::accepted(&listener.file()); // EVT-11
        }
        match decision {
            CF_ACCEPT => {
                // SAFETY: this function's contract.
                unsafe { report(&peer, addr, addrlen) }?;
                admit(&listener, fd)
            }
            CF_DEFER => {
                deferred().push(Deferred {
                    listener: Arc::downgrade(&listener.file()),
                    fd,
                    peer,
                });
                selection::changed(&listener.file()); // one less waits
                Err(WSATRY_AGAIN.into())
            }
            _ => {
                reset(fd);
                Err(WSAECONNREFUSED.into())
            }
        }
    })
}

/// Connects; a datagram socket gets a peer, or loses it for the address of no host (SOCK-12, SOCK-36).
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a null or short address; `WSAEAFNOSUPPORT`; `WSAEADDRNOTAVAIL` for no host
/// or no port; `WSAEISCONN`; `WSAEALREADY` while a `connect` is under way; `WSAEINVAL` for a listening socket and
/// while a ConnectEx or AcceptEx is pending; `WSAEWOULDBLOCK` on a non-blocking socket, which goes on connecting;
/// `WSAECONNREFUSED`, `WSAETIMEDOUT`, `WSAEHOSTUNREACH`, `WSAENETUNREACH`.
///
/// # Safety
/// `name` is null or valid for reads of `namelen` bytes.
#[unsafe(export_name = "larboard_connect")]
pub unsafe extern "system" fn connect(s: SOCKET, name: *const SOCKADDR, namelen: i32) -> i32 {
    // SAFETY: this function's contract.
    winsock(SOCKET_ERROR, || unsafe { connect_to(s, name, namelen) })
}

/// As [`connect`]; there is no connect data on the Internet, and no quality of service: what is given is not looked at,
/// and no data is stored.
///
/// # Safety
/// As for [`connect`]; `lpcalleedata` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAConnect(
    s: SOCKET,
    name: *const SOCKADDR,
    namelen: i32,
    _lpcallerdata: *const WSABUF,
    lpcalleedata: *mut WSABUF,
    _lpsqos: *const QOS,
    _lpgqos: *const QOS,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        // SAFETY: this function's contract.
        unsafe {
            let connected = connect_to(s, name, namelen)?;
            if !is_bad(lpcalleedata) {
                (&raw mut (*lpcalleedata).len).write_unaligned(0);
            }
            Ok(connected)
        }
    })
}

/// Connects to the first address of a host and service that answers (SOCK-44).
///
/// Errors: as [`connect`]; `WSAEINVAL` for a null name or an OVERLAPPED, which is reserved; `WSAEHOSTUNREACH` for a
/// host that has no address of the socket's family; `WSAETIMEDOUT`; `WSAEFAULT` for too little room for an address.
///
/// # Safety
/// The names are null or end with 0; the lengths are null or valid, the addresses for writes of that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAConnectByNameA(
    s: SOCKET,
    nodename: PCSTR,
    servicename: PCSTR,
    localaddresslength: *mut u32,
    localaddress: *mut SOCKADDR,
    remoteaddresslength: *mut u32,
    remoteaddress: *mut SOCKADDR,
    timeout: *const TIMEVAL,
    reserved: *const OVERLAPPED,
) -> BOOL {
    let (local, remote) = (
        (localaddress, localaddresslength),
        (remoteaddress, remoteaddresslength),
    );
    winsock(FALSE, || {
        // SAFETY: this function's contract.
        unsafe {
            by_name(
                s,
                narrow(nodename),
                narrow(servicename),
                local,
                remote,
                timeout,
                reserved,
            )
        }
    })
}

/// As [`WSAConnectByNameA`], with wide names (SOCK-44).
///
/// # Safety
/// As for [`WSAConnectByNameA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAConnectByNameW(
    s: SOCKET,
    nodename: PCWSTR,
    servicename: PCWSTR,
    localaddresslength: *mut u32,
    localaddress: *mut SOCKADDR,
    remoteaddresslength: *mut u32,
    remoteaddress: *mut SOCKADDR,
    timeout: *const TIMEVAL,
    reserved: *const OVERLAPPED,
) -> BOOL {
    let (local, remote) = (
        (localaddress, localaddresslength),
        (remoteaddress, remoteaddresslength),
    );
    winsock(FALSE, || {
        // SAFETY: this function's contract.
        unsafe {
            by_name(
                s,
                wide(nodename),
                wide(servicename),
                local,
                remote,
                timeout,
                reserved,
            )
        }
    })
}

/// Connects to the first address of a list that answers (SOCK-44).
///
/// Errors: as [`connect`]; `WSAEINVAL` for an empty list or an OVERLAPPED, which is reserved; `WSAETIMEDOUT`;
/// `WSAEFAULT` for a null list or too little room for an address.
///
/// # Safety
/// The list is null or valid with its addresses; the lengths are null or valid, the addresses for writes of that many
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAConnectByList(
    s: SOCKET,
    socketaddress: *const SOCKET_ADDRESS_LIST,
    localaddresslength: *mut u32,
    localaddress: *mut SOCKADDR,
    remoteaddresslength: *mut u32,
    remoteaddress: *mut SOCKADDR,
    timeout: *const TIMEVAL,
    reserved: *const OVERLAPPED,
) -> BOOL {
    let (local, remote) = (
        (localaddress, localaddresslength),
        (remoteaddress, remoteaddresslength),
    );
    winsock(FALSE, || {
        let found = socket::look_up(s)?;
        check(socketaddress)?;
        // SAFETY: not null, and valid with its addresses by this function's contract.
        unsafe {
            let count = (&raw const (*socketaddress).iAddressCount).read_unaligned();
            let first = (&raw const (*socketaddress).Address)
                .cast::<windows_sys::Win32::Networking::WinSock::SOCKET_ADDRESS>();
            let addresses = (0..count.max(0) as usize).map(|at| {
                let one = first.add(at).read_unaligned();
                found.address(one.lpSockaddr, one.iSockaddrLength)
            });
            let addresses = addresses.collect::<Result<Vec<_>, _>>()?;
            if addresses.is_empty() {
                return Err(WSAEINVAL.into());
            }
            in_order(&found, &addresses, local, remote, timeout, reserved)
        }
    })
}

/// A connection that a condition function has put off.
struct Deferred {
    listener: Weak<File>,
    fd: OwnedFd,
    peer: Address,
}

static DEFERRED: Mutex<Vec<Deferred>> = Mutex::new(Vec::new());

fn deferred() -> MutexGuard<'static, Vec<Deferred>> {
    let mut deferred = DEFERRED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let stands = |one: &Deferred| one.listener.upgrade().is_some_and(|file| !file.is_closed());
    deferred.retain(stands);
    deferred
}

/// Whether a listener has a connection that was put off.
pub(crate) fn has_deferred(listener: &File) -> bool {
    deferred()
        .iter()
        .any(|one| std::ptr::eq(one.listener.as_ptr(), listener))
}

/// The connection of a listener that was put off first.
pub(crate) fn take_deferred(listener: &Arc<File>) -> Option<(OwnedFd, Address)> {
    let mut deferred = deferred();
    let at = deferred
        .iter()
        .position(|one| std::ptr::eq(one.listener.as_ptr(), Arc::as_ptr(listener)))?;
    let one = deferred.remove(at);
    Some((one.fd, one.peer))
}

/// The next connection of a listener, as a descriptor.
fn take(listener: &Found) -> Result<(OwnedFd, Address), WsaError> {
    if !listener.is_stream() {
        return Err(WSAEOPNOTSUPP.into());
    }
    if !listener.is(phase::LISTENING) {
        return Err(WSAEINVAL.into());
    }
    if let Some(deferred) = take_deferred(&listener.file()) {
        return Ok(deferred);
    }
    let (fd, peer) =
        blocking::call(
            &listener.file(),
            Direction::In,
            patience(listener),
            |fd| match accept_one(fd) {
                Ok(accepted) => Poll::Ready(Ok(accepted)),
                Err(libc::EAGAIN) => Poll::Pending,
                Err(error) => Poll::Ready(Err(Status::from_errno(error))),
            },
        )?;
    // SAFETY: a fresh descriptor that nobody else owns.
    Ok((unsafe { OwnedFd::from_raw_fd(fd) }, peer))
}

/// Makes an accepted descriptor a socket with the attributes of its listener.
fn admit(listener: &Found, fd: OwnedFd) -> Result<SOCKET, WsaError> {
    let overlapped = listener.file().has_modes(file::OVERLAPPED);
    let file = socket::adopt(
        fd.into_raw_fd(),
        listener.family(),
        listener.kind(),
        listener.protocol(),
        overlapped,
    );
    if let Device::Socket(accepted) = file.device() {
        listener.lend_options(accepted);
        accepted.connected(0);
    }
    let s = socket::open(file.clone())?;
    if let Err(status) = selection::inherit(&listener.file(), &file, s) {
        let _ = handles::table().close(handles::key(socket::handle(s))); // nobody knows it yet
        return Err(status.into());
    }
    Ok(s)
}

fn patience(found: &Found) -> Patience {
    if found.is(phase::NON_BLOCKING) {
        Patience::None
    } else {
        Patience::Milliseconds(0)
    }
}

/// A null address is ignored whatever its length is.
///
/// # Safety
/// `length` is null or valid, `to` is null or valid for writes of that many bytes.
unsafe fn report(peer: &Address, to: *mut SOCKADDR, length: *mut i32) -> Result<(), WsaError> {
    if is_bad(to) {
        return Ok(());
    }
    check(length)?;
    // SAFETY: not null, and valid by this function's contract.
    Ok(unsafe { peer.write_to(to.cast(), length) }?)
}

/// Asks the condition function; without one every connection is accepted.
///
/// # Safety
/// The function may be called with the data.
unsafe fn decide(fd: &OwnedFd, peer: &Address, condition: LPCONDITIONPROC, data: usize) -> u32 {
    let Some(condition) = condition else {
        return CF_ACCEPT;
    };
    let buffer = |(bytes, length): &mut ([u8; 128], usize)| WSABUF {
        len: *length as u32,
        buf: bytes.as_mut_ptr(),
    };
    let (mut caller, mut callee) = (
        peer.to_windows(),
        Address::of_socket(fd.as_raw_fd()).to_windows(),
    );
    let (mut caller, mut callee) = (buffer(&mut caller), buffer(&mut callee));
    let mut nothing = WSABUF {
        len: 0,
        buf: std::ptr::null_mut(),
    };
    let mut answer = nothing;
    let (null, mut group) = (std::ptr::null_mut(), 0);
    // SAFETY: the caller's function by this function's contract; the buffers live until it returns.
    let decision = unsafe {
        condition(
            &mut caller,
            &mut nothing,
            null,
            null,
            &mut callee,
            &mut answer,
            &mut group,
            data,
        )
    };
    decision.cast_unsigned()
}

/// Closes a connection so that its peer is reset.
fn reset(fd: OwnedFd) {
    let linger = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    let length = size_of::<libc::linger>() as libc::socklen_t;
    // SAFETY: `linger` is of this frame and has the length given. The descriptor closes at the end.
    unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            length,
        );
    }
}

/// # Safety
/// `name` is null or valid for reads of `length` bytes.
unsafe fn connect_to(s: SOCKET, name: *const SOCKADDR, length: i32) -> Result<i32, WsaError> {
    let found = socket::look_up(s)?;
    // SAFETY: this function's contract.
    if !found.is_stream() && unsafe { dissolves(name, length) } {
        dissolve(&found)?;
        return Ok(0);
    }
    // SAFETY: this function's contract.
    let address = unsafe { found.address(name, length) }?;
    if !found.is_stream() {
        associate(&found, &address)?;
        selection::changed(&found.file());
        return Ok(0);
    }
    begin(&found, &address)?;
    let connected = attempt(&found, &address, patience(&found)).inspect_err(|_| {
        if found.is(phase::CONNECTING) {
            // It goes on, and Linux does not tell yet where to (SOCK-19).
            found.settings(|settings| settings.peer = Some(Box::new(address)));
        }
    });
    connected?;
    Ok(0)
}

/// Whether a datagram socket is asked to lose its peer: `AF_UNSPEC`, or no host and no port (SOCK-36).
///
/// # Safety
/// `name` is null or valid for reads of `length` bytes.
unsafe fn dissolves(name: *const SOCKADDR, length: i32) -> bool {
    if is_bad(name) || length < 2 {
        return false;
    }
    // SAFETY: at least two bytes are readable by this function's contract.
    if unsafe { (&raw const (*name).sa_family).read_unaligned() } == AF_UNSPEC {
        return true;
    }
    // SAFETY: this function's contract.
    unsafe { socket::read_address(name, length) }
        .is_ok_and(|address| address.is_unspecified() && address.port() == 0)
}

fn dissolve(found: &Found) -> Result<(), WsaError> {
    let nobody = libc::sockaddr {
        sa_family: libc::AF_UNSPEC as libc::sa_family_t,
        sa_data: [0; 14],
    };
    let length = size_of::<libc::sockaddr>() as libc::socklen_t;
    let port = found.local_address().map_or(0, |address| address.port());
    // SAFETY: the address is of this frame and has the length given.
    found.with_fd(|fd| socket::succeeded(unsafe { libc::connect(fd, &nobody, length) }))??;
    found.clear(phase::CONNECTED);
    keep_port(found, port)
}

/// Linux gives a port away with the association if it has chosen it itself.
fn keep_port(found: &Found, port: u16) -> Result<(), WsaError> {
    let mut address = found.local_address()?;
    if port == 0 || address.port() == port {
        return Ok(());
    }
    address.set_port(port);
    found.with_fd(|fd| {
        // SAFETY: the address is valid for its length.
        socket::succeeded(unsafe { libc::bind(fd, address.as_ptr(), address.length()) })
    })??;
    Ok(())
}

/// Gives a datagram socket a peer.
fn associate(found: &Found, address: &Address) -> Result<(), WsaError> {
    if address.port() == 0 || address.is_unspecified() {
        return Err(WSAEADDRNOTAVAIL.into());
    }
    match found.with_fd(|fd| found.try_connect(fd, address))? {
        Outcome::Done {
            status: Status::SUCCESS,
            ..
        } => {
            found.connected(0);
            Ok(())
        }
        Outcome::Done { status, .. } => Err(status.into()),
        Outcome::Pending => unreachable!("datagram sockets connect at once"),
    }
}

/// The phases in which a stream socket cannot begin to connect, and the errors for them (SOCK-12, NB-08, NB-10).
fn begin(found: &Found, address: &Address) -> Result<(), WsaError> {
    found.settle_connect();
    renew(found)?;
    if found.is(phase::CONNECTED | phase::DISCONNECTED) {
        return Err(WSAEISCONN.into());
    }
    if found.is(phase::LISTENING | phase::ACCEPTOR | phase::CONNECT_EX) {
        return Err(WSAEINVAL.into());
    }
    if found.is(phase::CONNECTING) {
        return Err(WSAEALREADY.into());
    }
    if address.port() == 0 || address.is_unspecified() {
        return Err(WSAEADDRNOTAVAIL.into());
    }
    if !found.set_unless(phase::CONNECTING, phase::CONNECTING | phase::CONNECTED) {
        return Err(WSAEALREADY.into());
    }
    found.set(phase::INITIATOR);
    selection::connecting(&found.file());
    Ok(())
}

/// Connects a socket that has begun to.
fn attempt(found: &Found, address: &Address, patience: Patience) -> Result<(), WsaError> {
    let connected = blocking::call(&found.file(), Direction::Out, patience, |fd| {
        let outcome = found.try_connect(fd, address);
        // Linux has bound it by now.
        found.set(phase::BOUND);
        match outcome {
            Outcome::Done {
                status: Status::SUCCESS,
                ..
            } => Poll::Ready(Ok(())),
            Outcome::Done { status, .. } => Poll::Ready(Err(status)),
            Outcome::Pending => Poll::Pending,
        }
    });
    // A select that has waited for a socket without connection now waits for one that has one, or goes on to it.
    found.file().rouse();
    if connected.is_ok() {
        found.connected(0);
    }
    selection::changed(&found.file());
    Ok(connected?)
}

/// Where an address of the connection goes, with its room.
type Report = (*mut SOCKADDR, *mut u32);

/// # Safety
/// As for [`WSAConnectByNameA`].
unsafe fn by_name(
    s: SOCKET,
    node: Option<String>,
    service: Option<String>,
    local: Report,
    remote: Report,
    timeout: *const TIMEVAL,
    reserved: *const OVERLAPPED,
) -> Result<BOOL, WsaError> {
    let found = socket::look_up(s)?;
    let (Some(node), Some(service)) = (node, service) else {
        return Err(WSAEINVAL.into());
    };
    let family = if found.family() == AF_INET6 {
        libc::AF_UNSPEC
    } else {
        libc::AF_INET
    };
    let query = Query {
        service: Some(&service),
        family,
        ..Query::host(&node)
    };
    let fits =
        |one: &names::Found| Address::from_windows(Encoded::from(one.address).as_bytes()).ok();
    let found_addresses = names::resolve(&query)?;
    let addresses = found_addresses
        .iter()
        .filter_map(fits)
        .filter(|address| address.family() == found.family());
    let addresses: Vec<Address> = addresses.collect();
    if addresses.is_empty() {
        return Err(WSAEHOSTUNREACH.into());
    }
    // SAFETY: this function's contract.
    unsafe { in_order(&found, &addresses, local, remote, timeout, reserved) }
}

/// Tries addresses until one answers. Each attempt has the time that is left; a socket of Linux connects again after a
/// failure, but not while an attempt is under way, so it is replaced after one that took too long.
///
/// # Safety
/// As for [`WSAConnectByNameA`].
unsafe fn in_order(
    found: &Found,
    addresses: &[Address],
    local: Report,
    remote: Report,
    timeout: *const TIMEVAL,
    reserved: *const OVERLAPPED,
) -> Result<BOOL, WsaError> {
    if !reserved.is_null() {
        return Err(WSAEINVAL.into());
    }
    // SAFETY: null or valid by this function's contract.
    let deadline = unsafe { limit(timeout) };
    let mut last = WsaError(WSAEHOSTUNREACH);
    for address in addresses {
        let left = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
        {
            Some(Duration::ZERO) => return Err(WSAETIMEDOUT.into()),
            Some(left) => u32::try_from(left.as_millis()).unwrap_or(u32::MAX).max(1),
            None => 0,
        };
        begin(found, address)?;
        match attempt(found, address, Patience::Milliseconds(left)) {
            Ok(()) => {
                // SAFETY: this function's contract.
                unsafe {
                    store_address(&found.local_address()?, local)?;
                    store_address(address, remote)?;
                }
                return Ok(TRUE);
            }
            Err(error) => last = error,
        }
        if found.is(phase::CONNECTING) {
            give_up(found)?;
        }
    }
    Err(last)
}

/// Ends an attempt that is under way, with a new descriptor behind the handle.
fn give_up(found: &Found) -> Result<(), WsaError> {
    let fd = device::open(found.family(), found.kind(), found.protocol())?;
    found.file().replace_fd(fd)?;
    Socket::clear(found, phase::CONNECTING);
    Ok(())
}

/// # Safety
/// `timeout` is null or valid.
unsafe fn limit(timeout: *const TIMEVAL) -> Option<Instant> {
    if is_bad(timeout) {
        return None;
    }
    // SAFETY: not null, and valid by this function's contract.
    let timeout = unsafe { timeout.read_unaligned() };
    let microseconds = i64::from(timeout.tv_sec) * 1_000_000 + i64::from(timeout.tv_usec);
    Some(Instant::now() + Duration::from_micros(u64::try_from(microseconds).unwrap_or(0)))
}

/// # Safety
/// The length is null or valid, the address null or valid for writes of that many bytes.
unsafe fn store_address(address: &Address, (to, length): Report) -> Result<(), WsaError> {
    if is_bad(to) || is_bad(length) {
        return Ok(());
    }
    let (bytes, needed) = address.to_windows();
    // SAFETY: not null, and valid by this function's contract; no more than the room is written.
    unsafe {
        if (length.read_unaligned() as usize) < needed {
            return Err(WSAEFAULT.into());
        }
        to.cast::<u8>()
            .copy_from_nonoverlapping(bytes.as_ptr(), needed);
        length.write_unaligned(needed as u32);
    }
    Ok(())
}
