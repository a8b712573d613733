//! Completion queues: the entries of finished requests in the order in which they finished, the ring that most of them
//! come from, and who is told that there are any.
//!
//! Invariants, under the queue's lock:
//! 1. `reserved` is the sum of the limits of the halves whose socket is open, and of what is outstanding on the others.
//!    It never exceeds `size`.
//! 2. `telling` counts the entries that may set off a notification; while the queue is armed it is 0.
//! 3. The watch counts as expecting something exactly while the queue is armed or requests wait for others (`chained`).

use std::collections::VecDeque;

use parking_lot::{Mutex, MutexGuard};

use super::half::{Half, Request};
use super::slots::{Id, Kind, Table};
use super::{Engine, wanted};
use crate::engine::uring::{Report, Ring};
use crate::io::complete::{self, Deliver, Finished};
use crate::io::packet::Packet;
use crate::io::port::Port;
use crate::io::request::Sink;
use crate::io::watch::{GeneralPump, Watch, Watcher};
use crate::object::event::Event;
use crate::status::Status;
use crate::sync::{Arc, Weak};

/// RIO_MAX_CQ_SIZE.
pub const MAX_SIZE: u32 = 0x800_0000;

/// Who is told that a queue has entries.
#[derive(Clone)]
pub enum Notification {
    /// An event is set.
    Event {
        /// The event.
        event: Arc<Event>,
        /// It is reset when a notification is asked for.
        resets: bool,
    },
    /// A packet is queued.
    Port {
        /// Where.
        port: Arc<Port>,
        /// What it carries.
        packet: Packet,
    },
}

/// The end of one request.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// How it ended.
    pub status: Status,
    /// Bytes transferred.
    pub bytes: u32,
    /// The request queue's own value.
    pub socket_context: u64,
    /// The request's own value.
    pub request_context: u64,
    pub(super) half: u32,
    pub(super) notifies: bool,
}

static QUEUES: Table<Arc<CompletionQueue>> = Table::new(Kind::CompletionQueue);

/// Makes a queue for `size` entries. INVALID_PARAMETER for 0 and for more than [`MAX_SIZE`]; what the system calls say if
/// descriptors or memory are short, or the engine that was asked for is not to be had.
pub fn create(size: u32, notification: Option<Notification>) -> Result<Id, Status> {
    check_size(size)?;
    let ring = make_ring(size)?;
    let port = match &notification {
        Some(Notification::Port { port, .. }) => Some(port.clone()),
        _ => None,
    };
    let descriptor = ring.as_ref().map(Ring::descriptor).transpose()?;
    let queue = Arc::new(CompletionQueue {
        notification,
        has_ring: ring.is_some(),
        state: Mutex::new(State {
            size,
            reserved: 0,
            halves: Vec::new(),
            unused: Vec::new(),
            entries: VecDeque::new(),
            telling: 0,
            armed: false,
            closed: false,
            chained: 0,
            expecting: false,
            due: Vec::new(),
            continued: false,
            watch: None,
            pump: None,
            ring,
        }),
    });
    let watcher: Arc<dyn Watcher> = queue.clone();
    if let Some(descriptor) = descriptor {
        let watch = Watch::new(descriptor, port.as_ref(), Arc::downgrade(&watcher))?;
        queue.lock().watch = Some(watch);
    }
    QUEUES.insert(queue)
}

/// Ends a queue: its entries are gone, those that would still come are dropped. An unknown one is ignored.
pub fn close(queue: Id) {
    if let Some(queue) = QUEUES.remove(queue) {
        queue.close();
    }
}

/// Changes the size. INVALID_PARAMETER for an unknown queue or a bad size; WSAETOOMANYREFS if the request queues need
/// more.
pub fn resize(queue: Id, size: u32) -> Result<(), Status> {
    const TOO_MANY_REFERENCES: Status = Status::from_wsa(10059);
    check_size(size)?;
    with(queue, |queue| {
        let mut state = queue.lock();
        if size < state.reserved {
            return Err(TOO_MANY_REFERENCES);
        }
        state.size = size;
        Ok(())
    })
}

/// Takes out up to `room` entries, oldest first. Gives their number; None for an unknown queue.
#[inline]
pub fn dequeue(queue: Id, room: usize, each: impl FnMut(usize, &Entry)) -> Option<usize> {
    QUEUES.with(queue, |queue| queue.take(room, each))
}

/// Asks for one notification, at once if there are entries. INVALID_PARAMETER for an unknown queue or one without a
/// way to notify; WSAEALREADY if one has been asked for and has not come.
pub fn notify(queue: Id) -> Result<(), Status> {
    with(queue, |queue| queue.arm())
}

/// The queue itself.
pub(super) fn find(queue: Id) -> Option<Arc<CompletionQueue>> {
    QUEUES.with(queue, Arc::clone)
}

fn with(
    queue: Id,
    f: impl FnOnce(&Arc<CompletionQueue>) -> Result<(), Status>,
) -> Result<(), Status> {
    QUEUES
        .with(queue, f)
        .unwrap_or(Err(Status::INVALID_PARAMETER))
}

fn check_size(size: u32) -> Result<(), Status> {
    match size {
        1..=MAX_SIZE => Ok(()),
        _ => Err(Status::INVALID_PARAMETER),
    }
}

fn make_ring(size: u32) -> Result<Option<Ring>, Status> {
    match wanted() {
        Some(Engine::Epoll) => Ok(None),
        Some(Engine::Uring) => Ring::new(size).map(Some),
        None => Ok(Ring::new(size).ok()),
    }
}

/// A completion queue.
pub struct CompletionQueue {
    notification: Option<Notification>,
    has_ring: bool,
    state: Mutex<State>,
}

/// What changes.
pub(super) struct State {
    size: u32,
    reserved: u32,
    halves: Vec<Option<Half>>,
    unused: Vec<u32>,
    entries: VecDeque<Entry>,
    telling: usize,
    armed: bool,
    closed: bool,
    /// Halves with requests that wait until the one before them is reported.
    chained: usize,
    expecting: bool,
    /// Halves with requests for the next submission.
    due: Vec<u32>,
    /// Some of them have become due while reaping.
    continued: bool,
    watch: Option<Watch>,
    /// The general pump, watched from the port that is told.
    pump: Option<Watch>,
    ring: Option<Ring>,
}

impl CompletionQueue {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    pub(super) fn has_ring(&self) -> bool {
        self.has_ring
    }

    /// Makes room for a half. INVALID_PARAMETER if the queue is closed, INSUFFICIENT_RESOURCES if it is too small.
    pub(super) fn add(self: &Arc<Self>, half: Half, on_ring: bool) -> Result<u32, Status> {
        let mut state = self.lock();
        if state.closed {
            return Err(Status::INVALID_PARAMETER);
        }
        let reserved = state.reserved.checked_add(half.limit);
        let reserved = reserved.filter(|reserved| *reserved <= state.size);
        let reserved = reserved.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        if let (false, None, Some(Notification::Port { port, .. })) =
            (on_ring, &state.pump, &self.notification)
        {
            state.pump = Some(Watch::general(port, general_watcher())?);
        }
        state.reserved = reserved;
        Ok(state.place(half))
    }

    #[inline]
    fn take(&self, room: usize, mut each: impl FnMut(usize, &Entry)) -> usize {
        let mut state = self.lock();
        if state.entries.len() < room {
            state.reap();
            if state.entries.is_empty() && state.ring.as_mut().is_some_and(Ring::is_due) {
                state.run_what_is_due();
            }
        }
        let told = self.told(&mut state);
        let mut n = 0;
        while n < room {
            let Some(entry) = state.entries.pop_front() else {
                break;
            };
            state.telling -= usize::from(entry.notifies);
            state.release(entry.half);
            each(n, &entry);
            n += 1;
        }
        drop(state);
        tell(told, &mut complete::post);
        n
    }

    fn arm(&self) -> Result<(), Status> {
        const ALREADY: Status = Status::from_wsa(10037);
        let notification = self
            .notification
            .as_ref()
            .ok_or(Status::INVALID_PARAMETER)?;
        let mut state = self.lock();
        if state.armed {
            return Err(ALREADY);
        }
        if let Notification::Event {
            event,
            resets: true,
        } = notification
        {
            event.reset();
        }
        state.reap();
        state.armed = true;
        state.expect();
        let told = self.told(&mut state);
        drop(state);
        tell(told, &mut complete::post);
        Ok(())
    }

    /// Hands what is prepared to Linux.
    pub(super) fn submit(&self) {
        let mut state = self.lock();
        state.submit();
        let told = self.told(&mut state);
        drop(state);
        tell(told, &mut complete::post);
    }

    /// Puts a request into a half on the ring.
    pub(super) fn start(&self, half: u32, request: Request, submits: bool) -> Result<(), Status> {
        let mut state = self.lock();
        state.charge(half)?;
        state.push(half, request);
        if submits {
            state.submit();
        }
        let told = self.told(&mut state);
        drop(state);
        tell(told, &mut complete::post);
        Ok(())
    }

    /// The socket of a half is closed. What is with Linux is cancelled, and what waits behind it follows it. What the file
    /// object has ends with that.
    pub(super) fn end(&self, half: u32, on_ring: bool) {
        let mut state = self.lock();
        state.end(half, on_ring);
        let told = self.told(&mut state);
        drop(state);
        tell(told, &mut complete::post);
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.armed = false;
        state.telling = 0;
        for entry in std::mem::take(&mut state.entries) {
            state.release(entry.half);
        }
        state.chained = 0;
        state.expect();
        let watches = (state.watch.take(), state.pump.take());
        drop(state);
        drop(watches);
    }

    /// Is a notification due? It is one-shot.
    #[inline]
    fn told(&self, state: &mut State) -> Option<Notification> {
        if !state.armed || state.telling == 0 {
            return None;
        }
        state.armed = false;
        state.expect();
        self.notification.clone()
    }
}

/// Tells, without a lock.
#[inline]
fn tell(notification: Option<Notification>, deliver: Deliver<'_>) {
    match notification {
        None => {}
        Some(Notification::Event { event, .. }) => event.set(),
        Some(Notification::Port { port, packet }) => deliver(&port, packet),
    }
}

fn general_watcher() -> Weak<dyn Watcher> {
    static PUMP: std::sync::OnceLock<Arc<dyn Watcher>> = std::sync::OnceLock::new();
    Arc::downgrade(PUMP.get_or_init(|| Arc::new(GeneralPump)))
}

impl Watcher for CompletionQueue {
    fn ready(&self, deliver: Deliver<'_>) {
        let mut state = self.lock();
        state.reap();
        let told = self.told(&mut state);
        drop(state);
        tell(told, deliver);
    }
}

/// A half whose requests are operations of the file object.
pub(super) struct FileHalf {
    pub(super) queue: Arc<CompletionQueue>,
    pub(super) half: u32,
}

impl Sink for FileHalf {
    fn finished(&self, token: u64, finished: Finished, deliver: Deliver<'_>) {
        let mut state = self.queue.lock();
        if let Some(entry) = state.take_finished(self.half, token, finished) {
            state.insert(entry);
        }
        let told = self.queue.told(&mut state);
        drop(state);
        tell(told, deliver);
    }
}

impl State {
    fn place(&mut self, half: Half) -> u32 {
        match self.unused.pop() {
            Some(index) => {
                self.halves[index as usize] = Some(half);
                index
            }
            None => {
                self.halves.push(Some(half));
                self.halves.len() as u32 - 1
            }
        }
    }

    pub(super) fn half(&mut self, half: u32) -> Option<&mut Half> {
        self.halves.get_mut(half as usize)?.as_mut()
    }

    /// May the half have one more request? INVALID_PARAMETER if the queue or the socket is closed,
    /// INSUFFICIENT_RESOURCES at the limit.
    pub(super) fn charge(&mut self, half: u32) -> Result<(), Status> {
        if self.closed {
            return Err(Status::INVALID_PARAMETER);
        }
        self.half(half).ok_or(Status::INVALID_PARAMETER)?.charge()
    }

    /// Changes the limit of a half. INSUFFICIENT_RESOURCES if the queue is too small for it.
    pub(super) fn set_limit(&mut self, half: u32, limit: u32) -> Result<(), Status> {
        let (size, reserved) = (self.size, self.reserved);
        let half = self.half(half).ok_or(Status::INVALID_PARAMETER)?;
        let others = reserved - half.limit;
        let sum = others.checked_add(limit).filter(|sum| *sum <= size);
        let sum = sum.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        half.limit = limit;
        self.reserved = sum;
        Ok(())
    }

    fn push(&mut self, index: u32, request: Request) {
        let Some(half) = self.half(index) else { return };
        let chained = half.is_chained();
        half.push(request);
        if half.is_chained() && !chained {
            self.chained += 1;
            self.expect();
        }
        self.mark_due(index);
    }

    /// The next submission takes care of the half.
    fn mark_due(&mut self, index: u32) {
        let Some(half) = self.half(index) else { return };
        if half.is_idle() && half.len() != 0 && !std::mem::replace(&mut half.due, true) {
            self.due.push(index);
        }
    }

    /// Prepares what is due, and hands it over.
    fn submit(&mut self) {
        self.hand_over();
        if self.chained != 0 {
            self.reap();
        }
    }

    fn hand_over(&mut self) {
        let State {
            halves, ring, due, ..
        } = self;
        let Some(ring) = ring else { return };
        for index in due.drain(..) {
            // A half that has gone meanwhile has left its number here.
            if let Some(Some(half)) = halves.get_mut(index as usize)
                && std::mem::take(&mut half.due)
            {
                half.prepare(ring, index.into());
            }
        }
        ring.submit();
    }

    /// Makes entries of what the ring reports.
    fn reap(&mut self) {
        let mut reports = [Report::default(); 32];
        loop {
            let Some(ring) = &mut self.ring else { return };
            let n = ring.reap(&mut reports);
            if n == 0 && !std::mem::take(&mut self.continued) {
                return;
            }
            if n == 0 {
                self.hand_over();
            }
            for report in &reports[..n] {
                self.reported(report);
            }
        }
    }

    #[cold]
    fn run_what_is_due(&mut self) {
        if let Some(ring) = &self.ring {
            ring.run();
        }
        self.reap();
    }

    fn reported(&mut self, report: &Report) {
        let index = report.token as u32;
        let Some(half) = self.half(index) else { return };
        let unchained = half.is_chained();
        let mut reported = half.reported(report);
        while let Some(half) = self.half(index)
            && let Some(finished) = half.settle(&mut reported)
            && let Some(entry) = half.pop(index, finished)
        {
            self.insert(entry);
        }
        if unchained {
            self.chained = self.chained.saturating_sub(1);
            self.expect();
        }
        let Some(half) = self.half(index) else { return };
        if half.closed {
            self.abort_rest(index);
        } else if half.len() != 0 {
            self.mark_due(index);
            self.continued = true;
        }
    }

    /// After the request that was with Linux, those that waited behind it end with their socket.
    fn abort_rest(&mut self, index: u32) {
        while let Some(half) = self.half(index)
            && half.is_idle()
            && let Some(entry) = half.pop(index, Finished::failed(Status::CANCELLED, 0))
        {
            self.insert(entry);
        }
    }

    fn insert(&mut self, entry: Entry) {
        if self.closed {
            return self.release(entry.half);
        }
        self.telling += usize::from(entry.notifies);
        self.entries.push_back(entry);
    }

    pub(super) fn take_finished(
        &mut self,
        half: u32,
        token: u64,
        finished: Finished,
    ) -> Option<Entry> {
        self.half(half)?.take(half, token, finished)
    }

    /// The entry of a request has gone: it is no longer charged.
    #[inline]
    fn release(&mut self, index: u32) {
        let Some(half) = self.half(index) else { return };
        half.outstanding -= 1;
        if half.closed {
            let last = half.outstanding == 0;
            self.reserved -= 1;
            if last {
                self.remove(index);
            }
        }
    }

    fn remove(&mut self, index: u32) {
        self.halves[index as usize] = None;
        self.unused.push(index);
    }

    /// Takes back a half that has never been used.
    pub(super) fn withdraw(&mut self, index: u32) {
        if let Some(half) = self.half(index) {
            self.reserved -= half.limit;
            self.remove(index);
        }
    }

    fn end(&mut self, index: u32, on_ring: bool) {
        let Some(half) = self.half(index) else { return };
        let chained = half.is_chained();
        half.closed = true;
        let (limit, outstanding, idle) = (half.limit, half.outstanding, half.is_idle());
        if chained {
            self.chained = self.chained.saturating_sub(1);
            self.expect();
        }
        self.reserved = self.reserved - limit + outstanding;
        if on_ring {
            self.give_up_descriptor(index, !idle);
        }
        match outstanding {
            0 => self.remove(index),
            _ if on_ring && idle => self.abort_rest(index),
            _ if on_ring => self.reap(),
            _ => {}
        }
    }

    fn give_up_descriptor(&mut self, index: u32, cancels: bool) {
        let State { halves, ring, .. } = self;
        let (Some(Some(half)), Some(ring)) = (halves.get_mut(index as usize), ring) else {
            return;
        };
        if cancels {
            ring.cancel(index.into());
            ring.submit();
        }
        half.forget_descriptor(ring);
    }

    /// Another descriptor takes the place of the old one.
    pub(super) fn replace(&mut self, index: u32, fd: i32, on_ring: bool) {
        let State { halves, ring, .. } = self;
        if let Some(Some(half)) = halves.get_mut(index as usize) {
            half.set_descriptor(fd, ring.as_mut().filter(|_| on_ring));
        }
    }

    /// Are there sends on the ring?
    pub(super) fn is_sending(&mut self, index: u32) -> bool {
        self.submit(); // what was deferred goes before the end of the stream
        self.half(index).is_some_and(|half| half.len() != 0)
    }

    /// Keeps the third invariant.
    #[inline]
    fn expect(&mut self) {
        let expecting = self.armed || self.chained != 0;
        if expecting == self.expecting {
            return;
        }
        self.expecting = expecting;
        if let Some(watch) = &self.watch {
            if expecting {
                watch.expect();
            } else {
                watch.expect_no_more();
            }
        }
    }
}
