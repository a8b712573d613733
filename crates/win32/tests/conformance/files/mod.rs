//! Files on a disk, folders, anonymous pipes.

mod folders;
mod moving;
mod opening;
mod pipes;
mod positions;
mod searching;

use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CreateFileW, FILE_SHARE_READ, FILE_SHARE_WRITE, ReadFile, WriteFile,
};
use crate::common::{Handle, last_error, wide};

/// A folder of its own, removed with all that is in it at the end of the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("larboard-files-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("make a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The wide name of something in the folder, with the separators of Windows.
    pub fn name(&self, name: &str) -> Vec<u16> {
        let folder = self.0.to_str().expect("a path that is text");
        wide(&format!("{folder}\\{name}"))
    }

    /// Makes a file.
    pub fn write(&self, name: &str, contents: &[u8]) {
        std::fs::write(self.0.join(name), contents).expect("write a file");
    }

    /// What a file has.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).expect("read a file")
    }

    /// Opens a file for reading and writing.
    pub fn open(&self, name: &str, disposition: u32) -> Result<Handle, u32> {
        self.open_for(name, GENERIC_READ | GENERIC_WRITE, disposition, 0)
    }

    /// Opens a file.
    pub fn open_for(
        &self,
        name: &str,
        access: u32,
        disposition: u32,
        flags: u32,
    ) -> Result<Handle, u32> {
        let name = self.name(name);
        let share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        let handle = call!(CreateFileW(
            name.as_ptr(),
            access,
            share,
            null(),
            disposition,
            flags,
            null_mut()
        ));
        if handle == INVALID_HANDLE_VALUE {
            return Err(last_error());
        }
        Ok(Handle::new(handle))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The folder for temporary files is cleaned up by others if this fails.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes synchronously: the count, or the error.
pub fn write(file: HANDLE, bytes: &[u8]) -> Result<u32, u32> {
    let mut count = 0;
    let length = bytes.len() as u32;
    let ok = call!(WriteFile(
        file,
        bytes.as_ptr(),
        length,
        &mut count,
        null_mut()
    ));
    if ok == 0 {
        Err(last_error())
    } else {
        Ok(count)
    }
}

/// Reads up to `length` bytes synchronously.
pub fn read(file: HANDLE, length: usize) -> Result<Vec<u8>, u32> {
    let mut bytes = vec![0; length];
    let mut count = 0;
    let ok = call!(ReadFile(
        file,
        bytes.as_mut_ptr(),
        length as u32,
        &mut count,
        null_mut()
    ));
    if ok == 0 {
        return Err(last_error());
    }
    bytes.truncate(count as usize);
    Ok(bytes)
}

/// True, or the last error.
#[track_caller]
pub fn done(ok: i32) -> Result<(), u32> {
    if ok == 0 { Err(last_error()) } else { Ok(()) }
}
