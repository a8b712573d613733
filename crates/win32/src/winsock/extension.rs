//! The extension functions: AcceptEx, ConnectEx, DisconnectEx, TransmitFile, TransmitPackets (OVL-77 to OVL-99).

use std::collections::VecDeque;
use std::ffi::c_void;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::Networking::WinSock::{
    LPFN_ACCEPTEX, LPFN_CONNECTEX, LPFN_DISCONNECTEX, LPFN_GETACCEPTEXSOCKADDRS, LPFN_TRANSMITFILE,
    LPFN_TRANSMITPACKETS, LPFN_WSARECVMSG, LPFN_WSASENDMSG, SOCKADDR, SOCKET, TF_DISCONNECT,
    TF_REUSE_SOCKET, TP_ELEMENT_FILE, TP_ELEMENT_MEMORY, TRANSMIT_FILE_BUFFERS,
    TRANSMIT_PACKETS_ELEMENT, WSAEADDRNOTAVAIL, WSAEFAULT, WSAEINVAL, WSAEISCONN, WSAENOTCONN,
    WSAID_ACCEPTEX, WSAID_CONNECTEX, WSAID_DISCONNECTEX, WSAID_GETACCEPTEXSOCKADDRS,
    WSAID_TRANSMITFILE, WSAID_TRANSMITPACKETS, WSAID_WSARECVMSG, WSAID_WSASENDMSG,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::core::{BOOL, GUID};

use larboard_kernel::device::socket::address::Address;
use larboard_kernel::device::socket::connect::{Accept, Connect, Output};
use larboard_kernel::device::socket::transfer::Send;
use larboard_kernel::device::socket::transmit::{Disconnect, Element, Transmit};
use larboard_kernel::device::socket::{self as device, Operation, phase};
use larboard_kernel::device::{Buffers, Device};
use larboard_kernel::io::accept::PADDING;
use larboard_kernel::io::blocking::{self, Patience};
use larboard_kernel::io::cancel::{self, Which};
use larboard_kernel::io::file::File;
use larboard_kernel::io::request::{OverlappedPtr, Rare};
use larboard_kernel::io::selection;
use larboard_kernel::status::Status;

use super::address;
use super::connect::take_deferred;
use super::socket::{self, Found};
use super::transfer::{WSARecvMsg, WSASendMsg};
use crate::error::WsaError;
use crate::guard::{check, infallible, is_bad, store, winsock};
use crate::handles;
use crate::operation::{self, Notify};

/// Accepts a connection on a socket made beforehand, and the first data with it if there is room for some; the addresses
/// follow behind (OVL-77 to OVL-87).
///
/// Errors: `WSA_IO_PENDING` always, unless `WSAENOTSOCK` (either socket), `ERROR_INVALID_PARAMETER` for a null
/// OVERLAPPED, `WSAEFAULT` for a null buffer or no room for the remote address, `WSAEINVAL` for a listener that does
/// not listen and for an acceptor that is bound, connected, or given to another AcceptEx.
///
/// # Safety
/// The buffer has room for the three lengths; buffer and OVERLAPPED stay valid until the operation completes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AcceptEx(
    slistensocket: SOCKET,
    sacceptsocket: SOCKET,
    lpoutputbuffer: *mut c_void,
    dwreceivedatalength: u32,
    dwlocaladdresslength: u32,
    dwremoteaddresslength: u32,
    lpdwbytesreceived: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
) -> BOOL {
    winsock(FALSE, || {
        let (listener, acceptor) = (
            socket::look_up(slistensocket)?,
            socket::look_up(sacceptsocket)?,
        );
        let output = Output {
            buffer: lpoutputbuffer.cast(),
            receive: dwreceivedatalength,
            local: dwlocaladdresslength,
            remote: dwremoteaddresslength,
        };
        let notify = overlapped(lpoverlapped)?;
        check(lpoutputbuffer)?;
        if output.remote == 0 {
            return Err(WSAEFAULT.into());
        }
        if !listener.is(phase::LISTENING) {
            return Err(WSAEINVAL.into());
        }
        // SAFETY: this function's contract.
        let bytes = unsafe { accept_into(&listener, &acceptor, output, notify) }?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpdwbytesreceived, bytes) };
        Ok(TRUE)
    })
}

/// Finds the two addresses in the buffer of a completed AcceptEx (OVL-82).
///
/// # Safety
/// The buffer and the lengths are those of a completed AcceptEx; the other pointers are null or valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAcceptExSockaddrs(
    lpoutputbuffer: *const c_void,
    dwreceivedatalength: u32,
    dwlocaladdresslength: u32,
    dwremoteaddresslength: u32,
    localsockaddr: *mut *mut SOCKADDR,
    localsockaddrlength: *mut i32,
    remotesockaddr: *mut *mut SOCKADDR,
    remotesockaddrlength: *mut i32,
) {
    infallible((), || {
        let mut at = dwreceivedatalength as usize;
        for (room, address, length) in [
            (dwlocaladdresslength, localsockaddr, localsockaddrlength),
            (dwremoteaddresslength, remotesockaddr, remotesockaddrlength),
        ] {
            // SAFETY: the area lies in the buffer, with the length at its end, by this function's contract.
            unsafe {
                let area = lpoutputbuffer.cast::<u8>().cast_mut().add(at);
                let found = !is_bad(lpoutputbuffer) && room >= 4;
                let stored = if found {
                    area.add(room as usize - 4).cast::<u32>().read_unaligned()
                } else {
                    0
                };
                store(
                    address,
                    if found {
                        area.cast()
                    } else {
                        std::ptr::null_mut()
                    },
                );
                store(length, stored.cast_signed());
            }
            at += room as usize;
        }
    });
}

/// Connects a bound socket, and sends what is given right after (OVL-88 to OVL-91). Found by
/// `SIO_GET_EXTENSION_FUNCTION_POINTER`.
///
/// Errors: `WSA_IO_PENDING` always, unless `WSAENOTSOCK`; `ERROR_INVALID_PARAMETER` for a null OVERLAPPED;
/// `WSAEISCONN`; `WSAEINVAL` for a socket that is not bound, listens, is connecting already, or has no connections;
/// `WSAEFAULT`, `WSAEAFNOSUPPORT`, `WSAEADDRNOTAVAIL` for the address.
///
/// # Safety
/// The address is null or valid for its length; send buffer and OVERLAPPED stay valid until the operation completes.
pub(crate) unsafe extern "system" fn ConnectEx(
    s: SOCKET,
    name: *const SOCKADDR,
    namelen: i32,
    lpsendbuffer: *const c_void,
    dwsenddatalength: u32,
    _lpdwbytessent: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
) -> BOOL {
    winsock(FALSE, || {
        let found = socket::look_up(s)?;
        let notify = overlapped(lpoverlapped)?;
        if found.is(phase::CONNECTED) {
            return Err(WSAEISCONN.into());
        }
        if !found.is(phase::BOUND) || !found.is_stream() {
            return Err(WSAEINVAL.into());
        }
        // SAFETY: this function's contract.
        let address = unsafe { found.address(name, namelen) }?;
        if address.port() == 0 || address.is_unspecified() {
            return Err(WSAEADDRNOTAVAIL.into());
        }
        let send = first_send(lpsendbuffer, dwsenddatalength)?;
        // SAFETY: this function's contract.
        unsafe { connect_with(&found, address, send, notify) }
    })
}

/// Ends a connection; with `TF_REUSE_SOCKET` the socket can be used for another one (OVL-92 to OVL-94). Found by
/// `SIO_GET_EXTENSION_FUNCTION_POINTER`.
///
/// Errors: `WSA_IO_PENDING` always if there is an OVERLAPPED; `WSAENOTSOCK`; `WSAENOTCONN`; `WSAEINVAL` for other
/// flags.
///
/// # Safety
/// The OVERLAPPED is null or stays valid until the operation completes.
pub(crate) unsafe extern "system" fn DisconnectEx(
    s: SOCKET,
    lpoverlapped: *mut OVERLAPPED,
    dwflags: u32,
    dwreserved: u32,
) -> BOOL {
    winsock(FALSE, || {
        let found = socket::look_up(s)?;
        if dwflags & !TF_REUSE_SOCKET != 0 || dwreserved != 0 {
            return Err(WSAEINVAL.into());
        }
        found.settle_connect();
        if !found.is(phase::CONNECTED | phase::DISCONNECTED) {
            return Err(WSAENOTCONN.into());
        }
        let reusable = if dwflags & TF_REUSE_SOCKET != 0 {
            phase::REUSABLE
        } else {
            0
        };
        found.set(phase::SHUT_SEND | phase::DISCONNECTED | reusable);
        // SAFETY: takes a descriptor and a number; a connection that has ended already needs no more.
        found.with_fd(|fd| unsafe { libc::shutdown(fd, libc::SHUT_WR) })?;
        if reusable != 0 {
            renew(&found)?;
        }
        if is_bad(lpoverlapped) {
            return Ok(TRUE);
        }
        let notify = overlapped(lpoverlapped)?;
        // SAFETY: this function's contract.
        unsafe {
            operation::start(
                &found.file(),
                Operation::Settled(Status::SUCCESS, 0),
                notify,
            )
        }?;
        Ok(TRUE)
    })
}

/// Sends a head, a part of a file and a tail (OVL-95 to OVL-98).
///
/// Without OVERLAPPED it starts at the file pointer and is synchronous, with one at its offset and pends.
///
/// Errors: `WSA_IO_PENDING`; `WSAENOTSOCK`; `WSAENOTCONN`, also for datagrams; `WSAEINVAL` for a length above
/// 2,147,483,646 and for `TF_REUSE_SOCKET` without `TF_DISCONNECT`; `WSAEFAULT`; `ERROR_INVALID_HANDLE` for a file
/// that is none.
///
/// # Safety
/// The buffers are null or valid; their memory and the OVERLAPPED stay valid until the operation completes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TransmitFile(
    hsocket: SOCKET,
    hfile: HANDLE,
    nnumberofbytestowrite: u32,
    _nnumberofbytespersend: u32,
    lpoverlapped: *mut OVERLAPPED,
    lptransmitbuffers: *const TRANSMIT_FILE_BUFFERS,
    dwreserved: u32,
) -> BOOL {
    winsock(FALSE, || {
        let found = sender(hsocket)?;
        if nnumberofbytestowrite > MOST_BYTES {
            return Err(WSAEINVAL.into());
        }
        let disconnect = disconnect(dwreserved)?;
        let mut elements = VecDeque::new();
        // SAFETY: null or valid by this function's contract.
        unsafe {
            let buffers = (!is_bad(lptransmitbuffers)).then(|| lptransmitbuffers.read_unaligned());
            if let Some(buffers) = &buffers {
                elements.extend(memory(buffers.Head, buffers.HeadLength)?);
            }
            if !hfile.is_null() {
                let offset = (!is_bad(lpoverlapped)).then(|| offset(lpoverlapped));
                elements.push_back(file(hfile, offset, nnumberofbytestowrite)?);
            }
            if let Some(buffers) = &buffers {
                elements.extend(memory(buffers.Tail, buffers.TailLength)?);
            }
            transmit(&found, elements, disconnect, lpoverlapped)
        }
    })
}

/// Sends pieces of memory and files in order (OVL-99). Found by `SIO_GET_EXTENSION_FUNCTION_POINTER`.
///
/// Errors as [`TransmitFile`]; `WSAEINVAL` for an element that is both memory and file, or neither.
///
/// # Safety
/// The array is null or valid for its length; its memory and the OVERLAPPED stay valid until the operation completes.
pub(crate) unsafe extern "system" fn TransmitPackets(
    hsocket: SOCKET,
    lppacketarray: *const TRANSMIT_PACKETS_ELEMENT,
    nelementcount: u32,
    _nsendsize: u32,
    lpoverlapped: *mut OVERLAPPED,
    dwflags: u32,
) -> BOOL {
    winsock(FALSE, || {
        let found = sender(hsocket)?;
        let disconnect = disconnect(dwflags)?;
        if nelementcount > 0 {
            check(lppacketarray)?;
        }
        let mut elements = VecDeque::new();
        // SAFETY: valid for its length by this function's contract.
        unsafe {
            for at in 0..nelementcount as usize {
                elements.extend(packet(&lppacketarray.add(at).read_unaligned())?);
            }
            transmit(&found, elements, disconnect, lpoverlapped)
        }
    })
}

/// The extension function with an identifier (SOCK-39, SOCK-40).
pub(crate) fn find(identifier: &GUID) -> Option<usize> {
    // The types of the pointers are checked here against those that programs cast them to.
    let accept_ex: LPFN_ACCEPTEX = Some(AcceptEx);
    let connect_ex: LPFN_CONNECTEX = Some(ConnectEx);
    let disconnect_ex: LPFN_DISCONNECTEX = Some(DisconnectEx);
    let addresses: LPFN_GETACCEPTEXSOCKADDRS = Some(GetAcceptExSockaddrs);
    let transmit_file: LPFN_TRANSMITFILE = Some(TransmitFile);
    let transmit_packets: LPFN_TRANSMITPACKETS = Some(TransmitPackets);
    let receive_message: LPFN_WSARECVMSG = Some(WSARecvMsg);
    let send_message: LPFN_WSASENDMSG = Some(WSASendMsg);
    let table: [(GUID, Option<usize>); 8] = [
        (WSAID_ACCEPTEX, accept_ex.map(|function| function as usize)),
        (
            WSAID_CONNECTEX,
            connect_ex.map(|function| function as usize),
        ),
        (
            WSAID_DISCONNECTEX,
            disconnect_ex.map(|function| function as usize),
        ),
        (
            WSAID_GETACCEPTEXSOCKADDRS,
            addresses.map(|function| function as usize),
        ),
        (
            WSAID_TRANSMITFILE,
            transmit_file.map(|function| function as usize),
        ),
        (
            WSAID_TRANSMITPACKETS,
            transmit_packets.map(|function| function as usize),
        ),
        (
            WSAID_WSARECVMSG,
            receive_message.map(|function| function as usize),
        ),
        (
            WSAID_WSASENDMSG,
            send_message.map(|function| function as usize),
        ),
    ];
    let known = table.iter().find(|(known, _)| is_same(known, identifier));
    known?.1
}

/// Are the two identifiers equal?
pub(crate) fn is_same(one: &GUID, other: &GUID) -> bool {
    let parts = |guid: &GUID| (guid.data1, guid.data2, guid.data3, guid.data4);
    parts(one) == parts(other)
}

/// Makes a socket whose connection has ended, and that may be used again, a new one: another descriptor behind the same
/// handle, port and options (OVL-94).
pub(crate) fn renew(found: &Found) -> Result<(), WsaError> {
    if !found.is(phase::REUSABLE) {
        return Ok(());
    }
    let file = found.file();
    cancel::cancel(&file, Which::All);
    // Without options the next descriptor need not be made of the last one.
    if !found.is(phase::OPTIONS) && file.vacate()? {
        found.forget_connection();
        return Ok(());
    }
    let fd = device::open(found.family(), found.kind(), found.protocol())?;
    found.with_fd(|old| found.copy_options(old, fd))?;
    file.replace_fd(fd)?;
    found.forget_connection();
    Ok(())
}

/// The most that one TransmitFile sends.
const MOST_BYTES: u32 = i32::MAX as u32 - 1;

/// The OVERLAPPED of a function that does nothing without one.
fn overlapped(overlapped: *mut OVERLAPPED) -> Result<Notify, WsaError> {
    if is_bad(overlapped) {
        return Err(WsaError(ERROR_INVALID_PARAMETER.cast_signed()));
    }
    Ok(Notify {
        overlapped,
        routine: None,
    })
}

/// # Safety
/// As for [`AcceptEx`].
unsafe fn accept_into(
    listener: &Found,
    acceptor: &Found,
    output: Output,
    notify: Notify,
) -> Result<u32, WsaError> {
    renew(acceptor)?;
    let taken =
        phase::ACCEPTOR | phase::BOUND | phase::CONNECTED | phase::CONNECTING | phase::LISTENING;
    if !acceptor.is_stream() || acceptor.is(taken) {
        return Err(WSAEINVAL.into());
    }
    let needed = (address::length(listener.family()) + PADDING) as u32;
    if output.remote < needed || (1..needed).contains(&output.local) {
        // It pends and then fails; the connection is for the next one (OVL-81).
        let operation = Operation::Settled(Status::BUFFER_TOO_SMALL, 0);
        // SAFETY: this function's contract.
        return Ok(unsafe { operation::start(&listener.file(), operation, notify) }?.bytes);
    }
    if !acceptor.set_unless(phase::ACCEPTOR, taken) {
        return Err(WSAEINVAL.into());
    }
    acceptor.file().accept_for(&listener.file());
    let (accepted, peer) = match take_deferred(&listener.file()) {
        Some((fd, peer)) => (Some(fd.into_raw_fd()), peer),
        None => (None, Address::default()),
    };
    let rare = Rare {
        acceptor: Some(Arc::clone(&acceptor.file())),
        listener: Some(Arc::clone(&listener.file())),
        ..Rare::default()
    };
    let operation = Operation::Accept(Box::new(Accept {
        accepted,
        peer,
        output,
    }));
    // SAFETY: this function's contract.
    match unsafe { operation::start_with(&listener.file(), operation, notify, Some(rare)) } {
        Ok(finished) => Ok(finished.bytes),
        Err(Status::PENDING) => {
            if acceptor.file().is_closed() {
                // It was closed before the listener knew of it.
                cancel::cancel(
                    &listener.file(),
                    Which::Overlapped(OverlappedPtr(notify.overlapped.cast())),
                );
            }
            Err(Status::PENDING.into())
        }
        Err(status) => {
            acceptor.clear(phase::ACCEPTOR);
            Err(status.into())
        }
    }
}

/// What ConnectEx sends first.
fn first_send(buffer: *const c_void, length: u32) -> Result<Option<Send>, WsaError> {
    if length == 0 {
        return Ok(None);
    }
    check(buffer)?;
    let buffers = Buffers::one(buffer.cast_mut().cast(), length as usize);
    Ok(Some(Send {
        buffers,
        flags: 0,
        done: 0,
        rare: None,
    }))
}

/// # Safety
/// As for [`ConnectEx`].
unsafe fn connect_with(
    found: &Found,
    address: Address,
    send: Option<Send>,
    notify: Notify,
) -> Result<BOOL, WsaError> {
    let connecting = phase::CONNECTING | phase::CONNECT_EX;
    let taken = connecting | phase::CONNECTED | phase::LISTENING | phase::ACCEPTOR;
    if !found.set_unless(connecting, taken) {
        return Err(WSAEINVAL.into());
    }
    found.set(phase::INITIATOR);
    selection::connecting(&found.file());
    let connect = Connect {
        address,
        send,
        connected: false,
        context: phase::CONNECT_CONTEXT,
    };
    // SAFETY: this function's contract.
    let started =
        unsafe { operation::start(&found.file(), Operation::Connect(Box::new(connect)), notify) };
    found.file().rouse(); // a select may wait for it
    match started {
        Ok(_) => Ok(TRUE),
        Err(Status::PENDING) => Err(Status::PENDING.into()),
        Err(status) => {
            found.clear(connecting);
            Err(status.into())
        }
    }
}

/// A socket that can transmit.
fn sender(s: SOCKET) -> Result<Found, WsaError> {
    let found = socket::look_up(s)?;
    found.settle_connect();
    if !found.is_stream() || !found.is(phase::CONNECTED) {
        return Err(WSAENOTCONN.into());
    }
    Ok(found)
}

fn disconnect(flags: u32) -> Result<Disconnect, WsaError> {
    match (flags & TF_DISCONNECT != 0, flags & TF_REUSE_SOCKET != 0) {
        (false, false) => Ok(Disconnect::No),
        (true, false) => Ok(Disconnect::Yes),
        (true, true) => Ok(Disconnect::AndReuse),
        (false, true) => Err(WSAEINVAL.into()),
    }
}

fn memory(buffer: *mut c_void, length: u32) -> Result<Option<Element>, WsaError> {
    if length == 0 {
        return Ok(None);
    }
    check(buffer)?;
    Ok(Some(Element::Memory(Buffers::one(
        buffer.cast(),
        length as usize,
    ))))
}

/// A part of a file from an offset or the file pointer on; a length of 0 is the rest.
fn file(handle: HANDLE, offset: Option<u64>, length: u32) -> Result<Element, WsaError> {
    const INVALID: WsaError = WsaError(ERROR_INVALID_HANDLE.cast_signed());
    let file = handles::get::<File>(handle).map_err(|_| INVALID)?;
    let Device::Disk(disk) = file.device() else {
        return Err(INVALID);
    };
    // SAFETY: takes descriptors only; the copy is checked before it is owned.
    let fd = file.with_fd(|fd| unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })?;
    if fd < 0 {
        return Err(Status::last_os_error().into());
    }
    // SAFETY: a fresh descriptor that nobody else owns.
    let file = unsafe { OwnedFd::from_raw_fd(fd) };
    let offset = offset.unwrap_or_else(|| disk.position(file.as_raw_fd()));
    Ok(Element::File {
        file,
        offset,
        left: (length > 0).then_some(length.into()),
    })
}

/// # Safety
/// A file element's or a memory element's member of the union is what its flags say.
unsafe fn packet(element: &TRANSMIT_PACKETS_ELEMENT) -> Result<Option<Element>, WsaError> {
    match element.dwElFlags & (TP_ELEMENT_MEMORY | TP_ELEMENT_FILE) {
        // SAFETY: this function's contract.
        TP_ELEMENT_MEMORY => memory(unsafe { element.Anonymous.pBuffer }, element.cLength),
        TP_ELEMENT_FILE => {
            // SAFETY: this function's contract.
            let part = unsafe { element.Anonymous.Anonymous };
            // -1 is the file pointer.
            file(
                part.hFile,
                u64::try_from(part.nFileOffset).ok(),
                element.cLength,
            )
            .map(Some)
        }
        _ => Err(WSAEINVAL.into()),
    }
}

/// # Safety
/// The memory of the elements is valid, until completion if an OVERLAPPED is given.
unsafe fn transmit(
    found: &Found,
    elements: VecDeque<Element>,
    disconnect: Disconnect,
    overlapped: *mut OVERLAPPED,
) -> Result<BOOL, WsaError> {
    let mut operation = Operation::Transmit(Box::new(Transmit {
        elements,
        done: 0,
        disconnect,
    }));
    let notify = Notify {
        overlapped,
        routine: None,
    };
    if !notify.is_synchronous() {
        // SAFETY: this function's contract.
        unsafe { operation::start(&found.file(), operation, notify) }?;
        return Ok(TRUE);
    }
    let finished = blocking::transfer(&found.file(), &mut operation, Patience::Milliseconds(0));
    if finished.status.is_success() {
        Ok(TRUE)
    } else {
        Err(finished.status.into())
    }
}

/// The file position in an OVERLAPPED.
///
/// # Safety
/// The OVERLAPPED is valid.
unsafe fn offset(overlapped: *const OVERLAPPED) -> u64 {
    // SAFETY: this function's contract.
    let offset = unsafe { (*overlapped).Anonymous.Anonymous };
    u64::from(offset.OffsetHigh) << 32 | u64::from(offset.Offset)
}
