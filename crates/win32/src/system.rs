//! What the machine is and what time it is.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::SystemInformation::{
    PROCESSOR_ARCHITECTURE_AMD64, PROCESSOR_ARCHITECTURE_ARM64, PROCESSOR_ARCHITECTURE_UNKNOWN,
    SYSTEM_INFO, SYSTEM_INFO_0, SYSTEM_INFO_0_0,
};

use crate::clock::date::{EPOCH, SECOND, split};
use crate::guard::{infallible, store};

/// Describes the machine: the processors are those this process may run on (PORT-04).
///
/// # Safety
/// `lpsysteminfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemInfo(lpsysteminfo: *mut SYSTEM_INFO) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpsysteminfo, describe()) });
}

/// The same as [`GetSystemInfo`]: nothing is emulated.
///
/// # Safety
/// `lpsysteminfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetNativeSystemInfo(lpsysteminfo: *mut SYSTEM_INFO) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpsysteminfo, describe()) });
}

/// How many processors this process may run on; there is one group, 0. Any other group but `ALL_PROCESSOR_GROUPS` has
/// none.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetActiveProcessorCount(groupnumber: u16) -> u32 {
    const ALL_PROCESSOR_GROUPS: u16 = 0xFFFF;
    infallible(0, || {
        if matches!(groupnumber, 0 | ALL_PROCESSOR_GROUPS) {
            processors().count_ones()
        } else {
            0
        }
    })
}

/// Milliseconds since the machine was started; wraps around after 49.7 days.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTickCount() -> u32 {
    milliseconds_since_start() as u32
}

/// Milliseconds since the machine was started, time asleep included.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTickCount64() -> u64 {
    milliseconds_since_start()
}

/// The time of day as a `FILETIME`: units of 100 ns since 1601, UTC.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimeAsFileTime(lpsystemtimeasfiletime: *mut FILETIME) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpsystemtimeasfiletime, now()) });
}

/// The same as [`GetSystemTimeAsFileTime`], which is precise already.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimePreciseAsFileTime(
    lpsystemtimeasfiletime: *mut FILETIME,
) {
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpsystemtimeasfiletime, now()) });
}

fn describe() -> SYSTEM_INFO {
    let processors = processors();
    let (family, revision) = processor_model();
    let architecture = if cfg!(target_arch = "x86_64") {
        PROCESSOR_ARCHITECTURE_AMD64
    } else if cfg!(target_arch = "aarch64") {
        PROCESSOR_ARCHITECTURE_ARM64
    } else {
        PROCESSOR_ARCHITECTURE_UNKNOWN
    };
    // SAFETY: takes no pointers.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    SYSTEM_INFO {
        Anonymous: SYSTEM_INFO_0 {
            Anonymous: SYSTEM_INFO_0_0 {
                wProcessorArchitecture: architecture,
                wReserved: 0,
            },
        },
        dwPageSize: u32::try_from(page).unwrap_or(4096),
        lpMinimumApplicationAddress: std::ptr::without_provenance_mut(0x1_0000),
        lpMaximumApplicationAddress: std::ptr::without_provenance_mut(0x7FFF_FFFE_FFFF),
        dwActiveProcessorMask: to_windows(processors) as usize,
        dwNumberOfProcessors: processors.count_ones(),
        dwProcessorType: if cfg!(target_arch = "x86_64") {
            PROCESSOR_AMD_X8664
        } else {
            0
        },
        dwAllocationGranularity: 0x1_0000,
        wProcessorLevel: family,
        wProcessorRevision: revision,
    }
}

const PROCESSOR_AMD_X8664: u32 = 8664;

/// The first 64 processors this process may run on, as Linux numbers them: those it could run on at first.
pub(crate) fn processors() -> u64 {
    static PROCESSORS: LazyLock<u64> = LazyLock::new(|| set_of(std::process::id()).unwrap_or(1));
    *PROCESSORS
}

/// A mask of processors as Windows numbers them: from 0 on without gaps, among those this process may run on.
pub(crate) fn to_windows(linux: u64) -> u64 {
    let numbered = bits(processors()).enumerate();
    numbered
        .filter(|&(_, cpu)| linux >> cpu & 1 != 0)
        .fold(0, |mask, (number, _)| mask | 1 << number)
}

/// The reverse of [`to_windows`].
fn to_linux(windows: u64) -> u64 {
    let numbered = bits(processors()).enumerate();
    numbered
        .filter(|&(number, _)| windows >> number & 1 != 0)
        .fold(0, |mask, (_, cpu)| mask | 1 << cpu)
}

fn bits(mask: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |bit| mask >> bit & 1 != 0)
}

/// The processors that a thread, or the first thread of a process, may run on.
pub(crate) fn affinity_of(id: u32) -> Option<u64> {
    set_of(id).map(to_windows)
}

/// Lets a thread run on some processors only. False if Linux does not let it.
pub(crate) fn set_affinity_of(id: u32, mask: u64) -> bool {
    // SAFETY: a set of bits: all zero is a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for cpu in bits(to_linux(mask)) {
        // SAFETY: 64 is below the size of the set.
        unsafe { libc::CPU_SET(cpu as usize, &mut set) };
    }
    let Ok(id) = libc::pid_t::try_from(id) else {
        return false;
    };
    // SAFETY: the set has the size given.
    unsafe { libc::sched_setaffinity(id, size_of_val(&set), &set) == 0 }
}

/// The processor this thread runs on, as Windows numbers them.
pub(crate) fn current_processor() -> u32 {
    // SAFETY: takes nothing.
    let cpu = u32::try_from(unsafe { libc::sched_getcpu() }).unwrap_or_default();
    let place = bits(processors()).position(|allowed| allowed == cpu);
    place.unwrap_or_default() as u32
}

fn set_of(id: u32) -> Option<u64> {
    // SAFETY: a set of bits: all zero is a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    let id = libc::pid_t::try_from(id).ok()?;
    // SAFETY: the set has the size given.
    if unsafe { libc::sched_getaffinity(id, size_of_val(&set), &mut set) } != 0 {
        return None;
    }
    let mask = (0..64)
        // SAFETY: 64 is below the size of the set.
        .filter(|&cpu| unsafe { libc::CPU_ISSET(cpu, &set) })
        .fold(0, |mask, cpu| mask | 1 << cpu);
    (mask != 0).then_some(mask)
}

/// Family, and model with stepping, as Windows tells them.
#[cfg(target_arch = "x86_64")]
fn processor_model() -> (u16, u16) {
    let signature = std::arch::x86_64::__cpuid(1).eax;
    let (family, model) = ((signature >> 8) & 0xF, (signature >> 4) & 0xF);
    let extended_model = if matches!(family, 6 | 15) {
        (signature >> 16) & 0xF
    } else {
        0
    };
    let extended_family = if family == 15 {
        (signature >> 20) & 0xFF
    } else {
        0
    };
    let revision = (extended_model << 4 | model) << 8 | signature & 0xF;
    ((family + extended_family) as u16, revision as u16)
}

#[cfg(not(target_arch = "x86_64"))]
fn processor_model() -> (u16, u16) {
    (0, 0)
}

pub(crate) fn milliseconds_since_start() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a variable of this frame. The clock exists since Linux 2.6.39.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &mut time) };
    time.tv_sec.cast_unsigned() * 1000 + time.tv_nsec.cast_unsigned() / 1_000_000
}

fn now() -> FILETIME {
    split(now_ticks())
}

/// The time of day in units of 100 ns since 1601, UTC.
pub(crate) fn now_ticks() -> u64 {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = since_1970.as_secs() + EPOCH.cast_unsigned();
    seconds * SECOND + u64::from(since_1970.subsec_nanos()) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processors_are_those_of_this_process() {
        let info = describe();
        assert!(info.dwNumberOfProcessors >= 1);
        assert_eq!(
            info.dwActiveProcessorMask.count_ones(),
            info.dwNumberOfProcessors
        );
    }
}
