//! The version of Windows that programs are told: 10.0, build 19045.

use windows_sys::Win32::Foundation::{
    ERROR_BAD_ARGUMENTS, ERROR_INSUFFICIENT_BUFFER, ERROR_NOACCESS, ERROR_OLD_WIN_VERSION, FALSE,
    TRUE,
};
use windows_sys::Win32::System::SystemInformation::{
    OSVERSIONINFOA, OSVERSIONINFOEXA, OSVERSIONINFOEXW, OSVERSIONINFOW, VER_BUILDNUMBER, VER_FLAGS,
    VER_MAJORVERSION, VER_MINORVERSION, VER_PLATFORMID, VER_PRODUCT_TYPE, VER_SERVICEPACKMAJOR,
    VER_SERVICEPACKMINOR, VER_SUITENAME,
};
use windows_sys::Win32::System::SystemServices::{
    VER_AND, VER_EQUAL, VER_GREATER, VER_GREATER_EQUAL, VER_LESS, VER_LESS_EQUAL,
    VER_NT_WORKSTATION, VER_OR,
};
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, win32};

const MAJOR: u32 = 10;
const MINOR: u32 = 0;
const BUILD: u32 = 19045;
const PLATFORM_NT: u32 = 2;

/// The version: 10.0, build 19045, without a service pack, a workstation. The extended structure is filled too, by its size.
///
/// Errors: `ERROR_INSUFFICIENT_BUFFER` for another size, `ERROR_NOACCESS`.
///
/// # Safety
/// The pointer is null or valid for a read and a write of the size that the structure tells.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVersionExW(lpversioninformation: *mut OSVERSIONINFOW) -> BOOL {
    let sizes = (size_of::<OSVERSIONINFOW>(), size_of::<OSVERSIONINFOEXW>());
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        fill(lpversioninformation.cast(), sizes)
    })
}

/// As [`GetVersionExW`].
///
/// # Safety
/// As for [`GetVersionExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVersionExA(lpversioninformation: *mut OSVERSIONINFOA) -> BOOL {
    let sizes = (size_of::<OSVERSIONINFOA>(), size_of::<OSVERSIONINFOEXA>());
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        fill(lpversioninformation.cast(), sizes)
    })
}

/// The version in one number: major, minor, and the build above.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVersion() -> u32 {
    BUILD << 16 | MINOR << 8 | MAJOR
}

/// Adds how a part of the version is to be compared. Parts that are not known change nothing.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VerSetConditionMask(
    conditionmask: u64,
    typemask: VER_FLAGS,
    condition: u8,
) -> u64 {
    infallible(conditionmask, || {
        let condition = u64::from(condition & 7);
        if condition == 0 || typemask == 0 {
            return conditionmask;
        }
        // The highest part that is named, as Windows takes it.
        let part = 31 - (typemask & 0xFF).leading_zeros().min(31);
        conditionmask | condition << (3 * part)
    })
}

/// Compares the version with one that is asked for. Major, minor and service pack are compared as one number, in the way of
/// the first of them.
///
/// Errors: `ERROR_OLD_WIN_VERSION` if it does not hold; `ERROR_BAD_ARGUMENTS` without a part or without a way to compare it;
/// `ERROR_NOACCESS`.
///
/// # Safety
/// The pointer is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VerifyVersionInfoW(
    lpversioninformation: *mut OSVERSIONINFOEXW,
    dwtypemask: VER_FLAGS,
    dwlconditionmask: u64,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpversioninformation) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a read by this function's contract.
        let asked = unsafe { lpversioninformation.read_unaligned() };
        let asked = Asked {
            version: [
                asked.dwMajorVersion,
                asked.dwMinorVersion,
                asked.wServicePackMajor.into(),
                asked.wServicePackMinor.into(),
            ],
            build: asked.dwBuildNumber,
            platform: asked.dwPlatformId,
            suite: asked.wSuiteMask.into(),
            product: asked.wProductType.into(),
        };
        asked.holds(dwtypemask, dwlconditionmask)
    })
}

/// As [`VerifyVersionInfoW`].
///
/// # Safety
/// As for [`VerifyVersionInfoW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VerifyVersionInfoA(
    lpversioninformation: *mut OSVERSIONINFOEXA,
    dwtypemask: VER_FLAGS,
    dwlconditionmask: u64,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpversioninformation) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a read by this function's contract.
        let asked = unsafe { lpversioninformation.read_unaligned() };
        let asked = Asked {
            version: [
                asked.dwMajorVersion,
                asked.dwMinorVersion,
                asked.wServicePackMajor.into(),
                asked.wServicePackMinor.into(),
            ],
            build: asked.dwBuildNumber,
            platform: asked.dwPlatformId,
            suite: asked.wSuiteMask.into(),
            product: asked.wProductType.into(),
        };
        asked.holds(dwtypemask, dwlconditionmask)
    })
}

/// Both structures begin with their size and four numbers; the longer one ends with the numbers of the service pack, the
/// suites and the kind of product.
///
/// # Safety
/// `to` is null or valid for a read and a write of the size that the structure tells.
unsafe fn fill(to: *mut u32, (short, long): (usize, usize)) -> Result<BOOL, Win32Error> {
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: the structure begins with its size.
    let size = unsafe { to.read_unaligned() } as usize;
    if size != short && size != long {
        return Err(ERROR_INSUFFICIENT_BUFFER.into());
    }
    // SAFETY: valid for that size, which holds five numbers and more.
    unsafe {
        to.cast::<u8>().add(4).write_bytes(0, size - 4);
        for (at, value) in [MAJOR, MINOR, BUILD, PLATFORM_NT].into_iter().enumerate() {
            to.add(at + 1).write_unaligned(value);
        }
        if size == long {
            // wProductType and wReserved are the last two bytes.
            to.cast::<u8>()
                .add(size - 2)
                .write(VER_NT_WORKSTATION as u8);
        }
    }
    Ok(TRUE)
}

/// A version that is asked for.
struct Asked {
    /// Major, minor, and those of the service pack.
    version: [u32; 4],
    build: u32,
    platform: u32,
    suite: u32,
    product: u32,
}

impl Asked {
    fn holds(&self, parts: VER_FLAGS, conditions: u64) -> Result<BOOL, Win32Error> {
        if parts == 0 || conditions == 0 {
            return Err(ERROR_BAD_ARGUMENTS.into());
        }
        let condition = |part: VER_FLAGS| (conditions >> (3 * part.trailing_zeros())) as u32 & 7;
        let single = [
            (VER_BUILDNUMBER, BUILD, self.build),
            (VER_PLATFORMID, PLATFORM_NT, self.platform),
            (VER_PRODUCT_TYPE, VER_NT_WORKSTATION, self.product),
        ];
        for (part, ours, asked) in single {
            if parts & part != 0 && !compare(condition(part), ours, asked)? {
                return Err(ERROR_OLD_WIN_VERSION.into());
            }
        }
        // There are no suites.
        let suites = match condition(VER_SUITENAME) {
            _ if parts & VER_SUITENAME == 0 => true,
            VER_AND => self.suite == 0,
            VER_OR => false,
            _ => return Err(ERROR_BAD_ARGUMENTS.into()),
        };
        let hierarchy = [
            VER_MAJORVERSION,
            VER_MINORVERSION,
            VER_SERVICEPACKMAJOR,
            VER_SERVICEPACKMINOR,
        ];
        let named = (0..4).filter(|&at| parts & hierarchy[at] != 0);
        let numbers: Vec<usize> = named.collect();
        let version = match numbers.first() {
            None => true,
            Some(&first) => {
                let of = |version: [u32; 4]| {
                    numbers
                        .iter()
                        .map(move |&at| version[at])
                        .collect::<Vec<_>>()
                };
                compare(
                    condition(hierarchy[first]),
                    of([MAJOR, MINOR, 0, 0]),
                    of(self.version),
                )?
            }
        };
        if suites && version {
            Ok(TRUE)
        } else {
            Err(ERROR_OLD_WIN_VERSION.into())
        }
    }
}

fn compare<T: Ord>(condition: u32, ours: T, asked: T) -> Result<bool, Win32Error> {
    Ok(match condition {
        VER_EQUAL => ours == asked,
        VER_GREATER => ours > asked,
        VER_GREATER_EQUAL => ours >= asked,
        VER_LESS => ours < asked,
        VER_LESS_EQUAL => ours <= asked,
        _ => return Err(ERROR_BAD_ARGUMENTS.into()),
    })
}
