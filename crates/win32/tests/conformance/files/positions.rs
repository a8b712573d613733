//! File pointers, sizes, transfers at an offset, times.

use std::ptr::null_mut;

use super::{Folder, done, read, write};
use crate::common::w::Win32::Foundation::{
    DUPLICATE_SAME_ACCESS, DuplicateHandle, ERROR_ACCESS_DENIED, ERROR_HANDLE_EOF,
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NEGATIVE_SEEK, FILETIME, GENERIC_READ,
    GENERIC_WRITE, HANDLE,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CREATE_NEW, FILE_BEGIN, FILE_CURRENT, FILE_END, FlushFileBuffers, GetFileSize, GetFileSizeEx,
    GetFileTime, INVALID_SET_FILE_POINTER, OPEN_EXISTING, ReadFile, SetEndOfFile, SetFilePointer,
    SetFilePointerEx, SetFileTime, WriteFile,
};
use crate::common::w::Win32::System::IO::OVERLAPPED;
use crate::common::w::Win32::System::Threading::GetCurrentProcess;
use crate::common::{Handle, SENTINEL, last_error, set_last_error, tcp_socket};

fn seek(file: HANDLE, distance: i64, method: u32) -> Result<i64, u32> {
    let mut position = -1;
    done(call!(SetFilePointerEx(
        file,
        distance,
        &mut position,
        method
    )))
    .map(|()| position)
}

fn size(file: HANDLE) -> Result<i64, u32> {
    let mut size = -1;
    done(call!(GetFileSizeEx(file, &mut size))).map(|()| size)
}

/// DEV-22: Every opening has its own file pointer; a duplicated handle shares it.
#[test]
fn dev_22_each_file_object_has_its_position() {
    let folder = Folder::new();
    folder.write("a", b"abcdef");
    let first = folder.open("a", OPEN_EXISTING).expect("the file");
    let second = folder.open("a", OPEN_EXISTING).expect("the file");
    let this = call!(GetCurrentProcess());
    let mut copy = null_mut();
    let same = DUPLICATE_SAME_ACCESS;
    done(call!(DuplicateHandle(
        this, *first, this, &mut copy, 0, 0, same
    )))
    .expect("a duplicate");
    let copy = Handle::new(copy);
    assert_eq!(read(*first, 2), Ok(b"ab".to_vec()));
    assert_eq!(read(*copy, 2), Ok(b"cd".to_vec()));
    assert_eq!(read(*second, 3), Ok(b"abc".to_vec()));
    assert_eq!(read(*first, 9), Ok(b"ef".to_vec()));
}

/// DEV-23: The file pointer moves from the beginning, from where it is and from the end; a negative result is refused and
/// leaves it.
#[test]
fn dev_23_moving_the_file_pointer() {
    let folder = Folder::new();
    folder.write("a", b"abcdef");
    let file = folder.open("a", OPEN_EXISTING).expect("the file");
    assert_eq!(seek(*file, 2, FILE_BEGIN), Ok(2));
    assert_eq!(seek(*file, 2, FILE_CURRENT), Ok(4));
    assert_eq!(seek(*file, -1, FILE_END), Ok(5));
    assert_eq!(seek(*file, -6, FILE_CURRENT), Err(ERROR_NEGATIVE_SEEK));
    assert_eq!(seek(*file, 0, FILE_CURRENT), Ok(5));
    assert_eq!(seek(*file, 0, 3), Err(ERROR_INVALID_PARAMETER));
    assert_eq!(seek(*file, 100, FILE_BEGIN), Ok(100));
    assert_eq!(size(*file), Ok(6));
    let socket = tcp_socket();
    assert_eq!(
        seek(socket.handle(), 0, FILE_BEGIN),
        Err(ERROR_INVALID_HANDLE)
    );
}

/// SetFilePointer has the position in two halves; without the high one, 4 GiB and more is refused.
#[test]
fn a_position_in_two_halves() {
    let folder = Folder::new();
    let file = folder.open("a", CREATE_NEW).expect("a new file");
    assert_eq!(call!(SetFilePointer(*file, 10, null_mut(), FILE_BEGIN)), 10);
    assert_eq!(
        call!(SetFilePointer(*file, -4, null_mut(), FILE_CURRENT)),
        6
    );
    let mut high = 1;
    assert_eq!(call!(SetFilePointer(*file, 2, &mut high, FILE_BEGIN)), 2);
    assert_eq!((high, seek(*file, 0, FILE_CURRENT)), (1, Ok((1 << 32) + 2)));
    let refused = call!(SetFilePointer(*file, 1, null_mut(), FILE_CURRENT));
    assert_eq!(
        (refused, last_error()),
        (INVALID_SET_FILE_POINTER, ERROR_INVALID_PARAMETER)
    );
    assert_eq!(seek(*file, 0, FILE_CURRENT), Ok((1 << 32) + 2));
    set_last_error(SENTINEL);
    let mut high = 0;
    let end = call!(SetFilePointer(*file, -1, &mut high, FILE_BEGIN));
    assert_eq!((end, last_error()), (INVALID_SET_FILE_POINTER, 0));
}

/// DEV-24: The size changes at a write and at SetEndOfFile; a gap reads as zeros.
#[test]
fn dev_24_the_end_of_a_file() {
    let folder = Folder::new();
    let file = folder.open("a", CREATE_NEW).expect("a new file");
    assert_eq!(seek(*file, 4, FILE_BEGIN), Ok(4));
    assert_eq!(size(*file), Ok(0));
    assert_eq!(write(*file, b"end"), Ok(3));
    assert_eq!(folder.read("a"), b"\0\0\0\0end");
    assert_eq!(seek(*file, 5, FILE_BEGIN), Ok(5));
    done(call!(SetEndOfFile(*file))).expect("cut");
    let mut high = 7;
    assert_eq!((call!(GetFileSize(*file, &mut high)), high), (5, 0));
    assert_eq!(seek(*file, 8, FILE_BEGIN), Ok(8));
    done(call!(SetEndOfFile(*file))).expect("extend");
    assert_eq!(folder.read("a"), b"\0\0\0\0e\0\0\0");
    let reader = folder
        .open_for("a", GENERIC_READ, OPEN_EXISTING, 0)
        .expect("the file");
    assert_eq!(done(call!(SetEndOfFile(*reader))), Err(ERROR_ACCESS_DENIED));
}

/// DEV-26: An OVERLAPPED on a synchronous handle tells where, and the file pointer follows.
#[test]
fn dev_26_an_offset_on_a_synchronous_handle() {
    let folder = Folder::new();
    folder.write("a", b"abcdef");
    let file = folder.open("a", OPEN_EXISTING).expect("the file");
    let mut at = OVERLAPPED::default();
    at.Anonymous.Anonymous.Offset = 3;
    let (mut bytes, mut count) = ([0u8; 2], 9);
    let ok = call!(ReadFile(*file, bytes.as_mut_ptr(), 2, &mut count, &mut at));
    assert_eq!((done(ok), count, &bytes), (Ok(()), 2, b"de"));
    assert_eq!((at.InternalHigh, seek(*file, 0, FILE_CURRENT)), (2, Ok(5)));
    at.Anonymous.Anonymous.Offset = u32::MAX;
    at.Anonymous.Anonymous.OffsetHigh = u32::MAX;
    let ok = call!(WriteFile(*file, b"gh".as_ptr(), 2, &mut count, &mut at));
    assert_eq!((done(ok), count), (Ok(()), 2));
    assert_eq!(folder.read("a"), b"abcdefgh");
}

/// DEV-29: At the end of the file a read is TRUE with 0 bytes, and with an OVERLAPPED FALSE with ERROR_HANDLE_EOF.
#[test]
fn dev_29_reading_at_the_end() {
    let folder = Folder::new();
    folder.write("a", b"abc");
    let file = folder.open("a", OPEN_EXISTING).expect("the file");
    assert_eq!(seek(*file, 0, FILE_END), Ok(3));
    assert_eq!(read(*file, 4), Ok(vec![]));
    let mut at = OVERLAPPED::default();
    at.Anonymous.Anonymous.Offset = 3;
    let (mut bytes, mut count) = ([0u8; 2], 9);
    let ok = call!(ReadFile(*file, bytes.as_mut_ptr(), 2, &mut count, &mut at));
    assert_eq!((done(ok), count), (Err(ERROR_HANDLE_EOF), 0));
}

/// DEV-36: FlushFileBuffers needs the right to write.
#[test]
fn dev_36_flushing() {
    let folder = Folder::new();
    let file = folder.open("a", CREATE_NEW).expect("a new file");
    assert_eq!(write(*file, b"kept"), Ok(4));
    assert_eq!(done(call!(FlushFileBuffers(*file))), Ok(()));
    let reader = folder
        .open_for("a", GENERIC_READ, OPEN_EXISTING, 0)
        .expect("the file");
    assert_eq!(
        done(call!(FlushFileBuffers(*reader))),
        Err(ERROR_ACCESS_DENIED)
    );
    assert_eq!(
        done(call!(FlushFileBuffers(null_mut()))),
        Err(ERROR_INVALID_HANDLE)
    );
}

/// The times of reading and writing are kept as they are set, to 100 ns; null leaves one as it is.
#[test]
fn times_of_a_file() {
    let folder = Folder::new();
    let file = folder
        .open_for("a", GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0)
        .expect("a file");
    let time = |low| FILETIME {
        dwLowDateTime: low,
        dwHighDateTime: 0x01d9_8000,
    };
    done(call!(SetFileTime(
        *file,
        std::ptr::null(),
        &time(20),
        &time(37)
    )))
    .expect("set");
    done(call!(SetFileTime(
        *file,
        std::ptr::null(),
        std::ptr::null(),
        &time(41)
    )))
    .expect("set");
    let (mut read, mut written) = (time(0), time(0));
    done(call!(GetFileTime(
        *file,
        null_mut(),
        &mut read,
        &mut written
    )))
    .expect("get");
    assert_eq!((read.dwLowDateTime, read.dwHighDateTime), (20, 0x01d9_8000));
    assert_eq!(
        (written.dwLowDateTime, written.dwHighDateTime),
        (41, 0x01d9_8000)
    );
}
