//! Files on a disk, and what is used like one: pipes and terminals, without OVERLAPPED.
//!
//! The file pointer is that of the descriptor, so a copy of the descriptor, here or in another process, shares it. A
//! disk file is never "not ready": reads and writes are done in the calling thread. A pipe or terminal may be; the caller
//! asks [`Disk::waits`] and then goes through `io::blocking`, which tries when [`Disk::is_ready`].

use std::ffi::CString;
use std::io::{Error, Result};

/// How a disk file, pipe or terminal was opened.
#[derive(Default)]
pub struct Disk {
    /// Opened for reading.
    pub reads: bool,
    /// Opened for writing.
    pub writes: bool,
    /// A pipe, terminal or socket, which may have nothing to read or no room.
    pub waits: bool,
    /// What to remove when the last handle is closed.
    pub remove: Option<CString>,
}

/// How much a pipe takes at once when it has any room at all.
const PIPE_ROOM: usize = libc::PIPE_BUF;

impl Disk {
    /// What a descriptor is used for, found out from the descriptor.
    pub fn of(fd: i32) -> Disk {
        // SAFETY: takes a descriptor and numbers.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
        let access = flags & libc::O_ACCMODE;
        // SAFETY: integers: all zero is a value.
        let mut stat: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: `stat` is of this frame.
        let known = unsafe { libc::fstat(fd, &mut stat) } == 0;
        Disk {
            reads: access != libc::O_WRONLY,
            writes: access != libc::O_RDONLY,
            waits: known && !matches!(stat.st_mode & libc::S_IFMT, libc::S_IFREG | libc::S_IFDIR),
            remove: None,
        }
    }

    /// The file pointer; 0 where there is none.
    pub fn position(&self, fd: i32) -> u64 {
        // SAFETY: takes a descriptor and numbers.
        let position = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) };
        u64::try_from(position).unwrap_or_default()
    }

    /// Is there something to read, or room to write? Always so on a disk.
    pub fn is_ready(&self, fd: i32, events: i16) -> bool {
        let mut place = libc::pollfd {
            fd,
            events,
            revents: 0,
        };
        // SAFETY: one place, of this frame.
        !self.waits || unsafe { libc::poll(&mut place, 1, 0) } > 0
    }

    /// Reads at the file pointer and moves it. 0 bytes at the end of the file.
    ///
    /// # Safety
    /// `buffer` must be valid for writes of `length` bytes.
    pub unsafe fn read(&self, fd: i32, buffer: *mut u8, length: usize) -> Result<usize> {
        // SAFETY: handed on to the caller.
        moved(unsafe { libc::read(fd, buffer.cast(), length) })
    }

    /// Writes at the file pointer and moves it. A pipe takes a part, so that the call does not block when there is room.
    ///
    /// # Safety
    /// `buffer` must be valid for reads of `length` bytes.
    pub unsafe fn write(&self, fd: i32, buffer: *const u8, length: usize) -> Result<usize> {
        if !self.waits {
            // SAFETY: handed on to the caller.
            return moved(unsafe { libc::write(fd, buffer.cast(), length) });
        }
        let quiet = PipeSignal::block();
        // SAFETY: handed on to the caller; a shorter length is valid as well.
        let result = moved(unsafe { libc::write(fd, buffer.cast(), length.min(PIPE_ROOM)) });
        quiet.restore(matches!(&result, Err(e) if e.raw_os_error() == Some(libc::EPIPE)));
        result
    }

    /// The last handle is gone.
    pub(crate) fn closed(&self) {
        if let Some(name) = &self.remove {
            // SAFETY: the name ends with 0. Somebody else may have removed it already.
            unsafe { libc::unlink(name.as_ptr()) };
        }
    }
}

fn moved(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| Error::last_os_error())
}

/// Keeps the signal of a broken pipe from this thread: Windows has only the error.
struct PipeSignal {
    signal: libc::sigset_t,
    before: libc::sigset_t,
    was_pending: bool,
}

impl PipeSignal {
    fn block() -> Self {
        // SAFETY: sets of bits: all zero is a value; each pointer is to a variable of this frame.
        unsafe {
            let mut signal: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            let mut pending: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut signal);
            libc::sigaddset(&mut signal, libc::SIGPIPE);
            libc::sigpending(&mut pending);
            libc::pthread_sigmask(libc::SIG_BLOCK, &signal, &mut before);
            Self {
                signal,
                before,
                was_pending: libc::sigismember(&pending, libc::SIGPIPE) == 1,
            }
        }
    }

    fn restore(self, broken: bool) {
        let now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let saved = Error::last_os_error().raw_os_error();
        // SAFETY: sets and time are of this frame; a null place for the former mask and the details is allowed.
        unsafe {
            if broken && !self.was_pending {
                libc::sigtimedwait(&self.signal, std::ptr::null_mut(), &now);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut());
            *libc::__errno_location() = saved.unwrap_or_default();
        }
    }
}
