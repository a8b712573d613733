//! Interlocked singly linked lists.

use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::Shared;
use crate::common::w::Win32::System::Kernel::{SLIST_ENTRY, SLIST_HEADER};
use crate::common::w::Win32::System::Threading::{
    InitializeSListHead, InterlockedFlushSList, InterlockedPopEntrySList,
    InterlockedPushEntrySList, InterlockedPushListSListEx, QueryDepthSList,
};
use crate::common::{Task, task};

#[repr(C, align(16))]
struct Head(SLIST_HEADER);

/// An entry as a program makes it: the link first.
#[repr(C, align(16))]
struct Item {
    link: SLIST_ENTRY,
    number: usize,
}

fn head() -> Shared<Head> {
    let head = Shared::new(Head(SLIST_HEADER::default()));
    call!(InitializeSListHead(head.at().cast()));
    head
}

fn item(number: usize) -> *mut SLIST_ENTRY {
    let link = SLIST_ENTRY { Next: null_mut() };
    Box::into_raw(Box::new(Item { link, number })).cast()
}

fn push(head: &Shared<Head>, number: usize) -> *mut SLIST_ENTRY {
    call!(InterlockedPushEntrySList(head.at().cast(), item(number)))
}

/// The number of an item that was taken, which is freed.
fn free(entry: *mut SLIST_ENTRY) -> Option<usize> {
    (!entry.is_null()).then(|| call!(Box::from_raw(entry.cast::<Item>())).number)
}

fn pop(head: &Shared<Head>) -> Option<usize> {
    free(call!(InterlockedPopEntrySList(head.at().cast())))
}

fn depth(head: &Shared<Head>) -> u16 {
    call!(QueryDepthSList(head.at().cast()))
}

/// LOCK-23: the last entry that was pushed is the first to be popped; pushing returns the one before; the list counts.
#[test]
fn lock_23_last_in_first_out() {
    let head = head();
    assert!(push(&head, 1).is_null());
    for number in 2..=3 {
        let before = push(&head, number);
        assert_eq!(call!((*before.cast::<Item>()).number), number - 1);
        assert_eq!(usize::from(depth(&head)), number);
    }
    for number in (1..=3).rev() {
        assert_eq!(pop(&head), Some(number));
    }
    assert_eq!((pop(&head), depth(&head)), (None, 0));
}

/// LOCK-24: a chain is pushed in one piece, and all entries are taken in one piece, each leading to the next.
#[test]
fn lock_24_chains() {
    let head = head();
    push(&head, 1);
    let (first, last) = (item(3), item(2));
    call!((*first).Next = last);
    let before = call!(InterlockedPushListSListEx(head.at().cast(), first, last, 2));
    assert_eq!(call!((*before.cast::<Item>()).number), 1);
    assert_eq!(depth(&head), 3);
    let mut entry = call!(InterlockedFlushSList(head.at().cast()));
    assert_eq!(depth(&head), 0);
    for number in (1..=3).rev() {
        let next = call!((*entry).Next);
        assert_eq!(free(entry), Some(number));
        entry = next;
    }
    assert!(entry.is_null());
    assert!(call!(InterlockedFlushSList(head.at().cast())).is_null());
}

/// LOCK-25: threads push, pop, free and flush at the same time; no entry is lost or taken twice.
#[test]
fn lock_25_many_threads() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 20_000;
    let (head, taken) = (head(), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<Task<()>> = (0..THREADS)
        .map(|thread| {
            let (head, taken) = (head.clone(), taken.clone());
            task(move || {
                for round in 0..ROUNDS {
                    push(&head, 1);
                    if thread == 0 && round % 64 == 0 {
                        let mut entry = call!(InterlockedFlushSList(head.at().cast()));
                        while !entry.is_null() {
                            let next = call!((*entry).Next);
                            taken.fetch_add(free(entry).unwrap_or_default(), SeqCst);
                            entry = next;
                        }
                    } else if let Some(number) = pop(&head) {
                        taken.fetch_add(number, SeqCst);
                    }
                }
            })
        })
        .collect();
    tasks.into_iter().for_each(Task::result);
    while let Some(number) = pop(&head) {
        taken.fetch_add(number, SeqCst);
    }
    assert_eq!(taken.load(SeqCst), THREADS * ROUNDS);
    assert_eq!(depth(&head), 0);
}
