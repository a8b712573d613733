//! The processors of the machine, as /sys tells.

use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, FALSE, TRUE,
};
use windows_sys::Win32::System::SystemInformation::{
    CACHE_DESCRIPTOR, CacheData, CacheInstruction, CacheUnified, LOGICAL_PROCESSOR_RELATIONSHIP,
    PROCESSOR_CACHE_TYPE, RelationCache, RelationNumaNode, RelationProcessorCore,
    RelationProcessorPackage, SYSTEM_LOGICAL_PROCESSOR_INFORMATION,
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0, SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0_0,
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0_1,
};
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::system;

/// One structure for each core, package, cache and node among the processors this process may run on, the first 64.
///
/// Errors: `ERROR_INSUFFICIENT_BUFFER`, and the length becomes what is needed, in bytes; `ERROR_INVALID_PARAMETER` for a
/// null length.
///
/// # Safety
/// `returnedlength` is null or valid for a read and a write, the buffer is null or valid for that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLogicalProcessorInformation(
    buffer: *mut SYSTEM_LOGICAL_PROCESSOR_INFORMATION,
    returnedlength: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(returnedlength) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let all = all();
        let needed = size_of_val(all.as_slice()) as u32;
        // SAFETY: valid by this function's contract.
        let room = unsafe { returnedlength.read_unaligned() };
        // SAFETY: as above.
        unsafe { returnedlength.write_unaligned(needed) };
        if room < needed || is_bad(buffer) {
            return Err(Win32Error(ERROR_INSUFFICIENT_BUFFER));
        }
        for (at, one) in all.into_iter().enumerate() {
            // SAFETY: the buffer has room for all of them.
            unsafe { buffer.add(at).write_unaligned(one) };
        }
        Ok(TRUE)
    })
}

fn all() -> Vec<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> {
    let allowed = system::processors();
    let processors: Vec<u32> = (0..64).filter(|cpu| allowed >> cpu & 1 != 0).collect();
    let mut all = Vec::new();
    let core = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0_0 { Flags: 0 };
    for mask in groups(&processors, allowed, "topology/thread_siblings_list") {
        let core = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0_0 {
            Flags: u8::from(mask.count_ones() > 1),
        };
        let what = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0 {
            ProcessorCore: core,
        };
        all.push(one(mask, RelationProcessorCore, what));
    }
    for mask in groups(&processors, allowed, "topology/core_siblings_list") {
        let what = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0 {
            ProcessorCore: core,
        };
        all.push(one(mask, RelationProcessorPackage, what));
    }
    for (mask, cache) in caches(&processors, allowed) {
        let what = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0 { Cache: cache };
        all.push(one(mask, RelationCache, what));
    }
    for (number, mask) in nodes(allowed) {
        let node = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0_1 { NodeNumber: number };
        let what = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0 { NumaNode: node };
        all.push(one(mask, RelationNumaNode, what));
    }
    all
}

fn one(
    mask: u64,
    relationship: LOGICAL_PROCESSOR_RELATIONSHIP,
    what: SYSTEM_LOGICAL_PROCESSOR_INFORMATION_0,
) -> SYSTEM_LOGICAL_PROCESSOR_INFORMATION {
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION {
        ProcessorMask: system::to_windows(mask) as usize,
        Relationship: relationship,
        Anonymous: what,
    }
}

/// The different lists that the processors tell of themselves; each alone where they tell none.
fn groups(processors: &[u32], allowed: u64, file: &str) -> Vec<u64> {
    let mut masks = Vec::new();
    for &cpu in processors {
        let text = read(&format!("/sys/devices/system/cpu/cpu{cpu}/{file}"));
        let mask = text.map_or(1 << cpu, |text| mask(&text) & allowed);
        if !masks.contains(&mask) {
            masks.push(mask);
        }
    }
    masks
}

fn caches(processors: &[u32], allowed: u64) -> Vec<(u64, CACHE_DESCRIPTOR)> {
    let mut found: Vec<(u64, CACHE_DESCRIPTOR)> = Vec::new();
    for &cpu in processors {
        for index in 0..8 {
            let folder = format!("/sys/devices/system/cpu/cpu{cpu}/cache/index{index}");
            let Some((shared, cache)) = cache(&folder, allowed) else {
                break;
            };
            let known = found.iter().any(|(mask, other)| {
                (*mask, other.Level, other.Type) == (shared, cache.Level, cache.Type)
            });
            if !known {
                found.push((shared, cache));
            }
        }
    }
    found
}

fn cache(folder: &str, allowed: u64) -> Option<(u64, CACHE_DESCRIPTOR)> {
    let file = |name: &str| read(&format!("{folder}/{name}"));
    let number = |name: &str| file(name).and_then(|text| text.parse::<u32>().ok());
    let size = file("size")?;
    // "32K", "16M"
    let (digits, unit) = size.split_at(
        size.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(size.len()),
    );
    let unit = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => 1,
    };
    let kind: PROCESSOR_CACHE_TYPE = match file("type")?.as_str() {
        "Data" => CacheData,
        "Instruction" => CacheInstruction,
        _ => CacheUnified,
    };
    let descriptor = CACHE_DESCRIPTOR {
        Level: number("level")? as u8,
        // 0 ways are all of them, which Windows tells as 255.
        Associativity: match number("ways_of_associativity") {
            Some(ways @ 1..=254) => ways as u8,
            _ => 0xFF,
        },
        LineSize: number("coherency_line_size").unwrap_or_default() as u16,
        Size: digits.parse::<u32>().ok()?.saturating_mul(unit),
        Type: kind,
    };
    Some((mask(&file("shared_cpu_list")?) & allowed, descriptor))
}

fn nodes(allowed: u64) -> Vec<(u32, u64)> {
    let nodes: Vec<_> = (0..64)
        .filter_map(|node| {
            let list = read(&format!("/sys/devices/system/node/node{node}/cpulist"))?;
            Some((node, mask(&list) & allowed))
        })
        .filter(|&(_, mask)| mask != 0)
        .collect();
    if nodes.is_empty() {
        vec![(0, allowed)]
    } else {
        nodes
    }
}

fn read(file: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned())
}

/// The first 64 processors of a list like `0-3,8`.
fn mask(list: &str) -> u64 {
    list.split(',').fold(0, |mask, range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.parse::<u32>(), last.parse::<u32>()) {
            (Ok(first), Ok(last)) => (first..=last.min(63)).fold(mask, |mask, cpu| mask | 1 << cpu),
            _ => mask,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn lists_of_processors() {
        assert_eq!(mask("0-3,8"), 0b1_0000_1111);
        assert_eq!(mask("5"), 1 << 5);
        assert_eq!((mask("62-70"), mask("64-70"), mask("")), (3 << 62, 0, 0));
    }
}
