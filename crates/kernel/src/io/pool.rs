//! The process's pool of callback threads: a completion port and workers that call back.
//!
//! There is always a worker to spare: one that takes the last place of a waiting worker adds a new one first, up to
//! [`LIMIT`]; a worker that has waited [`IDLE`] milliseconds in vain ends if others wait too.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::file::File;
use super::port::{Empty, Packet, Port};
use super::request::OverlappedPtr;
use crate::status::Status;
use crate::sync::Arc;

const LIMIT: usize = 500;
const IDLE: u32 = 10_000;

/// What is called for each completion of a bound file.
pub type Callback = dyn Fn(Packet) + Send + Sync;
type Work = Box<dyn FnOnce() + Send>;

struct Pool {
    port: Arc<Port>,
    bound: Mutex<HashMap<usize, Arc<Callback>>>,
    next: AtomicUsize,
    work: Mutex<std::collections::VecDeque<Work>>,
    threads: AtomicUsize,
    idle: AtomicUsize,
}

static POOL: OnceLock<Pool> = OnceLock::new();

/// The key of work items; bound files have others.
const WORK: usize = 0;

fn pool() -> Result<&'static Pool, Status> {
    if let Some(pool) = POOL.get() {
        return Ok(pool);
    }
    let port = Port::new(0)?;
    Ok(POOL.get_or_init(|| Pool {
        port,
        bound: Mutex::default(),
        next: AtomicUsize::new(WORK + 1),
        work: Mutex::default(),
        threads: AtomicUsize::new(0),
        idle: AtomicUsize::new(0),
    }))
}

/// Runs `work` on a pool thread.
pub fn submit(work: Work) -> Result<(), Status> {
    let pool = pool()?;
    pool.ensure_idle_worker()?;
    pool.work.lock().push_back(work);
    pool.port.post(Packet {
        bytes: 0,
        key: WORK,
        overlapped: OverlappedPtr(std::ptr::null_mut()),
        status: Status::SUCCESS,
    });
    Ok(())
}

/// Binds a file to the pool: `callback` runs for each of its completions. INVALID_PARAMETER for a second binding or a
/// synchronous handle (PORT-63). Gives what `unbind` takes.
pub fn bind(file: &Arc<File>, callback: Arc<Callback>) -> Result<usize, Status> {
    let pool = pool()?;
    pool.ensure_idle_worker()?;
    let key = pool.next.fetch_add(1, Ordering::Relaxed);
    pool.bound.lock().insert(key, callback);
    file.associate(&pool.port, key)
        .inspect_err(|_| unbind(key))?;
    Ok(key)
}

/// Later completions of the bound file call nothing.
pub fn unbind(key: usize) {
    if let Some(pool) = POOL.get() {
        pool.bound.lock().remove(&key);
    }
}

impl Pool {
    fn ensure_idle_worker(&'static self) -> Result<(), Status> {
        if self.idle.load(Ordering::SeqCst) > 0 || self.threads.load(Ordering::SeqCst) >= LIMIT {
            return Ok(());
        }
        self.threads.fetch_add(1, Ordering::SeqCst);
        self.idle.fetch_add(1, Ordering::SeqCst);
        let thread = std::thread::Builder::new()
            .name("larboard-pool".into())
            .spawn(|| self.work());
        if thread.is_err() {
            self.idle.fetch_sub(1, Ordering::SeqCst);
            if self.threads.fetch_sub(1, Ordering::SeqCst) == 1 {
                return Err(Status::NO_MEMORY);
            }
        }
        Ok(())
    }

    fn work(&'static self) {
        loop {
            let taken = self.port.dequeue(IDLE, false);
            let others = self.idle.fetch_sub(1, Ordering::SeqCst) - 1;
            match taken {
                Ok(packet) => {
                    // A failure leaves fewer workers than wished for, not none.
                    let _ = self.ensure_idle_worker();
                    self.call(packet);
                }
                Err(Empty::TimedOut) if others > 0 => {
                    self.threads.fetch_sub(1, Ordering::SeqCst);
                    return;
                }
                Err(_) => {}
            }
            self.idle.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn call(&self, packet: Packet) {
        if packet.key == WORK {
            let work = self.work.lock().pop_front();
            if let Some(work) = work {
                work();
            }
            return;
        }
        let callback = self.bound.lock().get(&packet.key).cloned();
        if let Some(callback) = callback {
            callback(packet);
        }
    }
}
