//! FindFirstFile, FindNextFile, FindClose.

use std::ffi::{CStr, CString};

use super::{Folder, done};
use crate::common::last_error;
use crate::common::w::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_NO_MORE_FILES, ERROR_PATH_NOT_FOUND,
    INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FindClose, FindFirstFileA, FindFirstFileW, FindNextFileA,
    FindNextFileW, WIN32_FIND_DATAA, WIN32_FIND_DATAW,
};

fn name_of(data: &WIN32_FIND_DATAW) -> String {
    let end = data
        .cFileName
        .iter()
        .position(|&unit| unit == 0)
        .expect("an end");
    String::from_utf16(&data.cFileName[..end]).expect("text")
}

/// All names that a pattern finds, or the error of the first call.
fn find(folder: &Folder, pattern: &str) -> Result<Vec<String>, u32> {
    let mut data = WIN32_FIND_DATAW::default();
    let search = call!(FindFirstFileW(folder.name(pattern).as_ptr(), &mut data));
    if search == INVALID_HANDLE_VALUE {
        return Err(last_error());
    }
    let mut names = vec![name_of(&data)];
    while call!(FindNextFileW(search, &mut data)) != 0 {
        names.push(name_of(&data));
    }
    assert_eq!(last_error(), ERROR_NO_MORE_FILES);
    assert_eq!(done(call!(FindClose(search))), Ok(()));
    assert_eq!(done(call!(FindClose(search))), Err(ERROR_INVALID_HANDLE));
    Ok(names)
}

/// A pattern finds names without regard to case, in order, `.` and `..` among them.
#[test]
fn patterns() {
    let folder = Folder::new();
    for name in ["B.TXT", "a.txt", "c.log", "로그.txt"] {
        folder.write(name, b"");
    }
    std::fs::create_dir(folder.path().join("sub")).expect("make a folder");
    let names = |pattern: &str| find(&folder, pattern).expect("something");
    assert_eq!(names("*.txt"), ["a.txt", "B.TXT", "로그.txt"]);
    assert_eq!(names("?.TXT"), ["a.txt", "B.TXT"]);
    assert_eq!(
        names("*"),
        [".", "..", "a.txt", "B.TXT", "c.log", "sub", "로그.txt"]
    );
    assert_eq!(names("*.*").len(), 7);
    assert_eq!(names("c.log"), ["c.log"]);
    assert_eq!(find(&folder, "*.bin"), Err(ERROR_FILE_NOT_FOUND));
    assert_eq!(find(&folder, "none"), Err(ERROR_FILE_NOT_FOUND));
    assert_eq!(find(&folder, "none\\*"), Err(ERROR_PATH_NOT_FOUND));
}

/// What is found has its attributes, size and time; the narrow functions tell the same.
#[test]
fn what_is_found() {
    let folder = Folder::new();
    folder.write("a.txt", b"12345");
    std::fs::create_dir(folder.path().join("b")).expect("make a folder");
    let pattern = format!("{}\\?*", folder.path().to_str().expect("text"));
    let pattern = CString::new(pattern).expect("a pattern");
    let mut data = WIN32_FIND_DATAA::default();
    let search = call!(FindFirstFileA(pattern.as_ptr().cast(), &mut data));
    assert_ne!(search, INVALID_HANDLE_VALUE, "error {}", last_error());
    let mut found = Vec::new();
    loop {
        let name: Vec<u8> = data.cFileName.iter().map(|&unit| unit as u8).collect();
        let name = CStr::from_bytes_until_nul(&name)
            .expect("an end")
            .to_owned();
        let is_folder = data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY != 0;
        assert!(data.ftLastWriteTime.dwHighDateTime > 0x01d0_0000);
        found.push((
            name.into_string().expect("text"),
            data.nFileSizeLow,
            is_folder,
        ));
        if call!(FindNextFileA(search, &mut data)) == 0 {
            break;
        }
    }
    assert_eq!(last_error(), ERROR_NO_MORE_FILES);
    assert_eq!(done(call!(FindClose(search))), Ok(()));
    let expected = [
        (".", 0, true),
        ("..", 0, true),
        ("a.txt", 5, false),
        ("b", 0, true),
    ];
    assert_eq!(
        found,
        expected.map(|(name, size, folder)| (name.to_owned(), size, folder))
    );
}
