//! Overlapped I/O reported by completion routines, all on one thread.

use std::mem::offset_of;
use std::sync::mpsc::{Receiver, channel};

use larboard_bench::announce;
use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_win32::Win32::Foundation::{
    ERROR_IO_PENDING, FALSE, HANDLE, TRUE, WAIT_IO_COMPLETION,
};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, WSA_INFINITE, WSABUF, WSACreateEvent, WSAGetLastError, WSARecv, WSAResetEvent, WSASend,
    WSASetEvent, WSAWaitForMultipleEvents, closesocket,
};
use larboard_win32::Win32::System::IO::OVERLAPPED;

/// Accepts clients for ever.
pub fn serve(buffer: usize) -> ! {
    let listener = listening_socket();
    let (give, take) = channel();
    // SAFETY: takes nothing.
    let arrival = unsafe { WSACreateEvent() };
    std::thread::spawn(move || work(&take, arrival, buffer));
    announce(tcp_port(listener));
    loop {
        give.send(accept_client(listener))
            .expect("the worker does not end");
        // SAFETY: takes no pointers.
        unsafe { WSASetEvent(arrival) };
    }
}

/// Runs the routines, and starts the first operation of each client that comes through the channel.
fn work(arrivals: &Receiver<SOCKET>, arrival: isize, buffer: usize) {
    let events = [arrival as HANDLE];
    loop {
        // SAFETY: the array is live and its length is passed.
        let outcome =
            unsafe { WSAWaitForMultipleEvents(1, events.as_ptr(), FALSE, WSA_INFINITE, TRUE) };
        match outcome {
            WAIT_IO_COMPLETION => {}
            0 => {
                // SAFETY: takes no pointers.
                unsafe { WSAResetEvent(arrival) };
                for socket in arrivals.try_iter() {
                    Client::proceed(Client::new(socket, buffer), 0);
                }
            }
            other => panic!("the wait gives {other}, error {}", error()),
        }
    }
}

/// One client and its only operation. The OVERLAPPED comes first: its address is the client's.
#[repr(C)]
struct Client {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    /// Bytes in the buffer that go back; 0 while receiving.
    due: usize,
    sent: usize,
    buffer: Vec<u8>,
}

const _: () = assert!(offset_of!(Client, overlapped) == 0);

impl Client {
    fn new(socket: SOCKET, buffer: usize) -> *mut Self {
        Box::into_raw(Box::new(Self {
            overlapped: OVERLAPPED::default(),
            socket,
            due: 0,
            sent: 0,
            buffer: vec![0; buffer],
        }))
    }

    /// Goes on after `bytes` were transferred: sends the rest of what is due, or else receives.
    fn proceed(this: *mut Self, bytes: u32) {
        // SAFETY: a client has one operation; nobody else touches it from the routine of one to the start of the next.
        let client = unsafe { &mut *this };
        if client.due == 0 {
            (client.due, client.sent) = (bytes as usize, 0);
        } else {
            client.sent += bytes as usize;
        }
        if client.sent == client.due {
            client.due = 0;
        }
        if !client.start() {
            Self::end(this);
        }
    }

    /// Starts the next operation; false if that is impossible.
    fn start(&mut self) -> bool {
        let overlapped = &raw mut self.overlapped;
        let (mut bytes, mut flags) = (0, 0);
        let part = match self.due {
            0 => &mut self.buffer[..],
            due => &mut self.buffer[self.sent..due],
        };
        let buffer = WSABUF {
            len: part.len() as u32,
            buf: part.as_mut_ptr(),
        };
        let (one, to, routine) = (&raw const buffer, &raw mut bytes, Some(completed as _));
        let result = if self.due == 0 {
            // SAFETY: buffer and OVERLAPPED live until `end`, which follows the completion.
            unsafe { WSARecv(self.socket, one, 1, to, &mut flags, overlapped, routine) }
        } else {
            // SAFETY: as above.
            unsafe { WSASend(self.socket, one, 1, to, 0, overlapped, routine) }
        };
        // SAFETY: takes no pointers.
        result == 0 || unsafe { WSAGetLastError() } == ERROR_IO_PENDING as i32
    }

    fn end(this: *mut Self) {
        // SAFETY: `new` made the pointer, and nothing is pending after the routine that brought the client here.
        let client = unsafe { Box::from_raw(this) };
        // SAFETY: takes no pointers.
        unsafe { closesocket(client.socket) };
    }
}

/// The routine of every operation.
unsafe extern "system" fn completed(
    error: u32,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
    _flags: u32,
) {
    let client = overlapped.cast::<Client>();
    if error != 0 || bytes == 0 {
        Client::end(client);
    } else {
        Client::proceed(client, bytes);
    }
}
