//! Sockets: making, naming, closing, duplicating them (SOCK-07 to SOCK-22, SOCK-42).

use std::any::Any;
use std::cell::Cell;
use std::ops::Deref;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, INVALID_SOCKET, IPPROTO_TCP, IPPROTO_UDP, SD_RECEIVE, SD_SEND,
    SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOCKADDR, SOCKET, SOCKET_ERROR, WINSOCK_SHUTDOWN_HOW,
    WINSOCK_SOCKET_TYPE, WSA_FLAG_NO_HANDLE_INHERIT, WSA_FLAG_OVERLAPPED, WSA_FLAG_REGISTERED_IO,
    WSABUF, WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL, WSAEISCONN, WSAENOTCONN, WSAENOTSOCK,
    WSAEOPNOTSUPP, WSAEPROTONOSUPPORT, WSAESOCKTNOSUPPORT, WSAEWOULDBLOCK, WSAPROTOCOL_INFOA,
    WSAPROTOCOL_INFOW,
};

use larboard_kernel::device::Device;
use larboard_kernel::device::socket::address::Address;
use larboard_kernel::device::socket::{self, Socket, phase};
use larboard_kernel::io::file::{self, File};
use larboard_kernel::io::selection;
use larboard_kernel::object::handle_table::Pinned;
use larboard_kernel::status::Status;

use super::{binding, protocols};
use crate::error::WsaError;
use crate::guard::{check, is_bad, winsock};
use crate::handles::{self, Lent};

/// Makes an overlapped socket (SOCK-07), or one that is not if `SO_OPENTYPE` of the thread says so (SOCK-34). Type and
/// protocol 0 are inferred.
///
/// Errors: `WSAEINVAL` for `AF_UNSPEC` with protocol 0, `WSAESOCKTNOSUPPORT`, `WSAEAFNOSUPPORT`,
/// `WSAEPROTONOSUPPORT` (SOCK-08), `WSAEACCES` for a raw socket without privilege (SOCK-09), `WSAEMFILE`,
/// `WSAENOBUFS`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_socket")]
pub unsafe extern "system" fn socket(
    af: i32,
    r#type: WINSOCK_SOCKET_TYPE,
    protocol: i32,
) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        let overlapped = if OPEN_TYPE.get() == 0 {
            WSA_FLAG_OVERLAPPED
        } else {
            0
        };
        create(af, r#type, protocol, overlapped)
    })
}

/// Makes a socket, overlapped and fit for registered I/O (RIO-10) if the flags say so; with a description from `WSADuplicateSocketW`, another socket for
/// the same connection (SOCK-42).
///
/// `FROM_PROTOCOL_INFO` takes family, type and protocol from the description. Errors as [`socket()`], and `WSAEINVAL` for
/// a description that is used up.
///
/// # Safety
/// `lpprotocolinfo` is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASocketW(
    af: i32,
    r#type: i32,
    protocol: i32,
    lpprotocolinfo: *const WSAPROTOCOL_INFOW,
    _g: u32,
    dwflags: u32,
) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        if is_bad(lpprotocolinfo) {
            return create(af, r#type, protocol, dwflags);
        }
        // SAFETY: not null, so valid for a read by this function's contract.
        let info = unsafe { lpprotocolinfo.read_unaligned() };
        let described = Described {
            family: info.iAddressFamily,
            kind: info.iSocketType,
            protocol: info.iProtocol,
            reserved: info.dwProviderReserved,
        };
        described.open(af, r#type, protocol, dwflags)
    })
}

/// As [`WSASocketW`], with the description of `WSADuplicateSocketA`.
///
/// # Safety
/// As for [`WSASocketW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASocketA(
    af: i32,
    r#type: i32,
    protocol: i32,
    lpprotocolinfo: *const WSAPROTOCOL_INFOA,
    _g: u32,
    dwflags: u32,
) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        if is_bad(lpprotocolinfo) {
            return create(af, r#type, protocol, dwflags);
        }
        // SAFETY: not null, so valid for a read by this function's contract.
        let info = unsafe { lpprotocolinfo.read_unaligned() };
        let described = Described {
            family: info.iAddressFamily,
            kind: info.iSocketType,
            protocol: info.iProtocol,
            reserved: info.dwProviderReserved,
        };
        described.open(af, r#type, protocol, dwflags)
    })
}

/// Describes a socket so that `WSASocketW` makes another one for the same connection, in this process (SOCK-42).
///
/// Errors: `WSAENOTSOCK`; `WSAEINVAL` for another process; `WSAEFAULT` for a null pointer; `WSAEMFILE`.
///
/// # Safety
/// `lpprotocolinfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSADuplicateSocketW(
    s: SOCKET,
    dwprocessid: u32,
    lpprotocolinfo: *mut WSAPROTOCOL_INFOW,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        check(lpprotocolinfo)?;
        let info = duplicate(&found, dwprocessid)?;
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { lpprotocolinfo.write_unaligned(info) };
        Ok(0)
    })
}

/// As [`WSADuplicateSocketW`], for `WSASocketA`.
///
/// # Safety
/// As for [`WSADuplicateSocketW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSADuplicateSocketA(
    s: SOCKET,
    dwprocessid: u32,
    lpprotocolinfo: *mut WSAPROTOCOL_INFOA,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        check(lpprotocolinfo)?;
        let info = protocols::narrow(&duplicate(&found, dwprocessid)?);
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { lpprotocolinfo.write_unaligned(info) };
        Ok(0)
    })
}

/// Closes a socket; the last one of a connection ends what is pending on it (OVL-100, OVL-101). `SO_LINGER` decides
/// what becomes of data that was not sent (SOCK-22).
///
/// Errors: `WSAENOTSOCK`, and another kind of object stays open (HND-13); `WSAEWOULDBLOCK` for a non-blocking socket
/// that would have to linger, which stays open.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn closesocket(s: SOCKET) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        if found.is(phase::NON_BLOCKING) && found.with_fd(would_linger)? {
            return Err(WSAEWOULDBLOCK.into());
        }
        handles::table().close_as::<File>(handles::key(handle(s)), |file| match file.device() {
            Device::Socket(_) => Ok(()),
            Device::Disk(_) | Device::Watched => Err(Status::OBJECT_TYPE_MISMATCH),
        })?;
        Ok(0)
    })
}

/// Gives a socket its local address (SOCK-10, SOCK-24 to SOCK-26).
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a null or short address; `WSAEAFNOSUPPORT` for another family than the
/// socket's; `WSAEINVAL` if it has one already or belongs to a pending AcceptEx; `WSAEADDRNOTAVAIL`; `WSAEADDRINUSE`;
/// `WSAEACCES` if another socket holds it exclusively, or the port is privileged.
///
/// # Safety
/// `name` is null or valid for reads of `namelen` bytes.
#[unsafe(export_name = "larboard_bind")]
pub unsafe extern "system" fn bind(s: SOCKET, name: *const SOCKADDR, namelen: i32) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        // SAFETY: this function's contract.
        let address = unsafe { found.address(name, namelen) }?;
        binding::bind(&found, &address)?;
        Ok(0)
    })
}

/// Lets a bound stream socket accept connections; repeating it changes the backlog (SOCK-11).
///
/// Errors: `WSAENOTSOCK`; `WSAEOPNOTSUPP` for datagrams; `WSAEISCONN`; `WSAEINVAL` if it is not bound;
/// `WSAEADDRINUSE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_listen")]
pub unsafe extern "system" fn listen(s: SOCKET, backlog: i32) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        if !found.is_stream() {
            return Err(WSAEOPNOTSUPP.into());
        }
        if found.is(phase::CONNECTED) {
            return Err(WSAEISCONN.into());
        }
        if !found.is(phase::BOUND) || found.is(phase::CONNECTING | phase::ACCEPTOR) {
            return Err(WSAEINVAL.into());
        }
        // A negative backlog is SOMAXCONN_HINT of its absolute value.
        let backlog = backlog.saturating_abs().max(1);
        found.with_fd(|fd| {
            // SAFETY: takes a descriptor and a number.
            succeeded(unsafe { libc::listen(fd, backlog) })?;
            binding::prefer_first(fd);
            Ok::<(), Status>(())
        })??;
        found.set(phase::LISTENING);
        found.file().rouse();
        selection::changed(&found.file());
        Ok(0)
    })
}

/// Ends receiving (0), sending (1), or both (2) (SOCK-20). A pending receive may still get data (OVL-51).
///
/// Errors: `WSAENOTSOCK`; `WSAEINVAL`; `WSAENOTCONN`, also for a listening socket and one that AcceptEx or ConnectEx
/// has connected and that is not updated yet.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_shutdown")]
pub unsafe extern "system" fn shutdown(s: SOCKET, how: WINSOCK_SHUTDOWN_HOW) -> i32 {
    winsock(SOCKET_ERROR, || shut(s, how))
}

/// Ends sending; there is no disconnect data on the Internet, so none is sent (SOCK-44). Errors as [`shutdown`].
///
/// # Safety
/// Sound to call at any time: the data is not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASendDisconnect(
    s: SOCKET,
    _lpoutbounddisconnectdata: *const WSABUF,
) -> i32 {
    winsock(SOCKET_ERROR, || shut(s, SD_SEND))
}

/// Ends receiving; there is no disconnect data on the Internet, so none is stored (SOCK-44). Errors as [`shutdown`].
///
/// # Safety
/// Sound to call at any time: the data is not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecvDisconnect(
    s: SOCKET,
    _lpinbounddisconnectdata: *const WSABUF,
) -> i32 {
    winsock(SOCKET_ERROR, || shut(s, SD_RECEIVE))
}

/// The local address (SOCK-19).
///
/// Errors: `WSAENOTSOCK`; `WSAEINVAL` if it has none; `WSAEFAULT` for a null pointer or too little room.
///
/// # Safety
/// `namelen` is null or valid, `name` is null or valid for writes of that many bytes.
#[unsafe(export_name = "larboard_getsockname")]
pub unsafe extern "system" fn getsockname(
    s: SOCKET,
    name: *mut SOCKADDR,
    namelen: *mut i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        check(name).and(check(namelen))?;
        if !found.is(phase::BOUND) || found.is(phase::ACCEPT_CONTEXT) {
            return Err(WSAEINVAL.into());
        }
        let address = found.local_address()?;
        // SAFETY: not null, and valid by this function's contract.
        unsafe { address.write_to(name.cast(), namelen) }?;
        Ok(0)
    })
}

/// The peer's address, also after `shutdown` and while a `connect` is under way (SOCK-19).
///
/// Errors: `WSAENOTSOCK`; `WSAENOTCONN`, also for a socket that AcceptEx or ConnectEx has connected and that is not
/// updated yet (OVL-87, OVL-91); `WSAEFAULT` for a null pointer or too little room.
///
/// # Safety
/// `namelen` is null or valid, `name` is null or valid for writes of that many bytes.
#[unsafe(export_name = "larboard_getpeername")]
pub unsafe extern "system" fn getpeername(
    s: SOCKET,
    name: *mut SOCKADDR,
    namelen: *mut i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        found.settle_connect();
        let address = found.peer_address().ok_or(WSAENOTCONN)?;
        check(name).and(check(namelen))?;
        // SAFETY: not null, and valid by this function's contract.
        unsafe { address.write_to(name.cast(), namelen) }?;
        Ok(0)
    })
}

thread_local! {
    /// `SO_OPENTYPE`: what `socket` makes on this thread.
    pub(crate) static OPEN_TYPE: Cell<i32> = const { Cell::new(0) };
}

/// A handle flag of the kernel's table: made by `WSADuplicateSocket` and not claimed by `WSASocket` yet.
const UNCLAIMED: u32 = 1 << 29;

/// A socket found through its handle.
pub(crate) struct Found(Pinned<'static, File>);

impl Deref for Found {
    type Target = Socket;

    fn deref(&self) -> &Socket {
        match self.0.device() {
            Device::Socket(socket) => socket,
            Device::Disk(_) | Device::Watched => {
                unreachable!("`look_up` lets only sockets through")
            }
        }
    }
}

impl AsRef<File> for Found {
    fn as_ref(&self) -> &File {
        &self.0
    }
}

impl Found {
    pub(crate) fn file(&self) -> Lent<'_, File> {
        handles::arc(&self.0)
    }

    /// Runs `f` with the descriptor.
    pub(crate) fn with_fd<R>(&self, f: impl FnOnce(i32) -> R) -> Result<R, WsaError> {
        Ok(self.0.with_fd(f)?)
    }

    /// A descriptor of the caller's own for the same socket.
    pub(crate) fn descriptor(&self) -> Result<OwnedFd, WsaError> {
        // SAFETY: the descriptor is open for the time of the closure.
        let copy = self.with_fd(|fd| unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned())?;
        Ok(copy.map_err(|_| Status::last_os_error())?)
    }

    /// Brings the phases up to date if a non-blocking connect may have ended.
    #[inline]
    pub(crate) fn settle_connect(&self) {
        if self.is(phase::CONNECTING) {
            // A socket that was closed meanwhile has nothing to settle.
            let _ = self.with_fd(|fd| Socket::settle_connect(self, fd));
        }
    }

    /// The address of a call, which must be of the socket's family: `WSAEFAULT` for a null or short one,
    /// `WSAEAFNOSUPPORT` for another family.
    ///
    /// # Safety
    /// `name` is null or valid for reads of `length` bytes.
    pub(crate) unsafe fn address(
        &self,
        name: *const SOCKADDR,
        length: i32,
    ) -> Result<Address, WsaError> {
        // SAFETY: this function's contract.
        let address = unsafe { read_address(name, length) }?;
        if address.family() != self.family() {
            return Err(WSAEAFNOSUPPORT.into());
        }
        Ok(address)
    }

    /// The local address as Linux knows it.
    pub(crate) fn local_address(&self) -> Result<Address, WsaError> {
        let mut address = Address::empty();
        self.with_fd(|fd| {
            let mut length = address.length();
            // SAFETY: address and length are of this frame.
            let result = unsafe { libc::getsockname(fd, address.as_mut_ptr(), &mut length) };
            *address.length_mut() = length;
            succeeded(result)
        })??;
        Ok(address)
    }

    /// The peer's address, if the socket may tell it.
    pub(crate) fn peer_address(&self) -> Option<Address> {
        if self.is(phase::ACCEPT_CONTEXT | phase::CONNECT_CONTEXT | phase::CONNECT_EX) {
            return None;
        }
        if self.is(phase::CONNECTED)
            && let Some(address) = self.linux_peer()
        {
            return Some(address);
        }
        // Linux forgets the peer of a connection that has ended and does not know it before there is one.
        let remembered = || self.remembered().peer.as_deref().copied();
        self.is(phase::CONNECTED | phase::CONNECTING)
            .then(remembered)?
    }

    fn linux_peer(&self) -> Option<Address> {
        let mut address = Address::empty();
        let result = self.with_fd(|fd| {
            let mut length = address.length();
            // SAFETY: address and length are of this frame.
            let mut result = unsafe { libc::getpeername(fd, address.as_mut_ptr(), &mut length) };
            if result != 0 {
                // After a reset only this option still tells the peer. It takes no length beyond the address.
                length = match self.family() {
                    AF_INET6 => size_of::<libc::sockaddr_in6>(),
                    _ => size_of::<libc::sockaddr_in>(),
                } as libc::socklen_t;
                let to = address.as_mut_ptr().cast();
                // SAFETY: as above; any address has room for one of these.
                result = unsafe {
                    libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_PEERNAME, to, &mut length)
                };
            }
            *address.length_mut() = length;
            result
        });
        (result.ok()? == 0).then_some(address)
    }
}

/// The socket behind a handle: `WSAENOTSOCK` if there is none (HND-04, HND-05).
#[inline]
pub(crate) fn look_up(s: SOCKET) -> Result<Found, WsaError> {
    match handles::table().get_tagged::<File>(handles::key(handle(s))) {
        Ok(file) if matches!(file.device(), Device::Socket(_)) => Ok(Found(file)),
        _ => Err(WSAENOTSOCK.into()),
    }
}

/// A socket as a handle.
pub(crate) fn handle(s: SOCKET) -> HANDLE {
    std::ptr::without_provenance_mut(s)
}

/// A new handle for a socket.
pub(crate) fn open(file: Arc<File>) -> Result<SOCKET, WsaError> {
    Ok(handles::table().insert(file)?.0)
}

/// A file object for a descriptor, with what Windows' sockets have from the beginning.
pub(crate) fn adopt(fd: i32, family: u16, kind: i32, protocol: i32, overlapped: bool) -> Arc<File> {
    let modes = if overlapped { file::OVERLAPPED } else { 0 };
    File::new(
        fd,
        Device::Socket(Socket::new(family, kind, protocol)),
        modes,
    )
}

/// The result of a system call.
pub(crate) fn succeeded(result: i32) -> Result<(), Status> {
    if result == 0 {
        Ok(())
    } else {
        Err(Status::last_os_error())
    }
}

/// The address of a call: `WSAEFAULT` for a null or short one, `WSAEAFNOSUPPORT` for an unknown family.
///
/// # Safety
/// `name` is null or valid for reads of `length` bytes.
pub(crate) unsafe fn read_address(name: *const SOCKADDR, length: i32) -> Result<Address, WsaError> {
    let length = usize::try_from(length).map_err(|_| WSAEFAULT)?;
    check(name)?;
    // SAFETY: not null, and valid by this function's contract; bytes have no alignment.
    let bytes = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), length) };
    Ok(Address::from_windows(bytes)?)
}

/// Closes every socket of the process: the end of Winsock (SOCK-02).
pub(crate) fn close_all() {
    for (handle, object) in handles::table().snapshot() {
        let object: Arc<dyn Any + Send + Sync> = object;
        let is_socket = |file: Arc<File>| matches!(file.device(), Device::Socket(_));
        if object.downcast::<File>().is_ok_and(is_socket) {
            // Another thread may have closed it meanwhile, or it is protected from closing.
            let _ = handles::table().close(handle);
        }
    }
}

/// Family, type and protocol from a protocol description.
struct Described {
    family: i32,
    kind: i32,
    protocol: i32,
    /// The handle that `WSADuplicateSocket` has made, or 0.
    reserved: u32,
}

impl Described {
    fn open(&self, af: i32, kind: i32, protocol: i32, flags: u32) -> Result<SOCKET, WsaError> {
        use windows_sys::Win32::Networking::WinSock::FROM_PROTOCOL_INFO;
        if self.reserved != 0 {
            return claim(self.reserved as SOCKET);
        }
        let take = |given: i32, described: i32| {
            if given == FROM_PROTOCOL_INFO {
                described
            } else {
                given
            }
        };
        create(
            take(af, self.family),
            take(kind, self.kind),
            take(protocol, self.protocol),
            flags,
        )
    }
}

fn create(af: i32, kind: i32, protocol: i32, flags: u32) -> Result<SOCKET, WsaError> {
    let (family, kind, protocol) = infer(af, kind, protocol)?;
    let fd = socket::reserve(family, kind, protocol)?;
    let file = adopt(fd, family, kind, protocol, flags & WSA_FLAG_OVERLAPPED != 0);
    if flags & WSA_FLAG_REGISTERED_IO != 0
        && let Device::Socket(socket) = file.device()
    {
        socket.set(phase::REGISTERED);
    }
    let s = open(file)?;
    if flags & WSA_FLAG_NO_HANDLE_INHERIT == 0 {
        let key = handles::key(handle(s));
        handles::table().set_flags(key, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)?;
    }
    Ok(s)
}

/// Fills in what is left open, in the order in which Windows complains (SOCK-08).
fn infer(af: i32, kind: i32, protocol: i32) -> Result<(u16, i32, i32), WsaError> {
    if af == i32::from(AF_UNSPEC) && protocol == 0 {
        return Err(WSAEINVAL.into());
    }
    let kind = match (kind, protocol) {
        (0, IPPROTO_UDP) => SOCK_DGRAM,
        (0, _) => SOCK_STREAM,
        (SOCK_STREAM | SOCK_DGRAM | SOCK_RAW, _) => kind,
        _ => return Err(WSAESOCKTNOSUPPORT.into()),
    };
    let family = match u16::try_from(af) {
        Ok(AF_UNSPEC | AF_INET) => AF_INET,
        Ok(AF_INET6) => AF_INET6,
        _ => return Err(WSAEAFNOSUPPORT.into()),
    };
    let protocol = match (kind, protocol) {
        (SOCK_STREAM, 0 | IPPROTO_TCP) => IPPROTO_TCP,
        (SOCK_DGRAM, 0 | IPPROTO_UDP) => IPPROTO_UDP,
        (SOCK_RAW, protocol) => protocol,
        _ => return Err(WSAEPROTONOSUPPORT.into()),
    };
    Ok((family, kind, protocol))
}

/// Sets a flag that a new socket of the right family always takes.
pub(crate) fn set_flag(fd: i32, level: i32, name: i32) {
    let one = 1i32;
    // SAFETY: `one` is of this frame and has the size given.
    unsafe {
        libc::setsockopt(
            fd,
            level,
            name,
            (&raw const one).cast(),
            size_of::<i32>() as u32,
        )
    };
}

fn shut(s: SOCKET, how: i32) -> Result<i32, WsaError> {
    let found = look_up(s)?;
    found.settle_connect();
    if let Some(peer) = found.peer_address() {
        found.settings(|settings| settings.peer = Some(Box::new(peer)));
    }
    found.file().shutdown(how)?;
    Ok(0)
}

/// Whether closing would wait: data is left and `SO_LINGER` has a time.
fn would_linger(fd: i32) -> bool {
    let mut linger = libc::linger {
        l_onoff: 0,
        l_linger: 0,
    };
    let mut length = size_of::<libc::linger>() as u32;
    let mut left = 0i32;
    // SAFETY: the variables are of this frame and have the sizes given.
    unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw mut linger).cast(),
            &mut length,
        );
        libc::ioctl(fd, libc::TIOCOUTQ, &mut left);
    }
    linger.l_onoff != 0 && linger.l_linger > 0 && left > 0
}

/// Makes a second handle and the description that leads to it.
fn duplicate(found: &Found, process: u32) -> Result<WSAPROTOCOL_INFOW, WsaError> {
    if process != std::process::id() {
        return Err(WSAEINVAL.into());
    }
    let kind = if found.kind() == SOCK_RAW {
        SOCK_DGRAM
    } else {
        found.kind()
    };
    let mut info = protocols::find(found.family(), kind)
        .ok_or(WSAEINVAL)?
        .wide();
    info.iSocketType = found.kind();
    info.iProtocol = found.protocol();
    let key = handles::table().insert(Arc::clone(&found.file()) as _)?;
    handles::table().set_flags(key, UNCLAIMED, UNCLAIMED)?;
    // Handle values are below 2³¹.
    info.dwProviderReserved = key.0 as u32;
    Ok(info)
}

fn claim(s: SOCKET) -> Result<SOCKET, WsaError> {
    look_up(s).map_err(|_| WSAEINVAL)?;
    let key = handles::key(handle(s));
    if handles::table().flags(key)? & UNCLAIMED == 0 {
        return Err(WSAEINVAL.into());
    }
    handles::table().set_flags(key, UNCLAIMED, 0)?;
    Ok(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_is_inferred() {
        assert_eq!(infer(2, 0, 0), Ok((2, SOCK_STREAM, IPPROTO_TCP)));
        assert_eq!(infer(0, 0, IPPROTO_UDP), Ok((2, SOCK_DGRAM, IPPROTO_UDP)));
        assert_eq!(infer(23, SOCK_DGRAM, 0), Ok((23, SOCK_DGRAM, IPPROTO_UDP)));
    }

    #[test]
    fn complaints_come_in_order() {
        assert_eq!(infer(0, SOCK_STREAM, 0), Err(WsaError(WSAEINVAL)));
        assert_eq!(infer(99, 99, 99), Err(WsaError(WSAESOCKTNOSUPPORT)));
        assert_eq!(infer(99, SOCK_STREAM, 99), Err(WsaError(WSAEAFNOSUPPORT)));
        assert_eq!(
            infer(2, SOCK_DGRAM, IPPROTO_TCP),
            Err(WsaError(WSAEPROTONOSUPPORT))
        );
    }
}
