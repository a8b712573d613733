//! Every header in every standard: alone, twice in a row, and with others before and after it.

use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::clang::{self, Clang, Language, Source, Standard};
use crate::{including, public_headers};

/// The compiler speaks about our headers as about any other source.
const STRICT: &[&str] = &[
    "-fsyntax-only",
    "-Wall",
    "-Wsystem-headers",
    "-fno-caret-diagnostics",
];

/// Headers of the standard library that bring much of libc along, or use names that Windows has too.
const STANDARD: &[&str] = &[
    "thread",
    "mutex",
    "chrono",
    "iostream",
    "algorithm",
    "string",
    "vector",
    "functional",
    "atomic",
    "condition_variable",
    "fstream",
    "random",
    "cstdlib",
    "cstring",
    "ctime",
    "cmath",
    "limits",
];

/// All standards for the newest compiler, one of each language for an older one.
fn standards_of(age: usize) -> Vec<Standard> {
    let all = standards();
    if age == 0 { all } else { vec![all[0], all[3]] }
}

fn standards() -> Vec<Standard> {
    ["c11", "c17", "c++14", "c++17", "c++20", "c++23"]
        .map(|text| text.parse().expect("a standard"))
        .to_vec()
}

fn source(standard: Standard, text: &str) -> Source {
    let name = match standard.language {
        Language::C => "test.c",
        Language::Cxx => "test.cpp",
    };
    Source::new(name, text)
}

/// The libraries that matter for a standard: none does in C.
fn libraries(clang: &Clang, standard: Standard) -> Vec<&'static str> {
    match standard.language {
        Language::C => vec!["-DC"],
        Language::Cxx => clang.libraries.clone(),
    }
}

/// One source to be compiled.
struct Task<'a> {
    clang: &'a Clang,
    standard: Standard,
    library: &'static str,
    text: String,
}

/// Compiles all of them, on all processors, and shows the first complaints.
fn compile(tasks: &[Task]) {
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let flags = [STRICT, &[task.library]].concat();
                    let source = source(task.standard, &task.text);
                    let said = task.clang.says(task.standard, &flags, &source);
                    let said = said.and_then(|output| about_ours(&output));
                    if let Err(text) = said {
                        complaints
                            .lock()
                            .expect("no panic")
                            .push(format!("{}{text}", task.text));
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no panic");
    let shown: Vec<&str> = complaints.iter().take(6).map(String::as_str).collect();
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        tasks.len(),
        shown.join("\n\n")
    );
}

/// The warnings that are about our headers.
fn about_ours(output: &Output) -> Result<(), String> {
    let folder = format!("{}/", clang::include().display());
    let messages = String::from_utf8_lossy(&output.stderr);
    let ours: Vec<&str> = messages
        .lines()
        .filter(|line| line.starts_with(&folder) && line.contains(": warning: "))
        .take(25)
        .collect();
    if ours.is_empty() {
        Ok(())
    } else {
        Err(ours.join("\n"))
    }
}

#[test]
fn each_header_compiles_alone_and_twice() {
    let compilers = clang::installed();
    let mut tasks = Vec::new();
    // All standards come up below; here the two languages, and an early standard for older compilers.
    let few: Vec<Standard> = ["c11", "c++20", "c++14"]
        .map(|text| text.parse().expect("a standard"))
        .to_vec();
    let pairs = compilers.iter().enumerate().flat_map(|(age, clang)| {
        let some = if age == 0 { &few[..2] } else { &few[2..] };
        some.iter().map(move |standard| (clang, *standard))
    });
    for (clang, standard) in pairs {
        let library = libraries(clang, standard)[0];
        for header in public_headers() {
            tasks.push(Task {
                clang,
                standard,
                library,
                text: including([header.as_str(), header.as_str()]),
            });
        }
    }
    compile(&tasks);
}

#[test]
fn headers_compile_with_each_other_and_the_standard_librarys() {
    let headers = public_headers();
    let forward: Vec<&str> = headers.iter().map(String::as_str).collect();
    let backward: Vec<&str> = forward.iter().rev().copied().collect();
    let compilers = clang::installed();
    let mut tasks = Vec::new();
    let pairs = compilers.iter().enumerate().flat_map(|(age, clang)| {
        standards_of(age)
            .into_iter()
            .map(move |standard| (clang, standard))
    });
    for (clang, standard) in pairs {
        let others: &[&str] = match standard.language {
            Language::C => &[
                "stdio.h", "stdlib.h", "string.h", "time.h", "math.h", "limits.h", "stdint.h",
            ],
            Language::Cxx => STANDARD,
        };
        for library in libraries(clang, standard) {
            for text in [
                including(others.iter().chain(&forward).copied()),
                including(backward.iter().chain(others).copied()),
            ] {
                tasks.push(Task {
                    clang,
                    standard,
                    library,
                    text,
                });
            }
        }
    }
    compile(&tasks);
}

/// The orders in which programs include Windows Sockets and its older version.
#[test]
fn windows_sockets_come_in_any_order() {
    let Some(clang) = clang::newest() else { return };
    let orders: [&str; 8] = [
        "#include <windows.h>\n#include <winsock2.h>\n",
        "#include <winsock2.h>\n#include <windows.h>\n",
        "#define WIN32_LEAN_AND_MEAN\n#include <windows.h>\n#include <winsock2.h>\n",
        "#define _WINSOCKAPI_\n#include <windows.h>\n#include <winsock2.h>\n",
        "#include <winsock.h>\n#include <winsock2.h>\n#include <windows.h>\n",
        "#include <windows.h>\n#include <winsock.h>\n",
        "#define FD_SETSIZE 1024\n#include <stdlib.h>\n#include <winsock2.h>\n",
        "#include <ws2tcpip.h>\n",
    ];
    let uses = "\
        int use(SOCKET s) {\n\
            fd_set set; struct timeval limit = {1, 0}; struct sockaddr_in address;\n\
            FD_ZERO(&set); FD_SET(s, &set); address.sin_port = htons(80);\n\
            return select(0, &set, NULL, NULL, &limit) + send(s, \"\", 0, 0) + (int)sizeof(address);\n\
        }\n";
    let mut tasks = Vec::new();
    for standard in standards() {
        for order in orders {
            let library = libraries(&clang, standard)[0];
            tasks.push(Task {
                clang: &clang,
                standard,
                library,
                text: format!("{order}{uses}"),
            });
        }
    }
    compile(&tasks);
}
