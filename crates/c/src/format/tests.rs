use std::ptr;

use super::arguments::Arguments;
use super::*;

enum Argument {
    Integer(u64),
    Double(f64),
    Narrow(&'static [u8]),
    Wide(Vec<u16>),
}
use Argument::*;

struct Listed<'a>(std::slice::Iter<'a, Argument>);

impl Arguments for Listed<'_> {
    fn integer(&mut self) -> u64 {
        match self.0.next() {
            Some(Integer(value)) => *value,
            Some(Narrow(text)) => text.as_ptr().expose_provenance() as u64,
            Some(Wide(text)) => text.as_ptr().expose_provenance() as u64,
            _ => panic!("no integer here"),
        }
    }

    fn double(&mut self) -> f64 {
        match self.0.next() {
            Some(Double(value)) => *value,
            _ => panic!("no double here"),
        }
    }

    fn long_double(&mut self) -> f64 {
        self.double()
    }
}

fn wide(text: &str) -> Argument {
    Wide(text.encode_utf16().chain([0]).collect())
}

fn narrow(format: &str, arguments: &[Argument]) -> String {
    let mut text: Vec<u8> = Vec::new();
    // SAFETY: each test passes what its format names.
    unsafe { write(format.as_bytes(), &mut Listed(arguments.iter()), &mut text) }.unwrap();
    String::from_utf8(text).unwrap()
}

fn widely(format: &str, arguments: &[Argument]) -> String {
    let format: Vec<u16> = format.encode_utf16().collect();
    let mut text: Vec<u16> = Vec::new();
    // SAFETY: each test passes what its format names.
    unsafe { write(&format, &mut Listed(arguments.iter()), &mut text) }.unwrap();
    String::from_utf16(&text).unwrap()
}

fn minus(value: u64) -> Argument {
    Integer(value.wrapping_neg())
}

#[test]
fn integers_have_the_sizes_of_windows() {
    let large = || Integer(0x1_2345_6789_abcd);
    assert_eq!(
        narrow("%ld %lu", &[large(), minus(1)]),
        "1164413037 4294967295".replace("1164413037", &(0x6789_abcd_u32 as i32).to_string())
    );
    assert_eq!(
        narrow(
            "%lld %I64d %zd %td %jd %Id",
            &[minus(5), minus(6), minus(7), minus(8), minus(9), minus(10)]
        ),
        "-5 -6 -7 -8 -9 -10"
    );
    assert_eq!(
        narrow("%I32u %I64X %Iu", &[large(), large(), large()]),
        format!(
            "{} 123456789ABCD {}",
            0x6789_abcd_u32, 0x1_2345_6789_abcd_u64
        )
    );
    assert_eq!(
        narrow(
            "%hhd %hd %hhu %hu",
            &[
                Integer(0x1ff),
                Integer(0x1_ffff),
                Integer(0x1fe),
                Integer(0x1_fffe)
            ]
        ),
        "-1 -1 254 65534"
    );
    assert_eq!(narrow("%d%%", &[minus(7)]), "-7%");
}

#[test]
fn flags_widths_and_precisions() {
    assert_eq!(
        narrow(
            "[%5d][%-5d][%05d][%+d][% d]",
            &[
                Integer(42),
                Integer(42),
                Integer(42),
                Integer(42),
                Integer(42)
            ]
        ),
        "[   42][42   ][00042][+42][ 42]"
    );
    assert_eq!(
        narrow(
            "[%.3d][%8.3d][%08.3d][%.0d]",
            &[Integer(7), minus(7), minus(7), Integer(0)]
        ),
        "[007][    -007][    -007][]"
    );
    assert_eq!(
        narrow(
            "%#x %#X %#o %#x %#o",
            &[
                Integer(255),
                Integer(255),
                Integer(8),
                Integer(0),
                Integer(0)
            ]
        ),
        "0xff 0XFF 010 0 0"
    );
    assert_eq!(
        narrow("%#06x|%-+6d|", &[Integer(10), Integer(3)]),
        "0x000a|+3    |"
    );
    assert_eq!(
        narrow(
            "[%*d][%-*d][%.*d]",
            &[
                Integer(4),
                Integer(1),
                Integer(4),
                Integer(1),
                Integer(3),
                Integer(1)
            ]
        ),
        "[   1][1   ][001]"
    );
    assert_eq!(narrow("[%*d]", &[minus(4), Integer(1)]), "[1   ]");
}

#[test]
fn a_pointer_is_sixteen_large_hexadecimal_digits() {
    assert_eq!(narrow("%p", &[Integer(0xabc)]), "0000000000000ABC");
    assert_eq!(widely("%p", &[Integer(0)]), "0000000000000000");
}

#[test]
fn text_of_the_other_kind_is_converted() {
    let hangul = || wide("서버");
    assert_eq!(
        narrow(
            "%s %S %ls %ws %hs",
            &[Narrow(b"a\0"), hangul(), hangul(), hangul(), Narrow(b"b\0")]
        ),
        "a 서버 서버 서버 b"
    );
    assert_eq!(
        widely(
            "%s %S %ls %ws %hs",
            &[
                hangul(),
                Narrow("버\0".as_bytes()),
                hangul(),
                hangul(),
                Narrow(b"b\0")
            ]
        ),
        "서버 버 서버 서버 b"
    );
    assert_eq!(narrow("%S", &[wide("😀")]), "😀");
    assert_eq!(
        narrow(
            "%.2s|%5s|%-5s|%05s",
            &[
                Narrow(b"abc"),
                Narrow(b"xy\0"),
                Narrow(b"xy\0"),
                Narrow(b"xy\0")
            ]
        ),
        "ab|   xy|xy   |000xy"
    );
    let null = || Integer(ptr::null::<u8>().addr() as u64);
    assert_eq!(
        narrow("%s %S %.3s", &[null(), null(), null()]),
        "(null) (null) (nu"
    );
    assert_eq!(widely("%s %hs", &[null(), null()]), "(null) (null)");
}

#[test]
fn characters() {
    assert_eq!(
        narrow(
            "%c%C%lc%hc",
            &[Integer(65), Integer(0xc11c), Integer(0xc11c), Integer(66)]
        ),
        "A서서B"
    );
    assert_eq!(
        widely(
            "%c%C%lc%hc",
            &[Integer(0xc11c), Integer(65), Integer(0xbc84), Integer(66)]
        ),
        "서A버B"
    );
    assert_eq!(
        narrow("[%3c][%-3c]", &[Integer(65), Integer(65)]),
        "[  A][A  ]"
    );
}

#[test]
fn floating_point() {
    assert_eq!(
        narrow(
            "%f %.2f %e %g %G",
            &[
                Double(1.5),
                Double(2.675),
                Double(12345.678),
                Double(1e-7),
                Double(1e20)
            ]
        ),
        "1.500000 2.67 1.234568e+04 1e-07 1E+20"
    );
    assert_eq!(
        narrow(
            "[%8.2f][%-8.2f][%08.2f][%+.1f][% .0f]",
            &[
                Double(-1.25),
                Double(1.25),
                Double(-1.25),
                Double(0.05),
                Double(2.5)
            ]
        ),
        "[   -1.25][1.25    ][-0001.25][+0.1][ 2]"
    );
    assert_eq!(
        narrow("%#.0f %#g", &[Double(3.0), Double(1.0)]),
        "3. 1.00000"
    );
    assert_eq!(
        narrow("%a %.1a %A", &[Double(1.0), Double(-1.5), Double(0.5)]),
        "0x1.0000000000000p+0 -0x1.8p+0 0X1.0000000000000P-1"
    );
    assert_eq!(
        narrow(
            "%f %E %5.1f|%05f",
            &[
                Double(f64::INFINITY),
                Double(f64::NEG_INFINITY),
                Double(f64::NAN),
                Double(-f64::INFINITY)
            ]
        ),
        "inf -INF   nan| -inf"
    );
    assert_eq!(narrow("%f", &[Double(-f64::NAN)]), "-nan(ind)");
    assert_eq!(narrow("%Lf", &[Double(0.1)]), "0.100000");
    assert_eq!(
        widely("%.3f|%8.1e", &[Double(0.5), Double(0.5)]),
        "0.500| 5.0e-01"
    );
}

#[test]
fn more_digits_than_a_double_has() {
    let text = narrow("%.2000f", &[Double(0.5)]);
    assert_eq!(
        (text.len(), &text[..4], text.ends_with("0000")),
        (2002, "0.50", true)
    );
    let text = narrow("%.1200e", &[Double(1.0)]);
    assert!(text.len() == 1206 && text.ends_with("0e+00"), "{text}");
}

#[test]
fn counting_and_half_a_conversion_are_refused() {
    for format in ["%n", "%", "%5", "%-", "%l", "%.", "%I64"] {
        let mut text: Vec<u8> = Vec::new();
        // SAFETY: nothing that these formats name is read.
        let outcome = unsafe {
            write(
                format.as_bytes(),
                &mut Listed([Integer(0)].iter()),
                &mut text,
            )
        };
        assert_eq!(outcome, Err(Invalid), "{format}");
    }
}

#[test]
fn a_type_without_meaning_prints_itself() {
    assert_eq!(narrow("%y %k!", &[]), "y k!");
    assert_eq!(widely("100%한", &[]), "100한");
}

/// What libc makes of a format with one argument.
fn libcs(format: &str, argument: &Argument) -> String {
    let format = std::ffi::CString::new(format).unwrap();
    let mut buffer = [0_u8; 512];
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: the format takes one argument of the kind that is passed, and the buffer's size is named.
    let length = unsafe {
        match argument {
            Integer(value) => libc::snprintf(start, buffer.len(), format.as_ptr(), *value),
            Double(value) => libc::snprintf(start, buffer.len(), format.as_ptr(), *value),
            Narrow(text) => libc::snprintf(start, buffer.len(), format.as_ptr(), text.as_ptr()),
            Wide(_) => unreachable!("libc's wide text is another"),
        }
    };
    String::from_utf8(buffer[..usize::try_from(length).unwrap()].to_vec()).unwrap()
}

/// Every combination of flags, with some widths and precisions.
fn each_form(mut body: impl FnMut(&str)) {
    for flags in 0..32_u32 {
        let flags: String = "-+ #0"
            .chars()
            .enumerate()
            .filter(|(at, _)| flags & 1 << at != 0)
            .map(|(_, flag)| flag)
            .collect();
        for width in ["", "1", "5", "30"] {
            for precision in ["", ".", ".0", ".1", ".7", ".25"] {
                body(&format!("%{flags}{width}{precision}"));
            }
        }
    }
}

#[test]
fn integers_are_those_of_libc() {
    let values = [
        0,
        1,
        7,
        42,
        0o777,
        123_456_789,
        u64::MAX,
        1 << 63,
        (1 << 63) - 1,
    ];
    each_form(|form| {
        for kind in ["lld", "lli", "llu", "llx", "llX", "llo", "hd", "hhx"] {
            let format = format!("{form}{kind}");
            for value in values {
                let expected = libcs(&format, &Integer(value));
                assert_eq!(
                    narrow(&format, &[Integer(value)]),
                    expected,
                    "{format} {value}"
                );
                assert_eq!(
                    widely(&format, &[Integer(value)]),
                    expected,
                    "{format} {value}"
                );
            }
        }
    });
}

#[test]
fn floating_point_is_that_of_libc() {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        123_456.789,
        1e-10,
        9.995,
        1e22,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::INFINITY,
    ];
    each_form(|form| {
        for kind in ["f", "e", "g", "E", "G"] {
            let format = format!("{form}{kind}");
            for value in values {
                assert_eq!(
                    narrow(&format, &[Double(value)]),
                    libcs(&format, &Double(value)),
                    "{format} {value}"
                );
            }
        }
    });
}

#[test]
fn text_is_that_of_libc() {
    each_form(|form| {
        // Microsoft's fills with zeros before text as well.
        if !form.contains('0') {
            let format = format!("{form}s");
            assert_eq!(
                narrow(&format, &[Narrow(b"text\0")]),
                libcs(&format, &Narrow(b"text\0")),
                "{format}"
            );
        }
    });
}
