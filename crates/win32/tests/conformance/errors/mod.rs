//! The texts of errors (ERR).

mod format_message;

use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_MR_MID_NOT_FOUND, ERROR_NETNAME_DELETED,
    ERROR_OPERATION_ABORTED, NTSTATUS, RtlNtStatusToDosError, STATUS_ACCESS_DENIED,
    STATUS_CANCELLED, STATUS_CONNECTION_RESET, STATUS_INVALID_HANDLE, STATUS_SUCCESS,
};

/// ERR-07: The status in an OVERLAPPED becomes the error that GetLastError would tell; one that nobody knows is
/// ERROR_MR_MID_NOT_FOUND.
#[test]
fn err_07_status_codes_as_errors() {
    const UNKNOWN: NTSTATUS = 0xC0EE_1234_u32 as i32;
    for (status, error) in [
        (STATUS_SUCCESS, 0),
        (STATUS_ACCESS_DENIED, ERROR_ACCESS_DENIED),
        (STATUS_INVALID_HANDLE, ERROR_INVALID_HANDLE),
        (STATUS_CANCELLED, ERROR_OPERATION_ABORTED),
        (STATUS_CONNECTION_RESET, ERROR_NETNAME_DELETED),
        (UNKNOWN, ERROR_MR_MID_NOT_FOUND),
    ] {
        assert_eq!(call!(RtlNtStatusToDosError(status)), error, "{status:x}");
    }
}
