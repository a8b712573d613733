//! Random numbers, from getrandom(2).

use windows_sys::Win32::Foundation::{
    NTSTATUS, STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER, STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
};
use windows_sys::Win32::Security::Cryptography::{
    BCRYPT_ALG_HANDLE, BCRYPT_USE_SYSTEM_PREFERRED_RNG, BCRYPTGENRANDOM_FLAGS,
};

use crate::guard::{infallible, is_bad};
use crate::path::errno;

/// Fills a buffer with random bytes fit for keys. There are no algorithm handles: it is null, with
/// `BCRYPT_USE_SYSTEM_PREFERRED_RNG`.
///
/// Returns `STATUS_SUCCESS`; `STATUS_INVALID_HANDLE` for a handle or without that flag; `STATUS_INVALID_PARAMETER` for a
/// null buffer.
///
/// # Safety
/// The buffer is null or valid for writes of its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn BCryptGenRandom(
    halgorithm: BCRYPT_ALG_HANDLE,
    pbbuffer: *mut u8,
    cbbuffer: u32,
    dwflags: BCRYPTGENRANDOM_FLAGS,
) -> NTSTATUS {
    infallible(STATUS_UNSUCCESSFUL, || {
        if !halgorithm.is_null() || dwflags & BCRYPT_USE_SYSTEM_PREFERRED_RNG == 0 {
            return STATUS_INVALID_HANDLE;
        }
        if is_bad(pbbuffer) {
            return STATUS_INVALID_PARAMETER;
        }
        let mut done = 0;
        while done < cbbuffer as usize {
            let (to, left) = (pbbuffer.wrapping_add(done), cbbuffer as usize - done);
            // SAFETY: the rest of a buffer that is valid by this function's contract.
            match unsafe { libc::getrandom(to.cast(), left, 0) } {
                count @ 1.. => done += count.unsigned_abs(),
                _ if errno() == libc::EINTR => {}
                _ => return STATUS_UNSUCCESSFUL,
            }
        }
        STATUS_SUCCESS
    })
}
