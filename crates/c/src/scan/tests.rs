use super::source::Text;
use super::*;

struct Pointers(Vec<u64>);

impl Arguments for Pointers {
    fn integer(&mut self) -> u64 {
        self.0.remove(0)
    }

    fn double(&mut self) -> f64 {
        unreachable!("scanf takes pointers")
    }

    fn long_double(&mut self) -> f64 {
        unreachable!("scanf takes pointers")
    }
}

fn place<T>(value: &mut T) -> u64 {
    std::ptr::from_mut(value).expose_provenance() as u64
}

fn read<U: Unit>(text: &str, format: &str, secure: bool, longs: &[u8], arguments: Vec<u64>) -> i32 {
    let units = |text: &str| {
        let mut units = Vec::new();
        U::extend_narrow(&mut units, text.as_bytes());
        units
    };
    let (text, format): (Vec<U>, Vec<U>) = (units(text), units(format));
    let longs = if longs.is_empty() {
        std::ptr::null()
    } else {
        longs.as_ptr()
    };
    let (mut source, mut arguments) = (Text::new(&text), Pointers(arguments));
    // SAFETY: each test passes places for what its format names.
    unsafe { Scan::new(&mut source, &mut arguments, secure, longs) }.run(&format)
}

#[test]
fn integers() {
    let (mut a, mut b, mut c, mut d) = (0_i32, 0_u32, 0_i64, 0_i16);
    let count = read::<u8>(
        " -12 0x1f,77x 9",
        "%d %x,%I64d y %hd",
        false,
        &[],
        vec![place(&mut a), place(&mut b), place(&mut c), place(&mut d)],
    );
    assert_eq!((count, a, b, c, d), (3, -12, 31, 77, 0));
    let count = read::<u16>(
        "017 12345",
        "%i %2d",
        false,
        &[],
        vec![place(&mut a), place(&mut b)],
    );
    assert_eq!((count, a, b), (2, 15, 12));
}

#[test]
fn a_long_is_written_whole_where_the_header_says_so() {
    let mut long = -1_i64;
    assert_eq!(
        read::<u8>("5", "%ld", false, &[1], vec![place(&mut long)]),
        1
    );
    assert_eq!(long, 5);
    let mut places = [-1_i32, -1];
    assert_eq!(
        read::<u8>("5", "%ld", false, &[], vec![place(&mut places)]),
        1
    );
    assert_eq!(places, [5, -1]);
}

#[test]
fn text_and_sets() {
    let (mut a, mut b) = ([0xff_u8; 16], [0xffff_u16; 16]);
    let count = read::<u8>(
        "ab 서버",
        "%s%ls",
        false,
        &[],
        vec![place(&mut a), place(&mut b)],
    );
    assert_eq!(
        (count, &a[..3], &b[..3]),
        (2, b"ab\0".as_slice(), [0xc11c, 0xbc84, 0].as_slice())
    );
    let count = read::<u8>(
        "key=value;",
        "%[^=]=%[a-z]",
        false,
        &[],
        vec![place(&mut a), place(&mut b)],
    );
    assert_eq!((count, &a[..4]), (2, b"key\0".as_slice()));
    let count = read::<u8>(
        "]x",
        "%[]]%c",
        false,
        &[],
        vec![place(&mut a), place(&mut b)],
    );
    assert_eq!((count, &a[..2]), (2, b"]\0".as_slice()));
}

#[test]
fn the_secure_forms_know_the_size_of_a_buffer() {
    let mut a = [0xff_u8; 4];
    assert_eq!(
        read::<u8>("abc", "%s", true, &[], vec![place(&mut a), 4]),
        1
    );
    assert_eq!(&a, b"abc\0");
    assert_eq!(
        read::<u8>("abcd", "%s", true, &[], vec![place(&mut a), 4]),
        0
    );
    assert_eq!(a[0], 0);
    assert_eq!(
        read::<u8>("abcd", "%3c", true, &[], vec![place(&mut a), 3]),
        1
    );
    assert_eq!(&a, b"abc\0");
}

#[test]
fn floating_point() {
    let (mut a, mut b, mut rest) = (0_f32, 0_f64, 0_u8);
    let count = read::<u16>(
        "1.5e1 -0x1p-1z",
        "%f%lf%hc",
        false,
        &[],
        vec![place(&mut a), place(&mut b), place(&mut rest)],
    );
    assert_eq!((count, a, b, rest), (3, 15.0, -0.5, b'z'));
}

#[test]
fn the_end_of_the_input_and_a_mismatch_are_different() {
    let mut a = 0_i32;
    assert_eq!(read::<u8>("", "%d", false, &[], vec![place(&mut a)]), -1);
    assert_eq!(read::<u8>("x", "%d", false, &[], vec![place(&mut a)]), 0);
    assert_eq!(
        read::<u8>(
            "1 ",
            "%d %d",
            false,
            &[],
            vec![place(&mut a), place(&mut a)]
        ),
        1
    );
    assert_eq!(
        read::<u8>(
            "50% 7",
            "%d%% %n",
            false,
            &[],
            vec![place(&mut a), place(&mut a)]
        ),
        1
    );
    assert_eq!(a, 4);
}
