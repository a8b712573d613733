//! The thread pool: work, timers and waits whose callbacks run on pool threads (POOL-01 to POOL-16).
//!
//! `object` counts the callbacks of one object: those to come and those that run. `pools` says where they run, `groups` closes
//! objects together, `instance` is what a callback knows of itself. `waiter` waits for many objects on one thread. Every
//! other file is one kind of object; `registered` and `queues` are those that Windows 2000 had.
//!
//! The caller has numbers instead of addresses, so that a stale one finds nothing.

pub(crate) mod groups;
pub(crate) mod instance;
mod object;
pub(crate) mod pools;
pub(crate) mod queues;
pub(crate) mod registered;
pub(crate) mod timer;
pub(crate) mod wait;
mod waiter;
pub(crate) mod work;

use std::collections::HashMap;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) use object::{Alone, Environment, Object};

/// Things by the numbers that the caller has of them.
pub(crate) struct Registry<T>(Mutex<Option<HashMap<isize, Arc<T>>>>);

impl<T> Registry<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashMap<isize, Arc<T>>>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn insert(&self, id: isize, value: Arc<T>) {
        self.lock().get_or_insert_default().insert(id, value);
    }

    pub(crate) fn get(&self, id: isize) -> Option<Arc<T>> {
        self.lock().as_ref()?.get(&id).cloned()
    }

    pub(crate) fn remove(&self, id: isize) -> Option<Arc<T>> {
        self.lock().as_mut()?.remove(&id)
    }
}

/// A number that no other thing of the pool has. Not one that is a handle of the table.
pub(crate) fn number() -> isize {
    static LAST: AtomicIsize = AtomicIsize::new(0x4000_0000_0000);
    LAST.fetch_add(16, Ordering::Relaxed) + 16
}
