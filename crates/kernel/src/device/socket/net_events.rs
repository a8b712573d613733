//! Network events: what a program has asked to be told of a socket, and what there is to tell.
//!
//! One record for both models (design decision 9). The socket's state is looked at whenever an edge comes and after
//! every call that may have changed it; what holds is *recorded*. Telling is the business of the record's [`Sink`]:
//! an event object is set and the record waits to be fetched; a message is posted and the record is gone. What has been
//! told is not recorded again until the program calls the function that re-enables it (EVT-11, ASY-09), or, for an
//! event object, until something new arrives (EVT-13).
//!
//! All conditions are recorded, whether they are selected or not: a later selection tells them (EVT-06).

use std::sync::Arc;

use super::{Socket, phase};
use crate::status::Status;

/// FD_READ: there is something to receive.
pub const READ: u32 = 1;
/// FD_WRITE: there is room to send.
pub const WRITE: u32 = 1 << 1;
/// FD_OOB: urgent data has arrived.
pub const OOB: u32 = 1 << 2;
/// FD_ACCEPT: a connection waits.
pub const ACCEPT: u32 = 1 << 3;
/// FD_CONNECT: a connect has ended.
pub const CONNECT: u32 = 1 << 4;
/// FD_CLOSE: the peer has ended the connection.
pub const CLOSE: u32 = 1 << 5;
/// FD_ALL_EVENTS.
pub const ALL: u32 = 0x3FF;
/// FD_MAX_EVENTS.
pub const COUNT: usize = 10;

/// How what has been told is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rearming {
    /// WSAEventSelect: by the re-enabling function and by new arrivals, not by another selection (EVT-13, EVT-14).
    Event,
    /// WSAAsyncSelect: by the re-enabling function and by another selection (ASY-08, ASY-11).
    Message,
}

/// Where recorded events go.
pub trait Sink: Send + Sync {
    /// `event`, one FD_ bit of the mask, has been recorded with a WSA code or 0. True: it has been told for good. False:
    /// it stays until it is fetched, or until it can be told.
    fn tell(&self, event: u32, error: u16) -> bool;
    /// How it re-arms.
    fn rearming(&self) -> Rearming;
    /// The sink of a socket that was accepted from this one's, which has this handle (EVT-29, ASY-16).
    fn inherit(&self, handle: usize) -> Arc<dyn Sink>;
}

/// What a look at a socket has found to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// FD_ bits.
    pub events: u32,
    /// The code that comes with CONNECT or CLOSE.
    pub error: u16,
    /// How much waits that READ or ACCEPT speaks of: bytes (before an urgent one), connections, or the memory that
    /// datagrams take. Between two re-enabling calls only arrivals change it.
    pub unread: u32,
    /// How much has ever been received, urgent bytes included; 0 without OOB.
    pub received: u32,
}

/// The record of one socket.
#[derive(Default)]
pub struct NetEvents {
    mask: u32,
    recorded: u32,
    /// Told, and not re-enabled since.
    told: u32,
    errors: [u16; COUNT],
    /// As the last look has found them.
    unread: u32,
    received: u32,
    sink: Option<Arc<dyn Sink>>,
}

impl NetEvents {
    /// What is selected.
    pub fn mask(&self) -> u32 {
        self.mask
    }

    /// Where it goes.
    pub fn sink(&self) -> Option<&Arc<dyn Sink>> {
        self.sink.as_ref()
    }

    /// Whether a record made anew would know as much as this one.
    pub fn knows_nothing(&self) -> bool {
        self.told == 0
    }

    /// Replaces mask and sink (EVT-03, ASY-05). What holds is to be [`find`](Self::find)ed next.
    pub fn select(&mut self, mask: u32, sink: Option<Arc<dyn Sink>>) {
        let posts = |sink: &Option<Arc<dyn Sink>>| {
            sink.as_ref()
                .is_some_and(|sink| sink.rearming() == Rearming::Message)
        };
        if posts(&sink) || posts(&self.sink) {
            self.told &= CONNECT;
        }
        if posts(&sink) {
            self.recorded &= !CONNECT; // a connection that stands already is no news (ASY-15)
        }
        (self.mask, self.sink) = (mask, sink);
    }

    /// The selection was made when there was a connection already.
    pub fn connection_is_known(&mut self) {
        self.told |= CONNECT;
    }

    /// These hold. Records what has not been told, and tells everything that is selected and was not recorded.
    pub fn find(&mut self, found: Conditions) {
        let fresh = self.record(found, found.events & !self.told);
        self.tell(fresh);
    }

    /// As [`find`](Self::find) after an edge, which may be an arrival: of more than there was before (EVT-13).
    pub fn arrive(&mut self, found: Conditions) {
        let known = self.told | self.recorded;
        let again = if self.rearming() == Some(Rearming::Message) {
            0
        } else {
            found.events & known & self.arrived(found)
        };
        let fresh = self.record(found, found.events & !self.told | again);
        self.tell(fresh | again);
    }

    /// Of which events there is more than at the last look. An edge alone says nothing: it may be about something else,
    /// or about what a look has found before it.
    fn arrived(&self, found: Conditions) -> u32 {
        if found.events & OOB == 0 {
            return if found.unread > self.unread {
                READ | ACCEPT
            } else {
                0
            };
        }
        // Linux counts the bytes before the urgent one: what comes behind it does not move it, another one does.
        if found.received == self.received {
            0
        } else if found.events & READ == 0 || found.unread != self.unread {
            OOB
        } else {
            READ
        }
    }

    /// Gives what was not recorded before.
    fn record(&mut self, found: Conditions, new: u32) -> u32 {
        self.unread = found.unread;
        if found.events & OOB != 0 {
            self.received = found.received;
        }
        self.told &= !new;
        let fresh = new & !self.recorded;
        for at in bits(fresh) {
            let has_error = 1 << at & (CONNECT | CLOSE) != 0;
            self.errors[at] = if has_error { found.error } else { 0 };
        }
        self.recorded |= new;
        fresh
    }

    /// Tells what is recorded and selected: all of it by messages, what is `fresh` by an event.
    fn tell(&mut self, fresh: u32) {
        let Some(sink) = &self.sink else { return };
        let all = sink.rearming() == Rearming::Message;
        let due = self.recorded & self.mask & if all { ALL } else { fresh };
        for at in in_order(due) {
            let event = 1 << at;
            if sink.tell(event, self.errors[at]) {
                self.recorded &= !event;
                self.told |= event;
            } else if all {
                return; // no room: the next look tries again, in the same order
            }
        }
    }

    /// Tells everything that is recorded and selected, after a selection.
    pub fn tell_all(&mut self) {
        self.tell(ALL);
    }

    fn rearming(&self) -> Option<Rearming> {
        self.sink.as_ref().map(|sink| sink.rearming())
    }

    /// The program has called what re-enables `events`; whatever was recorded is looked for anew (EVT-16).
    pub fn rearm(&mut self, events: u32) {
        self.recorded &= !events;
        self.told &= !events;
        if events & READ != 0 {
            self.unread = 0; // unless a look follows
        }
    }

    /// Nothing is to be told of this event, whether it holds or not: it has been, and was not re-enabled, or it waits to
    /// be fetched.
    pub fn is_known(&self, event: u32) -> bool {
        (self.told | self.recorded) & event != 0
    }

    /// Is anything recorded that is selected?
    pub fn has_due(&self) -> bool {
        self.recorded & self.mask != 0
    }

    /// WSAEnumNetworkEvents: the selected events and their codes; they are not recorded any more (EVT-04).
    pub fn fetch(&mut self) -> (u32, [u16; COUNT]) {
        let due = self.recorded & self.mask;
        self.recorded &= !due;
        self.told |= due;
        (due, self.errors)
    }

    /// As [`fetch`](Self::fetch), of what a look has just found as well.
    pub fn find_and_fetch(&mut self, found: Conditions) -> (u32, [u16; COUNT]) {
        self.record(found, found.events & !self.told);
        self.fetch()
    }
}

/// The positions of the bits.
fn bits(of: u32) -> impl Iterator<Item = usize> {
    (0..COUNT).filter(move |at| of & 1 << at != 0)
}

/// The positions of the bits in the order in which things happen to a connection: it is made, then there is room, then
/// data, and the end comes last.
fn in_order(of: u32) -> impl Iterator<Item = usize> {
    const ORDER: [usize; 6] = [4, 3, 1, 2, 0, 5];
    ORDER.into_iter().filter(move |at| of & 1 << at != 0)
}

impl Socket {
    /// What holds now. Settles a connect that has ended.
    pub fn conditions(&self, fd: i32) -> Conditions {
        self.settle_connect(fd);
        let asked = libc::POLLIN | libc::POLLOUT | libc::POLLPRI | libc::POLLRDHUP;
        let mut poll = libc::pollfd {
            fd,
            events: asked,
            revents: 0,
        };
        // SAFETY: one entry, of this frame.
        unsafe { libc::poll(&mut poll, 1, 0) };
        if !self.is_stream() {
            self.datagram_conditions(fd, poll.revents)
        } else if self.is(phase::LISTENING) {
            listener_conditions(fd, poll.revents)
        } else if self.is(phase::CONNECTED) {
            self.connection_conditions(fd, poll.revents)
        } else {
            self.failed_connect()
        }
    }

    /// What holds of a connection of which nothing but more data can be news.
    pub fn data_conditions(&self, fd: i32) -> Conditions {
        let unread = readable(fd);
        Conditions {
            events: if unread > 0 { READ } else { 0 },
            unread,
            ..Conditions::default()
        }
    }

    fn connection_conditions(&self, fd: i32, level: i16) -> Conditions {
        let level = |bits: i16| level & bits != 0;
        let mut found = Conditions::default();
        let urgent = level(libc::POLLPRI) && !self.is(phase::OOB_INLINE);
        if urgent {
            found.events |= OOB;
            found.received = received(fd);
        }
        if level(libc::POLLIN) {
            found.unread = readable(fd);
            // Otherwise it is the end that can be read.
            if found.unread > 0 || urgent {
                found.events |= READ;
            }
        }
        if self.is(phase::INITIATOR) {
            found.events |= CONNECT;
        }
        if level(libc::POLLOUT) && !level(libc::POLLHUP | libc::POLLERR) {
            found.events |= WRITE;
        }
        if level(libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR) || self.is(phase::RESET) {
            found.events |= CLOSE;
            if level(libc::POLLERR) || self.is(phase::RESET) {
                found.error = Status::CONNECTION_ABORTED.wsa() as u16;
            }
        }
        found
    }

    fn datagram_conditions(&self, fd: i32, level: i16) -> Conditions {
        let mut found = Conditions {
            unread: waiting_memory(fd),
            ..Conditions::default()
        };
        if level & (libc::POLLIN | libc::POLLERR) != 0 || self.is(phase::UNREACHABLE) {
            found.events |= READ;
        }
        if level & libc::POLLOUT != 0 {
            found.events |= WRITE;
        }
        if self.is(phase::CONNECTED) {
            found.events |= CONNECT;
        }
        found
    }

    /// Of a stream without a connection there is only to tell why it has none.
    fn failed_connect(&self) -> Conditions {
        if !self.is(phase::INITIATOR) || self.is(phase::CONNECTING) {
            return Conditions::default();
        }
        let error = self.remembered().connect_error;
        error.map_or(Conditions::default(), |error| Conditions {
            events: CONNECT,
            error: error.wsa() as u16,
            ..Conditions::default()
        })
    }
}

fn listener_conditions(fd: i32, level: i16) -> Conditions {
    /// `tcp_info.tcpi_unacked`: of a listener, how many connections wait.
    const WAITING: usize = 24;
    if level & libc::POLLIN == 0 {
        return Conditions::default();
    }
    let waiting = tcp_info(fd)[WAITING..].first_chunk().copied();
    Conditions {
        events: ACCEPT,
        unread: waiting.map_or(0, u32::from_ne_bytes),
        ..Conditions::default()
    }
}

/// The low half of how many bytes have come on a stream so far.
fn received(fd: i32) -> u32 {
    /// `tcp_info.tcpi_bytes_received`.
    const RECEIVED: usize = 128;
    let received = tcp_info(fd)[RECEIVED..].first_chunk().copied();
    received.map_or(0, u64::from_ne_bytes) as u32
}

/// The beginning of Linux' struct tcp_info.
fn tcp_info(fd: i32) -> [u8; 136] {
    let mut information = [0; 136];
    let mut length = information.len() as libc::socklen_t;
    // SAFETY: the array is of this frame and has the length given.
    unsafe {
        libc::getsockopt(
            fd,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            information.as_mut_ptr().cast(),
            &mut length,
        )
    };
    information
}

/// Bytes of a stream that can be received.
fn readable(fd: i32) -> u32 {
    let mut count = 0i32;
    // SAFETY: the count is of this frame.
    unsafe { libc::ioctl(fd, libc::FIONREAD, &mut count) };
    count.max(0).cast_unsigned()
}

/// The memory that waiting datagrams take.
fn waiting_memory(fd: i32) -> u32 {
    let mut information = [0u32; 9];
    let mut length = size_of_val(&information) as libc::socklen_t;
    // SAFETY: the array is of this frame and has the length given.
    unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            information.as_mut_ptr().cast(),
            &mut length,
        )
    };
    information[0]
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what it is told.
    struct Told {
        rearming: Rearming,
        takes: bool,
        told: Mutex<Vec<(u32, u16)>>,
    }

    impl Sink for Told {
        fn tell(&self, event: u32, error: u16) -> bool {
            self.told.lock().unwrap().push((event, error));
            self.takes
        }
        fn rearming(&self) -> Rearming {
            self.rearming
        }
        fn inherit(&self, _handle: usize) -> Arc<dyn Sink> {
            unreachable!("nothing is accepted here")
        }
    }

    fn selected(rearming: Rearming, takes: bool, mask: u32) -> (NetEvents, Arc<Told>) {
        let sink = Arc::new(Told {
            rearming,
            takes,
            told: Mutex::default(),
        });
        let mut events = NetEvents::default();
        events.select(mask, Some(sink.clone()));
        (events, sink)
    }

    fn holds(events: u32) -> Conditions {
        Conditions {
            events,
            ..Conditions::default()
        }
    }

    fn more(events: u32, unread: u32) -> Conditions {
        Conditions {
            unread,
            ..holds(events)
        }
    }

    fn told(sink: &Told) -> Vec<u32> {
        let mut told = sink.told.lock().unwrap();
        told.drain(..).map(|(event, _)| event).collect()
    }

    #[test]
    fn an_event_is_told_once_until_it_is_re_enabled_or_more_arrives() {
        let (mut events, sink) = selected(Rearming::Event, false, READ | WRITE);
        events.find(holds(READ | WRITE));
        assert_eq!(told(&sink), [WRITE, READ]);
        events.find(holds(READ | WRITE));
        assert_eq!(told(&sink), [], "recorded already");
        assert_eq!(events.fetch().0, READ | WRITE);
        events.find(holds(READ | WRITE));
        assert_eq!(events.fetch().0, 0);
        events.arrive(holds(READ | WRITE));
        assert_eq!((told(&sink), events.fetch().0), (vec![], 0), "no more");
        events.arrive(more(READ | WRITE, 3));
        assert_eq!((told(&sink), events.fetch().0), (vec![READ], READ));
        events.rearm(READ);
        events.find(holds(READ));
        assert_eq!(events.fetch().0, READ);
    }

    #[test]
    fn an_arrival_sets_the_event_object_again_although_nothing_was_fetched() {
        let (mut events, sink) = selected(Rearming::Event, false, READ);
        events.arrive(more(READ, 3));
        events.arrive(more(READ, 3));
        events.arrive(more(READ, 6));
        assert_eq!((told(&sink), events.fetch().0), (vec![READ, READ], READ));
    }

    #[test]
    fn an_urgent_byte_and_data_behind_it_are_told_apart() {
        let (mut events, sink) = selected(Rearming::Event, false, READ | OOB);
        let look = |events, unread, received| Conditions {
            received,
            ..more(events, unread)
        };
        events.arrive(look(OOB, 0, 1));
        events.arrive(look(OOB, 0, 1));
        assert_eq!((told(&sink), events.fetch().0), (vec![OOB], OOB));
        events.arrive(look(READ | OOB, 0, 4));
        assert_eq!((told(&sink), events.fetch().0), (vec![READ], READ));
        events.arrive(look(READ | OOB, 0, 7));
        assert_eq!((told(&sink), events.fetch().0), (vec![READ], READ));
        events.arrive(look(READ | OOB, 6, 8));
        assert_eq!((told(&sink), events.fetch().0), (vec![OOB], OOB));
    }

    #[test]
    fn an_edge_for_something_else_is_no_arrival() {
        let (mut events, _sink) = selected(Rearming::Event, false, ALL);
        events.find(holds(READ));
        assert_eq!(events.fetch().0, READ);
        events.arrive(holds(READ | WRITE));
        assert_eq!(events.fetch().0, WRITE);
        events.arrive(holds(READ | WRITE | CLOSE));
        assert_eq!(events.fetch().0, CLOSE);
    }

    #[test]
    fn a_message_is_silent_until_it_is_re_enabled_or_selected_again() {
        let (mut events, sink) = selected(Rearming::Message, true, READ);
        events.arrive(holds(READ));
        events.arrive(holds(READ));
        assert_eq!(told(&sink), [READ]);
        events.rearm(READ);
        events.find(holds(READ));
        assert_eq!(told(&sink), [READ]);
        events.select(READ, Some(sink.clone()));
        events.find(holds(READ));
        assert_eq!(told(&sink), [READ]);
    }

    #[test]
    fn what_cannot_be_posted_is_posted_later() {
        let (mut events, sink) = selected(Rearming::Message, false, READ | WRITE);
        events.find(holds(READ | WRITE));
        events.find(holds(READ | WRITE));
        assert_eq!(told(&sink), [WRITE, WRITE], "tried again, in order");
    }

    #[test]
    fn what_was_not_selected_shows_up_later_and_what_was_consumed_does_not() {
        let (mut events, sink) = selected(Rearming::Event, false, READ);
        events.find(holds(READ | WRITE));
        assert_eq!(events.fetch().0, READ);
        told(&sink);
        events.select(READ | WRITE, Some(sink.clone()));
        events.tell_all();
        assert_eq!((told(&sink), events.fetch().0), (vec![WRITE], WRITE));
        events.rearm(READ);
        events.find(holds(READ));
        events.rearm(READ);
        events.find(holds(0));
        assert_eq!(events.fetch().0, 0);
    }

    #[test]
    fn codes_come_with_their_events() {
        let (mut events, _sink) = selected(Rearming::Event, false, ALL);
        events.find(Conditions {
            events: CONNECT,
            error: 10061,
            ..Conditions::default()
        });
        let (found, errors) = events.fetch();
        assert_eq!((found, errors[4]), (CONNECT, 10061));
    }

    #[test]
    fn datagrams_that_wait_are_new_only_when_there_are_more() {
        let (mut events, _sink) = selected(Rearming::Event, false, READ);
        let waiting = |unread| Conditions {
            events: READ,
            unread,
            ..Conditions::default()
        };
        events.arrive(waiting(700));
        assert_eq!(events.fetch().0, READ);
        events.arrive(waiting(700));
        assert_eq!(events.fetch().0, 0, "an edge of another kind");
        events.arrive(waiting(1400));
        assert_eq!(events.fetch().0, READ);
    }
}
