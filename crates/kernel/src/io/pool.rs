//! The process's pool of callback threads: a completion port and workers that call back.
//!
//! There is always a worker to spare: one that takes the last place of a waiting worker adds a new one first, up to
//! [`LIMIT`]; a worker that has waited [`IDLE`] milliseconds in vain ends if others wait too.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{OnceLock, Weak};

use parking_lot::Mutex;

use super::file::File;
use super::packet::Packet;
use super::port::{Empty, Port};
use super::request::OverlappedPtr;
use crate::status::Status;
use crate::sync::Arc;

const LIMIT: usize = 500;
const IDLE: u32 = 10_000;

/// What is called for each completion of a bound file.
///
/// The key of the association is its address. The file owns one reference and every packet another, so it outlives
/// both, and nothing is left when they have gone.
pub struct Bound {
    active: AtomicBool,
    callback: Box<Callback>,
}

type Callback = dyn Fn(Packet) + Send + Sync;
type Work = Box<dyn FnOnce() + Send>;

struct Pool {
    port: Arc<Port>,
    work: Mutex<VecDeque<Work>>,
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
    pool.port.post(Packet::new(
        Status::SUCCESS,
        0,
        WORK,
        OverlappedPtr(std::ptr::null_mut()),
    ));
    Ok(())
}

/// Binds a file to the pool: `callback` runs for each of its completions. INVALID_PARAMETER for a second binding or a
/// synchronous handle (PORT-63).
pub fn bind(file: &Arc<File>, callback: Box<Callback>) -> Result<Weak<Bound>, Status> {
    let pool = pool()?;
    pool.ensure_idle_worker()?;
    let bound = Arc::new(Bound {
        active: AtomicBool::new(true),
        callback,
    });
    let weak = Arc::downgrade(&bound);
    let key = Arc::into_raw(bound);
    file.associate_counted(&pool.port, key.expose_provenance())
        // SAFETY: the reference made above was not taken.
        .inspect_err(|_| drop(unsafe { Arc::from_raw(key) }))?;
    Ok(weak)
}

impl Bound {
    /// Later completions call nothing.
    pub fn unbind(&self) {
        self.active.store(false, Ordering::Release);
    }

    /// One more owner of a key: a packet.
    ///
    /// # Safety
    /// `key` comes from `bind`, and somebody owns it at present.
    pub(super) unsafe fn retain(key: usize) {
        // SAFETY: the caller's promise.
        unsafe { Arc::increment_strong_count(std::ptr::with_exposed_provenance::<Bound>(key)) };
    }

    /// An owner gives its share back, to be used once more.
    ///
    /// # Safety
    /// `key` comes from `bind`, and the caller owns a share of it.
    pub(super) unsafe fn release(key: usize) -> Arc<Bound> {
        // SAFETY: the caller's promise.
        unsafe { Arc::from_raw(std::ptr::with_exposed_provenance::<Bound>(key)) }
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
        // SAFETY: the only other keys of this port are those of `bind`, and each packet owns a share.
        let bound = unsafe { Bound::release(packet.key) };
        if bound.active.load(Ordering::Acquire) {
            (bound.callback)(packet);
        }
    }
}
