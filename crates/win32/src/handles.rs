//! Handles of every kind: closing, duplicating, flags (HND).

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    DUPLICATE_CLOSE_SOURCE, DUPLICATE_HANDLE_OPTIONS, DUPLICATE_SAME_ACCESS,
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, HANDLE_FLAG_INHERIT,
    HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAGS, TRUE,
};
use windows_sys::Win32::Networking::WinSock::FD_CLOSE;
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::core::BOOL;

use larboard_kernel::io::file::File;
use larboard_kernel::io::selection;
use larboard_kernel::object::handle_table::{Handle, HandleTable, Pinned};
use larboard_kernel::object::thread::Thread;
use larboard_kernel::object::{Object, ObjectRef};

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::process;

/// Closes a handle of any kind; the last handle of an object ends what is pending on it (HND-11, HND-12, HND-15).
/// Pseudo handles are accepted and nothing happens (HND-07).
///
/// Errors: `ERROR_INVALID_HANDLE`, also for a handle that is protected from closing (HND-21).
///
/// # Safety
/// No code relies on the handle any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseHandle(hobject: HANDLE) -> BOOL {
    win32(FALSE, || {
        if pseudo(hobject).is_none() {
            close(hobject)?;
        }
        Ok(TRUE)
    })
}

/// Closes a handle. A window that network events of a socket go to hears that it is closed in this way (ASY-18).
fn close(handle: HANDLE) -> Result<(), Win32Error> {
    let selected = table().get_tagged::<File>(key(handle)).ok();
    let selected = selected.and_then(|file| Some((selection::hears_of_closing(&file)?, file)));
    table().close(key(handle))?;
    if let Some((sink, file)) = selected
        && file.handles().are_closed()
    {
        sink.tell(FD_CLOSE, 0);
    }
    Ok(())
}

/// Gives a second handle to the object of the first (HND-18). Pseudo handles become real ones (HND-07).
///
/// Both processes are this one. With `DUPLICATE_CLOSE_SOURCE` the source is closed even if the call fails (HND-19).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for unknown options or a null target without
/// `DUPLICATE_CLOSE_SOURCE`.
///
/// # Safety
/// `lptargethandle` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DuplicateHandle(
    hsourceprocesshandle: HANDLE,
    hsourcehandle: HANDLE,
    htargetprocesshandle: HANDLE,
    lptargethandle: *mut HANDLE,
    dwdesiredaccess: u32,
    binherithandle: BOOL,
    dwoptions: DUPLICATE_HANDLE_OPTIONS,
) -> BOOL {
    win32(FALSE, || {
        process::check_current(hsourceprocesshandle)?;
        let closes = dwoptions & DUPLICATE_CLOSE_SOURCE != 0;
        let access = (dwoptions & DUPLICATE_SAME_ACCESS == 0).then_some(dwdesiredaccess);
        let duplicate = process::check_current(htargetprocesshandle)
            .and_then(|()| check_options(dwoptions, is_bad(lptargethandle)))
            .and_then(|()| {
                duplicate(
                    hsourcehandle,
                    access,
                    binherithandle != FALSE,
                    is_bad(lptargethandle),
                )
            });
        if closes && pseudo(hsourcehandle).is_none() {
            close(hsourcehandle)?;
        }
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lptargethandle, duplicate?) };
        Ok(TRUE)
    })
}

/// Whether two handles denote the same object.
///
/// Errors: false with `ERROR_INVALID_HANDLE`; false with the last error untouched if the objects differ.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareObjectHandles(
    hfirstobjecthandle: HANDLE,
    hsecondobjecthandle: HANDLE,
) -> BOOL {
    win32(FALSE, || {
        let (first, second) = (any(hfirstobjecthandle)?, any(hsecondobjecthandle)?);
        Ok(BOOL::from(std::ptr::addr_eq(
            &raw const *first,
            &raw const *second,
        )))
    })
}

/// The flags of a handle: `HANDLE_FLAG_INHERIT`, `HANDLE_FLAG_PROTECT_FROM_CLOSE` (HND-21).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpdwflags` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetHandleInformation(hobject: HANDLE, lpdwflags: *mut u32) -> BOOL {
    win32(FALSE, || {
        let flags = table().flags(key(hobject))? & KNOWN_FLAGS;
        if is_bad(lpdwflags) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpdwflags, flags) };
        Ok(TRUE)
    })
}

/// Changes the flags of a handle that `dwmask` names (HND-21). Nothing inherits handles here, so
/// `HANDLE_FLAG_INHERIT` is only remembered.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_INVALID_PARAMETER` for unknown flags.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetHandleInformation(
    hobject: HANDLE,
    dwmask: u32,
    dwflags: HANDLE_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        if dwmask & !KNOWN_FLAGS != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        table().set_flags(key(hobject), dwmask, dwflags)?;
        Ok(TRUE)
    })
}

const KNOWN_FLAGS: u32 = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;

/// A handle made by `DuplicateHandle`: the kernel keeps it beside the flags Windows knows (HND-20).
const DUPLICATED: u32 = 1 << 31;
/// A handle with fewer rights than all; they stand from [`RIGHTS_SHIFT`] upwards.
const RESTRICTED: u32 = 1 << 30;
const RIGHTS_SHIFT: u32 = 8;
const RIGHTS: u32 = 0x1F_FFFF;

/// The table of the process.
pub(crate) fn table() -> &'static HandleTable {
    HandleTable::process()
}

/// A handle as the kernel takes it.
pub(crate) fn key(handle: HANDLE) -> Handle {
    Handle(handle.addr())
}

/// A handle as the caller takes it.
pub(crate) fn value(handle: Handle) -> HANDLE {
    std::ptr::without_provenance_mut(handle.0)
}

/// The object of one kind behind a handle: `ERROR_INVALID_HANDLE` if there is none or it is of another kind.
pub(crate) fn get<T: Object>(handle: HANDLE) -> Result<Pinned<'static, T>, Win32Error> {
    Ok(table().get_as(key(handle))?)
}

/// The counted reference behind a pin, lent without counting.
pub(crate) fn arc<'p, T: Object>(pinned: &'p Pinned<'static, T>) -> Lent<'p, T> {
    let object: *const T = &**pinned;
    // SAFETY: every object in the table is the inside of an `Arc` of its own type, which the pin keeps alive for as
    // long as it is lent; not being dropped, the reference made here gives nothing back that was not taken.
    let arc = ManuallyDrop::new(unsafe { Arc::from_raw(object) });
    Lent {
        arc,
        _pin: PhantomData,
    }
}

/// A counted reference that lives as long as a pin.
pub(crate) struct Lent<'p, T> {
    arc: ManuallyDrop<Arc<T>>,
    _pin: PhantomData<&'p T>,
}

impl<T> Deref for Lent<'_, T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.arc
    }
}

/// Any object, pseudo handles refused, without a reference of its own (HND-08).
pub(crate) fn pin(handle: HANDLE) -> Result<Pinned<'static, dyn Object>, Win32Error> {
    Ok(table().get(key(handle))?)
}

/// Any object, pseudo handles included.
pub(crate) fn any(handle: HANDLE) -> Result<ObjectRef, Win32Error> {
    match pseudo(handle) {
        Some(object) => Ok(object),
        None => real(handle),
    }
}

/// Any object, pseudo handles refused (HND-08).
pub(crate) fn real(handle: HANDLE) -> Result<ObjectRef, Win32Error> {
    Ok(table().get(key(handle))?.to_object())
}

/// Whether a handle was made by `DuplicateHandle` (HND-20).
pub(crate) fn is_duplicate(handle: HANDLE) -> bool {
    table()
        .flags(key(handle))
        .is_ok_and(|flags| flags & DUPLICATED != 0)
}

/// Whether a handle carries a right. Only handles that were duplicated or opened with fewer rights lack any.
pub(crate) fn grants(handle: HANDLE, right: u32) -> bool {
    let missing = |flags| flags & RESTRICTED != 0 && (flags >> RIGHTS_SHIFT) & right != right;
    pseudo(handle).is_some() || !table().flags(key(handle)).is_ok_and(missing)
}

/// A new handle for an object, inheritable if the attributes say so (HND-22).
///
/// # Safety
/// `attributes` is null or valid for a read.
pub(crate) unsafe fn open(
    object: ObjectRef,
    attributes: *const SECURITY_ATTRIBUTES,
) -> Result<HANDLE, Win32Error> {
    let handle = table().insert(object)?;
    // SAFETY: null or valid for a read by this function's contract.
    if !is_bad(attributes) && unsafe { attributes.read_unaligned() }.bInheritHandle != FALSE {
        table().set_flags(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)?;
    }
    Ok(value(handle))
}

/// A new handle for an object, inheritable or not.
pub(crate) fn inheritable(object: ObjectRef, inherits: BOOL) -> Result<HANDLE, Win32Error> {
    let handle = table().insert(object)?;
    if inherits != FALSE {
        table().set_flags(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)?;
    }
    Ok(value(handle))
}

fn pseudo(handle: HANDLE) -> Option<ObjectRef> {
    match handle.addr().cast_signed() {
        -1 => Some(process::current()),
        -2 => Some(Thread::with_current(|thread| thread.clone() as ObjectRef)),
        _ => None,
    }
}

fn check_options(options: DUPLICATE_HANDLE_OPTIONS, no_target: bool) -> Result<(), Win32Error> {
    let known = options & !(DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS) == 0;
    if known && (!no_target || options & DUPLICATE_CLOSE_SOURCE != 0) {
        Ok(())
    } else {
        Err(ERROR_INVALID_PARAMETER.into())
    }
}

fn duplicate(
    source: HANDLE,
    access: Option<u32>,
    inherits: bool,
    only_check: bool,
) -> Result<HANDLE, Win32Error> {
    let object = any(source)?;
    if only_check {
        return Ok(std::ptr::null_mut());
    }
    let before = table().flags(key(source)).unwrap_or_default();
    let rights = match access {
        // Generic and maximum rights are all rights.
        Some(rights) if rights & !RIGHTS == 0 => RESTRICTED | rights << RIGHTS_SHIFT,
        Some(_) => 0,
        None => before & (RESTRICTED | RIGHTS << RIGHTS_SHIFT),
    };
    let inherits = if inherits { HANDLE_FLAG_INHERIT } else { 0 };
    let handle = table().insert(object)?;
    table().set_flags(handle, u32::MAX, DUPLICATED | rights | inherits)?;
    Ok(value(handle))
}
