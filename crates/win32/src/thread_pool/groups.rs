//! Cleanup groups: objects that are closed together (POOL-11).

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::Win32::System::Threading::PTP_CLEANUP_GROUP;
use windows_sys::core::BOOL;

use super::{Object, Registry};
use crate::guard::{infallible, win32};

/// Makes a group without members.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolCleanupGroup() -> PTP_CLEANUP_GROUP {
    win32(0, || {
        let id = super::number();
        GROUPS.insert(id, Arc::new(Group::default()));
        Ok(id)
    })
}

/// Closes all members: waits for their callbacks, or drops those that have not begun and tells their objects by the
/// callback of the environment. The members are not to be used any more (POOL-11).
///
/// # Safety
/// The callbacks of the members' environments may be called with the pointer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolCleanupGroupMembers(
    ptpcg: PTP_CLEANUP_GROUP,
    fcancelpendingcallbacks: BOOL,
    pvcleanupcontext: *mut c_void,
) {
    infallible((), || {
        let Some(group) = GROUPS.get(ptpcg) else {
            return;
        };
        let members = std::mem::take(&mut *group.lock());
        let cancels = fcancelpendingcallbacks != FALSE;
        for member in &members {
            (member.stop)(cancels);
            if cancels {
                member.object.cancel();
            }
        }
        for member in members {
            member.object.wait();
            if cancels && let Some(callback) = member.object.cancel_callback() {
                // SAFETY: this function's contract.
                unsafe { callback(member.object.context(), pvcleanupcontext) };
            }
        }
    });
}

/// Gives a group up, whose members have been closed.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolCleanupGroup(ptpcg: PTP_CLEANUP_GROUP) {
    infallible((), || drop(GROUPS.remove(ptpcg)));
}

static GROUPS: Registry<Group> = Registry::new();

/// The group of a number.
pub(super) fn find(id: PTP_CLEANUP_GROUP) -> Option<Arc<Group>> {
    GROUPS.get(id)
}

/// A group.
#[derive(Default)]
pub(crate) struct Group(Mutex<Vec<Member>>);

struct Member {
    object: Arc<Object>,
    /// Forgets the object, so that no callbacks come any more.
    stop: Box<dyn Fn(bool) + Send>,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, Vec<Member>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Has an object join the group of its environment. `stop` ends it; its argument says whether expiries and waits that have
/// not come are dropped.
pub(super) fn join(object: &Arc<Object>, stop: impl Fn(bool) + Send + 'static) {
    if let Some(group) = object.group() {
        group.lock().push(Member {
            object: object.clone(),
            stop: Box::new(stop),
        });
    }
}

/// The object was closed on its own.
pub(super) fn leave(object: &Arc<Object>) {
    if let Some(group) = object.group() {
        group
            .lock()
            .retain(|member| !Arc::ptr_eq(&member.object, object));
    }
}
