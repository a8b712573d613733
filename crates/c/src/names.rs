//! Paths taken apart and put together: `_splitpath`, `_makepath`, `_fullpath`.

use std::ffi::c_int;
use std::ptr;

use crate::errno::{EINVAL, ERANGE, errno, invalid, set_errno};
use crate::path::native;
use crate::unit::{self, Unit, pair};

/// `_MAX_DRIVE`, `_MAX_DIR`, `_MAX_FNAME`, `_MAX_EXT`.
const ROOM: [usize; 4] = [3, 256, 256, 256];

/// `_MAX_PATH`.
const MAX_PATH: usize = 260;

fn is_separator<U: Unit>(unit: U) -> bool {
    matches!(unit.byte(), b'/' | b'\\')
}

/// Drive with its colon, folder with its last separator, name, ending with its point.
fn split<U: Unit>(path: &[U]) -> [&[U]; 4] {
    let drive = if path.get(1).is_some_and(|unit| unit.byte() == b':') {
        2
    } else {
        0
    };
    let (drive, rest) = path.split_at(drive);
    let folder = rest
        .iter()
        .rposition(|unit| is_separator(*unit))
        .map_or(0, |at| at + 1);
    let (folder, name) = rest.split_at(folder);
    let point = name
        .iter()
        .rposition(|unit| unit.byte() == b'.')
        .unwrap_or(name.len());
    let (name, ending) = name.split_at(point);
    [drive, folder, name, ending]
}

/// # Safety
/// `path` is null or text; each of `to` is null or has the room that stands beside it.
unsafe fn split_into<U: Unit>(path: *const U, to: [(*mut U, usize); 4]) -> i32 {
    let refused = path.is_null() || to.iter().any(|(to, room)| to.is_null() != (*room == 0));
    // SAFETY: by this function's contract; what is written stands within the room.
    unsafe {
        let parts = if refused {
            [&[][..]; 4]
        } else {
            split(unit::text(path))
        };
        let too_long = parts
            .iter()
            .zip(&to)
            .any(|(part, (to, room))| !to.is_null() && part.len() >= *room);
        for (part, (to, room)) in parts.iter().zip(to) {
            if !to.is_null() && room > 0 {
                let kept = if too_long { 0 } else { part.len() };
                to.copy_from(part.as_ptr(), kept);
                to.add(kept).write(U::default());
            }
        }
        match (refused, too_long) {
            (true, _) => invalid(EINVAL),
            (_, true) => {
                set_errno(ERANGE);
                ERANGE
            }
            _ => 0,
        }
    }
}

/// # Safety
/// `path` is text; the others are null or have room for `_MAX_DRIVE` and so on.
unsafe fn split_old<U: Unit>(
    path: *const U,
    drive: *mut U,
    folder: *mut U,
    name: *mut U,
    ending: *mut U,
) {
    let to = [drive, folder, name, ending];
    let mut with_room = [(ptr::null_mut(), 0); 4];
    for (at, to) in to.into_iter().enumerate() {
        with_room[at] = (to, if to.is_null() { 0 } else { ROOM[at] });
    }
    // SAFETY: by this function's contract.
    unsafe { split_into(path, with_room) };
}

pair! {
    /// `_splitpath`, `_wsplitpath`: the parts of a path, each of which may be left out by a null pointer. Both separators
    /// count.
    _splitpath, _wsplitpath, (path: *const U, drive: *mut U, folder: *mut U, name: *mut U, ending: *mut U) => split_old
}

/// # Safety
/// As [`split_into`].
#[allow(clippy::too_many_arguments)] // Microsoft's function has as many.
unsafe fn split_secure<U: Unit>(
    path: *const U,
    drive: *mut U,
    drive_room: usize,
    folder: *mut U,
    folder_room: usize,
    name: *mut U,
    name_room: usize,
    ending: *mut U,
    ending_room: usize,
) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        split_into(
            path,
            [
                (drive, drive_room),
                (folder, folder_room),
                (name, name_room),
                (ending, ending_room),
            ],
        )
    }
}

pair! {
    /// `_splitpath_s`, `_wsplitpath_s`: as `_splitpath` with the sizes; `ERANGE`, and all empty, when a part does not fit. A
    /// null pointer with a size, or the reverse, is an invalid parameter.
    #[allow(clippy::too_many_arguments)]
    _splitpath_s, _wsplitpath_s,
    (path: *const U, drive: *mut U, drive_room: usize, folder: *mut U, folder_room: usize, name: *mut U, name_room: usize, ending: *mut U, ending_room: usize) -> i32 => split_secure
}

/// The parts as one path: colon, separator and point are added where they are missing.
fn made<U: Unit>(drive: &[U], folder: &[U], name: &[U], ending: &[U]) -> Vec<U> {
    let mut path = Vec::new();
    if let Some(letter) = drive.first() {
        path.extend([*letter, U::ascii(b':')]);
    }
    if !folder.is_empty() {
        path.extend(folder);
        if !is_separator(folder[folder.len() - 1]) {
            path.push(U::ascii(b'\\'));
        }
    }
    path.extend(name);
    if !ending.is_empty() {
        if ending[0].byte() != b'.' {
            path.push(U::ascii(b'.'));
        }
        path.extend(ending);
    }
    path
}

/// # Safety
/// `to` has `room` units or is null; the others are null or text.
unsafe fn make_within<U: Unit>(
    to: *mut U,
    room: usize,
    drive: *const U,
    folder: *const U,
    name: *const U,
    ending: *const U,
) -> i32 {
    let part = |part: *const U| {
        if part.is_null() {
            &[]
        } else {
            // SAFETY: text by this function's contract.
            unsafe { unit::text(part) }
        }
    };
    let path = made(part(drive), part(folder), part(name), part(ending));
    // SAFETY: by this function's contract.
    unsafe { crate::secure::answer(to, room, &path) }
}

/// # Safety
/// As [`make_within`], with `_MAX_PATH` units.
unsafe fn make<U: Unit>(
    to: *mut U,
    drive: *const U,
    folder: *const U,
    name: *const U,
    ending: *const U,
) {
    // SAFETY: by this function's contract.
    unsafe { make_within(to, MAX_PATH, drive, folder, name, ending) };
}

pair! {
    /// `_makepath`, `_wmakepath`: a path of its parts, with backslashes.
    _makepath, _wmakepath, (to: *mut U, drive: *const U, folder: *const U, name: *const U, ending: *const U) => make
}
pair! {
    /// `_makepath_s`, `_wmakepath_s`: as `_makepath` with the size; `ERANGE` when it does not fit.
    _makepath_s, _wmakepath_s,
    (to: *mut U, room: usize, drive: *const U, folder: *const U, name: *const U, ending: *const U) -> i32 => make_within
}

/// # Safety
/// `to` has `room` units or is null, `path` is null or text.
unsafe fn full<U: Unit>(to: *mut U, path: *const U, room: usize) -> *mut U {
    let native = if path.is_null() {
        c".".to_owned()
    } else {
        // SAFETY: text by this function's contract.
        native(unsafe { unit::text(path) })
    };
    let native = String::from_utf8_lossy(native.as_bytes()).into_owned();
    let absolute = match std::path::absolute(&native) {
        Ok(path) => path,
        Err(error) => {
            set_errno(error.raw_os_error().unwrap_or(EINVAL));
            return ptr::null_mut();
        }
    };
    let mut parts: Vec<&str> = Vec::new();
    let absolute = absolute.to_string_lossy();
    for part in absolute
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    let text = unit::from_bytes::<U>(&larboard_win32::path::windows(
        format!("/{}", parts.join("/")).as_bytes(),
    ));
    if to.is_null() {
        return crate::strings::allocated(&text);
    }
    // SAFETY: by this function's contract.
    if unsafe { crate::secure::answer(to, room, &text) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

pair! {
    /// `_fullpath`, `_wfullpath`: the path from the root, with backslashes, in the buffer or in memory for `free`; null with
    /// errno.
    _fullpath, _wfullpath, (to: *mut U, path: *const U, room: usize) -> *mut U => full
}

/// What libc answered for a path.
///
/// # Safety
/// `path` is null or text.
unsafe fn with_path<U: Unit>(
    path: *const U,
    body: impl FnOnce(*const std::ffi::c_char) -> c_int,
) -> c_int {
    if path.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: text by this function's contract.
    body(native(unsafe { unit::text(path) }).as_ptr())
}

/// # Safety
/// As [`with_path`].
unsafe fn make_folder<U: Unit>(path: *const U) -> c_int {
    // SAFETY: by this function's contract; libc gets a C string.
    unsafe { with_path(path, |path| libc::mkdir(path, 0o777)) }
}

/// # Safety
/// As [`with_path`].
unsafe fn remove_folder<U: Unit>(path: *const U) -> c_int {
    // SAFETY: as above.
    unsafe { with_path(path, |path| libc::rmdir(path)) }
}

/// # Safety
/// As [`with_path`].
unsafe fn change_folder<U: Unit>(path: *const U) -> c_int {
    // SAFETY: as above.
    unsafe { with_path(path, |path| libc::chdir(path)) }
}

/// # Safety
/// As [`with_path`].
unsafe fn access<U: Unit>(path: *const U, mode: c_int) -> c_int {
    if mode & !6 != 0 {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: as above.
    unsafe { with_path(path, |path| libc::access(path, mode)) }
}

/// # Safety
/// As [`with_path`].
unsafe fn access_secure<U: Unit>(path: *const U, mode: c_int) -> c_int {
    // SAFETY: by this function's contract.
    if unsafe { access(path, mode) } == 0 {
        0
    } else {
        errno()
    }
}

/// # Safety
/// As [`with_path`].
unsafe fn change_mode<U: Unit>(path: *const U, mode: c_int) -> c_int {
    const WRITE: c_int = 0o200;
    // SAFETY: as above, and a place for what libc tells.
    unsafe {
        with_path(path, |path| {
            let mut found = std::mem::zeroed::<libc::stat>();
            if libc::stat(path, &raw mut found) != 0 {
                return -1;
            }
            let kept = found.st_mode & 0o7555;
            let bits = if mode & WRITE != 0 {
                kept | 0o200 | (found.st_mode & 0o022)
            } else {
                kept
            };
            libc::chmod(path, bits)
        })
    }
}

/// # Safety
/// As [`with_path`]; `to` is valid for a write.
unsafe fn status<U: Unit>(path: *const U, to: *mut libc::stat) -> c_int {
    if to.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: as above; `to` by this function's contract.
    unsafe { with_path(path, |path| libc::stat(path, to)) }
}

pair! {
    /// `_mkdir`, `_wmkdir`: makes a folder; -1 with errno: `EEXIST`, `ENOENT`.
    _mkdir, _wmkdir, (path: *const U) -> c_int => make_folder
}
pair! {
    /// `_rmdir`, `_wrmdir`: removes an empty folder; -1 with errno: `ENOTEMPTY`, `ENOENT`.
    _rmdir, _wrmdir, (path: *const U) -> c_int => remove_folder
}
pair! {
    /// `_chdir`, `_wchdir`: changes the folder of the process; -1 with errno.
    _chdir, _wchdir, (path: *const U) -> c_int => change_folder
}
pair! {
    /// `_access`, `_waccess`: 0 if the file is there (mode 0), may be written (2), read (4); -1 with errno.
    _access, _waccess, (path: *const U, mode: c_int) -> c_int => access
}
pair! {
    /// `_access_s`, `_waccess_s`: as `_access`; answers errno.
    _access_s, _waccess_s, (path: *const U, mode: c_int) -> c_int => access_secure
}
pair! {
    /// `_chmod`, `_wchmod`: whether the file may be written, by `_S_IWRITE`; -1 with errno.
    _chmod, _wchmod, (path: *const U, mode: c_int) -> c_int => change_mode
}
pair! {
    /// `stat`, `_wstat64`: libc's structure for a path; -1 with errno.
    larboard_stat, _wstat64, (path: *const U, to: *mut libc::stat) -> c_int => status
}

/// # Safety
/// `to` has `room` units or is null.
unsafe fn current_folder<U: Unit>(to: *mut U, room: c_int) -> *mut U {
    let path = match std::env::current_dir() {
        Ok(path) => path,
        Err(error) => {
            set_errno(error.raw_os_error().unwrap_or(libc::ENOENT));
            return ptr::null_mut();
        }
    };
    let text = unit::from_bytes::<U>(&larboard_win32::path::windows(
        path.as_os_str().as_encoded_bytes(),
    ));
    if to.is_null() {
        return crate::strings::allocated(&text);
    }
    let Some(room) = usize::try_from(room).ok().filter(|room| *room > 0) else {
        invalid(EINVAL);
        return ptr::null_mut();
    };
    if text.len() >= room {
        set_errno(ERANGE);
        return ptr::null_mut();
    }
    // SAFETY: by this function's contract; the text fits.
    unsafe { crate::secure::answer(to, room, &text) };
    to
}

pair! {
    /// `_getcwd`, `_wgetcwd`: the folder of the process, with backslashes, in the buffer or in memory for `free`; null with
    /// `ERANGE` when it does not fit.
    _getcwd, _wgetcwd, (to: *mut U, room: c_int) -> *mut U => current_folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        assert_eq!(
            split(b"C:\\a\\b/c.tar.gz"),
            [&b"C:"[..], b"\\a\\b/", b"c.tar", b".gz"]
        );
        assert_eq!(split(b"name"), [&b""[..], b"", b"name", b""]);
        assert_eq!(split(b"/x.d/"), [&b""[..], b"/x.d/", b"", b""]);
        assert_eq!(made(b"C", b"a", b"b", b"txt"), b"C:a\\b.txt");
        assert_eq!(made(b"", b"/a/", b"b", b".txt"), b"/a/b.txt");
    }

    #[test]
    fn a_full_path_has_no_dots() {
        let mut to = [0_u8; 64];
        // SAFETY: the array's size, and text.
        unsafe {
            assert!(
                !full(
                    to.as_mut_ptr(),
                    c"C:\\a\\.\\b\\..\\c".as_ptr().cast::<u8>(),
                    64
                )
                .is_null()
            );
            assert_eq!(unit::text(to.as_ptr()), b"\\a\\c");
        }
    }
}
