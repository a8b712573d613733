//! Sections of a name that other processes of the same user find too.
//!
//! Such a section is a file in `/dev/shm`, in a folder of the user. Every section object holds a shared lock on its file, so
//! a file that can be locked alone is one that nobody has a handle of: what a process has left behind that was killed. It is
//! made anew, and removed by whoever closes the last handle. All of that happens under the lock of the folder.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_FILENAME_EXCED_RANGE, ERROR_NOT_ENOUGH_MEMORY,
};

use crate::error::Win32Error;

/// A section that is shared.
pub(super) struct Shared {
    path: PathBuf,
}

/// What was made or found.
pub(super) struct Found {
    pub(super) descriptor: OwnedFd,
    pub(super) size: u64,
    /// Another process has it already.
    pub(super) existed: bool,
    pub(super) shared: Shared,
}

/// Makes a section of a name, or finds the one that another process has. None where there is no place for it.
pub(super) fn create(name: &str, size: u64) -> Result<Option<Found>, Win32Error> {
    let Some(folder) = Folder::lock() else {
        return Ok(None);
    };
    let path = folder.place(name)?;
    let options = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let file = options.map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
    let existed = !take(&file, libc::LOCK_EX);
    if !existed {
        let made = file.set_len(0).and_then(|()| file.set_len(size));
        made.map_err(|_| {
            let _ = std::fs::remove_file(&path);
            ERROR_NOT_ENOUGH_MEMORY
        })?;
    }
    found(file, path, existed).map(Some)
}

/// The section of a name that another process has: `ERROR_FILE_NOT_FOUND` if none has.
pub(super) fn open(name: &str) -> Result<Found, Win32Error> {
    let folder = Folder::lock().ok_or(ERROR_FILE_NOT_FOUND)?;
    let path = folder.place(name)?;
    let file = OpenOptions::new().read(true).write(true).open(&path);
    let file = file.map_err(|_| ERROR_FILE_NOT_FOUND)?;
    if take(&file, libc::LOCK_EX) {
        // Left behind.
        let _ = std::fs::remove_file(&path);
        return Err(ERROR_FILE_NOT_FOUND.into());
    }
    found(file, path, true)
}

fn found(file: File, path: PathBuf, existed: bool) -> Result<Found, Win32Error> {
    let size = file.metadata().map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?.size();
    // Nobody else locks without the folder's lock, so this comes at once.
    take(&file, libc::LOCK_SH);
    Ok(Found {
        descriptor: file.into(),
        size,
        existed,
        shared: Shared { path },
    })
}

impl Shared {
    /// The last handle of this process is closed: the name goes if no other process has one.
    pub(super) fn close(&self, descriptor: &OwnedFd) {
        if let Some(_folder) = Folder::lock()
            && take(descriptor, libc::LOCK_EX)
        {
            let _ = std::fs::remove_file(&self.path);
        }
        // SAFETY: takes a descriptor and a number.
        unsafe { libc::flock(descriptor.as_raw_fd(), libc::LOCK_UN) };
    }
}

/// Locks a file if that needs no waiting.
fn take(file: &impl AsRawFd, how: i32) -> bool {
    // SAFETY: takes a descriptor and a number.
    unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) == 0 }
}

/// The folder of this user, locked.
struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    fn lock() -> Option<Self> {
        // SAFETY: takes nothing.
        let user = unsafe { libc::geteuid() };
        let path = Path::new("/dev/shm").join(format!("larboard-{user}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(_) => return None,
        }
        let folder = std::fs::symlink_metadata(&path).ok()?;
        // Somebody else may have made a folder of that name: it is not trusted.
        if !folder.is_dir() || folder.uid() != user || folder.permissions().mode() & 0o077 != 0 {
            return None;
        }
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(".lock"));
        let lock = lock.ok()?;
        // SAFETY: takes a descriptor and a number. It is held for a few system calls.
        while unsafe { libc::flock(lock.as_raw_fd(), libc::LOCK_EX) } != 0 {
            if Error::last_os_error().kind() != ErrorKind::Interrupted {
                return None;
            }
        }
        Some(Self { path, _lock: lock })
    }

    /// The file for a name: what may not stand in the name of a file is written in numbers.
    fn place(&self, name: &str) -> Result<PathBuf, Win32Error> {
        const LONGEST: usize = 255;
        let mut file = String::from("section-");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"_-".contains(&byte) {
                file.push(char::from(byte));
            } else {
                file.push_str(&format!("%{byte:02X}"));
            }
        }
        if file.len() > LONGEST {
            return Err(ERROR_FILENAME_EXCED_RANGE.into());
        }
        Ok(self.path.join(file))
    }
}
