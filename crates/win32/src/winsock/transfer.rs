//! Receiving and sending (OVL-43 to OVL-76).

use std::mem::MaybeUninit;

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, LPWSAOVERLAPPED_COMPLETION_ROUTINE, MSG_PARTIAL, SEND_RECV_FLAGS, SOCKADDR,
    SOCKADDR_IN, SOCKADDR_IN6, SOCKET, SOCKET_ERROR, WSABUF, WSAEADDRNOTAVAIL, WSAEFAULT,
    WSAEINVAL, WSAEMSGSIZE, WSAEOPNOTSUPP, WSAMSG,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::core::{PCSTR, PSTR};

use larboard_kernel::device::Buffers;
use larboard_kernel::device::socket::transfer::{
    Control, Receive, ReceiveRare, Send, SendRare, Sender, flag,
};
use larboard_kernel::device::socket::{Operation, message, phase};
use larboard_kernel::io::blocking::Patience;
use larboard_kernel::io::complete::Finished;
use larboard_kernel::io::plain;
use larboard_kernel::io::request::OverlappedPtr;
use larboard_kernel::io::selection;
use larboard_kernel::status::Status;

use super::net_events;
use super::socket::{self, Found};
use crate::error::WsaError;
use crate::guard::{check, is_bad, store, winsock};
use crate::operation::{self, Notify};

/// Receives; returns the bytes received, 0 at the end of a stream.
///
/// Errors: `WSAENOTSOCK`, `WSAEFAULT`, `WSAENOTCONN`, `WSAESHUTDOWN`, `WSAECONNRESET`, `WSAEWOULDBLOCK` on a
/// non-blocking socket, `WSAETIMEDOUT` after `SO_RCVTIMEO`, `WSAEMSGSIZE` for a datagram that does not fit,
/// `WSAEINVAL` on a datagram socket that is not bound, `WSAEOPNOTSUPP` for flags that do not go together,
/// `WSAEINTR` when the socket is closed meanwhile.
///
/// # Safety
/// `buf` is null or valid for writes of `len` bytes.
#[unsafe(export_name = "larboard_recv")]
pub unsafe extern "system" fn recv(s: SOCKET, buf: PSTR, len: i32, flags: SEND_RECV_FLAGS) -> i32 {
    receiving(s, || {
        let receive = receive(single(buf, len)?, flags, None);
        // SAFETY: this function's contract.
        let finished = unsafe { run(&look_up(s)?, receive, NO_NOTIFICATION) }?;
        whole(finished).map(|bytes| bytes as i32)
    })
}

/// Receives with flags as in- and output: `MSG_PARTIAL` is set where a datagram did not fit, without an error.
///
/// Errors as [`recv`], but not `WSAEMSGSIZE`.
///
/// # Safety
/// `buf` is null or valid for writes of `len` bytes, `flags` is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecvEx(s: SOCKET, buf: PSTR, len: i32, flags: *mut i32) -> i32 {
    receiving(s, || {
        let found = look_up(s)?;
        check(flags)?;
        // SAFETY: not null, and valid by this function's contract.
        let receive = receive(single(buf, len)?, unsafe { flags.read_unaligned() }, None);
        // SAFETY: this function's contract.
        unsafe {
            let finished = run(&found, receive, NO_NOTIFICATION)?;
            store(flags, flags_out(finished).cast_signed());
            Ok(finished.bytes as i32)
        }
    })
}

/// Receives a datagram and where it comes from (OVL-67). On a stream the address is not touched.
///
/// Errors as [`recv`], and `WSAEFAULT` for too little room for the address.
///
/// # Safety
/// `buf` is null or valid for writes of `len` bytes; `fromlen` is null or valid, `from` for writes of that many bytes.
#[unsafe(export_name = "larboard_recvfrom")]
pub unsafe extern "system" fn recvfrom(
    s: SOCKET,
    buf: PSTR,
    len: i32,
    flags: i32,
    from: *mut SOCKADDR,
    fromlen: *mut i32,
) -> i32 {
    receiving(s, || {
        let found = look_up(s)?;
        // SAFETY: this function's contract.
        unsafe {
            let sender = sender(&found, from, fromlen)?;
            let finished = run(
                &found,
                receive(single(buf, len)?, flags, sender.boxed()),
                NO_NOTIFICATION,
            )?;
            whole(finished).map(|bytes| bytes as i32)
        }
    })
}

/// Receives into several buffers, overlapped if an OVERLAPPED is given (OVL-12 to OVL-21, OVL-43 to OVL-60).
///
/// Errors: besides those of [`recv`], `WSA_IO_PENDING`; `WSAEINVAL` for no buffers, and for a routine on a socket that
/// has a completion port; `WSAEFAULT` for null pointers; `WSA_INVALID_HANDLE` for an hEvent that is no event.
///
/// # Safety
/// The pointers are null or valid. Buffers and OVERLAPPED stay valid until the operation completes; the routine may be
/// called once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecv(
    s: SOCKET,
    lpbuffers: *const WSABUF,
    dwbuffercount: u32,
    lpnumberofbytesrecvd: *mut u32,
    lpflags: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    receiving(s, || {
        let found = socket::look_up(s)?;
        // SAFETY: this function's contract.
        unsafe {
            if !is_bad(lpflags)
                && lpflags.read_unaligned() == 0
                && let Some(usual) = Usual::new(&found, lpbuffers, dwbuffercount, &notify)
                && let Some(received) = usual.receive(&found)
            {
                store(lpnumberofbytesrecvd, received?);
                return Ok(0);
            }
            found.settle_connect();
            receive_into(
                &found,
                (lpbuffers, dwbuffercount),
                lpnumberofbytesrecvd,
                lpflags,
                None,
                notify,
            )
        }
    })
}

/// As [`WSARecv`], with the sender's address, which is written at completion (OVL-67 to OVL-72).
///
/// Errors as [`WSARecv`], and `WSAEFAULT` for too little room for the address.
///
/// # Safety
/// As for [`WSARecv`]; the address and its length stay valid until the operation completes as well.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecvFrom(
    s: SOCKET,
    lpbuffers: *const WSABUF,
    dwbuffercount: u32,
    lpnumberofbytesrecvd: *mut u32,
    lpflags: *mut u32,
    lpfrom: *mut SOCKADDR,
    lpfromlen: *mut i32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    receiving(s, || {
        let found = socket::look_up(s)?;
        // SAFETY: this function's contract.
        unsafe {
            let sender = sender(&found, lpfrom, lpfromlen)?;
            if !is_bad(lpflags)
                && lpflags.read_unaligned() == 0
                && let Some(usual) = Usual::new(&found, lpbuffers, dwbuffercount, &notify)
                && let Some(finished) = usual.receive_from(&found, sender)
            {
                return received(lpnumberofbytesrecvd, lpflags, finished?);
            }
            found.settle_connect();
            receive_into(
                &found,
                (lpbuffers, dwbuffercount),
                lpnumberofbytesrecvd,
                lpflags,
                sender.boxed(),
                notify,
            )
        }
    })
}

/// Receives a datagram with its control data (OVL-76). Found by `SIO_GET_EXTENSION_FUNCTION_POINTER`.
///
/// Errors as [`WSARecvFrom`]; `WSAEOPNOTSUPP` on a stream; `WSAEMSGSIZE` also where the control data did not fit, with
/// `MSG_CTRUNC` in the message.
///
/// # Safety
/// As for [`WSARecvFrom`]; the message stays valid until the operation completes.
pub(crate) unsafe extern "system" fn WSARecvMsg(
    s: SOCKET,
    lpmsg: *mut WSAMSG,
    lpdwnumberofbytesrecvd: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        check(lpmsg)?;
        if found.is_stream() {
            return Err(WSAEOPNOTSUPP.into());
        }
        // SAFETY: not null, and valid until completion by this function's contract.
        unsafe {
            let message = &mut *lpmsg;
            let rare = ReceiveRare {
                sender: sender(&found, message.name, &raw mut message.namelen)?,
                control: Some(Control {
                    buffer: message.Control.buf,
                    length: &raw mut message.Control.len,
                    flags: &raw mut message.dwFlags,
                }),
            };
            let mut flags = message.dwFlags;
            let buffers = (message.lpBuffers.cast_const(), message.dwBufferCount);
            receive_into(
                &found,
                buffers,
                lpdwnumberofbytesrecvd,
                &raw mut flags,
                Some(Box::new(rare)),
                notify,
            )
        }
    })
}

/// Sends; returns the bytes taken over: all of them on a blocking socket (OVL-61).
///
/// Errors: `WSAENOTSOCK`, `WSAEFAULT`, `WSAENOTCONN`, `WSAESHUTDOWN`, `WSAECONNRESET`, `WSAEWOULDBLOCK` on a
/// non-blocking socket, `WSAETIMEDOUT` after `SO_SNDTIMEO`, `WSAEMSGSIZE` for a datagram that is too long.
///
/// # Safety
/// `buf` is null or valid for reads of `len` bytes.
#[unsafe(export_name = "larboard_send")]
pub unsafe extern "system" fn send(s: SOCKET, buf: PCSTR, len: i32, flags: SEND_RECV_FLAGS) -> i32 {
    winsock(SOCKET_ERROR, || {
        let send = sending(single(buf.cast_mut(), len)?, flags, None);
        // SAFETY: this function's contract.
        let finished = unsafe { run(&look_up(s)?, send, NO_NOTIFICATION) }?;
        Ok(finished.bytes as i32)
    })
}

/// Sends a datagram; on a connected stream the address is ignored (OVL-73).
///
/// Errors as [`send`]; `WSAEADDRNOTAVAIL` for no host or no port, `WSAEAFNOSUPPORT`, `WSAEACCES` for a broadcast
/// without `SO_BROADCAST` (SOCK-37).
///
/// # Safety
/// `buf` is null or valid for reads of `len` bytes, `to` for reads of `tolen` bytes.
#[unsafe(export_name = "larboard_sendto")]
pub unsafe extern "system" fn sendto(
    s: SOCKET,
    buf: PCSTR,
    len: i32,
    flags: i32,
    to: *const SOCKADDR,
    tolen: i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = look_up(s)?;
        // SAFETY: this function's contract.
        unsafe {
            let rare = destination(&found, to, tolen)?;
            let finished = run(
                &found,
                sending(single(buf.cast_mut(), len)?, flags, rare),
                NO_NOTIFICATION,
            )?;
            Ok(finished.bytes as i32)
        }
    })
}

/// Sends several buffers as one, overlapped if an OVERLAPPED is given (OVL-12 to OVL-21, OVL-44, OVL-61 to OVL-66).
///
/// Errors: besides those of [`send`], `WSA_IO_PENDING`; `WSAEINVAL` for no buffers, and for a routine on a socket that
/// has a completion port; `WSAEFAULT` for null pointers; `WSA_INVALID_HANDLE` for an hEvent that is no event.
///
/// # Safety
/// The pointers are null or valid. Buffers and OVERLAPPED stay valid until the operation completes; the routine may be
/// called once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASend(
    s: SOCKET,
    lpbuffers: *const WSABUF,
    dwbuffercount: u32,
    lpnumberofbytessent: *mut u32,
    dwflags: u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        // SAFETY: this function's contract.
        unsafe {
            if dwflags == 0
                && let Some(usual) = Usual::new(&found, lpbuffers, dwbuffercount, &notify)
                && let Some(sent) = usual.send(&found)
            {
                store(lpnumberofbytessent, sent?);
                return Ok(0);
            }
            found.settle_connect();
            send_from(
                &found,
                (lpbuffers, dwbuffercount),
                lpnumberofbytessent,
                dwflags,
                None,
                notify,
            )
        }
    })
}

/// As [`WSASend`], to an address; a socket that is not bound becomes so (OVL-72, OVL-73).
///
/// Errors as [`WSASend`] and [`sendto`].
///
/// # Safety
/// As for [`WSASend`]; `lpto` is null or valid for reads of `itolen` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASendTo(
    s: SOCKET,
    lpbuffers: *const WSABUF,
    dwbuffercount: u32,
    lpnumberofbytessent: *mut u32,
    dwflags: u32,
    lpto: *const SOCKADDR,
    itolen: i32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        let mut room = MaybeUninit::uninit();
        // SAFETY: this function's contract.
        unsafe {
            if dwflags == 0
                && let Some(usual) = Usual::new(&found, lpbuffers, dwbuffercount, &notify)
                && let Some(to) = usual_destination(&found, lpto, itolen, &mut room)
                && let Some(sent) = usual.send_to(&found, to)
            {
                store(lpnumberofbytessent, sent?);
                return Ok(0);
            }
            found.settle_connect();
            let rare = destination(&found, lpto, itolen)?;
            send_from(
                &found,
                (lpbuffers, dwbuffercount),
                lpnumberofbytessent,
                dwflags,
                rare,
                notify,
            )
        }
    })
}

/// As [`WSASendTo`], with control data (OVL-75).
///
/// Errors as [`WSASendTo`]; `WSAEFAULT` for a null message; `WSAEINVAL` on a stream and for control data that is
/// malformed or has no counterpart here.
///
/// # Safety
/// As for [`WSASendTo`]; the message is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASendMsg(
    handle: SOCKET,
    lpmsg: *const WSAMSG,
    dwflags: u32,
    lpnumberofbytessent: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32 {
    let notify = Notify::socket(lpoverlapped, lpcompletionroutine);
    winsock(SOCKET_ERROR, || {
        let found = look_up(handle)?;
        check(lpmsg)?;
        if found.is_stream() {
            return Err(WSAEINVAL.into());
        }
        // SAFETY: not null, and valid by this function's contract.
        unsafe {
            let message = lpmsg.read_unaligned();
            let mut rare = destination(&found, message.name, message.namelen)?.unwrap_or_default();
            if !is_bad(message.Control.buf) {
                let control =
                    std::slice::from_raw_parts(message.Control.buf, message.Control.len as usize);
                rare.control = message::from_windows(control)?;
            }
            let buffers = (message.lpBuffers.cast_const(), message.dwBufferCount);
            send_from(
                &found,
                buffers,
                lpnumberofbytessent,
                dwflags,
                Some(rare),
                notify,
            )
        }
    })
}

/// A call without OVERLAPPED.
const NO_NOTIFICATION: Notify = Notify {
    overlapped: std::ptr::null_mut(),
    routine: None,
};

/// More buffers than this in one call are a mistake.
const MOST_BUFFERS: u32 = 1 << 16;

/// A socket for a transfer: a non-blocking connect may have ended meanwhile.
#[inline]
fn look_up(s: SOCKET) -> Result<Found, WsaError> {
    let found = socket::look_up(s)?;
    found.settle_connect();
    Ok(found)
}

/// Performs or starts a transfer on a socket.
///
/// # Safety
/// What the operation points at is valid, until completion if an OVERLAPPED is given.
pub(crate) unsafe fn run(
    found: &Found,
    operation: Operation,
    notify: Notify,
) -> Result<Finished, WsaError> {
    let binds =
        matches!(operation, Operation::Send(_)) && !found.is_stream() && !found.is(phase::BOUND);
    // SAFETY: this function's contract.
    let result = unsafe {
        operation::transfer(&found.file(), operation, notify, |direction| {
            if found.is(phase::NON_BLOCKING) {
                Patience::None
            } else {
                Patience::Milliseconds(found.timeout(direction))
            }
        })
    };
    if binds && !matches!(result, Err(Status::INVALID_CONNECTION)) {
        found.set(phase::BOUND);
        selection::changed(&found.file());
    }
    Ok(result?)
}

/// A function that receives.
#[inline]
fn receiving(s: SOCKET, body: impl FnOnce() -> Result<i32, WsaError>) -> i32 {
    winsock(SOCKET_ERROR, || {
        body().inspect_err(|error| net_events::receive_failed(s, error))
    })
}

/// # Safety
/// The arrays and pointers are null or valid, until completion if an OVERLAPPED is given.
unsafe fn receive_into(
    found: &Found,
    buffers: (*const WSABUF, u32),
    received: *mut u32,
    flags: *mut u32,
    rare: Option<Box<ReceiveRare>>,
    notify: Notify,
) -> Result<i32, WsaError> {
    check(flags)?;
    if notify.is_synchronous() {
        check(received)?;
    }
    // SAFETY: this function's contract.
    unsafe {
        let operation = receive(
            several(buffers)?,
            flags.read_unaligned().cast_signed(),
            rare,
        );
        let finished = run(found, operation, notify)?;
        self::received(received, flags, finished)
    }
}

/// Reports a receive that has finished at once.
///
/// # Safety
/// The pointers are null or valid for writes.
unsafe fn received(bytes: *mut u32, flags: *mut u32, finished: Finished) -> Result<i32, WsaError> {
    // SAFETY: this function's contract.
    unsafe {
        store(bytes, finished.bytes);
        store(flags, flags_out(finished));
    }
    whole(finished).map(|_| 0)
}

/// # Safety
/// The arrays and pointers are null or valid, the memory to be sent until completion if an OVERLAPPED is given.
unsafe fn send_from(
    found: &Found,
    buffers: (*const WSABUF, u32),
    sent: *mut u32,
    flags: u32,
    rare: Option<SendRare>,
    notify: Notify,
) -> Result<i32, WsaError> {
    if notify.is_synchronous() {
        check(sent)?;
    }
    // SAFETY: this function's contract.
    unsafe {
        let operation = sending(several(buffers)?, flags.cast_signed(), rare);
        let finished = run(found, operation, notify)?;
        store(sent, finished.bytes);
    }
    Ok(0)
}

/// An overlapped call of the usual kind: one buffer, neither event nor routine. The kernel has a short way for these.
#[derive(Clone, Copy)]
struct Usual {
    base: *mut u8,
    length: u32,
    overlapped: OverlappedPtr,
    packet: bool,
}

impl Usual {
    /// None if the call is of another kind, or wrong: the general way says in which way.
    ///
    /// # Safety
    /// The pointers are null or valid.
    #[inline]
    unsafe fn new(
        found: &Found,
        buffers: *const WSABUF,
        count: u32,
        notify: &Notify,
    ) -> Option<Usual> {
        if count != 1
            || is_bad(buffers)
            || notify.is_synchronous()
            || notify.routine.is_some()
            || !found.file().is_usual()
        {
            return None;
        }
        // SAFETY: neither is null, so both are valid by this function's contract.
        let (buffer, event) =
            unsafe { (buffers.read_unaligned(), (*notify.overlapped).hEvent.addr()) };
        if buffer.len > 0 && is_bad(buffer.buf) || event & !3 != 0 {
            return None;
        }
        Some(Usual {
            base: buffer.buf,
            length: buffer.len,
            overlapped: OverlappedPtr(notify.overlapped.cast()),
            packet: event & 1 == 0,
        })
    }

    /// None: nothing was done.
    ///
    /// # Safety
    /// Buffer and OVERLAPPED stay valid until completion.
    #[inline]
    unsafe fn send(self, found: &Found) -> Option<Result<u32, Status>> {
        let Usual {
            base,
            length,
            overlapped,
            packet,
        } = self;
        // SAFETY: this function's contract.
        unsafe { plain::send(&found.file(), base, length, overlapped, packet) }
    }

    /// As [`send`](Self::send), a datagram to an address.
    ///
    /// # Safety
    /// As for [`send`](Self::send); the address is valid for reads of its length.
    #[inline]
    unsafe fn send_to(
        self,
        found: &Found,
        to: (*const libc::sockaddr, u32),
    ) -> Option<Result<u32, Status>> {
        let (buffer, file) = ((self.base, self.length), found.file());
        // SAFETY: this function's contract.
        unsafe { plain::send_to(&file, buffer, to, self.overlapped, self.packet) }
    }

    /// As [`send`](Self::send), a datagram and its sender.
    ///
    /// # Safety
    /// As for [`send`](Self::send); where the sender goes stays valid as long.
    #[inline]
    unsafe fn receive_from(
        self,
        found: &Found,
        sender: Sender,
    ) -> Option<Result<Finished, Status>> {
        let (buffer, file) = ((self.base, self.length), found.file());
        // SAFETY: this function's contract.
        let received =
            unsafe { plain::receive_from(&file, buffer, sender, self.overlapped, self.packet) }?;
        let (status, bytes, flags) = match received {
            Ok(bytes) => (Status::SUCCESS, bytes, 0),
            Err(Status::BUFFER_OVERFLOW) => (Status::BUFFER_OVERFLOW, self.length, flag::TRUNCATED),
            Err(status) => return Some(Err(status)),
        };
        Some(Ok(Finished {
            status,
            bytes,
            flags,
        }))
    }

    /// As [`send`](Self::send).
    ///
    /// # Safety
    /// As for [`send`](Self::send).
    #[inline]
    unsafe fn receive(self, found: &Found) -> Option<Result<u32, Status>> {
        let Usual {
            base,
            length,
            overlapped,
            packet,
        } = self;
        // SAFETY: this function's contract.
        unsafe { plain::receive(&found.file(), base, length, overlapped, packet) }
    }
}

fn receive(buffers: Buffers, flags: i32, rare: Option<Box<ReceiveRare>>) -> Operation {
    Operation::Receive(Receive {
        buffers,
        flags: flags.cast_unsigned(),
        done: 0,
        rare,
    })
}

fn sending(buffers: Buffers, flags: i32, rare: Option<SendRare>) -> Operation {
    Operation::Send(Send {
        buffers,
        flags: flags.cast_unsigned(),
        done: 0,
        rare: rare.map(Box::new),
    })
}

/// One buffer of a call: `WSAEFAULT` for a negative length, and for a null pointer to a length.
fn single(buffer: *mut u8, length: i32) -> Result<Buffers, WsaError> {
    let length = usize::try_from(length).map_err(|_| WSAEFAULT)?;
    if length > 0 {
        check(buffer)?;
    }
    Ok(Buffers::one(buffer, length))
}

/// The buffers of a call, captured (OVL-09): `WSAEINVAL` for none, `WSAEFAULT` for null pointers.
///
/// # Safety
/// The array is null or valid for its length.
unsafe fn several((array, count): (*const WSABUF, u32)) -> Result<Buffers, WsaError> {
    if count == 0 {
        return Err(WSAEINVAL.into());
    }
    check(array)?;
    if count > MOST_BUFFERS {
        return Err(WSAEFAULT.into());
    }
    // SAFETY: not null, and valid for `count` reads by this function's contract.
    let parts = (0..count as usize).map(|at| unsafe { array.add(at).read_unaligned() });
    if parts.clone().any(|part| part.len > 0 && is_bad(part.buf)) {
        return Err(WSAEFAULT.into());
    }
    Ok(Buffers::many(
        parts.map(|part| (part.buf, part.len as usize)),
    ))
}

/// A datagram that did not fit is an error of the call, although it counts as received (OVL-68).
fn whole(finished: Finished) -> Result<u32, WsaError> {
    match finished.status {
        Status::BUFFER_OVERFLOW => Err(WSAEMSGSIZE.into()),
        _ => Ok(finished.bytes),
    }
}

/// The flags of a receive as WSARecv reports them: what did not fit is a part of a message.
fn flags_out(finished: Finished) -> u32 {
    if finished.flags & flag::TRUNCATED != 0 {
        MSG_PARTIAL
    } else {
        finished.flags
    }
}

/// Where the sender's address goes: `WSAEFAULT` if there is too little room for one of the socket's family.
///
/// # Safety
/// `length` is null or valid.
#[inline]
unsafe fn sender(found: &Found, to: *mut SOCKADDR, length: *mut i32) -> Result<Sender, WsaError> {
    if is_bad(to) || found.is_stream() {
        return Ok(Sender::NONE);
    }
    check(length)?;
    // SAFETY: not null, and valid by this function's contract.
    let room = unsafe { length.read_unaligned() };
    if room < super::address::length(found.family()) as i32 {
        return Err(WSAEFAULT.into());
    }
    Ok(Sender {
        address: to.cast(),
        length,
    })
}

/// Where a datagram goes: a null address leaves it to the connection.
///
/// # Safety
/// `to` is null or valid for reads of `length` bytes.
unsafe fn destination(
    found: &Found,
    to: *const SOCKADDR,
    length: i32,
) -> Result<Option<SendRare>, WsaError> {
    if found.is_stream() || to.is_null() {
        return Ok(None);
    }
    // SAFETY: this function's contract.
    let address = unsafe { found.address(to, length) }?;
    if address.port() == 0 || address.is_unspecified() {
        return Err(WSAEADDRNOTAVAIL.into());
    }
    Ok(Some(SendRare {
        address: Some(address),
        control: Vec::new(),
    }))
}

/// The same for a system call: the program's own address, which is Linux' as well, or for IPv6, whose number is not, a
/// copy in `room`. None: [`destination`] says what is wrong with it.
///
/// # Safety
/// As for [`destination`].
#[inline]
unsafe fn usual_destination(
    found: &Found,
    to: *const SOCKADDR,
    length: i32,
    room: &mut MaybeUninit<SOCKADDR_IN6>,
) -> Option<(*const libc::sockaddr, u32)> {
    let needed = super::address::length(found.family());
    if is_bad(to) || length < needed as i32 {
        return None;
    }
    // SAFETY: not null, and so many bytes are valid by this function's contract.
    unsafe {
        if found.family() == AF_INET6 {
            let six = room.write(to.cast::<SOCKADDR_IN6>().read_unaligned());
            let family = std::mem::replace(&mut six.sin6_family, libc::AF_INET6 as u16);
            let host = six.sin6_addr.u.Byte != [0; 16];
            let usual = family == AF_INET6 && six.sin6_port != 0 && host;
            return usual.then_some((room.as_ptr().cast(), needed as u32));
        }
        let four = to.cast::<SOCKADDR_IN>().read_unaligned();
        let host = four.sin_addr.S_un.S_addr != 0;
        let usual = four.sin_family == AF_INET && four.sin_port != 0 && host;
        usual.then_some((to.cast(), needed as u32))
    }
}
