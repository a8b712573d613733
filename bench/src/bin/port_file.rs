//! Large transfers on one completion port, written with the Win32 functions: every client gets the file by one TransmitFile, or as
//! many bytes from a block of memory by one WSASend after the other.

use std::mem::offset_of;
use std::os::unix::ffi::OsStrExt;
use std::ptr::{null, null_mut};

use larboard_bench::announce;
use larboard_bench::extension::{check, is_pending};
use larboard_bench::large::{self, BLOCK, Source};
use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_win32::Win32::Foundation::{GENERIC_READ, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, TransmitFile, WSABUF, WSASend, closesocket,
};
use larboard_win32::Win32::Storage::FileSystem::{CreateFileA, FILE_SHARE_READ, OPEN_EXISTING};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
};
use larboard_win32::Win32::System::Threading::INFINITE;

fn main() {
    let options = large::Options::start();
    let length = std::fs::metadata(&options.file).expect("the file").len();
    let listener = listening_socket();
    let mut path = options.file.as_os_str().as_bytes().to_vec();
    path.push(0);
    // SAFETY: the path ends with a zero.
    let file = unsafe {
        CreateFileA(
            path.as_ptr(),
            GENERIC_READ,
            FILE_SHARE_READ,
            null(),
            OPEN_EXISTING,
            0,
            null_mut(),
        )
    };
    assert_ne!(file, INVALID_HANDLE_VALUE, "no file: error {}", error());
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
    assert!(!port.is_null(), "no port: error {}", error());
    let worker = port as usize;
    std::thread::spawn(move || work(worker as HANDLE));
    announce(tcp_port(listener));
    loop {
        let socket = accept_client(listener);
        // SAFETY: takes no pointers.
        let associated = unsafe { CreateIoCompletionPort(socket as HANDLE, port, 0, 0) };
        assert_eq!(associated, port, "no association: error {}", error());
        let client = Client {
            overlapped: OVERLAPPED::default(),
            socket,
            left: length,
        };
        let client = Box::into_raw(Box::new(client));
        match options.source {
            Source::File => Client::send_file(client, file),
            Source::Memory => Client::send_block(client),
        }
    }
}

fn work(port: HANDLE) {
    loop {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let success = unsafe {
            GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        if overlapped.is_null() {
            return;
        }
        let client = overlapped.cast::<Client>();
        // SAFETY: a client has one operation, whose packet this is; nobody else touches it.
        let left = unsafe { &mut (*client).left };
        *left -= u64::from(bytes);
        if success == 0 || *left == 0 {
            Client::end(client);
        } else {
            Client::send_block(client);
        }
    }
}

/// One client and its only operation. The OVERLAPPED comes first: its address is the client's.
#[repr(C)]
struct Client {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    left: u64,
}

const _: () = assert!(offset_of!(Client, overlapped) == 0);

impl Client {
    fn send_file(this: *mut Self, file: HANDLE) {
        // SAFETY: the client lives until the packet of its operation; no buffers are passed.
        let started = unsafe {
            let socket = (*this).socket;
            TransmitFile(socket, file, 0, 0, &mut (*this).overlapped, null(), 0)
        };
        if started == 0 && !is_pending() {
            Self::end(this);
        }
    }

    fn send_block(this: *mut Self) {
        static MEMORY: [u8; BLOCK] = [7; BLOCK];
        // SAFETY: as above. The memory is only read.
        let started = unsafe {
            let buffer = WSABUF {
                len: (*this).left.min(BLOCK as u64) as u32,
                buf: MEMORY.as_ptr().cast_mut(),
            };
            let (mut bytes, socket) = (0, (*this).socket);
            WSASend(
                socket,
                &buffer,
                1,
                &mut bytes,
                0,
                &mut (*this).overlapped,
                None,
            )
        };
        if started != 0 && !is_pending() {
            Self::end(this);
        }
    }

    fn end(this: *mut Self) {
        // SAFETY: made by Box::into_raw, and nothing is pending after the packet that brought the client here.
        let client = unsafe { Box::from_raw(this) };
        // SAFETY: takes no pointers.
        check(unsafe { closesocket(client.socket) });
    }
}
