//! A client of the models that tell of readiness: a non-blocking socket, and what its peer has not taken yet.

use larboard_bench::sockets::error;
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, SOCKET_ERROR, WSAEWOULDBLOCK, closesocket, recv, send,
};

pub struct Client {
    pub socket: SOCKET,
    unsent: Vec<u8>,
}

impl Client {
    pub fn new(socket: SOCKET) -> Self {
        Self {
            socket,
            unsent: Vec::new(),
        }
    }

    /// Does the client wait for room rather than for data?
    pub fn is_full(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// There is something to read: one receive, and the echo of it. False at the end of the connection.
    pub fn read(&mut self, buffer: &mut [u8]) -> bool {
        // What is not read now is reported again once `write` has made room and reads on.
        if self.is_full() {
            return true;
        }
        // SAFETY: the buffer is live and its length is passed.
        let received = unsafe { recv(self.socket, buffer.as_mut_ptr(), buffer.len() as i32, 0) };
        match received {
            SOCKET_ERROR => would_block(),
            0 => false,
            received => self.send(&buffer[..received as usize]),
        }
    }

    /// There is room: sends what is left over, then reads on. False at the end of the connection.
    pub fn write(&mut self, buffer: &mut [u8]) -> bool {
        if !self.is_full() {
            return true;
        }
        let unsent = std::mem::take(&mut self.unsent);
        self.send(&unsent) && (self.is_full() || self.read(buffer))
    }

    fn send(&mut self, bytes: &[u8]) -> bool {
        // SAFETY: the bytes are live and their length is passed.
        let sent = unsafe { send(self.socket, bytes.as_ptr(), bytes.len() as i32, 0) };
        let taken = if sent == SOCKET_ERROR {
            if !would_block() {
                return false;
            }
            0
        } else {
            sent as usize
        };
        self.unsent.extend_from_slice(&bytes[taken..]);
        true
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: takes no pointers.
        unsafe { closesocket(self.socket) };
    }
}

fn would_block() -> bool {
    error() == WSAEWOULDBLOCK as u32
}
