//! An echo server on registered I/O, written with the Win32 functions: one registered slab, one completion queue for each
//! worker, requests deferred and committed together, and a completion port to wait on while the queue is empty.

use std::mem::zeroed;
use std::ptr::{null, null_mut};

use larboard_bench::announce;
use larboard_bench::sockets::{error, registered_listener, send_at_once, tcp_port};
use larboard_win32::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    INVALID_SOCKET, RIO_BUF, RIO_BUFFERID, RIO_CORRUPT_CQ, RIO_CQ, RIO_EXTENSION_FUNCTION_TABLE,
    RIO_IOCP_COMPLETION, RIO_MSG_COMMIT_ONLY, RIO_MSG_DEFER, RIO_NOTIFICATION_COMPLETION, RIO_RQ,
    RIORESULT, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, SOCKET, WSAID_MULTIPLE_RIO, WSAIoctl,
    accept, closesocket,
};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED, PostQueuedCompletionStatus,
};
use larboard_win32::Win32::System::Threading::INFINITE;

/// As many clients each worker serves.
const CLIENTS: u32 = 16_384;
/// A client has so many buffers, each of which is received into, sent, and received into again.
const BUFFERS: u32 = 2;
const BATCH: usize = 256;

fn main() {
    let options = larboard_bench::start();
    let listener = registered_listener();
    let rio = functions(listener);
    let ports: Vec<usize> = (0..options.workers)
        .map(|_| {
            let port = new_port() as usize;
            std::thread::spawn(move || Worker::new(rio, port as HANDLE, options.buffer).run());
            port
        })
        .collect();
    announce(tcp_port(listener));
    for port in ports.iter().cycle() {
        // SAFETY: the address of the peer is not asked for.
        let socket = unsafe { accept(listener, null_mut(), null_mut()) };
        assert_ne!(socket, INVALID_SOCKET, "accept failed: error {}", error());
        send_at_once(socket);
        // The worker makes the request queue itself: its queues are its own.
        // SAFETY: the key is a number.
        let posted = unsafe { PostQueuedCompletionStatus(*port as HANDLE, 0, socket, null_mut()) };
        assert_ne!(posted, 0, "no packet: error {}", error());
    }
}

/// The extension functions, through any socket.
fn functions(socket: SOCKET) -> RIO_EXTENSION_FUNCTION_TABLE {
    let mut table = RIO_EXTENSION_FUNCTION_TABLE::default();
    let mut bytes = 0;
    let identifier = WSAID_MULTIPLE_RIO;
    // SAFETY: the structures are live and their sizes are passed.
    let result = unsafe {
        WSAIoctl(
            socket,
            SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER,
            (&raw const identifier).cast(),
            size_of_val(&identifier) as u32,
            (&raw mut table).cast(),
            size_of_val(&table) as u32,
            &mut bytes,
            null_mut(),
            None,
        )
    };
    assert_eq!(result, 0, "no registered I/O: error {}", error());
    table
}

fn new_port() -> HANDLE {
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
    assert!(!port.is_null(), "no port: error {}", error());
    port
}

/// Calls one of the extension functions.
macro_rules! call {
    ($worker:expr, $name:ident($($argument:expr),*)) => {{
        let function = $worker.rio.$name.expect("the table is filled");
        // SAFETY: the slab and the results live as long as the worker, which outlives its requests.
        unsafe { function($($argument),*) }
    }};
}

struct Worker {
    rio: RIO_EXTENSION_FUNCTION_TABLE,
    port: HANDLE,
    queue: RIO_CQ,
    slab: Vec<u8>,
    buffer: RIO_BUFFERID,
    size: u32,
    clients: Vec<Client>,
    free: Vec<u32>,
}

/// One client. Its place in the worker's list is its context, and tells its part of the slab; the context of a request is
/// its buffer.
struct Client {
    socket: SOCKET,
    requests: RIO_RQ,
    /// The buffer is being sent, not received into.
    sends: [bool; BUFFERS as usize],
    /// Requests in flight.
    started: u32,
    ended: bool,
}

impl Worker {
    fn new(rio: RIO_EXTENSION_FUNCTION_TABLE, port: HANDLE, size: usize) -> Self {
        let mut worker = Self {
            rio,
            port,
            queue: 0,
            slab: vec![0; size * (CLIENTS * BUFFERS) as usize],
            buffer: 0,
            size: size as u32,
            clients: Vec::new(),
            free: Vec::new(),
        };
        let length = worker.slab.len() as u32;
        worker.buffer = call!(worker, RIORegisterBuffer(worker.slab.as_mut_ptr(), length));
        worker
    }

    fn run(mut self) {
        let mut overlapped = OVERLAPPED::default();
        // SAFETY: the structure consists of integers and pointers.
        let mut notification: RIO_NOTIFICATION_COMPLETION = unsafe { zeroed() };
        notification.Type = RIO_IOCP_COMPLETION;
        notification.Anonymous.Iocp.IocpHandle = self.port;
        notification.Anonymous.Iocp.Overlapped = (&raw mut overlapped).cast();
        let size = CLIENTS * BUFFERS * 2;
        self.queue = call!(self, RIOCreateCompletionQueue(size, &notification));
        assert_ne!(self.queue, 0, "no completion queue: error {}", error());

        let mut results = [RIORESULT::default(); BATCH];
        let mut armed = false;
        loop {
            let room = results.len() as u32;
            let count = call!(
                self,
                RIODequeueCompletion(self.queue, results.as_mut_ptr(), room)
            );
            assert_ne!(count, RIO_CORRUPT_CQ);
            if count == 0 {
                if !armed {
                    assert_eq!(call!(self, RIONotify(self.queue)), 0);
                }
                armed = !self.wait();
            }
            let mut last = None;
            for result in &results[..count as usize] {
                last = self.proceed(result).or(last);
            }
            if let Some(requests) = last {
                let flags = RIO_MSG_COMMIT_ONLY;
                call!(self, RIOSend(requests, null(), 0, flags, null()));
            }
        }
    }

    /// Waits until there are completions; true then. A packet with a socket is a new client instead.
    fn wait(&mut self) -> bool {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let success = unsafe {
            GetQueuedCompletionStatus(self.port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        assert_ne!(success, 0, "no packet: error {}", error());
        if key != 0 {
            self.admit(key);
        }
        key == 0
    }

    fn admit(&mut self, socket: SOCKET) {
        let place = self.free.pop().unwrap_or(self.clients.len() as u32);
        let requests = call!(
            self,
            RIOCreateRequestQueue(
                socket,
                BUFFERS,
                1,
                BUFFERS,
                1,
                self.queue,
                self.queue,
                place as usize as *const _
            )
        );
        if requests == 0 {
            // SAFETY: takes no pointers.
            unsafe { closesocket(socket) };
            return;
        }
        let client = Client {
            socket,
            requests,
            sends: [false; BUFFERS as usize],
            started: 0,
            ended: false,
        };
        match self.clients.get_mut(place as usize) {
            Some(old) => *old = client,
            None => self.clients.push(client),
        }
        for buffer in 0..BUFFERS {
            let flags = if buffer + 1 < BUFFERS {
                RIO_MSG_DEFER
            } else {
                0
            };
            self.receive(place, buffer, flags);
        }
        if self.clients[place as usize].ended {
            self.end(place);
        }
    }

    fn receive(&mut self, place: u32, buffer: u32, flags: u32) {
        let part = self.part(place, buffer, self.size);
        let context = buffer as usize as *const _;
        let requests = self.clients[place as usize].requests;
        let started = call!(self, RIOReceive(requests, &part, 1, flags, context));
        self.note(place, buffer, started, false);
    }

    fn send(&mut self, place: u32, buffer: u32, length: u32, flags: u32) {
        let part = self.part(place, buffer, length);
        let context = buffer as usize as *const _;
        let requests = self.clients[place as usize].requests;
        let started = call!(self, RIOSend(requests, &part, 1, flags, context));
        self.note(place, buffer, started, true);
    }

    fn note(&mut self, place: u32, buffer: u32, started: i32, sends: bool) {
        let client = &mut self.clients[place as usize];
        client.sends[buffer as usize] = sends;
        client.started += u32::from(started != 0);
        client.ended |= started == 0;
    }

    /// A client's part of the slab.
    fn part(&self, place: u32, buffer: u32, length: u32) -> RIO_BUF {
        RIO_BUF {
            BufferId: self.buffer,
            Offset: (place * BUFFERS + buffer) * self.size,
            Length: length,
        }
    }

    /// Starts what comes next for a buffer, deferred. Gives the queue that has to be committed.
    fn proceed(&mut self, result: &RIORESULT) -> Option<RIO_RQ> {
        let (place, buffer) = (result.SocketContext as u32, result.RequestContext as u32);
        let client = &mut self.clients[place as usize];
        client.started -= 1;
        client.ended |= result.Status != 0 || result.BytesTransferred == 0;
        if !client.ended && client.sends[buffer as usize] {
            self.receive(place, buffer, RIO_MSG_DEFER);
        } else if !client.ended {
            self.send(place, buffer, result.BytesTransferred, RIO_MSG_DEFER);
        }
        let client = &mut self.clients[place as usize];
        if client.ended {
            self.end(place);
            return None;
        }
        Some(client.requests)
    }

    /// Closes the socket at once, and forgets the client when its last request has come back.
    fn end(&mut self, place: u32) {
        let client = &mut self.clients[place as usize];
        let socket = std::mem::replace(&mut client.socket, INVALID_SOCKET);
        if socket != INVALID_SOCKET {
            // SAFETY: takes no pointers.
            unsafe { closesocket(socket) };
        }
        if client.started == 0 {
            self.free.push(place);
        }
    }
}
