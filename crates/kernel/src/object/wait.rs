//! The wait functions: one, any, all, alertable, sleeping.
//!
//! A wait looks at its objects first; only if none satisfies it do APCs count (APC-08). If there are many objects, or the
//! wait is not to block, the thread then performs the I/O that is ready, if nobody else does, and looks again: under
//! load that satisfies the wait, and the next ones, without the cost of enlisting. Only then does it enlist:
//! publish the claim, put a block on every object (looking once more at each), look at the APC queue once more, and
//! park until the claim is taken. Whoever takes it has consumed the object already.

use std::time::{Duration, Instant};

use super::dispatcher::{Consumed, Dispatcher, lock_all};
use super::handle_table::Pinned;
use super::thread::{Claimed, Thread};
use super::{Object, ObjectRef, apc};
use crate::status::Status;
use crate::sync::{Arc, is_over};

/// MAXIMUM_WAIT_OBJECTS.
pub const MAXIMUM_WAIT_OBJECTS: usize = 64;

/// From so many objects on, enlisting costs more than a look at what I/O is ready.
const MANY: usize = 4;

/// What can be waited on, however the caller holds it.
pub trait Waitable {
    /// Its header.
    fn header(&self) -> &Dispatcher;
}

impl Waitable for ObjectRef {
    fn header(&self) -> &Dispatcher {
        self.dispatcher()
    }
}

impl Waitable for Pinned<'_, dyn Object> {
    fn header(&self) -> &Dispatcher {
        self.dispatcher()
    }
}

impl<W: Waitable + ?Sized> Waitable for &W {
    fn header(&self) -> &Dispatcher {
        (**self).header()
    }
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Object number `.0` (0 for all) satisfied it.
    Object(usize),
    /// The same with a mutex whose owner had ended.
    Abandoned(usize),
    /// At least one APC ran.
    Apc,
    /// The time was over.
    TimedOut,
}

impl From<Consumed> for Outcome {
    fn from(consumed: Consumed) -> Outcome {
        match consumed {
            Consumed::Normal => Outcome::Object(0),
            Consumed::Abandoned => Outcome::Abandoned(0),
        }
    }
}

/// The moment `milliseconds` from now; None for INFINITE.
pub fn deadline(milliseconds: u32) -> Option<Instant> {
    (milliseconds != u32::MAX)
        .then(|| Instant::now() + Duration::from_millis(u64::from(milliseconds)))
}

/// Waits for one object.
pub fn one(object: &impl Waitable, milliseconds: u32, alertable: bool) -> Outcome {
    any_of(&[object], milliseconds, alertable)
}

/// Waits for one or all of up to 64 objects. INVALID_PARAMETER for 0, for more than 64, and for the same object twice
/// in a wait for all (WAIT-08, WAIT-13).
pub fn multiple(
    objects: &[impl Waitable],
    all: bool,
    milliseconds: u32,
    alertable: bool,
) -> Result<Outcome, Status> {
    if objects.is_empty() || objects.len() > MAXIMUM_WAIT_OBJECTS {
        return Err(Status::INVALID_PARAMETER);
    }
    if !all || objects.len() == 1 {
        return Ok(any_of(objects, milliseconds, alertable));
    }
    let same = |a: &_, b: &_| std::ptr::eq(Waitable::header(a), Waitable::header(b));
    let twice = |i: usize| objects[..i].iter().any(|o| same(o, &objects[i]));
    if (1..objects.len()).any(twice) {
        return Err(Status::INVALID_PARAMETER);
    }
    Ok(wait(&All(objects), milliseconds, alertable))
}

const NOTHING: &[ObjectRef] = &[];

/// SleepEx: a wait for nothing (WAIT-41). True if an APC ran.
pub fn sleep(milliseconds: u32, alertable: bool) -> bool {
    if milliseconds == 0 && !alertable {
        std::thread::yield_now();
        return false;
    }
    any_of(NOTHING, milliseconds, alertable) == Outcome::Apc
}

fn any_of(objects: &[impl Waitable], milliseconds: u32, alertable: bool) -> Outcome {
    wait(&Any(objects), milliseconds, alertable)
}

/// What a wait does with its objects.
trait Condition {
    /// How many objects there are.
    fn len(&self) -> usize;
    /// Takes the objects if they satisfy the wait now. Not `closely`, objects that seem not to be signalled are passed
    /// over without their lock.
    fn try_take(&self, thread: &Arc<Thread>, closely: bool) -> Option<Outcome>;
    /// Puts blocks on the objects and says on how many. The claim is published already and may be taken while this runs.
    fn enlist(&self, thread: &Arc<Thread>) -> usize;
    /// Looks again after a wake-up that has not taken the claim.
    fn recheck(&self, thread: &Arc<Thread>);
    /// Takes the blocks away from the first `enlisted` objects.
    fn delist(&self, thread: &Arc<Thread>, enlisted: usize);
}

fn wait(condition: &impl Condition, milliseconds: u32, alertable: bool) -> Outcome {
    Thread::with_current(|thread| {
        if let Some(outcome) = look(condition, thread, milliseconds, alertable) {
            return outcome;
        }
        if (milliseconds == 0 || condition.len() >= MANY)
            && thread.catch_up(milliseconds == 0)
            && let Some(outcome) = look(condition, thread, milliseconds, alertable)
        {
            return outcome;
        }
        if milliseconds == 0 {
            return Outcome::TimedOut;
        }
        let deadline = deadline(milliseconds);
        match thread.blocking(|| block(condition, thread, deadline, alertable)) {
            Claimed::Satisfied {
                index,
                abandoned: false,
            } => Outcome::Object(index as usize),
            Claimed::Satisfied {
                index,
                abandoned: true,
            } => Outcome::Abandoned(index as usize),
            Claimed::TimedOut => Outcome::TimedOut,
            Claimed::Alerted => {
                apc::deliver(thread);
                Outcome::Apc
            }
        }
    })
}

/// Is the wait over before it has begun? Nobody looks after a wait of 0 ms: it has to be exact itself.
fn look(
    condition: &impl Condition,
    thread: &Arc<Thread>,
    milliseconds: u32,
    alertable: bool,
) -> Option<Outcome> {
    let taken = condition.try_take(thread, milliseconds == 0);
    taken.or_else(|| (alertable && apc::deliver(thread)).then_some(Outcome::Apc))
}

fn block(
    condition: &impl Condition,
    thread: &Arc<Thread>,
    deadline: Option<Instant>,
    alertable: bool,
) -> Claimed {
    let claim = thread.claim();
    claim.begin(alertable);
    let blocks = Blocks {
        condition,
        thread,
        enlisted: condition.enlist(thread),
    };
    if alertable && !thread.apcs.is_empty() {
        claim.alert();
    }
    let outcome = loop {
        if let Some(outcome) = claim.outcome() {
            break outcome;
        }
        if is_over(deadline) {
            claim.time_out();
            continue;
        }
        thread.park(deadline);
        condition.recheck(thread);
    };
    drop(blocks);
    claim.end();
    thread.forget_permit();
    outcome
}

/// The blocks of a wait. They go with this value, even if a panic passes: they borrow their thread.
struct Blocks<'w, C: Condition> {
    condition: &'w C,
    thread: &'w Arc<Thread>,
    enlisted: usize,
}

impl<C: Condition> Drop for Blocks<'_, C> {
    fn drop(&mut self) {
        self.condition.delist(self.thread, self.enlisted);
    }
}

/// A wait for any, or for nothing if there are no objects.
struct Any<'w, W>(&'w [W]);

impl<W: Waitable> Condition for Any<'_, W> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn try_take(&self, thread: &Arc<Thread>, closely: bool) -> Option<Outcome> {
        for (index, object) in self.0.iter().enumerate() {
            let header = object.header();
            if !closely && !header.may_satisfy() {
                continue;
            }
            let mut state = header.lock();
            if state.signal.is_signalled_for(thread) {
                return Some(match state.signal.consume(thread) {
                    Consumed::Normal => Outcome::Object(index),
                    Consumed::Abandoned => Outcome::Abandoned(index),
                });
            }
        }
        None
    }

    fn enlist(&self, thread: &Arc<Thread>) -> usize {
        for (index, object) in self.0.iter().enumerate() {
            let mut state = object.header().lock();
            if state.signal.is_signalled_for(thread) {
                let abandoned = state.signal.is_abandoned();
                if thread.claim().satisfy(index as u32, abandoned) {
                    state.signal.consume(thread);
                }
                return index;
            }
            state.enlist(thread, index as u32, false);
        }
        self.0.len()
    }

    fn recheck(&self, _thread: &Arc<Thread>) {}

    fn delist(&self, thread: &Arc<Thread>, enlisted: usize) {
        for object in &self.0[..enlisted] {
            object.header().lock().delist(thread);
        }
    }
}

/// A wait for all: everything at once or nothing.
struct All<'w, W>(&'w [W]);

impl<W: Waitable> All<'_, W> {
    /// Under all locks: consumes everything if everything is signalled and `may` still lets it.
    fn take_if(
        &self,
        thread: &Arc<Thread>,
        may: impl FnOnce(Option<usize>) -> bool,
    ) -> Option<Outcome> {
        let mut states = lock_all(self.0.iter().map(Waitable::header));
        if !states.iter().all(|s| s.signal.is_signalled_for(thread)) {
            return None;
        }
        let abandoned = states.iter().position(|s| s.signal.is_abandoned());
        if !may(abandoned) {
            return None;
        }
        for state in &mut states {
            state.signal.consume(thread);
        }
        Some(abandoned.map_or(Outcome::Object(0), Outcome::Abandoned))
    }

    fn claim_all(&self, thread: &Arc<Thread>) {
        self.take_if(thread, |abandoned| {
            let index = abandoned.unwrap_or_default() as u32;
            thread.claim().satisfy(index, abandoned.is_some())
        });
    }
}

impl<W: Waitable> Condition for All<'_, W> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn try_take(&self, thread: &Arc<Thread>, closely: bool) -> Option<Outcome> {
        if !closely && !self.0.iter().all(|object| object.header().may_satisfy()) {
            return None;
        }
        self.take_if(thread, |_| true)
    }

    fn enlist(&self, thread: &Arc<Thread>) -> usize {
        for object in self.0 {
            object.header().lock().enlist(thread, 0, true);
        }
        self.claim_all(thread);
        self.0.len()
    }

    fn recheck(&self, thread: &Arc<Thread>) {
        if thread.claim().outcome().is_none() {
            self.claim_all(thread);
        }
    }

    fn delist(&self, thread: &Arc<Thread>, enlisted: usize) {
        for object in &self.0[..enlisted] {
            object.header().lock().delist(thread);
        }
    }
}
