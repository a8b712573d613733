//! Deleting, moving and copying files.

use super::{Folder, done};
use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND,
    ERROR_PATH_NOT_FOUND,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CopyFileW, DeleteFileW, FILE_ATTRIBUTE_READONLY, MOVEFILE_REPLACE_EXISTING, MoveFileExW,
    MoveFileW, OPEN_EXISTING, SetFileAttributesW,
};

/// A file is deleted by name; a folder and a read-only file are not.
#[test]
fn deleting() {
    let folder = Folder::new();
    folder.write("a", b"");
    let delete = |name: &str| done(call!(DeleteFileW(folder.name(name).as_ptr())));
    let file = folder.open("a", OPEN_EXISTING).expect("the file");
    assert_eq!(delete("a"), Ok(()));
    file.close();
    assert_eq!(delete("a"), Err(ERROR_FILE_NOT_FOUND));
    assert_eq!(delete("b\\a"), Err(ERROR_PATH_NOT_FOUND));
    assert_eq!(delete("."), Err(ERROR_ACCESS_DENIED));
    folder.write("kept", b"");
    let name = folder.name("kept");
    done(call!(SetFileAttributesW(
        name.as_ptr(),
        FILE_ATTRIBUTE_READONLY
    )))
    .expect("read-only");
    assert_eq!(delete("kept"), Err(ERROR_ACCESS_DENIED));
}

/// A file moves to a new name, and to an existing one only with MOVEFILE_REPLACE_EXISTING.
#[test]
fn moving() {
    let folder = Folder::new();
    folder.write("a", b"a");
    folder.write("b", b"b");
    let (a, b, c) = (folder.name("a"), folder.name("b"), folder.name("c"));
    assert_eq!(
        done(call!(MoveFileW(a.as_ptr(), b.as_ptr()))),
        Err(ERROR_ALREADY_EXISTS)
    );
    assert_eq!(
        done(call!(MoveFileExW(a.as_ptr(), b.as_ptr(), 0))),
        Err(ERROR_ALREADY_EXISTS)
    );
    let replace = MOVEFILE_REPLACE_EXISTING;
    assert_eq!(
        done(call!(MoveFileExW(a.as_ptr(), b.as_ptr(), replace))),
        Ok(())
    );
    assert_eq!(folder.read("b"), b"a");
    assert_eq!(
        done(call!(MoveFileW(a.as_ptr(), c.as_ptr()))),
        Err(ERROR_FILE_NOT_FOUND)
    );
    assert_eq!(done(call!(MoveFileW(b.as_ptr(), c.as_ptr()))), Ok(()));
    assert_eq!(folder.read("c"), b"a");
    let nowhere = folder.name("nowhere\\c");
    assert_eq!(
        done(call!(MoveFileW(c.as_ptr(), nowhere.as_ptr()))),
        Err(ERROR_PATH_NOT_FOUND)
    );
    std::fs::create_dir(folder.path().join("d")).expect("make a folder");
    let d = folder.name("d");
    assert_eq!(
        done(call!(MoveFileExW(c.as_ptr(), d.as_ptr(), replace))),
        Err(ERROR_ACCESS_DENIED)
    );
}

/// A copy has the contents; an existing file is replaced unless that is forbidden.
#[test]
fn copying() {
    let folder = Folder::new();
    folder.write("a", b"new");
    folder.write("b", b"longer than new");
    let (a, b) = (folder.name("a"), folder.name("b"));
    assert_eq!(
        done(call!(CopyFileW(a.as_ptr(), b.as_ptr(), 1))),
        Err(ERROR_FILE_EXISTS)
    );
    assert_eq!(folder.read("b"), b"longer than new");
    assert_eq!(done(call!(CopyFileW(a.as_ptr(), b.as_ptr(), 0))), Ok(()));
    assert_eq!(
        (folder.read("a"), folder.read("b")),
        (b"new".to_vec(), b"new".to_vec())
    );
    let c = folder.name("c");
    let missing = done(call!(CopyFileW(
        folder.name("none").as_ptr(),
        c.as_ptr(),
        0
    )));
    assert_eq!(missing, Err(ERROR_FILE_NOT_FOUND));
}
