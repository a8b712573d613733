//! The thread that keeps the promise of progress: an operation completes within milliseconds even while every thread
//! of the program computes and none waits (design decision 2).
//!
//! It sleeps until [`arm`]ed, which whoever leaves something for later does: a pended request, a wake-up that was put
//! off. Then it looks at every port and at the general pump once per [`TICK`], and steps in where nothing has moved
//! since its last look. A look costs the workers a context switch, so while it need not step in looks become
//! rarer, up to [`LONGEST_TICK`]. After [`CALM`] looks with nothing to do it goes back to sleep.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::port::Port;
use super::pump;
use crate::sync::{Arc, Futex};

const TICK: Duration = Duration::from_millis(2);
const LONGEST_TICK: Duration = Duration::from_millis(10);
const CALM: u32 = 12;

const ABSENT: u32 = 0;
const ASLEEP: u32 = 1;
const AWAKE: u32 = 2;

static STATE: Futex = Futex::new(ABSENT);
static PORTS: Mutex<Vec<Weak<Port>>> = Mutex::new(Vec::new());

/// What a look has found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// Nothing to look after.
    Nothing,
    /// Something is left for later, and somebody is at it, or it has not come yet.
    Moving,
    /// Nobody was: it has been helped, or will have to be.
    Stuck,
}

/// Something may have to be looked after.
#[inline]
pub fn arm() {
    if STATE.0.load(Ordering::SeqCst) != AWAKE {
        wake();
    }
}

/// A port that is to be looked after from now on.
pub fn watch(port: &Arc<Port>) {
    let mut ports = PORTS.lock();
    ports.retain(|port| port.strong_count() > 0);
    ports.push(Arc::downgrade(port));
}

#[cold]
fn wake() {
    match STATE.0.swap(AWAKE, Ordering::SeqCst) {
        ASLEEP => {
            STATE.wake();
        }
        ABSENT => {
            let thread = std::thread::Builder::new()
                .name("larboard-monitor".into())
                .stack_size(128 * 1024)
                .spawn(run);
            if thread.is_err() {
                STATE.0.store(ABSENT, Ordering::SeqCst); // the next one tries again
            }
        }
        _ => {}
    }
}

fn run() {
    let mut calm = 0;
    let mut seen = 0;
    let mut tick = TICK;
    loop {
        std::thread::sleep(tick);
        match look(&mut seen) {
            Found::Moving => (calm, tick) = (0, longer(tick)),
            Found::Stuck => (calm, tick) = (0, TICK),
            Found::Nothing => (calm, tick) = (calm + 1, longer(tick)),
        }
        if calm < CALM {
            continue;
        }
        STATE.0.store(ASLEEP, Ordering::SeqCst);
        // Whoever armed before that store has left work that this last look sees; whoever arms after it wakes us.
        if look(&mut seen) != Found::Nothing {
            STATE.0.store(AWAKE, Ordering::SeqCst);
        }
        while STATE.0.load(Ordering::SeqCst) == ASLEEP {
            STATE.wait(ASLEEP, None);
        }
        (calm, tick) = (0, TICK);
    }
}

fn longer(tick: Duration) -> Duration {
    LONGEST_TICK.min(tick * 2)
}

fn look(seen: &mut u64) -> Found {
    let mut found = pump::GENERAL.tick(seen);
    let ports: Vec<_> = PORTS.lock().iter().filter_map(Weak::upgrade).collect();
    for port in ports {
        found = found.max(port.tick());
    }
    found
}
