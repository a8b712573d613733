//! The OVERLAPPED structure and the memory an operation uses.

use std::ptr::null_mut;
use std::thread;

use crate::common::w::Win32::Foundation::{HANDLE, STATUS_PENDING, STATUS_SUCCESS};
use crate::common::w::Win32::Networking::WinSock::{WSABUF, WSARecv};
use crate::common::w::Win32::System::IO::{GetOverlappedResult, OVERLAPPED_0, OVERLAPPED_0_0};
use crate::common::w::Win32::System::Threading::{ResetEvent, SetEvent};
use crate::common::{event, signalled};
use crate::io::operation::wait_for_routine;
use crate::io::{Operation, Port, Start, connected_pair, eventually, never, within};

/// OVL-01: Of an OVERLAPPED for a socket the program fills hEvent alone; what the four fields of the system held before plays no part.
/// OVL-04: Offset and OffsetHigh mean nothing to a socket and keep what the program left there.
#[test]
fn ovl_01_only_h_event_belongs_to_the_program() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    operation.preset(usize::MAX, usize::MAX);
    let offsets = OVERLAPPED_0_0 {
        Offset: 0x1234_5678,
        OffsetHigh: 0x9abc_def0,
    };
    // SAFETY: nothing runs on the structure yet.
    unsafe { (*operation.overlapped()).Anonymous = OVERLAPPED_0 { Anonymous: offsets } };

    operation.receive(&a).accepted();
    b.send(b"abc").expect("send");

    assert_eq!(operation.finish(&a), Ok(3));
    assert_eq!(&operation.buffer()[..3], b"abc");
    // SAFETY: the operation has completed; both words of the union are plain integers.
    let after = unsafe { (*operation.overlapped()).Anonymous.Anonymous };
    assert_eq!((after.Offset, after.OffsetHigh), (0x1234_5678, 0x9abc_def0));
}

/// OVL-02: Internal holds STATUS_PENDING from the start to the completion, then the status; InternalHigh holds the byte count.
#[test]
fn ovl_02_internal_is_the_status_and_internal_high_the_count() {
    let (a, b) = connected_pair();
    let operation = Operation::new(16);

    assert_eq!(operation.receive(&a), Start::Pending);
    assert_eq!(operation.status(), STATUS_PENDING);
    b.send(b"hello").expect("send");
    operation.wait();

    assert_eq!(operation.status(), STATUS_SUCCESS);
    assert_eq!(operation.transferred(), 5);
}

/// OVL-03: InternalHigh is left alone until the completion.
#[test]
fn ovl_03_internal_high_is_untouched_while_pending() {
    let (a, b) = connected_pair();
    let operation = Operation::new(16);
    operation.preset(0, 0x5555);

    assert_eq!(operation.receive(&a), Start::Pending);
    never("InternalHigh changes", || operation.transferred() != 0x5555);
    b.send(b"x").expect("send");
    operation.wait();

    assert_eq!(operation.transferred(), 1);
}

/// OVL-03: Whoever polls Internal and sees the end sees the count and the data too, since Internal is written last.
#[test]
fn ovl_03_internal_is_written_after_everything_else() {
    let (a, b) = connected_pair();
    for round in 0..200_u8 {
        let operation = Operation::without_event(4);
        operation.preset(0, 0x5555);
        assert_eq!(operation.receive(&a), Start::Pending);
        thread::scope(|scope| {
            scope.spawn(|| b.send(&[round; 4]).expect("send"));
            // No sleeping between the looks: the window in question is a few instructions wide.
            let start = std::time::Instant::now();
            while operation.is_pending() {
                assert!(start.elapsed() < crate::common::DEADLINE, "no completion");
                std::hint::spin_loop();
            }
            let count = operation.transferred();
            assert!((1..=4).contains(&count), "count {count}");
            assert!(
                operation.buffer()[..count]
                    .iter()
                    .all(|&byte| byte == round)
            );
            if count < 4 {
                a.recv_all(4 - count);
            }
        });
    }
}

/// OVL-05: The start resets the event, the completion sets it.
#[test]
fn ovl_05_start_resets_the_event_and_completion_sets_it() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    call!(SetEvent(operation.event()));

    assert_eq!(operation.receive(&a), Start::Pending);
    assert!(!operation.event_is_set());
    b.send(b"x").expect("send");

    eventually("the event", || operation.event_is_set());
    assert_eq!(operation.result(&a), Ok(1));
}

/// OVL-05: An operation that is finished at once sets its event all the same.
#[test]
fn ovl_05_an_immediate_completion_sets_the_event() {
    let (a, _b) = connected_pair();
    let operation = Operation::sending(b"x");
    call!(ResetEvent(operation.event()));

    operation.send(&a).accepted();

    eventually("the event", || operation.event_is_set());
    assert_eq!(operation.result(&a), Ok(1));
}

/// OVL-05: The start of an operation resets the file object's own flag as well.
#[test]
fn ovl_05_start_resets_the_file_object() {
    let (a, b) = connected_pair();
    let first = Operation::without_event(1);
    first.receive(&a).accepted();
    b.send(b"1").expect("send");
    first.wait();
    eventually("the file object's flag", || signalled(a.handle()));

    let second = Operation::without_event(1);
    assert_eq!(second.receive(&a), Start::Pending);
    assert!(!signalled(a.handle()));

    b.send(b"2").expect("send");
    assert_eq!(second.finish(&a), Ok(1));
}

/// OVL-06: The lowest bit of hEvent is a tag: the event without it is set, and the port gets no packet.
#[test]
fn ovl_06_the_low_bit_of_h_event_keeps_the_packet_away() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let event = event();
    let tagged = (event.raw() as usize | 1) as HANDLE;
    let operation = Operation::with_event(&[0; 4], tagged);

    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"ab").expect("send");
    eventually("the event", || signalled(event.raw()));

    assert_eq!(operation.result(&a), Ok(2));
    port.stays_empty();
}

/// OVL-07: The system writes through the pointers it was given, even after the function and the thread that started the operation are gone.
/// OVL-08: It is the program's own buffer that is filled.
#[test]
fn ovl_07_memory_is_used_until_completion() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let operation = Operation::without_event(8);
    let place = operation.descriptor().buf;

    // The port keeps the operation running beyond the end of the thread.
    let (operation, a) = within("the start", move || {
        assert_eq!(operation.receive(&a), Start::Pending);
        (operation, a)
    });
    b.send(b"later").expect("send");
    assert!(port.next().is_of(&operation));

    assert_eq!(operation.buffer().as_ptr(), place.cast_const());
    assert_eq!(&operation.buffer()[..5], b"later");
    assert_eq!(operation.result(&a), Ok(5));
}

/// OVL-09: The array of WSABUFs is captured by the call and may be overwritten as soon as it has returned.
#[test]
fn ovl_09_the_descriptor_array_is_captured() {
    let (a, b) = connected_pair();
    let operation = Operation::new(6);
    let whole = operation.descriptor();
    let second_half = whole.buf.wrapping_add(3);
    let mut descriptors = [
        WSABUF {
            len: 3,
            buf: whole.buf,
        },
        WSABUF {
            len: 3,
            buf: second_half,
        },
    ];
    let mut flags = 0;

    let overlapped = operation.overlapped();
    let result = call!(WSARecv(
        a.raw(),
        descriptors.as_ptr(),
        2,
        null_mut(),
        &mut flags,
        overlapped,
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);
    descriptors = [WSABUF {
        len: u32::MAX,
        buf: null_mut(),
    }; 2];
    std::hint::black_box(&descriptors);
    b.send(b"abcdef").expect("send");

    assert_eq!(operation.finish(&a), Ok(6));
    assert_eq!(operation.buffer(), b"abcdef");
}

/// OVL-10: Operations that run at once have an OVERLAPPED and an event each, and each completion shows in its own.
#[test]
fn ovl_10_every_operation_has_its_own_overlapped_and_event() {
    let (a, b) = connected_pair();
    let (first, second) = (Operation::new(2), Operation::new(2));

    assert_eq!(first.receive(&a), Start::Pending);
    assert_eq!(second.receive(&a), Start::Pending);
    b.send(b"12").expect("send");
    assert_eq!(first.finish(&a), Ok(2));
    never("the other event", || second.event_is_set());
    assert!(second.is_pending());

    b.send(b"34").expect("send");
    assert_eq!(second.finish(&a), Ok(2));
    assert_eq!((first.buffer(), second.buffer()), (&b"12"[..], &b"34"[..]));
}

/// OVL-11: An OVERLAPPED can be used again just as the last operation left it.
#[test]
fn ovl_11_an_overlapped_is_reused_without_clearing() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    for text in [b"1", b"2", b"3"] {
        operation.receive(&a).accepted();
        b.send(text).expect("send");
        assert_eq!(operation.finish(&a), Ok(1));
        assert_eq!(&operation.buffer()[..1], text);
    }

    operation.receive_then(&a).accepted();
    b.send(b"4").expect("send");
    assert_eq!(wait_for_routine().len(), 1);

    let mut count = 0;
    assert_eq!(
        call!(GetOverlappedResult(
            a.handle(),
            operation.overlapped(),
            &mut count,
            0
        )),
        1
    );
    assert_eq!(count, 1);
}
