//! User APCs (APC-13).

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, HANDLE, PAPCFUNC,
};
use windows_sys::Win32::System::Threading::THREAD_SET_CONTEXT;

use larboard_kernel::object::apc::{self, Apc};

use crate::guard::win32;
use crate::{handles, threads};

/// Queues a call to a thread, which runs it in its next alertable wait, or before its start routine if it has not
/// begun to run (APC-02, APC-14).
///
/// Errors: 0 with `ERROR_GEN_FAILURE` for a thread that has ended, `ERROR_INVALID_HANDLE`, `ERROR_ACCESS_DENIED` for a
/// handle without `THREAD_SET_CONTEXT`, `ERROR_INVALID_PARAMETER` for a null routine (APC-13).
///
/// # Safety
/// The routine may be called once with the data, on the thread, in an alertable wait.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueueUserAPC(
    pfnapc: PAPCFUNC,
    hthread: HANDLE,
    dwdata: usize,
) -> u32 {
    win32(0, || {
        let thread = threads::get(hthread)?;
        if !handles::grants(hthread, THREAD_SET_CONTEXT) {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        let routine = pfnapc.ok_or(ERROR_INVALID_PARAMETER)?;
        apc::queue(
            &thread,
            Apc::User {
                routine,
                data: dwdata,
            },
        )?;
        Ok(1)
    })
}
