//! The manager of services, which does not exist: a program that would install itself, or start another one, is told that
//! there is no database of services. It runs in the foreground instead.

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{
    ERROR_DATABASE_DOES_NOT_EXIST, ERROR_INVALID_HANDLE, FALSE, WIN32_ERROR,
};
use windows_sys::Win32::System::Services::{
    ENUM_SERVICE_TYPE, SC_HANDLE, SERVICE_ERROR, SERVICE_START_TYPE, SERVICE_STATUS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use crate::guard::win32;

/// Opens the database of services, of which there is none on Linux.
///
/// Errors: always null with `ERROR_DATABASE_DOES_NOT_EXIST`.
///
/// # Safety
/// Sound to call at any time, since nothing is read; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSCManagerW(
    _lpmachinename: PCWSTR,
    _lpdatabasename: PCWSTR,
    _dwdesiredaccess: u32,
) -> SC_HANDLE {
    none(ERROR_DATABASE_DOES_NOT_EXIST)
}

/// As [`OpenSCManagerW`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSCManagerA(
    _lpmachinename: PCSTR,
    _lpdatabasename: PCSTR,
    _dwdesiredaccess: u32,
) -> SC_HANDLE {
    none(ERROR_DATABASE_DOES_NOT_EXIST)
}

/// Opens a service of a database. No database can be opened, so there is no valid handle of one.
///
/// Errors: always null with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenServiceW(
    _hscmanager: SC_HANDLE,
    _lpservicename: PCWSTR,
    _dwdesiredaccess: u32,
) -> SC_HANDLE {
    none(ERROR_INVALID_HANDLE)
}

/// As [`OpenServiceW`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenServiceA(
    _hscmanager: SC_HANDLE,
    _lpservicename: PCSTR,
    _dwdesiredaccess: u32,
) -> SC_HANDLE {
    none(ERROR_INVALID_HANDLE)
}

/// Adds a service to a database, of which there is none.
///
/// Errors: always null with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateServiceW(
    _hscmanager: SC_HANDLE,
    _lpservicename: PCWSTR,
    _lpdisplayname: PCWSTR,
    _dwdesiredaccess: u32,
    _dwservicetype: ENUM_SERVICE_TYPE,
    _dwstarttype: SERVICE_START_TYPE,
    _dwerrorcontrol: SERVICE_ERROR,
    _lpbinarypathname: PCWSTR,
    _lploadordergroup: PCWSTR,
    _lpdwtagid: *mut u32,
    _lpdependencies: PCWSTR,
    _lpservicestartname: PCWSTR,
    _lppassword: PCWSTR,
) -> SC_HANDLE {
    none(ERROR_INVALID_HANDLE)
}

/// As [`CreateServiceW`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateServiceA(
    _hscmanager: SC_HANDLE,
    _lpservicename: PCSTR,
    _lpdisplayname: PCSTR,
    _dwdesiredaccess: u32,
    _dwservicetype: ENUM_SERVICE_TYPE,
    _dwstarttype: SERVICE_START_TYPE,
    _dwerrorcontrol: SERVICE_ERROR,
    _lpbinarypathname: PCSTR,
    _lploadordergroup: PCSTR,
    _lpdwtagid: *mut u32,
    _lpdependencies: PCSTR,
    _lpservicestartname: PCSTR,
    _lppassword: PCSTR,
) -> SC_HANDLE {
    none(ERROR_INVALID_HANDLE)
}

/// Closes a handle of a database or of a service, of which there are none.
///
/// Errors: always `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseServiceHandle(_hscobject: SC_HANDLE) -> BOOL {
    no_handle()
}

/// Starts a service.
///
/// Errors: as of [`CloseServiceHandle`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceW(
    _hservice: SC_HANDLE,
    _dwnumserviceargs: u32,
    _lpserviceargvectors: *const PCWSTR,
) -> BOOL {
    no_handle()
}

/// As [`StartServiceW`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceA(
    _hservice: SC_HANDLE,
    _dwnumserviceargs: u32,
    _lpserviceargvectors: *const PCSTR,
) -> BOOL {
    no_handle()
}

/// Sends a control code to a service.
///
/// Errors: as of [`CloseServiceHandle`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ControlService(
    _hservice: SC_HANDLE,
    _dwcontrol: u32,
    _lpservicestatus: *mut SERVICE_STATUS,
) -> BOOL {
    no_handle()
}

/// Takes a service out of its database.
///
/// Errors: as of [`CloseServiceHandle`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteService(_hservice: SC_HANDLE) -> BOOL {
    no_handle()
}

/// What a service does.
///
/// Errors: as of [`CloseServiceHandle`].
///
/// # Safety
/// As for [`OpenSCManagerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryServiceStatus(
    _hservice: SC_HANDLE,
    _lpservicestatus: *mut SERVICE_STATUS,
) -> BOOL {
    no_handle()
}

fn none(error: WIN32_ERROR) -> SC_HANDLE {
    win32(null_mut(), || Err(error.into()))
}

fn no_handle() -> BOOL {
    win32(FALSE, || Err(ERROR_INVALID_HANDLE.into()))
}
