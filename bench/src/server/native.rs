//! Peers written in C and C++: compiled here, because Cargo does not know them and they may be absent.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source file, and what it takes to build it.
#[derive(Debug)]
pub struct Source {
    file: &'static str,
    compiler: &'static str,
    flags: &'static [&'static str],
    /// A header that tells whether the library is there.
    header: &'static str,
    /// What to install if it is not.
    package: &'static str,
}

pub static LIBUV: Source = Source {
    file: "libuv_echo.c",
    compiler: "cc",
    flags: &["-std=gnu11", "-luv"],
    header: "uv.h",
    package: "libuv1-dev",
};

pub static ASIO: Source = Source {
    file: "asio_echo.cpp",
    compiler: "c++",
    flags: &["-std=c++17", "-DASIO_STANDALONE", "-pthread"],
    header: "asio.hpp",
    package: "libasio-dev",
};

impl Source {
    /// The program, compiled if it is older than its source.
    pub fn build(&self) -> io::Result<PathBuf> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers")
            .join(self.file);
        let program = std::env::current_exe()?
            .with_file_name(source.file_stem().unwrap_or(OsStr::new(self.file)));
        if is_newer(&program, &source) {
            return Ok(program);
        }
        self.check_header()?;
        let output = self
            .compile(&source)
            .arg("-O2")
            .args(["-Wall", "-Wextra", "-Werror", "-o"])
            .arg(&program)
            .output()?;
        if output.status.success() {
            Ok(program)
        } else {
            let text = String::from_utf8_lossy(&output.stderr);
            Err(Error::other(format!(
                "{} does not compile: {}",
                self.file,
                text.trim()
            )))
        }
    }

    /// The source comes before the flags: a library counts only for what stands before it.
    fn compile(&self, source: &Path) -> Command {
        let mut command = Command::new(self.compiler);
        command.arg(source).args(self.flags);
        command
    }

    fn check_header(&self) -> io::Result<()> {
        let language = match self.file.ends_with(".c") {
            true => "c",
            false => "c++",
        };
        let mut command = Command::new(self.compiler);
        command.args([
            "-E",
            "-x",
            language,
            "-include",
            self.header,
            "/dev/null",
            "-o",
            "/dev/null",
        ]);
        match command.args(self.flags).output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(_) => Err(Error::other(format!(
                "{} is not found; install the package {}",
                self.header, self.package
            ))),
            Err(_) => Err(Error::other(format!(
                "there is no compiler {}; install the packages g++ and {}",
                self.compiler, self.package
            ))),
        }
    }
}

fn is_newer(program: &Path, source: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    matches!((changed(program), changed(source)), (Ok(program), Ok(source)) if program > source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(compiler: &'static str) -> Source {
        Source {
            file: "none.c",
            compiler,
            flags: &[],
            header: "no-such-header.h",
            package: "libnone-dev",
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
