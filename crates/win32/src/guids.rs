//! Identifiers that nobody else has: GUIDs, and their text (GUID).

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CO_E_CLASSSTRING, E_INVALIDARG, E_UNEXPECTED};
use windows_sys::Win32::System::Rpc::{
    RPC_S_INVALID_ARG, RPC_S_INVALID_STRING_UUID, RPC_S_OK, RPC_S_OUT_OF_MEMORY, RPC_STATUS,
};
use windows_sys::core::{GUID, HRESULT, PCSTR, PCWSTR, PSTR, PWSTR};

use crate::guard::{infallible, is_bad, store};
use crate::text::{Unit, narrow, put, wide};

/// Makes a random GUID, of version 4.
///
/// Errors: `E_INVALIDARG` for a null pointer, `E_UNEXPECTED` if the system has no random bytes.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CoCreateGuid(pguid: *mut GUID) -> HRESULT {
    infallible(E_UNEXPECTED, || {
        if is_bad(pguid) {
            return E_INVALIDARG;
        }
        let Some(guid) = random() else {
            return E_UNEXPECTED;
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(pguid, guid) };
        0
    })
}

/// Makes a random UUID, of version 4.
///
/// Errors: `RPC_S_INVALID_ARG` for a null pointer, `RPC_S_OUT_OF_MEMORY` if the system has no random bytes.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidCreate(uuid: *mut GUID) -> RPC_STATUS {
    infallible(RPC_S_OUT_OF_MEMORY, || {
        if is_bad(uuid) {
            return RPC_S_INVALID_ARG;
        }
        let Some(made) = random() else {
            return RPC_S_OUT_OF_MEMORY;
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(uuid, made) };
        RPC_S_OK
    })
}

/// The text of a GUID in braces and capitals: 39 units with the terminator, 0 if they do not fit.
///
/// # Safety
/// The pointers are null or valid, the buffer for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StringFromGUID2(rguid: *const GUID, lpsz: PWSTR, cchmax: i32) -> i32 {
    infallible(0, || {
        let Ok(capacity) = usize::try_from(cchmax) else {
            return 0;
        };
        // SAFETY: this function's contract.
        let Some(guid) = (unsafe { read(rguid) }) else {
            return 0;
        };
        let text = format!("{{{}}}", text(&guid).to_ascii_uppercase());
        // SAFETY: this function's contract.
        unsafe { put(&text, lpsz, capacity) }.unwrap_or(0) as i32
    })
}

/// The GUID of a text in braces. Null is the GUID of zeros. There are no names of classes.
///
/// Errors: `CO_E_CLASSSTRING` for any other text, `E_INVALIDARG` for a null pointer.
///
/// # Safety
/// The text is null or ends with 0, the pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CLSIDFromString(lpsz: PCWSTR, pclsid: *mut GUID) -> HRESULT {
    // SAFETY: this function's contract.
    infallible(E_UNEXPECTED, || unsafe {
        from_braces(wide(lpsz), pclsid, CO_E_CLASSSTRING)
    })
}

/// The GUID of a text in braces. Null is the GUID of zeros.
///
/// Errors: `E_INVALIDARG` for any other text and a null pointer.
///
/// # Safety
/// As for [`CLSIDFromString`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IIDFromString(lpsz: PCWSTR, lpiid: *mut GUID) -> HRESULT {
    // SAFETY: this function's contract.
    infallible(E_UNEXPECTED, || unsafe {
        from_braces(wide(lpsz), lpiid, E_INVALIDARG)
    })
}

/// The text of a UUID, in small letters without braces, in memory that `RpcStringFreeA` frees.
///
/// Errors: `RPC_S_INVALID_ARG` for null pointers, `RPC_S_OUT_OF_MEMORY`.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidToStringA(
    uuid: *const GUID,
    stringuuid: *mut PSTR,
) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_OUT_OF_MEMORY, || unsafe {
        to_string(uuid, stringuuid)
    })
}

/// As [`UuidToStringA`], in wide text, which `RpcStringFreeW` frees.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidToStringW(
    uuid: *const GUID,
    stringuuid: *mut PWSTR,
) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_OUT_OF_MEMORY, || unsafe {
        to_string(uuid, stringuuid)
    })
}

/// The UUID of a text without braces. Null is the UUID of zeros.
///
/// Errors: `RPC_S_INVALID_STRING_UUID`, `RPC_S_INVALID_ARG` for a null pointer.
///
/// # Safety
/// The text is null or ends with 0, the pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidFromStringA(stringuuid: PCSTR, uuid: *mut GUID) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_INVALID_STRING_UUID, || unsafe {
        from_string(narrow(stringuuid), uuid)
    })
}

/// As [`UuidFromStringA`], with wide text.
///
/// # Safety
/// As for [`UuidFromStringA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidFromStringW(stringuuid: PCWSTR, uuid: *mut GUID) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_INVALID_STRING_UUID, || unsafe {
        from_string(wide(stringuuid), uuid)
    })
}

/// Frees a text of [`UuidToStringA`] and clears the pointer to it.
///
/// # Safety
/// The pointer is null or points at null or such a text, which nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RpcStringFreeA(string: *mut PSTR) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_OK, || unsafe { free(string) })
}

/// Frees a text of [`UuidToStringW`] and clears the pointer to it.
///
/// # Safety
/// As for [`RpcStringFreeA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RpcStringFreeW(string: *mut PWSTR) -> RPC_STATUS {
    // SAFETY: this function's contract.
    infallible(RPC_S_OK, || unsafe { free(string) })
}

/// Sixteen random bytes with the marks of version 4.
fn random() -> Option<GUID> {
    let mut bytes = [0u8; 16];
    // SAFETY: the array is valid for its length.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if usize::try_from(got) != Ok(bytes.len()) {
        return None;
    }
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    Some(GUID::from_u128(u128::from_be_bytes(bytes)))
}

/// # Safety
/// The pointer is null or valid for a read.
unsafe fn read(guid: *const GUID) -> Option<GUID> {
    // SAFETY: this function's contract; it need not be aligned.
    (!is_bad(guid)).then(|| unsafe { guid.read_unaligned() })
}

/// Digits in groups, small letters.
fn text(guid: &GUID) -> String {
    let tail: String = guid
        .data4
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (two, six) = tail.split_at(4);
    format!(
        "{:08x}-{:04x}-{:04x}-{two}-{six}",
        guid.data1, guid.data2, guid.data3
    )
}

/// The GUID of digits in groups.
fn parse(text: &str) -> Option<GUID> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    let fits = groups.iter().map(|group| group.len()).eq(GROUPS)
        && groups
            .iter()
            .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    let number = u128::from_str_radix(&groups.concat(), 16);
    fits.then(|| number.ok().map(GUID::from_u128)).flatten()
}

/// # Safety
/// The pointer is null or valid for a write.
unsafe fn from_braces(text: Option<String>, to: *mut GUID, wrong: HRESULT) -> HRESULT {
    if is_bad(to) {
        return E_INVALIDARG;
    }
    let guid = match text {
        None => Some(GUID::from_u128(0)),
        Some(text) => text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
            .and_then(parse),
    };
    // What is no GUID leaves zeros.
    // SAFETY: checked for null; otherwise valid for a write by this function's contract.
    unsafe { store(to, guid.unwrap_or(GUID::from_u128(0))) };
    if guid.is_some() { 0 } else { wrong }
}

/// # Safety
/// The pointer is null or valid for a write.
unsafe fn from_string(text: Option<String>, to: *mut GUID) -> RPC_STATUS {
    if is_bad(to) {
        return RPC_S_INVALID_ARG;
    }
    let guid = text.map_or(Some(GUID::from_u128(0)), |text| parse(&text));
    let Some(guid) = guid else {
        return RPC_S_INVALID_STRING_UUID;
    };
    // SAFETY: checked for null; otherwise valid for a write by this function's contract.
    unsafe { store(to, guid) };
    RPC_S_OK
}

/// # Safety
/// The pointers are null or valid.
unsafe fn to_string<U: Unit>(uuid: *const GUID, to: *mut *mut U) -> RPC_STATUS {
    // SAFETY: this function's contract.
    let Some(guid) = (unsafe { read(uuid) }).filter(|_| !is_bad(to)) else {
        return RPC_S_INVALID_ARG;
    };
    let text = text(&guid);
    let capacity = text.len() + 1;
    // SAFETY: takes numbers.
    let memory = unsafe { libc::calloc(capacity, size_of::<U>()) }.cast::<U>();
    // SAFETY: the memory has room for the text, unless it is null; the pointer is valid for a write.
    unsafe {
        if memory.is_null() || put(&text, memory, capacity).is_err() {
            return RPC_S_OUT_OF_MEMORY;
        }
        store(to, memory);
    }
    RPC_S_OK
}

/// # Safety
/// As for `RpcStringFreeA`.
unsafe fn free<U>(string: *mut *mut U) -> RPC_STATUS {
    if !is_bad(string) {
        // SAFETY: null or memory of `calloc` by this function's contract.
        unsafe {
            libc::free(string.read_unaligned().cast());
            string.write_unaligned(null_mut());
        }
    }
    RPC_S_OK
}
