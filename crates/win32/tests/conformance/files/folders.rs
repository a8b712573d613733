//! Folders, attributes, whole names, names for temporary files.

use std::ffi::CString;
use std::ptr::{null, null_mut};

use super::{Folder, done};
use crate::common::w::Win32::Foundation::{
    ERROR_ALREADY_EXISTS, ERROR_DIR_NOT_EMPTY, ERROR_DIRECTORY, ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER, ERROR_PATH_NOT_FOUND,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CreateDirectoryA, CreateDirectoryW, FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_DIRECTORY,
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY, GetDiskFreeSpaceExW,
    GetFileAttributesA, GetFileAttributesExW, GetFileAttributesW, GetFileExInfoStandard,
    GetFullPathNameA, GetFullPathNameW, GetLongPathNameW, GetTempFileNameW, GetTempPathA,
    GetTempPathW, INVALID_FILE_ATTRIBUTES, RemoveDirectoryA, RemoveDirectoryW, SetFileAttributesW,
    WIN32_FILE_ATTRIBUTE_DATA,
};
use crate::common::w::Win32::System::Environment::{
    GetCurrentDirectoryA, GetCurrentDirectoryW, SetCurrentDirectoryW,
};
use crate::common::{last_error, wide};

fn make(name: &[u16]) -> Result<(), u32> {
    done(call!(CreateDirectoryW(name.as_ptr(), null())))
}

fn remove(name: &[u16]) -> Result<(), u32> {
    done(call!(RemoveDirectoryW(name.as_ptr())))
}

fn attributes(name: &[u16]) -> Result<u32, u32> {
    match call!(GetFileAttributesW(name.as_ptr())) {
        INVALID_FILE_ATTRIBUTES => Err(last_error()),
        attributes => Ok(attributes),
    }
}

fn text(units: &[u16]) -> String {
    String::from_utf16(units).expect("text")
}

/// Folders are made one by one and removed when they are empty.
#[test]
fn folders_come_and_go() {
    let folder = Folder::new();
    let (log, day) = (folder.name("로그"), folder.name("로그\\day"));
    assert_eq!(make(&day), Err(ERROR_PATH_NOT_FOUND));
    assert_eq!(make(&log), Ok(()));
    assert_eq!(make(&log), Err(ERROR_ALREADY_EXISTS));
    assert_eq!(make(&day), Ok(()));
    assert!(folder.path().join("로그/day").is_dir());
    assert_eq!(remove(&log), Err(ERROR_DIR_NOT_EMPTY));
    assert_eq!(remove(&day), Ok(()));
    assert_eq!(remove(&day), Err(ERROR_FILE_NOT_FOUND));
    folder.write("file", b"");
    assert_eq!(remove(&folder.name("file")), Err(ERROR_DIRECTORY));
    let narrow = folder
        .path()
        .join("narrow")
        .into_os_string()
        .into_encoded_bytes();
    let narrow = CString::new(narrow).expect("a name");
    assert_eq!(
        done(call!(CreateDirectoryA(narrow.as_ptr().cast(), null()))),
        Ok(())
    );
    assert_eq!(
        done(call!(RemoveDirectoryA(narrow.as_ptr().cast()))),
        Ok(())
    );
}

/// DEV-19: Attributes tell folders, read-only and hidden files; the read-only one can be set and cleared.
#[test]
fn dev_19_attributes() {
    let folder = Folder::new();
    folder.write("a", b"12345");
    folder.write(".hidden", b"");
    let (file, archive) = (folder.name("a"), FILE_ATTRIBUTE_ARCHIVE);
    assert_eq!(attributes(&folder.name(".")), Ok(FILE_ATTRIBUTE_DIRECTORY));
    assert_eq!(attributes(&file), Ok(archive));
    assert_eq!(
        attributes(&folder.name(".hidden")),
        Ok(archive | FILE_ATTRIBUTE_HIDDEN)
    );
    assert_eq!(attributes(&folder.name("b")), Err(ERROR_FILE_NOT_FOUND));
    assert_eq!(attributes(&folder.name("b\\c")), Err(ERROR_PATH_NOT_FOUND));
    let set = |wanted| done(call!(SetFileAttributesW(file.as_ptr(), wanted)));
    assert_eq!(set(FILE_ATTRIBUTE_READONLY), Ok(()));
    assert_eq!(attributes(&file), Ok(archive | FILE_ATTRIBUTE_READONLY));
    assert_eq!(set(FILE_ATTRIBUTE_NORMAL), Ok(()));
    assert_eq!(attributes(&file), Ok(archive));
    let missing = call!(GetFileAttributesA(c"no such file".as_ptr().cast()));
    assert_eq!(missing, INVALID_FILE_ATTRIBUTES);
}

/// GetFileAttributesEx tells attributes, size and times at once.
#[test]
fn attributes_with_size() {
    let folder = Folder::new();
    folder.write("a", b"12345");
    let name = folder.name("a");
    let mut data = WIN32_FILE_ATTRIBUTE_DATA::default();
    let to = (&raw mut data).cast();
    let ok = call!(GetFileAttributesExW(
        name.as_ptr(),
        GetFileExInfoStandard,
        to
    ));
    assert_eq!(done(ok), Ok(()));
    assert_eq!(
        (data.dwFileAttributes, data.nFileSizeLow),
        (FILE_ATTRIBUTE_ARCHIVE, 5)
    );
    let ok = call!(GetFileAttributesExW(name.as_ptr(), 1, to));
    assert_eq!(done(ok), Err(ERROR_INVALID_PARAMETER));
}

/// A whole name has no `.` and `..`, and tells where its last part begins; a short buffer is told the length needed.
#[test]
fn whole_names() {
    let full = |name: &str| {
        let (name, mut buffer, mut part) = (wide(name), [0u16; 260], null_mut());
        let to = buffer.as_mut_ptr();
        let length = call!(GetFullPathNameW(name.as_ptr(), 260, to, &mut part)) as usize;
        let at = (!part.is_null()).then(|| (part.addr() - to.addr()) / 2);
        let last = at.map(|at| text(&buffer[at..length]));
        (text(&buffer[..length]), last)
    };
    let (whole, last) = full("\\a\\.\\b\\..\\c.txt");
    assert!(whole.ends_with("\\a\\c.txt"), "{whole}");
    assert_eq!(last.as_deref(), Some("c.txt"));
    assert_eq!(full("\\a\\b\\").1, None);
    let (whole, last) = full("relative");
    assert!(whole.ends_with("\\relative") && whole.len() > 9, "{whole}");
    assert_eq!(last.as_deref(), Some("relative"));
    let name = wide("\\a\\b");
    let needed = call!(GetFullPathNameW(
        name.as_ptr(),
        2,
        [0u16; 2].as_mut_ptr(),
        null_mut()
    ));
    assert_eq!(needed as usize, full("\\a\\b").0.len() + 1);
    let empty = call!(GetFullPathNameA(
        c"".as_ptr().cast(),
        0,
        null_mut(),
        null_mut()
    ));
    assert_eq!((empty, last_error()), (0, ERROR_PATH_NOT_FOUND));
}

/// A long name is that of something that is there.
#[test]
fn long_names() {
    let folder = Folder::new();
    folder.write("a.txt", b"");
    let mut buffer = [0u16; 260];
    let name = folder.name("a.txt");
    let length = call!(GetLongPathNameW(name.as_ptr(), buffer.as_mut_ptr(), 260)) as usize;
    assert_eq!(text(&buffer[..length]), text(&name[..name.len() - 1]));
    let name = folder.name("b.txt");
    let length = call!(GetLongPathNameW(name.as_ptr(), buffer.as_mut_ptr(), 260));
    assert_eq!((length, last_error()), (0, ERROR_FILE_NOT_FOUND));
}

/// The working folder is told whole, its length with the terminator if the buffer is short, and can be set.
#[test]
fn the_working_folder() {
    let mut buffer = [0u16; 260];
    let length = call!(GetCurrentDirectoryW(260, buffer.as_mut_ptr()));
    assert!(length > 0 && buffer[length as usize] == 0);
    assert_eq!(call!(GetCurrentDirectoryW(0, null_mut())), length + 1);
    assert_eq!(
        call!(GetCurrentDirectoryA(1, [0u8].as_mut_ptr())),
        length + 1
    );
    // The tests share it: it is set to what it is.
    assert_eq!(done(call!(SetCurrentDirectoryW(buffer.as_ptr()))), Ok(()));
    let folder = Folder::new();
    let missing = done(call!(SetCurrentDirectoryW(folder.name("b").as_ptr())));
    assert_eq!(missing, Err(ERROR_FILE_NOT_FOUND));
    folder.write("file", b"");
    let file = done(call!(SetCurrentDirectoryW(folder.name("file").as_ptr())));
    assert_eq!(file, Err(ERROR_DIRECTORY));
}

/// The folder for temporary files ends with a separator; names in it are new, and their files are made.
#[test]
fn temporary_names() {
    let mut buffer = [0u16; 260];
    let length = call!(GetTempPathW(260, buffer.as_mut_ptr())) as usize;
    assert!(text(&buffer[..length]).ends_with('\\'));
    assert_eq!(call!(GetTempPathA(0, null_mut())) as usize, length + 1);
    let folder = Folder::new();
    let path = wide(folder.path().to_str().expect("text"));
    let prefix = wide("echo");
    let name = |number| {
        let mut name = [0u16; 260];
        let to = name.as_mut_ptr();
        let unique = call!(GetTempFileNameW(path.as_ptr(), prefix.as_ptr(), number, to));
        let end = name.iter().position(|&unit| unit == 0).expect("an end");
        (unique, text(&name[..end]))
    };
    let (first, second) = (name(0), name(0));
    assert!(first.0 != 0 && first.1 != second.1);
    assert!(
        first.1.ends_with(&format!("\\ech{:X}.TMP", first.0)),
        "{}",
        first.1
    );
    assert_eq!(
        std::fs::read_dir(folder.path())
            .expect("the folder")
            .count(),
        2
    );
    let (unique, given) = name(0x1a2b);
    assert!(
        unique == 0x1a2b && given.ends_with("\\ech1A2B.TMP"),
        "{given}"
    );
    let nowhere = folder.name("nowhere");
    let mut to = [0u16; 260];
    let refused = call!(GetTempFileNameW(
        nowhere.as_ptr(),
        prefix.as_ptr(),
        0,
        to.as_mut_ptr()
    ));
    assert_eq!((refused, last_error()), (0, ERROR_DIRECTORY));
}

/// The space of a device: what is free for this user is at most what is free, and that at most all.
#[test]
fn space_on_a_device() {
    let (mut mine, mut all, mut free) = (0, 0, 0);
    let ok = call!(GetDiskFreeSpaceExW(null(), &mut mine, &mut all, &mut free));
    assert_eq!(done(ok), Ok(()));
    assert!(mine <= free && free <= all && all > 0);
}
