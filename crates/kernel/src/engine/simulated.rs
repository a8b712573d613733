//! The system calls of [`super::sys`] on a bad day: for descriptors that a test has handed over with [`attach`], calls
//! say "not now" though they could go on, transfer less than they could, and fail; reports of readiness come late and
//! in another order. All of it within what Linux may do, and drawn from the seed of the test.
//!
//! The contract of edges is kept: whoever was told "not now", or was given less than there is, or whose report was held
//! back, is *owed* an edge. It is paid by EPOLL_CTL_MOD, which makes Linux report again what the descriptor is at that
//! time: at once - before the call has even returned - or by a thread of its own within a few milliseconds.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libc::{c_int, c_void, iovec, msghdr, off_t, size_t, sockaddr, socklen_t, ssize_t};
use parking_lot::{Condvar, Mutex};

/// A small generator of numbers (SplitMix64): the same seed gives the same numbers.
pub struct Random(pub u64);

impl Random {
    /// The next one.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.draw() % n as u64) as usize
    }

    /// Yes in `n` of a thousand cases.
    pub fn chance(&mut self, n: u32) -> bool {
        self.draw() % 1000 < u64::from(n)
    }
}

/// How often what goes wrong, in thousandths.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// "Not now", and an edge later.
    pub delay: u32,
    /// Fewer bytes than possible.
    pub short: u32,
    /// Out of memory: nothing happened, the next call may do better. Receives only.
    pub memory: u32,
    /// The connection is reset, for good.
    pub reset: u32,
    /// A report of readiness is held back.
    pub hold: u32,
}

/// From now on calls on `fd` suffer from `faults`.
pub fn attach(fd: c_int, faults: Faults, seed: u64) {
    let descriptor = Descriptor {
        faults,
        random: Random(seed),
        reset: false,
        registration: None,
    };
    SIMULATOR.state.lock().descriptors.insert(fd, descriptor);
}

/// Calls on `fd` are as they are. Before it is closed: the number will be used again.
pub fn detach(fd: c_int) {
    let mut state = SIMULATOR.state.lock();
    state.pay(fd);
    state.descriptors.remove(&fd);
}

struct Descriptor {
    faults: Faults,
    random: Random,
    reset: bool,
    registration: Option<Registration>,
}

#[derive(Clone, Copy)]
struct Registration {
    epoll: c_int,
    token: u64,
    interest: u32,
}

#[derive(Default)]
struct State {
    descriptors: HashMap<c_int, Descriptor>,
    owed: Vec<(Instant, c_int)>,
}

struct Simulator {
    state: Mutex<State>,
    changed: Condvar,
}

static SIMULATOR: LazyLock<Simulator> = LazyLock::new(|| {
    std::thread::spawn(pay_what_is_due);
    Simulator {
        state: Mutex::default(),
        changed: Condvar::new(),
    }
});

impl State {
    /// The edge of `fd`, now.
    fn pay(&self, fd: c_int) {
        let registration = self.descriptors.get(&fd).and_then(|d| d.registration);
        if let Some(at) = registration {
            let mut event = libc::epoll_event {
                events: at.interest,
                u64: at.token,
            };
            // SAFETY: `event` is of this frame. A descriptor that is not registered there any more is an error that
            // means nothing.
            unsafe { libc::epoll_ctl(at.epoll, libc::EPOLL_CTL_MOD, fd, &mut event) };
        }
    }

    fn owe(&mut self, fd: c_int) {
        let Some(descriptor) = self.descriptors.get_mut(&fd) else {
            return;
        };
        match descriptor.random.below(4) {
            0 => self.pay(fd),
            n => {
                let due = Instant::now() + Duration::from_micros(n as u64 * 300);
                self.owed.push((due, fd));
                SIMULATOR.changed.notify_one();
            }
        }
    }
}

fn pay_what_is_due() {
    let mut state = SIMULATOR.state.lock();
    loop {
        let now = Instant::now();
        let (due, later) = state.owed.drain(..).partition(|(when, _)| *when <= now);
        state.owed = later;
        let due: Vec<(Instant, c_int)> = due;
        due.iter().for_each(|(_, fd)| state.pay(*fd));
        match state.owed.iter().map(|(when, _)| *when).min() {
            Some(next) => drop(SIMULATOR.changed.wait_until(&mut state, next)),
            None => SIMULATOR.changed.wait(&mut state),
        }
    }
}

/// Called by the poller before it registers a descriptor.
pub(super) fn registered(epoll: c_int, fd: c_int, token: u64, interest: u32) {
    if let Some(descriptor) = SIMULATOR.state.lock().descriptors.get_mut(&fd) {
        descriptor.registration = Some(Registration {
            epoll,
            token,
            interest,
        });
    }
}

/// Called by the poller after each wait: holds reports back and changes their order.
pub(super) fn report(events: &mut [libc::epoll_event], filled: &mut usize) {
    let mut state = SIMULATOR.state.lock();
    let mut kept = 0;
    for i in 0..*filled {
        let token = events[i].u64;
        let hit = state.descriptors.iter_mut().find_map(|(fd, d)| {
            let mine = d.registration.is_some_and(|r| r.token == token);
            (mine && d.random.chance(d.faults.hold)).then_some(*fd)
        });
        if let Some(fd) = hit {
            state.owe(fd);
            continue;
        }
        events[kept] = events[i];
        kept += 1;
    }
    *filled = kept;
    if let Some(descriptor) = state.descriptors.values_mut().next() {
        for i in (1..kept).rev() {
            events.swap(i, descriptor.random.below(i + 1));
        }
    }
}

/// What becomes of a call.
enum Fate {
    Go,
    /// Transfer no more than this.
    Short(usize),
    Fail(c_int),
}

fn fate(fd: c_int, length: usize, receives: bool) -> Fate {
    let mut state = SIMULATOR.state.lock();
    let Some(descriptor) = state.descriptors.get_mut(&fd) else {
        return Fate::Go;
    };
    let Faults {
        delay,
        short,
        memory,
        reset,
        ..
    } = descriptor.faults;
    let random = &mut descriptor.random;
    if descriptor.reset || random.chance(reset) {
        if !std::mem::replace(&mut descriptor.reset, true) {
            // SAFETY: plain system call. Linux reports the end to both directions, as it does for a reset.
            unsafe { libc::shutdown(fd, libc::SHUT_RDWR) };
        }
        return Fate::Fail(if receives {
            libc::ECONNRESET
        } else {
            libc::EPIPE
        });
    }
    if random.chance(delay) {
        let dawdles = random.chance(200);
        state.owe(fd);
        drop(state);
        if dawdles {
            // Time for others to hear of the edge before this call has returned.
            std::thread::sleep(Duration::from_micros(200));
        }
        return Fate::Fail(libc::EAGAIN);
    }
    if receives && random.chance(memory) {
        return Fate::Fail(libc::ENOMEM);
    }
    if length > 1 && random.chance(short) {
        return Fate::Short(1 + random.below(length - 1));
    }
    Fate::Go
}

fn fail(errno: c_int) -> ssize_t {
    // SAFETY: the address of the calling thread's errno.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// A transfer that was cut: if it has used what it was given there may be more, and an edge is owed.
fn cut(fd: c_int, limit: usize, n: ssize_t) -> ssize_t {
    if usize::try_from(n) == Ok(limit) {
        SIMULATOR.state.lock().owe(fd);
    }
    n
}

/// # Safety
/// As recv(2).
pub unsafe fn recv(fd: c_int, buffer: *mut c_void, length: size_t, flags: c_int) -> ssize_t {
    // SAFETY: handed on to the caller.
    unsafe {
        match fate(fd, length, true) {
            Fate::Go => libc::recv(fd, buffer, length, flags),
            Fate::Short(limit) => cut(fd, limit, libc::recv(fd, buffer, limit, flags)),
            Fate::Fail(errno) => fail(errno),
        }
    }
}

/// # Safety
/// As send(2).
pub unsafe fn send(fd: c_int, buffer: *const c_void, length: size_t, flags: c_int) -> ssize_t {
    // SAFETY: handed on to the caller.
    unsafe {
        match fate(fd, length, false) {
            Fate::Go => libc::send(fd, buffer, length, flags),
            Fate::Short(limit) => cut(fd, limit, libc::send(fd, buffer, limit, flags)),
            Fate::Fail(errno) => fail(errno),
        }
    }
}

/// # Safety
/// As recvfrom(2). Datagrams are not cut.
pub unsafe fn recvfrom(
    fd: c_int,
    buffer: *mut c_void,
    length: size_t,
    flags: c_int,
    from: *mut sockaddr,
    from_length: *mut socklen_t,
) -> ssize_t {
    match fate(fd, length, true) {
        Fate::Fail(errno) => fail(errno),
        // SAFETY: handed on to the caller.
        _ => unsafe { libc::recvfrom(fd, buffer, length, flags, from, from_length) },
    }
}

/// # Safety
/// As sendto(2). Datagrams are not cut.
pub unsafe fn sendto(
    fd: c_int,
    buffer: *const c_void,
    length: size_t,
    flags: c_int,
    to: *const sockaddr,
    to_length: socklen_t,
) -> ssize_t {
    match fate(fd, length, false) {
        Fate::Fail(errno) => fail(errno),
        // SAFETY: handed on to the caller.
        _ => unsafe { libc::sendto(fd, buffer, length, flags, to, to_length) },
    }
}

/// The first `limit` bytes of a message's buffers.
///
/// # Safety
/// `message` must point to a valid header.
unsafe fn first(message: *const msghdr, mut limit: usize) -> Vec<iovec> {
    // SAFETY: the caller's promise.
    let parts = unsafe { std::slice::from_raw_parts((*message).msg_iov, (*message).msg_iovlen) };
    let take = |part: &iovec| {
        let length = part.iov_len.min(limit);
        limit -= length;
        iovec {
            iov_base: part.iov_base,
            iov_len: length,
        }
    };
    parts.iter().map(take).collect()
}

/// # Safety
/// `message` must point to a valid header.
unsafe fn total(message: *const msghdr) -> usize {
    // SAFETY: the caller's promise.
    let parts = unsafe { std::slice::from_raw_parts((*message).msg_iov, (*message).msg_iovlen) };
    parts.iter().map(|part| part.iov_len).sum()
}

/// # Safety
/// As recvmsg(2). Messages with room for an address are datagrams and not cut.
pub unsafe fn recvmsg(fd: c_int, message: *mut msghdr, flags: c_int) -> ssize_t {
    // SAFETY: handed on to the caller.
    unsafe {
        match fate(fd, total(message), true) {
            Fate::Short(limit) if (*message).msg_name.is_null() => {
                let mut parts = first(message, limit);
                let whole = (*message).msg_iov;
                (*message).msg_iov = parts.as_mut_ptr();
                let n = libc::recvmsg(fd, message, flags);
                (*message).msg_iov = whole;
                cut(fd, limit, n)
            }
            Fate::Fail(errno) => fail(errno),
            _ => libc::recvmsg(fd, message, flags),
        }
    }
}

/// # Safety
/// As sendmsg(2). Messages with an address are datagrams and not cut.
pub unsafe fn sendmsg(fd: c_int, message: *const msghdr, flags: c_int) -> ssize_t {
    // SAFETY: handed on to the caller.
    unsafe {
        match fate(fd, total(message), false) {
            Fate::Short(limit) if (*message).msg_name.is_null() => {
                let mut parts = first(message, limit);
                let mut part = std::ptr::read(message);
                part.msg_iov = parts.as_mut_ptr();
                cut(fd, limit, libc::sendmsg(fd, &part, flags))
            }
            Fate::Fail(errno) => fail(errno),
            _ => libc::sendmsg(fd, message, flags),
        }
    }
}

/// # Safety
/// As accept4(2).
pub unsafe fn accept4(
    fd: c_int,
    address: *mut sockaddr,
    length: *mut socklen_t,
    flags: c_int,
) -> c_int {
    match fate(fd, 1, false) {
        Fate::Fail(errno) => fail(errno) as c_int,
        // SAFETY: handed on to the caller.
        _ => unsafe { libc::accept4(fd, address, length, flags) },
    }
}

/// # Safety
/// As connect(2).
pub unsafe fn connect(fd: c_int, address: *const sockaddr, length: socklen_t) -> c_int {
    match fate(fd, 1, false) {
        Fate::Fail(errno) => fail(errno) as c_int,
        // SAFETY: handed on to the caller.
        _ => unsafe { libc::connect(fd, address, length) },
    }
}

/// # Safety
/// As sendfile(2).
pub unsafe fn sendfile(fd: c_int, file: c_int, offset: *mut off_t, length: size_t) -> ssize_t {
    // SAFETY: handed on to the caller.
    unsafe {
        match fate(fd, length, false) {
            Fate::Go => libc::sendfile(fd, file, offset, length),
            Fate::Short(limit) => cut(fd, limit, libc::sendfile(fd, file, offset, limit)),
            Fate::Fail(errno) => fail(errno),
        }
    }
}
