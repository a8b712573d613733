//! The requests that wait in one direction of a file, oldest first.
//!
//! Nearly every connection has exactly one: a receive into one buffer, with an event at most. Such a [`Plain`] receive
//! stands here itself. So a connection that waits for its peer is one allocation, and a receive that pends and
//! completes makes none.
//!
//! Invariant: a plain receive is older than everything in the list: it is put here only when nothing waits.

use std::collections::VecDeque;

use super::request::{Completion, OverlappedPtr, Request};
use crate::device::Buffers;
use crate::device::socket::Operation;
use crate::device::socket::transfer::Receive;
use crate::object::event::Event;
use crate::sync::Arc;

/// The requests of one direction.
#[derive(Default)]
pub(super) struct Waiting {
    plain: Option<Plain>,
    // Boxed: there is one of these per connection, and few need it.
    #[allow(clippy::box_collection)]
    list: Option<Box<VecDeque<Request>>>,
}

/// A receive without flags into one buffer, reported by packet, event or file object.
pub(super) struct Plain {
    pub(super) overlapped: OverlappedPtr,
    pub(super) event: Option<Arc<Event>>,
    pub(super) base: *mut u8,
    pub(super) length: u32,
    pub(super) issuer: u32,
    pub(super) packet: bool,
}

// SAFETY: `base` is the application's buffer, which any thread may write to until completion, as with `Buffers`.
unsafe impl Send for Plain {}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_none() && self.list.as_ref().is_none_or(|list| list.is_empty())
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.plain.is_some()) + self.list.as_ref().map_or(0, |list| list.len())
    }

    pub(super) fn push(&mut self, request: Request) {
        let request = if self.is_empty() {
            match Plain::new(request) {
                Ok(plain) => {
                    self.plain = Some(plain);
                    return;
                }
                Err(request) => request,
            }
        } else {
            request
        };
        self.list.get_or_insert_default().push_back(request);
    }

    /// Puts a plain receive where nothing waits.
    #[inline]
    pub(super) fn put(&mut self, plain: Plain) {
        debug_assert!(self.is_empty());
        self.plain = Some(plain);
    }

    /// Buffer, length and OVERLAPPED of a plain receive without an event at the head.
    #[inline]
    pub(super) fn plain(&self) -> Option<(*mut u8, u32, OverlappedPtr)> {
        let plain = self.plain.as_ref().filter(|plain| plain.event.is_none())?;
        Some((plain.base, plain.length, plain.overlapped))
    }

    /// Takes the plain receive out.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Plain> {
        self.plain.take()
    }

    /// Lends the oldest operation to `f`.
    pub(super) fn with_front<R>(&mut self, f: impl FnOnce(&mut Operation) -> R) -> Option<R> {
        match &self.plain {
            // Nothing is kept of it between two attempts: it is finished by the first byte.
            Some(plain) => Some(f(&mut plain.operation())),
            None => {
                let front = self.list.as_mut()?.front_mut()?;
                Some(f(&mut front.operation))
            }
        }
    }

    pub(super) fn pop(&mut self) -> Option<Request> {
        match self.plain.take() {
            Some(plain) => Some(plain.into_request()),
            None => self.list.as_mut()?.pop_front(),
        }
    }

    /// Takes everything out, oldest first.
    pub(super) fn drain(&mut self) -> Vec<Request> {
        std::iter::from_fn(|| self.pop()).collect()
    }

    /// Takes out those for which `is` says yes, oldest first; the others keep their order.
    pub(super) fn extract(&mut self, is: impl Fn(&Request) -> bool) -> Vec<Request> {
        let (out, rest) = self.drain().into_iter().partition(is);
        for request in rest {
            self.push(request);
        }
        out
    }
}

impl Plain {
    fn new(mut request: Request) -> Result<Plain, Request> {
        let Operation::Receive(Receive {
            buffers,
            flags: 0,
            done: 0,
            rare: None,
        }) = &mut request.operation
        else {
            return Err(request);
        };
        let (&mut [part], None) = (buffers.parts(), &request.completion.rare) else {
            return Err(request);
        };
        let Ok(length) = u32::try_from(part.iov_len) else {
            return Err(request);
        };
        Ok(Plain {
            overlapped: request.completion.overlapped,
            event: request.completion.event.take(),
            base: part.iov_base.cast(),
            length,
            issuer: request.issuer,
            packet: request.completion.packet,
        })
    }

    fn operation(&self) -> Operation {
        Operation::Receive(Receive {
            buffers: Buffers::one(self.base, self.length as usize),
            flags: 0,
            done: 0,
            rare: None,
        })
    }

    fn into_request(self) -> Request {
        let operation = self.operation();
        let completion = Completion {
            overlapped: self.overlapped,
            event: self.event,
            packet: self.packet,
            rare: None,
        };
        Request::new(operation, completion, self.issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffers, Completion, Operation, OverlappedPtr, Receive, Request, Waiting};

    fn request(issuer: u32, operation: Operation) -> Request {
        let completion = Completion {
            overlapped: OverlappedPtr(std::ptr::null_mut()),
            event: None,
            packet: true,
            rare: None,
        };
        Request::new(operation, completion, issuer)
    }

    fn plain(issuer: u32) -> Request {
        let buffers = Buffers::one(std::ptr::null_mut(), 64);
        request(
            issuer,
            Operation::Receive(Receive {
                buffers,
                flags: 0,
                done: 0,
                rare: None,
            }),
        )
    }

    fn issuers(waiting: &mut Waiting) -> Vec<u32> {
        waiting
            .drain()
            .iter()
            .map(|request| request.issuer)
            .collect()
    }

    #[test]
    fn requests_leave_in_the_order_they_came() {
        let mut waiting = Waiting::default();
        assert!(waiting.is_empty() && waiting.pop().is_none());
        waiting.push(plain(1));
        waiting.push(plain(2));
        waiting.push(request(3, Operation::Never));
        assert_eq!(waiting.pop().map(|request| request.issuer), Some(1));
        waiting.push(plain(4));
        assert_eq!(waiting.len(), 3);
        assert_eq!(issuers(&mut waiting), [2, 3, 4]);
        assert!(waiting.is_empty());
    }

    #[test]
    fn a_single_plain_receive_needs_no_list() {
        let mut waiting = Waiting::default();
        waiting.push(plain(1));
        assert!(waiting.list.is_none() && waiting.len() == 1);
        let length = waiting.with_front(|operation| match operation {
            Operation::Receive(receive) => receive.buffers.total(),
            _ => 0,
        });
        assert_eq!(length, Some(64));
    }

    #[test]
    fn taking_some_out_keeps_the_order_of_both() {
        for pattern in 0..64u32 {
            let mut waiting = Waiting::default();
            (0..6).for_each(|i| waiting.push(plain(i)));
            let out = waiting.extract(|request| pattern >> request.issuer & 1 == 1);
            let (wanted, rest): (Vec<u32>, Vec<u32>) = (0..6).partition(|i| pattern >> i & 1 == 1);
            assert_eq!(out.iter().map(|r| r.issuer).collect::<Vec<_>>(), wanted);
            waiting.push(request(9, Operation::Never));
            assert_eq!(issuers(&mut waiting), [rest, vec![9]].concat());
        }
    }
}
