//! Files on a disk: as far as TransmitFile needs them.
//!
//! A disk file is never "not ready": reads and writes are done in the calling thread.

use parking_lot::Mutex;

use crate::status::Status;

/// A file on a disk, with the file pointer of its synchronous calls.
#[derive(Default)]
pub struct Disk {
    position: Mutex<u64>,
}

impl Disk {
    /// The file pointer.
    pub fn position(&self) -> u64 {
        *self.position.lock()
    }

    /// Reads at the file pointer and moves it. 0 bytes at the end of the file.
    ///
    /// # Safety
    /// `buffer` must be valid for writes of `length` bytes.
    pub unsafe fn read(&self, fd: i32, buffer: *mut u8, length: usize) -> Result<usize, Status> {
        let mut position = self.position.lock();
        // SAFETY: handed on to the caller.
        let n = unsafe { libc::pread(fd, buffer.cast(), length, *position as i64) };
        let n = usize::try_from(n).map_err(|_| Status::last_os_error())?;
        *position += n as u64;
        Ok(n)
    }

    /// Writes at the file pointer and moves it.
    ///
    /// # Safety
    /// `buffer` must be valid for reads of `length` bytes.
    pub unsafe fn write(&self, fd: i32, buffer: *const u8, length: usize) -> Result<usize, Status> {
        let mut position = self.position.lock();
        // SAFETY: handed on to the caller.
        let n = unsafe { libc::pwrite(fd, buffer.cast(), length, *position as i64) };
        let n = usize::try_from(n).map_err(|_| Status::last_os_error())?;
        *position += n as u64;
        Ok(n)
    }
}
