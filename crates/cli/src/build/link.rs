//! Linking, and what to say about names that are not there.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::compile::{Stamp, stamp};
use super::lexer::{Lexer, Token};

/// One run of the linker or the archiver.
#[derive(Debug)]
pub struct Link {
    /// The command.
    pub command: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The file to make.
    pub output: PathBuf,
    /// The files it is made of.
    pub inputs: Vec<PathBuf>,
    /// Where it is remembered what the file was made of.
    pub record: PathBuf,
    /// Whether the old file has to go first: an archive would keep what is in it.
    pub anew: bool,
}

impl Link {
    /// Whether the file is what this would make.
    pub fn is_done(&self) -> bool {
        let Some(output) = stamp(&self.output) else {
            return false;
        };
        let record = fs::read_to_string(&self.record).unwrap_or_default();
        self.identity()
            .is_some_and(|identity| record == line(identity, output))
    }

    /// Makes the file.
    pub fn run(&self) -> io::Result<Output> {
        let _ = fs::remove_file(&self.record);
        if let Some(folder) = self.output.parent() {
            fs::create_dir_all(folder)?;
        }
        if self.anew {
            let _ = fs::remove_file(&self.output);
        }
        let output = Command::new(&self.command).args(&self.arguments).output()?;
        if let (true, Some(identity), Some(stamp)) = (
            output.status.success(),
            self.identity(),
            stamp(&self.output),
        ) {
            fs::write(&self.record, line(identity, stamp))?;
        }
        Ok(output)
    }

    fn identity(&self) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        (&self.command, &self.arguments).hash(&mut hasher);
        for input in &self.inputs {
            let stamp = stamp(input)?;
            format!("{stamp:?}").hash(&mut hasher);
        }
        Some(hasher.finish())
    }
}

fn line(identity: u64, output: Stamp) -> String {
    format!("{identity:016x} {output:?}\n")
}

/// The names that a linker's message says are not defined, each once.
pub fn undefined(message: &str) -> BTreeSet<String> {
    message
        .lines()
        .filter_map(|line| {
            // GNU: undefined reference to `X'; LLVM: undefined symbol: X
            let name = match line.split_once("undefined reference to `") {
                Some((_, rest)) => rest.trim_end().trim_end_matches('\'').to_owned(),
                None => line.split_once("undefined symbol: ")?.1.trim().to_owned(),
            };
            Some(name)
        })
        .collect()
}

/// Whether a linker's message says that there is more than one `main`.
pub fn has_several_mains(message: &str) -> bool {
    ["main", "wmain", "WinMain", "wWinMain"].iter().any(|name| {
        message.contains(&format!("multiple definition of `{name}'"))
            || message.contains(&format!("duplicate symbol: {name}\n"))
    })
}

/// The last name of a C++ name with parameters: `Session::Send(int)` is `Send`.
pub fn last_name(name: &str) -> &str {
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    name.rsplit([':', ' ', '&', '*']).next().unwrap_or(name)
}

/// The libraries that a source names by `#pragma comment(lib, "…")`.
pub fn pragma_libraries(text: &str) -> Vec<String> {
    Lexer::new(text)
        .filter_map(|(token, _)| match token {
            Token::Directive("pragma", rest) => {
                let rest = rest.trim_start().strip_prefix("comment")?.trim_start();
                let (kind, name) = rest.strip_prefix('(')?.split_once(',')?;
                let is_library = kind.trim().eq_ignore_ascii_case("lib");
                let name = name.split('"').nth(1).filter(|_| is_library)?;
                // A backslash in a literal is written twice.
                Some(name.replace("\\\\", "/"))
            }
            _ => None,
        })
        .collect()
}

/// Whether a library is Windows' own: Larboard stands for it, or there is nothing to link.
pub fn is_of_windows(library: &str) -> bool {
    OF_WINDOWS.contains(&stem(library).as_str())
}

/// Libraries of Windows, by their names without ending.
const OF_WINDOWS: &[&str] = &[
    "kernel32",
    "user32",
    "gdi32",
    "winspool",
    "comdlg32",
    "advapi32",
    "shell32",
    "ole32",
    "oleaut32",
    "uuid",
    "odbc32",
    "odbccp32",
    "ws2_32",
    "wsock32",
    "mswsock",
    "winmm",
    "iphlpapi",
    "ntdll",
    "psapi",
    "dbghelp",
    "imagehlp",
    "shlwapi",
    "rpcrt4",
    "bcrypt",
    "crypt32",
    "version",
    "userenv",
    "secur32",
    "netapi32",
    "wtsapi32",
    "synchronization",
    "comctl32",
    "imm32",
    "setupapi",
    "wininet",
    "winhttp",
    "urlmon",
    "pdh",
    "mpr",
    "dbgeng",
    "powrprof",
    "fwpuclnt",
    "normaliz",
    "wldap32",
    "onecore",
    "onecoreuap",
    "mincore",
    "pathcch",
    "propsys",
    "legacy_stdio_definitions",
    "libcmt",
    "libcmtd",
    "msvcrt",
    "msvcrtd",
    "ucrt",
    "ucrtd",
    "vcruntime",
    "vcruntimed",
    "libvcruntime",
    "msvcprt",
    "msvcprtd",
    "libcpmt",
    "libcpmtd",
    "oldnames",
    "dnsapi",
    "avrt",
    "runtimeobject",
    "windowsapp",
    "concrt",
    "libconcrt",
    "libconcrtd",
    "dxguid",
    "ksuser",
    "cabinet",
    "tdh",
];

/// The name of a library without folder and ending, in small letters.
pub fn stem(library: &str) -> String {
    let name = super::tree::slashes(library.trim()).to_lowercase();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    name.strip_suffix(".lib").map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_names_are_read_from_either_linker() {
        let gnu = "a.o: in function `main':\na.cpp:(.text+0x1): undefined reference to `PdhOpenQueryW'\n\
                   a.cpp:(.text+0x9): undefined reference to `Session::Send(int)'\n";
        assert_eq!(
            undefined(gnu),
            BTreeSet::from(["PdhOpenQueryW".to_owned(), "Session::Send(int)".to_owned()])
        );
        let llvm = "ld.lld: error: undefined symbol: PdhOpenQueryW\n>>> referenced by a.cpp:3\n";
        assert_eq!(
            undefined(llvm),
            BTreeSet::from(["PdhOpenQueryW".to_owned()])
        );
        assert_eq!(last_name("Session::Send(int)"), "Send");
        assert_eq!(last_name("PdhOpenQueryW"), "PdhOpenQueryW");
    }

    #[test]
    fn pragmas_name_libraries() {
        let text = "#pragma comment(lib, \"ws2_32.lib\")\n# pragma  comment( lib , \"..\\\\Net.lib\" )\n\
                    // #pragma comment(lib, \"no.lib\")\n#pragma comment(linker, \"/x\")\n#pragma once\n";
        assert_eq!(pragma_libraries(text), ["ws2_32.lib", "../Net.lib"]);
    }

    #[test]
    fn libraries_of_windows_are_known_however_written() {
        assert!(
            is_of_windows("WS2_32.LIB") && is_of_windows(" winmm.lib") && is_of_windows("ws2_32")
        );
        assert!(!is_of_windows("..\\Lib\\Common.lib"));
        assert_eq!(stem("..\\Lib\\Common.lib"), "common");
    }
}
