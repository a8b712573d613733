//! How much memory and time the machine and the process use, as /proc tells.

use std::sync::atomic::{AtomicU64, Ordering};

use windows_sys::Win32::Foundation::{
    ERROR_BAD_LENGTH, ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, FILETIME,
    HANDLE, TRUE,
};
use windows_sys::Win32::System::ProcessStatus::{
    PERFORMANCE_INFORMATION, PROCESS_MEMORY_COUNTERS, PROCESS_MEMORY_COUNTERS_EX,
};
use windows_sys::Win32::System::SystemInformation::MEMORYSTATUSEX;
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::process;

/// Memory of the machine in bytes: physical memory, physical memory with swap as "page file", the addresses of a process.
/// What is available includes what Linux would take back from its caches.
///
/// Errors: `ERROR_INVALID_PARAMETER` if `dwLength` is not the size of the structure, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpbuffer` is null or valid for a read and a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalMemoryStatusEx(lpbuffer: *mut MEMORYSTATUSEX) -> BOOL {
    const ADDRESSES: u64 = 0x7FFF_FFFE_0000;
    win32(FALSE, || {
        if is_bad(lpbuffer) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid by this function's contract.
        let length = unsafe { (&raw const (*lpbuffer).dwLength).read_unaligned() };
        if length as usize != size_of::<MEMORYSTATUSEX>() {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let machine = Table::of("/proc/meminfo")?;
        let process = Table::of("/proc/self/status")?;
        let (total, available) = (machine.bytes("MemTotal"), machine.bytes("MemAvailable"));
        let used = total.saturating_sub(available);
        let status = MEMORYSTATUSEX {
            dwLength: length,
            dwMemoryLoad: (used * 100).checked_div(total).unwrap_or_default() as u32,
            ullTotalPhys: total,
            ullAvailPhys: available,
            ullTotalPageFile: total + machine.bytes("SwapTotal"),
            ullAvailPageFile: available + machine.bytes("SwapFree"),
            ullTotalVirtual: ADDRESSES,
            ullAvailVirtual: ADDRESSES.saturating_sub(process.bytes("VmSize")),
            ullAvailExtendedVirtual: 0,
        };
        // SAFETY: valid by this function's contract.
        unsafe { store(lpbuffer, status) };
        Ok(TRUE)
    })
}

/// Processor time of the machine since its start, all processors together, in units of 100 ns: idle; in the system, idle
/// time included; in programs.
///
/// Errors: `ERROR_GEN_FAILURE` without /proc.
///
/// # Safety
/// Each pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimes(
    lpidletime: *mut FILETIME,
    lpkerneltime: *mut FILETIME,
    lpusertime: *mut FILETIME,
) -> BOOL {
    win32(FALSE, || {
        let text = read("/proc/stat")?;
        let line = text.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = line.split_whitespace().skip(1).map(number).collect();
        let at = |place: usize| ticks.get(place).copied().unwrap_or_default();
        // user, nice, system, idle, iowait, irq, softirq, steal
        let idle = at(3) + at(4);
        let kernel = at(2) + at(5) + at(6) + idle;
        let user = at(0) + at(1) + at(7);
        for (to, ticks) in [
            (lpidletime, idle),
            (lpkerneltime, kernel),
            (lpusertime, user),
        ] {
            // SAFETY: null or valid for a write by this function's contract.
            unsafe { store(to, hundred_nanoseconds(ticks)) };
        }
        Ok(TRUE)
    })
}

/// Memory of a process in bytes: the working set is what lies in physical memory, the page file usage what is its own
/// alone, in memory or swap. The quotas of the pools are 0; the peak of the page file usage is the largest one that was asked
/// for, of another process the usage itself. `PROCESS_MEMORY_COUNTERS_EX` is filled too, by its size.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_BAD_LENGTH`, `ERROR_NOACCESS`; `ERROR_GEN_FAILURE` for a process that has ended.
///
/// # Safety
/// `ppsmemcounters` is null or valid for writes of `cb` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn K32GetProcessMemoryInfo(
    process: HANDLE,
    ppsmemcounters: *mut PROCESS_MEMORY_COUNTERS,
    cb: u32,
) -> BOOL {
    win32(FALSE, || {
        let process = process::get(process)?.id();
        if is_bad(ppsmemcounters) {
            return Err(ERROR_NOACCESS.into());
        }
        let cb = cb as usize;
        if cb < size_of::<PROCESS_MEMORY_COUNTERS>() {
            return Err(ERROR_BAD_LENGTH.into());
        }
        let counters = memory_of(process)?;
        if cb >= size_of::<PROCESS_MEMORY_COUNTERS_EX>() {
            // SAFETY: valid for this size by this function's contract.
            unsafe { store(ppsmemcounters.cast(), counters) };
        } else {
            // The longer structure begins with the shorter one.
            // SAFETY: `counters` is of this frame; valid for this size by this function's contract.
            unsafe {
                store(
                    ppsmemcounters,
                    (&raw const counters)
                        .cast::<PROCESS_MEMORY_COUNTERS>()
                        .read(),
                )
            };
            // SAFETY: as above.
            unsafe { (&raw mut (*ppsmemcounters).cb).write_unaligned(cb as u32) };
        }
        Ok(TRUE)
    })
}

/// Memory of the machine in pages, and how many handles (open files), processes and threads there are.
///
/// Errors: `ERROR_BAD_LENGTH`, `ERROR_NOACCESS`, `ERROR_GEN_FAILURE` without /proc.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn K32GetPerformanceInfo(
    pperformanceinformation: *mut PERFORMANCE_INFORMATION,
    cb: u32,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(pperformanceinformation) {
            return Err(ERROR_NOACCESS.into());
        }
        if (cb as usize) < size_of::<PERFORMANCE_INFORMATION>() {
            return Err(ERROR_BAD_LENGTH.into());
        }
        let information = performance()?;
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(pperformanceinformation, information) };
        Ok(TRUE)
    })
}

fn memory_of(process: u32) -> Result<PROCESS_MEMORY_COUNTERS_EX, Win32Error> {
    static PEAK: AtomicU64 = AtomicU64::new(0);
    let status = Table::of(&format!("/proc/{process}/status"))?;
    let stat = read(&format!("/proc/{process}/stat"))?;
    // Behind the name, which may contain anything: the state is the third field.
    let fields = stat
        .rsplit_once(')')
        .map(|(_, fields)| fields)
        .unwrap_or_default();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let field = |n: usize| fields.get(n - 3).copied().map_or(0, number);
    let own = status.bytes("RssAnon") + status.bytes("VmSwap");
    let peak = if process == std::process::id() {
        PEAK.fetch_max(own, Ordering::Relaxed).max(own)
    } else {
        own
    };
    Ok(PROCESS_MEMORY_COUNTERS_EX {
        cb: size_of::<PROCESS_MEMORY_COUNTERS_EX>() as u32,
        PageFaultCount: (field(10) + field(12)) as u32,
        PeakWorkingSetSize: status.bytes("VmHWM") as usize,
        WorkingSetSize: status.bytes("VmRSS") as usize,
        QuotaPeakPagedPoolUsage: 0,
        QuotaPagedPoolUsage: 0,
        QuotaPeakNonPagedPoolUsage: 0,
        QuotaNonPagedPoolUsage: 0,
        PagefileUsage: own as usize,
        PeakPagefileUsage: peak as usize,
        PrivateUsage: own as usize,
    })
}

fn performance() -> Result<PERFORMANCE_INFORMATION, Win32Error> {
    // SAFETY: takes a number.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
    let machine = Table::of("/proc/meminfo")?;
    let pages = |names: &[&str]| {
        let bytes: u64 = names.iter().map(|name| machine.bytes(name)).sum();
        (bytes / page) as usize
    };
    let files = read("/proc/sys/fs/file-nr")?;
    let load = read("/proc/loadavg")?;
    // "0.00 0.01 0.05 1/234 5678": running and all threads.
    let threads = load
        .split_whitespace()
        .nth(3)
        .and_then(|field| field.split_once('/'));
    let processes = std::fs::read_dir("/proc").map_err(|_| ERROR_GEN_FAILURE)?;
    let processes = processes.filter(|entry| {
        let entry = entry.as_ref().ok();
        entry.is_some_and(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .iter()
                .all(u8::is_ascii_digit)
        })
    });
    Ok(PERFORMANCE_INFORMATION {
        cb: size_of::<PERFORMANCE_INFORMATION>() as u32,
        CommitTotal: pages(&["Committed_AS"]),
        CommitLimit: pages(&["CommitLimit"]),
        CommitPeak: pages(&["Committed_AS"]),
        PhysicalTotal: pages(&["MemTotal"]),
        PhysicalAvailable: pages(&["MemAvailable"]),
        SystemCache: pages(&["Cached", "Buffers"]),
        KernelTotal: pages(&["Slab", "KernelStack", "PageTables"]),
        KernelPaged: pages(&["SReclaimable"]),
        KernelNonpaged: pages(&["SUnreclaim", "KernelStack", "PageTables"]),
        PageSize: page as usize,
        HandleCount: files.split_whitespace().next().map_or(0, number) as u32,
        ProcessCount: processes.count() as u32,
        ThreadCount: threads.map_or(0, |(_, all)| number(all)) as u32,
    })
}

/// Clock ticks of /proc as units of 100 ns.
fn hundred_nanoseconds(ticks: u64) -> FILETIME {
    // SAFETY: takes a number.
    let per_second = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).unwrap_or(100);
    let time = (u128::from(ticks) * 10_000_000 / u128::from(per_second.max(1))) as u64;
    FILETIME {
        dwLowDateTime: time as u32,
        dwHighDateTime: (time >> 32) as u32,
    }
}

fn read(file: &str) -> Result<String, Win32Error> {
    std::fs::read_to_string(file).map_err(|_| ERROR_GEN_FAILURE.into())
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// A file with lines like `MemTotal:  16384 kB`.
struct Table(String);

impl Table {
    fn of(file: &str) -> Result<Self, Win32Error> {
        read(file).map(Self)
    }

    /// The value of a line in bytes; 0 if it is not there.
    fn bytes(&self, name: &str) -> u64 {
        let mut values = self.0.lines().filter_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(':')?;
            Some(number(value.split_whitespace().next()?) * 1024)
        });
        values.next().unwrap_or_default()
    }
}
