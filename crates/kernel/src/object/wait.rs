//! The wait functions: one, any, all, alertable, sleeping.
//!
//! A wait looks at its objects first; only if none satisfies it do APCs count (APC-08), and only then does it enlist:
//! publish the claim, put a block on every object (looking once more at each), look at the APC queue once more, and
//! park until the claim is taken. Whoever takes it has consumed the object already.

use std::time::{Duration, Instant};

use super::dispatcher::{Consumed, lock_all};
use super::thread::{Claimed, Thread};
use super::{ObjectRef, apc};
use crate::status::Status;
use crate::sync::{Arc, is_over};

/// MAXIMUM_WAIT_OBJECTS.
pub const MAXIMUM_WAIT_OBJECTS: usize = 64;

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
pub fn one(object: &ObjectRef, milliseconds: u32, alertable: bool) -> Outcome {
    any_of(&[object], milliseconds, alertable)
}

/// Waits for one or all of up to 64 objects. INVALID_PARAMETER for 0, for more than 64, and for the same object twice
/// in a wait for all (WAIT-08, WAIT-13).
pub fn multiple(
    objects: &[&ObjectRef],
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
    let twice = |i: usize| objects[..i].iter().any(|o| Arc::ptr_eq(o, objects[i]));
    if (1..objects.len()).any(twice) {
        return Err(Status::INVALID_PARAMETER);
    }
    Ok(wait(&All(objects), milliseconds, alertable))
}

/// SleepEx: a wait for nothing (WAIT-41). True if an APC ran.
pub fn sleep(milliseconds: u32, alertable: bool) -> bool {
    if milliseconds == 0 && !alertable {
        std::thread::yield_now();
        return false;
    }
    any_of(&[], milliseconds, alertable) == Outcome::Apc
}

fn any_of(objects: &[&ObjectRef], milliseconds: u32, alertable: bool) -> Outcome {
    wait(&Any(objects), milliseconds, alertable)
}

/// What a wait does with its objects.
trait Condition {
    /// Takes the objects if they satisfy the wait now.
    fn try_take(&self, thread: &Arc<Thread>) -> Option<Outcome>;
    /// Puts blocks on the objects. The claim is published already and may be taken while this runs.
    fn enlist(&self, thread: &Arc<Thread>);
    /// Looks again after a wake-up that has not taken the claim.
    fn recheck(&self, thread: &Arc<Thread>);
    /// Takes the blocks away.
    fn delist(&self, thread: &Arc<Thread>);
}

fn wait(condition: &impl Condition, milliseconds: u32, alertable: bool) -> Outcome {
    Thread::with_current(|thread| {
        if let Some(outcome) = condition.try_take(thread) {
            return outcome;
        }
        if alertable && apc::deliver(thread) {
            return Outcome::Apc;
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

fn block(
    condition: &impl Condition,
    thread: &Arc<Thread>,
    deadline: Option<Instant>,
    alertable: bool,
) -> Claimed {
    let claim = thread.claim();
    claim.begin(alertable);
    condition.enlist(thread);
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
    condition.delist(thread);
    claim.end();
    thread.forget_permit();
    outcome
}

/// A wait for any, or for nothing if there are no objects.
struct Any<'w, 'o>(&'w [&'o ObjectRef]);

impl Condition for Any<'_, '_> {
    fn try_take(&self, thread: &Arc<Thread>) -> Option<Outcome> {
        for (index, object) in self.0.iter().enumerate() {
            let mut state = object.dispatcher().lock();
            if state.signal.is_signalled_for(thread) {
                return Some(match state.signal.consume(thread) {
                    Consumed::Normal => Outcome::Object(index),
                    Consumed::Abandoned => Outcome::Abandoned(index),
                });
            }
        }
        None
    }

    fn enlist(&self, thread: &Arc<Thread>) {
        for (index, object) in self.0.iter().enumerate() {
            let mut state = object.dispatcher().lock();
            if state.signal.is_signalled_for(thread) {
                let abandoned = state.signal.is_abandoned();
                if thread.claim().satisfy(index as u32, abandoned) {
                    state.signal.consume(thread);
                }
                return;
            }
            state.enlist(thread, index as u32, false);
        }
    }

    fn recheck(&self, _thread: &Arc<Thread>) {}

    fn delist(&self, thread: &Arc<Thread>) {
        for object in self.0 {
            object.dispatcher().lock().delist(thread);
        }
    }
}

/// A wait for all: everything at once or nothing.
struct All<'w, 'o>(&'w [&'o ObjectRef]);

impl All<'_, '_> {
    /// Under all locks: consumes everything if everything is signalled and `may` still lets it.
    fn take_if(
        &self,
        thread: &Arc<Thread>,
        may: impl FnOnce(Option<usize>) -> bool,
    ) -> Option<Outcome> {
        let mut states = lock_all(self.0);
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

impl Condition for All<'_, '_> {
    fn try_take(&self, thread: &Arc<Thread>) -> Option<Outcome> {
        self.take_if(thread, |_| true)
    }

    fn enlist(&self, thread: &Arc<Thread>) {
        for object in self.0 {
            object.dispatcher().lock().enlist(thread, 0, true);
        }
        self.claim_all(thread);
    }

    fn recheck(&self, thread: &Arc<Thread>) {
        if thread.claim().outcome().is_none() {
            self.claim_all(thread);
        }
    }

    fn delist(&self, thread: &Arc<Thread>) {
        for object in self.0 {
            object.dispatcher().lock().delist(thread);
        }
    }
}
