//! Short connections on one completion port, written with the Win32 functions: so many AcceptEx are kept posted, and whatever
//! completes is moved on by the thread that waits at the port.

use std::mem::offset_of;
use std::ptr::null_mut;

use larboard_bench::announce;
use larboard_bench::extension::{DisconnectEx, check, is_pending, stream_socket};
use larboard_bench::short::{self, Job};
use larboard_bench::sockets::{error, listening_socket, tcp_port};
use larboard_win32::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    AcceptEx, INVALID_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, SOCKADDR_IN, SOCKET, SOL_SOCKET,
    TF_REUSE_SOCKET, WSABUF, WSARecv, WSASend, closesocket, setsockopt,
};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
};
use larboard_win32::Win32::System::Threading::INFINITE;

fn main() {
    let options = short::Options::start();
    let listener = listening_socket();
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
    assert!(!port.is_null(), "no port: error {}", error());
    let server = Server {
        port,
        listener,
        job: options.job,
        disconnect: DisconnectEx::find(listener),
    };
    server.associate(listener);
    for _ in 0..options.posted {
        let slot = Box::leak(Box::new(Slot {
            overlapped: OVERLAPPED::default(),
            socket: INVALID_SOCKET,
            step: Step::Accept,
            associated: false,
            buffer: [0; 512],
        }));
        slot.accept(&server);
    }
    announce(tcp_port(listener));
    server.run();
}

struct Server {
    port: HANDLE,
    listener: SOCKET,
    job: Job,
    disconnect: DisconnectEx,
}

impl Server {
    fn associate(&self, socket: SOCKET) {
        // SAFETY: takes no pointers.
        let port = unsafe { CreateIoCompletionPort(socket as HANDLE, self.port, 0, 0) };
        assert_eq!(port, self.port, "no association: error {}", error());
    }

    fn run(&self) {
        loop {
            let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
            // SAFETY: the three variables are live.
            let success = unsafe {
                GetQueuedCompletionStatus(
                    self.port,
                    &mut bytes,
                    &mut key,
                    &mut overlapped,
                    INFINITE,
                )
            };
            if overlapped.is_null() {
                return;
            }
            // SAFETY: every OVERLAPPED is the beginning of a slot that lives for ever, has one operation, and is touched by this thread.
            let slot = unsafe { &mut *overlapped.cast::<Slot>() };
            if success == 0 {
                slot.close();
                slot.accept(self);
            } else {
                slot.advance(self, bytes);
            }
        }
    }
}

/// What is under way.
#[derive(Clone, Copy)]
enum Step {
    Accept,
    Receive,
    Send,
    Disconnect,
}

/// An AcceptEx that is kept posted, and the connection it becomes. The OVERLAPPED comes first: its address is the slot's.
#[repr(C)]
struct Slot {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    step: Step,
    /// The socket has its port: it is used again.
    associated: bool,
    buffer: [u8; 512],
}

const _: () = assert!(offset_of!(Slot, overlapped) == 0);

/// Room for one address, as AcceptEx wants it.
const ADDRESS: u32 = size_of::<SOCKADDR_IN>() as u32 + 16;

impl Slot {
    /// An operation has succeeded: starts the next one.
    fn advance(&mut self, server: &Server, bytes: u32) {
        match self.step {
            Step::Accept => {
                self.update_context(server);
                if server.job == Job::Accept {
                    self.close();
                    self.accept(server);
                } else {
                    self.receive(server);
                }
            }
            Step::Receive if bytes > 0 => self.send(server, bytes),
            Step::Send if server.job == Job::Reuse => self.disconnect(server),
            Step::Receive | Step::Send => {
                self.close();
                self.accept(server);
            }
            Step::Disconnect => self.accept(server),
        }
    }

    fn accept(&mut self, server: &Server) {
        if self.socket == INVALID_SOCKET {
            self.socket = stream_socket();
        }
        self.step = Step::Accept;
        let (mut bytes, buffer) = (0, self.buffer.as_mut_ptr().cast());
        // SAFETY: buffer and OVERLAPPED are the slot's, which lives for ever.
        let started = unsafe {
            AcceptEx(
                server.listener,
                self.socket,
                buffer,
                0,
                ADDRESS,
                ADDRESS,
                &mut bytes,
                &mut self.overlapped,
            )
        };
        assert!(started != 0 || is_pending(), "AcceptEx: error {}", error());
    }

    fn update_context(&self, server: &Server) {
        let value = (&raw const server.listener).cast();
        let size = size_of::<SOCKET>() as i32;
        // SAFETY: the value is live and its size is passed.
        let done = unsafe {
            setsockopt(
                self.socket,
                SOL_SOCKET,
                SO_UPDATE_ACCEPT_CONTEXT,
                value,
                size,
            )
        };
        check(done);
    }

    fn receive(&mut self, server: &Server) {
        if !std::mem::replace(&mut self.associated, true) {
            server.associate(self.socket);
        }
        self.step = Step::Receive;
        let (mut bytes, mut flags, buffer) = (0, 0, self.whole(512));
        let overlapped = &raw mut self.overlapped;
        // SAFETY: buffer and OVERLAPPED are the slot's, which lives for ever.
        let started = unsafe {
            WSARecv(
                self.socket,
                &buffer,
                1,
                &mut bytes,
                &mut flags,
                overlapped,
                None,
            )
        };
        self.go_on(server, started == 0 || is_pending());
    }

    fn send(&mut self, server: &Server, length: u32) {
        self.step = Step::Send;
        let (mut bytes, buffer) = (0, self.whole(length));
        let overlapped = &raw mut self.overlapped;
        // SAFETY: as above.
        let started = unsafe { WSASend(self.socket, &buffer, 1, &mut bytes, 0, overlapped, None) };
        self.go_on(server, started == 0 || is_pending());
    }

    fn disconnect(&mut self, server: &Server) {
        self.step = Step::Disconnect;
        let overlapped = &raw mut self.overlapped;
        // SAFETY: as above.
        let started = unsafe {
            server
                .disconnect
                .start(self.socket, overlapped, TF_REUSE_SOCKET)
        };
        self.go_on(server, started);
    }

    /// An operation that does not start has no packet: the slot turns to the next connection.
    fn go_on(&mut self, server: &Server, started: bool) {
        if !started {
            self.close();
            self.accept(server);
        }
    }

    fn whole(&mut self, length: u32) -> WSABUF {
        WSABUF {
            len: length,
            buf: self.buffer.as_mut_ptr(),
        }
    }

    fn close(&mut self) {
        // SAFETY: takes no pointers.
        check(unsafe { closesocket(self.socket) });
        (self.socket, self.associated) = (INVALID_SOCKET, false);
    }
}
