//! Starting programs (PROC-19 to PROC-22).

use std::ffi::{OsStr, OsString, c_void};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BAD_EXE_FORMAT, ERROR_DIRECTORY, ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SUPPORTED, FALSE, HANDLE,
    INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT,
    DEBUG_ONLY_THIS_PROCESS, DEBUG_PROCESS, DETACHED_PROCESS, PROCESS_CREATION_FLAGS,
    PROCESS_INFORMATION, STARTF_USESTDHANDLES, STARTUPINFOA, STARTUPINFOW,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use larboard_kernel::io::file::File;
use larboard_kernel::object::thread::Thread;

use super::reaper;
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::text::Unit;
use crate::{command_line, handles, path};

/// Starts a program (PROC-19 to PROC-22). Its name is that of a file, with or without `.exe`; one that comes from the command
/// line and has no folder is looked for beside this program, in the current folder, and in `PATH`. The arguments are taken
/// apart as programs of Windows do it.
///
/// The child has the standard handles that the structure gives, or this process's; nothing else is inherited. Both handles
/// that come back are signalled when the process ends. Flags for consoles only say whether it has standard handles.
///
/// Errors: `ERROR_INVALID_PARAMETER` for null pointers where something is needed; `ERROR_FILE_NOT_FOUND`,
/// `ERROR_ACCESS_DENIED`, `ERROR_BAD_EXE_FORMAT` for the program; `ERROR_DIRECTORY` for the folder; `ERROR_INVALID_HANDLE`
/// for a standard handle; `ERROR_NOT_SUPPORTED` for `CREATE_SUSPENDED` and debugging; `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The strings are null or end with 0, the environment is null or ends with an empty string, the attributes, the start-up
/// information and the place for the result are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateProcessW(
    lpapplicationname: PCWSTR,
    lpcommandline: PWSTR,
    lpprocessattributes: *const SECURITY_ATTRIBUTES,
    lpthreadattributes: *const SECURITY_ATTRIBUTES,
    _binherithandles: BOOL,
    dwcreationflags: PROCESS_CREATION_FLAGS,
    lpenvironment: *const c_void,
    lpcurrentdirectory: PCWSTR,
    lpstartupinfo: *const STARTUPINFOW,
    lpprocessinformation: *mut PROCESS_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpstartupinfo) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: valid for a read by this function's contract.
        let info = unsafe { lpstartupinfo.read_unaligned() };
        let standard = [info.hStdInput, info.hStdOutput, info.hStdError];
        // SAFETY: this function's contract.
        unsafe {
            let program = Program {
                name: u16::bytes(lpapplicationname),
                line: u16::bytes(lpcommandline),
                folder: u16::bytes(lpcurrentdirectory),
                environment: environment(lpenvironment, dwcreationflags),
                flags: dwcreationflags,
                standard: (info.dwFlags & STARTF_USESTDHANDLES != 0).then_some(standard),
            };
            let attributes = [lpprocessattributes, lpthreadattributes];
            program.start(attributes, lpprocessinformation)
        }
    })
}

/// As [`CreateProcessW`], with narrow strings.
///
/// # Safety
/// As for [`CreateProcessW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateProcessA(
    lpapplicationname: PCSTR,
    lpcommandline: PSTR,
    lpprocessattributes: *const SECURITY_ATTRIBUTES,
    lpthreadattributes: *const SECURITY_ATTRIBUTES,
    _binherithandles: BOOL,
    dwcreationflags: PROCESS_CREATION_FLAGS,
    lpenvironment: *const c_void,
    lpcurrentdirectory: PCSTR,
    lpstartupinfo: *const STARTUPINFOA,
    lpprocessinformation: *mut PROCESS_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpstartupinfo) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: valid for a read by this function's contract.
        let info = unsafe { lpstartupinfo.read_unaligned() };
        let standard = [info.hStdInput, info.hStdOutput, info.hStdError];
        // SAFETY: this function's contract.
        unsafe {
            let program = Program {
                name: u8::bytes(lpapplicationname),
                line: u8::bytes(lpcommandline),
                folder: u8::bytes(lpcurrentdirectory),
                environment: environment(lpenvironment, dwcreationflags),
                flags: dwcreationflags,
                standard: (info.dwFlags & STARTF_USESTDHANDLES != 0).then_some(standard),
            };
            let attributes = [lpprocessattributes, lpthreadattributes];
            program.start(attributes, lpprocessinformation)
        }
    })
}

/// A program that is to be started, as it was asked for.
struct Program {
    name: Option<Vec<u8>>,
    line: Option<Vec<u8>>,
    folder: Option<Vec<u8>>,
    environment: Option<Vec<OsString>>,
    flags: PROCESS_CREATION_FLAGS,
    standard: Option<[HANDLE; 3]>,
}

impl Program {
    /// # Safety
    /// The attributes and the place for the result are null or valid.
    unsafe fn start(
        self,
        attributes: [*const SECURITY_ATTRIBUTES; 2],
        told: *mut PROCESS_INFORMATION,
    ) -> Result<BOOL, Win32Error> {
        if is_bad(told) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        if self.flags & (CREATE_SUSPENDED | DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS) != 0 {
            return Err(ERROR_NOT_SUPPORTED.into());
        }
        let mut command = self.command()?;
        let child = command.spawn().map_err(|error| refusal(&error))?;
        let thread = Arc::new(Thread::new());
        thread.set_id(child.id());
        let process = reaper::watch(child.id(), Some(thread.clone()))?;
        let id = process.id;
        // SAFETY: this function's contract.
        let (process, thread) = unsafe {
            let process = handles::open(process, attributes[0])?;
            let thread = handles::open(thread, attributes[1])
                .inspect_err(|_| _ = handles::table().close(handles::key(process)))?;
            (process, thread)
        };
        let information = PROCESS_INFORMATION {
            hProcess: process,
            hThread: thread,
            dwProcessId: id,
            dwThreadId: id,
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(told, information) };
        Ok(TRUE)
    }

    fn command(&self) -> Result<Command, Win32Error> {
        let line = self.line.as_deref().filter(|line| !line.is_empty());
        let mut arguments = match line {
            Some(line) => command_line::apart(&String::from_utf8_lossy(line)),
            None => Vec::new(),
        }
        .into_iter();
        let first = arguments.next();
        let file = match (&self.name, &first) {
            (Some(name), _) => plain(&path::native(name)),
            (None, Some(first)) => search(&path::native(first.as_bytes())),
            (None, None) => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        let file = file.ok_or(ERROR_FILE_NOT_FOUND)?;
        let mut command = Command::new(&file);
        if let Some(first) = first {
            command.arg0(first);
        }
        command.args(arguments);
        if let Some(folder) = &self.folder {
            let folder = PathBuf::from(OsString::from_vec(path::native(folder)));
            if !folder.is_dir() {
                return Err(ERROR_DIRECTORY.into());
            }
            command.current_dir(folder);
        }
        if let Some(environment) = &self.environment {
            command.env_clear();
            command.envs(environment.iter().filter_map(|entry| variable(entry)));
        }
        if self.flags & CREATE_NEW_PROCESS_GROUP != 0 {
            command.process_group(0);
        }
        self.connect(&mut command)?;
        Ok(command)
    }

    /// The standard handles.
    fn connect(&self, command: &mut Command) -> Result<(), Win32Error> {
        let [input, output, error] = match self.standard {
            Some(handles) => {
                let [input, output, error] = handles.map(stream);
                [input?, output?, error?]
            }
            None if self.flags & (DETACHED_PROCESS | CREATE_NO_WINDOW) != 0 => {
                [Stdio::null(), Stdio::null(), Stdio::null()]
            }
            None => [Stdio::inherit(), Stdio::inherit(), Stdio::inherit()],
        };
        command.stdin(input).stdout(output).stderr(error);
        Ok(())
    }
}

/// The file behind a standard handle. None is nothing.
fn stream(handle: HANDLE) -> Result<Stdio, Win32Error> {
    if handle.is_null() || handle == INVALID_HANDLE_VALUE {
        return Ok(Stdio::null());
    }
    let file = handles::get::<File>(handle)?;
    let copy = file.with_fd(|fd| {
        // SAFETY: the descriptor is the file's, and open as long as this call.
        unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
    })?;
    let copy: OwnedFd = copy.map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
    Ok(Stdio::from(copy))
}

/// The file of a program where it is said to be: as it is called, or without `.exe`.
fn plain(name: &[u8]) -> Option<PathBuf> {
    let short = name.len().checked_sub(4).map(|end| name.split_at(end));
    let short = short.filter(|(_, ending)| ending.eq_ignore_ascii_case(b".exe"));
    let names = [Some(name), short.map(|(name, _)| name)];
    let files = names.into_iter().flatten().map(|name| {
        // A plain name is not to be looked for in PATH by the one that starts it.
        Path::new(".").join(OsStr::from_bytes(name))
    });
    files.into_iter().find(|file| file.exists())
}

/// The file of a program that may be in one of several folders.
fn search(name: &[u8]) -> Option<PathBuf> {
    if name.contains(&b'/') {
        return plain(name);
    }
    let beside = std::env::current_exe().ok();
    let beside = beside.as_deref().and_then(Path::parent).map(Path::to_owned);
    let listed = std::env::var_os("PATH").unwrap_or_default();
    let folders = beside.into_iter().chain([PathBuf::from(".")]);
    let mut folders = folders.chain(std::env::split_paths(&listed));
    folders.find_map(|folder| plain(folder.join(OsStr::from_bytes(name)).as_os_str().as_bytes()))
}

fn variable(entry: &OsStr) -> Option<(&OsStr, &OsStr)> {
    let bytes = entry.as_bytes();
    // Hidden variables of Windows begin with the sign.
    let end = bytes.iter().skip(1).position(|&byte| byte == b'=')? + 1;
    Some((
        OsStr::from_bytes(&bytes[..end]),
        OsStr::from_bytes(&bytes[end + 1..]),
    ))
}

/// The strings of an environment block; none for a null pointer.
///
/// # Safety
/// The block is null, or strings that end with 0 up to an empty one, in the units that the flags say.
unsafe fn environment(
    block: *const c_void,
    flags: PROCESS_CREATION_FLAGS,
) -> Option<Vec<OsString>> {
    // SAFETY: this function's contract.
    unsafe {
        if flags & CREATE_UNICODE_ENVIRONMENT != 0 {
            strings::<u16>(block.cast())
        } else {
            strings::<u8>(block.cast())
        }
    }
}

/// # Safety
/// The block is null, or strings that end with 0 up to an empty one.
unsafe fn strings<U: Unit>(mut block: *const U) -> Option<Vec<OsString>> {
    if is_bad(block) {
        return None;
    }
    let mut strings = Vec::new();
    // SAFETY: this function's contract: the block goes on to its empty string, where the loop ends.
    while let Some(text) = unsafe { U::bytes(block) }.filter(|text| !text.is_empty()) {
        strings.push(OsString::from_vec(text));
        // SAFETY: as above: to the end of this string, and behind it.
        unsafe {
            while block.read_unaligned() != U::default() {
                block = block.add(1);
            }
            block = block.add(1);
        }
    }
    Some(strings)
}

fn refusal(error: &std::io::Error) -> Win32Error {
    Win32Error(match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENOTDIR) => ERROR_FILE_NOT_FOUND,
        Some(libc::EACCES | libc::EPERM | libc::EISDIR) => ERROR_ACCESS_DENIED,
        Some(libc::ENOEXEC) => ERROR_BAD_EXE_FORMAT,
        Some(libc::E2BIG) => ERROR_INVALID_PARAMETER,
        _ => ERROR_NOT_ENOUGH_MEMORY,
    })
}
