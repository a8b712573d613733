//! Starting programs, and their end. The programs are those of Linux.
#![cfg(not(windows))]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_DIRECTORY, ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER,
    ERROR_NOT_SUPPORTED, HANDLE, INVALID_HANDLE_VALUE, STILL_ACTIVE, WAIT_TIMEOUT,
};
use crate::common::w::Win32::Storage::FileSystem::ReadFile;
use crate::common::w::Win32::System::Pipes::CreatePipe;
use crate::common::w::Win32::System::Threading::{
    CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessA, CreateProcessW, ExitProcess,
    GetExitCodeProcess, GetExitCodeThread, GetProcessId, GetProcessTimes, OpenProcess,
    PROCESS_ALL_ACCESS, PROCESS_INFORMATION, STARTF_USESTDHANDLES, STARTUPINFOA, STARTUPINFOW,
    TerminateProcess,
};
use crate::common::{Handle, LIMIT, QUIET, last_error, wait, wide};

/// A program that was started.
struct Started {
    process: Handle,
    thread: Handle,
    id: u32,
}

impl Started {
    /// The exit code, after the end.
    #[track_caller]
    fn end(&self) -> u32 {
        assert_eq!(
            wait(self.process.raw(), LIMIT),
            0,
            "the program does not end"
        );
        self.code()
    }

    fn code(&self) -> u32 {
        let mut code = 0;
        assert_eq!(call!(GetExitCodeProcess(self.process.raw(), &mut code)), 1);
        code
    }
}

/// What is asked for beside the program.
#[derive(Default)]
struct Asked<'a> {
    name: Option<&'a str>,
    flags: u32,
    environment: Option<Vec<u16>>,
    folder: Option<&'a str>,
    output: Option<HANDLE>,
}

impl Asked<'_> {
    fn start(self, line: Option<&str>) -> Result<Started, u32> {
        let mut info = STARTUPINFOW {
            cb: size_of::<STARTUPINFOW>() as u32,
            ..Default::default()
        };
        if let Some(output) = self.output {
            info.dwFlags = STARTF_USESTDHANDLES;
            info.hStdInput = INVALID_HANDLE_VALUE;
            (info.hStdOutput, info.hStdError) = (output, output);
        }
        let mut line = line.map(wide);
        let (name, folder) = (self.name.map(wide), self.folder.map(wide));
        let pointer = |text: &Option<Vec<u16>>| text.as_ref().map_or(null(), |text| text.as_ptr());
        let mut told = PROCESS_INFORMATION::default();
        let done = call!(CreateProcessW(
            pointer(&name),
            line.as_mut().map_or(null_mut(), |line| line.as_mut_ptr()),
            null(),
            null(),
            0,
            self.flags,
            pointer(&self.environment).cast::<c_void>(),
            pointer(&folder),
            &info,
            &mut told
        ));
        if done == 0 {
            return Err(last_error());
        }
        Ok(Started {
            process: Handle::new(told.hProcess),
            thread: Handle::new(told.hThread),
            id: told.dwProcessId,
        })
    }

    /// What the program writes.
    #[track_caller]
    fn output(mut self, line: &str) -> String {
        let (mut read, mut write) = (null_mut(), null_mut());
        assert_eq!(call!(CreatePipe(&mut read, &mut write, null(), 0)), 1);
        let (read, write) = (Handle::new(read), Handle::new(write));
        self.output = Some(write.raw());
        let started = self.start(Some(line)).expect("the program starts");
        drop(write);
        let mut text = Vec::new();
        let (mut buffer, mut count) = ([0; 256], 0);
        while call!(ReadFile(
            read.raw(),
            buffer.as_mut_ptr(),
            buffer.len() as u32,
            &mut count,
            null_mut()
        )) != 0
            && count > 0
        {
            text.extend(&buffer[..count as usize]);
        }
        assert_eq!(started.end(), 0);
        String::from_utf8(text).expect("text")
    }
}

#[track_caller]
fn start(line: &str) -> Started {
    let started = Asked::default().start(Some(line));
    started.unwrap_or_else(|error| panic!("{line:?} does not start: error {error}"))
}

/// PROC-09: the handle of a process is signalled when the process ends, and stays so.
#[test]
fn proc_09_waiting_for_the_end() {
    let sleeps = start("/bin/sleep 0.2");
    assert_eq!(wait(sleeps.process.raw(), 0), WAIT_TIMEOUT);
    assert_eq!(sleeps.code(), STILL_ACTIVE as u32);
    assert_eq!(sleeps.end(), 0);
    assert_eq!(wait(sleeps.process.raw(), 0), 0);
}

/// PROC-10: the thread of a process that was started ends with it, and has the same code.
#[test]
fn proc_10_the_first_thread() {
    let started = start("/bin/sh -c \"exit 9\"");
    assert_eq!(wait(started.thread.raw(), LIMIT), 0);
    let mut code = 0;
    assert_eq!(call!(GetExitCodeThread(started.thread.raw(), &mut code)), 1);
    assert_eq!((code, started.end()), (9, 9));
    assert_eq!(call!(GetProcessId(started.process.raw())), started.id);
}

/// PROC-12: the exit code is what the process ended with; an exception has its own.
#[test]
fn proc_12_exit_codes() {
    assert_eq!(start("/bin/true").end(), 0);
    assert_eq!(start("/bin/sh -c \"exit 200\"").end(), 200);
    assert_eq!(start("/bin/sh -c \"kill -SEGV $$\"").end(), 0xC000_0005);
    assert_eq!(start("/bin/sh -c \"kill -ABRT $$\"").end(), 3);
}

/// PROC-13: a process that is terminated ends with the code that was given, whoever has opened it; once ended it cannot be
/// terminated.
#[test]
fn proc_13_terminating() {
    let sleeps = start("/bin/sleep 1000");
    assert_eq!(wait(sleeps.process.raw(), QUIET), WAIT_TIMEOUT);
    let opened = Handle::new(call!(OpenProcess(PROCESS_ALL_ACCESS, 0, sleeps.id)));
    assert_eq!(call!(TerminateProcess(opened.raw(), 0x1234_5678)), 1);
    assert_eq!(sleeps.end(), 0x1234_5678);
    assert_eq!(wait(opened.raw(), LIMIT), 0);
    assert_eq!(call!(TerminateProcess(sleeps.process.raw(), 1)), 0);
    assert_eq!(last_error(), ERROR_ACCESS_DENIED);
}

/// Not a test: what `proc_14` runs as a process of its own.
#[test]
#[ignore = "ends the process"]
fn ends_with_77() {
    if std::env::var_os("LARBOARD_TEST_EXIT").is_none() {
        return;
    }
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
    // SAFETY: the string ends with 0.
    unsafe { libc_printf(c"buffered".as_ptr()) };
    call!(ExitProcess(77));
}

unsafe extern "C" {
    #[link_name = "printf"]
    fn libc_printf(format: *const std::ffi::c_char, ...) -> i32;
}

/// PROC-14: ExitProcess ends the process with all its threads and the code; what was printed is written.
#[test]
fn proc_14_ending_this_process() {
    let program = std::env::current_exe().expect("this program");
    let line = format!(
        "\"{}\" --exact processes::programs::ends_with_77 --ignored --nocapture",
        program.display()
    );
    let mut environment: Vec<u16> = Vec::new();
    for entry in ["LARBOARD_TEST_EXIT=1", "PATH=/bin:/usr/bin"] {
        environment.extend(wide(entry));
    }
    environment.push(0);
    let (mut read, mut write) = (null_mut(), null_mut());
    assert_eq!(call!(CreatePipe(&mut read, &mut write, null(), 0)), 1);
    let (read, write) = (Handle::new(read), Handle::new(write));
    let started = Asked {
        flags: CREATE_UNICODE_ENVIRONMENT,
        environment: Some(environment),
        output: Some(write.raw()),
        ..Asked::default()
    }
    .start(Some(&line))
    .expect("it starts");
    assert_eq!(started.end(), 77);
    let (mut buffer, mut count) = ([0; 4096], 0);
    let mut text = Vec::new();
    drop(write);
    while call!(ReadFile(
        read.raw(),
        buffer.as_mut_ptr(),
        4096,
        &mut count,
        null_mut()
    )) != 0
        && count > 0
    {
        text.extend(&buffer[..count as usize]);
    }
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("buffered"), "{text}");
}

/// PROC-15: a process that has ended tells its times still.
#[test]
fn proc_15_times_after_the_end() {
    let ran = start("/bin/sh -c \"i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done\"");
    ran.end();
    let mut times = [crate::common::w::Win32::Foundation::FILETIME::default(); 4];
    let [begun, ended, system, user] = &mut times;
    let process = ran.process.raw();
    assert_eq!(
        call!(GetProcessTimes(process, begun, ended, system, user)),
        1
    );
    let [begun, ended, system, user] =
        times.map(|time| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime));
    assert!(begun != 0 && ended >= begun && system + user > 0);
}

/// PROC-19: the arguments arrive as Windows takes a command line apart.
#[test]
fn proc_19_arguments() {
    let line = r#"/usr/bin/printf "<%s>" plain "with blank" a\"b "back\\" c\d """#;
    assert_eq!(
        Asked::default().output(line),
        r#"<plain><with blank><a"b><back\><c\d><>"#
    );
    let named = Asked {
        name: Some("/bin/echo.exe"),
        ..Asked::default()
    };
    assert_eq!(named.output("called-otherwise 하나 둘"), "하나 둘\n");
}

/// PROC-20: standard handles can be given; the child has this process's otherwise.
#[test]
fn proc_20_standard_handles() {
    let text = Asked::default().output("/bin/sh -c \"cat; echo out; echo err >&2\"");
    assert_eq!(text, "out\nerr\n");
    let wrong = Asked {
        output: Some(0x7FF0 as HANDLE),
        ..Asked::default()
    };
    assert!(wrong.start(Some("/bin/true")).is_err());
}

/// PROC-21: a program gets the environment and the folder that are given.
#[test]
fn proc_21_environment_and_folder() {
    let mut block = wide("NAME=값 1");
    block.extend(wide("OTHER=2"));
    block.push(0);
    let asked = Asked {
        flags: CREATE_UNICODE_ENVIRONMENT,
        environment: Some(block),
        folder: Some("\\usr\\bin"),
        ..Asked::default()
    };
    let text = asked.output("/bin/sh -c \"echo $NAME/$OTHER/$HOME; pwd\"");
    let (first, folder) = text.split_once('\n').expect("two lines");
    assert_eq!(first, "값 1/2/");
    assert!(folder.ends_with("bin\n"), "{folder}");
    let nowhere = Asked {
        folder: Some("/no/such/folder"),
        ..Asked::default()
    };
    assert_eq!(
        nowhere.start(Some("/bin/true")).err(),
        Some(ERROR_DIRECTORY)
    );
}

/// PROC-22: a plain name is looked for, with or without `.exe`; what cannot be started is told.
#[test]
fn proc_22_finding_programs() {
    assert_eq!(start("true").end(), 0);
    assert_eq!(start("TRUE.EXE".to_lowercase().as_str()).end(), 0);
    let error = |line: &str| Asked::default().start(Some(line)).err();
    assert_eq!(
        error("no-such-program-anywhere 1 2"),
        Some(ERROR_FILE_NOT_FOUND)
    );
    assert_eq!(error("/etc/passwd"), Some(ERROR_ACCESS_DENIED));
    assert_eq!(
        Asked::default().start(None).err(),
        Some(ERROR_INVALID_PARAMETER)
    );
    let suspended = Asked {
        flags: CREATE_SUSPENDED,
        ..Asked::default()
    };
    assert_eq!(
        suspended.start(Some("true")).err(),
        Some(ERROR_NOT_SUPPORTED)
    );
    // A name is no list of folders to look through.
    let named = Asked {
        name: Some("true"),
        ..Asked::default()
    };
    assert_eq!(named.start(None).err(), Some(ERROR_FILE_NOT_FOUND));
}

/// PROC-19: with narrow strings as well.
#[test]
fn proc_19_narrow_strings() {
    let info = STARTUPINFOA {
        cb: size_of::<STARTUPINFOA>() as u32,
        ..Default::default()
    };
    let mut told = PROCESS_INFORMATION::default();
    let block = *b"CODE=5\0\0";
    let mut line = *b"/bin/sh -c \"exit $CODE\"\0";
    let done = call!(CreateProcessA(
        null(),
        line.as_mut_ptr(),
        null(),
        null(),
        0,
        0,
        block.as_ptr().cast(),
        null(),
        &info,
        &mut told
    ));
    assert_eq!(done, 1, "error {}", last_error());
    let started = Started {
        process: Handle::new(told.hProcess),
        thread: Handle::new(told.hThread),
        id: told.dwProcessId,
    };
    assert_eq!(started.end(), 5);
}
