//! A ring of io_uring: receives, sends and waits on descriptors, handed to Linux in batches and reported under tokens.
//!
//! The contract:
//! - What is prepared reaches Linux with the next `submit`, all of it together, or when the ring's room is used up.
//!   Until then, and until its report, descriptor and memory stay what they are: the caller's promise.
//! - `reap` takes the reports that stand in the memory shared with Linux, without a system call. `run` is for the case
//!   that it brings nothing although work of Linux is due on this thread.
//! - The descriptor of the ring is readable while there are reports, or work due.
//! - An operation ends with -ECANCELED if it was cancelled, or if the thread that submitted it has ended.
//! - One caller at a time. No call blocks.

use std::collections::VecDeque;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use io_uring::squeue::Entry;
use io_uring::types::{Fd, Fixed};
use io_uring::{EnterFlags, IoUring, opcode};

use crate::status::Status;

/// The token of operations whose end nobody wants to hear of; never reported.
const SILENT: u64 = u64::MAX;
/// As many operations are prepared before Linux gets them unasked.
const ENTRIES: u32 = 256;
/// So many descriptors have a place of their own.
const PLACES: u32 = 1024;
/// Reports beyond the shared memory's room are kept by Linux, at a price.
const MOST_REPORTS: u32 = 8192;
/// Do not try before the descriptor is known to be ready.
const POLL_FIRST: u16 = 1;

/// What the operation with `token` came to: a byte count, or a negative errno.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// The token it was prepared with.
    pub token: u64,
    /// Bytes, or -errno.
    pub result: i32,
    /// The socket has more to read.
    pub more: bool,
}

/// What an operation is performed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A descriptor.
    Descriptor(i32),
    /// A place in the ring's own table of open files, which spares Linux to look the descriptor up and to count its use.
    Place(u32),
}

/// So many pieces of memory an operation has at most.
pub const MOST_PIECES: usize = 16;

/// The pieces of memory of one operation, filled or sent in order as if they were one. Linux reads and writes here until
/// the operation is reported.
pub struct Pieces {
    header: libc::msghdr,
    parts: [libc::iovec; MOST_PIECES],
}

// SAFETY: addresses of memory that the caller lets any thread use until the operation is reported.
unsafe impl Send for Pieces {}

impl Pieces {
    /// Room for pieces.
    pub fn new() -> Box<Pieces> {
        // SAFETY: all zeros is a valid header and a valid array of iovecs.
        Box::new(unsafe { std::mem::zeroed() })
    }

    /// Takes up to [`MOST_PIECES`] pieces. Gives their number.
    pub fn fill(&mut self, pieces: impl Iterator<Item = (*mut u8, u32)>) -> usize {
        let mut count = 0;
        for (part, (base, length)) in self.parts.iter_mut().zip(pieces) {
            part.iov_base = base.cast();
            part.iov_len = length as usize;
            count += 1;
        }
        self.header.msg_iovlen = count;
        count
    }

    fn header(&mut self) -> *mut libc::msghdr {
        self.header.msg_iov = self.parts.as_mut_ptr();
        &raw mut self.header
    }
}

/// One ring.
pub struct Ring {
    ring: IoUring,
    /// What found no room and could not be handed over. Empty but when Linux lacks memory.
    waiting: VecDeque<Entry>,
    /// Free places of the ring's table of open files.
    places: Vec<u32>,
}

impl Ring {
    /// A ring with room for so many reports. The status of the system call if Linux is too old (before 5.19), has
    /// io_uring switched off, or lacks memory or descriptors.
    pub fn new(reports: u32) -> Result<Ring, Status> {
        let reports = reports.clamp(2 * ENTRIES, MOST_REPORTS).next_power_of_two();
        let ring = IoUring::builder()
            .setup_clamp()
            .setup_cqsize(reports)
            .setup_submit_all()
            .setup_coop_taskrun()
            .setup_taskrun_flag()
            .build(ENTRIES)
            .map_err(|error| Status::from_errno(error.raw_os_error().unwrap_or_default()))?;
        // Before 6.15 a file that leaves the table may stay open until operations on other ones have ended.
        let places = if ring.params().is_feature_no_iowait()
            && ring.submitter().register_files_sparse(PLACES).is_ok()
        {
            (0..PLACES).rev().collect()
        } else {
            Vec::new()
        };
        Ok(Ring {
            ring,
            waiting: VecDeque::new(),
            places,
        })
    }

    /// The cheapest way to `fd`. [`forget`](Self::forget) it before the descriptor closes.
    pub fn target(&mut self, fd: i32) -> Target {
        let Some(place) = self.places.pop() else {
            return Target::Descriptor(fd);
        };
        match self.ring.submitter().register_files_update(place, &[fd]) {
            Ok(1) => Target::Place(place),
            _ => {
                self.places.push(place);
                Target::Descriptor(fd)
            }
        }
    }

    /// Gives up a way to a descriptor. Operations that have been submitted go on.
    pub fn forget(&mut self, target: Target) {
        if let Target::Place(place) = target {
            // If it cannot be emptied, it is not used again.
            if let Ok(1) = self.ring.submitter().register_files_update(place, &[-1]) {
                self.places.push(place);
            }
        }
    }

    /// Another descriptor for the ring, for pollers.
    pub fn descriptor(&self) -> Result<OwnedFd, Status> {
        // SAFETY: the ring is open as long as `self`.
        let ring = unsafe { BorrowedFd::borrow_raw(self.ring.as_raw_fd()) };
        ring.try_clone_to_owned()
            .map_err(|_| Status::last_os_error())
    }

    /// Prepares a receive. `likely`: there may be something to read already.
    ///
    /// # Safety
    /// The memory stays valid for writes, and the target open until `submit`, as the contract says.
    pub unsafe fn receive(
        &mut self,
        target: Target,
        (base, length): (*mut u8, u32),
        flags: i32,
        likely: bool,
        token: u64,
    ) {
        let order = if likely { 0 } else { POLL_FIRST };
        let receive = match target {
            Target::Descriptor(fd) => opcode::Recv::new(Fd(fd), base, length),
            Target::Place(place) => opcode::Recv::new(Fixed(place), base, length),
        };
        let entry = receive.flags(flags).ioprio(order).build();
        // SAFETY: this function's contract.
        unsafe { self.push(entry.user_data(token)) };
    }

    /// Prepares a send.
    ///
    /// # Safety
    /// The memory stays valid for reads, and the target open until `submit`, as the contract says.
    pub unsafe fn send(
        &mut self,
        target: Target,
        (base, length): (*const u8, u32),
        flags: i32,
        token: u64,
    ) {
        let send = match target {
            Target::Descriptor(fd) => opcode::Send::new(Fd(fd), base, length),
            Target::Place(place) => opcode::Send::new(Fixed(place), base, length),
        };
        let entry = send.flags(flags).build();
        // SAFETY: this function's contract.
        unsafe { self.push(entry.user_data(token)) };
    }

    /// Prepares a receive into several pieces.
    ///
    /// # Safety
    /// As for `receive`, and the pieces stay where they are until the report.
    pub unsafe fn receive_pieces(
        &mut self,
        target: Target,
        pieces: &mut Pieces,
        likely: bool,
        token: u64,
    ) {
        let order = if likely { 0 } else { POLL_FIRST };
        let receive = match target {
            Target::Descriptor(fd) => opcode::RecvMsg::new(Fd(fd), pieces.header()),
            Target::Place(place) => opcode::RecvMsg::new(Fixed(place), pieces.header()),
        };
        // SAFETY: this function's contract.
        unsafe { self.push(receive.ioprio(order).build().user_data(token)) };
    }

    /// Prepares a send of several pieces.
    ///
    /// # Safety
    /// As for `send`, and the pieces stay where they are until the report.
    pub unsafe fn send_pieces(
        &mut self,
        target: Target,
        pieces: &mut Pieces,
        flags: i32,
        token: u64,
    ) {
        let header = pieces.header().cast_const();
        let send = match target {
            Target::Descriptor(fd) => opcode::SendMsg::new(Fd(fd), header),
            Target::Place(place) => opcode::SendMsg::new(Fixed(place), header),
        };
        // SAFETY: this function's contract.
        unsafe { self.push(send.flags(flags as u32).build().user_data(token)) };
    }

    /// Prepares a wait until there is something to read, or never will be.
    ///
    /// # Safety
    /// The target stays open until `submit`.
    pub unsafe fn wait_readable(&mut self, target: Target, token: u64) {
        let events = (libc::POLLIN | libc::POLLRDHUP) as u32;
        let wait = match target {
            Target::Descriptor(fd) => opcode::PollAdd::new(Fd(fd), events),
            Target::Place(place) => opcode::PollAdd::new(Fixed(place), events),
        };
        let entry = wait.build();
        // SAFETY: no memory is involved.
        unsafe { self.push(entry.user_data(token)) };
    }

    /// Cancels the operation with `token`, if it has not ended; its report comes in either case.
    pub fn cancel(&mut self, token: u64) {
        let entry = opcode::AsyncCancel::new(token).build();
        // SAFETY: no memory is involved.
        unsafe { self.push(entry.user_data(SILENT)) };
    }

    /// # Safety
    /// The memory of the operation stays valid until its report.
    unsafe fn push(&mut self, entry: Entry) {
        // SAFETY: this function's contract.
        let pushed = unsafe { self.ring.submission().push(&entry) };
        if pushed.is_ok() && self.waiting.is_empty() {
            return;
        }
        if pushed.is_err() {
            self.waiting.push_back(entry);
        }
        self.submit();
    }

    /// Hands everything that is prepared to Linux.
    pub fn submit(&mut self) {
        loop {
            if self.ring.submission().is_empty() {
                return;
            }
            if let Err(error) = self.ring.submit()
                && error.raw_os_error() != Some(libc::EINTR)
            {
                return; // no memory now: it stays prepared, and goes with the next call
            }
            while let Some(entry) = self.waiting.front() {
                // SAFETY: promised to `push` when the entry was made.
                if unsafe { self.ring.submission().push(entry) }.is_err() {
                    break;
                }
                self.waiting.pop_front();
            }
        }
    }

    /// Takes reports, as many as there are and have room. Gives their number.
    pub fn reap(&mut self, room: &mut [Report]) -> usize {
        let mut n = 0;
        let mut reports = self.ring.completion();
        while n < room.len() {
            let Some(entry) = reports.next() else { break };
            if entry.user_data() == SILENT {
                continue;
            }
            room[n] = Report {
                token: entry.user_data(),
                result: entry.result(),
                more: io_uring::cqueue::sock_nonempty(entry.flags()),
            };
            n += 1;
        }
        n
    }

    /// Has Linux something to do on a thread that has used the ring, or reports that did not fit?
    pub fn is_due(&mut self) -> bool {
        let queue = self.ring.submission();
        queue.taskrun() || queue.cq_overflow()
    }

    /// Lets Linux do it, if this is the thread.
    pub fn run(&self) {
        let flags = EnterFlags::GETEVENTS.bits();
        // SAFETY: nothing is submitted, nothing waited for, and no argument given. An error means nothing here.
        let _ = unsafe { self.ring.submitter().enter::<()>(0, 0, flags, None) };
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};

    use super::{Report, Ring, Target};

    /// None where Linux does not let us: the functions above this one run on epoll there.
    fn ring() -> Option<Ring> {
        Ring::new(64)
            .inspect_err(|status| eprintln!("no ring: {status:?}"))
            .ok()
    }

    fn next(ring: &mut Ring) -> Report {
        let begin = Instant::now();
        let mut report = [Report::default()];
        while ring.reap(&mut report) == 0 {
            assert!(begin.elapsed() < Duration::from_secs(10), "no report");
            ring.run();
            std::thread::yield_now();
        }
        report[0]
    }

    #[test]
    fn what_is_prepared_goes_with_the_next_submit() {
        let Some(mut ring) = ring() else { return };
        let (near, mut far) = UnixStream::pair().unwrap();
        let text = *b"text";
        // SAFETY: the bytes outlive the report.
        unsafe {
            ring.send(
                Target::Descriptor(near.as_raw_fd()),
                (text.as_ptr(), 4),
                0,
                7,
            )
        };
        far.set_nonblocking(true).unwrap();
        assert!(far.read(&mut [0; 4]).is_err());
        ring.submit();
        let report = next(&mut ring);
        assert_eq!((report.token, report.result), (7, 4));
        assert_eq!(far.read(&mut [0; 4]).unwrap(), 4);
    }

    #[test]
    fn a_receive_waits_also_on_a_descriptor_that_does_not_block() {
        let Some(mut ring) = ring() else { return };
        let (near, mut far) = UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        let target = ring.target(near.as_raw_fd());
        for likely in [true, false] {
            let mut room = [0u8; 8];
            // SAFETY: the room outlives the report.
            unsafe { ring.receive(target, (room.as_mut_ptr(), 8), 0, likely, 1) };
            ring.submit();
            assert_eq!(ring.reap(&mut [Report::default()]), 0);
            far.write_all(b"abc").unwrap();
            assert_eq!(next(&mut ring).result, 3);
            assert_eq!(&room[..3], b"abc");
        }
        ring.forget(target);
    }

    #[test]
    fn a_descriptor_closes_when_the_ring_has_forgotten_it() {
        let Some(mut ring) = ring() else { return };
        let pairs: Vec<_> = (0..3).map(|_| UnixStream::pair().unwrap()).collect();
        let targets: Vec<_> = pairs
            .iter()
            .map(|(near, _)| ring.target(near.as_raw_fd()))
            .collect();
        let mut room = [0u8; 8];
        let base = room.as_mut_ptr();
        for (token, target) in targets.iter().enumerate() {
            // SAFETY: the room outlives the reports.
            unsafe { ring.receive(*target, (base, 8), 0, true, token as u64) };
        }
        ring.submit();
        ring.cancel(1);
        ring.submit();
        assert_eq!(next(&mut ring).token, 1);
        ring.forget(targets[1]);
        for (at, (near, mut far)) in pairs.into_iter().enumerate() {
            if at == 1 {
                drop(near);
                assert_eq!(far.read(&mut [0]).unwrap(), 0, "the end, at once");
            } else {
                far.write_all(b"x").unwrap();
                assert_eq!(next(&mut ring).result, 1);
            }
        }
    }

    #[test]
    fn a_cancelled_operation_is_reported_once() {
        let Some(mut ring) = ring() else { return };
        let (near, _far) = UnixStream::pair().unwrap();
        // SAFETY: the descriptor is open.
        unsafe { ring.wait_readable(Target::Descriptor(near.as_raw_fd()), 3) };
        ring.submit();
        ring.cancel(3);
        ring.submit();
        let report = next(&mut ring);
        assert_eq!((report.token, report.result), (3, -libc::ECANCELED));
        ring.run();
        assert_eq!(ring.reap(&mut [Report::default(); 4]), 0);
    }

    #[test]
    fn more_operations_than_there_is_room_for_reach_linux_all_the_same() {
        let Some(mut ring) = ring() else { return };
        let (near, _far) = UnixStream::pair().unwrap();
        const MANY: u64 = 3000;
        for token in 0..MANY {
            // SAFETY: the descriptor is open.
            unsafe { ring.wait_readable(Target::Descriptor(near.as_raw_fd()), token) };
        }
        ring.submit();
        (0..MANY).for_each(|token| ring.cancel(token));
        ring.submit();
        let mut seen = vec![false; MANY as usize];
        for _ in 0..MANY {
            let report = next(&mut ring);
            assert_eq!(report.result, -libc::ECANCELED);
            assert!(!std::mem::replace(&mut seen[report.token as usize], true));
        }
    }
}
