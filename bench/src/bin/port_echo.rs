//! An echo server on one completion port, written with the Win32 functions.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::mem::offset_of;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_bench::{ServerOptions, announce};
use larboard_win32::Win32::Foundation::{ERROR_IO_PENDING, FALSE, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, WSABUF, WSAGetLastError, WSARecv, WSASend, closesocket,
};
use larboard_win32::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx, OVERLAPPED,
    OVERLAPPED_ENTRY,
};
use larboard_win32::Win32::System::Threading::INFINITE;
use larboard_win32::Win32::System::WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;

#[derive(Clone, Copy, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
    /// No packet for what succeeds at once.
    #[arg(long)]
    skip: bool,
    /// Take packets in batches.
    #[arg(long)]
    batch: bool,
    /// Compute so many microseconds for each message.
    #[arg(long, default_value_t = 0)]
    work: u64,
    /// Take handlers for short or long, whatever they are.
    #[arg(long, value_enum)]
    handlers: Option<Handlers>,
}

/// How long the handlers of a port are said to be.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Handlers {
    /// A worker is expected back soon.
    Short,
    /// Nobody is: another worker is woken at once.
    Long,
}

/// Packets taken at once with --batch.
const BATCH: usize = 64;

fn main() {
    let options = Options::parse();
    options.server.bind();
    if let Some(handlers) = options.handlers {
        let name = handlers.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        // SAFETY: no other thread has been started.
        unsafe { std::env::set_var("LARBOARD_HANDLERS", name) };
    }
    serve(options)
}

/// Accepts clients for ever.
fn serve(options: Options) {
    let workers = options.server.workers;
    let listener = listening_socket();
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port =
        unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, workers as u32) };
    assert!(!port.is_null(), "no port: error {}", error());
    for _ in 0..workers {
        let port = port as usize;
        std::thread::spawn(move || match options.batch {
            true => work_in_batches(port as HANDLE, options),
            false => work(port as HANDLE, options),
        });
    }
    announce(tcp_port(listener));
    loop {
        admit(port, accept_client(listener), options);
    }
}

/// Associates a client with the port and starts its first receive.
fn admit(port: HANDLE, socket: SOCKET, options: Options) {
    // SAFETY: takes no pointers.
    let associated = unsafe { CreateIoCompletionPort(socket as HANDLE, port, 0, 0) };
    assert_eq!(associated, port, "no association: error {}", error());
    if options.skip {
        // SAFETY: takes no pointers.
        unsafe {
            SetFileCompletionNotificationModes(
                socket as HANDLE,
                FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8,
            )
        };
    }
    Client::proceed(Client::new(socket, options.server.buffer), 0, options.skip);
}

/// Takes packets and moves their clients on.
fn work(port: HANDLE, options: Options) {
    loop {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let success = unsafe {
            GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        if overlapped.is_null() {
            return;
        }
        if success == 0 {
            bytes = 0;
        }
        settle(overlapped, bytes, options);
    }
}

/// The same, with as many packets at once as there are.
fn work_in_batches(port: HANDLE, options: Options) {
    let mut packets = [OVERLAPPED_ENTRY::default(); BATCH];
    loop {
        let mut taken = 0;
        let (to, room) = (packets.as_mut_ptr(), BATCH as u32);
        // SAFETY: the array is live and its length is passed; the count is live.
        let success =
            unsafe { GetQueuedCompletionStatusEx(port, to, room, &mut taken, INFINITE, FALSE) };
        if success == FALSE {
            return;
        }
        for packet in &packets[..taken as usize] {
            // The operation's status: not 0 if it failed.
            let bytes = match packet.Internal {
                0 => packet.dwNumberOfBytesTransferred,
                _ => 0,
            };
            settle(packet.lpOverlapped, bytes, options);
        }
    }
}

/// Moves the client of a packet on, or ends it if nothing was transferred.
fn settle(overlapped: *mut OVERLAPPED, bytes: u32, options: Options) {
    let client = overlapped.cast::<Client>();
    if bytes == 0 {
        return Client::end(client);
    }
    // SAFETY: the packet makes the client this thread's own.
    if options.work > 0 && unsafe { (*client).due == 0 } {
        compute(Duration::from_micros(options.work));
    }
    Client::proceed(client, bytes, options.skip);
}

/// What a server with more to do than to echo does with a message.
fn compute(length: Duration) {
    let start = Instant::now();
    while start.elapsed() < length {
        std::hint::spin_loop();
    }
}

/// One client and its only operation. The OVERLAPPED comes first: its address is the client's. The buffer follows in the same block.
#[repr(C)]
struct Client {
    overlapped: OVERLAPPED,
    socket: SOCKET,
    /// Bytes in the buffer that go back; 0 while receiving.
    due: u32,
    sent: u32,
    /// Length of the buffer.
    room: u32,
    buffer: [u8; 0],
}

const _: () = assert!(offset_of!(Client, overlapped) == 0);

impl Client {
    fn new(socket: SOCKET, room: usize) -> *mut Self {
        let layout = Self::layout(room);
        // SAFETY: the size is not 0.
        let this = unsafe { alloc_zeroed(layout) }.cast::<Self>();
        if this.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: the block is of the layout of a client, and zeroes are one without a socket.
        unsafe {
            (*this).socket = socket;
            (*this).room = room as u32;
        }
        this
    }

    /// A client with a buffer of this length.
    fn layout(room: usize) -> Layout {
        let size = offset_of!(Self, buffer) + room;
        let layout = Layout::from_size_align(size.max(size_of::<Self>()), align_of::<Self>());
        layout.expect("a buffer of a sensible length")
    }

    /// Goes on after `bytes` were transferred: sends the rest of what is due, or else receives. In skip mode what succeeds at once has
    /// no packet, so the next step follows here.
    fn proceed(this: *mut Self, mut bytes: u32, skip: bool) {
        loop {
            // SAFETY: a client has one operation; nobody else touches it from the packet of one to the start of the next, which is
            // the last access here.
            unsafe { (*this).advance(bytes) };
            match Self::start(this) {
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

    fn start(this: *mut Self) -> Started {
        let (mut bytes, mut flags) = (0, 0);
        // SAFETY: as in `proceed`; `new` made the buffer as long as `room` says, and no more than that is due.
        let (socket, due, buffer) = unsafe {
            let Self {
                socket,
                due,
                sent,
                room,
                ..
            } = *this;
            let start = (&raw mut (*this).buffer).cast::<u8>();
            let buffer = match due {
                0 => WSABUF {
                    len: room,
                    buf: start,
                },
                _ => WSABUF {
                    len: due - sent,
                    buf: start.add(sent as usize),
                },
            };
            (socket, due, buffer)
        };
        let overlapped = this.cast::<OVERLAPPED>();
        let (one, to) = (&raw const buffer, &raw mut bytes);
        let result = if due == 0 {
            // SAFETY: buffer and OVERLAPPED live until `end`, which follows the completion.
            unsafe { WSARecv(socket, one, 1, to, &mut flags, overlapped, None) }
        } else {
            // SAFETY: as above.
            unsafe { WSASend(socket, one, 1, to, 0, overlapped, None) }
        };
        match result {
            0 => Started::Done(bytes),
            // SAFETY: takes no pointers.
            _ if unsafe { WSAGetLastError() } == ERROR_IO_PENDING as i32 => Started::Pending,
            _ => Started::Failed,
        }
    }

    fn end(this: *mut Self) {
        // SAFETY: `new` made the block of this layout, and nothing is pending after the packet that brought the client here.
        unsafe {
            let Self { socket, room, .. } = *this;
            closesocket(socket);
            dealloc(this.cast(), Self::layout(room as usize));
        }
    }
}

/// How an operation began.
enum Started {
    Done(u32),
    Pending,
    Failed,
}
