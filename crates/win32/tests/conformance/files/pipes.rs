//! Anonymous pipes.

use std::ptr::{null, null_mut};
use std::thread;

use super::{done, read, write};
use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_NOACCESS,
};
use crate::common::w::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use crate::common::w::Win32::System::Pipes::{CreatePipe, PeekNamedPipe};
use crate::common::{Handle, QUIET};

fn pipe() -> (Handle, Handle) {
    let (mut near, mut far) = (null_mut(), null_mut());
    done(call!(CreatePipe(&mut near, &mut far, null(), 0))).expect("a pipe");
    (Handle::new(near), Handle::new(far))
}

/// DEV-58: A pipe carries bytes; a read takes what is there, and each end does only its part.
#[test]
fn dev_58_bytes_go_through() {
    let (near, far) = pipe();
    assert_eq!(call!(GetFileType(*near)), FILE_TYPE_PIPE);
    assert_eq!(write(*far, b"hello"), Ok(5));
    assert_eq!(write(*far, b" pipe"), Ok(5));
    assert_eq!(read(*near, 7), Ok(b"hello p".to_vec()));
    assert_eq!(read(*near, 100), Ok(b"ipe".to_vec()));
    assert_eq!(write(*near, b"x"), Err(ERROR_ACCESS_DENIED));
    assert_eq!(read(*far, 1), Err(ERROR_ACCESS_DENIED));
    let refused = done(call!(CreatePipe(null_mut(), null_mut(), null(), 0)));
    assert_eq!(refused, Err(ERROR_NOACCESS));
}

/// DEV-58: What was written can be read after the writer has gone, then the pipe is broken; a write without a reader is
/// ERROR_NO_DATA and ends no process.
#[test]
fn dev_58_broken_pipes() {
    let (near, far) = pipe();
    assert_eq!(write(*far, b"last"), Ok(4));
    far.close();
    assert_eq!(read(*near, 10), Ok(b"last".to_vec()));
    assert_eq!(read(*near, 10), Err(ERROR_BROKEN_PIPE));
    let (near, far) = pipe();
    near.close();
    assert_eq!(write(*far, b"x"), Err(ERROR_NO_DATA));
}

/// DEV-58: A read waits for bytes, and a write larger than the pipe for its reader.
#[test]
fn dev_58_both_ends_wait() {
    let (near, far) = pipe();
    let bytes: Vec<u8> = (0..300_000u32).map(|n| n as u8).collect();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut all = Vec::new();
            while let Ok(more) = read(*near, 10_000) {
                all.extend(more);
            }
            all
        });
        thread::sleep(std::time::Duration::from_millis(u64::from(QUIET)));
        assert_eq!(write(*far, &bytes), Ok(300_000));
        far.close();
        assert!(reader.join().expect("the reader") == bytes);
    });
}

/// DEV-54: PeekNamedPipe tells how many bytes wait, and when the other end is closed and nothing is left.
#[test]
fn dev_54_how_much_waits() {
    let (near, far) = pipe();
    let peek = || {
        let mut waiting = 99;
        let none = null_mut();
        let ok = call!(PeekNamedPipe(
            *near,
            null_mut(),
            0,
            none,
            &mut waiting,
            none
        ));
        done(ok).map(|()| waiting)
    };
    assert_eq!(peek(), Ok(0));
    assert_eq!(write(*far, b"hello"), Ok(5));
    assert_eq!(peek(), Ok(5));
    far.close();
    assert_eq!(peek(), Ok(5));
    assert_eq!(read(*near, 5), Ok(b"hello".to_vec()));
    assert_eq!(peek(), Err(ERROR_BROKEN_PIPE));
}
