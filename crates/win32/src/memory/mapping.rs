//! Files and shared memory in the address space (MEM-18 to MEM-24).
//!
//! A section without a file is a file in memory: one of a name lies where other processes find it (`shared`), the others have
//! no name in Linux. The names of sections of files are known inside this process.

use std::cell::Cell;
use std::ffi::c_void;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_BAD_EXE_FORMAT, ERROR_FILE_INVALID,
    ERROR_FILE_NOT_FOUND, ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER, ERROR_MAPPED_ALIGNMENT,
    ERROR_NOT_ENOUGH_MEMORY, ERROR_PRIVILEGE_NOT_HELD, FALSE, HANDLE, INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Memory::{
    FILE_MAP, FILE_MAP_ALL_ACCESS, FILE_MAP_COPY, FILE_MAP_EXECUTE, FILE_MAP_READ, FILE_MAP_WRITE,
    MEM_MAPPED, MEM_PRIVATE, MEMORY_MAPPED_VIEW_ADDRESS, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY, PAGE_PROTECTION_FLAGS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
    SEC_IMAGE, SEC_LARGE_PAGES,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::device::Device;
use larboard_kernel::io::file::File;
use larboard_kernel::object::dispatcher::{Dispatcher, Signal};
use larboard_kernel::object::{HandleCount, Object, names};
use larboard_kernel::status::Status;

use super::regions::{self, GRANULARITY, Region};
use super::shared::{self, Shared};
use crate::error::{Win32Error, last_error, set_last_error};
use crate::guard::{is_bad, win32};
use crate::handles;
use crate::named::{self, Name};
use crate::text::{narrow, wide};

/// Makes a section of a file, or of memory if the file is `INVALID_HANDLE_VALUE`, or opens the one of that name: then the
/// last error is `ERROR_ALREADY_EXISTS` (MEM-18, MEM-19). Size 0 is that of the file, which grows if the section is larger
/// and writable.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for memory of size 0 or a wrong protection; `ERROR_FILE_INVALID` for an
/// empty file; `ERROR_ACCESS_DENIED` if the file is not open for what the protection says; `ERROR_NOT_ENOUGH_MEMORY` for
/// more than a file has that cannot grow; `ERROR_INVALID_HANDLE`; `ERROR_PRIVILEGE_NOT_HELD` for large pages;
/// `ERROR_BAD_EXE_FORMAT` for images.
///
/// # Safety
/// The attributes are null or valid; the name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileMappingW(
    hfile: HANDLE,
    lpfilemappingattributes: *const SECURITY_ATTRIBUTES,
    flprotect: PAGE_PROTECTION_FLAGS,
    dwmaximumsizehigh: u32,
    dwmaximumsizelow: u32,
    lpname: PCWSTR,
) -> HANDLE {
    let size = wide_number(dwmaximumsizehigh, dwmaximumsizelow);
    // SAFETY: this function's contract.
    unsafe {
        create(hfile, lpfilemappingattributes, flprotect, size, || {
            wide(lpname)
        })
    }
}

/// As [`CreateFileMappingW`], with a narrow name.
///
/// # Safety
/// As for [`CreateFileMappingW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileMappingA(
    hfile: HANDLE,
    lpfilemappingattributes: *const SECURITY_ATTRIBUTES,
    flprotect: PAGE_PROTECTION_FLAGS,
    dwmaximumsizehigh: u32,
    dwmaximumsizelow: u32,
    lpname: PCSTR,
) -> HANDLE {
    let size = wide_number(dwmaximumsizehigh, dwmaximumsizelow);
    // SAFETY: this function's contract.
    unsafe {
        create(hfile, lpfilemappingattributes, flprotect, size, || {
            narrow(lpname)
        })
    }
}

/// Opens the section of a name; names are compared with case. The handle has all rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null name, `ERROR_FILE_NOT_FOUND`, `ERROR_INVALID_HANDLE` for another
/// kind of object.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenFileMappingW(
    _dwdesiredaccess: u32,
    binherithandle: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    open(binherithandle, unsafe { wide(lpname) })
}

/// As [`OpenFileMappingW`], with a narrow name.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenFileMappingA(
    _dwdesiredaccess: u32,
    binherithandle: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    open(binherithandle, unsafe { narrow(lpname) })
}

/// Maps a part of a section, which begins at a multiple of 64 KiB; size 0 is the rest (MEM-20, MEM-21). The view stays
/// when the section's handle is closed.
///
/// Errors: null with `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED` for access that the section does not give, or a part
/// beyond its end; `ERROR_MAPPED_ALIGNMENT` for another beginning; `ERROR_INVALID_PARAMETER` for no access;
/// `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MapViewOfFile(
    hfilemappingobject: HANDLE,
    dwdesiredaccess: FILE_MAP,
    dwfileoffsethigh: u32,
    dwfileoffsetlow: u32,
    dwnumberofbytestomap: usize,
) -> MEMORY_MAPPED_VIEW_ADDRESS {
    let offset = wide_number(dwfileoffsethigh, dwfileoffsetlow);
    map(
        hfilemappingobject,
        dwdesiredaccess,
        offset,
        dwnumberofbytestomap,
        0,
    )
}

/// As [`MapViewOfFile`], at an address, which is a multiple of 64 KiB or null (MEM-22).
///
/// Errors: as there; `ERROR_INVALID_ADDRESS` if something is there already.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MapViewOfFileEx(
    hfilemappingobject: HANDLE,
    dwdesiredaccess: FILE_MAP,
    dwfileoffsethigh: u32,
    dwfileoffsetlow: u32,
    dwnumberofbytestomap: usize,
    lpbaseaddress: *const c_void,
) -> MEMORY_MAPPED_VIEW_ADDRESS {
    map(
        hfilemappingobject,
        dwdesiredaccess,
        wide_number(dwfileoffsethigh, dwfileoffsetlow),
        dwnumberofbytestomap,
        lpbaseaddress.addr(),
    )
}

/// Takes a view away (MEM-23). Any address in it will do.
///
/// Errors: `ERROR_INVALID_ADDRESS` where there is no view.
///
/// # Safety
/// The view is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnmapViewOfFile(lpbaseaddress: MEMORY_MAPPED_VIEW_ADDRESS) -> BOOL {
    win32(FALSE, || {
        let mut regions = regions::lock();
        let found = regions.find(lpbaseaddress.Value.addr());
        let (base, region) = found.ok_or(ERROR_INVALID_ADDRESS)?;
        if region.kind == MEM_PRIVATE {
            return Err(ERROR_INVALID_ADDRESS.into());
        }
        let size = region.size;
        regions.remove(base);
        regions::unmap(base, size);
        Ok(TRUE)
    })
}

/// Begins to write what has changed in a view to its file; size 0 is the rest of the view (MEM-24).
///
/// Errors: `ERROR_INVALID_ADDRESS` where there is no view.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlushViewOfFile(
    lpbaseaddress: *const c_void,
    dwnumberofbytestoflush: usize,
) -> BOOL {
    win32(FALSE, || {
        let mut regions = regions::lock();
        let address = lpbaseaddress.addr();
        let (base, region) = regions.find(address).ok_or(ERROR_INVALID_ADDRESS)?;
        if region.kind == MEM_PRIVATE {
            return Err(ERROR_INVALID_ADDRESS.into());
        }
        let size = match dwnumberofbytestoflush {
            0 => base + region.size - address,
            size => size,
        };
        let (base, _, range) = regions.range(address, size)?;
        let at = std::ptr::with_exposed_provenance_mut(base + range.start);
        // SAFETY: pages of a view.
        match unsafe { libc::msync(at, range.len(), libc::MS_ASYNC) } {
            0 => Ok(TRUE),
            _ => Err(ERROR_INVALID_ADDRESS.into()),
        }
    })
}

/// A section: a file, or memory that acts as one.
struct Section {
    dispatcher: Dispatcher,
    handles: HandleCount,
    descriptor: OwnedFd,
    size: u64,
    protect: PAGE_PROTECTION_FLAGS,
    /// Other processes may have it too.
    shared: Option<Shared>,
}

impl Object for Section {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    fn handles(&self) -> &HandleCount {
        &self.handles
    }

    fn last_handle_closed(&self) {
        if let Some(shared) = &self.shared {
            shared.close(&self.descriptor);
        }
    }
}

const SECTION_FLAGS: u32 = 0xFFFF_0000;

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(
    file: HANDLE,
    attributes: *const SECURITY_ATTRIBUTES,
    protect: PAGE_PROTECTION_FLAGS,
    size: u64,
    name: impl Name,
) -> HANDLE {
    let name = named::normalize(name());
    let checked = win32(None, || check(protect).map(Some));
    let Some(protect) = checked else {
        return std::ptr::null_mut();
    };
    let existed = Cell::new(false);
    let make = || {
        let section = if file == INVALID_HANDLE_VALUE {
            of_memory(name.as_deref(), protect, size, &existed)
        } else {
            of_file(file, protect, size)
                .map(|(descriptor, size)| Section::new(descriptor, size, protect, None))
        };
        section
            .map(Arc::new)
            .map_err(|Win32Error(code)| Status::from_wsa(code))
    };
    // SAFETY: this function's contract.
    let handle = unsafe { named::create(attributes, || name.clone(), make) };
    if !handle.is_null() && existed.get() {
        set_last_error(ERROR_ALREADY_EXISTS);
    }
    handle
}

/// The protection without what concerns sections only.
fn check(protect: PAGE_PROTECTION_FLAGS) -> Result<PAGE_PROTECTION_FLAGS, Win32Error> {
    if protect & SEC_LARGE_PAGES != 0 {
        return Err(ERROR_PRIVILEGE_NOT_HELD.into());
    }
    if protect & SEC_IMAGE != 0 {
        return Err(ERROR_BAD_EXE_FORMAT.into());
    }
    let known = [
        PAGE_READONLY,
        PAGE_READWRITE,
        PAGE_WRITECOPY,
        PAGE_EXECUTE_READ,
        PAGE_EXECUTE_READWRITE,
        PAGE_EXECUTE_WRITECOPY,
    ];
    let protect = protect & !SECTION_FLAGS;
    if known.contains(&protect) {
        Ok(protect)
    } else {
        Err(ERROR_INVALID_PARAMETER.into())
    }
}

/// A section of memory, where other processes find it if it has a name.
fn of_memory(
    name: Option<&str>,
    protect: PAGE_PROTECTION_FLAGS,
    size: u64,
    existed: &Cell<bool>,
) -> Result<Section, Win32Error> {
    if size == 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if let Some(name) = name
        && let Some(found) = shared::create(name, size)?
    {
        existed.set(found.existed);
        return Ok(Section::found(found, protect));
    }
    Ok(Section::new(memory(size)?, size, protect, None))
}

/// The section of a name, in this process or another one.
fn open(inherits: BOOL, name: Option<String>) -> HANDLE {
    let handle = named::open::<Section>(inherits, || name.clone());
    if !handle.is_null() || last_error() != ERROR_FILE_NOT_FOUND {
        return handle;
    }
    win32(std::ptr::null_mut(), || {
        let name = named::normalize(name).ok_or(ERROR_FILE_NOT_FOUND)?;
        let found = shared::open(&name)?;
        let section = Arc::new(Section::found(found, PAGE_READWRITE));
        let (section, _) = names::create(&name, || Ok(section))?;
        handles::inheritable(section, inherits)
    })
}

/// A file in memory.
fn memory(size: u64) -> Result<OwnedFd, Win32Error> {
    // SAFETY: the name ends with 0.
    let fd = unsafe { libc::memfd_create(c"larboard-section".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    // SAFETY: a new descriptor, which nobody else owns.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    resize(&fd, size)?;
    Ok(fd)
}

fn of_file(
    file: HANDLE,
    protect: PAGE_PROTECTION_FLAGS,
    size: u64,
) -> Result<(OwnedFd, u64), Win32Error> {
    let file = handles::get::<File>(file)?;
    let Device::Disk(disk) = file.device() else {
        return Err(ERROR_FILE_INVALID.into());
    };
    let writes = matches!(protect, PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
    if !disk.reads || writes && !disk.writes {
        return Err(ERROR_ACCESS_DENIED.into());
    }
    let copy = file.with_fd(|fd| {
        // SAFETY: the descriptor is the file's, and open as long as this call.
        unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
    })?;
    let copy = copy.map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is of this frame.
    let known = unsafe { libc::fstat(copy.as_raw_fd(), &mut stat) } == 0;
    if !known || stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(ERROR_FILE_INVALID.into());
    }
    let has = u64::try_from(stat.st_size).unwrap_or_default();
    match size {
        0 if has == 0 => Err(ERROR_FILE_INVALID.into()),
        0 => Ok((copy, has)),
        size if size <= has => Ok((copy, size)),
        _ if !writes => Err(ERROR_NOT_ENOUGH_MEMORY.into()),
        size => {
            resize(&copy, size)?;
            Ok((copy, size))
        }
    }
}

fn resize(fd: &OwnedFd, size: u64) -> Result<(), Win32Error> {
    let size = libc::off_t::try_from(size).map_err(|_| ERROR_INVALID_PARAMETER)?;
    // SAFETY: takes a descriptor and a number.
    match unsafe { libc::ftruncate(fd.as_raw_fd(), size) } {
        0 => Ok(()),
        _ => Err(ERROR_NOT_ENOUGH_MEMORY.into()),
    }
}

fn map(
    section: HANDLE,
    access: FILE_MAP,
    offset: u64,
    size: usize,
    base: usize,
) -> MEMORY_MAPPED_VIEW_ADDRESS {
    let value = win32(std::ptr::null_mut(), || {
        let section = handles::get::<Section>(section)?;
        let size = section.part(offset, size)?;
        if !base.is_multiple_of(GRANULARITY) {
            return Err(ERROR_MAPPED_ALIGNMENT.into());
        }
        if base != 0 && is_bad(std::ptr::without_provenance::<u8>(base)) {
            return Err(ERROR_INVALID_ADDRESS.into());
        }
        let (protect, shared) = section.protection(access)?;
        let size = regions::page_end(size)?;
        let mut regions = regions::lock();
        let base = regions::reserve((base != 0).then_some(base), size)?;
        let flags = libc::MAP_FIXED
            | if shared {
                libc::MAP_SHARED
            } else {
                libc::MAP_PRIVATE
            };
        // SAFETY: a place that was reserved for this, by the one that has reserved it.
        let view = unsafe {
            libc::mmap(
                std::ptr::with_exposed_provenance_mut(base),
                size,
                regions::to_linux(protect)?,
                flags,
                section.descriptor.as_raw_fd(),
                libc::off_t::try_from(offset).map_err(|_| ERROR_ACCESS_DENIED)?,
            )
        };
        if view == libc::MAP_FAILED {
            regions::unmap(base, size);
            return Err(ERROR_NOT_ENOUGH_MEMORY.into());
        }
        regions.insert(base, Region::new(size, protect, MEM_MAPPED, protect));
        Ok(view)
    });
    MEMORY_MAPPED_VIEW_ADDRESS { Value: value }
}

impl Section {
    fn new(
        descriptor: OwnedFd,
        size: u64,
        protect: PAGE_PROTECTION_FLAGS,
        shared: Option<Shared>,
    ) -> Self {
        Self {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            descriptor,
            size,
            protect,
            shared,
        }
    }

    fn found(found: shared::Found, protect: PAGE_PROTECTION_FLAGS) -> Self {
        Self::new(found.descriptor, found.size, protect, Some(found.shared))
    }

    /// The size of a view from an offset on.
    fn part(&self, offset: u64, size: usize) -> Result<usize, Win32Error> {
        if !offset.is_multiple_of(GRANULARITY as u64) {
            return Err(ERROR_MAPPED_ALIGNMENT.into());
        }
        let left = self.size.checked_sub(offset).filter(|&left| left > 0);
        let left = left.ok_or(ERROR_ACCESS_DENIED)?;
        let left = usize::try_from(left).map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
        match size {
            0 => Ok(left),
            size if size <= left => Ok(size),
            _ => Err(ERROR_ACCESS_DENIED.into()),
        }
    }

    /// The protection of a view's pages, and whether what is written there reaches the section.
    fn protection(&self, access: FILE_MAP) -> Result<(PAGE_PROTECTION_FLAGS, bool), Win32Error> {
        let access = access & FILE_MAP_ALL_ACCESS;
        let executes = access & FILE_MAP_EXECUTE != 0;
        let all = access == FILE_MAP_ALL_ACCESS;
        let may_execute = !matches!(
            self.protect,
            PAGE_READONLY | PAGE_READWRITE | PAGE_WRITECOPY
        );
        if executes && !all && !may_execute {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        let executes = executes && may_execute;
        let choose = |with, without| if executes { with } else { without };
        if access & FILE_MAP_WRITE != 0 {
            return match self.protect {
                PAGE_READWRITE | PAGE_EXECUTE_READWRITE => {
                    Ok((choose(PAGE_EXECUTE_READWRITE, PAGE_READWRITE), true))
                }
                _ => Err(ERROR_ACCESS_DENIED.into()),
            };
        }
        if access == FILE_MAP_COPY || access == FILE_MAP_COPY | FILE_MAP_EXECUTE {
            return Ok((choose(PAGE_EXECUTE_WRITECOPY, PAGE_WRITECOPY), false));
        }
        if access & (FILE_MAP_READ | FILE_MAP_EXECUTE) != 0 {
            return Ok((choose(PAGE_EXECUTE_READ, PAGE_READONLY), true));
        }
        Err(ERROR_INVALID_PARAMETER.into())
    }
}

fn wide_number(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
