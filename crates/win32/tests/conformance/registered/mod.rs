//! Registered I/O: buffers, completion queues, request queues (rules RIO). The numbers of the rules are this project's own; what they
//! say is what Microsoft's documentation says.
//!
//! The kit: the functions behind `WSAID_MULTIPLE_RIO`, and a slab, completion queues and request queues that say in a few words
//! what the tests do with them.

mod buffers;
mod closing;
mod completion_queues;
mod datagrams;
#[cfg(not(windows))]
mod engines;
mod notification;
mod request_queues;
mod requests;
mod stress;
mod table;

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::{Mutex, OnceLock};

use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, IPPROTO_TCP, IPPROTO_UDP, RIO_BUF, RIO_BUFFERID, RIO_CQ, RIO_EVENT_COMPLETION,
    RIO_EXTENSION_FUNCTION_TABLE, RIO_IOCP_COMPLETION, RIO_MSG_COMMIT_ONLY,
    RIO_NOTIFICATION_COMPLETION, RIO_RQ, RIORESULT, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER,
    SOCK_DGRAM, SOCK_STREAM, WSA_FLAG_OVERLAPPED, WSA_FLAG_REGISTERED_IO, WSAID_MULTIPLE_RIO,
    WSAIoctl,
};
use crate::common::{Handle, Socket, loopback, wsa_error};
use crate::io::{Port, checked, eventually};

/// RIO_INVALID_BUFFERID, RIO_INVALID_CQ and RIO_INVALID_RQ of the headers.
pub const INVALID_BUFFERID: RIO_BUFFERID = 0xFFFF_FFFF;
pub const INVALID_CQ: RIO_CQ = 0;
pub const INVALID_RQ: RIO_RQ = 0;

/// Both attributes, as programs make such sockets.
pub const REGISTERED: u32 = WSA_FLAG_OVERLAPPED | WSA_FLAG_REGISTERED_IO;

/// The functions.
pub fn functions() -> &'static RIO_EXTENSION_FUNCTION_TABLE {
    static TABLE: OnceLock<RIO_EXTENSION_FUNCTION_TABLE> = OnceLock::new();
    TABLE.get_or_init(|| {
        let socket = Socket::udp();
        let (table, bytes) = ask(&socket, &WSAID_MULTIPLE_RIO).expect("registered I/O");
        assert_eq!(bytes as usize, size_of_val(&table));
        table
    })
}

/// Asks a socket for a table of functions.
pub fn ask<T>(socket: &Socket, what: &T) -> Result<(RIO_EXTENSION_FUNCTION_TABLE, u32), i32> {
    let (mut table, mut bytes) = (RIO_EXTENSION_FUNCTION_TABLE::default(), 0);
    checked(call!(WSAIoctl(
        socket.raw(),
        SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER,
        (&raw const *what).cast(),
        size_of::<T>() as u32,
        (&raw mut table).cast(),
        size_of_val(&table) as u32,
        &mut bytes,
        null_mut(),
        None
    )))
    .map(|_| (table, bytes))
}

/// Calls one of the functions.
macro_rules! rio {
    ($name:ident($($argument:expr),* $(,)?)) => {
        call!((crate::registered::functions().$name.expect("a function"))($($argument),*))
    };
}
pub(crate) use rio;

/// Registered memory. It is never freed, so that a test that fails with requests in flight harms nobody.
pub struct Slab {
    base: *mut u8,
    length: u32,
    id: RIO_BUFFERID,
}

// SAFETY: the memory is plain bytes that tests read and write through raw pointers, at places no request uses then.
unsafe impl Send for Slab {}
// SAFETY: as above.
unsafe impl Sync for Slab {}

impl Slab {
    #[track_caller]
    pub fn new(length: u32) -> Slab {
        static KEPT: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new()); // known, so that no leak is reported
        let mut memory = vec![0u8; length as usize].into_boxed_slice();
        let base = memory.as_mut_ptr();
        KEPT.lock().expect("nobody panics in it").push(memory);
        let id = rio!(RIORegisterBuffer(base, length));
        assert_ne!(id, INVALID_BUFFERID, "register: {}", wsa_error());
        Slab { base, length, id }
    }

    pub fn id(&self) -> RIO_BUFFERID {
        self.id
    }

    pub fn part(&self, offset: u32, length: u32) -> RIO_BUF {
        RIO_BUF {
            BufferId: self.id,
            Offset: offset,
            Length: length,
        }
    }

    pub fn write(&self, offset: u32, bytes: &[u8]) -> RIO_BUF {
        assert!(offset as usize + bytes.len() <= self.length as usize);
        // SAFETY: within the memory, which is never freed.
        unsafe {
            self.base
                .add(offset as usize)
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
        };
        self.part(offset, bytes.len() as u32)
    }

    pub fn read(&self, offset: u32, length: u32) -> Vec<u8> {
        assert!(offset + length <= self.length);
        // SAFETY: as above; all bytes were initialised.
        unsafe { std::slice::from_raw_parts(self.base.add(offset as usize), length as usize) }
            .to_vec()
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        rio!(RIODeregisterBuffer(self.id));
    }
}

/// A completion as a test compares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub status: i32,
    pub bytes: u32,
    pub socket: u64,
    pub request: u64,
}

/// A request that has succeeded.
pub fn done(bytes: u32, socket: u64, request: u64) -> Done {
    Done {
        status: 0,
        bytes,
        socket,
        request,
    }
}

/// A completion queue, closed at the end of the test.
pub struct Queue(pub RIO_CQ);

impl Queue {
    /// One that is only polled.
    #[track_caller]
    pub fn new(size: u32) -> Queue {
        Queue::make(size, null())
    }

    #[track_caller]
    pub fn with_event(size: u32, event: &Handle, resets: bool) -> Queue {
        Queue::make(size, &event_notification(event, resets))
    }

    #[track_caller]
    pub fn with_port(size: u32, port: &Port, key: usize, overlapped: usize) -> Queue {
        Queue::make(size, &port_notification(port, key, overlapped))
    }

    #[track_caller]
    fn make(size: u32, notification: *const RIO_NOTIFICATION_COMPLETION) -> Queue {
        crate::common::startup();
        let queue = rio!(RIOCreateCompletionQueue(size, notification));
        assert_ne!(queue, INVALID_CQ, "no queue: error {}", wsa_error());
        Queue(queue)
    }

    /// What is there, `room` at most.
    #[track_caller]
    pub fn take(&self, room: u32) -> Vec<Done> {
        let mut results = vec![RIORESULT::default(); room as usize];
        let count = rio!(RIODequeueCompletion(self.0, results.as_mut_ptr(), room));
        assert!(count <= room, "{count:#x}");
        results[..count as usize]
            .iter()
            .map(|result| Done {
                status: result.Status,
                bytes: result.BytesTransferred,
                socket: result.SocketContext,
                request: result.RequestContext,
            })
            .collect()
    }

    /// The next completion, waiting for it.
    #[track_caller]
    pub fn next(&self) -> Done {
        let mut next = None;
        eventually("a completion", || {
            next = self.take(1).pop();
            next.is_some()
        });
        next.expect("a completion")
    }

    pub fn notify(&self) -> i32 {
        rio!(RIONotify(self.0))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        rio!(RIOCloseCompletionQueue(self.0));
    }
}

pub fn event_notification(event: &Handle, resets: bool) -> RIO_NOTIFICATION_COMPLETION {
    let mut notification = RIO_NOTIFICATION_COMPLETION {
        Type: RIO_EVENT_COMPLETION,
        ..Default::default()
    };
    notification.Anonymous.Event.EventHandle = event.raw();
    notification.Anonymous.Event.NotifyReset = resets.into();
    notification
}

/// The OVERLAPPED is a number: the system only passes it on.
pub fn port_notification(
    port: &Port,
    key: usize,
    overlapped: usize,
) -> RIO_NOTIFICATION_COMPLETION {
    let mut notification = RIO_NOTIFICATION_COMPLETION {
        Type: RIO_IOCP_COMPLETION,
        ..Default::default()
    };
    notification.Anonymous.Iocp.IocpHandle = port.raw();
    notification.Anonymous.Iocp.CompletionKey = key as *mut c_void;
    notification.Anonymous.Iocp.Overlapped = overlapped as *mut c_void;
    notification
}

/// A request queue. It ends with its socket.
#[derive(Clone, Copy)]
pub struct Requests(pub RIO_RQ);

impl Requests {
    /// One that completes into `queue`, with `limit` receives and sends.
    #[track_caller]
    pub fn new(socket: &Socket, limit: u32, queue: &Queue, context: usize) -> Requests {
        Requests::make(socket, (limit, limit), queue, queue, context).expect("a request queue")
    }

    pub fn make(
        socket: &Socket,
        (receives, sends): (u32, u32),
        receive_queue: &Queue,
        send_queue: &Queue,
        context: usize,
    ) -> Result<Requests, i32> {
        let queue = rio!(RIOCreateRequestQueue(
            socket.raw(),
            receives,
            1,
            sends,
            1,
            receive_queue.0,
            send_queue.0,
            context as *const c_void
        ));
        if queue == INVALID_RQ {
            Err(wsa_error())
        } else {
            Ok(Requests(queue))
        }
    }

    pub fn receive(&self, part: RIO_BUF, flags: u32, context: usize) -> Result<(), i32> {
        let context = context as *const c_void;
        started(rio!(RIOReceive(self.0, &part, 1, flags, context)))
    }

    pub fn send(&self, part: RIO_BUF, flags: u32, context: usize) -> Result<(), i32> {
        let context = context as *const c_void;
        started(rio!(RIOSend(self.0, &part, 1, flags, context)))
    }

    pub fn commit_receives(&self) -> Result<(), i32> {
        started(rio!(RIOReceive(
            self.0,
            null(),
            0,
            RIO_MSG_COMMIT_ONLY,
            null()
        )))
    }

    pub fn commit_sends(&self) -> Result<(), i32> {
        started(rio!(RIOSend(
            self.0,
            null(),
            0,
            RIO_MSG_COMMIT_ONLY,
            null()
        )))
    }
}

/// TRUE, or the error.
pub fn started(result: i32) -> Result<(), i32> {
    if result == 0 {
        Err(wsa_error())
    } else {
        Ok(())
    }
}

/// A TCP socket fit for registered I/O.
#[track_caller]
pub fn registered_tcp() -> Socket {
    Socket::open_with_flags(AF_INET.into(), SOCK_STREAM, IPPROTO_TCP, REGISTERED)
        .expect("a registered TCP socket")
}

/// A UDP socket fit for registered I/O, bound to a free loopback port.
#[track_caller]
pub fn registered_udp() -> Socket {
    let socket = Socket::open_with_flags(AF_INET.into(), SOCK_DGRAM, IPPROTO_UDP, REGISTERED)
        .expect("a registered UDP socket");
    socket.bind(&loopback(0)).expect("bind to loopback");
    socket
}

/// A registered socket, and the ordinary one it is connected with.
#[track_caller]
pub fn pair() -> (Socket, Socket) {
    let listener = Socket::listener();
    let near = registered_tcp();
    near.connect(&listener.name().expect("a name"))
        .expect("connect");
    let far = listener.accept().expect("accept");
    far.limit_receives();
    (near, far)
}
