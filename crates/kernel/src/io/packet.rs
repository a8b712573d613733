//! Completion packets.
//!
//! A packet goes from the thread that makes it to the queue and from there to the one that takes it within nanoseconds, and a
//! processor that reads at once what it has just written in parts waits until all of it is in the cache. So status and bytes
//! are one word, and in the queue a packet is three [`Words`], a type of their own because the compiler would copy the
//! packet as a whole.

use super::request::OverlappedPtr;
use crate::status::Status;

/// A completion packet.
#[derive(Clone, Copy)]
pub struct Packet {
    outcome: u64,
    /// The key of the association, or what was posted.
    pub key: usize,
    /// The OVERLAPPED, or what was posted.
    pub overlapped: OverlappedPtr,
}

impl Packet {
    /// The packet of an operation that ended with `status` after so many bytes.
    #[inline(always)]
    pub fn new(status: Status, bytes: u32, key: usize, overlapped: OverlappedPtr) -> Packet {
        Packet {
            outcome: u64::from(status.0) << 32 | u64::from(bytes),
            key,
            overlapped,
        }
    }

    /// How the operation ended.
    #[inline(always)]
    pub fn status(&self) -> Status {
        Status((self.outcome >> 32) as u32)
    }

    /// Bytes transferred.
    #[inline(always)]
    pub fn bytes(&self) -> u32 {
        self.outcome as u32
    }
}

impl std::fmt::Debug for Packet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packet")
            .field("status", &self.status())
            .field("bytes", &self.bytes())
            .field("key", &self.key)
            .field("overlapped", &self.overlapped)
            .finish()
    }
}

/// A packet in a queue.
pub(super) struct Words(u64, usize, OverlappedPtr);

impl From<Packet> for Words {
    #[inline(always)]
    fn from(packet: Packet) -> Words {
        Words(packet.outcome, packet.key, packet.overlapped)
    }
}

impl From<Words> for Packet {
    #[inline(always)]
    fn from(Words(outcome, key, overlapped): Words) -> Packet {
        Packet {
            outcome,
            key,
            overlapped,
        }
    }
}
