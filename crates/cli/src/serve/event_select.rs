//! The event-select model: a thread waits for up to 64 events, each of which tells of one socket. Without the limit there
//! is a further thread for every 63 clients.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use larboard::net::{EventSelect, NetworkEvent, TcpStream};
use larboard::{Error, Event, MAXIMUM_WAIT_OBJECTS, Waitable, wait_any, wait_any_timeout};

use super::acceptor::Acceptor;
use super::client::{Client, Notified, Turn};
use super::journal::Journal;
use crate::args::Limit;
use crate::failure::Failure;

/// A client with the event that its socket sets.
type Watched = Notified<EventSelect<TcpStream>>;

/// The clients of one thread.
///
/// Of several events that are signalled a wait finds the first, so whoever has had a turn goes to the end: the door by
/// which clients come too, lest clients who have gone keep the places of those who come.
struct Clients {
    watched: Vec<Watched>,
    door_is_last: bool,
    journal: &'static Journal,
}

/// What another thread shares with the one that accepts.
struct Helper {
    /// Its door: tells it that it has been given a client.
    control: Event,
    arrivals: Mutex<Vec<Watched>>,
    clients: AtomicUsize,
}

/// One place of a wait is the door's: the event that tells of new clients.
const MOST_CLIENTS: usize = MAXIMUM_WAIT_OBJECTS - 1;

/// Accepts clients, and serves the first 63.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
    limit: Limit,
) -> Result<(), Failure> {
    // ① Make an event for each socket, and select the network events that shall set it.
    let listener = EventSelect::new(
        acceptor.listener().clone(),
        NetworkEvent::Accept | NetworkEvent::Close,
    )
    .map_err(Failure::new)?;
    let closed_door = Event::manual(false).map_err(Failure::new)?;
    let mut clients = Clients::new(journal);
    let mut helpers = Vec::new();
    loop {
        // ② Wait until one of the events is signalled; for the listening socket's not while there is no room for a client.
        let pause = acceptor.pause();
        let door: &dyn Waitable = if pause.is_none() {
            &listener
        } else {
            &closed_door
        };
        if let Some(index) = clients.wait(door, pause).map_err(Failure::new)? {
            if let Some(ended) = clients.turn(index) {
                ended.farewell();
            }
            continue;
        }
        // ③ Fetch what has happened, and call what deals with it.
        listener.enumerate().map_err(Failure::new)?;
        let Some((stream, peer)) = acceptor.try_accept()? else {
            continue;
        };
        journal.connected(peer);
        let has_room = clients.has_room();
        if !has_room && limit == Limit::SixtyFour {
            journal.table_full();
            drop(stream);
            continue;
        }
        match Client::new(stream, peer, buffer, journal).and_then(watch) {
            Some(client) if has_room => clients.watched.push(client),
            Some(client) => hand_over(&mut helpers, client, journal),
            None => {}
        }
    }
}

/// ① for a client's socket.
fn watch(client: Client) -> Option<Watched> {
    let events = NetworkEvent::Read | NetworkEvent::Write | NetworkEvent::Close;
    match EventSelect::new(client.stream.clone(), events) {
        Ok(watch) => Some(Notified::new(watch, client)),
        Err(error) => {
            client.failed("WSAEventSelect()", error);
            client.farewell();
            None
        }
    }
}

/// Gives a client to a thread that has room, or to a new one.
fn hand_over(helpers: &mut Vec<Arc<Helper>>, client: Watched, journal: &'static Journal) {
    if let Some(helper) = helpers.iter().find(|helper| helper.has_room()) {
        return helper.add(client);
    }
    match Helper::start(journal) {
        Ok(helper) => {
            helper.add(client);
            helpers.push(helper);
        }
        Err(error) => {
            journal.error("CreateThread()", error.into());
            client.farewell();
        }
    }
}

/// ② and ③ in another thread, for the clients it is given.
fn help(helper: &Helper, journal: &'static Journal) {
    let mut clients = Clients::new(journal);
    loop {
        match clients.wait(&helper.control, None) {
            Ok(None) => clients.watched.append(&mut helper.arrivals()),
            Ok(Some(index)) => {
                if let Some(ended) = clients.turn(index) {
                    helper.remove(ended);
                }
            }
            Err(error) => journal.error("WSAWaitForMultipleEvents()", error),
        }
    }
}

impl Clients {
    fn new(journal: &'static Journal) -> Self {
        Self {
            watched: Vec::with_capacity(MOST_CLIENTS),
            door_is_last: false,
            journal,
        }
    }

    fn has_room(&self) -> bool {
        self.watched.len() < MOST_CLIENTS
    }

    /// Waits for one of them to tell something; `None` if there may be a new one, which the door's event tells.
    fn wait(
        &mut self,
        door: &dyn Waitable,
        most: Option<Duration>,
    ) -> Result<Option<usize>, Error> {
        let first = usize::from(!self.door_is_last);
        let mut events = [door; MAXIMUM_WAIT_OBJECTS];
        for (event, client) in events[first..].iter_mut().zip(&self.watched) {
            *event = &client.watch;
        }
        let events = &events[..=self.watched.len()];
        let index = match most {
            None => Some(wait_any(events)?),
            Some(most) => wait_any_timeout(events, most)?,
        };
        let client = index
            .and_then(|index| index.checked_sub(first))
            .filter(|&client| client < self.watched.len());
        self.door_is_last = client.is_none();
        Ok(client)
    }

    /// Serves one of them, and gives it back if that was its end.
    fn turn(&mut self, index: usize) -> Option<Watched> {
        match self.serve(index) {
            Turn::Done | Turn::NotNow => {
                self.watched[index..].rotate_left(1);
                None
            }
            Turn::End => Some(self.watched.swap_remove(index)),
        }
    }

    /// ③ Fetch what has happened, and call what deals with it.
    fn serve(&mut self, index: usize) -> Turn {
        let client = &mut self.watched[index];
        let events = match client.watch.enumerate() {
            Ok(events) => events,
            Err(error) => {
                self.journal.error("WSAEnumNetworkEvents()", error);
                return Turn::End;
            }
        };
        for (event, result) in events.iter() {
            if client.note(event, result) == Turn::End {
                return Turn::End;
            }
        }
        loop {
            match client.go_on() {
                Turn::Done if client.has_more() => {}
                other => return other,
            }
        }
    }
}

impl Helper {
    /// Starts a thread, with a place taken for its first client.
    fn start(journal: &'static Journal) -> io::Result<Arc<Self>> {
        let helper = Arc::new(Self {
            control: Event::auto(false)?,
            arrivals: Mutex::default(),
            clients: AtomicUsize::new(1),
        });
        let shared = Arc::clone(&helper);
        super::spawn("helper", journal, move || help(&shared, journal))?;
        Ok(helper)
    }

    /// Takes a place for a client, if there is one.
    fn has_room(&self) -> bool {
        self.clients
            .fetch_update(Relaxed, Relaxed, |clients| {
                (clients < MOST_CLIENTS).then_some(clients + 1)
            })
            .is_ok()
    }

    /// Hands a client over, who has a place.
    fn add(&self, client: Watched) {
        self.arrivals().push(client);
        self.control.set();
    }

    /// Gives the place of a client back and parts from it; in this order, for whoever reads of it may count on the place.
    fn remove(&self, client: Watched) {
        self.clients.fetch_sub(1, Relaxed);
        client.farewell();
    }

    fn arrivals(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
