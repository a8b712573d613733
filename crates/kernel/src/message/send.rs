//! Messages that are sent: the sender has an answer, or wants to know when there is one.
//!
//! To a window of the sender's own thread a send is a call. To another thread's it is put in that thread's queue, and
//! performed there when the thread next looks for messages - or waits for an answer itself: a thread that waits answers
//! what is sent to it, so two threads may send to each other.

use std::ffi::c_void;
use std::time::Instant;

use super::Refused;
use super::queue::{Queue, Waiting, kind};
use super::window::{Target, Window};
use crate::object::dispatcher::{Dispatcher, Signal};
use crate::object::wait::{self, Outcome, Waitable};
use crate::sync::{Arc, Mutex, Weak};

/// What is called with the answer: window, message, the caller's number, the answer.
pub type Routine = unsafe extern "system" fn(*mut c_void, u32, usize, isize);

/// How long a sender waits.
#[derive(Clone, Copy)]
pub struct Patience {
    /// In milliseconds; u32::MAX for as long as it takes.
    pub milliseconds: u32,
    /// It answers nothing meanwhile.
    pub blocks: bool,
}

/// What the sender wants.
pub enum Wish {
    /// It waits for the answer.
    Answer,
    /// Nothing.
    Nothing,
    /// A call when the answer is there.
    Call {
        /// Of this routine.
        routine: Routine,
        /// With this number.
        data: usize,
        /// By the thread of this queue.
        queue: Weak<Queue>,
    },
}

/// A message on its way.
pub struct Sent {
    dispatcher: Dispatcher,
    window: Arc<Window>,
    message: u32,
    wparam: usize,
    lparam: isize,
    wish: Wish,
    answer: Mutex<Option<Result<isize, Refused>>>,
}

impl Waitable for Sent {
    fn header(&self) -> &Dispatcher {
        &self.dispatcher
    }
}

/// What stands in a queue.
pub(super) enum Delivery {
    /// A message.
    Call(Arc<Sent>),
    /// An answer.
    Answered(Arc<Sent>, isize),
    /// A window whose parent is going.
    Destroy(Arc<Window>),
}

/// Sends a message and waits for the answer. NoWindow if the window is gone or goes before it has answered; TimedOut.
///
/// # Safety
/// The window's procedure may be called with these parameters.
pub unsafe fn send(
    window: &Arc<Window>,
    message: u32,
    wparam: usize,
    lparam: isize,
    patience: Patience,
) -> Result<isize, Refused> {
    if window.queue().is_own() {
        // SAFETY: this function's contract.
        return Ok(unsafe { window.call(message, wparam, lparam) });
    }
    let sent = Sent::new(window, (message, wparam, lparam), Wish::Answer);
    window.queue().send(Delivery::Call(sent.clone()))?;
    sent.wait(patience)
}

/// Sends a message and goes on. NoWindow if the window is gone.
///
/// # Safety
/// The window's procedure may be called with these parameters, and the routine with the answer.
pub unsafe fn notify(
    window: &Arc<Window>,
    message: u32,
    wparam: usize,
    lparam: isize,
    wish: Wish,
) -> Result<(), Refused> {
    let sent = Sent::new(window, (message, wparam, lparam), wish);
    if !window.queue().is_own() {
        return window.queue().send(Delivery::Call(sent));
    }
    // SAFETY: this function's contract.
    let answer = unsafe { window.call(message, wparam, lparam) };
    sent.call_back(answer);
    Ok(())
}

impl Sent {
    fn new(window: &Arc<Window>, message: (u32, usize, isize), wish: Wish) -> Arc<Sent> {
        Arc::new(Sent {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            window: window.clone(),
            message: message.0,
            wparam: message.1,
            lparam: message.2,
            wish,
            answer: Mutex::new(None),
        })
    }

    /// Gives the sender its answer. False if it has one.
    pub fn answer(self: &Arc<Self>, answer: Result<isize, Refused>) -> bool {
        let mut place = self.answer.lock();
        if place.is_some() {
            return false;
        }
        *place = Some(answer);
        drop(place);
        self.dispatcher.set();
        if let (Wish::Call { queue, .. }, Ok(answer)) = (&self.wish, answer)
            && let Some(queue) = queue.upgrade()
        {
            // A sender that has ended wants no call.
            let _ = queue.send(Delivery::Answered(self.clone(), answer));
        }
        true
    }

    /// Has the sender been answered?
    pub fn is_answered(&self) -> bool {
        self.answer.lock().is_some()
    }

    /// What the sender wants.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    fn wait(self: &Arc<Self>, patience: Patience) -> Result<isize, Refused> {
        let (own, reply): (_, &dyn Waitable) = (Queue::of_current(), &**self);
        let deadline = wait::deadline(patience.milliseconds);
        let how = Waiting {
            kinds: kind::SENT,
            old: true,
            all: false,
            alertable: false,
        };
        loop {
            if let Some(answer) = *self.answer.lock() {
                return answer;
            }
            let outcome = if patience.blocks {
                wait::one(&reply, left(deadline), false)
            } else {
                let outcome = own.wait(&[reply], how, left(deadline));
                outcome.unwrap_or(Outcome::TimedOut)
            };
            match outcome {
                Outcome::Object(1) => own.answer(),
                Outcome::TimedOut => return self.give_up(),
                _ => {}
            }
        }
    }

    /// The sender's patience is over; the message goes unless it has been begun.
    fn give_up(self: &Arc<Self>) -> Result<isize, Refused> {
        if !self.window.queue().withdraw(self)
            && let Some(answer) = *self.answer.lock()
        {
            return answer;
        }
        Err(Refused::TimedOut)
    }

    /// What is to be called for it. NoWindow if the window is gone.
    pub(super) fn call(&self) -> Result<Call, Refused> {
        if !self.window.is_alive() {
            return Err(Refused::NoWindow);
        }
        Ok(Call {
            target: self.window.target(),
            message: self.message,
            wparam: self.wparam,
            lparam: self.lparam,
        })
    }

    /// Tells the sender, if it has asked for a call. By its thread.
    pub(super) fn call_back(&self, answer: isize) {
        if let Wish::Call { routine, data, .. } = &self.wish {
            // SAFETY: the sender promised that the routine may be called so, and this is its thread.
            unsafe { routine(self.window.pointer(), self.message, *data, answer) };
        }
    }
}

/// A call of a procedure with a message that was sent.
pub(super) struct Call {
    target: Target,
    message: u32,
    wparam: usize,
    lparam: isize,
}

impl Call {
    /// Makes it.
    ///
    /// # Safety
    /// This is the window's thread, and the procedure may be called with the message.
    pub(super) unsafe fn make(self) -> isize {
        // SAFETY: this function's contract.
        unsafe { self.target.call(self.message, self.wparam, self.lparam) }
    }
}

impl Delivery {
    pub(super) fn is_wanted(&self) -> bool {
        match self {
            Delivery::Call(sent) => sent.window.is_alive(),
            Delivery::Answered(..) => true,
            Delivery::Destroy(window) => window.is_alive(),
        }
    }

    /// It will not be performed.
    pub(super) fn fail(self) {
        if let Delivery::Call(sent) = self {
            sent.answer(Err(Refused::NoWindow));
        }
    }
}

/// Milliseconds until a moment, rounded up.
fn left(deadline: Option<Instant>) -> u32 {
    let Some(moment) = deadline else {
        return u32::MAX;
    };
    let left = moment.saturating_duration_since(Instant::now());
    u32::try_from(left.as_micros().div_ceil(1000)).map_or(u32::MAX - 1, |ms| ms.min(u32::MAX - 1))
}
