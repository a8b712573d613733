//! The limit of open files, which is the limit of connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files this process may have: now, and at most without privileges. `None` is "no limit".
pub struct OpenFiles {
    /// The limit that holds now.
    pub soft: Option<u64>,
    /// What the process may raise it to by itself.
    pub hard: Option<u64>,
}

/// Reads the limit of open files.
pub fn open_files() -> OpenFiles {
    let limit = getrlimit(Resource::Nofile);
    OpenFiles {
        soft: limit.current,
        hard: limit.maximum,
    }
}

/// Raises the limit of open files as far as the system allows without privileges.
///
/// A refusal is no error: the old limit holds, and whoever meets it says so.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                maximum: limit.maximum,
            },
        );
    }
}
