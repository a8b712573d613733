//! The file object: a device with its descriptor, the requests that wait for it, and its association with a port.
//!
//! Invariants:
//! 1. Everything in [`Io`] is touched under its lock, system calls on the descriptor included. So receives take data in
//!    the order of their calls (OVL-24), and a descriptor is never used after it was closed. The one exception is a
//!    blocked synchronous call, which polls the descriptor outside the lock and is counted in `blocked` meanwhile: the
//!    last of them closes the descriptor of a closed file.
//! 2. `state` is one word for what the poller and the callers tell each other; see there.
//! 3. A file is registered with one poller at most, from the first request that pends: its port's, or before there is
//!    one the general one. The registration owns one reference to the file, given back through `retire`.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, fence};

use super::complete::{self, Finished};
use super::descriptor;
use super::monitor;
use super::pool::Bound;
use super::port::Port;
use super::pump;
use super::request::{OverlappedPtr, Request};
use super::state::State;
use super::waiting::{Plain, Waiting};
use super::watch::Watcher;
use crate::device::socket::address::Address;
use crate::device::socket::net_events::NetEvents;
use crate::device::socket::{NO_DESCRIPTOR, Operation, phase};
use crate::device::{Device, Direction};
use crate::object::dispatcher::{Dispatcher, Signal};
use crate::object::thread::Thread;
use crate::object::{HandleCount, Object, Tagged};
use crate::status::Status;
use crate::sync::{Arc, Mutex, MutexGuard, Weak};

/// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, as a bit of the state word.
pub const SKIP_PORT_ON_SUCCESS: u32 = 0x100;
/// FILE_SKIP_SET_EVENT_ON_HANDLE, as a bit of the state word.
pub const SKIP_SET_EVENT: u32 = 0x200;
/// Opened for overlapped use.
pub const OVERLAPPED: u32 = 0x400;
/// The key is that of a pool's binding: each packet owns a share of it.
const COUNTED_KEY: u32 = 0x800;

/// Network events are, or were, selected: every edge counts.
pub const SELECTED: u32 = 0x1000;

/// A file object.
pub struct File {
    /// Made by the first wait: most files are never waited on, and there is one per connection. Until then the flag of
    /// HND-29 is `signalled` alone.
    dispatcher: AtomicPtr<Dispatcher>,
    handles: HandleCount,
    signalled: AtomicBool,
    pub(super) state: State,
    /// Null until `associate`; then one reference to the port, for good.
    port: AtomicPtr<Port>,
    /// Written before `port`.
    key: AtomicUsize,
    io: Mutex<Io>,
    device: Device,
}

/// Port and key.
pub struct Association {
    /// Where packets go.
    pub port: ManuallyDrop<Arc<Port>>,
    /// What they carry.
    pub key: usize,
}

/// Descriptor and queues.
pub struct Io {
    pub(super) fd: i32,
    pub(super) closed: bool,
    registered: Registered,
    receives: Waiting,
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Registered {
    Nowhere,
    General,
    Port,
}

/// What few files have.
#[derive(Default)]
struct Extra {
    /// Operations that wait until the descriptor is writable.
    sends: Waiting,
    /// Receives of urgent data.
    urgent: Waiting,
    /// Threads blocked in a synchronous call.
    blocked: Vec<Arc<Thread>>,
    /// AcceptEx operations of this listener that wait for the first data on their acceptor.
    forwarded: Vec<Weak<File>>,
    /// The listener of the AcceptEx that this socket was last given to.
    accepting: Weak<File>,
    /// The record of its network events.
    selection: Option<Box<NetEvents>>,
    /// The local address of this listener, once it has been asked for.
    address: Option<Box<Address>>,
    /// Its request queue for registered I/O.
    attachment: Option<Arc<dyn Attachment>>,
    /// Who hears of the edges of a watched descriptor.
    watcher: Option<Weak<dyn Watcher>>,
}

/// Whoever performs operations on the descriptor beside the queues here: registered I/O.
pub trait Attachment: Send + Sync {
    /// The last handle is gone, and the descriptor is about to close: ends what is in flight. Called without a lock.
    fn closing(&self);
    /// `fd` takes the place of the descriptor, which is still open. Called under the file's lock.
    fn replaced(&self, fd: i32);
    /// Are there sends that must go before the end of the stream? Called under the file's lock.
    fn is_sending(&self) -> bool;
}

impl Object for File {
    fn dispatcher(&self) -> &Dispatcher {
        match self.existing_dispatcher() {
            Some(dispatcher) => dispatcher,
            None => self.make_dispatcher(),
        }
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn tag(&self) -> u8 {
        File::TAG
    }
    fn last_handle_closed(&self) {
        self.close();
    }
}

// SAFETY: the only implementation of `Tagged`.
unsafe impl Tagged for File {
    const TAG: u8 = 1;
}

impl File {
    /// A file object that owns `fd`. `modes`: [`OVERLAPPED`] or 0.
    pub fn new(fd: i32, device: Device, modes: u32) -> Arc<File> {
        super::install();
        Arc::new(File {
            dispatcher: AtomicPtr::default(),
            handles: HandleCount::default(),
            signalled: AtomicBool::new(false),
            state: State::new(modes),
            port: AtomicPtr::default(),
            key: AtomicUsize::new(0),
            io: Mutex::new(Io {
                fd,
                closed: false,
                registered: Registered::Nowhere,
                receives: Waiting::default(),
                extra: None,
            }),
            device,
        })
    }

    /// An operation without an event has completed (HND-29).
    #[inline]
    pub(super) fn set_signal(&self) {
        self.signalled.store(true, Ordering::Relaxed);
        if let Some(dispatcher) = self.existing_dispatcher() {
            dispatcher.set();
        }
    }

    fn existing_dispatcher(&self) -> Option<&Dispatcher> {
        // SAFETY: null, or a box that is freed only with the file.
        unsafe { self.dispatcher.load(Ordering::SeqCst).as_ref() }
    }

    /// An operation begins.
    #[inline]
    pub(super) fn clear_signal(&self) {
        self.signalled.store(false, Ordering::Relaxed);
        if let Some(dispatcher) = self.existing_dispatcher() {
            dispatcher.reset();
        }
    }

    /// After `set_signal` without this file's lock (an AcceptEx that ends on its acceptor): a dispatcher that was being
    /// made meanwhile may have missed it.
    pub(super) fn repeat_signal(&self) {
        fence(Ordering::SeqCst);
        if self.signalled.load(Ordering::Relaxed) {
            self.set_signal();
        }
    }

    /// Under the lock, as completions are: none comes between the look at `signalled` and the publication.
    #[cold]
    fn make_dispatcher(&self) -> &Dispatcher {
        let io = self.io.lock();
        if self.existing_dispatcher().is_none() {
            let new = Box::new(Dispatcher::new(Signal::Notification(false)));
            self.dispatcher.store(Box::into_raw(new), Ordering::SeqCst);
            fence(Ordering::SeqCst);
        }
        let Some(dispatcher) = self.existing_dispatcher() else {
            unreachable!("there is one now, and it stays");
        };
        if self.signalled.load(Ordering::Relaxed) {
            dispatcher.set();
        }
        drop(io);
        dispatcher
    }

    /// What it does.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Its port, once associated.
    pub fn association(&self) -> Option<Association> {
        let port = self.port.load(Ordering::Acquire);
        if port.is_null() {
            return None;
        }
        // SAFETY: `associate` put a reference here that stays as long as the file; it is lent, not given.
        let port = ManuallyDrop::new(unsafe { Arc::from_raw(port) });
        Some(Association {
            port,
            key: self.key.load(Ordering::Relaxed),
        })
    }

    /// Has it a port?
    pub fn is_associated(&self) -> bool {
        !self.port.load(Ordering::Acquire).is_null()
    }

    /// Are all of these mode bits set?
    pub fn has_modes(&self, modes: u32) -> bool {
        self.state.has(modes)
    }

    /// Overlapped, and without what the short ways of `plain` do not know.
    #[inline]
    pub fn is_usual(&self) -> bool {
        self.state.has_of(OVERLAPPED, OVERLAPPED | SELECTED)
    }

    /// Adds notification modes. They cannot be taken back (PORT-23). INVALID_PARAMETER for a synchronous handle.
    pub fn add_modes(&self, modes: u32) -> Result<(), Status> {
        if !self.has_modes(OVERLAPPED) {
            return Err(Status::INVALID_PARAMETER);
        }
        self.state.add(modes);
        Ok(())
    }

    /// Runs `f` with the descriptor. INVALID_HANDLE once the file is closed; TOO_MANY_OPENED_FILES and the like if a
    /// socket that has none yet cannot get one.
    pub fn with_fd<R>(&self, f: impl FnOnce(i32) -> R) -> Result<R, Status> {
        let mut io = self.io.lock();
        if io.closed {
            return Err(Status::INVALID_HANDLE);
        }
        self.furnish(&mut io)?;
        Ok(f(io.fd))
    }

    /// Has the last handle been closed?
    pub fn is_closed(&self) -> bool {
        self.io.lock().closed
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Io> {
        self.io.lock()
    }

    /// Associates the file with a port for its whole life. INVALID_PARAMETER for a synchronous handle and for a second
    /// association (PORT-07, PORT-08).
    pub fn associate(self: &Arc<Self>, port: &Arc<Port>, key: usize) -> Result<(), Status> {
        self.associate_as(port, key, 0)
    }

    fn associate_as(
        self: &Arc<Self>,
        port: &Arc<Port>,
        key: usize,
        mode: u32,
    ) -> Result<(), Status> {
        if !self.has_modes(OVERLAPPED) {
            return Err(Status::INVALID_PARAMETER);
        }
        let mut io = self.io.lock();
        if io.closed {
            return Err(Status::INVALID_HANDLE);
        }
        if self.is_associated() {
            return Err(Status::INVALID_PARAMETER);
        }
        // A file that nobody looks out for yet is registered by the first request that has to wait.
        let pending = io.pending();
        let moves = io.registered == Registered::General;
        if moves {
            // The new registration reports what is there already, perhaps at once: forget before, not after.
            self.state.forget_readable();
            port.pump()
                .register(io.fd, self)
                .inspect_err(|_| self.state.mark_ready(Direction::In))?;
            let general = pump::GENERAL.pump()?;
            general.unregister(io.fd, self);
            general.settled(pending);
            port.pump().pended(pending);
            io.registered = Registered::Port;
        }
        self.state.add(mode);
        self.key.store(key, Ordering::Relaxed);
        let reference = Arc::into_raw(port.clone()).cast_mut();
        self.port.store(reference, Ordering::Release);
        drop(io);
        if moves {
            port.registered();
        }
        if pending != 0 {
            monitor::arm(); // they were another poller's until now
        }
        Ok(())
    }

    /// Associates the file with the pool's port. The file takes over one share of the key.
    pub(super) fn associate_counted(
        self: &Arc<Self>,
        port: &Arc<Port>,
        key: usize,
    ) -> Result<(), Status> {
        self.associate_as(port, key, COUNTED_KEY)
    }

    /// The key for a packet.
    pub(super) fn packet_key(&self, association: &Association) -> usize {
        if self.has_modes(COUNTED_KEY) {
            // SAFETY: this file owns a share as long as it lives.
            unsafe { Bound::retain(association.key) };
        }
        association.key
    }

    /// Makes sure that somebody hears of the descriptor's edges.
    pub(super) fn register(self: &Arc<Self>, io: &mut Io) -> Result<(), Status> {
        if io.registered != Registered::Nowhere {
            return Ok(());
        }
        self.furnish(io)?;
        if let Some(Association { port, .. }) = self.association() {
            port.pump().register(io.fd, self)?;
            io.registered = Registered::Port;
            port.registered();
        } else {
            pump::GENERAL.pump()?.register(io.fd, self)?;
            io.registered = Registered::General;
        }
        Ok(())
    }

    /// Nobody need hear of the descriptor any more.
    pub(super) fn unregister(&self, io: &mut Io) {
        if let Some(pump) = self.pump(io) {
            pump.unregister(io.fd, self);
            io.registered = Registered::Nowhere;
        }
    }

    /// One more request waits.
    #[inline]
    pub(super) fn pended(&self, io: &Io) {
        if let Some(pump) = self.pump(io) {
            pump.pended(1);
        }
    }

    /// The pump of a registered file.
    #[inline]
    pub(super) fn pump(&self, io: &Io) -> Option<&pump::Pump> {
        match io.registered {
            Registered::Nowhere => None,
            Registered::General => pump::GENERAL.pump().ok(),
            Registered::Port => {
                // SAFETY: set by `associate`, kept as long as the file.
                unsafe { self.port.load(Ordering::Acquire).as_ref() }.map(Port::pump)
            }
        }
    }

    /// Threads that are blocked on this file look at it again: it has become something else (connect, listen), of which
    /// its descriptor does not tell.
    pub fn rouse(&self) {
        self.io.lock().rouse();
    }

    /// shutdown: 0 receive, 1 send, 2 both. What is queued is sent first (OVL-52).
    pub fn shutdown(&self, how: i32) -> Result<(), Status> {
        let Device::Socket(socket) = &self.device else {
            return Err(Status::OBJECT_TYPE_MISMATCH);
        };
        let mut io = self.io.lock();
        if io.closed {
            return Err(Status::INVALID_HANDLE);
        }
        socket.shutdown(how)?;
        if how != 0 {
            socket.set(phase::END_DUE);
            let attached = io.attachment();
            if io.is_idle(Direction::Out) && !attached.is_some_and(|queue| queue.is_sending()) {
                self.end_if_due(&mut io);
            }
        }
        Ok(())
    }

    /// The last queued send has gone: the end of the stream follows it.
    pub(super) fn end_if_due(&self, io: &mut Io) {
        if let Device::Socket(socket) = &self.device
            && socket.is(phase::END_DUE)
        {
            socket.clear(phase::END_DUE);
            // SAFETY: plain system call.
            unsafe { libc::shutdown(io.fd, libc::SHUT_WR) };
        }
    }

    /// The last handle is gone: everything pending ends with an abort status, the descriptor closes (HND-15).
    pub(super) fn close(&self) {
        self.detach();
        let mut io = self.io.lock();
        if std::mem::replace(&mut io.closed, true) {
            return;
        }
        let status = |request: &Request| match &self.device {
            Device::Socket(socket) if request.completion.sink().is_none() => {
                socket.abort_status(&request.operation)
            }
            _ => Status::CANCELLED,
        };
        let selected = io.selection().is_some();
        let ended = io.drain();
        self.settle(&io, ended.len() + usize::from(selected));
        self.unregister(&mut io);
        let mut extra = io.extra.take().unwrap_or_default();
        let listener = std::mem::take(&mut extra.accepting).upgrade();
        extra.selection = None;
        for thread in &extra.blocked {
            thread.unpark();
        }
        if extra.blocked.is_empty() {
            descriptor::close(std::mem::replace(&mut io.fd, NO_DESCRIPTOR));
        }
        io.extra = Some(extra).filter(|e| !e.blocked.is_empty() || !e.forwarded.is_empty());
        for request in ended {
            let finished = Finished::failed(status(&request), request.operation.done());
            complete::complete(self, request, finished, &mut complete::post);
        }
        let forwarded = io.extra.as_mut().map(|e| std::mem::take(&mut e.forwarded));
        drop(io);
        if let Device::Disk(disk) = &self.device {
            disk.closed();
        }
        super::accept::listener_closed(self, forwarded.unwrap_or_default());
        if let Some(listener) = listener {
            super::accept::acceptor_closed(&listener, self);
        }
    }

    /// Ties a request queue to this socket for its whole life. INVALID_HANDLE once it is closed, INVALID_PARAMETER if it
    /// has one. `with_fd` runs under the lock, before anybody knows of the queue.
    pub fn attach(
        &self,
        attachment: Arc<dyn Attachment>,
        with_fd: impl FnOnce(i32),
    ) -> Result<(), Status> {
        let mut io = self.io.lock();
        if io.closed {
            return Err(Status::INVALID_HANDLE);
        }
        self.furnish(&mut io)?;
        let place = &mut io.extra.get_or_insert_default().attachment;
        if place.is_some() {
            return Err(Status::INVALID_PARAMETER);
        }
        *place = Some(attachment);
        with_fd(io.fd);
        Ok(())
    }

    /// What is in flight there ends first: until then the descriptor has to stay what it is.
    fn detach(&self) {
        let mut io = self.io.lock();
        let attachment = io.extra.as_mut().and_then(|extra| extra.attachment.take());
        drop(io);
        if let Some(attachment) = attachment {
            attachment.closing();
        }
    }

    pub(super) fn set_watcher(&self, watcher: Weak<dyn Watcher>) {
        self.io.lock().extra.get_or_insert_default().watcher = Some(watcher);
    }

    pub(super) fn watcher(&self) -> Option<Arc<dyn Watcher>> {
        self.io.lock().extra.as_ref()?.watcher.as_ref()?.upgrade()
    }

    /// A synchronous call is about to poll the descriptor outside the lock.
    pub(super) fn begin_blocking(&self, io: &mut Io, thread: &Arc<Thread>) {
        io.extra
            .get_or_insert_default()
            .blocked
            .push(thread.clone());
    }

    /// It is back. The last one out closes the descriptor of a closed file.
    pub(super) fn end_blocking(&self, io: &mut Io, thread: &Arc<Thread>) {
        let Some(extra) = &mut io.extra else { return };
        if let Some(at) = extra.blocked.iter().position(|t| Arc::ptr_eq(t, thread)) {
            extra.blocked.swap_remove(at);
        }
        if io.closed && extra.blocked.is_empty() {
            descriptor::close(std::mem::replace(&mut io.fd, NO_DESCRIPTOR));
        }
    }

    /// This socket is given to an AcceptEx of `listener`, which its closing will end (OVL-85).
    pub fn accept_for(&self, listener: &Arc<File>) {
        self.io.lock().extra.get_or_insert_default().accepting = Arc::downgrade(listener);
    }

    /// The connection has come, or will not.
    pub(super) fn accepted(&self) {
        let mut io = self.io.lock();
        if let Some(extra) = &mut io.extra {
            extra.accepting = Weak::new();
            let Extra {
                sends,
                urgent,
                blocked,
                forwarded,
                selection,
                attachment,
                ..
            } = &**extra;
            if sends.is_empty()
                && urgent.is_empty()
                && blocked.is_empty()
                && forwarded.is_empty()
                && selection.is_none()
                && attachment.is_none()
            {
                io.extra = None;
            }
        }
    }

    /// The acceptors of `forward`.
    pub(super) fn forwarded(&self) -> Vec<Arc<File>> {
        let io = self.io.lock();
        let weak = io.extra.as_ref().map(|e| e.forwarded.as_slice());
        weak.unwrap_or_default()
            .iter()
            .filter_map(Weak::upgrade)
            .collect()
    }

    /// `n` requests of this file are no longer in flight.
    pub(super) fn settle(&self, io: &Io, n: usize) {
        if let Some(pump) = self.pump(io) {
            pump.settled(n);
        }
    }

    /// Is an attempt worth a system call?
    pub(super) fn is_ready(&self, io: &Io, direction: Direction) -> bool {
        io.registered == Registered::Nowhere || self.state.is_ready(direction)
    }
}

impl Io {
    /// Remembers the acceptor of an AcceptEx of this listener that now waits for data there.
    pub(super) fn forward(&mut self, acceptor: &Arc<File>) {
        let forwarded = &mut self.extra.get_or_insert_default().forwarded;
        if forwarded.len() >= 16 && forwarded.len().is_power_of_two() {
            forwarded.retain(|file| {
                file.upgrade()
                    .is_some_and(|file| !file.io.lock().receives.is_empty())
            });
        }
        forwarded.push(Arc::downgrade(acceptor));
    }

    /// The local address of a connection of this listener: the listener's own, unless that is the address of no host.
    pub(super) fn address_of_accepted(&mut self, accepted: i32) -> Address {
        let fd = self.fd;
        let own = &mut self.extra.get_or_insert_default().address;
        let own = own.get_or_insert_with(|| Box::new(Address::of_socket(fd)));
        if own.is_unspecified() {
            Address::of_socket(accepted)
        } else {
            **own
        }
    }

    fn existing(&self, direction: Direction) -> Option<&Waiting> {
        let extra = self.extra.as_ref();
        match direction {
            Direction::In => Some(&self.receives),
            Direction::Out => extra.map(|extra| &extra.sends),
            Direction::Urgent => extra.map(|extra| &extra.urgent),
        }
    }

    fn existing_mut(&mut self, direction: Direction) -> Option<&mut Waiting> {
        let extra = self.extra.as_mut();
        match direction {
            Direction::In => Some(&mut self.receives),
            Direction::Out => extra.map(|extra| &mut extra.sends),
            Direction::Urgent => extra.map(|extra| &mut extra.urgent),
        }
    }

    /// Has an operation waited here at some time?
    pub(super) fn is_registered(&self) -> bool {
        self.registered != Registered::Nowhere
    }

    /// Does nothing wait in this direction?
    pub(super) fn is_idle(&self, direction: Direction) -> bool {
        self.existing(direction).is_none_or(Waiting::is_empty)
    }

    /// Wakes those who poll the descriptor.
    pub(super) fn rouse(&self) {
        for thread in self.extra.iter().flat_map(|extra| &extra.blocked) {
            thread.unpark();
        }
    }

    /// Does anybody wait for what happens on the descriptor, has it selected events, or a request queue?
    pub(super) fn is_watched(&self) -> bool {
        let blocked = self.extra.iter().any(|extra| !extra.blocked.is_empty());
        blocked || self.pending() != 0 || self.attachment().is_some()
    }

    /// How many requests wait; a selection of network events is one.
    fn pending(&self) -> usize {
        let length = |direction| self.existing(direction).map_or(0, Waiting::len);
        let requests: usize = Direction::ALL.into_iter().map(length).sum();
        requests + usize::from(self.selection().is_some())
    }

    /// The record of the network events.
    pub(super) fn selection(&self) -> Option<&NetEvents> {
        self.extra.as_ref()?.selection.as_deref()
    }

    /// The same to be changed, or made.
    pub(super) fn selection_mut(&mut self) -> &mut Option<Box<NetEvents>> {
        &mut self.extra.get_or_insert_default().selection
    }

    pub(super) fn attachment(&self) -> Option<&dyn Attachment> {
        self.extra.as_ref()?.attachment.as_deref()
    }

    /// Puts a request behind the others.
    pub(super) fn push(&mut self, direction: Direction, request: Request) {
        let waiting = match direction {
            Direction::In => &mut self.receives,
            Direction::Out => &mut self.extra.get_or_insert_default().sends,
            Direction::Urgent => &mut self.extra.get_or_insert_default().urgent,
        };
        waiting.push(request);
    }

    /// See [`Waiting::put`], [`Waiting::plain`], [`Waiting::take`], all of the receives.
    #[inline]
    pub(super) fn wait_plainly(&mut self, plain: Plain) {
        self.receives.put(plain);
    }

    #[inline]
    pub(super) fn plain(&self) -> Option<(*mut u8, u32, OverlappedPtr)> {
        self.receives.plain()
    }

    #[inline]
    pub(super) fn take_plain(&mut self) -> Option<Plain> {
        self.receives.take()
    }

    /// Lends the oldest operation to `f`.
    pub(super) fn with_front<R>(
        &mut self,
        direction: Direction,
        f: impl FnOnce(&mut Operation) -> R,
    ) -> Option<R> {
        self.existing_mut(direction)?.with_front(f)
    }

    /// Takes the oldest request out.
    pub(super) fn pop(&mut self, direction: Direction) -> Option<Request> {
        self.existing_mut(direction)?.pop()
    }

    /// Takes out those for which `is` says yes, oldest first.
    pub(super) fn extract(
        &mut self,
        direction: Direction,
        is: impl Fn(&Request) -> bool,
    ) -> Vec<Request> {
        let waiting = self.existing_mut(direction);
        waiting
            .map(|waiting| waiting.extract(is))
            .unwrap_or_default()
    }

    /// Everything that waits, oldest first in each direction.
    fn drain(&mut self) -> Vec<Request> {
        let all = |_: &Request| true;
        Direction::ALL
            .into_iter()
            .flat_map(|direction| self.extract(direction, all))
            .collect()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // A file whose handle was never given out.
        descriptor::close(self.io.get_mut().fd);
        if self.has_modes(COUNTED_KEY) {
            // SAFETY: the share that `associate_counted` took over.
            drop(unsafe { Bound::release(*self.key.get_mut()) });
        }
        let (dispatcher, port) = (*self.dispatcher.get_mut(), *self.port.get_mut());
        // SAFETY: each is null or owned by this file, made by Box::into_raw and Arc::into_raw.
        unsafe {
            if !dispatcher.is_null() {
                drop(Box::from_raw(dispatcher));
            }
            if !port.is_null() {
                drop(Arc::from_raw(port));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    /// There is one file object per connection; a connection with a pending receive is to cost little.
    #[test]
    fn sizes() {
        assert!(
            size_of::<super::File>() <= 144,
            "{}",
            size_of::<super::File>()
        );
        assert!(
            size_of::<super::Request>() <= 88,
            "{}",
            size_of::<super::Request>()
        );
    }
}
