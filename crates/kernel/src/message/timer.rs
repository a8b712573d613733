//! User timers: a timer that has come due stands in its queue until the owner takes it as a message. Due again before
//! that, it stands there once.

use std::time::{Duration, Instant};

use super::queue::Queue;
use super::{Message, Refused, now, number};
use crate::object::timer::{Alarm, schedule};
use crate::sync::{Arc, Weak};

/// The shortest and the longest period, in milliseconds.
pub const PERIODS: std::ops::RangeInclusive<u32> = 10..=0x7FFF_FFFF;

/// A timer.
pub struct Timer {
    queue: Weak<Queue>,
    /// Its window, 0 for none.
    pub(super) window: usize,
    /// What tells it from the other timers of its window.
    pub(super) id: usize,
    /// The routine's address, handed to the program in the message.
    pub(super) routine: isize,
    period: Duration,
}

impl Timer {
    pub(super) fn message(&self) -> Message {
        Message {
            window: self.window,
            message: number::TIMER,
            wparam: self.id,
            lparam: self.routine,
            time: now(),
        }
    }
}

impl Alarm for Timer {
    /// Called by the clock. A timer that has been replaced or killed is no longer in its queue.
    fn fire(&self, moment: Instant, _generation: u64) -> Option<Instant> {
        let queue = self.queue.upgrade()?;
        queue.timer_is_due(self).then_some(moment + self.period)
    }

    /// A timer that is set anew is another one, and this one is gone.
    fn wants(&self, _generation: u64) -> bool {
        true
    }
}

/// Sets a timer of `queue`, in the place of the one with the same window and id. Without a window and with an id that
/// no timer has, the timer gets an id of its own. The id is returned.
pub fn set(queue: &Arc<Queue>, window: usize, id: usize, period: u32, routine: isize) -> usize {
    let period = period.clamp(*PERIODS.start(), *PERIODS.end());
    let period = Duration::from_millis(u64::from(period));
    let timer = queue.add_timer(window, id, |id| Timer {
        queue: Arc::downgrade(queue),
        window,
        id,
        routine,
        period,
    });
    let alarm: Weak<dyn Alarm> = Arc::<Timer>::downgrade(&timer);
    schedule(Instant::now() + period, alarm, 0);
    timer.id
}

/// Stops a timer, also one that is due and not taken. NoTimer if there is none.
pub fn kill(queue: &Queue, window: usize, id: usize) -> Result<(), Refused> {
    if queue.remove_timer(window, id) {
        Ok(())
    } else {
        Err(Refused::NoTimer)
    }
}
