//! An echo server on one completion port, written with the Win32 functions.

use std::mem::offset_of;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_bench::{ServerOptions, announce};
use larboard_win32::Win32::Foundation::{ERROR_IO_PENDING, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, WSABUF, WSAGetLastError, WSARecv, WSASend, closesocket,
};
use larboard_win32::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
};
use larboard_win32::Win32::System::Threading::INFINITE;
use larboard_win32::Win32::System::WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;

fn main() {
    let options = ServerOptions::start();
    match options.buffer {
        64 => serve::<64>(options),
        512 => serve::<512>(options),
        4096 => serve::<4096>(options),
        other => panic!("--buffer takes 64, 512 or 4096, not {other}"),
    }
}

/// Accepts clients for ever.
fn serve<const N: usize>(options: ServerOptions) {
    let listener = listening_socket();
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port = unsafe {
        CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, options.workers as u32)
    };
    assert!(!port.is_null(), "no port: error {}", error());
    for _ in 0..options.workers {
        let port = port as usize;
        std::thread::spawn(move || work::<N>(port as HANDLE, options));
    }
    announce(tcp_port(listener));
    loop {
        admit::<N>(port, accept_client(listener), options.skip);
    }
}

/// Associates a client with the port and starts its first receive.
fn admit<const N: usize>(port: HANDLE, socket: SOCKET, skip: bool) {
    // SAFETY: takes no pointers.
    let associated = unsafe { CreateIoCompletionPort(socket as HANDLE, port, 0, 0) };
    assert_eq!(associated, port, "no association: error {}", error());
    if skip {
        // SAFETY: takes no pointers.
        unsafe {
            SetFileCompletionNotificationModes(
                socket as HANDLE,
                FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8,
            )
        };
    }
    Client::<N>::proceed(Client::<N>::new(socket), 0, skip);
}

/// Takes packets and moves their clients on.
fn work<const N: usize>(port: HANDLE, options: ServerOptions) {
    loop {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let success = unsafe {
            GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        if overlapped.is_null() {
            return;
        }
        let client = overlapped.cast::<Client<N>>();
        if success == 0 || bytes == 0 {
            Client::end(client);
        } else {
            // SAFETY: the packet makes the client this thread's own.
            if options.work > 0 && unsafe { (*client).due == 0 } {
                compute(Duration::from_micros(options.work));
            }
            Client::proceed(client, bytes, options.skip);
        }
    }
}

/// What a server with more to do than to echo does with a message.
fn compute(length: Duration) {
    let start = Instant::now();
    while start.elapsed() < length {
        std::hint::spin_loop();
    }
}

/// One client and its only operation. The OVERLAPPED comes first: its address is the client's.
#[repr(C)]
struct Client<const N: usize> {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    /// Bytes in the buffer that go back; 0 while receiving.
    due: u32,
    sent: u32,
    buffer: [u8; N],
}

const _: () = assert!(offset_of!(Client<64>, overlapped) == 0);

impl<const N: usize> Client<N> {
    fn new(socket: SOCKET) -> *mut Self {
        Box::into_raw(Box::new(Self {
            overlapped: OVERLAPPED::default(),
            socket,
            due: 0,
            sent: 0,
            buffer: [0; N],
        }))
    }

    /// Goes on after `bytes` were transferred: sends the rest of what is due, or else receives. In skip mode what succeeds at once has
    /// no packet, so the next step follows here.
    fn proceed(this: *mut Self, mut bytes: u32, skip: bool) {
        loop {
            // SAFETY: a client has one operation; nobody else touches it from the packet of one to the start of the next, which is
            // the last access here.
            let client = unsafe { &mut *this };
            client.advance(bytes);
            match client.start() {
                Started::Done(count) if skip && count > 0 => bytes = count,
                Started::Done(_) if skip => return Self::end(this),
                Started::Done(_) | Started::Pending => return,
                Started::Failed => return Self::end(this),
            }
        }
    }

    fn advance(&mut self, bytes: u32) {
        if self.due == 0 {
            (self.due, self.sent) = (bytes, 0);
        } else {
            self.sent += bytes;
        }
        if self.sent == self.due {
            self.due = 0;
        }
    }

    fn start(&mut self) -> Started {
        let overlapped = &raw mut self.overlapped;
        let (mut bytes, mut flags) = (0, 0);
        let result = if self.due == 0 {
            let buffer = WSABUF {
                len: N as u32,
                buf: self.buffer.as_mut_ptr(),
            };
            // SAFETY: the buffer and the OVERLAPPED live until `end`, which follows the completion.
            unsafe {
                WSARecv(
                    self.socket,
                    &buffer,
                    1,
                    &mut bytes,
                    &mut flags,
                    overlapped,
                    None,
                )
            }
        } else {
            let rest = &mut self.buffer[self.sent as usize..self.due as usize];
            let buffer = WSABUF {
                len: rest.len() as u32,
                buf: rest.as_mut_ptr(),
            };
            // SAFETY: as above.
            unsafe { WSASend(self.socket, &buffer, 1, &mut bytes, 0, overlapped, None) }
        };
        match result {
            0 => Started::Done(bytes),
            // SAFETY: takes no pointers.
            _ if unsafe { WSAGetLastError() } == ERROR_IO_PENDING as i32 => Started::Pending,
            _ => Started::Failed,
        }
    }

    fn end(this: *mut Self) {
        // SAFETY: `new` made the pointer, and nothing is pending after the packet that brought the client here.
        let client = unsafe { Box::from_raw(this) };
        // SAFETY: takes no pointers.
        unsafe { closesocket(client.socket) };
    }
}

/// How an operation began.
enum Started {
    Done(u32),
    Pending,
    Failed,
}
