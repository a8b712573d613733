//! TransmitFile and TransmitPackets: memory and files in order, files by sendfile.

use std::os::fd::{AsRawFd, OwnedFd};

use super::transfer::{Send, errno};
use super::{Socket, phase};
use crate::device::{Buffers, Outcome};
use crate::engine::sys;
use crate::status::Status;

/// One element.
pub enum Element {
    /// Bytes of the application, kept valid until completion.
    Memory(Buffers),
    /// Part of a file.
    File {
        /// A descriptor of our own.
        file: OwnedFd,
        /// Where to begin.
        offset: u64,
        /// How many bytes are left; None for up to the end.
        left: Option<u64>,
    },
}

/// A transmission under way.
pub struct Transmit {
    /// What is left, first element first.
    pub elements: std::collections::VecDeque<Element>,
    /// Bytes sent so far; of more than can be told, as many as can.
    pub done: u32,
    /// The connection ends after the last byte.
    pub disconnect: Disconnect,
}

/// What becomes of the connection after a transmission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// It stays.
    No,
    /// It ends (TF_DISCONNECT).
    Yes,
    /// It ends, and the socket is to be had for another one (TF_REUSE_SOCKET): whoever takes it next renews it.
    AndReuse,
}

/// So many bytes of a file Linux takes in one call. The end of a call is the end of a segment: fewer calls are faster.
const MOST: usize = 0x7fff_f000;

impl Socket {
    pub(super) fn transmit(&self, fd: i32, transmit: &mut Transmit) -> Outcome {
        while let Some(element) = transmit.elements.front_mut() {
            let outcome = match element {
                Element::Memory(buffers) => self.transmit_memory(fd, buffers, &mut transmit.done),
                Element::File { file, offset, left } => {
                    self.transmit_file(fd, file, offset, left, &mut transmit.done)
                }
            };
            match outcome {
                Outcome::Done {
                    status: Status::SUCCESS,
                    ..
                } => {
                    transmit.elements.pop_front();
                }
                Outcome::Done {
                    status,
                    flags,
                    more,
                    ..
                } => {
                    return Outcome::Done {
                        status,
                        bytes: transmit.done,
                        flags,
                        more,
                    };
                }
                Outcome::Pending => return Outcome::Pending,
            }
        }
        if transmit.disconnect != Disconnect::No {
            let reuse = match transmit.disconnect {
                Disconnect::AndReuse => phase::REUSABLE,
                _ => 0,
            };
            self.set(phase::SHUT_SEND | phase::DISCONNECTED | reuse);
            // SAFETY: plain system call.
            unsafe { libc::shutdown(fd, libc::SHUT_WR) };
        }
        Outcome::Done {
            status: Status::SUCCESS,
            bytes: transmit.done,
            flags: 0,
            more: true,
        }
    }

    fn transmit_memory(&self, fd: i32, buffers: &mut Buffers, done: &mut u32) -> Outcome {
        let taken = std::mem::replace(buffers, Buffers::one(std::ptr::null_mut(), 0));
        let mut send = Send {
            buffers: taken,
            flags: 0,
            done: 0,
            rare: None,
        };
        let outcome = self.send(fd, &mut send);
        *done = done.saturating_add(send.done);
        *buffers = send.buffers;
        outcome
    }

    fn transmit_file(
        &self,
        fd: i32,
        file: &OwnedFd,
        offset: &mut u64,
        left: &mut Option<u64>,
        done: &mut u32,
    ) -> Outcome {
        ignore_sigpipe();
        while *left != Some(0) {
            let chunk = left.map_or(MOST, |left| left.min(MOST as u64) as usize);
            let mut at = *offset as libc::off_t;
            // SAFETY: `at` is of this frame.
            let n = unsafe { sys::sendfile(fd, file.as_raw_fd(), &mut at, chunk) };
            if n < 0 {
                return match errno() {
                    libc::EAGAIN => Outcome::Pending,
                    libc::EPIPE | libc::ECONNRESET => {
                        self.set(phase::RESET);
                        Outcome::status(Status::CONNECTION_RESET)
                    }
                    error => Outcome::from_errno(error),
                };
            }
            if n == 0 {
                break; // the end of the file
            }
            *offset += n as u64;
            *done = done.saturating_add(n as u32);
            if let Some(left) = left {
                *left -= n as u64;
            }
        }
        Outcome::status(Status::SUCCESS)
    }
}

/// sendfile has no MSG_NOSIGNAL. Windows has no SIGPIPE, so a program that has not asked for it shall not die of it.
fn ignore_sigpipe() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: plain calls; a handler that somebody has installed is put back.
        unsafe {
            let before = libc::signal(libc::SIGPIPE, libc::SIG_IGN);
            if before != libc::SIG_DFL && before != libc::SIG_ERR {
                libc::signal(libc::SIGPIPE, before);
            }
        }
    });
}
