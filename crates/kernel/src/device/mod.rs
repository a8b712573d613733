//! Devices: what a file object does with a request.
//!
//! The contract: `perform` makes one attempt and never blocks. It answers [`Outcome::Done`] with the status and the
//! bytes transferred, or [`Outcome::Pending`]; then the request stays queued and `perform` is called again when the
//! descriptor is ready. Devices know nothing of ports, APCs, events, messages, or each other.

pub mod disk;
pub mod socket;

use crate::status::Status;

/// What one attempt brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Finished in one way or another.
    Done {
        /// How.
        status: Status,
        /// Bytes transferred.
        bytes: u32,
        /// Windows' MSG_ flags of the finished receive.
        flags: u32,
        /// More may be had at once: the descriptor is not known to be drained.
        more: bool,
    },
    /// Not possible now.
    Pending,
}

impl Outcome {
    /// Finished without a transfer.
    pub fn status(status: Status) -> Outcome {
        Outcome::Done {
            status,
            bytes: 0,
            flags: 0,
            more: true,
        }
    }

    /// The outcome of a failed system call: Pending if it would have blocked.
    pub fn from_errno(errno: i32) -> Outcome {
        match errno {
            libc::EAGAIN => Outcome::Pending,
            _ => Outcome::status(Status::from_errno(errno)),
        }
    }
}

/// Which of a file object's queues a request waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Waits until the descriptor is readable.
    In,
    /// Waits until the descriptor is writable.
    Out,
    /// Waits for urgent data, which lies beside the stream (OVL-56).
    Urgent,
}

impl Direction {
    /// All of them.
    pub const ALL: [Direction; 3] = [Direction::In, Direction::Out, Direction::Urgent];
}

/// The device behind a file object.
pub enum Device {
    /// A socket.
    Socket(socket::Socket),
    /// A file on a disk.
    Disk(disk::Disk),
    /// Nothing that could be asked to do something: a descriptor whose edges somebody wants to hear of (`io::watch`).
    Watched,
}

/// The memory of the application that an operation reads or writes.
///
/// Whoever started the operation keeps it valid until completion (OVL-07); the array of descriptors is ours (OVL-09).
///
/// One descriptor, the usual case, stands here itself. For several, `base` owns an array of them and the top bit of the
/// length says so: there is one of these per operation in flight, and eight bytes count.
pub struct Buffers(libc::iovec);

const MANY: usize = 1 << (usize::BITS - 1);

// SAFETY: an iovec is an address and a length; what it points to is accessed by whichever thread performs the
// operation, which the application has agreed to by starting it.
unsafe impl Send for Buffers {}

impl Buffers {
    /// One buffer.
    pub fn one(base: *mut u8, length: usize) -> Buffers {
        Buffers(libc::iovec {
            iov_base: base.cast(),
            iov_len: length & !MANY,
        })
    }

    /// Any number of buffers.
    pub fn many(parts: impl ExactSizeIterator<Item = (*mut u8, usize)>) -> Buffers {
        let mut parts = parts.map(|(base, length)| libc::iovec {
            iov_base: base.cast(),
            iov_len: length,
        });
        if parts.len() == 1
            && let Some(one) = parts.next()
        {
            return Buffers(one);
        }
        let parts: Box<[libc::iovec]> = parts.collect();
        let length = parts.len();
        Buffers(libc::iovec {
            iov_base: Box::into_raw(parts).cast(),
            iov_len: length | MANY,
        })
    }

    /// The descriptors.
    pub fn parts(&mut self) -> &mut [libc::iovec] {
        match self.array() {
            // SAFETY: made by `many` and owned by this value, which is borrowed mutably.
            Some(array) => unsafe { &mut *array },
            None => std::slice::from_mut(&mut self.0),
        }
    }

    fn array(&self) -> Option<*mut [libc::iovec]> {
        let length = self.0.iov_len;
        (length & MANY != 0)
            .then(|| std::ptr::slice_from_raw_parts_mut(self.0.iov_base.cast(), length & !MANY))
    }

    /// Bytes in all.
    pub fn total(&mut self) -> usize {
        self.parts().iter().map(|part| part.iov_len).sum()
    }

    /// Leaves out the first `n` bytes: they are done.
    pub fn advance(&mut self, mut n: usize) {
        for part in self.parts() {
            let step = n.min(part.iov_len);
            part.iov_base = part.iov_base.wrapping_byte_add(step);
            part.iov_len -= step;
            n -= step;
        }
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        if let Some(array) = self.array() {
            // SAFETY: made by Box::into_raw in `many`.
            drop(unsafe { Box::from_raw(array) });
        }
    }
}
