//! A thread that tests or waits for many events performs the I/O that is ready itself. The monitor would do it too, some
//! milliseconds later, and now and then it is just at it: so what is counted is how often it was not needed.
//! A binary of its own with one test: threads of other tests would do the work.

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use common::{Block, MILLISECONDS, Open, pair};
use larboard_kernel::io::request::Started;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::object::{Object, ObjectRef};

const ROUNDS: usize = 100;

#[test]
fn what_is_ready_is_performed_by_whoever_asks_for_it() {
    a_test_sees_what_has_come();
    a_wait_for_many_performs_all_that_is_ready();
}

/// A file with a receive in flight, the other end, and what the receive will signal.
struct Line {
    file: Open,
    client: TcpStream,
    event: Arc<Event>,
    block: Box<Block>,
}

impl Line {
    fn new() -> Line {
        let (file, client) = pair();
        Line {
            file,
            client,
            event: Arc::new(Event::new(true, false)),
            block: Block::new(),
        }
    }

    fn object(&self) -> ObjectRef {
        self.event.clone()
    }

    fn begin(&mut self) {
        let started = self.block.receive(&self.file, 0, Some(&self.event));
        assert_eq!(started, Started::Pending);
    }
}

fn a_test_sees_what_has_come() {
    let mut line = Line::new();
    let object = line.object();
    let mut seen = 0;
    for _ in 0..ROUNDS {
        line.begin();
        line.client.write_all(b"a").unwrap();
        std::thread::sleep(Duration::from_micros(200)); // tests in a row share a poll
        seen += usize::from(wait::one(&object, 0, false) == Outcome::Object(0));
        assert_eq!(wait::one(&object, MILLISECONDS, false), Outcome::Object(0));
    }
    assert!(seen > ROUNDS * 3 / 4, "{seen} of {ROUNDS}");
}

fn a_wait_for_many_performs_all_that_is_ready() {
    let mut lines: Vec<Line> = (0..8).map(|_| Line::new()).collect();
    let objects: Vec<ObjectRef> = lines.iter().map(Line::object).collect();
    let mut all = 0;
    for _ in 0..ROUNDS {
        for line in &mut lines {
            line.begin();
        }
        for line in &mut lines {
            line.client.write_all(b"a").unwrap();
        }
        let outcome = wait::multiple(&objects, false, MILLISECONDS, false);
        assert!(matches!(outcome, Ok(Outcome::Object(_))), "{outcome:?}");
        all += usize::from(lines.iter().all(|line| line.event.dispatcher().is_set()));
        let outcome = wait::multiple(&objects, true, MILLISECONDS, false);
        assert_eq!(outcome, Ok(Outcome::Object(0)));
    }
    assert!(all > ROUNDS * 3 / 4, "{all} of {ROUNDS}");
}
