//! Profiles: INI files (INI).

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND};
use crate::common::w::Win32::System::WindowsProgramming::{
    GetPrivateProfileIntA, GetPrivateProfileIntW, GetPrivateProfileSectionNamesW,
    GetPrivateProfileSectionW, GetPrivateProfileStringA, GetPrivateProfileStringW,
    WritePrivateProfileSectionW, WritePrivateProfileStringA, WritePrivateProfileStringW,
};
use crate::common::{last_error, set_last_error, wide};

/// A profile on the disk, removed at the end of the test.
struct Profile {
    path: PathBuf,
    name: Vec<u16>,
}

impl Profile {
    fn new(content: &[u8]) -> Self {
        let profile = Self::absent();
        std::fs::write(&profile.path, content).expect("a file");
        profile
    }

    fn absent() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("larboard-profile-{}-{number}.ini", std::process::id());
        let path = std::env::temp_dir().join(name);
        let name = wide(&path.to_string_lossy());
        Self { path, name }
    }

    /// The answer and the buffer up to it.
    fn string(&self, section: Option<&str>, key: Option<&str>, capacity: u32) -> (u32, String) {
        let mut units = vec![0x23u16; 256];
        let (section, key) = (section.map(wide), key.map(wide));
        let pointer =
            |text: &Option<Vec<u16>>| text.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
        let default = wide("default  ");
        let length = call!(GetPrivateProfileStringW(
            pointer(&section),
            pointer(&key),
            default.as_ptr(),
            units.as_mut_ptr(),
            capacity,
            self.name.as_ptr()
        ));
        (
            length,
            String::from_utf16_lossy(&units[..length as usize + 2]),
        )
    }

    fn value(&self, section: &str, key: &str) -> String {
        let (length, text) = self.string(Some(section), Some(key), 256);
        text[..text.len() - 1]
            .strip_suffix('\0')
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("{length} units without a terminator: {text:?}"))
    }

    fn number(&self, key: &str) -> i32 {
        let (section, key) = (wide("numbers"), wide(key));
        let name = self.name.as_ptr();
        call!(GetPrivateProfileIntW(
            section.as_ptr(),
            key.as_ptr(),
            -1,
            name
        )) as i32
    }

    fn set(&self, section: &str, key: Option<&str>, value: Option<&str>) -> i32 {
        let section = wide(section);
        let (key, value) = (key.map(wide), value.map(wide));
        let pointer =
            |text: &Option<Vec<u16>>| text.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
        call!(WritePrivateProfileStringW(
            section.as_ptr(),
            pointer(&key),
            pointer(&value),
            self.name.as_ptr()
        ))
    }

    fn content(&self) -> String {
        std::fs::read_to_string(&self.path).expect("a file")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// INI-01: Names are found whatever their case; of two of the same name the first counts; blanks and quotes round a value
/// are taken off; only a line that begins with `;` is a comment.
#[test]
fn ini_01_values() {
    let profile = Profile::new(
        b"[Net]\r\nPort = 11021 \r\nport=2\r\n; Name=no\r\nName=\" a b \"\r\nmark='x'\r\nrest=1 ; 2\r\n[net]\r\nother=3\r\n",
    );
    assert_eq!(profile.value("NET", "port"), "11021");
    assert_eq!(profile.value("net", "NAME"), " a b ");
    assert_eq!(profile.value("net", "mark"), "x");
    assert_eq!(profile.value("net", "rest"), "1 ; 2");
    assert_eq!(profile.value("net", "other"), "default");
}

/// INI-01: The narrow functions do the same.
#[test]
fn ini_01_narrow() {
    let profile = Profile::new(b"[net]\nport=7\n");
    let name = format!("{}\0", profile.path.to_string_lossy());
    let mut bytes = [0u8; 16];
    let length = call!(GetPrivateProfileStringA(
        c"net".as_ptr().cast(),
        c"port".as_ptr().cast(),
        c"".as_ptr().cast(),
        bytes.as_mut_ptr(),
        16,
        name.as_ptr()
    ));
    assert_eq!((length, &bytes[..2]), (1, &b"7\0"[..]));
    let (section, key) = (c"net".as_ptr().cast(), c"port".as_ptr().cast());
    assert_eq!(
        call!(GetPrivateProfileIntA(section, key, 0, name.as_ptr())),
        7
    );
    let value = c"8".as_ptr().cast();
    assert_ne!(
        call!(WritePrivateProfileStringA(
            section,
            key,
            value,
            name.as_ptr()
        )),
        0
    );
    assert_eq!(profile.content(), "[net]\nport=8\n");
}

/// INI-02: What is not there is the default without its blanks at the end, and ERROR_FILE_NOT_FOUND.
#[test]
fn ini_02_defaults() {
    let profile = Profile::new(b"[a]\r\nkey=\r\n");
    for (section, key) in [("a", "none"), ("b", "key")] {
        set_last_error(0);
        assert_eq!(profile.value(section, key), "default");
        assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
    }
    assert_eq!(profile.value("a", "key"), "", "an empty value is one");
    let absent = Profile::absent();
    set_last_error(0);
    assert_eq!(absent.value("a", "key"), "default");
    assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
    assert_eq!(absent.number("port"), -1);
}

/// INI-03: A short buffer gets the beginning of a value and its length less one; of a list less two. Lists end twice.
#[test]
fn ini_03_buffers_and_lists() {
    let profile = Profile::new(b"[one]\r\nkey=value\r\nmore=2\r\n\r\n[two]\r\n");
    assert_eq!(
        profile.string(Some("one"), Some("key"), 4),
        (3, "val\0#".into())
    );
    assert_eq!(
        profile.string(Some("one"), None, 256),
        (9, "key\0more\0\0#".into())
    );
    assert_eq!(profile.string(None, None, 256), (8, "one\0two\0\0#".into()));
    assert_eq!(profile.string(None, None, 7), (5, "one\0t\0\0".into()));
    assert_eq!(profile.string(Some("two"), None, 256), (0, "\0\0".into()));
    let mut units = [0x23u16; 64];
    let (name, section) = (profile.name.as_ptr(), wide("one"));
    let to = units.as_mut_ptr();
    let length = call!(GetPrivateProfileSectionW(section.as_ptr(), to, 64, name));
    assert_eq!(
        String::from_utf16_lossy(&units[..length as usize + 1]),
        "key=value\0more=2\0\0"
    );
    assert_eq!(call!(GetPrivateProfileSectionNamesW(to, 64, name)), 8);
}

/// INI-04: A number may have a sign and a base; what follows it does not count; without digits it is 0.
#[test]
fn ini_04_numbers() {
    let profile = Profile::new(b"[numbers]\na=42\nb=-7\nc=0x20 \nd=12abc\ne=abc\nf=\n");
    let numbers = ["a", "b", "c", "d", "e", "f", "g"].map(|key| profile.number(key));
    assert_eq!(numbers, [42, -7, 32, 12, 0, 0, -1]);
}

/// INI-05: A profile may be UTF-16 with its mark, and is written back as that.
#[test]
fn ini_05_codings() {
    let units = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let profile = Profile::new(&units("[닻]\r\n이름=줄\r\n"));
    assert_eq!(profile.value("닻", "이름"), "줄");
    assert_ne!(profile.set("닻", Some("이름"), Some("밧줄")), 0);
    let written = std::fs::read(&profile.path).expect("a file");
    assert_eq!(written, units("[닻]\r\n이름=밧줄\r\n"));
}

/// INI-05: Without a mark a profile is UTF-8, or Korean if it is not that.
#[cfg(not(windows))]
#[test]
fn ini_05_codings_without_a_mark() {
    for bytes in [
        "[닻]\r\na=줄\r\n".as_bytes(),
        b"[\xB4\xE9]\r\na=\xC1\xD9\r\n",
    ] {
        let profile = Profile::new(bytes);
        assert_eq!(profile.value("닻", "a"), "줄");
        assert_ne!(profile.set("닻", Some("a"), Some("줄")), 0);
        assert_eq!(std::fs::read(&profile.path).expect("a file"), bytes);
    }
}

/// INI-06: A key is set where it stands or at the end of its section, which is made if need be, as is the file; without a
/// value the key goes. The rest of the file stays as it is.
#[test]
fn ini_06_setting_and_removing() {
    let profile = Profile::absent();
    assert_ne!(profile.set("one", Some("a"), Some("1")), 0);
    assert_ne!(profile.set("two", Some("b"), Some("2")), 0);
    assert_ne!(profile.set("ONE", Some("c"), Some("3")), 0);
    assert_ne!(profile.set("one", Some("A"), Some("9")), 0);
    assert_eq!(profile.value("one", "a"), "9");
    assert_eq!(profile.content().matches('\n').count(), 5);
    assert_ne!(profile.set("one", Some("a"), None), 0);
    assert_eq!(profile.value("one", "a"), "default");
    assert_eq!(profile.content(), "[one]\r\nc=3\r\n[two]\r\nb=2\r\n");

    let mut nowhere = Profile::absent();
    nowhere.name = wide("/larboard-has-no-such-folder/x.ini");
    assert_eq!(
        (nowhere.set("a", Some("b"), Some("c")), last_error()),
        (0, ERROR_PATH_NOT_FOUND)
    );
}

/// INI-07: A section is replaced by other lines, or removed.
#[test]
fn ini_07_sections() {
    let profile = Profile::new(b"[one]\r\na=1\r\nb=2\r\n[two]\r\nc=3\r\n");
    let (section, lines, name) = (wide("one"), wide("x=7\0y=8\0"), profile.name.as_ptr());
    assert_ne!(
        call!(WritePrivateProfileSectionW(
            section.as_ptr(),
            lines.as_ptr(),
            name
        )),
        0
    );
    assert_eq!(profile.content(), "[one]\r\nx=7\r\ny=8\r\n[two]\r\nc=3\r\n");
    assert_ne!(profile.set("one", None, None), 0);
    assert_eq!(profile.content(), "[two]\r\nc=3\r\n");
}
