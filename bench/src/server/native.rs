//! Servers written in C and C++: compiled here, because Cargo does not know them and what they need may be absent.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source file, and what it takes to build it.
#[derive(Debug)]
pub struct Source {
    file: &'static str,
    compiler: Compiler,
}

/// Who compiles a source.
#[derive(Debug)]
enum Compiler {
    /// The system's, with a library of others.
    System {
        name: &'static str,
        flags: &'static [&'static str],
        /// A header that tells whether the library is there.
        header: &'static str,
        /// What to install if it is not.
        package: &'static str,
    },
    /// The command `larboard build`, beside this program.
    Larboard,
}

pub static LIBUV: Source = Source {
    file: "peers/libuv_echo.c",
    compiler: Compiler::System {
        name: "cc",
        flags: &["-std=gnu11", "-luv"],
        header: "uv.h",
        package: "libuv1-dev",
    },
};

pub static ASIO: Source = Source {
    file: "peers/asio_echo.cpp",
    compiler: Compiler::System {
        name: "c++",
        flags: &["-std=c++17", "-DASIO_STANDALONE", "-pthread"],
        header: "asio.hpp",
        package: "libasio-dev",
    },
};

/// The completion port once more, as a Windows program in C++.
pub static PORT_CPP: Source = Source {
    file: "src/cpp/port_cpp_echo.cpp",
    compiler: Compiler::Larboard,
};

impl Source {
    /// The program, compiled if it is older than its source; `larboard build` finds out by itself.
    pub fn build(&self) -> io::Result<PathBuf> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.file);
        let program = std::env::current_exe()?
            .with_file_name(source.file_stem().unwrap_or(OsStr::new(self.file)));
        let mut command = match &self.compiler {
            Compiler::System { .. } if is_newer(&program, &source) => return Ok(program),
            Compiler::System {
                name,
                flags,
                header,
                package,
            } => {
                check_header(name, flags, header, package, &source)?;
                let mut command = Command::new(name);
                // The source comes before the flags: a library counts only for what stands before it.
                command.arg(&source).args(*flags);
                command.args(["-O2", "-Wall", "-Wextra", "-Werror"]);
                command
            }
            Compiler::Larboard => {
                let mut command = Command::new(program.with_file_name("larboard"));
                command.args(["build", "--release"]).arg(&source);
                command
            }
        };
        let output = command.arg("-o").arg(&program).output()?;
        if output.status.success() {
            return Ok(program);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        Err(Error::other(format!(
            "{} does not compile: {}",
            self.file,
            text.trim()
        )))
    }
}

fn check_header(
    compiler: &str,
    flags: &[&str],
    header: &str,
    package: &str,
    source: &Path,
) -> io::Result<()> {
    let language = match source.extension() {
        Some(extension) if extension == "c" => "c",
        _ => "c++",
    };
    let mut command = Command::new(compiler);
    command.args(["-E", "-x", language, "-include", header]);
    command.args(["/dev/null", "-o", "/dev/null"]);
    match command.args(flags).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => Err(Error::other(format!(
            "{header} is not found; install the package {package}"
        ))),
        Err(_) => Err(Error::other(format!(
            "there is no compiler {compiler}; install the packages g++ and {package}"
        ))),
    }
}

fn is_newer(program: &Path, source: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    matches!((changed(program), changed(source)), (Ok(program), Ok(source)) if program > source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &'static str) -> Source {
        Source {
            file: "none.c",
            compiler: Compiler::System {
                name,
                flags: &[],
                header: "no-such-header.h",
                package: "libnone-dev",
            },
        }
    }

    #[test]
    fn what_is_absent_is_named_with_its_package() {
        let error = source("cc").build().unwrap_err().to_string();
        assert_eq!(
            error,
            "no-such-header.h is not found; install the package libnone-dev"
        );
        let error = source("no-such-compiler").build().unwrap_err().to_string();
        assert!(error.contains("no compiler no-such-compiler") && error.contains("libnone-dev"));
    }
}
