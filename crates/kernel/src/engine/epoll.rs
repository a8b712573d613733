//! The poller over epoll, edge-triggered.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Instant;

use super::{KICK, Readiness};
use crate::status::Status;

/// So many reports at a time: what a poll touches of each socket is still in the cache when its turn comes.
const BATCH: usize = 32;
const INTEREST: i32 =
    libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP | libc::EPOLLPRI | libc::EPOLLET;
const LASTING: i32 = libc::EPOLLRDHUP | libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLPRI;

/// One epoll instance.
pub struct Epoll(OwnedFd);

/// Room for one batch of reports.
pub struct Events {
    raw: [libc::epoll_event; BATCH],
    filled: usize,
}

impl Default for Events {
    fn default() -> Self {
        Events {
            raw: [libc::epoll_event { events: 0, u64: 0 }; BATCH],
            filled: 0,
        }
    }
}

impl Events {
    /// Forgets the reports.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// The reports of the last wait, kicks left out.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Readiness)> + '_ {
        self.raw[..self.filled]
            .iter()
            .map(|event| (event.u64, event.events as i32))
            .filter(|(token, _)| *token != KICK)
            .map(|(token, events)| {
                let lasting = events & LASTING != 0;
                let readiness = Readiness {
                    readable: lasting || events & libc::EPOLLIN != 0,
                    writable: lasting || events & libc::EPOLLOUT != 0,
                    lasting,
                };
                (token, readiness)
            })
    }
}

impl Epoll {
    /// A new instance; the status of the failed system call otherwise (descriptor limit, memory).
    pub fn new() -> Result<Epoll, Status> {
        // SAFETY: plain system call; the result is checked before it is owned.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(Status::last_os_error());
        }
        // SAFETY: a fresh descriptor that nobody else owns.
        Ok(Epoll(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Reports edges of `fd` under `token` from now on.
    pub fn register(&self, fd: i32, token: u64) -> Result<(), Status> {
        #[cfg(test)]
        super::simulated::registered(self.0.as_raw_fd(), fd, token, INTEREST as u32);
        match self.add(fd, INTEREST, token) {
            0 => Ok(()),
            errno => Err(Status::from_errno(errno)),
        }
    }

    /// The same for a descriptor that is only read from: room for writing is of no interest.
    pub fn register_input(&self, fd: i32, token: u64) -> Result<(), Status> {
        match self.add(fd, libc::EPOLLIN | libc::EPOLLET, token) {
            0 => Ok(()),
            errno => Err(Status::from_errno(errno)),
        }
    }

    /// A descriptor of its own for this instance, which can be polled itself.
    pub fn descriptor(&self) -> Result<OwnedFd, Status> {
        self.0.try_clone().map_err(|_| Status::last_os_error())
    }

    /// A write to `fd`, an eventfd, ends waits from now on. No error if that was so already.
    pub fn register_kick(&self, fd: i32) -> Result<(), Status> {
        match self.add(fd, libc::EPOLLIN | libc::EPOLLET, KICK) {
            0 | libc::EEXIST => Ok(()),
            errno => Err(Status::from_errno(errno)),
        }
    }

    /// 0 or errno.
    fn add(&self, fd: i32, events: i32, token: u64) -> i32 {
        let mut event = libc::epoll_event {
            events: events as u32,
            u64: token,
        };
        // SAFETY: `event` is of this frame; the kernel checks the descriptors.
        let result =
            unsafe { libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &mut event) };
        if result == 0 { 0 } else { super::errno() }
    }

    /// No wait that begins after this reports `fd`.
    pub fn unregister(&self, fd: i32) {
        // SAFETY: no memory is involved; an unknown descriptor is an error that means nothing here.
        unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                libc::EPOLL_CTL_DEL,
                fd,
                std::ptr::null_mut(),
            );
        }
    }

    /// Waits for reports. INFINITE without a deadline.
    pub fn wait(&self, events: &mut Events, deadline: Option<Instant>) {
        let milliseconds = deadline.map_or(-1, until);
        // SAFETY: the kernel writes at most BATCH entries into `raw`.
        let n = unsafe {
            libc::epoll_wait(
                self.0.as_raw_fd(),
                events.raw.as_mut_ptr(),
                BATCH as i32,
                milliseconds,
            )
        };
        events.filled = usize::try_from(n).unwrap_or(0); // EINTR is a spurious return
        #[cfg(test)]
        super::simulated::report(&mut events.raw, &mut events.filled);
    }

    /// Takes what is there without waiting.
    pub fn poll(&self, events: &mut Events) {
        self.wait(events, Some(Instant::now()));
    }
}

/// Milliseconds until `deadline`, rounded up, so that no wait ends early by rounding.
fn until(deadline: Instant) -> i32 {
    let left = deadline.saturating_duration_since(Instant::now());
    i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}
