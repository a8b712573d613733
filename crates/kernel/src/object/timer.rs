//! Waitable timers, and the one thread that fires them and whatever else has an [`Alarm`].
//!
//! A setting of a timer is an entry `(moment, timer, generation)` in a heap. Setting or cancelling raises the timer's
//! generation, which makes older entries void; they are dropped when they come up. The thread starts with the first
//! setting and sleeps until the earliest entry.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{LazyLock, Weak};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};

use super::apc::{self, Apc, TimerRoutine};
use super::dispatcher::{Dispatcher, Signal};
use super::thread::Thread;
use super::{HandleCount, Object};
use crate::status::Status;
use crate::sync::Arc;

/// Something that is called by the clock.
pub trait Alarm: Send + Sync {
    /// The moment has come, for the setting with this generation. Gives the moment of the next firing.
    fn fire(&self, moment: Instant, generation: u64) -> Option<Instant>;

    /// Is this its setting still? Otherwise the clock may forget it.
    fn wants(&self, generation: u64) -> bool;
}

/// Has `alarm` called at a moment, unless it is gone by then.
pub fn schedule(moment: Instant, alarm: Weak<dyn Alarm>, generation: u64) {
    CLOCK.schedule(moment, alarm, generation);
}

/// A waitable timer.
pub struct Timer {
    dispatcher: Dispatcher,
    handles: HandleCount,
    setting: Mutex<Setting>,
}

#[derive(Default)]
struct Setting {
    generation: u64,
    period: Option<Duration>,
    routine: Option<Routine>,
}

#[derive(Clone)]
struct Routine {
    thread: Arc<Thread>,
    call: TimerRoutine,
    context: usize,
}

impl Object for Timer {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn last_handle_closed(&self) {
        self.cancel();
    }
}

impl Timer {
    /// A timer that is not set.
    pub fn new(manual_reset: bool) -> Timer {
        let signal = if manual_reset {
            Signal::Notification(false)
        } else {
            Signal::Synchronization(false)
        };
        Timer {
            dispatcher: Dispatcher::new(signal),
            handles: HandleCount::default(),
            setting: Mutex::default(),
        }
    }

    /// Sets the timer: `due` negative is relative, positive an absolute FILETIME, in units of 100 ns; `period` in
    /// milliseconds, 0 for once (WAIT-31, WAIT-32). The routine is queued to the calling thread (WAIT-33).
    pub fn set(
        self: &Arc<Self>,
        due: i64,
        period: i32,
        routine: Option<(TimerRoutine, usize)>,
    ) -> Result<(), Status> {
        let period = u64::try_from(period).map_err(|_| Status::INVALID_PARAMETER)?;
        let moment = Instant::now() + delay(due);
        let mut setting = self.setting.lock();
        self.forget_calls(&setting);
        setting.generation += 1;
        setting.period = (period > 0).then(|| Duration::from_millis(period));
        setting.routine = routine.map(|(call, context)| Routine {
            thread: Thread::with_current(Arc::clone),
            call,
            context,
        });
        self.dispatcher.reset();
        let generation = setting.generation;
        drop(setting);
        let alarm: Weak<dyn Alarm> = Arc::<Timer>::downgrade(self);
        schedule(moment, alarm, generation);
        Ok(())
    }

    /// Stops it; the signal stays as it is, calls not yet delivered go (WAIT-34).
    pub fn cancel(&self) {
        let mut setting = self.setting.lock();
        self.forget_calls(&setting);
        setting.generation += 1;
        setting.routine = None;
    }

    fn forget_calls(&self, setting: &Setting) {
        if let Some(routine) = &setting.routine {
            routine.thread.apcs.remove_timer(self.identity());
        }
    }

    fn identity(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Alarm for Timer {
    fn fire(&self, moment: Instant, generation: u64) -> Option<Instant> {
        let setting = self.setting.lock();
        if setting.generation != generation {
            return None;
        }
        if let Some(routine) = &setting.routine {
            let call = Apc::Timer {
                timer: self.identity(),
                routine: routine.call,
                context: routine.context,
                due: filetime(SystemTime::now()),
            };
            if apc::queue(&routine.thread, call).is_err() {
                return None; // the thread has ended, and with it the timer
            }
        }
        self.dispatcher.set();
        Some(moment + setting.period?)
    }

    fn wants(&self, generation: u64) -> bool {
        self.setting.lock().generation == generation
    }
}

/// How long until a due time: negative is relative, positive an absolute FILETIME, in units of 100 ns.
pub fn delay(due: i64) -> Duration {
    let from = if due > 0 {
        filetime(SystemTime::now())
    } else {
        0
    };
    let ticks = due.unsigned_abs().saturating_sub(from);
    Duration::from_nanos(ticks.saturating_mul(100)).min(Duration::from_secs(100 * 365 * 86_400))
}

/// A moment as FILETIME: 100 ns since 1601.
pub(super) fn filetime(moment: SystemTime) -> u64 {
    const EPOCHS: u64 = 11_644_473_600;
    let since = moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_secs() + EPOCHS) * 10_000_000 + u64::from(since.subsec_nanos() / 100)
}

struct Clock {
    entries: Mutex<Entries>,
    changed: Condvar,
}

#[derive(Default)]
struct Entries {
    heap: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
    running: bool,
    /// At this length void entries are looked for.
    crowded: usize,
}

struct Entry {
    moment: Instant,
    sequence: u64,
    alarm: Weak<dyn Alarm>,
    generation: u64,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.moment, self.sequence).cmp(&(other.moment, other.sequence))
    }
}

static CLOCK: LazyLock<Clock> = LazyLock::new(|| Clock {
    entries: Mutex::default(),
    changed: Condvar::new(),
});

impl Clock {
    fn schedule(&'static self, moment: Instant, alarm: Weak<dyn Alarm>, generation: u64) {
        let mut entries = self.entries.lock();
        entries.push(moment, alarm, generation);
        if !entries.running {
            // Without the thread nothing would fire; with it nothing more is needed. If it cannot be had now, the
            // next setting tries again.
            entries.running = std::thread::Builder::new()
                .name("larboard-timer".into())
                .spawn(|| self.run())
                .is_ok();
        }
        self.changed.notify_one();
    }

    fn run(&self) {
        let mut entries = self.entries.lock();
        loop {
            let Some(Reverse(first)) = entries.heap.peek() else {
                self.changed.wait(&mut entries);
                continue;
            };
            let moment = first.moment;
            if Instant::now() < moment {
                self.changed.wait_until(&mut entries, moment);
                continue;
            }
            let Some(Reverse(entry)) = entries.heap.pop() else {
                continue;
            };
            drop(entries);
            let next = entry
                .alarm
                .upgrade()
                .and_then(|alarm| alarm.fire(entry.moment, entry.generation));
            entries = self.entries.lock();
            if let Some(next) = next {
                entries.push(next.max(Instant::now()), entry.alarm, entry.generation);
            }
        }
    }
}

impl Entries {
    fn push(&mut self, moment: Instant, alarm: Weak<dyn Alarm>, generation: u64) {
        if self.heap.len() >= self.crowded {
            self.sweep();
        }
        self.sequence += 1;
        self.heap.push(Reverse(Entry {
            moment,
            sequence: self.sequence,
            alarm,
            generation,
        }));
    }

    /// Drops what is void: a program may set a timer anew long before it is due, again and again.
    fn sweep(&mut self) {
        let is_wanted = |entry: &Entry| {
            let alarm = entry.alarm.upgrade();
            alarm.is_some_and(|alarm| alarm.wants(entry.generation))
        };
        self.heap.retain(|Reverse(entry)| is_wanted(entry));
        self.crowded = (2 * self.heap.len()).max(64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Alarm for Silent {
        fn fire(&self, _moment: Instant, _generation: u64) -> Option<Instant> {
            None
        }
        fn wants(&self, generation: u64) -> bool {
            generation == 0
        }
    }

    #[test]
    fn void_settings_do_not_pile_up() {
        let mut entries = Entries::default();
        let (late, alive) = (Instant::now() + Duration::from_secs(3600), Arc::new(Silent));
        let weak = |alarm: &Arc<Silent>| -> Weak<dyn Alarm> { Arc::<Silent>::downgrade(alarm) };
        entries.push(late, weak(&alive), 0);
        for _ in 0..10_000 {
            entries.push(late, weak(&alive), 1);
            entries.push(late, weak(&Arc::new(Silent)), 0);
        }
        assert!(entries.heap.len() <= 65, "{}", entries.heap.len());
        entries.sweep();
        assert_eq!(entries.heap.len(), 1);
    }
}
