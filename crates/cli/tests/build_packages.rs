//! `larboard env` and `larboard install`: what other build systems make of it.
//! Where no Clang, CMake or pkg-config is installed, the tests print so and show nothing.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{run, run_within, text};
use folder::{Folder, has, has_compiler};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn succeeds(command: &mut Command) -> String {
    let output = run_within(command, b"", Duration::from_secs(600));
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "{command:?}: {:?}\n{out}{err}",
        output.status
    );
    out
}

#[test]
fn the_environment_compiles_by_hand() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("environment");
    folder.write(
        "hand.cpp",
        "#include <WINDOWS.H>\n#include <stdio.h>\nint main() { printf(\"%d\\n\", (int)sizeof(TCHAR)); return 0; }\n",
    );
    let script = "set -e; variables=$(\"$0\" env --unicode --std c++17); eval \"$variables\"\n\
                  $CXX $CXXFLAGS hand.cpp -o hand $LDFLAGS $LIBS\n./hand";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_larboard")])
        .current_dir(&folder.path);
    assert_eq!(succeeds(&mut shell), "2\n");
    let one = folder.succeeds(&["env", "libs"]);
    assert!(
        one.contains("liblarboard.a") && one.lines().count() == 1,
        "{one}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&folder.succeeds(&["env", "--json"])).unwrap();
    let flags = json["CFLAGS"].as_array().unwrap();
    assert!(flags.contains(&"-fshort-wchar".into()), "{json}");
}

#[test]
fn an_installation_serves_cmake_and_pkg_config() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("install");
    let prefix = folder.path.join("prefix");
    folder.succeeds(&["install", "--prefix", "prefix"]);
    let command = prefix.join("bin/larboard");
    let mut installed = Command::new(&command);
    installed.args([
        "run",
        "ports.cpp",
        "packet.c",
        "--unicode",
        "--build-folder",
    ]);
    installed
        .arg(folder.path.join("objects"))
        .arg("-o")
        .arg(folder.path.join("ports"));
    installed.current_dir(examples().join("cmake"));
    assert_eq!(succeeds(&mut installed), "key 7 has 512 bytes\n");

    if has("cmake") {
        let build = folder.path.join("cmake");
        let toolchain = prefix.join("lib/cmake/Larboard/LarboardToolchain.cmake");
        let mut configure = Command::new("cmake");
        configure
            .arg("-S")
            .arg(examples().join("cmake"))
            .arg("-B")
            .arg(&build);
        configure.arg(format!("-DCMAKE_TOOLCHAIN_FILE={}", toolchain.display()));
        succeeds(&mut configure);
        succeeds(Command::new("cmake").arg("--build").arg(&build));
        assert_eq!(
            succeeds(&mut Command::new(build.join("ports"))),
            "key 7 has 512 bytes\n"
        );
    }
    if has("pkg-config") && has("make") {
        let source = examples().join("pkg-config");
        for file in ["Makefile", "events.c"] {
            folder.write(
                &format!("pkg/{file}"),
                std::fs::read(source.join(file)).unwrap(),
            );
        }
        let compiler = folder.succeeds(&["env", "CC"]);
        let mut make = Command::new("make");
        make.current_dir(folder.path.join("pkg"))
            .arg(format!("CC={}", compiler.trim()));
        make.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        succeeds(&mut make);
        let printed = succeeds(&mut Command::new(folder.path.join("pkg/events")));
        assert_eq!(printed, "both are signaled: yes\n");
    }
}

#[test]
fn a_staged_installation_knows_where_it_will_lie() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("staged");
    folder.succeeds(&["install", "--prefix", "/opt/larboard", "--destdir", "stage"]);
    let overlay = text(&folder.read("stage/opt/larboard/lib/larboard-headers.yaml"));
    assert!(
        overlay.contains("\"/opt/larboard/include/larboard-sdk/windows.h\""),
        "{overlay}"
    );
    let package = text(&folder.read("stage/opt/larboard/lib/pkgconfig/larboard.pc"));
    assert!(package.starts_with("prefix=/opt/larboard\n"), "{package}");
}

#[test]
fn a_home_that_is_none_is_told() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("home");
    let output = run(
        folder.command(&["env"]).env("LARBOARD_HOME", &folder.path),
        b"",
    );
    let message = text(&output.stderr);
    assert!(
        message.contains("LARBOARD_HOME") && message.lines().count() == 1,
        "{message}"
    );
    folder.write("include/larboard-sdk/larboard/prelude.h", "");
    let output = run(
        folder.command(&["env"]).env("LARBOARD_HOME", &folder.path),
        b"",
    );
    let message = text(&output.stderr);
    assert!(
        message.contains("liblarboard.a is missing") && message.lines().count() == 1,
        "{message}"
    );
}
