//! What travels with an overlapped operation: the lecture's SOCKETINFO, without the OVERLAPPED and the buffer, which
//! [`Operation`] has already.

use std::net::SocketAddr;
use std::ops::Range;

use larboard::{Operation, Result};

use super::journal::Journal;

/// A client, and how much of what it sent has gone back.
pub struct SocketInfo<S> {
    /// Its socket, which closes with the last operation.
    pub socket: S,
    /// Its address.
    pub peer: SocketAddr,
    /// Who is told what it does.
    pub journal: &'static Journal,
    received: usize,
    sent: usize,
}

/// An operation of a client whose socket is an `S`.
pub type Overlapped<S> = Operation<Vec<u8>, SocketInfo<S>>;

/// What to start after a completion.
pub enum Next {
    /// Everything has gone back: receive.
    Receive,
    /// This part of the buffer has to go back.
    Send(Range<usize>),
    /// The client has ended, or an operation has failed.
    End,
}

impl<S> SocketInfo<S> {
    /// A client that has not said anything yet, and its operation; `None` if there is no memory for it.
    pub fn operation(
        socket: S,
        peer: SocketAddr,
        buffer: usize,
        journal: &'static Journal,
    ) -> Option<Overlapped<S>> {
        let Some(buffer) = super::buffer(buffer, journal) else {
            drop(socket);
            journal.disconnected(peer);
            return None;
        };
        Some(Operation::with_data(
            buffer,
            Self {
                socket,
                peer,
                journal,
                received: 0,
                sent: 0,
            },
        ))
    }
}

/// Looks at the result of an operation: prints what was received, counts what was sent, and says what comes next.
#[track_caller]
pub fn next<S>(operation: &mut Overlapped<S>, bytes: Result<usize>) -> Next {
    let SocketInfo {
        peer,
        journal,
        received,
        ..
    } = *operation.data();
    let count = match bytes {
        Ok(0) => return Next::End,
        Ok(count) => count,
        Err(error) => {
            journal.error("WSAGetOverlappedResult()", error);
            return Next::End;
        }
    };
    if received == 0 {
        journal.received(peer, operation.filled());
        operation.data_mut().received = count;
    } else {
        operation.data_mut().sent += count;
    }
    let info = operation.data_mut();
    if info.sent < info.received {
        return Next::Send(info.sent..info.received);
    }
    (info.received, info.sent) = (0, 0);
    Next::Receive
}

/// Closes the client's socket and says so.
pub fn farewell<S>(operation: Overlapped<S>) {
    let SocketInfo { peer, journal, .. } = *operation.data();
    drop(operation);
    journal.disconnected(peer);
}
