//! Models: small programs over the kernel's lock-free and locking protocols, run by loom in every order of their
//! atomic operations and locks (up to a number of preemptions). A lost wake-up is a deadlock that loom reports.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p larboard-kernel --release --test loom`

#![cfg(loom)]

mod barriers;
mod edges;
mod lists;
mod locks;
mod once;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use larboard_kernel::object::dispatcher::{Dispatcher, Signal};
use larboard_kernel::object::event::Event;
use larboard_kernel::object::handle_table::{Handle, HandleTable};
use larboard_kernel::object::mutex::Mutex;
use larboard_kernel::object::queue::{Queue, Wake};
use larboard_kernel::object::semaphore::Semaphore;
use larboard_kernel::object::thread::Thread;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::object::{HandleCount, Object, ObjectRef, apc};
use larboard_kernel::status::Status;
use loom::thread;

const FOREVER: u32 = u32::MAX;
/// Over as soon as it is looked at: see `sync`.
const A_MOMENT: u32 = 1;

fn explore(preemptions: usize, program: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.max_branches = 20_000;
    let orders = Arc::new(AtomicUsize::new(0));
    let count = orders.clone();
    model.check(move || {
        count.fetch_add(1, Relaxed);
        program();
    });
    println!("{} orders", orders.load(Relaxed));
}

// ---- the handle table ----

/// An object that knows whether it is still there.
struct Probe {
    dispatcher: Dispatcher,
    handles: HandleCount,
    number: u32,
    life: Arc<Life>,
}

#[derive(Default)]
struct Life {
    cleaned_up: AtomicUsize,
    freed: AtomicUsize,
}

impl Probe {
    fn create(number: u32) -> (ObjectRef, Arc<Life>) {
        let life = Arc::new(Life::default());
        let probe = Probe {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            number,
            life: life.clone(),
        };
        (Arc::new(probe), life)
    }
}

impl Object for Probe {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn last_handle_closed(&self) {
        self.life.cleaned_up.fetch_add(1, Relaxed);
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.life.freed.fetch_add(1, Relaxed);
    }
}

#[test]
fn an_object_stays_while_it_is_looked_at_and_goes_once() {
    explore(5, || {
        let table = Arc::new(HandleTable::default());
        let (object, life) = Probe::create(1);
        let handle = table.insert(object).unwrap();
        let (theirs, their_life) = (table.clone(), life.clone());
        let reader = thread::spawn(move || {
            if let Ok(probe) = theirs.get_as::<Probe>(handle) {
                assert_eq!(their_life.freed.load(Relaxed), 0);
                assert_eq!(probe.number, 1);
            }
        });
        table.close(handle).unwrap();
        assert!(table.get(handle).is_err(), "a stale handle is an error");
        reader.join().unwrap();
        assert_eq!(life.cleaned_up.load(Relaxed), 1);
        assert_eq!(life.freed.load(Relaxed), 1);
    });
}

#[test]
fn of_two_that_close_a_handle_one_does_it() {
    explore(5, || {
        let table = Arc::new(HandleTable::default());
        let (object, life) = Probe::create(1);
        let handle = table.insert(object).unwrap();
        let theirs = table.clone();
        let other = thread::spawn(move || theirs.close(handle).is_ok());
        let mine = table.close(handle).is_ok();
        assert!(mine ^ other.join().unwrap());
        assert_eq!(life.cleaned_up.load(Relaxed), 1);
        assert_eq!(life.freed.load(Relaxed), 1);
    });
}

#[test]
fn a_stale_handle_never_finds_the_next_object_of_its_slot() {
    explore(5, || {
        let table = Arc::new(HandleTable::default());
        let (first, first_life) = Probe::create(1);
        let old = table.insert(first).unwrap();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let table = table.clone();
                thread::spawn(move || {
                    if let Ok(probe) = table.get_as::<Probe>(old) {
                        assert_eq!(probe.number, 1);
                    }
                })
            })
            .collect();
        table.close(old).unwrap();
        // There is one slot in the model: free unless a reader still holds it.
        let (second, second_life) = Probe::create(2);
        match table.insert(second) {
            Ok(new) => {
                assert_ne!(new, old);
                assert_eq!(table.get_as::<Probe>(new).ok().unwrap().number, 2);
                table.close(new).unwrap();
            }
            Err(status) => assert_eq!(status, Status::TOO_MANY_OPENED_FILES),
        }
        for reader in readers {
            reader.join().unwrap();
        }
        assert_eq!(first_life.freed.load(Relaxed), 1);
        assert_eq!(second_life.freed.load(Relaxed), 1);
        let (third, _) = Probe::create(3);
        assert!(table.insert(third).is_ok(), "the slot came back");
    });
}

/// A program may have any number in its hand, also one that is just being given out.
#[test]
fn a_handle_that_was_guessed_finds_a_whole_object() {
    explore(5, || {
        let table = Arc::new(HandleTable::default());
        let theirs = table.clone();
        let guess = Handle(4); // the first one
        let guesser = thread::spawn(move || {
            if let Ok(probe) = theirs.get_as::<Probe>(guess) {
                assert_eq!(probe.number, 1);
            }
        });
        let (object, life) = Probe::create(1);
        assert_eq!(table.insert(object), Ok(guess));
        guesser.join().unwrap();
        table.close(guess).unwrap();
        assert_eq!(life.freed.load(Relaxed), 1);
    });
}

// ---- signals and waits ----

fn auto_event() -> (Arc<Event>, ObjectRef) {
    let event = Arc::new(Event::new(false, false));
    (event.clone(), event)
}

/// Two events in the order in which a wait for all locks them: a model has to do the same each time.
fn two_events() -> [Arc<Event>; 2] {
    let mut events = [auto_event().0, auto_event().0];
    events.sort_by_key(|event| std::ptr::from_ref(event.dispatcher()).addr());
    events
}

/// Waits for both in a thread of its own.
fn wait_for_all(
    first: &Arc<Event>,
    second: &Arc<Event>,
    limit: u32,
) -> thread::JoinHandle<Result<Outcome, Status>> {
    let objects: [ObjectRef; 2] = [first.clone(), second.clone()];
    thread::spawn(move || wait::multiple(&objects.each_ref(), true, limit, false))
}

#[test]
fn a_signal_reaches_a_thread_that_begins_to_wait() {
    explore(5, || {
        let (event, object) = auto_event();
        let waiter = thread::spawn(move || wait::one(&object, FOREVER, false));
        event.set();
        assert_eq!(waiter.join().unwrap(), Outcome::Object(0));
        assert!(!event.dispatcher().is_set(), "the wait has consumed it");
    });
}

/// WAIT-51: a signal that meets a time-out either satisfies the wait or stays.
#[test]
fn a_signal_and_a_time_out_have_one_winner() {
    explore(5, || {
        let (event, object) = auto_event();
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let object = object.clone();
                thread::spawn(move || wait::one(&object, A_MOMENT, false))
            })
            .collect();
        event.set();
        let outcomes = waiters.into_iter().map(|w| w.join().unwrap());
        let satisfied = outcomes.filter(|o| *o == Outcome::Object(0)).count();
        assert_eq!(satisfied + usize::from(event.dispatcher().is_set()), 1);
    });
}

#[test]
fn every_count_of_a_semaphore_lets_one_thread_through() {
    explore(3, || {
        let semaphore = Arc::new(Semaphore::new(0, 2).unwrap());
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let object: ObjectRef = semaphore.clone();
                thread::spawn(move || wait::one(&object, FOREVER, false))
            })
            .collect();
        let theirs = semaphore.clone();
        let other = thread::spawn(move || theirs.release(1).unwrap());
        semaphore.release(1).unwrap();
        other.join().unwrap();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), Outcome::Object(0));
        }
        assert_eq!(semaphore.release(2), Ok(0));
    });
}

/// WAIT-11: everything or nothing, whoever competes.
#[test]
fn a_wait_for_all_takes_all_or_nothing() {
    explore(4, || {
        let [a, b] = two_events();
        let waiters = [
            wait_for_all(&a, &b, A_MOMENT),
            wait_for_all(&b, &a, A_MOMENT),
        ];
        a.set();
        b.set();
        let outcomes = waiters.map(|waiter| waiter.join().unwrap().unwrap());
        let satisfied = outcomes
            .iter()
            .filter(|o| **o == Outcome::Object(0))
            .count();
        assert!(satisfied <= 1);
        assert_eq!(a.dispatcher().is_set(), satisfied == 0);
        assert_eq!(b.dispatcher().is_set(), satisfied == 0);
    });
}

#[test]
fn a_wait_for_all_sees_the_last_signal_whoever_sets_it() {
    explore(4, || {
        let [a, b] = two_events();
        let waiter = wait_for_all(&a, &b, FOREVER);
        let theirs = b.clone();
        let other = thread::spawn(move || theirs.set());
        a.set();
        other.join().unwrap();
        assert_eq!(waiter.join().unwrap(), Ok(Outcome::Object(0)));
        assert!(!a.dispatcher().is_set() && !b.dispatcher().is_set());
    });
}

#[test]
fn half_a_wait_for_all_holds_nobody_back() {
    explore(4, || {
        let [a, b] = two_events();
        let one: ObjectRef = a.clone();
        let all = wait_for_all(&a, &b, FOREVER);
        let any = thread::spawn(move || wait::one(&one, FOREVER, false));
        a.set();
        assert_eq!(any.join().unwrap(), Outcome::Object(0));
        b.set();
        a.set();
        assert_eq!(all.join().unwrap(), Ok(Outcome::Object(0)));
    });
}

#[test]
fn a_mutex_passes_on_when_its_owner_ends() {
    explore(4, || {
        let mutex = Mutex::new(false);
        let contend = |mutex: &Arc<Mutex>| {
            let object: ObjectRef = mutex.clone();
            thread::spawn(move || wait::one(&object, FOREVER, false))
        };
        let outcomes = [contend(&mutex), contend(&mutex)].map(|t| t.join().unwrap());
        let normal = outcomes.iter().filter(|o| **o == Outcome::Object(0));
        assert_eq!(normal.count(), 1, "{outcomes:?}");
        assert!(outcomes.contains(&Outcome::Abandoned(0)), "{outcomes:?}");
    });
}

// ---- APCs ----

unsafe extern "system" fn count_call(counter: usize) {
    // SAFETY: the address of a counter that its model keeps until all threads are joined.
    unsafe { &*(counter as *const AtomicUsize) }.fetch_add(1, Relaxed);
}

fn call(counter: &AtomicUsize) -> apc::Apc {
    apc::Apc::User {
        routine: count_call,
        data: std::ptr::from_ref(counter) as usize,
    }
}

/// Starts a loom thread that is `thread` to the kernel.
fn run_as<R: 'static>(
    thread: &Arc<Thread>,
    f: impl FnOnce() -> R + 'static,
) -> thread::JoinHandle<R> {
    let kernel_thread = thread.clone();
    thread::spawn(move || {
        kernel_thread.enter();
        f()
    })
}

/// APC-33: a call that is queued while the thread enters an alertable wait is not missed.
#[test]
fn a_call_reaches_a_thread_that_begins_to_wait() {
    explore(5, || {
        let (calls, (_, never)) = (Arc::new(AtomicUsize::new(0)), auto_event());
        let target = Arc::new(Thread::new());
        let waiter = run_as(&target, move || wait::one(&never, FOREVER, true));
        apc::queue(&target, call(&calls)).unwrap();
        assert_eq!(waiter.join().unwrap(), Outcome::Apc);
        assert_eq!(calls.load(Relaxed), 1);
    });
}

#[test]
fn calls_of_two_threads_both_run() {
    explore(4, || {
        let calls = Arc::new(AtomicUsize::new(0));
        let target = Arc::new(Thread::new());
        let (seen, (_, never)) = (calls.clone(), auto_event());
        let waiter = run_as(&target, move || {
            while seen.load(Relaxed) < 2 {
                assert_eq!(wait::one(&never, FOREVER, true), Outcome::Apc);
            }
        });
        let (theirs, counter) = (target.clone(), calls.clone());
        let other = thread::spawn(move || apc::queue(&theirs, call(&counter)).unwrap());
        apc::queue(&target, call(&calls)).unwrap();
        other.join().unwrap();
        waiter.join().unwrap();
        assert_eq!(calls.load(Relaxed), 2);
    });
}

#[test]
fn a_call_and_a_signal_both_arrive() {
    explore(4, || {
        let (calls, (event, object)) = (Arc::new(AtomicUsize::new(0)), auto_event());
        let target = Arc::new(Thread::new());
        let waiter = run_as(&target, move || {
            let first = wait::one(&object, FOREVER, true);
            (first, wait::one(&object, FOREVER, true))
        });
        let other = thread::spawn(move || event.set());
        apc::queue(&target, call(&calls)).unwrap();
        other.join().unwrap();
        let both = waiter.join().unwrap();
        let expected = (Outcome::Object(0), Outcome::Apc);
        assert!(both == expected || (both.1, both.0) == expected, "{both:?}");
        assert_eq!(calls.load(Relaxed), 1);
    });
}

#[test]
fn a_call_and_a_time_out_have_one_winner() {
    explore(5, || {
        let (calls, (_, never)) = (Arc::new(AtomicUsize::new(0)), auto_event());
        let target = Arc::new(Thread::new());
        let waiter = run_as(&target, move || wait::one(&never, A_MOMENT, true));
        let queued = apc::queue(&target, call(&calls));
        let outcome = waiter.join().unwrap();
        assert_eq!(outcome == Outcome::Apc, calls.load(Relaxed) == 1);
        if queued.is_err() {
            assert_eq!(outcome, Outcome::TimedOut, "it had ended before");
        }
    });
}

// ---- the queue of a completion port ----

/// A port without a poller: what `io::port` does around its queue.
struct Line {
    queue: loom::sync::Mutex<Queue<u32>>,
    armed: loom::sync::Mutex<bool>,
    arm: loom::sync::Condvar,
    concurrency: usize,
    /// Workers with an entry in hand.
    busy: AtomicUsize,
}

impl Line {
    fn new(concurrency: u32) -> Arc<Line> {
        Arc::new(Line {
            queue: loom::sync::Mutex::new(Queue::new(concurrency)),
            armed: loom::sync::Mutex::new(false),
            arm: loom::sync::Condvar::new(),
            concurrency: concurrency as usize,
            busy: AtomicUsize::new(0),
        })
    }

    fn wake(&self, whom: Wake) {
        match whom {
            Wake::Now(thread) => thread.unpark(),
            Wake::Later => {
                *self.armed.lock().unwrap() = true;
                self.arm.notify_one();
            }
            Wake::Nobody => {}
        }
    }

    fn post(&self, entry: u32, eager: bool) {
        let mut queue = self.queue.lock().unwrap();
        queue.entries.push_back(entry);
        let whom = queue.whom_to_wake(eager, false);
        drop(queue);
        self.wake(whom);
    }

    /// None: closed, or `patient` is false and there was nothing.
    fn dequeue(&self, thread: &Arc<Thread>, patient: bool) -> Option<u32> {
        let mut queue = self.queue.lock().unwrap();
        let mut waited = false;
        loop {
            if queue.closed {
                return None;
            }
            if let Some(entry) = queue.take(thread) {
                let whom = queue.whom_to_wake(false, false);
                drop(queue);
                self.wake(whom);
                assert!(self.busy.fetch_add(1, Relaxed) < self.concurrency);
                return Some(entry);
            }
            if waited && !patient {
                queue.count(thread);
                return None;
            }
            waited = true;
            queue.begin_wait(thread);
            let lead = !queue.leading && queue.has_room();
            queue.leading |= lead;
            drop(queue);
            if patient {
                thread.park_on_futex(None);
            }
            queue = self.queue.lock().unwrap();
            if lead {
                queue.leading = false;
            }
            queue.end_wait(thread);
        }
    }

    /// The thread blocks or ends.
    fn stand_aside(&self, thread: &Arc<Thread>) {
        let mut queue = self.queue.lock().unwrap();
        queue.stop_counting(thread);
        let whom = queue.whom_to_wake(true, false);
        drop(queue);
        self.wake(whom);
    }

    fn close(&self) {
        let waiters = self.queue.lock().unwrap().close();
        for thread in waiters {
            thread.unpark();
        }
    }

    /// The monitor, once.
    fn watch(&self) {
        let mut armed = self.armed.lock().unwrap();
        while !*armed {
            armed = self.arm.wait(armed).unwrap();
        }
        drop(armed);
        let mut queue = self.queue.lock().unwrap();
        if queue.has_room()
            && let Some(thread) = queue.release_one()
        {
            drop(queue);
            thread.unpark();
        }
    }

    /// A worker that takes one entry and ends.
    fn worker(self: &Arc<Self>) -> thread::JoinHandle<Option<u32>> {
        let line = self.clone();
        thread::spawn(move || {
            Thread::with_current(|thread| {
                let entry = line.dequeue(thread, true);
                thread::yield_now(); // its handler
                line.busy.fetch_sub(usize::from(entry.is_some()), Relaxed);
                line.stand_aside(thread);
                entry
            })
        })
    }

    fn is_empty(&self) -> bool {
        self.queue.lock().unwrap().entries.is_empty()
    }
}

#[test]
fn a_packet_reaches_a_worker_that_goes_to_sleep() {
    explore(5, || {
        let line = Line::new(1);
        let worker = line.worker();
        line.post(7, true);
        assert_eq!(worker.join().unwrap(), Some(7));
        assert!(line.is_empty());
    });
}

fn two_workers_take_two_packets(concurrency: u32) {
    explore(4, move || {
        let line = Line::new(concurrency);
        let workers = [line.worker(), line.worker()];
        line.post(1, true);
        line.post(2, true);
        let mut taken = workers.map(|worker| worker.join().unwrap());
        taken.sort();
        assert_eq!(taken, [Some(1), Some(2)]);
        assert!(line.is_empty());
    });
}

#[test]
fn two_packets_reach_two_workers_that_may_run_together() {
    two_workers_take_two_packets(2);
}

/// PORT-53, PORT-55: the second worker is let in when the first one ends.
#[test]
fn two_packets_reach_two_workers_of_which_one_may_run() {
    two_workers_take_two_packets(1);
}

#[test]
fn a_packet_and_a_time_out_have_one_winner() {
    explore(5, || {
        let line = Line::new(1);
        let theirs = line.clone();
        let worker =
            thread::spawn(move || Thread::with_current(|thread| theirs.dequeue(thread, false)));
        line.post(7, true);
        let taken = worker.join().unwrap();
        assert_eq!(taken.is_none(), !line.is_empty());
    });
}

/// A worker that gives up as it is released leaves the packet to the other one.
#[test]
fn a_packet_released_to_a_worker_that_gives_up_reaches_another() {
    explore(4, || {
        let line = Line::new(1);
        let theirs = line.clone();
        let impatient = thread::spawn(move || {
            Thread::with_current(|thread| {
                let taken = theirs.dequeue(thread, false);
                theirs.busy.fetch_sub(usize::from(taken.is_some()), Relaxed);
                theirs.stand_aside(thread);
                taken
            })
        });
        let patient = line.worker();
        line.post(7, true);
        if impatient.join().unwrap().is_some() {
            line.post(8, true);
        }
        assert!(patient.join().unwrap().is_some());
        assert!(line.is_empty());
    });
}

/// A worker's own completion wakes nobody; if the worker does not come back, the monitor finds it.
#[test]
fn a_wake_up_that_was_put_off_is_made_up_for() {
    explore(4, || {
        let line = Line::new(2);
        let worker = line.worker();
        let theirs = line.clone();
        let monitor = thread::spawn(move || theirs.watch());
        line.post(7, false);
        assert_eq!(worker.join().unwrap(), Some(7));
        line.wake(Wake::Later); // for the monitor's own end, if nothing has armed it
        monitor.join().unwrap();
    });
}

/// PORT-61: whoever waits and whoever is about to wait hear of the closing.
#[test]
fn closing_reaches_every_worker() {
    explore(4, || {
        let line = Line::new(1);
        let workers = [line.worker(), line.worker()];
        line.close();
        for worker in workers {
            assert_eq!(worker.join().unwrap(), None);
        }
    });
}
