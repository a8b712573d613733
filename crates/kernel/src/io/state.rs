//! What the poller and the callers of a file tell each other, in one word, next to the file's modes.
//!
//! - READY: an edge has come since the last attempt began. LASTING: and no further one may come.
//! - PENDING: requests wait, or did when a token last looked.
//! - TOKEN: somebody is on the way to perform what waits.
//!
//! A caller clears READY, makes its attempt, and if that has to wait puts the request into its queue, sets PENDING and
//! looks at READY: if it is set again, an edge has come meanwhile and it tries again. The poller sets READY and in the
//! same step looks at PENDING: if it is set, it makes a token. Both are read-modify-writes of one word, so one of the
//! two sees the other. The caller holds the file's lock all the while, and so does whoever redeems a token: the request
//! that PENDING speaks of is in the queue by the time the token is redeemed.
//!
//! PENDING stays when the requests have gone, until a token finds nothing to do: usually the next request is there
//! before the next edge. While it is set a caller need not write: every edge makes a token.

use crate::device::Direction;
use crate::engine::Readiness;
use crate::sync::{AtomicU32, Ordering};

const READY_IN: u32 = 0x01;
const READY_OUT: u32 = 0x02;
const LASTING: u32 = 0x04;
const PENDING_IN: u32 = 0x08;
const PENDING_OUT: u32 = 0x10;
const TOKEN: u32 = 0x20;
const PENDING_URGENT: u32 = 0x80;
/// A mode: `io::file::SELECTED`.
const SELECTED: u32 = 0x1000;

/// The word.
pub struct State(AtomicU32);

impl State {
    /// The state of a new file. `modes` are bits of 0x100 and above.
    pub fn new(modes: u32) -> State {
        State(AtomicU32::new(modes | READY_IN | READY_OUT))
    }

    /// Are all of these mode bits set?
    #[inline]
    pub fn has(&self, modes: u32) -> bool {
        self.0.load(Ordering::Relaxed) & modes == modes
    }

    /// Of the bits in `among`, are just `these` set?
    #[inline]
    pub fn has_of(&self, these: u32, among: u32) -> bool {
        self.0.load(Ordering::Relaxed) & among == these
    }

    /// Clears mode bits.
    pub fn remove(&self, modes: u32) {
        self.0.fetch_and(!modes, Ordering::AcqRel);
    }

    /// Sets mode bits.
    pub fn add(&self, modes: u32) {
        self.0.fetch_or(modes, Ordering::Relaxed);
    }

    /// An edge from the poller. True if a token has to be queued: requests wait for it and no token is under way.
    pub fn note_edge(&self, readiness: Readiness) -> bool {
        let mut bits = 0;
        let mut waiting = SELECTED;
        if readiness.readable {
            bits |= READY_IN;
            waiting |= PENDING_IN | PENDING_URGENT;
        }
        if readiness.writable {
            bits |= READY_OUT;
            waiting |= PENDING_OUT;
        }
        if readiness.lasting {
            bits |= LASTING;
        }
        let mut before = self.0.load(Ordering::Relaxed);
        loop {
            let token = if before & waiting != 0 { TOKEN } else { 0 };
            let after = before | bits | token;
            let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
            match self
                .0
                .compare_exchange_weak(before, after, success, failure)
            {
                Ok(_) => return token != 0 && before & TOKEN == 0,
                Err(now) => before = now,
            }
        }
    }

    /// The token of `note_edge` has been taken off its queue. True if reading is worth an attempt; READY is cleared.
    #[inline]
    pub fn take_token(&self) -> bool {
        let before = self.0.fetch_and(!(TOKEN | READY_IN), Ordering::AcqRel);
        before & (READY_IN | LASTING) != 0
    }

    /// Has there ever been an edge of another kind than "readable" and "writable"?
    pub fn is_lasting(&self) -> bool {
        self.0.load(Ordering::Acquire) & LASTING != 0
    }

    /// Is an attempt worth a system call?
    #[inline]
    pub fn is_ready(&self, direction: Direction) -> bool {
        direction != Direction::In || self.0.load(Ordering::Acquire) & (READY_IN | LASTING) != 0
    }

    /// Before an attempt: what comes from now on is a new edge.
    #[inline]
    pub fn clear_ready(&self, direction: Direction) {
        self.0.fetch_and(!ready_bit(direction), Ordering::AcqRel);
    }

    /// After an attempt that may not have drained the descriptor.
    #[inline]
    pub fn mark_ready(&self, direction: Direction) {
        self.0.fetch_or(ready_bit(direction), Ordering::AcqRel);
    }

    /// Did an edge come since `clear_ready`?
    #[inline]
    pub fn became_ready(&self, direction: Direction) -> bool {
        self.0.load(Ordering::Acquire) & ready_bit(direction) != 0
    }

    /// Before a new registration, which will report what there is to read.
    pub fn forget_readable(&self) {
        self.0.fetch_and(!(READY_IN | LASTING), Ordering::AcqRel);
    }

    /// A request waits. True if an edge came before the poller could know.
    #[inline]
    pub fn mark_pending(&self, direction: Direction) -> bool {
        let mut before = self.0.load(Ordering::Acquire);
        if before & pending_bit(direction) == 0 {
            before = self.0.fetch_or(pending_bit(direction), Ordering::AcqRel);
        }
        before & ready_bit(direction) != 0
    }

    /// No request waits, as a token has found.
    #[inline]
    pub fn clear_pending(&self, direction: Direction) {
        if self.0.load(Ordering::Relaxed) & pending_bit(direction) != 0 {
            self.0.fetch_and(!pending_bit(direction), Ordering::AcqRel);
        }
    }
}

fn ready_bit(direction: Direction) -> u32 {
    match direction {
        Direction::In => READY_IN,
        Direction::Out => READY_OUT,
        Direction::Urgent => 0,
    }
}

fn pending_bit(direction: Direction) -> u32 {
    match direction {
        Direction::In => PENDING_IN,
        Direction::Out => PENDING_OUT,
        Direction::Urgent => PENDING_URGENT,
    }
}
