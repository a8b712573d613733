//! Nobody sleeps through an edge or a wake-up, and the number of running threads is what the port allows.

mod common;

use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::{Block, LIMIT, MILLISECONDS, pair, post};
use larboard_kernel::device::socket::transfer::flag;
use larboard_kernel::io::port::{Empty, Port};
use larboard_kernel::io::request::Started;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait;
use larboard_kernel::object::{Object, ObjectRef};
use larboard_kernel::status::Status;

/// A descriptor that is ready when its file is associated is not forgotten, whatever the leader sees first.
#[test]
fn data_that_is_there_at_the_association_reaches_the_next_receive() {
    let port = Port::new(1).unwrap();
    thread::scope(|scope| {
        let leader =
            scope.spawn(
                || {
                    while port.dequeue(MILLISECONDS, false).unwrap().key != usize::MAX {}
                },
            );
        for _ in 0..500 {
            let (file, mut client) = pair();
            client.write_all(b"abc").unwrap();
            file.associate(&port, 1).unwrap();
            let mut block = Block::new();
            assert!(!matches!(block.receive(&file, 0, None), Started::Failed(_)));
            assert_eq!(block.compute_until_done(), (Status::SUCCESS, 3));
        }
        post(&port, usize::MAX);
        leader.join().unwrap();
    });
}

/// A new port may lie at the address of one that is gone: the thread has to be known to its poller nevertheless.
#[test]
fn a_thread_that_goes_from_port_to_port_is_woken_at_each() {
    let (give, take) = mpsc::channel::<Arc<Port>>();
    let (done, seen) = mpsc::channel();
    let worker = thread::spawn(move || {
        for port in take {
            let first = port.dequeue(MILLISECONDS, false).map(|packet| packet.key);
            done.send(first).unwrap();
            let second = port.dequeue(MILLISECONDS, false).map(|packet| packet.key);
            done.send(second).unwrap();
        }
    });
    for round in 0..200 {
        let port = Port::new(1).unwrap();
        give.send(port.clone()).unwrap();
        thread::sleep(Duration::from_millis(round % 2)); // sometimes it sleeps already
        post(&port, 5);
        assert_eq!(seen.recv_timeout(LIMIT / 2).unwrap(), Ok(5));
        port.last_handle_closed();
        assert_eq!(seen.recv_timeout(LIMIT / 2).unwrap(), Err(Empty::Abandoned));
    }
    drop(give);
    worker.join().unwrap();
}

/// OVL-54: the end of the stream comes in the same edge as the last bytes.
#[test]
fn a_receive_of_everything_ends_with_the_stream() {
    let port = Port::new(1).unwrap();
    for _ in 0..50 {
        let (file, mut client) = pair();
        file.associate(&port, 1).unwrap();
        let mut block = Block::new();
        assert_eq!(block.receive(&file, flag::WAIT_ALL, None), Started::Pending);
        client.write_all(b"abc").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let packet = port.dequeue(MILLISECONDS, false).unwrap();
        assert_eq!((packet.status(), packet.bytes()), (Status::SUCCESS, 3));
    }
}

/// What two threads that compete for a port with one slot do.
struct Workers {
    port: Arc<Port>,
    taken: mpsc::Receiver<usize>,
}

impl Workers {
    /// Two workers; whoever gets packet 1 spends it in `handler`. Key 0 ends them.
    fn new(handler: impl Fn() + Clone + Send + 'static) -> Workers {
        let port = Port::new(1).unwrap();
        let (tell, taken) = mpsc::channel();
        for _ in 0..2 {
            let (port, tell, handler) = (port.clone(), tell.clone(), handler.clone());
            thread::spawn(move || {
                loop {
                    let key = port.dequeue(u32::MAX, false).unwrap().key;
                    if key == 0 {
                        return;
                    }
                    tell.send(key).unwrap();
                    if key == 1 {
                        handler();
                    }
                }
            });
        }
        Workers { port, taken }
    }

    fn next(&self, limit: Duration) -> Option<usize> {
        self.taken.recv_timeout(limit).ok()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        post(&self.port, 0);
        post(&self.port, 0);
    }
}

/// PORT-58: with one slot, a thread that computes keeps the other one out.
#[test]
fn a_worker_that_computes_keeps_its_slot() {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Arc::new(std::sync::Mutex::new(gone));
    let workers = Workers::new(move || {
        while gone.lock().unwrap().try_recv() == Err(mpsc::TryRecvError::Empty) {
            std::hint::spin_loop();
        }
    });
    post(&workers.port, 1);
    assert_eq!(workers.next(LIMIT), Some(1));
    post(&workers.port, 2);
    assert_eq!(workers.next(Duration::from_millis(100)), None);
    go.send(()).unwrap();
    assert_eq!(workers.next(LIMIT), Some(2));
}

/// PORT-55: blocked in a wait of the library.
#[test]
fn a_worker_that_waits_gives_its_slot_up() {
    let event = Arc::new(Event::new(true, false));
    let object: ObjectRef = event.clone();
    let workers = Workers::new(move || {
        wait::one(&object, u32::MAX, false);
    });
    post(&workers.port, 1);
    assert_eq!(workers.next(LIMIT), Some(1));
    post(&workers.port, 2);
    assert_eq!(workers.next(LIMIT), Some(2));
    event.set();
}

/// PORT-55 with a system call that the library knows nothing of.
#[test]
fn a_worker_that_blocks_elsewhere_gives_its_slot_up() {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Arc::new(std::sync::Mutex::new(gone));
    let workers = Workers::new(move || {
        let _ = gone.lock().unwrap().recv_timeout(LIMIT);
    });
    post(&workers.port, 1);
    assert_eq!(workers.next(LIMIT), Some(1));
    post(&workers.port, 2);
    assert_eq!(workers.next(LIMIT), Some(2));
    drop(go);
}
