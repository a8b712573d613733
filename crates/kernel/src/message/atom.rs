//! Names that are numbers. One table for window classes and registered messages; case does not count.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Refused;
use crate::sync::Mutex;

/// The first number that stands for a name; below are the numbers that stand for themselves.
pub const FIRST: u16 = 0xC000;

#[derive(Default)]
struct Atoms {
    numbers: HashMap<String, u16>,
    names: Vec<String>,
}

static ATOMS: LazyLock<Mutex<Atoms>> = LazyLock::new(Mutex::default);

/// The number of a name, which gets one if it has none. NoAtom when there are no more.
pub fn add(name: &str) -> Result<u16, Refused> {
    let key = name.to_lowercase();
    let mut atoms = ATOMS.lock();
    if let Some(&number) = atoms.numbers.get(&key) {
        return Ok(number);
    }
    let next = u16::try_from(atoms.names.len()).ok();
    let number = next.and_then(|n| FIRST.checked_add(n));
    let number = number.ok_or(Refused::NoAtom)?;
    atoms.names.push(name.to_owned());
    atoms.numbers.insert(key, number);
    Ok(number)
}

/// The number of a name that has one.
pub fn find(name: &str) -> Option<u16> {
    ATOMS.lock().numbers.get(&name.to_lowercase()).copied()
}

/// The name of a number, as it was first written.
pub fn name(number: u16) -> Option<String> {
    let at = number.checked_sub(FIRST)?;
    ATOMS.lock().names.get(usize::from(at)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_whatever_its_case() {
        let number = add("Larboard atom").unwrap();
        assert!(number >= FIRST);
        assert_eq!(add("LARBOARD ATOM"), Ok(number));
        assert_eq!(find("larboard atom"), Some(number));
        assert_eq!(name(number).as_deref(), Some("Larboard atom"));
        assert_eq!(find("larboard atom that nobody added"), None);
    }
}
