//! The thread that learns of the end of processes. It starts with the first process object, and sleeps on the descriptors of
//! those that run.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use windows_sys::Win32::Foundation::ERROR_NOT_ENOUGH_MEMORY;

use larboard_kernel::object::thread::Thread;

use super::{Process, no_process};
use crate::error::Win32Error;

struct Reaper {
    /// An epoll instance with the descriptors of the processes.
    poller: OwnedFd,
    /// The processes that run, by the numbers of their descriptors. Kept, so that no child is left behind unread.
    running: Mutex<HashMap<i32, Arc<Process>>>,
}

static REAPER: OnceLock<Option<Reaper>> = OnceLock::new();

/// A process by its id.
pub(super) fn open(id: u32) -> Result<Arc<Process>, Win32Error> {
    if let Some(child) = reaper()?.child(id) {
        return Ok(child);
    }
    watch(id, None)
}

/// An object for a process that is there, with its first thread if it is a child.
pub(super) fn watch(id: u32, thread: Option<Arc<Thread>>) -> Result<Arc<Process>, Win32Error> {
    let reaper = reaper()?;
    // SAFETY: takes numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, id, 0) };
    let Ok(fd @ 0..) = i32::try_from(fd) else {
        return Err(no_process(&std::io::Error::last_os_error()));
    };
    // SAFETY: a new descriptor, which nobody else owns.
    let descriptor = unsafe { OwnedFd::from_raw_fd(fd) };
    let process = Arc::new(Process::new(id, Some(descriptor), thread));
    reaper.lock().insert(fd, process.clone());
    let mut event = libc::epoll_event {
        events: (libc::EPOLLIN | libc::EPOLLONESHOT) as u32,
        u64: fd as u64,
    };
    let poller = reaper.poller.as_raw_fd();
    // SAFETY: `event` is of this frame.
    if unsafe { libc::epoll_ctl(poller, libc::EPOLL_CTL_ADD, fd, &mut event) } != 0 {
        reaper.lock().remove(&fd);
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    Ok(process)
}

fn reaper() -> Result<&'static Reaper, Win32Error> {
    let mut started = false;
    let reaper = REAPER.get_or_init(|| {
        started = true;
        // SAFETY: takes a number.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        // SAFETY: a new descriptor, which nobody else owns.
        let poller = (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })?;
        Some(Reaper {
            poller,
            running: Mutex::default(),
        })
    });
    let reaper = reaper.as_ref().ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    if started {
        // Without the thread an end is seen only by who asks for the exit code.
        let _ = std::thread::Builder::new()
            .name("larboard-reaper".into())
            .stack_size(128 << 10)
            .spawn(|| reaper.run());
    }
    Ok(reaper)
}

impl Reaper {
    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Arc<Process>>> {
        self.running
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A child that is known already: its exit code is read only once.
    fn child(&self, id: u32) -> Option<Arc<Process>> {
        let running = self.lock();
        running.values().find(|process| process.id == id).cloned()
    }

    fn run(&self) {
        loop {
            let mut event = libc::epoll_event { events: 0, u64: 0 };
            // SAFETY: one place, of this frame.
            let count = unsafe { libc::epoll_wait(self.poller.as_raw_fd(), &mut event, 1, -1) };
            if count == 1
                && let Some(process) = self.lock().remove(&(event.u64 as i32))
            {
                process.look();
            }
        }
    }
}
