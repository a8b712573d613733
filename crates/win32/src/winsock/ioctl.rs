//! Control codes of sockets (SOCK-38 to SOCK-41, NB-02, NB-11 to NB-14) and the notifications about providers, of which
//! there never are any (OVL-26).

use std::ffi::c_void;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_INVALID_HANDLE, HANDLE};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, FIONBIO, FIONREAD, INTERFACE_INFO, LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    RIO_EXTENSION_FUNCTION_TABLE, SIO_ADDRESS_LIST_CHANGE, SIO_ADDRESS_LIST_QUERY, SIO_BASE_HANDLE,
    SIO_BSP_HANDLE, SIO_BSP_HANDLE_POLL, SIO_BSP_HANDLE_SELECT, SIO_GET_EXTENSION_FUNCTION_POINTER,
    SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, SIO_KEEPALIVE_VALS, SIO_LOOPBACK_FAST_PATH,
    SIO_NSP_NOTIFY_CHANGE, SIO_ROUTING_INTERFACE_QUERY, SIO_UDP_CONNRESET, SIOCATMARK, SOCK_DGRAM,
    SOCKADDR, SOCKET, SOCKET_ADDRESS, SOCKET_ADDRESS_LIST, SOCKET_ERROR, WSA_IO_PENDING,
    WSACOMPLETION, WSAEFAULT, WSAEINVAL, WSAENOTCONN, WSAEOPNOTSUPP, WSAEWOULDBLOCK,
    WSAID_MULTIPLE_RIO, sockaddr_gen, tcp_keepalive,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::Win32::System::Threading::INFINITE;
use windows_sys::core::GUID;

use larboard_kernel::device::socket::{self as device, Operation, phase};
use larboard_kernel::io::complete::read_status;
use larboard_kernel::io::file::File;
use larboard_kernel::io::request::{self, Completion, Overlapped, OverlappedPtr, Started};
use larboard_kernel::io::selection;
use larboard_kernel::object::ObjectRef;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::status::Status;

use super::address::{self, Encoded};
use super::interfaces::{self, Interface};
use super::socket::{self, Found, succeeded};
use super::{changes, extension, registered};
use crate::error::WsaError;
use crate::guard::{check, is_bad, store, winsock};
use crate::handles;
use crate::operation::{self, Notify};

/// `FIONBIO`: blocking mode; `FIONREAD`: what one receive would get; `SIOCATMARK`: whether no urgent data waits
/// (NB-02, NB-11 to NB-13).
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a bad pointer; `WSAEOPNOTSUPP` for another command.
///
/// # Safety
/// `argp` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ioctlsocket(s: SOCKET, cmd: i32, argp: *mut u32) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        check(argp)?;
        match cmd {
            // SAFETY: not null, and valid by this function's contract.
            FIONBIO => set_non_blocking(&found, unsafe { argp.read_unaligned() } != 0)?,
            // SAFETY: as above.
            FIONREAD => unsafe { store(argp, readable(&found)?) },
            // SAFETY: as above.
            SIOCATMARK => unsafe { store(argp, u32::from(at_mark(&found)?)) },
            _ => return Err(WSAEOPNOTSUPP.into()),
        }
        Ok(0)
    })
}

/// Performs a control code, overlapped if an OVERLAPPED is given: then it pends in any case (SOCK-38 to SOCK-41).
///
/// Codes: `FIONBIO`, `FIONREAD`, `SIOCATMARK`, `SIO_GET_EXTENSION_FUNCTION_POINTER`,
/// `SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER` (registered I/O, RIO-01), `SIO_KEEPALIVE_VALS`, `SIO_UDP_CONNRESET`, `SIO_BASE_HANDLE` and the `SIO_BSP_HANDLE` ones, `SIO_GET_INTERFACE_LIST`,
/// `SIO_ADDRESS_LIST_QUERY`, `SIO_ADDRESS_LIST_CHANGE`, `SIO_ROUTING_INTERFACE_QUERY`,
/// `SIO_IDEAL_SEND_BACKLOG_QUERY`, `SIO_LOOPBACK_FAST_PATH`.
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for buffers that are null or too small, and without OVERLAPPED for a null count;
/// `WSAEOPNOTSUPP` for another code (with an OVERLAPPED it pends and completes with that); `WSAEINVAL`;
/// `WSAEWOULDBLOCK` for a change that a non-blocking socket would wait for; `WSA_IO_PENDING`.
///
/// # Safety
/// The buffers are null or valid for their lengths, until completion if an OVERLAPPED is given, as is the OVERLAPPED.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAIoctl(
    s: SOCKET,
    dwiocontrolcode: u32,
    lpvinbuffer: *const c_void,
    cbinbuffer: u32,
    lpvoutbuffer: *mut c_void,
    cboutbuffer: u32,
    lpcbbytesreturned: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        if notify.is_synchronous() {
            check(lpcbbytesreturned)?;
        }
        let input = Input {
            at: lpvinbuffer.cast(),
            length: cbinbuffer as usize,
        };
        let output = Output {
            at: lpvoutbuffer.cast(),
            length: cboutbuffer as usize,
            needed: lpcbbytesreturned,
        };
        // SAFETY: this function's contract.
        let answer = unsafe { answer(&found, s, dwiocontrolcode, input, output) };
        // SAFETY: this function's contract.
        unsafe { deliver(&found, answer, lpcbbytesreturned, notify) }
    })
}

/// Waits for a change of the name spaces. There is no look-up handle that could be meant, since nothing here makes one.
///
/// Errors: `WSA_INVALID_HANDLE`; `WSAEINVAL` for another code than `SIO_NSP_NOTIFY_CHANGE`.
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSANSPIoctl(
    _hlookup: HANDLE,
    dwcontrolcode: u32,
    _lpvinbuffer: *const c_void,
    _cbinbuffer: u32,
    _lpvoutbuffer: *mut c_void,
    _cboutbuffer: u32,
    _lpcbbytesreturned: *mut u32,
    _lpcompletion: *const WSACOMPLETION,
) -> i32 {
    winsock(SOCKET_ERROR, || match dwcontrolcode {
        SIO_NSP_NOTIFY_CHANGE => Err(WsaError(ERROR_INVALID_HANDLE.cast_signed())),
        _ => Err(WSAEINVAL.into()),
    })
}

/// Waits for a change of the installed protocols. There is never one: the call pends until it is cancelled or its handle
/// is closed (OVL-26). The first call, with a null handle, only makes the handle.
///
/// Errors: `WSA_IO_PENDING`; `WSAEFAULT` for a null pointer; `WSA_INVALID_HANDLE`; `WSAEOPNOTSUPP` without OVERLAPPED,
/// where the wait would never end.
///
/// # Safety
/// The handle pointer is null or valid; the OVERLAPPED is null or stays valid until the operation completes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAProviderConfigChange(
    lpnotificationhandle: *mut HANDLE,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        check(lpnotificationhandle)?;
        // SAFETY: not null, and valid by this function's contract.
        let handle = unsafe { lpnotificationhandle.read_unaligned() };
        if handle.is_null() {
            let file = notification_file()?;
            let handle = handles::value(handles::table().insert(file)?);
            // SAFETY: as above.
            unsafe { lpnotificationhandle.write_unaligned(handle) };
            return Ok(0);
        }
        let invalid = |_| WsaError(ERROR_INVALID_HANDLE.cast_signed());
        let file = handles::get::<File>(handle).map_err(invalid)?.to_arc();
        if notify.is_synchronous() {
            return Err(WSAEOPNOTSUPP.into());
        }
        // SAFETY: this function's contract.
        unsafe { operation::start(&file, Operation::Never, notify) }?;
        Ok(0)
    })
}

const SIO_GET_INTERFACE_LIST: u32 = 0x4004_747F;
const SIO_IDEAL_SEND_BACKLOG_QUERY: u32 = 0x4004_747B;
const IDEAL_SEND_BACKLOG: u32 = 0x1_0000;

/// A caller's input buffer.
#[derive(Clone, Copy)]
struct Input {
    at: *const u8,
    length: usize,
}

/// A caller's output buffer.
#[derive(Clone, Copy)]
struct Output {
    at: *mut u8,
    length: usize,
    /// Where the length needed goes if there is too little room.
    needed: *mut u32,
}

/// What a control code comes to.
enum Answer {
    /// Done, with so many bytes.
    Bytes(usize),
    /// Nothing will come of it until something changes.
    Change,
}

impl Input {
    /// `WSAEFAULT` if the buffer is null or too short.
    ///
    /// # Safety
    /// The buffer is null or valid for its length; any bytes make a `T`.
    unsafe fn read<T: Copy>(self) -> Result<T, WsaError> {
        if is_bad(self.at) || self.length < size_of::<T>() {
            return Err(WSAEFAULT.into());
        }
        // SAFETY: not null and long enough, by this function's contract valid.
        Ok(unsafe { self.at.cast::<T>().read_unaligned() })
    }
}

impl Output {
    /// `WSAEFAULT` if the buffer is null or too short.
    ///
    /// # Safety
    /// The buffer is null or valid for its length.
    unsafe fn write(self, bytes: &[u8]) -> Result<Answer, WsaError> {
        // SAFETY: this function's contract.
        unsafe {
            self.check(bytes.len())?;
            self.at
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        Ok(Answer::Bytes(bytes.len()))
    }

    /// # Safety
    /// `needed` is null or valid for a write.
    unsafe fn check(self, needed: usize) -> Result<(), WsaError> {
        if is_bad(self.at) || self.length < needed {
            // SAFETY: this function's contract.
            unsafe { store(self.needed, needed as u32) };
            return Err(WSAEFAULT.into());
        }
        Ok(())
    }
}

/// # Safety
/// The buffers are null or valid for their lengths.
unsafe fn answer(
    found: &Found,
    s: SOCKET,
    code: u32,
    input: Input,
    output: Output,
) -> Result<Answer, WsaError> {
    // SAFETY: this function's contract, in every arm; all the types read are integers and structures of such.
    unsafe {
        match code {
            code if code == FIONBIO.cast_unsigned() => {
                set_non_blocking(found, input.read::<u32>()? != 0)?;
                Ok(Answer::Bytes(0))
            }
            code if code == FIONREAD.cast_unsigned() => {
                output.write(&readable(found)?.to_ne_bytes())
            }
            code if code == SIOCATMARK.cast_unsigned() => {
                output.write(&u32::from(at_mark(found)?).to_ne_bytes())
            }
            SIO_GET_EXTENSION_FUNCTION_POINTER => {
                let function = extension::find(&input.read::<GUID>()?).ok_or(WSAEINVAL)?;
                output.write(&function.to_ne_bytes())
            }
            SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER => registered_functions(input, output),
            SIO_KEEPALIVE_VALS => set_keepalive(found, input.read()?),
            SIO_UDP_CONNRESET => {
                if input.read::<u32>()? != 0 {
                    found.clear(phase::IGNORE_UNREACHABLE);
                } else {
                    found.set(phase::IGNORE_UNREACHABLE);
                }
                Ok(Answer::Bytes(0))
            }
            SIO_LOOPBACK_FAST_PATH => input.read::<u32>().map(|_| Answer::Bytes(0)),
            SIO_BASE_HANDLE | SIO_BSP_HANDLE | SIO_BSP_HANDLE_SELECT | SIO_BSP_HANDLE_POLL => {
                output.write(&s.to_ne_bytes())
            }
            SIO_IDEAL_SEND_BACKLOG_QUERY => {
                if !found.is_stream() {
                    return Err(WSAEOPNOTSUPP.into());
                }
                if !found.is(phase::CONNECTED) {
                    return Err(WSAENOTCONN.into());
                }
                output.write(&IDEAL_SEND_BACKLOG.to_ne_bytes())
            }
            SIO_GET_INTERFACE_LIST => interface_list(output),
            SIO_ADDRESS_LIST_QUERY => address_list(found, output),
            SIO_ADDRESS_LIST_CHANGE => Ok(Answer::Change),
            SIO_ROUTING_INTERFACE_QUERY => {
                let target = address::read(input.at.cast::<SOCKADDR>(), input.length)?;
                output.write(Encoded::from(route(target)?).as_bytes())
            }
            _ => Err(WSAEOPNOTSUPP.into()),
        }
    }
}

/// The functions of registered I/O.
///
/// # Safety
/// The buffers are null or valid for their lengths.
unsafe fn registered_functions(input: Input, output: Output) -> Result<Answer, WsaError> {
    // SAFETY: this function's contract; a GUID consists of integers.
    let asked = unsafe { input.read::<GUID>() }?;
    if !extension::is_same(&asked, &WSAID_MULTIPLE_RIO) {
        return Err(WSAEINVAL.into());
    }
    let table = registered::table();
    let length = size_of_val(&table);
    // SAFETY: this function's contract; there is room for the table once it has been checked.
    unsafe {
        output.check(length)?;
        output
            .at
            .cast::<RIO_EXTENSION_FUNCTION_TABLE>()
            .write_unaligned(table);
    }
    Ok(Answer::Bytes(length))
}

/// Reports an answer: at once, or by the notification that an OVERLAPPED asks for.
///
/// # Safety
/// The count is null or valid for a write, the OVERLAPPED null or valid until completion.
unsafe fn deliver(
    found: &Found,
    answer: Result<Answer, WsaError>,
    returned: *mut u32,
    notify: Notify,
) -> Result<i32, WsaError> {
    let changes = matches!(answer, Ok(Answer::Change));
    let operation = match answer {
        Ok(Answer::Bytes(bytes)) => {
            // SAFETY: null or valid for a write by this function's contract.
            unsafe { store(returned, bytes as u32) };
            if notify.is_synchronous() {
                return Ok(0);
            }
            Operation::Settled(Status::SUCCESS, bytes as u32)
        }
        Ok(Answer::Change) if notify.is_synchronous() => return wait_for_change(found),
        Ok(Answer::Change) => Operation::Never,
        Err(WsaError(WSAEOPNOTSUPP)) if !notify.is_synchronous() => {
            Operation::Settled(Status::NOT_SUPPORTED, 0)
        }
        Err(error) => return Err(error),
    };
    // SAFETY: this function's contract.
    let started = unsafe { operation::start(&found.file(), operation, notify) };
    match started {
        Ok(_) => Ok(0),
        Err(Status::PENDING) => {
            if changes {
                changes::end_at_next(&found.file(), OverlappedPtr(notify.overlapped.cast()));
            }
            Err(WSA_IO_PENDING.into())
        }
        Err(status) => Err(status.into()),
    }
}

/// While events are selected the socket stays non-blocking (NB-03).
fn set_non_blocking(found: &Found, wanted: bool) -> Result<(), WsaError> {
    if wanted {
        found.set(phase::NON_BLOCKING);
    } else {
        selection::make_blocking(&found.file())?;
    }
    Ok(())
}

/// Bytes a receive would get: of a stream what is there, of datagrams the next one (NB-11).
fn readable(found: &Found) -> Result<u32, WsaError> {
    if found.is_stream() && !found.is(phase::CONNECTED) {
        return Ok(0);
    }
    let mut bytes = 0i32;
    // SAFETY: `bytes` is of this frame.
    found.with_fd(|fd| succeeded(unsafe { libc::ioctl(fd, libc::FIONREAD, &mut bytes) }))??;
    Ok(bytes.max(0).cast_unsigned())
}

/// Whether no urgent data waits to be read (NB-13).
fn at_mark(found: &Found) -> Result<bool, WsaError> {
    let urgent = |fd| {
        let mut poll = libc::pollfd {
            fd,
            events: libc::POLLPRI,
            revents: 0,
        };
        // SAFETY: one entry, of this frame.
        unsafe { libc::poll(&mut poll, 1, 0) == 1 && poll.revents & libc::POLLPRI != 0 }
    };
    Ok(!found.with_fd(urgent)?)
}

/// Times in milliseconds become whole seconds, the unit of Linux, rounded up.
fn set_keepalive(found: &Found, values: tcp_keepalive) -> Result<Answer, WsaError> {
    if !found.is_stream() {
        return Err(WSAEOPNOTSUPP.into());
    }
    let set = |fd, level, name, value: i32| {
        let length = size_of::<i32>() as libc::socklen_t;
        // SAFETY: `value` is of this frame and has the length given.
        succeeded(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), length) })
    };
    let seconds = |milliseconds: u32| milliseconds.div_ceil(1000).clamp(1, 32767).cast_signed();
    found.with_fd(|fd| {
        set(
            fd,
            libc::SOL_SOCKET,
            libc::SO_KEEPALIVE,
            i32::from(values.onoff != 0),
        )?;
        if values.onoff != 0 {
            set(
                fd,
                libc::IPPROTO_TCP,
                libc::TCP_KEEPIDLE,
                seconds(values.keepalivetime),
            )?;
            set(
                fd,
                libc::IPPROTO_TCP,
                libc::TCP_KEEPINTVL,
                seconds(values.keepaliveinterval),
            )?;
        }
        Ok::<(), Status>(())
    })??;
    Ok(Answer::Bytes(0))
}

/// The IPv4 interfaces as an array of `INTERFACE_INFO`.
///
/// # Safety
/// The buffer is null or valid for its length.
unsafe fn interface_list(output: Output) -> Result<Answer, WsaError> {
    let interfaces = interfaces::all();
    let ipv4: Vec<&Interface> = interfaces
        .iter()
        .filter(|interface| interface.address.is_ipv4())
        .collect();
    let size = ipv4.len() * size_of::<INTERFACE_INFO>();
    // SAFETY: this function's contract; the array ends within the room that was checked.
    unsafe {
        output.check(size)?;
        for (at, interface) in ipv4.into_iter().enumerate() {
            let info = INTERFACE_INFO {
                iiFlags: interface.flags,
                iiAddress: generic(Some(interface.address)),
                iiBroadcastAddress: generic(interface.broadcast),
                iiNetmask: generic(interface.mask),
            };
            output
                .at
                .cast::<INTERFACE_INFO>()
                .add(at)
                .write_unaligned(info);
        }
    }
    Ok(Answer::Bytes(size))
}

fn generic(address: Option<IpAddr>) -> sockaddr_gen {
    let mut generic = sockaddr_gen::default();
    let address = address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let encoded = Encoded::from(SocketAddr::new(address, 0));
    let bytes = &encoded.as_bytes()[..encoded.as_bytes().len().min(size_of::<sockaddr_gen>())];
    // SAFETY: the union consists of integers and has room for the bytes.
    unsafe {
        (&raw mut generic)
            .cast::<u8>()
            .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
    };
    generic
}

/// The addresses of the socket's family as a `SOCKET_ADDRESS_LIST`: the list, then what it points at.
///
/// # Safety
/// The buffer is null or valid for its length.
unsafe fn address_list(found: &Found, output: Output) -> Result<Answer, WsaError> {
    let ipv4 = found.family() == AF_INET;
    let interfaces = interfaces::all();
    let mut addresses: Vec<IpAddr> = interfaces
        .iter()
        .map(|interface| interface.address)
        .collect();
    addresses.retain(|address| address.is_ipv4() == ipv4);
    // Loopback addresses only if there is nothing else.
    if addresses.iter().any(|address| !address.is_loopback()) {
        addresses.retain(|address| !address.is_loopback());
    }
    let list = std::mem::offset_of!(SOCKET_ADDRESS_LIST, Address)
        + addresses.len() * size_of::<SOCKET_ADDRESS>();
    let each = address::length(found.family());
    // SAFETY: this function's contract; everything ends within the room that was checked.
    unsafe {
        output.check(list + addresses.len() * each)?;
        output
            .at
            .cast::<i32>()
            .write_unaligned(addresses.len() as i32);
        let entries = output
            .at
            .add(std::mem::offset_of!(SOCKET_ADDRESS_LIST, Address))
            .cast::<SOCKET_ADDRESS>();
        for (at, &address) in addresses.iter().enumerate() {
            let to = output.at.add(list + at * each);
            let encoded = Encoded::from(SocketAddr::new(address, 0));
            to.copy_from_nonoverlapping(encoded.as_bytes().as_ptr(), each);
            let entry = SOCKET_ADDRESS {
                lpSockaddr: to.cast(),
                iSockaddrLength: each as i32,
            };
            entries.add(at).write_unaligned(entry);
        }
    }
    Ok(Answer::Bytes(list + addresses.len() * each))
}

/// The local address from which a destination is reached.
fn route(target: SocketAddr) -> Result<SocketAddr, WsaError> {
    let failed =
        |error: std::io::Error| Status::from_errno(error.raw_os_error().unwrap_or_default());
    let any: SocketAddr = if target.is_ipv4() {
        ([0; 4], 0).into()
    } else {
        ([0u16; 8], 0).into()
    };
    let probe = UdpSocket::bind(any).map_err(failed)?;
    // No packet is sent; the discard port stands for any.
    let port = if target.port() == 0 { 9 } else { target.port() };
    probe
        .connect(SocketAddr::new(target.ip(), port))
        .map_err(failed)?;
    let mut local = probe.local_addr().map_err(failed)?;
    local.set_port(0);
    Ok(local)
}

/// A change that somebody waits for without OVERLAPPED: an overlapped wait of our own, and the wait for its event.
fn wait_for_change(found: &Found) -> Result<i32, WsaError> {
    if found.is(phase::NON_BLOCKING) {
        return Err(WSAEWOULDBLOCK.into());
    }
    let mut words = Overlapped {
        internal: 0,
        internal_high: 0,
        offset: 0,
        offset_high: 0,
        event: 0,
    };
    let overlapped = OverlappedPtr(&raw mut words);
    let event = Arc::new(Event::new(true, false));
    let completion = Completion {
        overlapped,
        event: Some(event.clone()),
        packet: false,
        rare: None,
    };
    if let Started::Failed(status) = request::start(&found.file(), Operation::Never, completion) {
        return Err(status.into());
    }
    changes::end_at_next(&found.file(), overlapped);
    let event: ObjectRef = event;
    // The operation points into this frame, so the frame stays until the operation is over.
    while wait::one(&event, INFINITE, true) == Outcome::Apc {}
    // SAFETY: the words are of this frame.
    let (status, _) = unsafe { read_status(overlapped.0) };
    if status.is_success() {
        Ok(0)
    } else {
        Err(status.into())
    }
}

/// A file object on which operations can be started that never end: a datagram socket that nobody reaches.
fn notification_file() -> Result<Arc<File>, WsaError> {
    let fd = device::open(AF_INET, SOCK_DGRAM, 0)?;
    Ok(socket::adopt(fd, AF_INET, SOCK_DGRAM, 0, true))
}
