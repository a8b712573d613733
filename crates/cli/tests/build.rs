//! `larboard build` and `larboard run` of plain sources: what is found, converted, compiled anew, and said.
//! Where no Clang is installed, the tests print so and show nothing.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use common::{run, text};
use folder::{Folder, cp949, has_compiler, utf16};

#[test]
fn sources_of_korean_windows_build_unchanged() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("korean");
    let main = cp949(
        "// 서버의 시작\r\n#include <StdIO.h>\r\n#include \"sub\\COMMON.H\"\r\n#include \"wide.h\"\r\n\
         #pragma comment(lib, \"ws2_32.lib\")\r\n\
         int main() { printf(\"%s %s %d\\n\", GREETING, wide(), helper()); return 0; }\r\n",
    );
    let wide = utf16("#pragma once\r\ninline const char *wide() { return \"와이드\"; }\r\n");
    folder
        .write("Main.cpp", &main)
        .write(
            "Sub/Common.h",
            cp949("#pragma once\r\n#define GREETING \"[TCP 서버] 시작\"\r\nint helper();\r\n"),
        )
        .write("Wide.H", &wide)
        .write(
            "Sub/helper.cpp",
            "\u{feff}#include \"common.h\"\r\nint helper() { return 42; }\r\n",
        );
    let printed = folder.succeeds(&["run", "Main.cpp", "Sub/helper.cpp"]);
    assert_eq!(printed, "[TCP 서버] 시작 와이드 42\n");
    assert_eq!(folder.read("Main.cpp"), main, "sources are never changed");
    assert_eq!(folder.read("Wide.H"), wide, "headers are never changed");
    // All sources of the folder are the same program, which gets the folder's name.
    folder.succeeds(&["build", "."]);
    let output = run(&mut Command::new(folder.path.join("korean")), b"");
    assert_eq!(text(&output.stdout), "[TCP 서버] 시작 와이드 42\n");
}

#[test]
fn messages_name_the_users_own_files_and_lines() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("messages");
    folder
        .write(
            "main.cpp",
            cp949("// 서버\r\n#include \"HEADER.H\"\r\nint main() { return nowhere; }\r\n"),
        )
        .write(
            "Header.h",
            cp949("// 머리말\r\n\r\ninline int f() { return missing; }\r\n"),
        )
        .write("plain.cpp", "#include \"PLAIN.H\"\nint g() { return 1; }\n")
        .write("Plain.h", "inline int h() { return absent; }\n");
    let message = folder.fails(&["build", "main.cpp", "plain.cpp", "-o", "out"]);
    for expected in [
        "main.cpp:3:21: error: use of undeclared identifier 'nowhere'",
        "Header.h:3:25: error: use of undeclared identifier 'missing'",
        "Plain.h:1:25: error: use of undeclared identifier 'absent'",
        "error: main: 2 files do not compile",
    ] {
        assert!(
            message.contains(expected),
            "{expected} is not in\n{message}"
        );
    }
    assert!(!message.contains(".larboard"), "{message}");
}

#[test]
fn only_what_has_changed_is_compiled() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("incremental");
    folder
        .write(
            "a.cpp",
            "#include \"COMMON.h\"\nint b();\nint main() { return b() + ZERO; }\n",
        )
        .write("b.cpp", "int b() { return 0; }\n")
        .write(
            "c.cpp",
            cp949("// 공통\n#include \"common.h\"\nint c() { return ZERO; }\n"),
        )
        .write("common.h", cp949("// 공통\n#define ZERO 0\n"));
    let build = ["build", "a.cpp", "b.cpp", "c.cpp", "-o", "out"];
    assert_eq!(folder.work(&build), (3, true));
    assert_eq!(folder.work(&build), (0, false));
    folder.replace("b.cpp", "return 0", "return 1 - 1");
    assert_eq!(folder.work(&build), (1, true));
    let header = cp949("// 공통의 값\n#define ZERO (0 + 0)\n");
    folder.write("common.h", header);
    assert_eq!(
        folder.work(&build),
        (2, true),
        "a header in any case and encoding is an input"
    );
    assert_eq!(folder.work(&[&build[..], &["-DX=1"]].concat()), (3, true));
    std::fs::remove_file(folder.path.join("out")).unwrap();
    assert_eq!(folder.work(&[&build[..], &["-DX=1"]].concat()), (0, true));
    let commands = text(&folder.read(".larboard/compile_commands.json"));
    assert!(
        commands.contains("a.cpp") && commands.contains("-fshort-wchar"),
        "{commands}"
    );
}

#[test]
fn a_program_runs_with_its_arguments_and_ends_with_its_status() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("status");
    folder.write(
        "status.c",
        "#include <stdio.h>\n#include <stdlib.h>\nint main(int count, char **words) {\n\
         for (int i = 1; i < count; i++) printf(\"[%s]\", words[i]);\n\
         if (count == 1) abort();\n return count; }\n",
    );
    let output = folder.larboard(&["run", "status.c", "--", "a b", "--check"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "[a b][--check]");
    let output = folder.larboard(&["run", "status.c"]);
    assert!(
        output.status.signal().is_some() || output.status.code() == Some(3),
        "{:?}",
        output.status
    );
}

#[test]
fn the_character_set_and_the_standard_are_chosen() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("standard");
    folder.write(
        "set.cpp",
        "#include <windows.h>\n#include <stdio.h>\n\
         int main() { printf(\"%d %ld %d\\n\", (int)sizeof(TCHAR), __cplusplus, (int)sizeof(wchar_t)); return 0; }\n",
    );
    let run = |args: &[&str]| folder.succeeds(&[&["run", "set.cpp"], args].concat());
    assert_eq!(
        run(&[]),
        "2 201402 2\n",
        "who says TCHAR is taken to mean Unicode"
    );
    assert_eq!(run(&["--unicode", "--std", "c++17"]), "2 201703 2\n");
    assert_eq!(
        run(&["--multibyte", "--std", "gnu++20", "--release"]),
        "1 202002 2\n"
    );
    folder.write(
        "narrow.cpp",
        "#include <windows.h>\n#include <stdio.h>\n\
         int main() { HANDLE e = CreateEvent(NULL, TRUE, FALSE, \"name\"); printf(\"%d\\n\", e != OpenEvent(1, 0, \"other\")); return 0; }\n",
    );
    assert_eq!(folder.succeeds(&["run", "narrow.cpp"]), "1\n");
    // A header that came with C++17 says what the program was written for.
    folder.write(
        "later.cpp",
        "#include <optional>\n#include <stdio.h>\nint main() { std::optional<long> year = __cplusplus; printf(\"%ld\\n\", *year); }\n",
    );
    assert_eq!(folder.succeeds(&["run", "later.cpp"]), "201703\n");
}

#[test]
fn a_header_that_only_llvms_library_has_chooses_that_library() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("format");
    folder.write(
        "format.cpp",
        "#include <format>\n#include <stdio.h>\n\
         int main() { printf(\"%s %d\\n\", std::format(\"{}:{:>3}\", \"서버\", 42).c_str(), (int)std::format(L\"{}\", L\"와\").size()); return 0; }\n",
    );
    let output = folder.larboard(&["run", "format.cpp"]);
    let message = text(&output.stderr);
    if message.contains("<format> is not in the C++ library of this machine") {
        assert!(message.contains("apt install libc++"), "{message}");
        eprintln!("no C++ library has <format>: skipped");
        return;
    }
    assert_eq!(text(&output.stdout), "서버: 42 1\n", "{message}");
}

#[test]
fn a_main_without_value_is_accepted() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("void");
    folder.write(
        "void.cpp",
        "#include <stdio.h>\nvoid main()\n{\n    printf(\"done\\n\");\n}\n",
    );
    assert_eq!(folder.succeeds(&["run", "void.cpp"]), "done\n");
}

#[test]
fn what_only_clang_refuses_is_compiled_with_a_line_about_it() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("remedy");
    let header = "#pragma once\n#include <windows.h>\nstruct Packet {\n    char bytes[8];\n    Packet &operator<<(UINT32 v);\n\
                  Packet &operator<<(DWORD v);\n    int sum = 0;\n    void drop() { delete[] bytes; }\n};\n";
    folder
        .write("Packet.h", header)
        .write(
            "packet.cpp",
            "#include \"packet.h\"\nPacket &Packet::operator<<(UINT32 v) { sum += v; return *this; }\n\
             Packet &Packet::operator<<(DWORD v)\n{\n    sum += v; return *this;\n}\n",
        )
        .write(
            "main.cpp",
            "#include \"packet.h\"\n#include <stdio.h>\n\
             int main() { Packet p; p << (DWORD)1 << 2u; printf(\"%d\\n\", p.sum); return 0; }\n",
        );
    let output = folder.larboard(&["run", "main.cpp", "packet.cpp"]);
    let message = text(&output.stderr);
    assert_eq!(text(&output.stdout), "3\n", "{message}");
    for expected in [
        "Packet.h:6: note: the same function",
        "Packet.h:8: note: an array",
        "packet.cpp:3: note: the same function",
    ] {
        assert!(
            message.contains(expected),
            "{expected} is not in\n{message}"
        );
    }
    assert_eq!(folder.read("Packet.h"), header.as_bytes());
    assert_eq!(
        folder.work(&["build", "main.cpp", "packet.cpp"]),
        (0, false)
    );
}

#[test]
fn what_only_microsofts_compiler_takes_is_patched_in_a_copy() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("remedies");
    let header = cp949(
        "// 직렬화\r\n#include <windows.h>\r\nstruct Packet {\r\n    int sum = 0;\r\n\
         \x20   Packet &operator<<(UINT32 v) { sum += v; return *this; }\r\n\
         \x20   Packet &operator<<(DWORD v) { sum += v; return *this; }\r\n    void Set(int v);\r\n    void Set(LONG v);\r\n};\r\n\
         struct Log { int *at; int entries[4]; ~Log() { if (at) delete[] entries; } };\r\n",
    );
    folder.write("Packet.h", &header).write(
        "main.cpp",
        "#include <stdio.h>\n#include \"packet.h\"\nvoid Packet::Set(int v) { sum = v; }\nvoid Packet::Set(LONG v) { sum = v; }\n\
         int main() { Log log = {}; Packet p; p.Set(40); DWORD one = 1; UINT32 two = 1; p << one << two; printf(\"%d\\n\", p.sum); return log.at != nullptr; }\n",
    );
    let output = folder.larboard(&["run", "main.cpp"]);
    let messages = text(&output.stderr);
    assert_eq!(text(&output.stdout), "42\n", "{messages}");
    for expected in [
        "Packet.h:6: note: ",
        "Packet.h:8: note: ",
        "main.cpp:4: note: ",
        "Packet.h:10: note: ",
    ] {
        assert!(
            messages.contains(expected),
            "{expected} is not in\n{messages}"
        );
    }
    assert_eq!(folder.read("Packet.h"), header, "sources are never changed");
}

#[test]
fn names_that_nothing_defines_are_told() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("undefined");
    folder.write(
        "u.cpp",
        "#pragma comment(lib, \"Engine.lib\")\nextern \"C\" int EngineStart(int);\nint main() { return EngineStart(1); }\n",
    );
    let message = folder.fails(&["build", "u.cpp"]);
    let last = message.lines().last().unwrap();
    assert!(
        last.contains("nothing defines EngineStart") && last.contains("engine"),
        "{message}"
    );
    assert!(last.contains("--check"), "{message}");
    folder
        .write("v.cpp", "int main() { return 0; }\n")
        .write("w.cpp", "int main() { return 0; }\n");
    let message = folder.fails(&["build", "v.cpp", "w.cpp"]);
    assert!(
        message
            .lines()
            .last()
            .unwrap()
            .contains("several of its sources have a main"),
        "{message}"
    );
}

#[test]
fn what_is_not_here_is_listed_before_compiling() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("check");
    folder
        .write(
            "good.cpp",
            "#include <winsock2.h>\nint main() { return CreateEventW(0, 0, 0, 0) == 0 && closesocket(0); }\n",
        )
        .write(
            "bad.cpp",
            "#include <windows.h>\n#include \"nowhere.h\"\n// RegOpenKeyExA(x)\nint main() { return SuspendThread(0); }\n",
        )
        .write("unknown.cpp", "#include <windows.h>\nint main() { return FlyToTheMoon(1); }\n");
    let report = folder.succeeds(&["build", "--check", "good.cpp"]);
    assert!(report.contains("approximate  closesocket: "), "{report}");
    assert!(
        !report.contains("absent") && !folder.path.join("good").exists(),
        "{report}"
    );
    let output = folder.larboard(&["build", "--check", "bad.cpp"]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        report.contains("no header    nowhere.h  (bad.cpp:2)"),
        "{report}"
    );
    assert!(report.contains("approximate  SuspendThread: "), "{report}");
    assert!(!report.contains("RegOpenKeyExA"), "{report}");
    let output = folder.larboard(&["build", "--check", "unknown.cpp"]);
    let report = text(&output.stdout);
    assert!(
        report.contains("unknown      FlyToTheMoon  (unknown.cpp:2)"),
        "{report}"
    );
    assert_eq!(text(&output.stderr), "error: 1 name is not here\n");
}

/// Threads that touch the same variables, one after the other: by a critical section, by a lock, by an event, by a port.
const IN_ORDER: &str = r#"
#include <windows.h>
#include <stdio.h>
CRITICAL_SECTION section; SRWLOCK lock = SRWLOCK_INIT; HANDLE begun, port; int first, second, third, fourth;
DWORD WINAPI worker(LPVOID) {
    for (int i = 0; i < 1000; i++) {
        EnterCriticalSection(&section); first++; LeaveCriticalSection(&section);
        AcquireSRWLockExclusive(&lock); second++; ReleaseSRWLockExclusive(&lock);
    }
    WaitForSingleObject(begun, INFINITE);
    third++;
    DWORD bytes; ULONG_PTR key; OVERLAPPED *overlapped;
    GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
    (*(int *)key)++;
    return 0;
}
int main() {
    InitializeCriticalSection(&section);
    begun = CreateEventW(NULL, TRUE, FALSE, NULL);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    HANDLE thread = CreateThread(NULL, 0, worker, NULL, 0, NULL);
    for (int i = 0; i < 1000; i++) {
        EnterCriticalSection(&section); first++; LeaveCriticalSection(&section);
        AcquireSRWLockExclusive(&lock); second++; ReleaseSRWLockExclusive(&lock);
    }
    third = 1;
    SetEvent(begun);
    fourth = 0;
    PostQueuedCompletionStatus(port, 0, (ULONG_PTR)&fourth, NULL);
    WaitForSingleObject(thread, INFINITE);
    printf("sum %d of %d\n", first + second, third + fourth);
    return 0;
}
"#;

#[test]
fn mistakes_with_memory_are_found_on_request() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("sanitize");
    folder.write("empty.cpp", "int main() { return 0; }\n");
    if !folder
        .larboard(&["run", "empty.cpp", "--sanitize", "address"])
        .status
        .success()
    {
        eprintln!("the compiler's sanitizers are not installed: skipped");
        return;
    }
    folder.write(
        "over.cpp",
        "#include <windows.h>\n#include <stdio.h>\n\
         int main(int count, char **) { char *text = new char[4]; SetLastError(7); text[count + 3] = 1;\n\
         printf(\"%u\\n\", GetLastError()); delete[] text; return 0; }\n",
    );
    assert_eq!(folder.succeeds(&["run", "over.cpp"]), "7\n");
    let message = folder.fails(&["run", "over.cpp", "--sanitize", "address"]);
    assert!(
        message.contains("heap-buffer-overflow") && message.contains("over.cpp:3"),
        "{message}"
    );
    folder.write(
        "race.cpp",
        "#include <windows.h>\nint shared;\nDWORD WINAPI worker(LPVOID) { shared++; return 0; }\n\
         int main() { HANDLE thread = CreateThread(0, 0, worker, 0, 0, 0); shared++;\n\
         WaitForSingleObject(thread, INFINITE); return 0; }\n",
    );
    let message = folder.fails(&["run", "race.cpp", "--sanitize", "thread"]);
    assert!(
        message.contains("data race") && message.contains("worker"),
        "{message}"
    );
    // What the library keeps apart is no race: the program ends with status 66 if one is reported.
    folder.write("order.cpp", IN_ORDER);
    assert_eq!(
        folder.succeeds(&["run", "order.cpp", "--sanitize", "thread"]),
        "sum 4000 of 3\n"
    );
}

#[test]
fn a_mistake_is_told_in_one_line() {
    let folder = Folder::new("mistakes");
    folder
        .write("a.cpp", "int main() {}\n")
        .write("text.txt", "hello\n")
        .write("empty/readme.md", "");
    let one = |args: &[&str], status: i32| {
        let output = folder.larboard(args);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        message
    };
    assert!(one(&["build", "nowhere.cpp"], 1).contains("there is no nowhere.cpp"));
    assert!(one(&["build", "text.txt"], 1).contains("text.txt is no source"));
    assert!(one(&["build", "empty"], 1).contains("holds no source"));
    assert!(one(&["build", "empty", "a.cpp"], 1).contains("empty is a folder"));
    assert!(one(&["build", "a.cpp", "--std", "c++15"], 2).contains("c++17"));
    assert!(one(&["build", "a.cpp", "--encoding", "ebcdic"], 2).contains("cp949"));
    assert!(one(&["build", "a.cpp", "--compiler", "no-such-clang"], 1).contains("no-such-clang"));
    assert!(one(&["build"], 2).contains("FILE"));
    let empty = folder.path.join("empty");
    let output = run(
        folder
            .command(&["build", "a.cpp"])
            .env("PATH", &empty)
            .env_remove("CXX"),
        b"",
    );
    let message = text(&output.stderr);
    assert!(
        message.contains("apt install clang") && message.lines().count() == 1,
        "{message}"
    );
}
