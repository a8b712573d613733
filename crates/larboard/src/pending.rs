//! Operations in flight whose completion signals an event.

use crate::error::Result;
use crate::net::{Call, Socket, issue};
use crate::objects::Event;
use crate::operation::{Block, Done, Extra, Header, NotStarted, Operation, Route};
use crate::sys::Win32;
use crate::wait::{WaitHandle, Waitable};
use Win32::Foundation::HANDLE;
use Win32::System::IO::CancelIoEx;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::time::Duration;

/// How long a dropped operation is waited for. Cancelling takes effect at once; a system that does not let go keeps the
/// memory.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// An operation in flight. It completes by signalling an event of its own, so it can be [waited](Waitable) for beside
/// other objects, or asked.
///
/// Dropping it cancels the operation, and waits until the system has let go of the buffer; what a dropped receive had
/// received already is lost with it. If the thread that started the operation ends, the operation is cancelled
/// (CXL-12), and comes back with [`ERROR_OPERATION_ABORTED`](crate::code::ERROR_OPERATION_ABORTED).
///
/// ```
/// use larboard::{Event, Operation, code, net::UdpSocket, wait_any};
///
/// let (socket, stop) = (UdpSocket::bind("127.0.0.1:0")?, Event::manual(true)?);
/// let pending = socket.recv_from_overlapped(Operation::new([0; 512]))?;
/// assert_eq!(wait_any(&[&pending, &stop])?, 1);
/// let pending = pending.try_finish().unwrap_err(); // nothing has come
/// pending.cancel();
/// assert_eq!(pending.wait().bytes.unwrap_err().code(), code::ERROR_OPERATION_ABORTED);
/// # larboard::Result::Ok(())
/// ```
#[must_use = "dropping it cancels the operation"]
pub struct Pending<B, T = ()> {
    block: NonNull<Block<B, T>>,
}

impl<B, T> Pending<B, T> {
    /// Whether the operation is complete, so that waiting for it would not wait.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        // The event is set last: when it is, the system is through with the block, which a look at the status alone
        // would not tell.
        self.event().wait_timeout(Duration::ZERO).unwrap_or(false)
    }

    /// The result if there is one, otherwise the operation still in flight. Stands for `GetOverlappedResult` without
    /// waiting.
    ///
    /// # Errors
    /// Itself, if it is not complete (`ERROR_IO_INCOMPLETE`, OVL-27).
    pub fn try_finish(self) -> std::result::Result<Done<B, T>, Self> {
        if self.is_finished() {
            Ok(self.finish())
        } else {
            Err(self)
        }
    }

    /// Waits for the result. Stands for `GetOverlappedResult` with `bWait`.
    pub fn wait(self) -> Done<B, T> {
        while self.event().wait().is_err() {
            debug_assert!(false, "the operation's event cannot be waited for");
            std::thread::yield_now();
        }
        self.finish()
    }

    /// Waits for the result for at most `timeout`. Stands for `GetOverlappedResultEx`.
    ///
    /// # Errors
    /// Itself, if it is not complete by then.
    pub fn wait_timeout(self, timeout: Duration) -> std::result::Result<Done<B, T>, Self> {
        if self.event().wait_timeout(timeout).unwrap_or(false) {
            Ok(self.finish())
        } else {
            Err(self)
        }
    }

    /// Asks for cancellation; `false` if there is nothing to cancel any more. The operation still has to be waited for
    /// (CXL-03). Stands for `CancelIoEx`.
    pub fn cancel(&self) -> bool {
        // SAFETY: the OVERLAPPED is only compared; the socket is open (rule 5).
        unsafe { CancelIoEx(self.socket().raw() as HANDLE, self.header().as_ptr().cast()) != 0 }
    }

    pub(crate) fn start(
        socket: &Socket,
        mut operation: Operation<B, T>,
        call: &Call,
    ) -> std::result::Result<Self, NotStarted<B, T>> {
        if let Err(error) = prepare(socket, operation.header_mut(), call) {
            return Err(NotStarted { operation, error });
        }
        let pending = Self {
            block: operation.into_block(),
        };
        // SAFETY: the block is begun for this call and nobody else has it; on success it stays with `pending`, which
        // does not touch the buffer.
        match unsafe { issue(socket, pending.header(), call, None) } {
            Ok(()) => Ok(pending),
            Err(error) => {
                let mut operation = pending.take_back();
                operation.header_mut().not_started();
                Err(NotStarted { operation, error })
            }
        }
    }

    fn finish(self) -> Done<B, T> {
        let mut operation = self.take_back();
        let header = operation.header_mut();
        let socket = header.extra().socket.take();
        let bytes = socket.map_or(Ok(0), |socket| header.finish_asking(socket.raw()));
        Done { operation, bytes }
    }

    /// Only when the system is through with the block.
    fn take_back(self) -> Operation<B, T> {
        let pending = ManuallyDrop::new(self);
        // SAFETY: the operation is complete or was not started, as the callers know, and `pending` is forgotten.
        unsafe { Operation::from_block(pending.block) }
    }

    /// The event the completion signals. Nobody else gets at it: whoever could set it could have the block freed too
    /// early.
    fn event(&self) -> &Event {
        self.extra()
            .event
            .as_ref()
            .expect("an operation in flight by event has one")
    }

    fn socket(&self) -> &Socket {
        self.extra()
            .socket
            .as_ref()
            .expect("an operation in flight by event has its socket")
    }

    fn extra(&self) -> &Extra {
        // SAFETY: `start` put it there, and nobody else has the block but the system, which does not touch it.
        unsafe { Header::extra_in_flight(self.header()) }
    }

    fn header(&self) -> NonNull<Header> {
        self.block.cast()
    }
}

/// What an operation needs to go by event: the event, tagged so that no packet is queued (rule 4), and the socket held
/// open (rule 5).
fn prepare(socket: &Socket, header: &mut Header, call: &Call) -> Result<()> {
    header.begin(call.kind(), &call.range());
    header.route = Route::Event;
    let event = match header.extra().event.take() {
        Some(event) => event,
        None => Event::manual(false)?,
    };
    header.set_event(Some(&event));
    let extra = header.extra();
    extra.event = Some(event);
    extra.socket = Some(socket.clone());
    Ok(())
}

impl<B, T> Waitable for Pending<B, T> {
    fn wait_handle(&self) -> WaitHandle<'_> {
        self.event().wait_handle()
    }
}

impl<B, T> Drop for Pending<B, T> {
    fn drop(&mut self) {
        if !self.is_finished() {
            self.cancel();
        }
        if self.event().wait_timeout(GRACE).unwrap_or(false) {
            // SAFETY: the operation is complete, and this is the end of `self`.
            drop(unsafe { Operation::from_block(self.block) });
        }
    }
}

// SAFETY: buffer and data may be sent; the rest are handles.
unsafe impl<B: Send, T: Send> Send for Pending<B, T> {}
// SAFETY: a shared reference gives access to nothing but handles.
unsafe impl<B, T> Sync for Pending<B, T> {}

impl<B, T> fmt::Debug for Pending<B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
