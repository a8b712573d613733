//! Processors.

/// Binds the calling thread, and the threads it starts from now on, to one processor.
///
/// # Panics
/// If the processor does not exist or is not allowed.
pub fn pin(processor: usize) {
    pin_to(&[processor]);
}

/// Binds the calling thread, and the threads it starts from now on, to these processors.
///
/// # Panics
/// If none of them exists and is allowed.
pub fn pin_to(processors: &[usize]) {
    // SAFETY: all zero bytes are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for processor in processors {
        // SAFETY: CPU_SET checks its index against the size of the set.
        unsafe { libc::CPU_SET(*processor, &mut set) };
    }
    // SAFETY: the set is live and its size is passed.
    let done = unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) };
    assert_eq!(
        done,
        0,
        "processors {processors:?}: {}",
        std::io::Error::last_os_error()
    );
}

/// The processors this process may use.
pub fn allowed() -> Vec<usize> {
    // SAFETY: all zero bytes are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is live and its size is passed.
    let done = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &mut set) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: CPU_ISSET checks its index against the size of the set.
    (0..libc::CPU_SETSIZE as usize)
        .filter(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) })
        .collect()
}
