//! Creating and opening objects that may have a name (WAIT-20, WAIT-21).

use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_ALREADY_EXISTS, ERROR_INVALID_PARAMETER, FALSE, HANDLE, HANDLE_FLAG_INHERIT,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::core::BOOL;

use larboard_kernel::object::{Object, names};
use larboard_kernel::status::Status;

use crate::error::set_last_error;
use crate::guard::win32;
use crate::handles;

/// The reading of a name: none for a null pointer.
pub(crate) trait Name: FnOnce() -> Option<String> {}

impl<F: FnOnce() -> Option<String>> Name for F {}

/// A handle to a new object, or to the one that has the name already: then the last error is `ERROR_ALREADY_EXISTS`,
/// otherwise 0.
///
/// # Safety
/// `attributes` is null or valid for a read.
pub(crate) unsafe fn create<T: Object>(
    attributes: *const SECURITY_ATTRIBUTES,
    name: impl Name,
    make: impl FnOnce() -> Result<Arc<T>, Status>,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let (object, existed) = match normalize(name()) {
            Some(name) => names::create(&name, make)?,
            None => (make()? as _, false),
        };
        // SAFETY: this function's contract.
        let handle = unsafe { handles::open(object, attributes) }?;
        set_last_error(if existed { ERROR_ALREADY_EXISTS } else { 0 });
        Ok(handle)
    })
}

/// A handle to the object of a name.
pub(crate) fn open<T: Object>(inherits: BOOL, name: impl Name) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let name = name().ok_or(ERROR_INVALID_PARAMETER)?;
        let object =
            names::open::<T>(&normalize(Some(name)).ok_or(Status::OBJECT_NAME_NOT_FOUND)?)?;
        let handle = handles::table().insert(object)?;
        if inherits != FALSE {
            handles::table().set_flags(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)?;
        }
        Ok(handles::value(handle))
    })
}

/// The empty name is none, and the namespace of the session is the usual one.
pub(crate) fn normalize(name: Option<String>) -> Option<String> {
    let name = name?;
    let name = name.strip_prefix("Local\\").unwrap_or(&name);
    (!name.is_empty()).then(|| name.to_owned())
}
