//! TransmitFile and TransmitPackets.

use std::fs;
use std::path::PathBuf;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, GENERIC_READ, HANDLE, INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Networking::WinSock::{
    INVALID_SOCKET, TF_DISCONNECT, TF_REUSE_SOCKET, TP_ELEMENT_EOP, TP_ELEMENT_FILE,
    TP_ELEMENT_MEMORY, TRANSMIT_FILE_BUFFERS, TRANSMIT_PACKETS_ELEMENT, TRANSMIT_PACKETS_ELEMENT_0,
    TRANSMIT_PACKETS_ELEMENT_0_0, WSAEINVAL, WSAENOTCONN, WSAENOTSOCK,
};
use crate::common::w::Win32::Storage::FileSystem::{CreateFileW, FILE_SHARE_READ, OPEN_EXISTING};
use crate::common::w::Win32::System::IO::{OVERLAPPED_0, OVERLAPPED_0_0};
use crate::common::{Handle, Socket, last_error, wide};
use crate::io::{Operation, Port, Start, connected_pair, datagram_pair, extension};

/// A file of this test with known contents, open for reading.
struct Sample {
    path: PathBuf,
    handle: Option<Handle>,
}

const CONTENTS: &[u8] = b"0123456789abcdefghij";

impl Sample {
    fn new() -> Sample {
        Sample::with(CONTENTS)
    }

    fn with(contents: &[u8]) -> Sample {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("larboard-transmit-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, contents).expect("write the sample");
        let name = wide(path.to_str().expect("a path that is text"));
        let (share, how) = (FILE_SHARE_READ, OPEN_EXISTING);
        let file = call!(CreateFileW(
            name.as_ptr(),
            GENERIC_READ,
            share,
            null(),
            how,
            0,
            null_mut()
        ));
        assert_ne!(file, INVALID_HANDLE_VALUE, "CreateFileW: {}", last_error());
        Sample {
            path,
            handle: Some(Handle::new(file)),
        }
    }

    fn handle(&self) -> HANDLE {
        self.handle.as_ref().expect("an open sample").raw()
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        drop(self.handle.take());
        // A file that stays behind in the temporary directory is no reason to fail a test.
        drop(fs::remove_file(&self.path));
    }
}

/// TransmitFile with an OVERLAPPED or without, without buffers.
fn transmit(
    socket: &Socket,
    file: HANDLE,
    length: u32,
    operation: Option<&Operation>,
    flags: u32,
) -> Start {
    let function = extension::transmit_file().expect("TransmitFile");
    let overlapped = operation.map_or(null_mut(), Operation::overlapped);
    let start = Start::of_bool(call!(function(
        socket.raw(),
        file,
        length,
        0,
        overlapped,
        null(),
        flags
    )));
    operation.map_or(start, |operation| operation.note(start))
}

/// OVL-95: TransmitFile wants a connected stream socket.
#[test]
fn ovl_95_errors_of_transmit_file() {
    let file = Sample::new();
    let function = extension::transmit_file().expect("TransmitFile");
    let ok = call!(function(
        INVALID_SOCKET,
        file.handle(),
        0,
        0,
        null_mut(),
        null(),
        0
    ));
    assert_eq!((ok, last_error() as i32), (0, WSAENOTSOCK));
    assert_eq!(
        transmit(&Socket::tcp(), file.handle(), 0, None, 0),
        Start::Failed(WSAENOTCONN)
    );
    let (datagrams, _peer) = datagram_pair();
    assert_eq!(
        transmit(&datagrams, file.handle(), 0, None, 0),
        Start::Failed(WSAENOTCONN)
    );
}

/// OVL-95: With neither file nor buffers TransmitFile succeeds and sends nothing.
#[test]
fn ovl_95_nothing_to_send_is_success() {
    let (a, b) = connected_pair();
    assert_eq!(transmit(&a, null_mut(), 0, None, 0), Start::Done);
    a.send(b"x").expect("send");
    assert_eq!(b.recv(&mut [0; 4]), Ok(1));
}

/// OVL-96: Head, file and tail are sent in this order and counted together.
#[test]
fn ovl_96_head_file_and_tail_in_order() {
    let (a, b) = connected_pair();
    let file = Sample::new();
    let (mut head, mut tail) = (*b"head:", *b":tail");
    let buffers = TRANSMIT_FILE_BUFFERS {
        Head: head.as_mut_ptr().cast(),
        HeadLength: 5,
        Tail: tail.as_mut_ptr().cast(),
        TailLength: 5,
    };
    let operation = Operation::new(0);
    let function = extension::transmit_file().expect("TransmitFile");

    let ok = call!(function(
        a.raw(),
        file.handle(),
        0,
        0,
        operation.overlapped(),
        &buffers,
        0
    ));
    operation.note(Start::of_bool(ok)).accepted();

    assert_eq!(operation.finish(&a), Ok(30));
    assert_eq!(b.recv_all(30), [b"head:", CONTENTS, b":tail"].concat());
}

/// OVL-96: A length of 0 means to the end of the file, another length means as many bytes.
/// OVL-97: Without an OVERLAPPED the call is synchronous and starts at the file pointer.
#[test]
fn ovl_96_length_zero_is_the_whole_file() {
    let (a, b) = connected_pair();
    assert_eq!(
        transmit(&a, Sample::new().handle(), 0, None, 0),
        Start::Done
    );
    assert_eq!(b.recv_all(20), CONTENTS);
    assert_eq!(
        transmit(&a, Sample::new().handle(), 7, None, 0),
        Start::Done
    );
    assert_eq!(b.recv_all(7), CONTENTS[..7]);
}

/// OVL-97: With an OVERLAPPED sending starts at its offset, and pends.
#[test]
fn ovl_97_the_offset_is_where_it_starts() {
    let (a, b) = connected_pair();
    let file = Sample::new();
    let operation = Operation::new(0);
    let offset = OVERLAPPED_0_0 {
        Offset: 10,
        OffsetHigh: 0,
    };
    // SAFETY: nothing runs on the structure yet.
    unsafe { (*operation.overlapped()).Anonymous = OVERLAPPED_0 { Anonymous: offset } };

    assert_eq!(
        transmit(&a, file.handle(), 0, Some(&operation), 0),
        Start::Pending
    );

    assert_eq!(operation.finish(&a), Ok(10));
    assert_eq!(b.recv_all(10), CONTENTS[10..]);
}

/// OVL-96: A file larger than all buffers arrives whole, and its packet counts it.
#[test]
fn ovl_96_a_large_file_arrives_whole() {
    let contents: Vec<u8> = (0..8 << 20)
        .map(|index: usize| (index * 13 % 241) as u8)
        .collect();
    let (a, b) = connected_pair();
    let (port, file, operation) = (
        Port::of(&a, 2),
        Sample::with(&contents),
        Operation::without_event(0),
    );

    assert_eq!(
        transmit(&a, file.handle(), 0, Some(&operation), 0),
        Start::Pending
    );
    assert!(b.recv_all(contents.len()) == contents, "the bytes differ");

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes as usize), (0, contents.len()));
}

/// OVL-98: More than 2,147,483,646 bytes are too many.
#[test]
fn ovl_98_a_length_has_a_limit() {
    let (a, _b) = connected_pair();
    let start = transmit(&a, Sample::new().handle(), 2_147_483_647, None, 0);
    assert!(
        [
            Start::Failed(WSAEINVAL),
            Start::Failed(ERROR_INVALID_PARAMETER as i32)
        ]
        .contains(&start),
        "{start:?}"
    );
}

/// OVL-98: TF_REUSE_SOCKET needs TF_DISCONNECT beside it.
#[test]
fn ovl_98_reuse_needs_disconnect() {
    let (a, b) = connected_pair();
    let file = Sample::new();
    assert_eq!(
        transmit(&a, file.handle(), 0, None, TF_REUSE_SOCKET),
        Start::Failed(WSAEINVAL)
    );

    assert_eq!(
        transmit(&a, file.handle(), 0, None, TF_DISCONNECT),
        Start::Done
    );
    assert_eq!(b.recv_all(20), CONTENTS);
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

fn memory(bytes: &mut [u8], flags: u32) -> TRANSMIT_PACKETS_ELEMENT {
    TRANSMIT_PACKETS_ELEMENT {
        dwElFlags: TP_ELEMENT_MEMORY | flags,
        cLength: bytes.len() as u32,
        Anonymous: TRANSMIT_PACKETS_ELEMENT_0 {
            pBuffer: bytes.as_mut_ptr().cast(),
        },
    }
}

fn part_of_file(file: &Sample, offset: i64, length: u32) -> TRANSMIT_PACKETS_ELEMENT {
    let place = TRANSMIT_PACKETS_ELEMENT_0_0 {
        nFileOffset: offset,
        hFile: file.handle(),
    };
    TRANSMIT_PACKETS_ELEMENT {
        dwElFlags: TP_ELEMENT_FILE,
        cLength: length,
        Anonymous: TRANSMIT_PACKETS_ELEMENT_0 { Anonymous: place },
    }
}

/// OVL-99: TransmitPackets sends pieces of memory and of files in the order of the array, an offset of -1 being the file pointer.
#[test]
fn ovl_99_packets_of_memory_and_file() {
    let (a, b) = connected_pair();
    let file = Sample::new();
    let (mut first, mut last) = (*b"first ", *b" last");
    let elements = [
        memory(&mut first, TP_ELEMENT_EOP),
        part_of_file(&file, 10, 5),
        part_of_file(&file, -1, 3),
        memory(&mut last, 0),
    ];
    let operation = Operation::new(0);
    let function = extension::transmit_packets().expect("TransmitPackets");

    let ok = call!(function(
        a.raw(),
        elements.as_ptr(),
        4,
        0,
        operation.overlapped(),
        0
    ));
    operation.note(Start::of_bool(ok)).accepted();

    assert_eq!(operation.finish(&a), Ok(19));
    assert_eq!(b.recv_all(19), b"first abcde012 last");
}

/// OVL-99: An element that says it is memory and file at once is WSAEINVAL.
#[test]
fn ovl_99_an_element_is_memory_or_file() {
    let (a, _b) = connected_pair();
    let mut text = *b"text";
    let elements = [memory(&mut text, TP_ELEMENT_FILE)];
    let operation = Operation::new(0);
    let function = extension::transmit_packets().expect("TransmitPackets");
    let ok = call!(function(
        a.raw(),
        elements.as_ptr(),
        1,
        0,
        operation.overlapped(),
        0
    ));
    assert_eq!(operation.note(Start::of_bool(ok)), Start::Failed(WSAEINVAL));
}
