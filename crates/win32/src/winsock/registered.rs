//! Registered I/O: the functions behind `WSAID_MULTIPLE_RIO`, which are had by
//! `SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER` alone and have no exported names, as on Windows (RIO-01).

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{FALSE, TRUE};
use windows_sys::Win32::Networking::WinSock::{
    RIO_BUF, RIO_BUFFERID, RIO_CORRUPT_CQ, RIO_CQ, RIO_EVENT_COMPLETION,
    RIO_EXTENSION_FUNCTION_TABLE, RIO_IOCP_COMPLETION, RIO_MSG_COMMIT_ONLY, RIO_MSG_DEFER,
    RIO_MSG_DONT_NOTIFY, RIO_MSG_WAITALL, RIO_NOTIFICATION_COMPLETION, RIO_RQ, RIORESULT, SOCKET,
    WSAEINVAL,
};
use windows_sys::core::{BOOL, PCSTR};

use larboard_kernel::device::Direction;
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::port::Port;
use larboard_kernel::io::request::OverlappedPtr;
use larboard_kernel::object::event::Event;
use larboard_kernel::rio::buffer::{self, Part, Region};
use larboard_kernel::rio::completion_queue::{self, Notification};
use larboard_kernel::rio::message::{Message, Regions};
use larboard_kernel::rio::request_queue::{self, Limits, Order};
use larboard_kernel::status::Status;

use super::socket;
use crate::error::WsaError;
use crate::guard::{check, infallible, is_bad, winsock, winsock_code};
use crate::handles;

/// What the headers of Windows say and `windows-sys` leaves out.
const INVALID_BUFFERID: RIO_BUFFERID = 0xFFFF_FFFF;
const INVALID_CQ: RIO_CQ = 0;
const INVALID_RQ: RIO_RQ = 0;

/// The functions as a program gets them.
pub(crate) fn table() -> RIO_EXTENSION_FUNCTION_TABLE {
    RIO_EXTENSION_FUNCTION_TABLE {
        cbSize: size_of::<RIO_EXTENSION_FUNCTION_TABLE>() as u32,
        RIOReceive: Some(receive),
        RIOReceiveEx: Some(receive_ex),
        RIOSend: Some(send),
        RIOSendEx: Some(send_ex),
        RIOCloseCompletionQueue: Some(close_completion_queue),
        RIOCreateCompletionQueue: Some(create_completion_queue),
        RIOCreateRequestQueue: Some(create_request_queue),
        RIODequeueCompletion: Some(dequeue_completion),
        RIODeregisterBuffer: Some(deregister_buffer),
        RIONotify: Some(notify),
        RIORegisterBuffer: Some(register_buffer),
        RIOResizeCompletionQueue: Some(resize_completion_queue),
        RIOResizeRequestQueue: Some(resize_request_queue),
    }
}

/// RIORegisterBuffer: an identifier for memory (RIO-03). RIO_INVALID_BUFFERID on failure.
///
/// Errors: `WSAEFAULT` for a bad pointer; `WSAEINVAL` for length 0; `WSAENOBUFS`.
///
/// # Safety
/// The memory stays valid until no request uses it any more.
unsafe extern "system" fn register_buffer(databuffer: PCSTR, datalength: u32) -> RIO_BUFFERID {
    winsock(INVALID_BUFFERID, || {
        check(databuffer)?;
        if datalength == 0 {
            return Err(WSAEINVAL.into());
        }
        let id = buffer::register(databuffer.cast_mut(), datalength)?;
        Ok(id.cast_signed())
    })
}

/// RIODeregisterBuffer: the identifier is stale from now on; an unknown one is ignored (RIO-04). Requests that use the
/// buffer go on (RIO-05).
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
unsafe extern "system" fn deregister_buffer(bufferid: RIO_BUFFERID) {
    infallible((), || buffer::deregister(bufferid.cast_unsigned()));
}

/// RIOCreateCompletionQueue: a queue of `queuesize` entries (RIO-06). RIO_INVALID_CQ on failure.
///
/// Errors: `WSAEINVAL` for a size of 0 or above RIO_MAX_CQ_SIZE, another type of notification, a handle that is no event or
/// port, and a null `Iocp.Overlapped`; `WSAEFAULT` for a bad pointer; `WSAENOBUFS`, `WSAEMFILE`.
///
/// # Safety
/// `notificationcompletion` is null or valid for a read.
unsafe extern "system" fn create_completion_queue(
    queuesize: u32,
    notificationcompletion: *const RIO_NOTIFICATION_COMPLETION,
) -> RIO_CQ {
    winsock(INVALID_CQ, || {
        let notification = if notificationcompletion.is_null() {
            None
        } else {
            check(notificationcompletion)?;
            // SAFETY: not null, and valid by this function's contract.
            Some(unsafe { notification(&notificationcompletion.read_unaligned()) }?)
        };
        let id = completion_queue::create(queuesize, notification)?;
        Ok(id.cast_signed())
    })
}

/// RIOCloseCompletionQueue: entries are dropped, also those that would still come; an unknown queue is ignored (RIO-08).
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
unsafe extern "system" fn close_completion_queue(cq: RIO_CQ) {
    infallible((), || completion_queue::close(cq.cast_unsigned()));
}

/// RIOResizeCompletionQueue: another size; entries stay (RIO-09).
///
/// Errors: `WSAEINVAL` for an unknown queue or a bad size; `WSAETOOMANYREFS` if the request queues need more.
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
unsafe extern "system" fn resize_completion_queue(cq: RIO_CQ, queuesize: u32) -> BOOL {
    winsock(FALSE, || {
        completion_queue::resize(cq.cast_unsigned(), queuesize)?;
        Ok(TRUE)
    })
}

/// RIOCreateRequestQueue: what a socket may have in flight, and where its completions go (RIO-10). It ends with the
/// socket. RIO_INVALID_RQ on failure.
///
/// Errors: `WSAENOTSOCK`; `WSAEOPNOTSUPP` for a socket made without `WSA_FLAG_REGISTERED_IO` or a raw one; `WSAEINVAL` for an
/// invalid completion queue, limits that are both 0, more than one buffer per request, and a second request queue of one
/// socket; `WSAENOBUFS` if a completion queue has too little room (RIO-11).
///
/// # Safety
/// Sound to call at any time: the context is not looked at.
unsafe extern "system" fn create_request_queue(
    s: SOCKET,
    maxoutstandingreceive: u32,
    maxreceivedatabuffers: u32,
    maxoutstandingsend: u32,
    maxsenddatabuffers: u32,
    receivecq: RIO_CQ,
    sendcq: RIO_CQ,
    socketcontext: *const c_void,
) -> RIO_RQ {
    winsock(INVALID_RQ, || {
        let found = socket::look_up(s)?;
        if maxreceivedatabuffers != 1 || maxsenddatabuffers != 1 {
            return Err(WSAEINVAL.into());
        }
        let limits = Limits {
            receives: maxoutstandingreceive,
            sends: maxoutstandingsend,
        };
        let queues = (receivecq.cast_unsigned(), sendcq.cast_unsigned());
        let context = socketcontext.expose_provenance() as u64;
        let id = request_queue::create(&found.file(), limits, queues, context)?;
        Ok(id.cast_signed())
    })
}

/// RIOResizeRequestQueue: other limits (RIO-12).
///
/// Errors: `WSAEINVAL` for an unknown queue or limits that are both 0; `WSAETOOMANYREFS` below what is outstanding;
/// `WSAENOBUFS` if a completion queue has too little room.
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
unsafe extern "system" fn resize_request_queue(
    rq: RIO_RQ,
    maxoutstandingreceive: u32,
    maxoutstandingsend: u32,
) -> BOOL {
    winsock(FALSE, || {
        let limits = Limits {
            receives: maxoutstandingreceive,
            sends: maxoutstandingsend,
        };
        request_queue::resize(rq.cast_unsigned(), limits)?;
        Ok(TRUE)
    })
}

/// RIOReceive: see [`request`].
///
/// # Safety
/// As for [`request`].
unsafe extern "system" fn receive(
    socketqueue: RIO_RQ,
    pdata: *const RIO_BUF,
    databuffercount: u32,
    flags: u32,
    requestcontext: *const c_void,
) -> BOOL {
    let call = Call::plain(socketqueue, (pdata, databuffercount), flags, requestcontext);
    // SAFETY: this function's contract.
    winsock(FALSE, || unsafe { request(Direction::In, call) })
}

/// RIOReceiveEx: see [`request`]. The type of the result is that of `windows-sys`.
///
/// # Safety
/// As for [`request`].
unsafe extern "system" fn receive_ex(
    socketqueue: RIO_RQ,
    pdata: *const RIO_BUF,
    databuffercount: u32,
    plocaladdress: *const RIO_BUF,
    premoteaddress: *const RIO_BUF,
    pcontrolcontext: *const RIO_BUF,
    pflags: *const RIO_BUF,
    flags: u32,
    requestcontext: *const c_void,
) -> i32 {
    let call = Call {
        more: [plocaladdress, premoteaddress, pcontrolcontext, pflags],
        ..Call::plain(socketqueue, (pdata, databuffercount), flags, requestcontext)
    };
    // SAFETY: this function's contract.
    winsock(FALSE, || unsafe { request(Direction::In, call) })
}

/// RIOSend: see [`request`].
///
/// # Safety
/// As for [`request`].
unsafe extern "system" fn send(
    socketqueue: RIO_RQ,
    pdata: *const RIO_BUF,
    databuffercount: u32,
    flags: u32,
    requestcontext: *const c_void,
) -> BOOL {
    let call = Call::plain(socketqueue, (pdata, databuffercount), flags, requestcontext);
    // SAFETY: this function's contract.
    winsock(FALSE, || unsafe { request(Direction::Out, call) })
}

/// RIOSendEx: see [`request`]. The local address must be null.
///
/// # Safety
/// As for [`request`].
unsafe extern "system" fn send_ex(
    socketqueue: RIO_RQ,
    pdata: *const RIO_BUF,
    databuffercount: u32,
    plocaladdress: *const RIO_BUF,
    premoteaddress: *const RIO_BUF,
    pcontrolcontext: *const RIO_BUF,
    pflags: *const RIO_BUF,
    flags: u32,
    requestcontext: *const c_void,
) -> BOOL {
    let call = Call {
        more: [plocaladdress, premoteaddress, pcontrolcontext, pflags],
        ..Call::plain(socketqueue, (pdata, databuffercount), flags, requestcontext)
    };
    // SAFETY: this function's contract.
    winsock(FALSE, || unsafe { request(Direction::Out, call) })
}

/// RIODequeueCompletion: takes finished requests out, oldest first, and gives their number (RIO-17). RIO_CORRUPT_CQ for an
/// invalid queue, and for a bad pointer with room.
///
/// # Safety
/// `array` is valid for writes of `arraysize` results.
unsafe extern "system" fn dequeue_completion(
    cq: RIO_CQ,
    array: *mut RIORESULT,
    arraysize: u32,
) -> u32 {
    infallible(RIO_CORRUPT_CQ, || {
        if is_bad(array) && arraysize != 0 {
            return RIO_CORRUPT_CQ;
        }
        let taken =
            completion_queue::dequeue(cq.cast_unsigned(), arraysize as usize, |n, entry| {
                let result = RIORESULT {
                    Status: entry.status.wsa().cast_signed(),
                    BytesTransferred: entry.bytes,
                    SocketContext: entry.socket_context,
                    RequestContext: entry.request_context,
                };
                // SAFETY: there is room for `arraysize` results by this function's contract.
                unsafe { array.add(n).write_unaligned(result) };
            });
        taken.map_or(RIO_CORRUPT_CQ, |taken| taken as u32)
    })
}

/// RIONotify: asks for one notification, which comes at once if there are completions (RIO-19 to RIO-22). Gives the error
/// itself.
///
/// Errors: `WSAEINVAL` for an invalid queue, or one made without a notification; `WSAEALREADY` if the last one has not come
/// yet.
///
/// # Safety
/// Sound to call at any time: nothing is dereferenced.
unsafe extern "system" fn notify(cq: RIO_CQ) -> i32 {
    winsock_code(|| Ok(completion_queue::notify(cq.cast_unsigned())?))
}

/// The arguments of a request.
struct Call {
    queue: RIO_RQ,
    data: *const RIO_BUF,
    count: u32,
    /// Local address, remote address, control data, flags.
    more: [*const RIO_BUF; 4],
    flags: u32,
    context: *const c_void,
}

impl Call {
    fn plain(
        queue: RIO_RQ,
        (data, count): (*const RIO_BUF, u32),
        flags: u32,
        context: *const c_void,
    ) -> Call {
        Call {
            queue,
            data,
            count,
            more: [std::ptr::null(); 4],
            flags,
            context,
        }
    }

    /// Does it ask for nothing but what was deferred?
    fn only_commits(&self) -> Result<bool, WsaError> {
        if self.flags & RIO_MSG_COMMIT_ONLY == 0 {
            return Ok(false);
        }
        let bare = self.data.is_null() && self.count == 0 && self.context.is_null();
        if self.flags != RIO_MSG_COMMIT_ONLY || !bare || self.more.iter().any(|p| !p.is_null()) {
            return Err(WSAEINVAL.into());
        }
        Ok(true)
    }
}

/// A receive or send (RIO-13 to RIO-16), or the start of what was deferred.
///
/// Errors: `WSAEINVAL` for an invalid queue, flags that do not belong here, more than one buffer, and a part beyond its
/// buffer; `WSAEFAULT` for a bad pointer and an invalid buffer; `WSAENOBUFS` if as many requests are outstanding as may be;
/// `WSAENOTCONN`, `WSAESHUTDOWN`, `WSAEOPNOTSUPP` and the like as the socket is.
///
/// # Safety
/// The pointers are null or valid for a read, and the registered memory is valid until the request's completion.
#[inline]
unsafe fn request(direction: Direction, call: Call) -> Result<BOOL, WsaError> {
    let queue = call.queue.cast_unsigned();
    if call.only_commits()? {
        request_queue::commit(queue, direction)?;
        return Ok(TRUE);
    }
    let fills = call.flags & RIO_MSG_WAITALL != 0;
    let known = RIO_MSG_DEFER | RIO_MSG_DONT_NOTIFY | RIO_MSG_WAITALL;
    if call.flags & !known != 0 || fills && direction == Direction::Out {
        return Err(WSAEINVAL.into());
    }
    let order = Order {
        direction,
        // SAFETY: this function's contract.
        region: unsafe { data(&call) }?,
        fills,
        notifies: call.flags & RIO_MSG_DONT_NOTIFY == 0,
        deferred: call.flags & RIO_MSG_DEFER != 0,
        context: call.context.expose_provenance() as u64,
        message: if call.more.iter().all(|pointer| pointer.is_null()) {
            None
        } else {
            // SAFETY: this function's contract.
            Some(unsafe { message(&call, direction) }?)
        },
    };
    request_queue::request(queue, order)?;
    Ok(TRUE)
}

/// # Safety
/// The pointer is null or valid for a read.
#[inline]
unsafe fn data(call: &Call) -> Result<Region, WsaError> {
    match call.count {
        0 if call.data.is_null() => Ok(Region {
            base: std::ptr::null_mut(),
            length: 0,
        }),
        // SAFETY: this function's contract.
        1 => unsafe { region(call.data) },
        _ => Err(WSAEINVAL.into()),
    }
}

/// # Safety
/// The pointer is null or valid for a read.
#[inline]
unsafe fn region(part: *const RIO_BUF) -> Result<Region, WsaError> {
    check(part)?;
    // SAFETY: not null, and valid by this function's contract.
    let part = unsafe { part.read_unaligned() };
    Ok(buffer::find(Part {
        buffer: part.BufferId.cast_unsigned(),
        offset: part.Offset,
        length: part.Length,
    })?)
}

/// # Safety
/// The pointers are null or valid for a read, and the registered memory is valid.
unsafe fn message(call: &Call, direction: Direction) -> Result<Box<Message>, WsaError> {
    let optional = |part: *const RIO_BUF| match part.is_null() {
        true => Ok(None),
        // SAFETY: this function's contract.
        false => unsafe { region(part) }.map(Some),
    };
    let [local, remote, control, flags] = call.more;
    if direction == Direction::Out && !local.is_null() {
        return Err(WSAEINVAL.into());
    }
    let regions = Regions {
        local: optional(local)?,
        remote: optional(remote)?,
        control: optional(control)?,
        flags: optional(flags)?,
    };
    // SAFETY: this function's contract; the parts lie within their buffers.
    Ok(unsafe { Message::new(regions, direction) }?)
}

/// # Safety
/// The structure is one of Windows' two variants, as its type says.
unsafe fn notification(asked: &RIO_NOTIFICATION_COMPLETION) -> Result<Notification, WsaError> {
    let invalid = |_: Status| WsaError(WSAEINVAL);
    match asked.Type {
        RIO_EVENT_COMPLETION => {
            // SAFETY: this function's contract.
            let asked = unsafe { asked.Anonymous.Event };
            let event = handles::table().get_as::<Event>(handles::key(asked.EventHandle));
            Ok(Notification::Event {
                event: event.map_err(invalid)?.to_arc(),
                resets: asked.NotifyReset != FALSE,
            })
        }
        RIO_IOCP_COMPLETION => {
            // SAFETY: this function's contract.
            let asked = unsafe { asked.Anonymous.Iocp };
            let port = handles::table().get_as::<Port>(handles::key(asked.IocpHandle));
            if asked.Overlapped.is_null() {
                return Err(WSAEINVAL.into());
            }
            Ok(Notification::Port {
                port: port.map_err(invalid)?.to_arc(),
                packet: Packet::new(
                    Status::SUCCESS,
                    0,
                    asked.CompletionKey.expose_provenance(),
                    OverlappedPtr(asked.Overlapped.cast()),
                ),
            })
        }
        _ => Err(WSAEINVAL.into()),
    }
}
