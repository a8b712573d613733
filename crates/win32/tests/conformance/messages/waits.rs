//! Waits for objects and messages: WAIT-43 to WAIT-46.

use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{WM_ONE, Window, drain, next, peek, post, window_of};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, HANDLE, WAIT_FAILED, WAIT_IO_COMPLETION,
    WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{SetEvent, SleepEx};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    MSG_WAIT_FOR_MULTIPLE_OBJECTS_EX_FLAGS, MWMO_ALERTABLE, MWMO_INPUTAVAILABLE, MWMO_WAITALL,
    MsgWaitForMultipleObjects, MsgWaitForMultipleObjectsEx, PM_NOREMOVE, PM_REMOVE, PostMessageW,
    QS_ALLINPUT, QS_POSTMESSAGE, QS_SENDMESSAGE, QS_TIMER, QUEUE_STATUS_FLAGS, SendNotifyMessageW,
    SetTimer, WM_TIMER, WaitMessage,
};
use crate::common::{
    Handle, LIMIT, QUIET, auto_event, event, in_own_thread, last_error, queue_apc, signalled,
    this_thread, while_waiting,
};

fn wait_ex(
    handles: &[HANDLE],
    milliseconds: u32,
    kinds: QUEUE_STATUS_FLAGS,
    flags: MSG_WAIT_FOR_MULTIPLE_OBJECTS_EX_FLAGS,
) -> u32 {
    call!(MsgWaitForMultipleObjectsEx(
        handles.len() as u32,
        handles.as_ptr(),
        milliseconds,
        kinds,
        flags
    ))
}

/// WAIT-43: MsgWaitForMultipleObjects(Ex) takes 0 to 63 objects, and says WAIT_OBJECT_0 plus their number when a message
/// has come.
#[test]
fn wait_43_the_message_stands_behind_the_objects() {
    in_own_thread(|| {
        let window = Window::plain();
        assert_eq!(wait_ex(&[], 0, QS_ALLINPUT, 0), WAIT_TIMEOUT);
        post(window.raw(), WM_ONE, 0);
        assert_eq!(wait_ex(&[], LIMIT, QS_ALLINPUT, 0), WAIT_OBJECT_0);

        let events: Vec<Handle> = (0..64).map(|_| event()).collect();
        let handles: Vec<HANDLE> = events.iter().map(|event| event.raw()).collect();
        assert_eq!(
            wait_ex(&handles[..63], LIMIT, QS_ALLINPUT, 0),
            WAIT_OBJECT_0 + 63
        );
        assert_eq!(wait_ex(&handles, 0, QS_ALLINPUT, 0), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        call!(SetEvent(handles[5]));
        assert_eq!(
            wait_ex(&handles[..63], LIMIT, QS_ALLINPUT, 0),
            WAIT_OBJECT_0 + 5
        );
        let wrong = [handles[0], 0x7abc_def0 as HANDLE];
        assert_eq!(wait_ex(&wrong, 0, QS_ALLINPUT, 0), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        assert_eq!(drain(), [(WM_ONE, 0)]);
    });
}

/// WAIT-43: Only messages of the kinds that are asked for end the wait; one from another thread ends it while it lasts.
#[test]
fn wait_43_only_the_kinds_asked_for() {
    in_own_thread(|| {
        let window = Window::plain();
        post(window.raw(), WM_ONE, 0);
        assert_eq!(wait_ex(&[], 0, QS_SENDMESSAGE | QS_TIMER, 0), WAIT_TIMEOUT);
        assert_eq!(wait_ex(&[], 0, QS_POSTMESSAGE, 0), WAIT_OBJECT_0);
        drain();
        assert_ne!(call!(SetTimer(window.raw(), 1, 10, None)), 0);
        assert_eq!(wait_ex(&[], QUIET, QS_POSTMESSAGE, 0), WAIT_TIMEOUT);
        assert_eq!(wait_ex(&[], LIMIT, QS_TIMER, 0), WAIT_OBJECT_0);
        assert_eq!(next().message, WM_TIMER);

        let address = window.address();
        let sender =
            while_waiting(move || call!(SendNotifyMessageW(window_of(address), WM_ONE, 0, 0)));
        assert_eq!(wait_ex(&[], LIMIT, QS_SENDMESSAGE, 0), WAIT_OBJECT_0);
        assert_ne!(sender.result(), 0);
    });
}

/// WAIT-44: A message that the thread has looked at, even without taking it, ends no further wait, unless the wait asks
/// for that with MWMO_INPUTAVAILABLE.
#[test]
fn wait_44_only_what_has_not_been_seen() {
    in_own_thread(|| {
        let window = Window::plain();
        post(window.raw(), WM_ONE, 1);
        assert_eq!(wait_ex(&[], 0, QS_ALLINPUT, 0), WAIT_OBJECT_0);
        assert!(peek(PM_NOREMOVE).is_some());
        assert_eq!(wait_ex(&[], 0, QS_ALLINPUT, 0), WAIT_TIMEOUT);
        assert_eq!(
            wait_ex(&[], 0, QS_ALLINPUT, MWMO_INPUTAVAILABLE),
            WAIT_OBJECT_0
        );
        assert_eq!(
            wait_ex(&[], 0, QS_ALLINPUT, 0),
            WAIT_TIMEOUT,
            "asking so does not make it new"
        );
        assert_eq!(
            call!(MsgWaitForMultipleObjects(0, null(), 0, 0, QS_ALLINPUT)),
            WAIT_TIMEOUT
        );
        post(window.raw(), WM_ONE, 2);
        assert_eq!(
            call!(MsgWaitForMultipleObjects(0, null(), 0, 0, QS_ALLINPUT)),
            WAIT_OBJECT_0
        );
        assert_eq!(drain(), [(WM_ONE, 1), (WM_ONE, 2)]);
        assert_eq!(
            wait_ex(&[], 0, QS_ALLINPUT, MWMO_INPUTAVAILABLE),
            WAIT_TIMEOUT
        );
    });
}

/// WAIT-44: WaitMessage waits for something that has not been seen.
#[test]
fn wait_44_wait_message_waits_for_news() {
    in_own_thread(|| {
        let window = Window::plain();
        post(window.raw(), WM_ONE, 1);
        assert!(peek(PM_NOREMOVE).is_some());
        let address = window.address();
        let poster = while_waiting(move || call!(PostMessageW(window_of(address), WM_ONE, 2, 0)));
        assert_ne!(call!(WaitMessage()), 0);
        assert_ne!(poster.result(), 0);
        assert_eq!(drain(), [(WM_ONE, 1), (WM_ONE, 2)]);
    });
}

/// WAIT-45: A message goes before an APC, which stays for the next wait; without MWMO_ALERTABLE no APC ends the wait.
#[test]
fn wait_45_the_message_goes_first() {
    in_own_thread(|| {
        let (window, thread) = (Window::plain(), this_thread());
        let ran = Arc::new(AtomicUsize::new(0));
        let queue = || {
            let ran = ran.clone();
            let queued = queue_apc(*thread, move || {
                ran.fetch_add(1, Ordering::SeqCst);
            });
            assert_ne!(queued, 0);
        };
        queue();
        post(window.raw(), WM_ONE, 0);
        assert_eq!(
            wait_ex(&[], LIMIT, QS_ALLINPUT, MWMO_ALERTABLE),
            WAIT_OBJECT_0
        );
        assert_eq!(ran.load(Ordering::SeqCst), 0);
        drain();
        assert_eq!(wait_ex(&[], QUIET, QS_ALLINPUT, 0), WAIT_TIMEOUT);
        assert_eq!(
            wait_ex(&[], LIMIT, QS_ALLINPUT, MWMO_ALERTABLE),
            WAIT_IO_COMPLETION
        );
        assert_eq!(ran.load(Ordering::SeqCst), 1);
        queue();
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
    });
}

/// WAIT-46: With MWMO_WAITALL the wait takes nothing until all objects are signalled and a message has come.
#[test]
fn wait_46_all_objects_and_a_message() {
    in_own_thread(|| {
        let window = Window::plain();
        let (first, second) = (auto_event(), auto_event());
        let handles = [first.raw(), second.raw()];
        let all = |milliseconds| wait_ex(&handles, milliseconds, QS_ALLINPUT, MWMO_WAITALL);
        call!(SetEvent(*first));
        call!(SetEvent(*second));
        assert_eq!(all(QUIET), WAIT_TIMEOUT, "no message");
        assert!(signalled(*first), "it was left alone");
        post(window.raw(), WM_ONE, 0);
        assert_eq!(all(QUIET), WAIT_TIMEOUT, "one object is missing");
        let setter = {
            let first = crate::common::duplicate(*first);
            while_waiting(move || call!(SetEvent(*first)))
        };
        assert_eq!(all(LIMIT), WAIT_OBJECT_0);
        assert_ne!(setter.result(), 0);
        assert!(!signalled(*first) && !signalled(*second), "both are taken");
        call!(SetEvent(*first));
        call!(SetEvent(*second));
        assert!(peek(PM_NOREMOVE).is_some());
        assert_eq!(all(0), WAIT_TIMEOUT, "the message has been seen");
        let address = window.address();
        let poster = while_waiting(move || call!(PostMessageW(window_of(address), WM_ONE, 0, 0)));
        assert_eq!(all(LIMIT), WAIT_OBJECT_0);
        assert_ne!(poster.result(), 0);
        assert!(peek(PM_REMOVE).is_some());
        let same = [first.raw(), first.raw()];
        assert_eq!(wait_ex(&same, 0, QS_ALLINPUT, MWMO_WAITALL), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    });
}
