//! Critical sections.

use super::Shared;
use crate::common::w::Win32::Foundation::INVALID_HANDLE_VALUE;
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use crate::common::w::Win32::System::Threading::{
    CRITICAL_SECTION, DeleteCriticalSection, EnterCriticalSection, GetCurrentThreadId,
    InitializeCriticalSection, InitializeCriticalSectionAndSpinCount, InitializeCriticalSectionEx,
    LeaveCriticalSection, SetCriticalSectionSpinCount, TryEnterCriticalSection,
};
use crate::common::{Handle, LIMIT, Task, task};

fn section() -> Shared<CRITICAL_SECTION> {
    let section = Shared::new(CRITICAL_SECTION::default());
    call!(InitializeCriticalSection(section.at()));
    section
}

fn try_elsewhere(section: &Shared<CRITICAL_SECTION>) -> bool {
    let section = section.clone();
    task(move || {
        let entered = call!(TryEnterCriticalSection(section.at())) != 0;
        if entered {
            call!(LeaveCriticalSection(section.at()));
        }
        entered
    })
    .result()
}

/// LOCK-01: a new section is free: its lock count is -1, nobody owns it, and the spin count is what was asked for.
#[test]
fn lock_01_a_new_section_is_free() {
    assert_eq!(size_of::<CRITICAL_SECTION>(), 40);
    let mut section = CRITICAL_SECTION::default();
    for spins in [0, 4000] {
        assert_eq!(
            call!(InitializeCriticalSectionAndSpinCount(&mut section, spins)),
            1
        );
        assert_eq!((section.LockCount, section.RecursionCount), (-1, 0));
        assert!(section.OwningThread.is_null());
        assert_eq!(section.SpinCount & 0xFF_FFFF, spins as usize);
        assert_eq!(call!(SetCriticalSectionSpinCount(&mut section, 7)), spins);
        assert_eq!(section.SpinCount, 7);
        call!(DeleteCriticalSection(&mut section));
        assert_eq!(
            call!(InitializeCriticalSectionEx(
                &mut section,
                spins,
                0x0100_0000
            )),
            1
        );
        call!(DeleteCriticalSection(&mut section));
    }
}

/// LOCK-02: the owner may enter again, and has to leave as often; then another thread may enter.
#[test]
fn lock_02_the_owner_enters_again() {
    let section = section();
    for _ in 0..3 {
        call!(EnterCriticalSection(section.at()));
    }
    for _ in 0..3 {
        assert!(!try_elsewhere(&section));
        call!(LeaveCriticalSection(section.at()));
    }
    assert!(try_elsewhere(&section));
}

/// LOCK-03: to try never waits: it succeeds if the section is free or the caller's own.
#[test]
fn lock_03_trying_does_not_wait() {
    let section = section();
    assert_ne!(call!(TryEnterCriticalSection(section.at())), 0);
    assert_ne!(call!(TryEnterCriticalSection(section.at())), 0);
    assert!(!try_elsewhere(&section));
    call!(LeaveCriticalSection(section.at()));
    assert!(!try_elsewhere(&section));
    call!(LeaveCriticalSection(section.at()));
    assert!(try_elsewhere(&section));
}

/// LOCK-04: while a section is held its fields tell the owner, by thread id, and how often it has entered; the lowest bit of
/// the lock count is clear, and the rest tells whether somebody waits.
#[test]
fn lock_04_the_fields_tell_the_owner() {
    let section = section();
    let fields = |section: &Shared<CRITICAL_SECTION>| call!(section.at().read_volatile());
    call!(EnterCriticalSection(section.at()));
    call!(EnterCriticalSection(section.at()));
    let held = fields(&section);
    assert_eq!(
        held.OwningThread as usize,
        call!(GetCurrentThreadId()) as usize
    );
    assert_eq!((held.RecursionCount, held.LockCount), (2, -2));
    let waiter = task({
        let section = section.clone();
        move || {
            call!(EnterCriticalSection(section.at()));
            call!(LeaveCriticalSection(section.at()));
        }
    });
    waiter.still_blocked("another thread");
    let held = fields(&section);
    assert_eq!(held.LockCount & 1, 0);
    assert!((-1 - held.LockCount) >> 2 >= 1, "somebody waits");
    call!(LeaveCriticalSection(section.at()));
    call!(LeaveCriticalSection(section.at()));
    waiter.result();
    let free = fields(&section);
    assert_eq!((free.RecursionCount, free.LockCount), (0, -1));
    assert!(free.OwningThread.is_null());
}

/// LOCK-05: threads that compete for a section are in it one at a time, and each gets it in the end.
#[test]
fn lock_05_one_thread_at_a_time() {
    const THREADS: usize = 6;
    const ROUNDS: u64 = 20_000;
    let (section, count) = (section(), Shared::new(0u64));
    let tasks: Vec<Task<()>> = (0..THREADS)
        .map(|_| {
            let (section, count) = (section.clone(), count.clone());
            task(move || {
                for round in 0..ROUNDS {
                    call!(EnterCriticalSection(section.at()));
                    let seen = call!(count.at().read());
                    if round % 1024 == 0 {
                        std::thread::yield_now();
                    }
                    call!(count.at().write(seen + 1));
                    call!(LeaveCriticalSection(section.at()));
                }
            })
        })
        .collect();
    tasks.into_iter().for_each(Task::result);
    assert_eq!(call!(count.at().read()), THREADS as u64 * ROUNDS);
}

/// LOCK-06: a thread that waits for a section does not count as running at its completion port: the next packet goes to
/// another thread.
#[test]
fn lock_06_waiting_leaves_the_running_count() {
    let create = || {
        call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            std::ptr::null_mut(),
            0,
            1
        ))
    };
    let port = Handle::new(create());
    let section = section();
    let worker = |section: Option<Shared<CRITICAL_SECTION>>, port: usize| {
        task(move || {
            let (mut bytes, mut key, mut overlapped) = (0, 0, std::ptr::null_mut());
            assert_ne!(
                call!(GetQueuedCompletionStatus(
                    port as _,
                    &mut bytes,
                    &mut key,
                    &mut overlapped,
                    LIMIT
                )),
                0
            );
            if let Some(section) = section {
                call!(EnterCriticalSection(section.at()));
                call!(LeaveCriticalSection(section.at()));
            }
        })
    };
    let post = || {
        assert_ne!(
            call!(PostQueuedCompletionStatus(
                port.raw(),
                0,
                1,
                std::ptr::null_mut()
            )),
            0
        );
    };
    call!(EnterCriticalSection(section.at()));
    let first = worker(Some(section.clone()), port.raw() as usize);
    first.await_sleep();
    post();
    // It has taken the packet, and waits for the section.
    first.still_blocked("the first worker");
    let second = worker(None, port.raw() as usize);
    second.await_sleep();
    post();
    second.result_of("the second worker");
    call!(LeaveCriticalSection(section.at()));
    first.result();
}
