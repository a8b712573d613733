//! Messages: a window's queue on this thread, and the closure that is its procedure.

mod async_select;
mod poster;
mod window;

pub use async_select::AsyncSelect;
pub use poster::Poster;

use crate::error::Result;
use crate::net::{NetworkEvent, NetworkEventSet, Socket, event_result};
use poster::Posted;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;
use window::{Arrived, Window};

/// A window that is never seen, and the loop that takes its messages: network events of sockets, values that other
/// threads post, timers.
///
/// It belongs to the thread that made it. [`run`](Self::run) handles one message at a time, in the order in which they
/// came (ASY-20, ASY-21); each goes to the closure, which stands for the window procedure. The type `M` is that of the
/// values that are posted.
///
/// ```
/// use larboard::message::{Message, MessageLoop};
///
/// let messages = MessageLoop::<&str>::new()?;
/// let poster = messages.poster();
/// let thread = std::thread::spawn(move || poster.post("ahoy"));
/// messages.run(|messages, message| match message {
///     Message::Posted(text) => {
///         assert_eq!(text, "ahoy");
///         messages.quit();
///     }
///     Message::Network { .. } | Message::Timer(_) => unreachable!("nobody asked for them"),
/// })?;
/// thread.join().unwrap()?;
/// # larboard::Result::Ok(())
/// ```
///
/// A server:
///
/// ```no_run
#[doc = include_str!("../../examples/messages.rs")]
/// ```
pub struct MessageLoop<M = ()> {
    window: Rc<Window>,
    posted: Posted<M>,
    quit: Cell<bool>,
}

/// What a window procedure is told.
#[derive(Debug)]
pub enum Message<M = ()> {
    /// Something has happened to a socket that was [selected](MessageLoop::select).
    Network {
        /// Which one. It is never told of a socket whose [`AsyncSelect`] has gone.
        socket: SocketId,
        /// What. The program may find that it no longer holds (ASY-13).
        event: NetworkEvent,
        /// How it went.
        result: Result<()>,
    },
    /// A value has been [posted](Poster::post).
    Posted(M),
    /// A [timer](MessageLoop::set_timer) has come round.
    Timer(TimerId),
}

/// Names a socket in the messages of its loop. No two sockets of a process ever have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(u64);

/// Names a timer in the messages of its loop. No two timers of a loop ever have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId(usize);

impl<M> MessageLoop<M> {
    /// A loop for this thread. Stands for `RegisterClass` and `CreateWindow`.
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn new() -> Result<Self> {
        let window = Window::create()?;
        Ok(Self {
            posted: Posted::new(&window),
            window,
            quit: Cell::new(false),
        })
    }

    /// Handles messages until [`quit`](Self::quit). Stands for the loop around `GetMessage` and `DispatchMessage`.
    ///
    /// Completion routines of this thread do not run meanwhile: `GetMessage` is not alertable.
    /// Messages for other windows of this thread are dispatched. A `WM_QUIT` for the thread ends the loop too.
    /// The closure may run the loop again: the inner one handles messages until it has quit in its turn.
    ///
    /// # Errors
    /// None that a valid window can cause.
    ///
    /// # Panics
    /// Continues a panic of the closure. The loop can be run again afterwards.
    pub fn run(&self, mut procedure: impl FnMut(&Self, Message<M>)) -> Result<()> {
        while !self.quit.take() {
            let Some(arrived) = self.window.next()? else {
                break;
            };
            if let Some(message) = self.message(arrived) {
                procedure(self, message);
            }
        }
        Ok(())
    }

    /// Ends [`run`](Self::run) after the message that is being handled; messages that wait stay for the next time.
    /// Stands for `PostQuitMessage`. For another thread's use there is [`Poster::quit`].
    pub fn quit(&self) {
        self.quit.set(true);
    }

    /// What other threads post with.
    #[must_use]
    pub fn poster(&self) -> Poster<M>
    where
        M: Send,
    {
        self.posted.poster()
    }

    /// Makes network events of the socket arrive as [`Message::Network`]. Stands for `WSAAsyncSelect`.
    ///
    /// What holds at this moment is told at once.
    ///
    /// # Errors
    /// [`WSAEALREADY`](crate::code::WSAEALREADY) if events are selected on it already.
    pub fn select<S: AsRef<Socket>>(
        &self,
        socket: S,
        events: impl Into<NetworkEventSet>,
    ) -> Result<AsyncSelect<S>> {
        AsyncSelect::create(&self.window, socket, events.into())
    }

    /// Sends [`Message::Timer`] every `period` (milliseconds, rounded up; at least 10 ms), until
    /// [`kill_timer`](Self::kill_timer). Stands for `SetTimer`.
    ///
    /// Other messages come first, and a timer that has come round several times meanwhile is told once.
    ///
    /// ```
    /// use larboard::message::{Message, MessageLoop};
    /// use std::time::Duration;
    ///
    /// let messages = MessageLoop::<()>::new()?;
    /// let pause = messages.set_timer(Duration::from_millis(10))?;
    /// messages.run(|messages, message| {
    ///     if let Message::Timer(timer) = message && timer == pause {
    ///         assert!(messages.kill_timer(pause));
    ///         messages.quit();
    ///     }
    /// })?;
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn set_timer(&self, period: Duration) -> Result<TimerId> {
        self.window.set_timer(period)
    }

    /// Ends a timer; `false` if it has ended already. Nothing is told of it any more. Stands for `KillTimer`.
    pub fn kill_timer(&self, timer: TimerId) -> bool {
        self.window.kill_timer(timer)
    }

    /// What has arrived, as the procedure is told it; nothing if it no longer matters.
    fn message(&self, arrived: Arrived) -> Option<Message<M>> {
        match arrived {
            Arrived::Network {
                id, event, error, ..
            } => Some(Message::Network {
                socket: id,
                event,
                result: event_result(error),
            }),
            Arrived::Timer(timer) => Some(Message::Timer(timer)),
            Arrived::Posted => match self.posted.take()? {
                poster::Item::Value(value) => Some(Message::Posted(value)),
                poster::Item::Quit => {
                    self.quit();
                    None
                }
            },
        }
    }
}

impl<M> Drop for MessageLoop<M> {
    fn drop(&mut self) {
        self.posted.close();
        self.window.destroy();
    }
}

impl<M> fmt::Debug for MessageLoop<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageLoop").finish_non_exhaustive()
    }
}
