//! The thread that keeps the promise of progress: an operation completes within milliseconds even while every thread
//! of the program computes and none waits (design decision 2).
//!
//! It sleeps until [`arm`]ed, which whoever leaves something for later does: a pended request, a wake-up that was put
//! off. Then it looks at every port and at the general pump once per [`TICK`], and steps in where nothing has moved
//! since its last look. After [`CALM`] looks with nothing to do it goes back to sleep.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::port::Port;
use super::pump;
use crate::sync::{Arc, Futex};

const TICK: Duration = Duration::from_millis(2);
const CALM: u32 = 50;

const ABSENT: u32 = 0;
const ASLEEP: u32 = 1;
const AWAKE: u32 = 2;

static STATE: Futex = Futex::new(ABSENT);
static PORTS: Mutex<Vec<Weak<Port>>> = Mutex::new(Vec::new());

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
        ASLEEP => STATE.wake(),
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
    loop {
        std::thread::sleep(TICK);
        if look(&mut seen) {
            calm = 0;
            continue;
        }
        calm += 1;
        if calm < CALM {
            continue;
        }
        STATE.0.store(ASLEEP, Ordering::SeqCst);
        // Whoever armed before that store has left work that this last look sees; whoever arms after it wakes us.
        if look(&mut seen) {
            STATE.0.store(AWAKE, Ordering::SeqCst);
        }
        while STATE.0.load(Ordering::SeqCst) == ASLEEP {
            STATE.wait(ASLEEP, None);
        }
        calm = 0;
    }
}

fn look(seen: &mut u64) -> bool {
    let mut busy = pump::GENERAL.tick(seen);
    let ports: Vec<_> = PORTS.lock().iter().filter_map(Weak::upgrade).collect();
    for port in ports {
        busy |= port.tick();
    }
    busy
}
