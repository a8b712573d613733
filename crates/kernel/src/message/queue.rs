//! A thread's queue.
//!
//! Four kinds of things wait in it, and are taken in this order: what other threads have *sent* and want answered, what
//! is *posted*, the wish to *quit*, *timers* that have come due.
//!
//! **Old and new.** Besides what is there, the queue knows what has come since the owner last looked (`fresh`). Looking
//! makes it old, even if it is left where it is; a wait for messages goes by what is new unless it is told otherwise
//! (WAIT-44).
//!
//! **Waiting.** The owner arms the queue with the kinds it waits for, in the same step in which it has seen that there is
//! nothing; from then on whoever brings one of these kinds signals the dispatcher, under the queue's lock. So a signal
//! always means that something is there, which a wait for all needs (WAIT-46).

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::sync::LazyLock;

use super::send::{Delivery, Sent};
use super::timer::Timer;
use super::window::{self, Window};
use super::{Message, Refused, now, number};
use crate::object::dispatcher::{Dispatcher, Signal};
use crate::object::thread::{Extension, Thread};
use crate::object::wait::{self, Outcome, Waitable};
use crate::status::Status;
use crate::sync::{Arc, AtomicU32, Mutex, MutexGuard, Ordering, Weak};

/// How many messages may be posted and not taken.
pub const LIMIT: usize = 10_000;

/// After so many messages the owner of a queue has a look at what else is ready.
const A_ROUND: u32 = 64;

/// Kinds, as bits.
pub mod kind {
    /// Posted messages.
    pub const POSTED: u32 = 0x08;
    /// Timers.
    pub const TIMER: u32 = 0x10;
    /// Sent messages.
    pub const SENT: u32 = 0x40;
    /// Posted messages, for those who look at a part of them.
    pub const ALL_POSTED: u32 = 0x100;
    /// Everything there is.
    pub const ALL: u32 = POSTED | TIMER | SENT | ALL_POSTED;
}

/// A queue.
pub struct Queue {
    dispatcher: Dispatcher,
    thread: u32,
    /// Messages taken by `take`. Written by the owner only.
    taken: AtomicU32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sent: VecDeque<Delivery>,
    posted: VecDeque<Message>,
    quit: Option<i32>,
    timers: Vec<Arc<Timer>>,
    due: VecDeque<Arc<Timer>>,
    next_timer: usize,
    /// Kinds that have come since the owner looked.
    fresh: u32,
    /// Kinds that have come since the owner asked for the state.
    since_asked: u32,
    /// Kinds that the owner waits for; 0 while it does not.
    armed: u32,
    /// Sent messages that the owner is at work on, innermost last.
    running: Vec<Arc<Sent>>,
    /// The time of the message taken last.
    time: u32,
    ended: bool,
}

/// Which messages are meant.
#[derive(Clone, Copy)]
pub struct Filter<'w> {
    /// Whose.
    pub window: Whose<'w>,
    /// The smallest and the largest number. Both 0: any.
    pub range: (u32, u32),
    /// Of which kinds.
    pub kinds: u32,
}

/// Whose messages are meant.
#[derive(Clone, Copy)]
pub enum Whose<'w> {
    /// Of all the thread's windows and the thread's own.
    Any,
    /// The thread's own.
    Thread,
    /// Of a window and those below it.
    Window(&'w Arc<Window>),
}

impl Filter<'_> {
    /// Everything.
    pub const ALL: Filter<'static> = Filter {
        window: Whose::Any,
        range: (0, 0),
        kinds: kind::ALL,
    };

    fn takes(&self, message: u32, window: usize) -> bool {
        let (first, last) = self.range;
        (self.range == (0, 0) || (first..=last).contains(&message))
            && match self.window {
                Whose::Any => true,
                Whose::Thread => window == 0,
                Whose::Window(wanted) => {
                    wanted.handle() == window
                        || window::find(window).is_ok_and(|w| w.is_below(wanted))
                }
            }
    }

    fn is_for_all(&self) -> bool {
        self.range == (0, 0) && matches!(self.window, Whose::Any)
    }

    fn looks_at(&self, kind: u32) -> bool {
        self.kinds & kind != 0
    }
}

impl Waitable for Queue {
    fn header(&self) -> &Dispatcher {
        &self.dispatcher
    }
}

impl Extension for Queue {
    fn thread_ends(&self) {
        self.end();
    }
}

const ONLY: &str = "queues are the only extension";

static QUEUES: LazyLock<Mutex<HashMap<u32, Weak<Queue>>>> = LazyLock::new(Mutex::default);

impl Queue {
    /// The queue of the calling thread, made if it has none.
    pub fn of_current() -> Arc<Queue> {
        Thread::with_current(|thread| {
            let any: Arc<dyn Any + Send + Sync> = Queue::of(thread).clone();
            match any.downcast() {
                Ok(queue) => queue,
                Err(_) => unreachable!("{ONLY}"),
            }
        })
    }

    /// Runs `f` with the queue of the calling thread, made if it has none. Nothing is lost if `f` ends the thread.
    pub fn with_current<R>(f: impl FnOnce(&Queue) -> R) -> R {
        Thread::with_current(|thread| {
            let any: &dyn Any = &**Queue::of(thread);
            match any.downcast_ref() {
                Some(queue) => f(queue),
                None => unreachable!("{ONLY}"),
            }
        })
    }

    fn of(thread: &Thread) -> &Arc<dyn Extension> {
        thread.extension.get_or_init(|| {
            let queue = Arc::new(Queue::new(thread.id()));
            QUEUES.lock().insert(queue.thread, Arc::downgrade(&queue));
            queue
        })
    }

    /// The queue of the thread with this id. NoQueue if the thread has none, or there is no such thread.
    pub fn of_thread(id: u32) -> Result<Arc<Queue>, Refused> {
        let queue = QUEUES.lock().get(&id).and_then(Weak::upgrade);
        queue.ok_or(Refused::NoQueue)
    }

    fn new(thread: u32) -> Queue {
        Queue {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            thread,
            taken: AtomicU32::new(0),
            state: Mutex::default(),
        }
    }

    /// The id of its thread.
    pub fn thread(&self) -> u32 {
        self.thread
    }

    /// Does it belong to the calling thread?
    pub fn is_own(&self) -> bool {
        Thread::with_current(|thread| thread.id()) == self.thread
    }

    /// Posts a message to the thread, or to `window` of it. Full; NoWindow if the window is gone, NoQueue if the
    /// thread is.
    pub fn post(&self, window: Option<&Window>, message: Message) -> Result<(), Refused> {
        self.put(window, message, LIMIT)
    }

    /// Posts a message that may not be lost, even beyond the limit. The caller sees to it that there are not many.
    pub fn post_beyond_limit(&self, window: &Window, message: Message) -> Result<(), Refused> {
        self.put(Some(window), message, usize::MAX)
    }

    fn put(&self, window: Option<&Window>, message: Message, limit: usize) -> Result<(), Refused> {
        let time = now();
        let mut state = self.state.lock();
        if state.ended {
            return Err(Refused::NoQueue);
        }
        if window.is_some_and(|window| !window.is_alive()) {
            return Err(Refused::NoWindow);
        }
        if state.posted.len() >= limit {
            return Err(Refused::Full);
        }
        state.posted.push_back(Message { time, ..message });
        self.came(&mut state, kind::POSTED | kind::ALL_POSTED);
        Ok(())
    }

    /// Has the owner's loop ended with `code` once nothing is posted any more.
    pub fn quit(&self, code: i32) {
        let mut state = self.state.lock();
        state.quit = Some(code);
        self.came(&mut state, kind::POSTED | kind::ALL_POSTED);
    }

    /// The first message that the filter takes, after everything sent has been answered. It stays if `remove` is false.
    /// Finding nothing, it has I/O performed that is ready: it may bring something, and some programs never wait. By the
    /// owner only.
    pub fn look(&self, filter: &Filter<'_>, remove: bool) -> Option<Message> {
        let found = self.find(filter, remove, false);
        if found.is_none() && Thread::with_current(|thread| thread.catch_up(true)) {
            return self.find(filter, remove, false);
        }
        found
    }

    /// As `look` with removal, but waits until there is one.
    pub fn take(&self, filter: &Filter<'_>) -> Message {
        loop {
            if let Some(message) = self.find(filter, true, true) {
                self.give_others_a_turn();
                return message;
            }
            wait::one(self, u32::MAX, false);
            self.disarm();
        }
    }

    /// A queue that never runs empty must not keep other sockets' messages out of it.
    fn give_others_a_turn(&self) {
        let count = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(A_ROUND) {
            Thread::with_current(|thread| thread.catch_up(true));
        }
    }

    /// Waits for objects and for messages of these kinds; `old` ones count as well as new ones. The queue stands behind
    /// the objects: its number is theirs. By the owner only.
    pub fn wait(
        &self,
        objects: &[&dyn Waitable],
        how: Waiting,
        milliseconds: u32,
    ) -> Result<Outcome, Status> {
        self.arm(how);
        let own: &dyn Waitable = self;
        let objects: Vec<&dyn Waitable> = objects.iter().copied().chain([own]).collect();
        let outcome = wait::multiple(&objects, how.all, milliseconds, how.alertable);
        self.disarm();
        outcome
    }

    /// What has come since this was asked last, and what is there.
    pub fn status(&self, kinds: u32) -> (u32, u32) {
        let mut state = self.state.lock();
        let fresh = state.since_asked & kinds;
        state.since_asked &= !kinds;
        state.fresh &= !kinds;
        (fresh, state.present() & kinds)
    }

    /// The time of the message that was taken last.
    pub fn time(&self) -> u32 {
        self.state.lock().time
    }

    /// Puts something sent in. NoWindow if its window or the thread is gone.
    pub(super) fn send(&self, delivery: Delivery) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.ended || !delivery.is_wanted() {
            return Err(Refused::NoWindow);
        }
        state.sent.push_back(delivery);
        self.came(&mut state, kind::SENT);
        Ok(())
    }

    /// Takes back what was sent and not begun. False if it was begun.
    pub(super) fn withdraw(&self, sent: &Arc<Sent>) -> bool {
        let mut state = self.state.lock();
        let same = |delivery: &Delivery| matches!(delivery, Delivery::Call(other) if Arc::ptr_eq(other, sent));
        let at = state.sent.iter().position(same);
        at.and_then(|at| state.sent.remove(at)).is_some()
    }

    /// Answers everything that other threads have sent. By the owner only.
    pub(super) fn answer(&self) {
        loop {
            let mut state = self.state.lock();
            state.fresh &= !kind::SENT;
            let Some(delivery) = state.sent.pop_front() else {
                return;
            };
            match delivery {
                Delivery::Call(sent) => self.run(state, sent),
                Delivery::Answered(sent, answer) => {
                    drop(state);
                    sent.call_back(answer);
                }
                Delivery::Destroy(window) => {
                    drop(state);
                    // It may have gone meanwhile, which is what was wanted.
                    let _ = window.destroy();
                }
            }
        }
    }

    /// Answers one message. While its procedure runs, only the queue holds it: the procedure may end the thread.
    fn run(&self, mut state: MutexGuard<'_, State>, sent: Arc<Sent>) {
        let call = sent.call();
        state.running.push(sent);
        drop(state);
        // SAFETY: the sender promised that the procedure may be called so, and it is called by its own thread.
        let answer = call.map(|call| unsafe { call.make() });
        let sent = self.state.lock().running.pop();
        if let Some(sent) = sent {
            sent.answer(answer);
        }
    }

    /// The sent message that the owner is at work on.
    pub fn at_work_on(&self) -> Option<Arc<Sent>> {
        self.state.lock().running.last().cloned()
    }

    pub(super) fn add_timer(
        &self,
        window: usize,
        id: usize,
        make: impl FnOnce(usize) -> Timer,
    ) -> Arc<Timer> {
        let mut state = self.state.lock();
        let known = state.drop_timer(window, id);
        let id = if window == 0 && !known {
            state.new_timer_id()
        } else {
            id
        };
        let timer = Arc::new(make(id));
        state.timers.push(timer.clone());
        timer
    }

    pub(super) fn remove_timer(&self, window: usize, id: usize) -> bool {
        self.state.lock().drop_timer(window, id)
    }

    /// Whether a message is of a timer that is set and has this routine.
    pub fn has_timer(&self, window: usize, id: usize, routine: isize) -> bool {
        let same = |t: &Arc<Timer>| t.window == window && t.id == id && t.routine == routine;
        self.state.lock().timers.iter().any(same)
    }

    /// False if the timer is no longer set.
    pub(super) fn timer_is_due(&self, timer: &Timer) -> bool {
        let same = |other: &&Arc<Timer>| std::ptr::eq(Arc::as_ptr(other), timer);
        let mut state = self.state.lock();
        let Some(timer) = state.timers.iter().find(same).cloned() else {
            return false;
        };
        if !state.due.iter().any(|other| Arc::ptr_eq(other, &timer)) {
            state.due.push_back(timer);
            self.came(&mut state, kind::TIMER);
        }
        true
    }

    /// A window is gone, and with it what was meant for it. Who waits for an answer of it goes on without one.
    pub(super) fn forget(&self, window: &Window) {
        let handle = window.handle();
        let mut state = self.state.lock();
        window.bury();
        state.posted.retain(|message| message.window != handle);
        state.timers.retain(|timer| timer.window != handle);
        state.due.retain(|timer| timer.window != handle);
        let sent = std::mem::take(&mut state.sent);
        let (wanted, unwanted): (VecDeque<_>, VecDeque<_>) =
            sent.into_iter().partition(Delivery::is_wanted);
        state.sent = wanted;
        drop(state);
        unwanted.into_iter().for_each(Delivery::fail);
    }

    /// Looks; if nothing is found and `arm` is set, the queue is armed in the same step.
    fn find(&self, filter: &Filter<'_>, remove: bool, arm: bool) -> Option<Message> {
        let mut state = self.state.lock();
        while !state.sent.is_empty() && filter.looks_at(kind::SENT) {
            drop(state);
            self.answer();
            state = self.state.lock();
        }
        state.seen(filter);
        let found = state.find(filter, remove);
        match found {
            Some(message) if remove => state.time = message.time,
            Some(_) => {}
            // What has been seen is not fresh, so it is something new that ends the wait.
            None if arm => self.arm_for(&mut state, kind::ALL & !kind::ALL_POSTED, false),
            None => {}
        }
        found
    }

    fn arm(&self, how: Waiting) {
        self.arm_for(&mut self.state.lock(), how.kinds, how.old);
    }

    fn arm_for(&self, state: &mut State, kinds: u32, old: bool) {
        state.armed = kinds;
        let counts = if old { u32::MAX } else { state.fresh };
        if state.present() & counts & kinds != 0 {
            self.dispatcher.set();
        } else {
            self.dispatcher.reset();
        }
    }

    fn disarm(&self) {
        self.state.lock().armed = 0;
    }

    /// Something of these kinds has come in.
    fn came(&self, state: &mut State, kinds: u32) {
        state.fresh |= kinds;
        state.since_asked |= kinds;
        if state.armed & kinds != 0 {
            self.dispatcher.set();
        }
    }

    /// The end of the thread: its windows go, no procedure is called any more, and who waits for an answer gets none.
    fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        let sent = std::mem::take(&mut state.sent);
        let running = std::mem::take(&mut state.running);
        state.posted.clear();
        state.timers.clear();
        state.due.clear();
        drop(state);
        QUEUES.lock().remove(&self.thread);
        window::thread_ends(self);
        for delivery in sent {
            delivery.fail();
        }
        for sent in running {
            sent.answer(Err(Refused::NoWindow));
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let mut queues = QUEUES.lock();
        if queues
            .get(&self.thread)
            .is_some_and(|q| q.strong_count() == 0)
        {
            queues.remove(&self.thread);
        }
    }
}

/// How a thread waits for messages.
#[derive(Clone, Copy)]
pub struct Waiting {
    /// Of which kinds.
    pub kinds: u32,
    /// Also those that the owner has seen already.
    pub old: bool,
    /// For all objects and a message, not for any.
    pub all: bool,
    /// APCs end the wait.
    pub alertable: bool,
}

impl State {
    fn present(&self) -> u32 {
        let mut kinds = 0;
        if !self.sent.is_empty() {
            kinds |= kind::SENT;
        }
        if !self.posted.is_empty() || self.quit.is_some() {
            kinds |= kind::POSTED | kind::ALL_POSTED;
        }
        if !self.due.is_empty() {
            kinds |= kind::TIMER;
        }
        kinds
    }

    /// The owner looks.
    fn seen(&mut self, filter: &Filter<'_>) {
        let mut kinds = filter.kinds;
        if !filter.is_for_all() {
            kinds &= !kind::ALL_POSTED;
        }
        self.fresh &= !kinds;
        self.since_asked &= !kinds;
    }

    fn find(&mut self, filter: &Filter<'_>, remove: bool) -> Option<Message> {
        if filter.looks_at(kind::POSTED | kind::ALL_POSTED) {
            let found = self.find_posted(filter, remove);
            if found.is_some() {
                return found;
            }
            if let Some(code) = self.quit {
                if remove {
                    self.quit = None;
                }
                return Some(quit_message(code));
            }
        }
        if filter.looks_at(kind::TIMER) {
            return self.find_timer(filter, remove);
        }
        None
    }

    fn find_posted(&mut self, filter: &Filter<'_>, remove: bool) -> Option<Message> {
        let wanted = |m: &Message| filter.takes(m.message, m.window);
        let at = self.posted.iter().position(wanted)?;
        if remove {
            self.posted.remove(at)
        } else {
            self.posted.get(at).copied()
        }
    }

    fn find_timer(&mut self, filter: &Filter<'_>, remove: bool) -> Option<Message> {
        let wanted = |t: &Arc<Timer>| filter.takes(number::TIMER, t.window);
        let at = self.due.iter().position(wanted)?;
        let message = self.due[at].message();
        if remove {
            self.due.remove(at);
        }
        Some(message)
    }

    fn drop_timer(&mut self, window: usize, id: usize) -> bool {
        let other = |timer: &Arc<Timer>| (timer.window, timer.id) != (window, id);
        let before = self.timers.len();
        self.timers.retain(other);
        self.due.retain(other);
        self.timers.len() < before
    }

    fn new_timer_id(&mut self) -> usize {
        self.next_timer += 1;
        while self
            .timers
            .iter()
            .any(|timer| (timer.window, timer.id) == (0, self.next_timer))
        {
            self.next_timer += 1;
        }
        self.next_timer
    }
}

fn quit_message(code: i32) -> Message {
    Message {
        message: number::QUIT,
        wparam: code as usize,
        time: now(),
        ..Message::default()
    }
}
