//! CreateFile: dispositions, access, flags, errors.

use std::ptr::{null, null_mut};

use super::{Folder, done, read, write};
use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER, ERROR_PATH_NOT_FOUND, GENERIC_READ, GENERIC_WRITE,
    INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CREATE_ALWAYS, CREATE_NEW, CreateFileA, CreateFileW,
    FILE_APPEND_DATA, FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_NORMAL,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_DELETE_ON_CLOSE, FILE_FLAG_SEQUENTIAL_SCAN,
    FILE_FLAG_WRITE_THROUGH, FILE_TYPE_CHAR, GetFileInformationByHandle, GetFileType, OPEN_ALWAYS,
    OPEN_EXISTING, TRUNCATE_EXISTING,
};
use crate::common::{Handle, SENTINEL, last_error, set_last_error};

/// DEV-08: Each disposition makes, keeps, cuts or refuses, and the last error tells whether the file was there.
#[test]
fn dev_08_dispositions() {
    let folder = Folder::new();
    let opened = |name: &str, how| {
        set_last_error(SENTINEL);
        folder.open(name, how).map(|file| (last_error(), file))
    };
    assert_eq!(opened("a", OPEN_EXISTING).err(), Some(ERROR_FILE_NOT_FOUND));
    assert_eq!(
        opened("a", TRUNCATE_EXISTING).err(),
        Some(ERROR_FILE_NOT_FOUND)
    );
    let (error, file) = opened("a", CREATE_NEW).expect("a new file");
    assert_eq!(error, 0);
    assert_eq!(write(*file, b"text"), Ok(4));
    assert_eq!(opened("a", CREATE_NEW).err(), Some(ERROR_FILE_EXISTS));
    assert_eq!(
        opened("a", OPEN_EXISTING).map(|(error, _)| error),
        Ok(SENTINEL)
    );
    assert_eq!(
        opened("a", OPEN_ALWAYS).map(|(error, _)| error),
        Ok(ERROR_ALREADY_EXISTS)
    );
    assert_eq!(folder.read("a"), b"text");
    assert_eq!(
        opened("a", CREATE_ALWAYS).map(|(error, _)| error),
        Ok(ERROR_ALREADY_EXISTS)
    );
    assert_eq!(folder.read("a"), b"");
    assert_eq!(opened("b", CREATE_ALWAYS).map(|(error, _)| error), Ok(0));
    assert_eq!(opened("c", OPEN_ALWAYS).map(|(error, _)| error), Ok(0));
    assert_eq!(opened("a", 0).err(), Some(ERROR_INVALID_PARAMETER));
    assert_eq!(opened("a", 6).err(), Some(ERROR_INVALID_PARAMETER));
    let cut = folder.open_for("a", GENERIC_READ, TRUNCATE_EXISTING, 0);
    assert_eq!(cut.err(), Some(ERROR_INVALID_PARAMETER));
}

/// DEV-09: A folder that is missing, one instead of a file, and an empty name have errors of their own.
#[test]
fn dev_09_errors_of_names() {
    let folder = Folder::new();
    let missing = folder.open("nowhere\\a", CREATE_NEW);
    assert_eq!(missing.err(), Some(ERROR_PATH_NOT_FOUND));
    folder.write("file", b"");
    let below = folder.open("file\\a", OPEN_EXISTING);
    assert_eq!(below.err(), Some(ERROR_PATH_NOT_FOUND));
    let itself = folder.open_for(".", GENERIC_READ, OPEN_EXISTING, 0);
    assert_eq!(itself.err(), Some(ERROR_ACCESS_DENIED));
    for name in [[0u16].as_ptr(), null()] {
        let handle = call!(CreateFileW(
            name,
            0,
            0,
            null(),
            OPEN_EXISTING,
            0,
            null_mut()
        ));
        assert_eq!(
            (handle, last_error()),
            (INVALID_HANDLE_VALUE, ERROR_PATH_NOT_FOUND)
        );
    }
}

/// DEV-18: A folder is opened with FILE_FLAG_BACKUP_SEMANTICS.
#[test]
fn dev_18_a_folder_for_backup() {
    let folder = Folder::new();
    let opened = folder.open_for(".", GENERIC_READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    let opened = opened.expect("the folder");
    let mut about = BY_HANDLE_FILE_INFORMATION::default();
    done(call!(GetFileInformationByHandle(*opened, &mut about))).expect("its information");
    assert_eq!(
        about.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY,
        FILE_ATTRIBUTE_DIRECTORY
    );
}

/// DEV-05: A handle opened without a right does not read or write.
#[test]
fn dev_05_access_counts() {
    let folder = Folder::new();
    folder.write("a", b"text");
    let opened = |access| {
        folder
            .open_for("a", access, OPEN_EXISTING, 0)
            .expect("the file")
    };
    let neither = opened(0);
    assert_eq!(read(*neither, 4), Err(ERROR_ACCESS_DENIED));
    assert_eq!(write(*neither, b"x"), Err(ERROR_ACCESS_DENIED));
    assert_eq!(write(*opened(GENERIC_READ), b"x"), Err(ERROR_ACCESS_DENIED));
    assert_eq!(read(*opened(GENERIC_WRITE), 4), Err(ERROR_ACCESS_DENIED));
    assert_eq!(folder.read("a"), b"text");
}

/// DEV-35: FILE_APPEND_DATA alone always writes at the end.
#[test]
fn dev_35_appending() {
    let folder = Folder::new();
    folder.write("log", b"one ");
    let first = folder
        .open_for("log", FILE_APPEND_DATA, OPEN_ALWAYS, 0)
        .expect("the file");
    let second = folder
        .open_for("log", FILE_APPEND_DATA, OPEN_ALWAYS, 0)
        .expect("the file");
    assert_eq!(write(*first, b"two "), Ok(4));
    assert_eq!(write(*second, b"three "), Ok(6));
    assert_eq!(write(*first, b"four"), Ok(4));
    assert_eq!(folder.read("log"), b"one two three four");
}

/// DEV-17: A file opened with FILE_FLAG_DELETE_ON_CLOSE goes with its handle.
#[test]
fn dev_17_deleted_on_close() {
    let folder = Folder::new();
    let flags = FILE_FLAG_DELETE_ON_CLOSE;
    let file = folder
        .open_for("a", GENERIC_WRITE, CREATE_NEW, flags)
        .expect("a new file");
    assert_eq!(write(*file, b"short-lived"), Ok(11));
    assert!(folder.path().join("a").exists());
    file.close();
    assert!(!folder.path().join("a").exists());
}

/// DEV-15: Hints and write-through change nothing that could be seen.
#[test]
fn dev_15_hints() {
    let folder = Folder::new();
    let flags = FILE_ATTRIBUTE_NORMAL | FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_WRITE_THROUGH;
    let file = folder
        .open_for("a", GENERIC_WRITE, CREATE_NEW, flags)
        .expect("a new file");
    assert_eq!(write(*file, b"text"), Ok(4));
    assert_eq!(folder.read("a"), b"text");
}

/// DEV-01: CreateFile opens the device NUL, which takes everything and has nothing.
#[test]
fn dev_01_the_device_nul() {
    let access = GENERIC_READ | GENERIC_WRITE;
    let name = c"NUL".as_ptr().cast();
    let device = call!(CreateFileA(
        name,
        access,
        0,
        null(),
        OPEN_EXISTING,
        0,
        null_mut()
    ));
    assert_ne!(device, INVALID_HANDLE_VALUE, "error {}", last_error());
    let device = Handle::new(device);
    assert_eq!(write(*device, b"gone"), Ok(4));
    assert_eq!(read(*device, 4), Ok(vec![]));
    assert_eq!(call!(GetFileType(*device)), FILE_TYPE_CHAR);
}

/// The information of a file has its size, its kind, and an identity that two handles share.
#[test]
fn information_of_a_file() {
    let folder = Folder::new();
    folder.write("a", b"12345");
    let about = |access| {
        let file = folder
            .open_for("a", access, OPEN_EXISTING, 0)
            .expect("the file");
        let mut about = BY_HANDLE_FILE_INFORMATION::default();
        done(call!(GetFileInformationByHandle(*file, &mut about))).expect("its information");
        about
    };
    let (first, second) = (about(GENERIC_READ), about(0));
    assert_eq!(
        (
            first.nFileSizeLow,
            first.nFileSizeHigh,
            first.nNumberOfLinks
        ),
        (5, 0, 1)
    );
    assert_eq!(first.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    assert_eq!(first.nFileIndexLow, second.nFileIndexLow);
    assert_eq!(first.dwVolumeSerialNumber, second.dwVolumeSerialNumber);
    assert!(
        first.ftLastWriteTime.dwHighDateTime > 0x01d0_0000,
        "a time of this century"
    );
}
