//! Which threads get packets, and how many of them run at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Operation, Port, send_now};
use crate::common::w::Win32::Networking::WinSock::recv;
use crate::common::w::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use crate::common::w::Win32::System::Threading::SetEvent;
use crate::common::{
    DEADLINE, LIMIT, Log, QUIET, Socket, Task, event, signalled, task, tcp_pair, wait, wait_until,
};

/// A thread that takes one packet, does something, and then computes until it is told to end.
struct Worker {
    /// The key of the packet it took; 0 before.
    taken: Arc<AtomicUsize>,
    end: Arc<AtomicBool>,
    task: Task<()>,
}

/// Computes until the flag is set.
fn compute_until(flag: &AtomicBool) {
    let start = Instant::now();
    while !flag.load(SeqCst) {
        assert!(start.elapsed() < DEADLINE, "nobody ends this thread");
        std::hint::spin_loop();
    }
}

fn pause() {
    sleep(Duration::from_millis(QUIET.into()));
}

impl Worker {
    fn start(port: &Arc<Port>) -> Self {
        Self::doing(port, || ())
    }

    /// A worker that does `work` after it has taken its packet.
    fn doing(port: &Arc<Port>, work: impl FnOnce() + Send + 'static) -> Self {
        let (taken, end) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let task = task({
            let (port, taken, end) = (port.clone(), taken.clone(), end.clone());
            move || {
                taken.store(port.next().key, SeqCst);
                work();
                compute_until(&end);
            }
        });
        Self { taken, end, task }
    }

    /// Checks that the worker gets the packet with this key.
    #[track_caller]
    fn takes(&self, key: usize) {
        assert!(
            wait_until(DEADLINE, || self.taken.load(SeqCst) != 0),
            "the worker gets no packet"
        );
        assert_eq!(self.taken.load(SeqCst), key);
    }

    /// Checks that the worker waits and is held back for a while.
    #[track_caller]
    fn is_held_back(&self) {
        self.task.await_sleep();
        pause();
        assert_eq!(self.taken.load(SeqCst), 0, "the worker was released");
    }

    /// Lets the worker end.
    fn finish(self) {
        self.end.store(true, SeqCst);
        self.task.result();
    }
}

fn processors() -> u32 {
    let mut information = SYSTEM_INFO::default();
    call!(GetSystemInfo(&mut information));
    information.dwNumberOfProcessors
}

/// PORT-04: a concurrency value of 0 lets as many threads run as there are processors, and no more.
#[test]
fn port_04_zero_means_all_processors() {
    let count = processors() as usize;
    let port = Arc::new(Port::new(0));
    let running: Vec<_> = (1..=count)
        .map(|key| {
            let worker = Worker::start(&port);
            port.post(0, key, 0);
            worker.takes(key);
            worker
        })
        .collect();
    let last = Worker::start(&port);
    port.post(0, count + 1, 0);
    last.is_held_back();
    running.into_iter().for_each(Worker::finish);
    last.takes(count + 1);
    last.finish();
}

/// PORT-51: packets leave in the order in which they came.
#[test]
fn port_51_packets_first_in_first_out() {
    let port = Port::new(0);
    (0..1000).for_each(|key| port.post(0, key, 0));
    assert!((0..1000).all(|key| port.next().key == key));
}

/// PORT-51: of several waiting threads the one that began to wait last is released first.
#[test]
fn port_51_threads_last_in_first_out() {
    const WAITERS: usize = 5;
    let (port, log) = (Arc::new(Port::new(16)), Log::default());
    let waiters: Vec<_> = (0..WAITERS)
        .map(|number| {
            let (port, log) = (port.clone(), log.clone());
            let waiter = task(move || {
                port.next();
                log.note(number);
            });
            waiter.await_sleep();
            waiter
        })
        .collect();
    for count in 1..=WAITERS {
        port.post(0, 1, 0);
        assert!(
            wait_until(DEADLINE, || log.count() == count),
            "one thread is released"
        );
    }
    waiters.into_iter().for_each(Task::result);
    let last_in_first_out: Vec<_> = (0..WAITERS).rev().collect();
    assert_eq!(log.entries(), last_in_first_out);
}

/// PORT-52: one packet wakes exactly one thread.
#[test]
fn port_52_one_packet_wakes_one_thread() {
    let port = Arc::new(Port::new(16));
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let port = port.clone();
            task(move || port.next().key)
        })
        .collect();
    Task::await_sleep_of(&waiters);
    for count in 1..=waiters.len() {
        port.post(0, 52, 0);
        let ended = || waiters.iter().filter(|waiter| waiter.ended()).count();
        assert!(wait_until(DEADLINE, || ended() >= count));
        pause();
        assert_eq!(ended(), count);
    }
    assert!(waiters.into_iter().all(|waiter| waiter.result() == 52));
}

/// PORT-53: while as many threads run as the concurrency value allows, a packet stays queued; a thread that ends makes room.
#[test]
fn port_53_the_value_holds_threads_back() {
    let port = Arc::new(Port::new(1));
    let first = Worker::start(&port);
    port.post(0, 1, 0);
    first.takes(1);
    let second = Worker::start(&port);
    port.post(0, 2, 0);
    second.is_held_back();
    first.finish();
    second.takes(2);
    second.finish();
}

/// PORT-54: a thread belongs to the port it dequeued from last: turning to another port makes room at the first.
#[test]
fn port_54_turning_to_another_port_makes_room() {
    let (port, other) = (Arc::new(Port::new(1)), Port::new(1));
    let first = Worker::doing(&port, move || assert_eq!(other.poll(0), None));
    port.post(0, 1, 0);
    first.takes(1);
    let second = Worker::start(&port);
    port.post(0, 2, 0);
    second.takes(2);
    first.finish();
    second.finish();
}

/// Checks that a second worker is released while the first one does `work`, which `resume` ends.
#[track_caller]
fn gives_up_its_slot(work: impl FnOnce() + Send + 'static, resume: impl FnOnce()) {
    let port = Arc::new(Port::new(1));
    let first = Worker::doing(&port, work);
    port.post(0, 1, 0);
    first.takes(1);
    let second = Worker::start(&port);
    port.post(0, 2, 0);
    second.takes(2);
    resume();
    first.finish();
    second.finish();
}

/// PORT-55: a thread that blocks in a wait function makes room for another.
#[test]
fn port_55_blocking_in_a_wait() {
    let event = Arc::new(event());
    let awaited = event.clone();
    gives_up_its_slot(
        move || assert_eq!(wait(awaited.raw(), LIMIT), 0),
        || assert_ne!(call!(SetEvent(event.raw())), 0),
    );
}

/// PORT-55: so does a thread that blocks in a socket call.
#[test]
fn port_55_blocking_in_a_socket_call() {
    let (client, server) = tcp_pair();
    let work = move || {
        let mut byte = 0;
        assert_eq!(call!(recv(*server, &mut byte, 1, 0)), 1);
    };
    gives_up_its_slot(work, || send_now(*client, b"x"));
}

/// PORT-55: and one that blocks outside of these functions.
#[test]
fn port_55_blocking_elsewhere() {
    let (sender, receiver) = mpsc::channel();
    gives_up_its_slot(
        move || receiver.recv_timeout(DEADLINE).expect("the test sends"),
        || sender.send(()).expect("the worker listens"),
    );
}

/// PORT-55: when blocked threads come back, more may run than the value says; then nobody is released until fewer run.
#[test]
fn port_55_too_many_running_threads_release_nobody() {
    let (port, event) = (Arc::new(Port::new(1)), Arc::new(event()));
    let back = Arc::new(AtomicBool::new(false));
    let first = Worker::doing(&port, {
        let (event, back) = (event.clone(), back.clone());
        move || {
            assert_eq!(wait(event.raw(), LIMIT), 0);
            back.store(true, SeqCst);
        }
    });
    port.post(0, 1, 0);
    first.takes(1);
    let second = Worker::start(&port);
    port.post(0, 2, 0);
    second.takes(2);
    assert_ne!(call!(SetEvent(event.raw())), 0);
    assert!(wait_until(DEADLINE, || back.load(SeqCst)));

    let third = Worker::start(&port);
    port.post(0, 3, 0);
    third.is_held_back();
    second.finish();
    third.is_held_back();
    first.finish();
    third.takes(3);
    third.finish();
}

/// PORT-56: a running thread that asks takes a waiting packet, ahead of the threads that sleep.
#[test]
fn port_56_running_threads_go_first() {
    let port = Arc::new(Port::new(1));
    let (ask, second_key) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let running = Worker::doing(&port, {
        let (port, ask, second_key) = (port.clone(), ask.clone(), second_key.clone());
        move || {
            compute_until(&ask);
            second_key.store(port.poll(0).map_or(usize::MAX, |packet| packet.key), SeqCst);
        }
    });
    port.post(0, 1, 0);
    running.takes(1);
    let sleeping = Worker::start(&port);
    sleeping.task.await_sleep();
    port.post(0, 2, 0);
    ask.store(true, SeqCst);
    assert!(wait_until(DEADLINE, || second_key.load(SeqCst) != 0));
    assert_eq!(second_key.load(SeqCst), 2);
    sleeping.is_held_back();
    port.post(0, 3, 0);
    running.finish();
    sleeping.takes(3);
    sleeping.finish();
}

/// PORT-57: workers in proportion to the processors serve many more clients than the 64 that waits for objects allow.
#[test]
fn port_57_few_workers_serve_many_clients() {
    const CLIENTS: usize = 100;
    const END: usize = usize::MAX;
    let port = Arc::new(Port::new(0));
    let (clients, servers): (Vec<Socket>, Vec<Socket>) = (0..CLIENTS).map(|_| tcp_pair()).unzip();
    let sessions: Arc<Vec<_>> = Arc::new(
        servers
            .into_iter()
            .map(|socket| (socket, Operation::new()))
            .collect(),
    );
    for (key, (socket, operation)) in sessions.iter().enumerate() {
        port.associate(socket.handle(), key);
        assert!(operation.receive(**socket).accepted());
    }
    let worker = |_| {
        let (port, sessions) = (port.clone(), sessions.clone());
        task(move || {
            loop {
                let packet = port.next();
                if packet.key == END {
                    break;
                }
                let (socket, operation) = &sessions[packet.key];
                if packet.bytes > 0 {
                    send_now(**socket, &operation.data(packet.bytes as usize));
                    assert!(operation.receive(**socket).accepted());
                }
            }
        })
    };
    let workers: Vec<_> = (0..processors() * 2).map(worker).collect();
    for round in 0..3_u8 {
        clients
            .iter()
            .for_each(|client| send_now(**client, &[round]));
        for client in &clients {
            let mut echo = u8::MAX;
            assert_eq!(call!(recv(**client, &mut echo, 1, 0)), 1);
            assert_eq!(echo, round);
        }
    }
    // The orderly close of the clients completes every receive, before the workers are told to end.
    drop(clients);
    assert!(wait_until(DEADLINE, || sessions.iter().all(
        |(_, operation)| operation.status() == 0 && operation.count() == 0
    )));
    workers.iter().for_each(|_| port.post(0, END, 0));
    workers.into_iter().for_each(Task::result);
}

/// PORT-58: with value 1 two packets are never processed at the same time, however many threads wait.
#[test]
fn port_58_value_one_never_runs_two_at_once() {
    const PACKETS: usize = 200;
    let port = Arc::new(Port::new(1));
    let (inside, most, done) = (
        Arc::<AtomicUsize>::default(),
        Arc::<AtomicUsize>::default(),
        Arc::<AtomicUsize>::default(),
    );
    let worker = |_| {
        let (port, inside, most, done) = (port.clone(), inside.clone(), most.clone(), done.clone());
        task(move || {
            while port.next().key != 0 {
                most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(100) {
                    std::hint::spin_loop();
                }
                inside.fetch_sub(1, SeqCst);
                done.fetch_add(1, SeqCst);
            }
        })
    };
    let workers: Vec<_> = (0..4).map(worker).collect();
    (1..=PACKETS).for_each(|key| port.post(0, key, 0));
    workers.iter().for_each(|_| port.post(0, 0, 0));
    workers.into_iter().for_each(Task::result);
    assert_eq!((done.load(SeqCst), most.load(SeqCst)), (PACKETS, 1));
}

/// PORT-59: a thread whose poll found nothing goes on counting as running.
#[test]
fn port_59_an_empty_poll_leaves_the_thread_running() {
    let (port, polled) = (Arc::new(Port::new(1)), event());
    let polled = Arc::new(polled);
    let first = Worker::doing(&port, {
        let (port, polled) = (port.clone(), polled.clone());
        move || {
            assert_eq!(port.poll(0), None);
            assert_ne!(call!(SetEvent(polled.raw())), 0);
        }
    });
    port.post(0, 1, 0);
    first.takes(1);
    assert!(wait_until(DEADLINE, || signalled(polled.raw())));
    let second = Worker::start(&port);
    port.post(0, 2, 0);
    second.is_held_back();
    first.finish();
    second.takes(2);
    second.finish();
}
