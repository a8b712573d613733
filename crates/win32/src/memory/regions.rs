//! What is reserved and committed: the regions that `VirtualAlloc` and `MapViewOfFile` have made.
//!
//! Linux knows mappings and their protection, but not which of them belong together, what of a reservation is committed,
//! and how an allocation was asked for. That is written down here. The lock is held while Linux is told, so that both
//! always agree.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SUPPORTED,
};
use windows_sys::Win32::System::Memory::{
    PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY, PAGE_GUARD,
    PAGE_NOACCESS, PAGE_NOCACHE, PAGE_PROTECTION_FLAGS, PAGE_READONLY, PAGE_READWRITE, PAGE_TYPE,
    PAGE_WRITECOMBINE, PAGE_WRITECOPY,
};

use crate::error::Win32Error;

/// Where regions begin.
pub(super) const GRANULARITY: usize = 64 << 10;

/// A region with one base address.
pub(super) struct Region {
    pub(super) size: usize,
    /// How it was asked for.
    pub(super) protect: PAGE_PROTECTION_FLAGS,
    pub(super) kind: PAGE_TYPE,
    /// From which offset on pages have which protection; [`RESERVED`] are not committed. There is an entry at 0.
    runs: BTreeMap<usize, PAGE_PROTECTION_FLAGS>,
}

/// The protection of pages that are not committed.
pub(super) const RESERVED: PAGE_PROTECTION_FLAGS = 0;

/// All regions by their base.
#[derive(Default)]
pub(super) struct Regions(BTreeMap<usize, Region>);

static REGIONS: Mutex<Regions> = Mutex::new(Regions(BTreeMap::new()));

/// The regions, locked.
pub(super) fn lock() -> MutexGuard<'static, Regions> {
    REGIONS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Regions {
    /// The region that an address is in, and its base.
    pub(super) fn find(&mut self, address: usize) -> Option<(usize, &mut Region)> {
        let (&base, region) = self.0.range_mut(..=address).next_back()?;
        (address - base < region.size).then_some((base, region))
    }

    pub(super) fn insert(&mut self, base: usize, region: Region) {
        self.0.insert(base, region);
    }

    pub(super) fn remove(&mut self, base: usize) {
        self.0.remove(&base);
    }

    /// The region that a range of pages is in as a whole, its base, and the range within. `ERROR_INVALID_ADDRESS` if there
    /// is none.
    pub(super) fn range(
        &mut self,
        address: usize,
        size: usize,
    ) -> Result<(usize, &mut Region, Range<usize>), Win32Error> {
        let end = address.checked_add(size).ok_or(ERROR_INVALID_PARAMETER)?;
        let (base, region) = self.find(address).ok_or(ERROR_INVALID_ADDRESS)?;
        let range = page_of(address - base)..page_end(end - base)?;
        if range.end > region.size {
            return Err(ERROR_INVALID_ADDRESS.into());
        }
        Ok((base, region, range))
    }
}

impl Region {
    /// A region whose pages all have one protection.
    pub(super) fn new(
        size: usize,
        protect: PAGE_PROTECTION_FLAGS,
        kind: PAGE_TYPE,
        pages: PAGE_PROTECTION_FLAGS,
    ) -> Self {
        Self {
            size,
            protect,
            kind,
            runs: BTreeMap::from([(0, pages)]),
        }
    }

    /// The pages from an offset on that have the same protection as the one there, and this protection.
    pub(super) fn run(&self, offset: usize) -> (Range<usize>, PAGE_PROTECTION_FLAGS) {
        let start = page_of(offset);
        let protect = self.runs.range(..=offset).next_back();
        let protect = protect.map_or(RESERVED, |(_, &protect)| protect);
        let mut others = self.runs.range(offset + 1..);
        let end = others.find(|&(_, &other)| other != protect);
        (start..end.map_or(self.size, |(&end, _)| end), protect)
    }

    /// Is every page of the range committed?
    pub(super) fn is_committed(&self, range: &Range<usize>) -> bool {
        self.run(range.start).1 != RESERVED
            && self
                .runs
                .range(range.clone())
                .all(|(_, &protect)| protect != RESERVED)
    }

    /// The protection of a range from now on.
    pub(super) fn set(&mut self, range: Range<usize>, protect: PAGE_PROTECTION_FLAGS) {
        if range.end < self.size {
            let after = self.run(range.end).1;
            self.runs.insert(range.end, after);
        }
        let covered: Vec<usize> = self.runs.range(range.clone()).map(|(&at, _)| at).collect();
        for at in covered {
            self.runs.remove(&at);
        }
        self.runs.insert(range.start, protect);
        // Neighbours that are alike are one run.
        for at in [range.end, range.start] {
            let before = self
                .runs
                .range(..at)
                .next_back()
                .map(|(_, &protect)| protect);
            if before.is_some() && self.runs.get(&at).copied() == before {
                self.runs.remove(&at);
            }
        }
    }
}

/// The size of a page.
pub(super) fn page_size() -> usize {
    // SAFETY: takes a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// The beginning of the page.
pub(super) fn page_of(address: usize) -> usize {
    address & !(page_size() - 1)
}

/// The end of the page whose end or middle this is.
pub(super) fn page_end(address: usize) -> Result<usize, Win32Error> {
    let end = address.checked_add(page_size() - 1);
    Ok(page_of(end.ok_or(ERROR_INVALID_PARAMETER)?))
}

/// Linux' protection for Windows'. `ERROR_INVALID_PARAMETER` for values that do not exist, `ERROR_NOT_SUPPORTED` for guard
/// pages.
pub(super) fn to_linux(protect: PAGE_PROTECTION_FLAGS) -> Result<i32, Win32Error> {
    if protect & PAGE_GUARD != 0 {
        return Err(ERROR_NOT_SUPPORTED.into());
    }
    Ok(match protect & !(PAGE_NOCACHE | PAGE_WRITECOMBINE) {
        PAGE_NOACCESS => libc::PROT_NONE,
        PAGE_READONLY => libc::PROT_READ,
        PAGE_READWRITE | PAGE_WRITECOPY => libc::PROT_READ | libc::PROT_WRITE,
        PAGE_EXECUTE | PAGE_EXECUTE_READ => libc::PROT_READ | libc::PROT_EXEC,
        PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY => {
            libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC
        }
        _ => return Err(ERROR_INVALID_PARAMETER.into()),
    })
}

/// A place for a mapping of a size: at a base, or where there is room. Nothing is readable there, and nothing else comes
/// there until it is unmapped or mapped over. `ERROR_INVALID_ADDRESS` if something is there.
pub(super) fn reserve(base: Option<usize>, size: usize) -> Result<usize, Win32Error> {
    let map = |at: usize, size: usize, flags: i32| {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | flags;
        let at = std::ptr::without_provenance_mut(at);
        // SAFETY: a new mapping, which replaces none.
        let place = unsafe { libc::mmap(at, size, libc::PROT_NONE, flags, -1, 0) };
        (place != libc::MAP_FAILED).then(|| place.expose_provenance())
    };
    if let Some(base) = base {
        return map(base, size, libc::MAP_FIXED_NOREPLACE).ok_or(ERROR_INVALID_ADDRESS.into());
    }
    let all = size
        .checked_add(GRANULARITY)
        .ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    let place = map(0, all, 0).ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    let base = place.next_multiple_of(GRANULARITY);
    for superfluous in [place..base, base + size..place + all] {
        if !superfluous.is_empty() {
            unmap(superfluous.start, superfluous.len());
        }
    }
    Ok(base)
}

/// Gives a place back.
pub(super) fn unmap(base: usize, size: usize) {
    // SAFETY: the callers own the place: they have reserved it, and whoever was to use it has given it up.
    unsafe { libc::munmap(std::ptr::with_exposed_provenance_mut(base), size) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cut_and_joined() {
        let page = page_size();
        let mut region = Region::new(8 * page, PAGE_READWRITE, 0, RESERVED);
        region.set(2 * page..4 * page, PAGE_READWRITE);
        assert_eq!(region.run(0), (0..2 * page, RESERVED));
        assert_eq!(region.run(3 * page), (3 * page..4 * page, PAGE_READWRITE));
        assert_eq!(region.run(5 * page), (5 * page..8 * page, RESERVED));
        assert!(region.is_committed(&(2 * page..4 * page)));
        assert!(!region.is_committed(&(2 * page..5 * page)));
        region.set(4 * page..8 * page, PAGE_READWRITE);
        assert_eq!(region.run(2 * page), (2 * page..8 * page, PAGE_READWRITE));
        region.set(3 * page..5 * page, PAGE_READONLY);
        assert_eq!(region.run(2 * page), (2 * page..3 * page, PAGE_READWRITE));
        assert_eq!(region.run(5 * page), (5 * page..8 * page, PAGE_READWRITE));
        region.set(0..8 * page, RESERVED);
        assert_eq!(region.run(0), (0..8 * page, RESERVED));
        assert_eq!(region.runs.len(), 1);
    }
}
