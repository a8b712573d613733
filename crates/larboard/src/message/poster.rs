//! Values posted to a loop by any thread.

use super::window::{Target, Window};
use crate::error::{Error, Result, code};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Posts values to a [`MessageLoop`](super::MessageLoop), from any thread; a clone posts to the same loop.
///
/// ```
/// use larboard::{code, message::MessageLoop};
///
/// let messages = MessageLoop::<u32>::new()?;
/// let poster = messages.poster();
/// poster.post(1)?;
/// poster.clone().quit()?;
/// let mut posted = Vec::new();
/// messages.run(|_, message| posted.push(message))?;
/// assert_eq!(posted.len(), 1);
///
/// drop(messages);
/// assert_eq!(poster.post(2).unwrap_err().code(), code::ERROR_INVALID_WINDOW_HANDLE);
/// # larboard::Result::Ok(())
/// ```
pub struct Poster<M>(Arc<Mutex<Queue<M>>>);

/// The loop's end of the queue.
pub(super) struct Posted<M>(Arc<Mutex<Queue<M>>>);

/// What is posted.
pub(super) enum Item<M> {
    Value(M),
    Quit,
}

/// For each item a message is in the window's queue. The items themselves stay here, because a message is two numbers
/// that any program may send.
struct Queue<M> {
    items: VecDeque<Item<M>>,
    /// None when the loop has gone: another window may have its handle now.
    target: Option<Target>,
}

impl<M> Poster<M> {
    /// Posts a value; the loop's closure gets it as [`Message::Posted`](super::Message::Posted), after what waits
    /// already. Stands for `PostMessage`.
    ///
    /// # Errors
    /// [`ERROR_INVALID_WINDOW_HANDLE`](crate::code::ERROR_INVALID_WINDOW_HANDLE) if the loop has gone,
    /// [`ERROR_NOT_ENOUGH_QUOTA`](crate::code::ERROR_NOT_ENOUGH_QUOTA) if 10,000 messages wait. The value is dropped
    /// then.
    pub fn post(&self, value: M) -> Result<()> {
        self.put(Item::Value(value))
    }

    /// Ends [`run`](super::MessageLoop::run) when the messages before have been handled.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub fn quit(&self) -> Result<()> {
        self.put(Item::Quit)
    }

    fn put(&self, item: Item<M>) -> Result<()> {
        let mut queue = lock(&self.0);
        let Some(target) = queue.target else {
            return Err(Error::from(code::ERROR_INVALID_WINDOW_HANDLE));
        };
        queue.items.push_back(item);
        let posted = target.post();
        let refused = posted.is_err().then(|| queue.items.pop_back());
        drop(queue);
        drop(refused); // user code: not under the lock
        posted
    }
}

impl<M> Posted<M> {
    pub(super) fn new(window: &Window) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            items: VecDeque::new(),
            target: Some(window.target()),
        })))
    }

    pub(super) fn poster(&self) -> Poster<M> {
        Poster(Arc::clone(&self.0))
    }

    /// The first item, if there is one: a message that somebody else made up has none.
    pub(super) fn take(&self) -> Option<Item<M>> {
        lock(&self.0).items.pop_front()
    }

    pub(super) fn close(&self) {
        let mut queue = lock(&self.0);
        queue.target = None;
        let items = std::mem::take(&mut queue.items);
        drop(queue);
        drop(items); // user code: not under the lock
    }
}

fn lock<M>(queue: &Mutex<Queue<M>>) -> MutexGuard<'_, Queue<M>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<M> Clone for Poster<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M> fmt::Debug for Poster<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poster").finish_non_exhaustive()
    }
}
