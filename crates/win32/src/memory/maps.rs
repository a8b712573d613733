//! What Linux has mapped where: `/proc/self/maps`, for addresses that no region is known of.

use std::ops::Range;

use windows_sys::Win32::System::Memory::{
    MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE, PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
    PAGE_NOACCESS, PAGE_PROTECTION_FLAGS, PAGE_READONLY, PAGE_READWRITE, PAGE_TYPE,
};

/// What is at an address.
pub(super) enum Found {
    /// A mapping.
    Mapping(Mapping),
    /// Nothing, as far as this.
    Gap(Range<usize>),
}

/// One mapping.
pub(super) struct Mapping {
    pub(super) range: Range<usize>,
    pub(super) protect: PAGE_PROTECTION_FLAGS,
    pub(super) kind: PAGE_TYPE,
}

/// Looks an address up.
pub(super) fn look(address: usize) -> Found {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mut gap = 0..usize::MAX;
    for mapping in maps.lines().filter_map(parse) {
        if mapping.range.contains(&address) {
            return Found::Mapping(mapping);
        }
        if mapping.range.end <= address {
            gap.start = mapping.range.end;
        } else {
            gap.end = mapping.range.start;
            break;
        }
    }
    Found::Gap(gap)
}

fn parse(line: &str) -> Option<Mapping> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    let rights = fields.next()?;
    let path = fields.nth(3).unwrap_or_default();
    let has = |right| rights.contains(right);
    let protect = match (has('r'), has('w'), has('x')) {
        (_, true, false) => PAGE_READWRITE,
        (true, false, false) => PAGE_READONLY,
        (_, true, true) => PAGE_EXECUTE_READWRITE,
        (true, false, true) => PAGE_EXECUTE_READ,
        (false, false, true) => PAGE_EXECUTE,
        (false, false, false) => PAGE_NOACCESS,
    };
    let kind = if !path.starts_with('/') {
        MEM_PRIVATE
    } else if has('s') {
        MEM_MAPPED
    } else {
        MEM_IMAGE
    };
    Some(Mapping {
        range: number(start)?..number(end)?,
        protect,
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_in_an_image() {
        let Found::Mapping(code) = look((look as fn(usize) -> Found as *const ()).addr()) else {
            panic!("code is mapped");
        };
        assert_eq!((code.protect, code.kind), (PAGE_EXECUTE_READ, MEM_IMAGE));
        assert!(matches!(look(0x1_0000), Found::Gap(_)));
    }
}
