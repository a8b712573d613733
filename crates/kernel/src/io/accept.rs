//! AcceptEx: the connection comes from the listener, the descriptor goes behind the acceptor's handle.
//!
//! Without a receive area the operation is over when a connection has come. With one it moves to the acceptor's queue
//! as a receive whose completion still belongs to the listener: packet, key, event and cancellation are the
//! listener's (OVL-86).

use super::cancel;
use super::complete::{self, Deliver, Finished};
use super::file::{File, Io};
use super::request::{self, Request};
use super::selection;
use crate::device::socket::address::Address;
use crate::device::socket::connect::{Accept, Output};
use crate::device::socket::transfer::Receive;
use crate::device::socket::{Operation, phase};
use crate::device::{Buffers, Device};
use crate::status::Status;
use crate::sync::{Arc, Weak};

/// What an address area needs beyond the address (OVL-81).
pub const PADDING: usize = 16;

/// A connection has come for the AcceptEx at the head of `listener`'s queue, which is locked.
pub(super) fn connected(
    listener: &File,
    listener_io: &mut Io,
    mut request: Request,
    deliver: Deliver<'_>,
) {
    let acceptor = request
        .completion
        .rare
        .as_mut()
        .and_then(|rare| rare.acceptor.take());
    let Operation::Accept(accept) = &mut request.operation else {
        return;
    };
    let result = match &acceptor {
        Some(acceptor) => install((listener, listener_io), acceptor, accept),
        None => Err(Status::CANCELLED),
    };
    let output = accept.output;
    match (result, acceptor) {
        (Ok(()), Some(acceptor)) if output.receive > 0 => {
            listener_io.forward(&acceptor);
            receive_first(listener, &acceptor, request, output);
        }
        (result, _) => {
            let status = result.err().unwrap_or(Status::SUCCESS);
            complete::complete(listener, request, Finished::failed(status, 0), deliver);
        }
    }
}

/// Puts the accepted descriptor behind the acceptor's handle and writes the addresses.
fn install(
    (listener, listener_io): (&File, &mut Io),
    acceptor: &Arc<File>,
    accept: &mut Accept,
) -> Result<(), Status> {
    let (Device::Socket(from), Device::Socket(to)) = (listener.device(), acceptor.device()) else {
        return Err(Status::OBJECT_TYPE_MISMATCH);
    };
    let Some(fd) = accept.accepted.take() else {
        return Err(Status::CANCELLED);
    };
    let local = listener_io.address_of_accepted(fd);
    // Until it is updated the socket has its own options, not the listener's (OVL-87).
    if from.is(phase::OPTIONS) || to.is(phase::OPTIONS) {
        acceptor.with_fd(|old| to.copy_options(old, fd))?;
    }
    acceptor.replace_fd(fd)?;
    acceptor.accepted();
    to.connected(phase::ACCEPT_CONTEXT);
    selection::changed(acceptor);
    // SAFETY: the application keeps the output buffer valid until completion.
    unsafe { write_addresses(accept.output, &local, &accept.peer) };
    Ok(())
}

/// Lays the addresses out where GetAcceptExSockaddrs finds them: each area begins with its address, in Windows'
/// layout, and ends with the address's length as four bytes.
///
/// # Safety
/// The output buffer must be valid.
unsafe fn write_addresses(output: Output, local: &Address, remote: &Address) {
    let mut at = output.receive as usize;
    for (address, room) in [
        (local, output.local as usize),
        (remote, output.remote as usize),
    ] {
        let (bytes, length) = address.to_windows();
        if room >= length + 4 {
            // SAFETY: the area of `room` bytes lies at `at` in the buffer.
            unsafe {
                let area = output.buffer.add(at);
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), area, length);
                area.add(room - 4)
                    .cast::<u32>()
                    .write_unaligned(length as u32);
            }
        }
        at += room;
    }
}

/// The rest of the operation: a receive on the acceptor, completed in the name of the listener.
fn receive_first(listener: &File, acceptor: &Arc<File>, request: Request, output: Output) {
    let mut completion = request.completion;
    let home = completion.rare.get_or_insert_default().listener.take();
    completion.rare.get_or_insert_default().home = home;
    let operation = Operation::Receive(Receive {
        buffers: Buffers::one(output.buffer, output.receive as usize),
        flags: 0,
        done: 0,
        rare: None,
    });
    let request = Request::new(operation, completion, request.issuer);
    if let Err((status, request)) = request::enqueue(acceptor, request) {
        complete::complete(
            listener,
            request,
            Finished::failed(status, 0),
            &mut complete::post,
        );
    }
}

/// The listener is gone: operations that wait for data on their acceptors end with it (OVL-85).
pub(super) fn listener_closed(listener: &File, acceptors: Vec<Weak<File>>) {
    for acceptor in acceptors.iter().filter_map(Weak::upgrade) {
        cancel::cancel_queued(&acceptor, |request| {
            request
                .completion
                .home()
                .is_some_and(|home| std::ptr::eq(&**home, listener))
        });
    }
}

/// The acceptor is gone before a connection came: its AcceptEx ends (OVL-85).
pub(super) fn acceptor_closed(listener: &Arc<File>, acceptor: &File) {
    cancel::cancel_queued(listener, |request| {
        let given = request
            .completion
            .rare
            .as_ref()
            .and_then(|rare| rare.acceptor.as_ref());
        given.is_some_and(|given| std::ptr::eq(&**given, acceptor))
    });
}
