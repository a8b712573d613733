//! Overlapped I/O reported by events: one wait over the events of up to 63 clients, more clients on more threads.

use std::sync::mpsc::Receiver;

use larboard_bench::sockets::error;
use larboard_win32::Win32::Foundation::{ERROR_IO_PENDING, FALSE, HANDLE};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, WSA_INFINITE, WSABUF, WSACloseEvent, WSACreateEvent, WSAGetLastError,
    WSAGetOverlappedResult, WSARecv, WSAResetEvent, WSASend, WSAWaitForMultipleEvents, closesocket,
};
use larboard_win32::Win32::System::IO::OVERLAPPED;

use crate::deal;

/// Accepts clients for ever and deals them out.
pub fn serve(buffer: usize) -> ! {
    deal::serve(move |arrivals, arrival| work(&arrivals, arrival, buffer))
}

/// Serves the clients that come through the channel; `arrival` tells of them.
fn work(arrivals: &Receiver<SOCKET>, arrival: isize, buffer: usize) {
    let mut events = vec![arrival as HANDLE];
    let mut clients: Vec<Box<Client>> = Vec::new();
    loop {
        // SAFETY: the array is live and its length is passed.
        let index = unsafe {
            WSAWaitForMultipleEvents(
                events.len() as u32,
                events.as_ptr(),
                FALSE,
                WSA_INFINITE,
                FALSE,
            )
        } as usize;
        assert!(index < events.len(), "the wait failed: error {}", error());
        // SAFETY: takes no pointers.
        unsafe { WSAResetEvent(events[index] as isize) };
        if index == 0 {
            for socket in arrivals.try_iter() {
                let mut client = Client::new(socket, buffer);
                if client.start() {
                    events.push(client.overlapped.hEvent);
                    clients.push(client);
                }
            }
        } else if !clients[index - 1].proceed() {
            clients.swap_remove(index - 1);
            events.swap_remove(index);
        }
    }
}

/// One client and its only operation.
struct Client {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    /// Bytes in the buffer that go back; 0 while receiving.
    due: usize,
    sent: usize,
    buffer: Vec<u8>,
}

impl Client {
    fn new(socket: SOCKET, buffer: usize) -> Box<Self> {
        // SAFETY: takes nothing.
        let event = unsafe { WSACreateEvent() };
        Box::new(Self {
            overlapped: OVERLAPPED {
                hEvent: event as HANDLE,
                ..OVERLAPPED::default()
            },
            socket,
            due: 0,
            sent: 0,
            buffer: vec![0; buffer],
        })
    }

    /// Takes the result of the operation that has ended and starts the next one; false at the end of the connection.
    fn proceed(&mut self) -> bool {
        let (mut bytes, mut flags) = (0, 0);
        // SAFETY: the OVERLAPPED is that of the last operation; the variables are live.
        let success = unsafe {
            WSAGetOverlappedResult(self.socket, &self.overlapped, &mut bytes, FALSE, &mut flags)
        };
        if success == FALSE || bytes == 0 {
            return false;
        }
        if self.due == 0 {
            (self.due, self.sent) = (bytes as usize, 0);
        } else {
            self.sent += bytes as usize;
        }
        if self.sent == self.due {
            self.due = 0;
        }
        self.start()
    }

    /// Starts the next operation; its event tells of its end, also if that is now.
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
        let (one, to) = (&raw const buffer, &raw mut bytes);
        let result = if self.due == 0 {
            // SAFETY: buffer and OVERLAPPED stay where they are until the client goes, which it does only when nothing
            // is pending.
            unsafe { WSARecv(self.socket, one, 1, to, &mut flags, overlapped, None) }
        } else {
            // SAFETY: as above.
            unsafe { WSASend(self.socket, one, 1, to, 0, overlapped, None) }
        };
        // SAFETY: takes no pointers.
        result == 0 || unsafe { WSAGetLastError() } == ERROR_IO_PENDING as i32
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: takes no pointers; nothing is pending.
        unsafe {
            closesocket(self.socket);
            WSACloseEvent(self.overlapped.hEvent as isize);
        }
    }
}
