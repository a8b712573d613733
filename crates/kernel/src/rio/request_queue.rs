//! Request queues: what ties a socket to two completion queues, and takes its requests.
//!
//! Every call holds the queue's own lock, that of its place in the table: so requests keep their order even if one thread
//! commits while another one makes more.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::buffer::Region;
use super::completion_queue::{self, CompletionQueue, FileHalf};
use super::half::{Half, Request};
use super::message::Message;
use super::slots::{Id, Kind, Table};
use crate::device::socket::{DATAGRAM, STREAM, Socket, address::Address, phase};
use crate::device::{Device, Direction};
use crate::io::complete::{self, Finished};
use crate::io::file::{Attachment, File};
use crate::io::request::{self, Completion, OverlappedPtr, Rare, Sink, Started};
use crate::status::Status;
use crate::sync::Arc;

/// What a request queue may have outstanding.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Receives.
    pub receives: u32,
    /// Sends.
    pub sends: u32,
}

/// What a program asks of a request queue.
pub struct Order {
    /// Receive or send.
    pub direction: Direction,
    /// The data.
    pub region: Region,
    /// Complete only when the region is full.
    pub fills: bool,
    /// It may set off a notification.
    pub notifies: bool,
    /// It may wait until the next request or commit.
    pub deferred: bool,
    /// Comes back with its end.
    pub context: u64,
    /// Addresses, control data, flags.
    pub message: Option<Box<Message>>,
}

static QUEUES: Table<Arc<RequestQueue>> = Table::new(Kind::RequestQueue);

/// Gives a socket its request queue, for as long as it is open.
///
/// INVALID_PARAMETER for an unknown completion queue, for no limits at all, and for a socket that has one already;
/// INSUFFICIENT_RESOURCES if a completion queue is too small; NOT_SUPPORTED for a socket that was not made for this.
pub fn create(
    file: &Arc<File>,
    limits: Limits,
    (receives, sends): (Id, Id),
    context: u64,
) -> Result<Id, Status> {
    let socket = socket(file).ok_or(Status::OBJECT_TYPE_MISMATCH)?;
    let find = |queue| completion_queue::find(queue).ok_or(Status::INVALID_PARAMETER);
    let (receives, sends) = (find(receives)?, find(sends)?);
    if limits.receives == 0 && limits.sends == 0 {
        return Err(Status::INVALID_PARAMETER);
    }
    if !socket.is(phase::REGISTERED) || !matches!(socket.kind(), STREAM | DATAGRAM) {
        return Err(Status::NOT_SUPPORTED);
    }
    let receives = Side::new(file, Direction::In, limits.receives, receives, context)?;
    let sends = Side::new(file, Direction::Out, limits.sends, sends, context)
        .inspect_err(|_| receives.withdraw())?;
    let queue = Arc::new(RequestQueue {
        id: OnceLock::new(),
        file: file.clone(),
        receives,
        sends,
        hides_packet_information: AtomicBool::new(false),
    });
    let id = QUEUES.insert(queue.clone())?;
    let _ = queue.id.set(id); // nobody else knows of it yet
    let attached = file.attach(queue.clone(), |fd| queue.replaced(fd));
    if let Err(status) = attached {
        QUEUES.remove(id);
        queue.receives.withdraw();
        queue.sends.withdraw();
        return Err(status);
    }
    Ok(id)
}

/// Changes the limits. INVALID_PARAMETER for an unknown queue or no limits at all; WSAETOOMANYREFS below what is
/// outstanding; INSUFFICIENT_RESOURCES beyond the room of a completion queue.
pub fn resize(queue: Id, limits: Limits) -> Result<(), Status> {
    if limits.receives == 0 && limits.sends == 0 {
        return Err(Status::INVALID_PARAMETER);
    }
    with(queue, |queue| {
        let before = queue.receives.set_limit(limits.receives)?;
        queue
            .sends
            .set_limit(limits.sends)
            .map(drop)
            .inspect_err(|_| {
                // What was possible a moment ago may have become impossible only if the program resizes twice at a time.
                let _ = queue.receives.set_limit(before);
            })
    })
}

/// Takes a request.
///
/// INVALID_PARAMETER for an unknown queue or a closed completion queue; INSUFFICIENT_RESOURCES if as many are outstanding
/// as may be; what the socket has against it.
pub fn request(queue: Id, order: Order) -> Result<(), Status> {
    with(queue, |queue| queue.request(order))
}

/// Starts what was deferred.
pub fn commit(queue: Id, direction: Direction) -> Result<(), Status> {
    with(queue, |queue| {
        let side = queue.side(direction);
        if side.on_ring {
            side.queue.submit();
        }
        Ok(())
    })
}

fn with(queue: Id, f: impl FnOnce(&Arc<RequestQueue>) -> Result<(), Status>) -> Result<(), Status> {
    QUEUES
        .with(queue, f)
        .unwrap_or(Err(Status::INVALID_PARAMETER))
}

/// A request queue.
struct RequestQueue {
    id: OnceLock<Id>,
    file: Arc<File>,
    receives: Side,
    sends: Side,
    /// Packet information was switched on for local addresses alone.
    hides_packet_information: AtomicBool,
}

/// One direction, as seen from the request queue.
struct Side {
    queue: Arc<CompletionQueue>,
    half: u32,
    on_ring: bool,
}

impl Side {
    fn new(
        file: &Arc<File>,
        direction: Direction,
        limit: u32,
        queue: Arc<CompletionQueue>,
        context: u64,
    ) -> Result<Side, Status> {
        let stream = socket(file).is_some_and(Socket::is_stream);
        let on_ring = queue.has_ring() && stream;
        let half = Half::new(file.clone(), direction, limit, context);
        let half = queue.add(half, on_ring)?;
        Ok(Side {
            queue,
            half,
            on_ring,
        })
    }

    fn withdraw(&self) {
        self.queue.lock().withdraw(self.half);
    }

    /// Gives the limit there was.
    fn set_limit(&self, limit: u32) -> Result<u32, Status> {
        const TOO_MANY_REFERENCES: Status = Status::from_wsa(10059);
        let mut state = self.queue.lock();
        let half = state.half(self.half).ok_or(Status::INVALID_PARAMETER)?;
        let before = half.limit;
        if limit < half.outstanding {
            return Err(TOO_MANY_REFERENCES);
        }
        state.set_limit(self.half, limit)?;
        Ok(before)
    }
}

impl RequestQueue {
    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Out => &self.sends,
            Direction::In | Direction::Urgent => &self.receives,
        }
    }

    fn request(&self, order: Order) -> Result<(), Status> {
        let side = self.side(order.direction);
        let mut request = Request::new(order.region, order.context);
        request.fills = order.fills;
        request.notifies = order.notifies;
        request.message = order.message;
        self.admit(&mut request, order.direction)?;
        if side.on_ring {
            return side.queue.start(side.half, request, !order.deferred);
        }
        if let Some(message) = &mut request.message {
            self.prepare_message(message, order.direction)?;
        }
        self.start(side, request)
    }

    /// The errors that come before anything is tried.
    fn admit(&self, request: &mut Request, direction: Direction) -> Result<(), Status> {
        let socket = socket(&self.file).ok_or(Status::OBJECT_TYPE_MISMATCH)?;
        if socket.is_open_stream() {
            return Ok(());
        }
        let family = request
            .message
            .as_ref()
            .and_then(|message| message.family());
        if family.is_some_and(|family| family != socket.family()) {
            return Err(Status::from_wsa(10047)); // WSAEAFNOSUPPORT
        }
        if !socket.is_stream() && direction == Direction::Out && family.is_some() {
            return match socket.is(phase::SHUT_SEND) {
                true => Err(Status::PIPE_DISCONNECTED),
                false => Ok(()),
            };
        }
        let message = request.message.take();
        let admitted = socket.admit(&request.operation(direction));
        request.message = message;
        admitted
    }

    /// The local address of a datagram is known from its packet information, where the socket has all addresses.
    fn prepare_message(&self, message: &mut Message, direction: Direction) -> Result<(), Status> {
        if direction != Direction::In || !message.wants_local_address() {
            return Ok(());
        }
        let hides = &self.hides_packet_information;
        let switched_on = self.file.with_fd(|fd| {
            Address::of_socket(fd).is_unspecified() && switch_packet_information_on(fd)
        })?;
        if switched_on {
            hides.store(true, Ordering::Relaxed);
        }
        if hides.load(Ordering::Relaxed) {
            message.hide_packet_information();
        }
        Ok(())
    }

    /// Hands a request to the file object. There is nothing to be gained by deferring it.
    fn start(&self, side: &Side, request: Request) -> Result<(), Status> {
        let mut state = side.queue.lock();
        state.charge(side.half)?;
        let half = state.half(side.half).ok_or(Status::INVALID_PARAMETER)?;
        let (operation, number) = half.push_for_file(request);
        drop(state);
        let sink = Arc::new(FileHalf {
            queue: side.queue.clone(),
            half: side.half,
        });
        let completion = Completion {
            overlapped: OverlappedPtr(std::ptr::null_mut()),
            event: None,
            packet: false,
            rare: Some(Box::new(Rare {
                sink: Some((sink.clone(), number)),
                ..Rare::default()
            })),
        };
        if let Started::Failed(status) = request::start(&self.file, operation, completion) {
            let finished = Finished::failed(status, 0);
            sink.finished(number, finished, &mut complete::post);
        }
        Ok(())
    }
}

impl Attachment for RequestQueue {
    fn closing(&self) {
        if let Some(id) = self.id.get() {
            QUEUES.remove(*id);
        }
        for side in [&self.receives, &self.sends] {
            side.queue.end(side.half, side.on_ring);
        }
    }

    fn replaced(&self, fd: i32) {
        for side in [&self.receives, &self.sends] {
            side.queue.lock().replace(side.half, fd, side.on_ring);
        }
    }

    fn is_sending(&self) -> bool {
        self.sends.on_ring && self.sends.queue.lock().is_sending(self.sends.half)
    }
}

fn socket(file: &File) -> Option<&Socket> {
    match file.device() {
        Device::Socket(socket) => Some(socket),
        Device::Disk(_) | Device::Watched => None,
    }
}

/// True if it was off, and is on now.
fn switch_packet_information_on(fd: i32) -> bool {
    let ipv6 = Address::of_socket(fd).family() == crate::device::socket::address::AF_INET6;
    let (level, name) = if ipv6 {
        (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO)
    } else {
        (libc::IPPROTO_IP, libc::IP_PKTINFO)
    };
    let mut value = 0i32;
    let mut length = size_of::<i32>() as libc::socklen_t;
    let on = 1i32;
    // SAFETY: value and length are of this frame and have the sizes given.
    unsafe {
        let asked = libc::getsockopt(fd, level, name, (&raw mut value).cast(), &mut length);
        asked == 0
            && value == 0
            && libc::setsockopt(fd, level, name, (&raw const on).cast(), length) == 0
    }
}
