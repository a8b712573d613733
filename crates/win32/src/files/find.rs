//! Searching a folder for names.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::vec::IntoIter;

use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_NO_MORE_FILES, ERROR_NOACCESS, FALSE, HANDLE,
    INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::Storage::FileSystem::{WIN32_FIND_DATAA, WIN32_FIND_DATAW};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::attributes::{is_hidden, stat};
use super::information::{Times, attributes};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::path;
use crate::text::Unit;

/// Begins a search: the last part of the name may have `*` and `?`, which match without regard to case, `.` and `..`
/// included. `*.*` matches all names, `*.` those without an extension. The names come in alphabetical order, as they were at
/// this call.
///
/// Errors: `INVALID_HANDLE_VALUE` with `ERROR_FILE_NOT_FOUND` if nothing matches, `ERROR_PATH_NOT_FOUND` if the folder is
/// not there, `ERROR_ACCESS_DENIED`, `ERROR_NOACCESS`.
///
/// # Safety
/// The name is null or ends with 0, `lpfindfiledata` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileW(
    lpfilename: PCWSTR,
    lpfindfiledata: *mut WIN32_FIND_DATAW,
) -> HANDLE {
    // SAFETY: this function's contract.
    win32(INVALID_HANDLE_VALUE, || unsafe {
        first(path::given(lpfilename)?, lpfindfiledata)
    })
}

/// As [`FindFirstFileW`], with narrow names.
///
/// # Safety
/// As for [`FindFirstFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileA(
    lpfilename: PCSTR,
    lpfindfiledata: *mut WIN32_FIND_DATAA,
) -> HANDLE {
    // SAFETY: this function's contract.
    win32(INVALID_HANDLE_VALUE, || unsafe {
        first(path::given(lpfilename)?, lpfindfiledata)
    })
}

/// The next name of a search.
///
/// Errors: `ERROR_NO_MORE_FILES` at the end; `ERROR_INVALID_HANDLE`; `ERROR_NOACCESS`.
///
/// # Safety
/// `lpfindfiledata` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindNextFileW(
    hfindfile: HANDLE,
    lpfindfiledata: *mut WIN32_FIND_DATAW,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { next(hfindfile, lpfindfiledata) })
}

/// As [`FindNextFileW`], with narrow names.
///
/// # Safety
/// As for [`FindNextFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindNextFileA(
    hfindfile: HANDLE,
    lpfindfiledata: *mut WIN32_FIND_DATAA,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { next(hfindfile, lpfindfiledata) })
}

/// Ends a search.
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// No code relies on the handle any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindClose(hfindfile: HANDLE) -> BOOL {
    win32(FALSE, || {
        let mut searches = searches();
        let ended = searches.open.remove(&hfindfile.addr());
        ended.map(|_| TRUE).ok_or(ERROR_INVALID_HANDLE.into())
    })
}

/// The searches that are open. Their handles are no other handles' values.
struct Searches {
    open: BTreeMap<usize, Search>,
    last: usize,
}

static SEARCHES: Mutex<Searches> = Mutex::new(Searches {
    open: BTreeMap::new(),
    last: 1 << 40,
});

fn searches() -> std::sync::MutexGuard<'static, Searches> {
    SEARCHES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The names that are left, in their folder.
struct Search {
    folder: PathBuf,
    names: IntoIter<Vec<u8>>,
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn first<D: Data>(name: CString, to: *mut D) -> Result<HANDLE, Win32Error> {
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let mut search = Search::begin(&name)?;
    let found = search.next().ok_or(ERROR_FILE_NOT_FOUND)?;
    // SAFETY: valid for a write by this function's contract.
    unsafe { store(to, D::of(&found)) };
    let mut searches = searches();
    searches.last += 4;
    let handle = searches.last;
    searches.open.insert(handle, search);
    Ok(std::ptr::without_provenance_mut(handle))
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn next<D: Data>(handle: HANDLE, to: *mut D) -> Result<BOOL, Win32Error> {
    let mut searches = searches();
    let search = searches
        .open
        .get_mut(&handle.addr())
        .ok_or(ERROR_INVALID_HANDLE)?;
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let found = search.next().ok_or(ERROR_NO_MORE_FILES)?;
    // SAFETY: valid for a write by this function's contract.
    unsafe { store(to, D::of(&found)) };
    Ok(TRUE)
}

impl Search {
    fn begin(name: &CString) -> Result<Self, Win32Error> {
        let bytes = name.as_bytes();
        let split = bytes
            .iter()
            .rposition(|&byte| byte == b'/')
            .map_or(0, |at| at + 1);
        let (folder, pattern) = bytes.split_at(split);
        let folder = if folder.is_empty() { b"." } else { folder };
        let folder = Path::new(OsStr::from_bytes(folder)).to_path_buf();
        let names = if pattern.iter().any(|byte| b"*?".contains(byte)) {
            Self::matching(&folder, pattern)?
        } else {
            stat(name)?;
            vec![pattern.to_vec()]
        };
        Ok(Self {
            folder,
            names: names.into_iter(),
        })
    }

    fn matching(folder: &Path, pattern: &[u8]) -> Result<Vec<Vec<u8>>, Win32Error> {
        let listed = std::fs::read_dir(folder).map_err(|error| {
            match path::error(error.raw_os_error().unwrap_or_default(), &c"/".to_owned()) {
                Win32Error(ERROR_FILE_NOT_FOUND) => path::NO_PATH,
                other => other,
            }
        })?;
        let here = [b".".to_vec(), b"..".to_vec()];
        let there = listed.filter_map(|entry| Some(entry.ok()?.file_name().as_bytes().to_vec()));
        let pattern = Pattern::new(pattern);
        let mut names: Vec<_> = here
            .into_iter()
            .chain(there)
            .filter(|name| pattern.matches(name))
            .collect();
        names.sort_by_cached_key(|name| String::from_utf8_lossy(name).to_uppercase());
        Ok(names)
    }

    /// The next one that is still there.
    fn next(&mut self) -> Option<Found> {
        let folder = &self.folder;
        self.names.find_map(|name| Found::at(folder, name))
    }
}

/// One name with what is known of it.
struct Found {
    name: Vec<u8>,
    stat: libc::stat,
}

impl Found {
    fn at(folder: &Path, name: Vec<u8>) -> Option<Self> {
        let whole = folder.join(OsStr::from_bytes(&name));
        let whole = CString::new(whole.into_os_string().into_encoded_bytes()).ok()?;
        // A link that leads nowhere is told of as a link.
        let stat = stat(&whole).ok().or_else(|| link(&whole))?;
        Some(Self { name, stat })
    }

    fn size(&self) -> u64 {
        let is_folder = self.stat.st_mode & libc::S_IFMT == libc::S_IFDIR;
        if is_folder {
            0
        } else {
            self.stat.st_size.unsigned_abs()
        }
    }
}

fn link(name: &CString) -> Option<libc::stat> {
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends with 0, `stat` is of this frame.
    (unsafe { libc::lstat(name.as_ptr(), &mut stat) } == 0).then_some(stat)
}

/// The structure of a caller, narrow or wide.
trait Data {
    fn of(found: &Found) -> Self;
}

macro_rules! data {
    ($($structure:ident of $unit:ty;)*) => {
        $(impl Data for $structure {
            fn of(found: &Found) -> Self {
                let times = Times::of(&found.stat);
                let mut data = Self {
                    dwFileAttributes: attributes(&found.stat, is_hidden(&found.name)),
                    ftCreationTime: times.created,
                    ftLastAccessTime: times.accessed,
                    ftLastWriteTime: times.written,
                    nFileSizeHigh: (found.size() >> 32) as u32,
                    nFileSizeLow: found.size() as u32,
                    ..Default::default()
                };
                let name = <$unit>::of_bytes(&found.name);
                // The last place stays 0.
                for (to, &unit) in data.cFileName[..259].iter_mut().zip(&name) {
                    *to = unit as _;
                }
                data
            }
        })*
    };
}

data! {
    WIN32_FIND_DATAA of u8;
    WIN32_FIND_DATAW of u16;
}

/// A pattern of names, in upper case.
struct Pattern(Vec<char>);

impl Pattern {
    fn new(pattern: &[u8]) -> Self {
        // All names are held to have an extension.
        let pattern = if pattern == b"*.*" { b"*" } else { pattern };
        Self(upper(pattern))
    }

    fn matches(&self, name: &[u8]) -> bool {
        if self.0 == ['*', '.'] {
            return !name.contains(&b'.') || name == b"." || name == b"..";
        }
        let name = upper(name);
        let (mut at, mut place) = (0, 0);
        // Where the last star stands, and from where on it does not take the name.
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.0.get(place) {
                Some('*') => {
                    star = Some((place, at));
                    place += 1;
                }
                Some(&one) if one == '?' || one == name[at] => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((stars, taken)) = star else {
                        return false;
                    };
                    star = Some((stars, taken + 1));
                    (place, at) = (stars + 1, taken + 1);
                }
            }
        }
        self.0[place..].iter().all(|&rest| rest == '*')
    }
}

fn upper(name: &[u8]) -> Vec<char> {
    let name = String::from_utf8_lossy(name);
    name.chars().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, matches) in [
            ("*", "a", true),
            ("*.*", "no extension", true),
            ("*.txt", "A.TXT", true),
            ("*.txt", "a.txt.bak", false),
            ("a?c", "aBc", true),
            ("a?c", "ac", false),
            ("*b*c", "abxbyc", true),
            ("*b*c", "abxby", false),
            ("로그*.log", "로그1.log", true),
            ("*.", "readme", true),
            ("*.", "readme.md", false),
        ] {
            let found = Pattern::new(pattern.as_bytes()).matches(name.as_bytes());
            assert_eq!(found, matches, "{pattern} {name}");
        }
    }
}
