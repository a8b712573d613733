//! GUIDs (GUID).

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{CO_E_CLASSSTRING, E_INVALIDARG};
use crate::common::w::Win32::System::Com::{
    CLSIDFromString, CoCreateGuid, IIDFromString, StringFromGUID2,
};
use crate::common::w::Win32::System::Rpc::{
    RPC_S_INVALID_STRING_UUID, RpcStringFreeA, UuidCreate, UuidFromStringA, UuidToStringA,
};
use crate::common::w::core::GUID;
use crate::common::wide;

const KNOWN: GUID = GUID::from_u128(0xF5ABCDEF_1234_5678_9ABC_DEF012345678);
const TEXT: &str = "{F5ABCDEF-1234-5678-9ABC-DEF012345678}";

fn number(guid: &GUID) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h] = guid.data4;
    let middle = u32::from(guid.data2) << 16 | u32::from(guid.data3);
    [
        guid.data1,
        middle,
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
    ]
}

/// GUID-01: New GUIDs differ, and are of the random kind.
#[test]
fn guid_01_new_guids() {
    let (mut one, mut other) = (GUID::from_u128(0), GUID::from_u128(0));
    assert_eq!(call!(CoCreateGuid(&mut one)), 0);
    assert_eq!(call!(UuidCreate(&mut other)), 0);
    assert_ne!(number(&one), number(&other));
    for guid in [one, other] {
        assert_eq!((guid.data3 >> 12, guid.data4[0] >> 6), (4, 2));
    }
}

/// GUID-02: A GUID becomes text and is read back; other text is an error, and null the GUID of zeros.
#[test]
fn guid_02_guids_as_text() {
    let mut units = [0u16; 39];
    assert_eq!(call!(StringFromGUID2(&KNOWN, units.as_mut_ptr(), 39)), 39);
    assert_eq!(units[..], wide(TEXT));
    assert_eq!(call!(StringFromGUID2(&KNOWN, units.as_mut_ptr(), 38)), 0);

    let mut guid = GUID::from_u128(1);
    assert_eq!(call!(CLSIDFromString(wide(TEXT).as_ptr(), &mut guid)), 0);
    assert_eq!(number(&guid), number(&KNOWN));
    let wrong = wide("{F5ABCDEF-1234-5678-9ABC-DEF01234567}");
    assert_eq!(
        call!(CLSIDFromString(wrong.as_ptr(), &mut guid)),
        CO_E_CLASSSTRING
    );
    assert_eq!(
        call!(IIDFromString(wrong.as_ptr(), &mut guid)),
        E_INVALIDARG
    );
    assert_eq!(call!(IIDFromString(null(), &mut guid)), 0);
    assert_eq!(number(&guid), [0; 4]);
}

/// GUID-02: The text of a UUID has small letters and no braces, and memory of its own.
#[test]
fn guid_02_uuids_as_text() {
    let mut text = null_mut();
    assert_eq!(call!(UuidToStringA(&KNOWN, &mut text)), 0);
    let told = call!(std::ffi::CStr::from_ptr(text.cast())).to_owned();
    assert_eq!(told.to_str(), Ok("f5abcdef-1234-5678-9abc-def012345678"));
    assert_eq!(call!(RpcStringFreeA(&mut text)), 0);
    assert!(text.is_null());
    let mut guid = GUID::from_u128(1);
    assert_eq!(call!(UuidFromStringA(told.as_ptr().cast(), &mut guid)), 0);
    assert_eq!(number(&guid), number(&KNOWN));
    let wrong = c"anchor".as_ptr().cast();
    assert_eq!(
        call!(UuidFromStringA(wrong, &mut guid)),
        RPC_S_INVALID_STRING_UUID
    );
}
