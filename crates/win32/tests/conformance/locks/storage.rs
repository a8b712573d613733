//! What each thread has for itself.

use std::ffi::c_void;
use std::ptr::{null, without_provenance};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard};

use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use crate::common::w::Win32::System::Threading::{
    FLS_OUT_OF_INDEXES, FlsAlloc, FlsFree, FlsGetValue, FlsSetValue, TLS_OUT_OF_INDEXES, TlsAlloc,
    TlsFree, TlsGetValue, TlsSetValue,
};
use crate::common::{LIMIT, SENTINEL, create_thread, last_error, set_last_error, task, wait};

/// Held by tests that need indexes: one takes all there are.
static INDEXES: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    INDEXES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn set(index: u32, value: usize) {
    assert_eq!(call!(TlsSetValue(index, without_provenance(value))), 1);
}

fn get(index: u32) -> usize {
    call!(TlsGetValue(index)) as usize
}

/// TLS-01: an index that is given out is null in every thread, also if it was used and freed before; there are 1,088.
#[test]
fn tls_01_a_new_index_is_null_everywhere() {
    let _alone = alone();
    let other = task(|| {
        let indexes: Vec<u32> = std::iter::repeat_with(|| call!(TlsAlloc()))
            .take_while(|&index| index != TLS_OUT_OF_INDEXES)
            .collect();
        // Other tests may have some.
        assert!(
            (1_000..=1_088).contains(&indexes.len()),
            "{}",
            indexes.len()
        );
        indexes.iter().for_each(|&index| set(index, 7));
        for &index in &indexes {
            assert_eq!(get(index), 7);
            assert_eq!(call!(TlsFree(index)), 1);
        }
        let again: Vec<u32> = (0..900).map(|_| call!(TlsAlloc())).collect();
        for &index in &again {
            assert_eq!(get(index), 0);
            assert_eq!(call!(TlsFree(index)), 1);
        }
    });
    other.result();
}

/// TLS-02: an index is freed once.
#[test]
fn tls_02_freeing() {
    let _alone = alone();
    let index = call!(TlsAlloc());
    assert_eq!(call!(TlsFree(index)), 1);
    for index in [1_088, TLS_OUT_OF_INDEXES] {
        assert_eq!(call!(TlsFree(index)), 0);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
}

/// TLS-03: each thread sees its own value; getting one clears the last error, so that null can be told from a failure.
#[test]
fn tls_03_each_thread_has_its_own() {
    let _alone = alone();
    let index = call!(TlsAlloc());
    set(index, 11);
    task(move || {
        set_last_error(SENTINEL);
        assert_eq!((get(index), last_error()), (0, ERROR_SUCCESS));
        set(index, 22);
        assert_eq!(get(index), 22);
    })
    .result();
    set_last_error(SENTINEL);
    assert_eq!((get(index), last_error()), (11, ERROR_SUCCESS));
    assert_eq!(call!(TlsFree(index)), 1);
    assert_eq!((get(1_088), last_error()), (0, ERROR_INVALID_PARAMETER));
    assert_eq!(call!(TlsSetValue(1_088, null())), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

static ENDED: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "system" fn at_the_end(value: *const c_void) {
    ENDED.fetch_add(value as usize, SeqCst);
}

unsafe extern "system" fn when_freed(value: *const c_void) {
    FREED.fetch_add(value as usize, SeqCst);
}

/// TLS-04: the routine of a fiber local index is called with the value of a thread that ends, before its handle is signalled.
#[test]
fn tls_04_the_routine_runs_at_the_end() {
    let index = call!(FlsAlloc(Some(at_the_end)));
    assert_ne!(index, FLS_OUT_OF_INDEXES);
    let (thread, _) = create_thread(0, move || {
        assert!(call!(FlsGetValue(index)).is_null());
        assert_eq!(call!(FlsSetValue(index, without_provenance(5))), 1);
        assert_eq!(call!(FlsGetValue(index)) as usize, 5);
        0
    });
    assert_eq!(wait(thread.raw(), LIMIT), 0);
    assert_eq!(ENDED.load(SeqCst), 5);
    // A thread without a value, and one that has set it back: nothing is called.
    let (thread, _) = create_thread(0, move || {
        call!(FlsSetValue(index, without_provenance(5)));
        call!(FlsSetValue(index, null())) as u32
    });
    assert_eq!(wait(thread.raw(), LIMIT), 0);
    assert_eq!(ENDED.load(SeqCst), 5);
    assert_eq!(call!(FlsFree(index)), 1);
}

/// TLS-05: freeing a fiber local index calls its routine for the values that threads have there.
#[test]
fn tls_05_the_routine_runs_when_freed() {
    let index = call!(FlsAlloc(Some(when_freed)));
    assert_eq!(call!(FlsSetValue(index, without_provenance(9))), 1);
    assert_eq!(call!(FlsFree(index)), 1);
    assert_eq!(FREED.load(SeqCst), 9);
    assert_eq!(call!(FlsFree(index)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    for index in [0, u32::MAX] {
        assert_eq!(call!(FlsSetValue(index, null())), 0);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        set_last_error(SENTINEL);
        assert!(call!(FlsGetValue(index)).is_null());
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
}
