//! Files and shared memory in the address space.

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_FILE_INVALID, ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_ADDRESS, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_MAPPED_ALIGNMENT,
    GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ, FILE_SHARE_WRITE, OPEN_EXISTING,
};
use crate::common::w::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_ALL_ACCESS, FILE_MAP_COPY, FILE_MAP_READ, FILE_MAP_WRITE,
    FlushViewOfFile, MEM_COMMIT, MEM_MAPPED, MEMORY_BASIC_INFORMATION, MEMORY_MAPPED_VIEW_ADDRESS,
    MapViewOfFile, MapViewOfFileEx, OpenFileMappingW, PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE,
    PAGE_WRITECOPY, UnmapViewOfFile, VirtualQuery,
};
use crate::common::{Handle, last_error, wide};

const KIB: usize = 1 << 10;

/// A section of memory without a name.
#[track_caller]
fn memory(size: u32) -> Handle {
    Handle::new(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, size, None))
}

fn create(file: HANDLE, protect: u32, size: u32, name: Option<&str>) -> HANDLE {
    let name = name.map(wide);
    let name = name.as_ref().map_or(null(), |name| name.as_ptr());
    call!(CreateFileMappingW(file, null(), protect, 0, size, name))
}

/// A view, taken away at the end of the test.
struct View(*mut c_void);

impl View {
    #[track_caller]
    fn of(section: HANDLE, access: u32) -> Self {
        let view = Self::part(section, access, 0, 0);
        view.unwrap_or_else(|error| panic!("no view: error {error}"))
    }

    fn part(section: HANDLE, access: u32, offset: u32, size: usize) -> Result<Self, u32> {
        let view = call!(MapViewOfFile(section, access, 0, offset, size)).Value;
        if view.is_null() {
            Err(last_error())
        } else {
            Ok(Self(view))
        }
    }

    fn at(&self, offset: usize) -> u8 {
        call!(self.0.cast::<u8>().add(offset).read_volatile())
    }

    fn set(&self, offset: usize, value: u8) {
        call!(self.0.cast::<u8>().add(offset).write_volatile(value));
    }
}

impl Drop for View {
    fn drop(&mut self) {
        let view = MEMORY_MAPPED_VIEW_ADDRESS { Value: self.0 };
        assert_eq!(call!(UnmapViewOfFile(view)), 1);
    }
}

/// A file with these contents, removed at the end of the test.
struct TestFile(PathBuf);

impl TestFile {
    fn new(name: &str, contents: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("larboard-{name}-{}", std::process::id()));
        std::fs::write(&path, contents).expect("a temporary file");
        Self(path)
    }

    #[track_caller]
    fn open(&self, access: u32) -> Handle {
        let name = wide(self.0.to_str().expect("a plain path"));
        let file = call!(CreateFileW(
            name.as_ptr(),
            access,
            FILE_SHARE_READ | FILE_SHARE_WRITE,
            null(),
            OPEN_EXISTING,
            FILE_ATTRIBUTE_NORMAL,
            null_mut()
        ));
        assert_ne!(file, INVALID_HANDLE_VALUE);
        Handle::new(file)
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// MEM-18: two views of a section of memory are the same memory, zero at first; a private view keeps its changes.
#[test]
fn mem_18_views_share_memory() {
    let section = memory(100_000);
    let (first, second) = (
        View::of(section.raw(), FILE_MAP_ALL_ACCESS),
        View::of(section.raw(), FILE_MAP_READ),
    );
    assert_ne!(first.0, second.0);
    assert_eq!(second.at(99_999), 0);
    first.set(99_999, 7);
    assert_eq!(second.at(99_999), 7);
    let private = View::of(section.raw(), FILE_MAP_COPY);
    private.set(99_999, 8);
    assert_eq!((private.at(99_999), second.at(99_999)), (8, 7));
    assert!(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 0, None).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert!(create(INVALID_HANDLE_VALUE, PAGE_NOACCESS, 10, None).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// MEM-19: a section of a name is found by it until its last handle is closed.
#[test]
fn mem_19_named_sections() {
    let name = format!("larboard section {}", std::process::id());
    let open = || {
        let name = wide(&name);
        call!(OpenFileMappingW(FILE_MAP_ALL_ACCESS, 0, name.as_ptr()))
    };
    assert!(open().is_null());
    assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
    let make = || create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 4096, Some(&name));
    let section = Handle::new(make());
    assert_eq!(last_error(), 0);
    View::of(section.raw(), FILE_MAP_WRITE).set(5, 55);
    let again = Handle::new(make());
    assert_eq!(last_error(), ERROR_ALREADY_EXISTS);
    let opened = Handle::new(open());
    for handle in [&again, &opened] {
        assert_eq!(View::of(handle.raw(), FILE_MAP_READ).at(5), 55);
    }
    drop((section, again, opened));
    assert!(open().is_null());
}

/// MEM-20: a view begins at a multiple of 64 KiB, and ends within the section.
#[test]
fn mem_20_parts_of_a_section() {
    let section = memory(200 * KIB as u32);
    let all = View::of(section.raw(), FILE_MAP_WRITE);
    all.set(64 * KIB + 3, 9);
    let part = |offset, size| View::part(section.raw(), FILE_MAP_READ, offset, size);
    assert_eq!(
        part(64 * KIB as u32, 10).ok().map(|view| view.at(3)),
        Some(9)
    );
    assert_eq!(
        part(64 * KIB as u32, 136 * KIB).ok().map(|view| view.at(3)),
        Some(9)
    );
    assert_eq!(part(4096, 10).err(), Some(ERROR_MAPPED_ALIGNMENT));
    assert_eq!(
        part(64 * KIB as u32, 137 * KIB).err(),
        Some(ERROR_ACCESS_DENIED)
    );
    assert_eq!(part(256 * KIB as u32, 0).err(), Some(ERROR_ACCESS_DENIED));
    assert_eq!(
        View::part(null_mut(), FILE_MAP_READ, 0, 0).err(),
        Some(ERROR_INVALID_HANDLE)
    );
}

/// MEM-21: a view has no more access than its section, and a section no more than its file.
#[test]
fn mem_21_access() {
    let file = TestFile::new("access", b"contents");
    let readable = file.open(GENERIC_READ);
    assert!(create(readable.raw(), PAGE_READWRITE, 0, None).is_null());
    assert_eq!(last_error(), ERROR_ACCESS_DENIED);
    let section = Handle::new(create(readable.raw(), PAGE_READONLY, 0, None));
    let part = |access| View::part(section.raw(), access, 0, 0);
    assert_eq!(part(FILE_MAP_READ).ok().map(|view| view.at(0)), Some(b'c'));
    assert_eq!(part(FILE_MAP_WRITE).err(), Some(ERROR_ACCESS_DENIED));
    let copies = Handle::new(create(readable.raw(), PAGE_WRITECOPY, 0, None));
    let view = View::of(copies.raw(), FILE_MAP_COPY);
    view.set(0, b'C');
    drop(view);
    assert_eq!(
        std::fs::read(&file.0).ok().as_deref(),
        Some(&b"contents"[..])
    );
}

/// MEM-22: a view can be asked for at an address, if nothing is there.
#[test]
fn mem_22_at_an_address() {
    let section = memory(4096);
    let view = View::of(section.raw(), FILE_MAP_WRITE);
    let at = |address: *mut c_void| {
        let base = address.cast_const();
        call!(MapViewOfFileEx(
            section.raw(),
            FILE_MAP_WRITE,
            0,
            0,
            0,
            base
        ))
        .Value
    };
    let place = view.0;
    assert!(at(place).is_null());
    assert_eq!(last_error(), ERROR_INVALID_ADDRESS);
    assert!(at(place.wrapping_byte_add(4096)).is_null());
    assert_eq!(last_error(), ERROR_MAPPED_ALIGNMENT);
    drop(view);
    let there = at(place);
    // Another thread of the tests may have taken the place.
    assert!(there == place || last_error() == ERROR_INVALID_ADDRESS);
    if !there.is_null() {
        drop(View(there));
    }
}

/// MEM-23: a view stays when the handles of its section are closed, and goes by any of its addresses.
#[test]
fn mem_23_views_outlive_handles() {
    let section = memory(100_000);
    let view = View::of(section.raw(), FILE_MAP_WRITE);
    drop(section);
    view.set(0, 1);
    assert_eq!(view.at(0), 1);
    let mut told = MEMORY_BASIC_INFORMATION::default();
    call!(VirtualQuery(
        view.0,
        &mut told,
        size_of::<MEMORY_BASIC_INFORMATION>()
    ));
    assert_eq!(
        (told.State, told.Type, told.Protect),
        (MEM_COMMIT, MEM_MAPPED, PAGE_READWRITE)
    );
    let inside = MEMORY_MAPPED_VIEW_ADDRESS {
        Value: view.0.wrapping_byte_add(5000),
    };
    std::mem::forget(view);
    assert_eq!(call!(UnmapViewOfFile(inside)), 1);
    assert_eq!(call!(UnmapViewOfFile(inside)), 0);
    assert_eq!(last_error(), ERROR_INVALID_ADDRESS);
}

/// MEM-24: what is written to a view of a file reaches the file; a larger section makes the file grow.
#[test]
fn mem_24_views_of_files() {
    let file = TestFile::new("view", b"0123456789");
    let handle = file.open(GENERIC_READ | GENERIC_WRITE);
    let section = Handle::new(create(handle.raw(), PAGE_READWRITE, 20, None));
    drop(handle);
    let view = View::of(section.raw(), FILE_MAP_WRITE);
    assert_eq!((view.at(9), view.at(19)), (b'9', 0));
    view.set(19, b'x');
    assert_eq!(call!(FlushViewOfFile(view.0, 0)), 1);
    drop(view);
    let contents = std::fs::read(&file.0).expect("the file");
    assert_eq!((contents.len(), contents[19]), (20, b'x'));
    let empty = TestFile::new("empty", b"");
    let handle = empty.open(GENERIC_READ | GENERIC_WRITE);
    assert!(create(handle.raw(), PAGE_READWRITE, 0, None).is_null());
    assert_eq!(last_error(), ERROR_FILE_INVALID);
    assert_eq!(call!(FlushViewOfFile(null(), 0)), 0);
}

/// Not a test: what `mem_19_other_processes` runs as a process of its own.
#[test]
#[ignore = "part of another test"]
fn uses_the_section_of_another_process() {
    let Ok(name) = std::env::var("LARBOARD_TEST_SECTION") else {
        return;
    };
    let wide_name = wide(&name);
    let open = || call!(OpenFileMappingW(FILE_MAP_ALL_ACCESS, 0, wide_name.as_ptr()));
    let opened = Handle::new(open());
    let view = View::of(opened.raw(), FILE_MAP_WRITE);
    assert_eq!(view.at(5), 55);
    view.set(6, 66);
    let made = Handle::new(create(
        INVALID_HANDLE_VALUE,
        PAGE_READWRITE,
        4096,
        Some(&name),
    ));
    assert_eq!(last_error(), ERROR_ALREADY_EXISTS);
    assert_eq!(View::of(made.raw(), FILE_MAP_READ).at(6), 66);
    assert_eq!(
        View::part(made.raw(), FILE_MAP_READ, 65_536, 0).map(|view| view.at(0)),
        Ok(0)
    );
}

/// MEM-19: other processes find a section by its name as well, as long as somebody has a handle.
#[test]
fn mem_19_other_processes() {
    let name = format!("Global\\larboard/section: 공유 {}", std::process::id());
    let section = Handle::new(create(
        INVALID_HANDLE_VALUE,
        PAGE_READWRITE,
        100_000,
        Some(&name),
    ));
    assert_eq!(last_error(), 0);
    let view = View::of(section.raw(), FILE_MAP_WRITE);
    view.set(5, 55);
    let other = || {
        let program = std::env::current_exe().expect("this program");
        std::process::Command::new(program)
            .args([
                "--exact",
                "memory::mapping::uses_the_section_of_another_process",
                "--ignored",
            ])
            .env("LARBOARD_TEST_SECTION", &name)
            .output()
            .expect("it runs")
    };
    let told = other();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stdout)
    );
    assert_eq!(view.at(6), 66);
    drop(section);
    assert!(!other().status.success(), "the name is gone");
}
