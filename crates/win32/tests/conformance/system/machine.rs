//! Memory, times, version, processors, names, random numbers.

use crate::common::last_error;
use crate::common::w::Win32::Foundation::{
    ERROR_BAD_LENGTH, ERROR_BUFFER_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_HANDLE,
    ERROR_INVALID_PARAMETER, ERROR_MORE_DATA, ERROR_OLD_WIN_VERSION, FILETIME,
    STATUS_INVALID_HANDLE, STATUS_SUCCESS,
};
use crate::common::w::Win32::NetworkManagement::IpHelper::{
    GetAdaptersAddresses, IP_ADAPTER_ADDRESSES_LH,
};
use crate::common::w::Win32::NetworkManagement::Ndis::IfOperStatusUp;
use crate::common::w::Win32::Networking::WinSock::{AF_INET, AF_UNSPEC, SOCKADDR_IN};
use crate::common::w::Win32::Security::Cryptography::{
    BCRYPT_USE_SYSTEM_PREFERRED_RNG, BCryptGenRandom,
};
use crate::common::w::Win32::System::ProcessStatus::{
    K32GetPerformanceInfo, K32GetProcessMemoryInfo, PERFORMANCE_INFORMATION,
    PROCESS_MEMORY_COUNTERS, PROCESS_MEMORY_COUNTERS_EX,
};
use crate::common::w::Win32::System::SystemInformation::{
    ComputerNameDnsHostname, GetComputerNameExW, GetLogicalProcessorInformation, GetSystemInfo,
    GetVersionExW, GlobalMemoryStatusEx, MEMORYSTATUSEX, OSVERSIONINFOEXW, RelationCache,
    RelationProcessorCore, SYSTEM_INFO, SYSTEM_LOGICAL_PROCESSOR_INFORMATION, VER_BUILDNUMBER,
    VER_MAJORVERSION, VER_MINORVERSION, VerSetConditionMask, VerifyVersionInfoW,
};
use crate::common::w::Win32::System::Threading::{GetCurrentProcess, GetSystemTimes};
use crate::common::w::Win32::System::WindowsProgramming::{GetComputerNameW, GetUserNameW};

/// The memory of the machine is told whole and free, for a structure of the right size.
#[test]
fn memory_of_the_machine() {
    let mut status = MEMORYSTATUSEX {
        dwLength: size_of::<MEMORYSTATUSEX>() as u32,
        ..Default::default()
    };
    assert_eq!(call!(GlobalMemoryStatusEx(&mut status)), 1);
    assert!(status.ullTotalPhys > 1 << 27 && status.ullAvailPhys < status.ullTotalPhys);
    assert!(status.dwMemoryLoad <= 100 && status.ullAvailVirtual < status.ullTotalVirtual);
    assert!(status.ullTotalPageFile >= status.ullTotalPhys);
    status.dwLength = 4;
    assert_eq!(call!(GlobalMemoryStatusEx(&mut status)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// A process that has written to more memory has a larger working set and more that is its own.
#[test]
fn memory_of_the_process() {
    let counters = || {
        let mut counters = PROCESS_MEMORY_COUNTERS_EX::default();
        let (this, size) = (call!(GetCurrentProcess()), size_of_val(&counters) as u32);
        let to = (&raw mut counters).cast();
        assert_eq!(call!(K32GetProcessMemoryInfo(this, to, size)), 1);
        counters
    };
    let before = counters();
    let bytes = vec![7u8; 64 << 20];
    let after = counters();
    assert!(bytes.iter().all(|&byte| byte == 7));
    // Other tests may give some back meanwhile.
    let least = 32 << 20;
    assert!(after.WorkingSetSize > before.WorkingSetSize + least);
    assert!(after.PrivateUsage > before.PrivateUsage + least);
    assert!(after.PeakWorkingSetSize >= after.WorkingSetSize - least);
    assert!(after.PageFaultCount > before.PageFaultCount);

    let this = call!(GetCurrentProcess());
    let mut short = PROCESS_MEMORY_COUNTERS::default();
    assert_eq!(call!(K32GetProcessMemoryInfo(this, &mut short, 72)), 1);
    assert_eq!(short.cb, 72);
    assert_eq!(call!(K32GetProcessMemoryInfo(this, &mut short, 8)), 0);
    assert_eq!(last_error(), ERROR_BAD_LENGTH);
    assert_eq!(
        call!(K32GetProcessMemoryInfo(
            std::ptr::null_mut(),
            &mut short,
            72
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// The performance information counts this process and its threads among all.
#[test]
fn performance() {
    let mut all = PERFORMANCE_INFORMATION::default();
    assert_eq!(
        call!(K32GetPerformanceInfo(&mut all, size_of_val(&all) as u32)),
        1
    );
    assert!(all.PageSize >= 4096 && all.PhysicalTotal * all.PageSize > 1 << 27);
    assert!(all.ProcessCount >= 1 && all.ThreadCount >= all.ProcessCount && all.HandleCount > 0);
    assert_eq!(call!(K32GetPerformanceInfo(&mut all, 4)), 0);
    assert_eq!(last_error(), ERROR_BAD_LENGTH);
}

/// The times of the system only grow, and its own time includes the idle one.
#[test]
fn times_of_the_system() {
    let times = || {
        let mut times = [FILETIME::default(); 3];
        let [idle, kernel, user] = &mut times;
        assert_eq!(call!(GetSystemTimes(idle, kernel, user)), 1);
        times.map(|time| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime))
    };
    let (before, after) = (times(), times());
    assert!(before[1] >= before[0] && before[2] > 0);
    assert!(after[1] >= before[1] && after[2] >= before[2]);
}

/// The version is that of Windows 10, and questions about it are answered.
#[test]
fn the_version() {
    let mut version = OSVERSIONINFOEXW {
        dwOSVersionInfoSize: size_of::<OSVERSIONINFOEXW>() as u32,
        ..Default::default()
    };
    assert_eq!(call!(GetVersionExW((&raw mut version).cast())), 1);
    assert_eq!(
        (
            version.dwMajorVersion,
            version.dwMinorVersion,
            version.dwPlatformId
        ),
        (10, 0, 2)
    );
    assert_eq!((version.wServicePackMajor, version.wProductType), (0, 1));
    version.dwOSVersionInfoSize = 8;
    assert_eq!(call!(GetVersionExW((&raw mut version).cast())), 0);
    assert_eq!(last_error(), ERROR_INSUFFICIENT_BUFFER);

    const GREATER_EQUAL: u8 = 3;
    let at_least = |major, minor| {
        let mut asked = OSVERSIONINFOEXW {
            dwMajorVersion: major,
            dwMinorVersion: minor,
            ..Default::default()
        };
        let mask = [VER_MAJORVERSION, VER_MINORVERSION]
            .into_iter()
            .fold(0, |mask, part| {
                call!(VerSetConditionMask(mask, part, GREATER_EQUAL))
            });
        call!(VerifyVersionInfoW(
            &mut asked,
            VER_MAJORVERSION | VER_MINORVERSION,
            mask
        )) != 0
    };
    assert!(at_least(6, 1) && at_least(6, 3) && at_least(10, 0));
    assert!(!at_least(10, 1) && !at_least(11, 0));
    assert_eq!(last_error(), ERROR_OLD_WIN_VERSION);
    let mut asked = OSVERSIONINFOEXW {
        dwBuildNumber: 22000,
        ..Default::default()
    };
    let mask = call!(VerSetConditionMask(0, VER_BUILDNUMBER, GREATER_EQUAL));
    assert_eq!(
        call!(VerifyVersionInfoW(&mut asked, VER_BUILDNUMBER, mask)),
        0
    );
}

/// The cores together are the processors of the process; a short buffer is told the size needed.
#[test]
fn processors() {
    let mut length = 0;
    assert_eq!(
        call!(GetLogicalProcessorInformation(
            std::ptr::null_mut(),
            &mut length
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INSUFFICIENT_BUFFER);
    let size = size_of::<SYSTEM_LOGICAL_PROCESSOR_INFORMATION>();
    assert_eq!(size, 32);
    let mut all = vec![SYSTEM_LOGICAL_PROCESSOR_INFORMATION::default(); length as usize / size];
    assert_eq!(
        call!(GetLogicalProcessorInformation(
            all.as_mut_ptr(),
            &mut length
        )),
        1
    );
    let mut info = SYSTEM_INFO::default();
    call!(GetSystemInfo(&mut info));
    let cores = all
        .iter()
        .filter(|one| one.Relationship == RelationProcessorCore);
    let mask = cores.fold(0, |mask, core| {
        assert_eq!(mask & core.ProcessorMask, 0, "a processor in two cores");
        mask | core.ProcessorMask
    });
    assert_eq!(mask, info.dwActiveProcessorMask);
    for cache in all.iter().filter(|one| one.Relationship == RelationCache) {
        let cache = call!(cache.Anonymous.Cache);
        assert!((1..=4).contains(&cache.Level) && cache.Size >= 1024);
    }
}

/// The names of the computer and the user, and the sizes they need.
#[test]
fn names() {
    let mut buffer = [0u16; 256];
    let to = buffer.as_mut_ptr();
    let mut size = 256;
    assert_eq!(call!(GetComputerNameW(to, &mut size)), 1);
    assert!((1..=15).contains(&size) && buffer[size as usize] == 0);
    let (length, mut size) = (size, 1);
    assert_eq!(call!(GetComputerNameW(to, &mut size)), 0);
    assert_eq!((last_error(), size), (ERROR_BUFFER_OVERFLOW, length + 1));
    let mut size = 0;
    assert_eq!(
        call!(GetComputerNameExW(ComputerNameDnsHostname, to, &mut size)),
        0
    );
    assert_eq!(last_error(), ERROR_MORE_DATA);
    assert_eq!(
        call!(GetComputerNameExW(ComputerNameDnsHostname, to, &mut size)),
        1
    );
    assert_eq!(call!(GetComputerNameExW(99, to, &mut size)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    let mut size = 256;
    assert_eq!(call!(GetUserNameW(to, &mut size)), 1);
    assert!(size >= 2 && buffer[size as usize - 1] == 0);
}

/// Random bytes differ, and there are no algorithm handles.
#[test]
fn random_numbers() {
    let random = |handle, flags| {
        let mut bytes = [0u8; 32];
        (
            call!(BCryptGenRandom(handle, bytes.as_mut_ptr(), 32, flags)),
            bytes,
        )
    };
    let (system, none) = (BCRYPT_USE_SYSTEM_PREFERRED_RNG, std::ptr::null_mut());
    let (first, second) = (random(none, system), random(none, system));
    assert_eq!((first.0, second.0), (STATUS_SUCCESS, STATUS_SUCCESS));
    assert_ne!(first.1, second.1);
    assert_eq!(random(none, 0).0, STATUS_INVALID_HANDLE);
}

/// The loopback adapter is among the adapters, with its address; a short buffer is told the size needed.
#[test]
fn adapters() {
    let list = |buffer: *mut u64, size: &mut u32, family| {
        let to = buffer.cast();
        call!(GetAdaptersAddresses(
            u32::from(family),
            0,
            std::ptr::null(),
            to,
            size
        ))
    };
    let mut size = 0;
    let none = std::ptr::null_mut();
    assert_eq!(list(none, &mut size, AF_UNSPEC), ERROR_BUFFER_OVERFLOW);
    assert_eq!(list(none, &mut size, 99), ERROR_INVALID_PARAMETER);
    // Addresses may come meanwhile.
    let mut buffer = vec![0u64; size as usize / 8 + 512];
    let mut size = size_of_val(buffer.as_slice()) as u32;
    assert_eq!(list(buffer.as_mut_ptr(), &mut size, AF_INET), 0);
    let mut adapter = buffer.as_ptr().cast::<IP_ADAPTER_ADDRESSES_LH>();
    let mut found = false;
    while !adapter.is_null() {
        let about = call!(&*adapter);
        assert!(call!(about.Anonymous1.Anonymous.IfIndex) > 0);
        assert_ne!(call!(*about.FriendlyName), 0);
        let mut unicast = about.FirstUnicastAddress;
        while !unicast.is_null() {
            let address = call!(&*unicast);
            assert_eq!(address.Address.iSockaddrLength, 16);
            let ip = call!(*address.Address.lpSockaddr.cast::<SOCKADDR_IN>());
            let is_loopback = call!(ip.sin_addr.S_un.S_addr) == u32::from_ne_bytes([127, 0, 0, 1]);
            if is_loopback {
                let kind = (ip.sin_family, address.OnLinkPrefixLength, about.IfType);
                assert_eq!((kind, about.OperStatus), ((AF_INET, 8, 24), IfOperStatusUp));
            }
            found |= is_loopback;
            unicast = address.Next;
        }
        adapter = about.Next;
    }
    assert!(found, "there is a loopback adapter");
}
