//! Which processors server and load generator run on.

use std::fs;
use std::io::{self, Error};
use std::sync::LazyLock;

use clap::ValueEnum;
use larboard_bench::cpu;

/// How the two are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Placement {
    /// Server and load generator share one processor
    Same,
    /// Server and load generator have a processor each
    Cross,
    /// The system places them
    Free,
}

/// What this process could use when it started.
static ALL: LazyLock<Vec<usize>> = LazyLock::new(cpu::allowed);

impl Placement {
    /// What suits so many workers, if the command line does not say: a processor of its own for a single one.
    pub fn for_workers(workers: usize) -> Self {
        match workers {
            1 if other_than(&ALL).is_some() => Self::Cross,
            _ => Self::Free,
        }
    }

    /// Places the calling thread as load generator; gives the processor the server is to be bound to, if any.
    pub fn apply(self) -> io::Result<Option<usize>> {
        let first = ALL[0];
        match self {
            Self::Same => cpu::pin(first),
            Self::Cross => cpu::pin(other_than(&ALL).ok_or_else(|| {
                Error::other("--pin cross takes two processors; there is one; use same or free")
            })?),
            Self::Free => {
                cpu::pin_to(&ALL);
                return Ok(None);
            }
        }
        Ok(Some(first))
    }

    /// How a title says it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Same => "server and load on the same processor",
            Self::Cross => "server and load on a processor each",
            Self::Free => "placed by the system",
        }
    }
}

/// A processor besides the first, on another core if there is one.
pub fn other_than(processors: &[usize]) -> Option<usize> {
    let core = |processor: &usize| {
        let path = format!("/sys/devices/system/cpu/cpu{processor}/topology/core_id");
        fs::read_to_string(path).ok()
    };
    let (first, rest) = processors.split_first()?;
    let elsewhere = rest.iter().find(|other| core(other) != core(first));
    elsewhere.or(rest.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_processor_is_another_one() {
        assert_eq!(other_than(&[0]), None);
        assert!(matches!(other_than(&[0, 1]), Some(1)));
    }

    #[test]
    fn more_workers_are_placed_by_the_system() {
        assert_eq!(Placement::for_workers(2), Placement::Free);
    }
}
