//! Waiting: for one thing, for any, for all, with or without completion routines running meanwhile.

use crate::error::{Error, Result, code};
use crate::routine;
use crate::sys::{self, Win32};
use Win32::Foundation::{HANDLE, WAIT_FAILED, WAIT_IO_COMPLETION, WAIT_TIMEOUT};
use Win32::System::Threading::{SleepEx, WaitForMultipleObjectsEx, WaitForSingleObject};
use std::marker::PhantomData;
use std::time::Duration;

/// The most objects one wait takes (WAIT-08).
pub const MAXIMUM_WAIT_OBJECTS: usize = 64;

/// Something a thread can wait for.
///
/// The objects of this crate implement it, and so does a [`Pending`](crate::Pending) operation. Implement it for a type
/// of your own by delegating to what it contains:
///
/// ```
/// use larboard::{Event, WaitHandle, Waitable, wait_any};
///
/// struct Client { done: Event }
/// impl Waitable for Client {
///     fn wait_handle(&self) -> WaitHandle<'_> { self.done.wait_handle() }
/// }
///
/// let clients = [Client { done: Event::manual(false)? }, Client { done: Event::manual(true)? }];
/// let objects: Vec<&dyn Waitable> = clients.iter().map(|client| client as _).collect();
/// assert_eq!(wait_any(&objects)?, 1);
/// # larboard::Result::Ok(())
/// ```
pub trait Waitable {
    /// What the wait functions wait for.
    fn wait_handle(&self) -> WaitHandle<'_>;
}

impl<W: Waitable + ?Sized> Waitable for &W {
    fn wait_handle(&self) -> WaitHandle<'_> {
        (**self).wait_handle()
    }
}

/// A handle that can be waited for, borrowed from the object it belongs to.
#[derive(Clone, Copy)]
pub struct WaitHandle<'a> {
    handle: HANDLE,
    object: PhantomData<&'a HANDLE>,
}

impl WaitHandle<'_> {
    /// # Safety
    ///
    /// The handle stays open for the lifetime the value is given, and denotes an object that waiting neither owns nor
    /// abandons.
    pub(crate) unsafe fn new(handle: HANDLE) -> Self {
        Self {
            handle,
            object: PhantomData,
        }
    }
}

/// How an alertable wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// This object of the slice was signalled, and its signal taken; with [`wait_all_alertable`] always 0, for all of
    /// them.
    Object(usize),
    /// At least one completion routine ran; no object was taken (`WAIT_IO_COMPLETION`, APC-05).
    Routine,
    /// The time ran out (`WAIT_TIMEOUT`).
    Timeout,
}

/// Waits until one of `objects` is signalled, and returns its index: the lowest, if several are (WAIT-10).
///
/// Stands for `WaitForMultipleObjects` with `bWaitAll` false.
///
/// # Errors
/// [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) for no object, or more than
/// [`MAXIMUM_WAIT_OBJECTS`] (WAIT-08).
///
/// ```
/// use larboard::{Event, wait_any};
/// let (first, second) = (Event::manual(false)?, Event::auto(true)?);
/// assert_eq!(wait_any(&[&first, &second])?, 1);
/// # larboard::Result::Ok(())
/// ```
pub fn wait_any(objects: &[&dyn Waitable]) -> Result<usize> {
    match wait_multiple(objects, false, None, false)? {
        Wake::Object(index) => Ok(index),
        Wake::Routine | Wake::Timeout => unreachable!("a wait without end that is not alertable"),
    }
}

/// As [`wait_any`], for at most `timeout`; `None` if it ran out.
///
/// ```
/// use larboard::{Event, wait_any_timeout};
/// use std::time::Duration;
///
/// let (first, second) = (Event::auto(false)?, Event::auto(false)?);
/// assert_eq!(wait_any_timeout(&[&first, &second], Duration::from_millis(1))?, None);
/// # larboard::Result::Ok(())
/// ```
///
/// # Errors
/// As [`wait_any`].
pub fn wait_any_timeout(objects: &[&dyn Waitable], timeout: Duration) -> Result<Option<usize>> {
    match wait_multiple(objects, false, Some(timeout), false)? {
        Wake::Object(index) => Ok(Some(index)),
        Wake::Routine | Wake::Timeout => Ok(None),
    }
}

/// As [`wait_any`], and meanwhile this thread's completion routines run; `None` waits for ever.
///
/// An object that is signalled already wins over routines that wait to run (APC-08). Stands for
/// `WaitForMultipleObjectsEx` with `bAlertable`.
///
/// ```
/// use larboard::{Event, Operation, Wake, net::UdpSocket, wait_any_alertable};
///
/// let (socket, stop) = (UdpSocket::bind("127.0.0.1:0")?, Event::auto(false)?);
/// socket.recv_from_then(Operation::new([0; 512]), |done| assert_eq!(done.operation.filled(), b"ahoy"))?;
/// socket.send_to(b"ahoy", socket.local_addr()?)?;
/// assert_eq!(wait_any_alertable(&[&stop], None)?, Wake::Routine);
/// stop.set();
/// assert_eq!(wait_any_alertable(&[&stop], None)?, Wake::Object(0));
/// # larboard::Result::Ok(())
/// ```
///
/// # Errors
/// As [`wait_any`].
///
/// # Panics
/// Continues the panic of a routine that panicked.
pub fn wait_any_alertable(objects: &[&dyn Waitable], timeout: Option<Duration>) -> Result<Wake> {
    wait_multiple(objects, false, timeout, true)
}

/// Waits until all `objects` are signalled at the same moment, and takes all signals at once; until then it takes none
/// (WAIT-11).
///
/// Stands for `WaitForMultipleObjects` with `bWaitAll` true.
///
/// # Errors
/// [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) for no object, more than [`MAXIMUM_WAIT_OBJECTS`]
/// (WAIT-08), or one of them named twice (WAIT-13).
///
/// ```
/// use larboard::{Event, code, wait_all};
/// let (first, second) = (Event::manual(true)?, Event::auto(true)?);
/// wait_all(&[&first, &second])?;
/// assert_eq!(wait_all(&[&first, &first]).unwrap_err().code(), code::ERROR_INVALID_PARAMETER);
/// # larboard::Result::Ok(())
/// ```
pub fn wait_all(objects: &[&dyn Waitable]) -> Result<()> {
    wait_multiple(objects, true, None, false).map(|_| ())
}

/// As [`wait_all`], for at most `timeout`; `false` if it ran out.
///
/// ```
/// use larboard::{Event, wait_all_timeout};
/// use std::time::Duration;
///
/// let (first, second) = (Event::auto(true)?, Event::auto(false)?);
/// assert!(!wait_all_timeout(&[&first, &second], Duration::from_millis(1))?);
/// second.set();
/// assert!(wait_all_timeout(&[&first, &second], Duration::ZERO)?); // `first` had not been taken alone
/// # larboard::Result::Ok(())
/// ```
///
/// # Errors
/// As [`wait_all`].
pub fn wait_all_timeout(objects: &[&dyn Waitable], timeout: Duration) -> Result<bool> {
    wait_multiple(objects, true, Some(timeout), false).map(|wake| wake != Wake::Timeout)
}

/// As [`wait_all`], and meanwhile this thread's completion routines run; `None` waits for ever.
///
/// # Errors
/// As [`wait_all`].
///
/// # Panics
/// Continues the panic of a routine that panicked.
pub fn wait_all_alertable(objects: &[&dyn Waitable], timeout: Option<Duration>) -> Result<Wake> {
    wait_multiple(objects, true, timeout, true)
}

/// Sleeps alertably: for `timeout` (`None`: for ever), or until completion routines of this thread have run, in which
/// case it is `true`.
///
/// Zero runs the routines that are due and returns at once (APC-10). Stands for `SleepEx` with `bAlertable`.
///
/// # Panics
/// Continues the panic of a routine that panicked.
///
/// ```
/// assert!(!larboard::sleep_alertable(Some(std::time::Duration::from_millis(1)))); // no routine is due
/// ```
pub fn sleep_alertable(timeout: Option<Duration>) -> bool {
    // SAFETY: takes no pointer. Routines that run meanwhile are this crate's own trampoline, which does not unwind.
    let result = unsafe { SleepEx(sys::milliseconds(timeout), 1) };
    routine::resume_panic();
    result == WAIT_IO_COMPLETION
}

/// Waits for one object, not alertably; `false` if the time ran out.
pub(crate) fn wait_one(object: &dyn Waitable, timeout: Option<Duration>) -> Result<bool> {
    // SAFETY: the handle is borrowed from `object`, which lives during the call.
    match unsafe { WaitForSingleObject(object.wait_handle().handle, sys::milliseconds(timeout)) } {
        WAIT_FAILED => Err(sys::last_error()),
        WAIT_TIMEOUT => Ok(false),
        _ => Ok(true),
    }
}

fn wait_multiple(
    objects: &[&dyn Waitable],
    all: bool,
    timeout: Option<Duration>,
    alertable: bool,
) -> Result<Wake> {
    if objects.len() > MAXIMUM_WAIT_OBJECTS {
        return Err(Error::from(code::ERROR_INVALID_PARAMETER));
    }
    let mut handles = [std::ptr::null_mut(); MAXIMUM_WAIT_OBJECTS];
    for (handle, object) in handles.iter_mut().zip(objects) {
        *handle = object.wait_handle().handle;
    }
    // SAFETY: the first `len` handles are borrowed from `objects`, which live during the call. Routines that run
    // meanwhile are this crate's own trampoline, which does not unwind.
    let result = unsafe {
        WaitForMultipleObjectsEx(
            objects.len() as u32,
            handles.as_ptr(),
            all.into(),
            sys::milliseconds(timeout),
            alertable.into(),
        )
    };
    if alertable {
        routine::resume_panic();
    }
    match result {
        WAIT_FAILED => Err(sys::last_error()),
        WAIT_TIMEOUT => Ok(Wake::Timeout),
        WAIT_IO_COMPLETION => Ok(Wake::Routine),
        index => Ok(Wake::Object(index as usize)),
    }
}
