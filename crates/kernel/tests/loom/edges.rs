//! Edges and requests: what `io::request` does with the state of a file, against a poller.

use std::sync::Arc;

use larboard_kernel::device::Direction;
use larboard_kernel::engine::Readiness;
use larboard_kernel::io::state::State;
use loom::thread;

use super::explore;

/// A socket that receives.
struct Receiver {
    state: State,
    /// What lies in the socket.
    data: loom::sync::atomic::AtomicU32,
    io: loom::sync::Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    requests: u32,
    completed: u32,
}

const IN: Direction = Direction::In;
const READABLE: Readiness = Readiness {
    readable: true,
    writable: false,
    lasting: false,
};

impl Receiver {
    fn new() -> Arc<Receiver> {
        let state = State::new(0);
        state.forget_readable(); // registered, and the report of that time dealt with
        Arc::new(Receiver {
            state,
            data: loom::sync::atomic::AtomicU32::new(0),
            io: loom::sync::Mutex::default(),
        })
    }

    /// One attempt takes everything that is there.
    fn attempt(&self) -> bool {
        self.data.swap(0, loom::sync::atomic::Ordering::AcqRel) != 0
    }

    fn start(&self) {
        let mut io = self.io.lock().unwrap();
        if io.requests == 0 && self.state.is_ready(IN) {
            self.state.clear_ready(IN);
            if self.attempt() {
                io.completed += 1;
                return;
            }
        }
        io.requests += 1;
        if self.state.mark_pending(IN) && self.state.is_ready(IN) {
            self.state.clear_ready(IN);
            self.run_cleared(&mut io);
        }
    }

    fn run_cleared(&self, io: &mut Waiting) {
        loop {
            if self.attempt() {
                io.requests -= 1;
                io.completed += 1;
            } else if !self.state.became_ready(IN) {
                return;
            }
            if io.requests == 0 || !self.state.is_ready(IN) {
                return;
            }
            self.state.clear_ready(IN);
        }
    }

    fn redeem(&self) {
        let mut io = self.io.lock().unwrap();
        let ready = self.state.take_token();
        if io.requests == 0 {
            self.state.clear_pending(IN);
            if ready {
                self.state.mark_ready(IN);
            }
        } else if ready {
            self.run_cleared(&mut io);
        }
    }

    /// Data comes, and its edge. True if there is a token to redeem.
    fn arrive(&self) -> bool {
        self.data.store(1, loom::sync::atomic::Ordering::Release);
        self.state.note_edge(READABLE)
    }

    /// Nothing waits for what is there.
    fn check(&self, completed: std::ops::RangeInclusive<u32>) {
        let io = self.io.lock().unwrap();
        let data = self.data.load(loom::sync::atomic::Ordering::Acquire);
        assert!(io.requests == 0 || data == 0, "an edge was lost");
        assert!(
            completed.contains(&io.completed),
            "{} completed",
            io.completed
        );
    }
}

#[test]
fn an_edge_reaches_a_request_that_begins_to_wait() {
    explore(5, || {
        let receiver = Receiver::new();
        let theirs = receiver.clone();
        let poller = thread::spawn(move || {
            if theirs.arrive() {
                theirs.redeem();
            }
        });
        receiver.start();
        poller.join().unwrap();
        receiver.check(1..=1);
    });
}

/// The second request finds PENDING as the first one has left it.
#[test]
fn edges_reach_requests_that_follow_one_another() {
    explore(4, || {
        let receiver = Receiver::new();
        let theirs = receiver.clone();
        let poller = thread::spawn(move || {
            for _ in 0..3 {
                if theirs.arrive() {
                    theirs.redeem();
                }
            }
        });
        for _ in 0..3 {
            receiver.start();
        }
        poller.join().unwrap();
        receiver.check(1..=3);
    });
}

/// The token goes to a worker, while the poller goes on.
#[test]
fn edges_reach_requests_through_a_token_on_its_way() {
    explore(4, || {
        let receiver = Receiver::new();
        let theirs = receiver.clone();
        let poller = thread::spawn(move || {
            let first = theirs.arrive().then(|| {
                let receiver = theirs.clone();
                thread::spawn(move || receiver.redeem())
            });
            if theirs.arrive() {
                theirs.redeem();
            }
            if let Some(worker) = first {
                worker.join().unwrap();
            }
        });
        receiver.start();
        receiver.start();
        poller.join().unwrap();
        receiver.check(1..=2);
    });
}

/// At its association a file may be reported by two pollers at a time.
#[test]
fn edges_of_two_pollers_are_not_lost() {
    explore(4, || {
        let receiver = Receiver::new();
        let pollers = [(); 2].map(|()| {
            let receiver = receiver.clone();
            thread::spawn(move || {
                if receiver.arrive() {
                    receiver.redeem();
                }
            })
        });
        receiver.start();
        receiver.start();
        for poller in pollers {
            poller.join().unwrap();
        }
        receiver.check(1..=2);
    });
}
