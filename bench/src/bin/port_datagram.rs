//! An echo server for datagrams on one completion port, written with the Win32 functions: so many WSARecvFrom are kept posted.

use std::mem::offset_of;
use std::ptr::null_mut;

use larboard_bench::announce;
use larboard_bench::datagram;
use larboard_bench::extension::{datagram_socket, is_pending};
use larboard_bench::sockets::{error, tcp_port};
use larboard_win32::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKADDR_IN, SOCKET, WSABUF, WSARecvFrom, WSASendTo,
};
use larboard_win32::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
};
use larboard_win32::Win32::System::Threading::INFINITE;
use larboard_win32::Win32::System::WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;

fn main() {
    let options = datagram::Options::start();
    let socket = datagram_socket();
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a new port, with the socket on it from the beginning.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
    // SAFETY: takes no pointers.
    let associated = unsafe { CreateIoCompletionPort(socket as HANDLE, port, 0, 0) };
    assert_eq!(associated, port, "no association: error {}", error());
    if options.skip {
        let mode = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8;
        // SAFETY: takes no pointers.
        unsafe { SetFileCompletionNotificationModes(socket as HANDLE, mode) };
    }
    for _ in 0..options.posted {
        let slot = Box::leak(Box::new(Slot {
            overlapped: OVERLAPPED::default(),
            socket,
            sends: false,
            from: SOCKADDR_IN::default(),
            length: 0,
            buffer: [0; 512],
        }));
        slot.start(0, options.skip);
    }
    announce(tcp_port(socket));
    loop {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let success = unsafe {
            GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        assert!(!overlapped.is_null() && success != 0, "error {}", error());
        // SAFETY: every OVERLAPPED is the beginning of a slot that lives for ever, has one operation, and is touched by this thread.
        let slot = unsafe { &mut *overlapped.cast::<Slot>() };
        slot.sends = !slot.sends;
        slot.start(bytes, options.skip);
    }
}

/// A receive that is kept posted, and the answer to what it gets. The OVERLAPPED comes first: its address is the slot's.
#[repr(C)]
struct Slot {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    sends: bool,
    from: SOCKADDR_IN,
    length: i32,
    buffer: [u8; 512],
}

const _: () = assert!(offset_of!(Slot, overlapped) == 0);

impl Slot {
    /// Sends what was received, or receives. In skip mode what succeeds at once has no packet, so the next step follows here.
    fn start(&mut self, mut bytes: u32, skip: bool) {
        loop {
            let started = if self.sends {
                self.send(&mut bytes)
            } else {
                self.receive(&mut bytes)
            };
            assert!(started == 0 || is_pending(), "error {}", error());
            if !skip || started != 0 {
                return;
            }
            self.sends = !self.sends;
        }
    }

    fn receive(&mut self, bytes: &mut u32) -> i32 {
        self.length = size_of::<SOCKADDR_IN>() as i32;
        let buffer = WSABUF {
            len: 512,
            buf: self.buffer.as_mut_ptr(),
        };
        let mut flags = 0;
        let from = (&raw mut self.from).cast();
        // SAFETY: buffer, address and OVERLAPPED are the slot's, which lives for ever.
        unsafe {
            WSARecvFrom(
                self.socket,
                &buffer,
                1,
                bytes,
                &mut flags,
                from,
                &mut self.length,
                &mut self.overlapped,
                None,
            )
        }
    }

    fn send(&mut self, bytes: &mut u32) -> i32 {
        let buffer = WSABUF {
            len: *bytes,
            buf: self.buffer.as_mut_ptr(),
        };
        let to = (&raw const self.from).cast();
        // SAFETY: as above.
        unsafe {
            WSASendTo(
                self.socket,
                &buffer,
                1,
                bytes,
                0,
                to,
                self.length,
                &mut self.overlapped,
                None,
            )
        }
    }
}
