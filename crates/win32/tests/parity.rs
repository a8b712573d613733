//! Every exported function has the type that windows-sys declares, and none is forgotten here.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::path::Path;

/// Makes the compiler compare each function with its declaration: an array takes two functions only if their types
/// agree. The arrays stand in functions that are never instantiated, so nothing of windows-sys is linked.
macro_rules! same {
    ($($($module:ident)::+: $($function:ident)*;)*) => {
        $(const _: () = {
            #[allow(dead_code, clippy::extra_unused_type_parameters)]
            fn compare<T>() {
                use larboard_win32::Win32::$($module)::+ as ours;
                use windows_sys::Win32::$($module)::+ as theirs;
                $(let _ = [ours::$function, theirs::$function];)*
            }
        };)*

        /// Every function with its address.
        fn functions() -> Vec<(&'static str, *const ())> {
            let mut functions: Vec<(&'static str, *const ())> = Vec::new();
            $({
                use larboard_win32::Win32::$($module)::+ as ours;
                $(functions.push((stringify!($function), ours::$function as *const ()));)*
            })*
            functions
        }
    };
}

same! {
    Foundation:
        CloseHandle CompareObjectHandles DuplicateHandle FreeLibrary GetHandleInformation
        GetLastError GlobalFree LocalFree RtlNtStatusToDosError SetHandleInformation SetLastError;

    Globalization:
        CompareStringA CompareStringEx CompareStringOrdinal CompareStringW GetACP GetCPInfo
        GetCPInfoExA GetCPInfoExW GetOEMCP GetSystemDefaultLCID GetSystemDefaultLangID
        GetUserDefaultLCID GetUserDefaultLangID GetUserDefaultLocaleName GetUserDefaultUILanguage
        IsDBCSLeadByte IsDBCSLeadByteEx IsValidCodePage MultiByteToWideChar WideCharToMultiByte
        lstrcatA lstrcatW lstrcmpA lstrcmpW lstrcmpiA lstrcmpiW lstrcpyA lstrcpyW lstrcpynA
        lstrcpynW lstrlenA lstrlenW;

    Graphics::Gdi:
        GetStockObject UpdateWindow;

    Media:
        timeBeginPeriod timeEndPeriod timeGetDevCaps timeGetTime timeKillEvent timeSetEvent;

    NetworkManagement::IpHelper:
        GetAdaptersAddresses;

    Networking::WinSock:
        AcceptEx FreeAddrInfoW GetAcceptExSockaddrs GetAddrInfoW GetHostNameW GetNameInfoW InetNtopW
        InetPtonW TransmitFile WSAAccept WSAAddressToStringA WSAAddressToStringW WSAAsyncSelect
        WSACleanup WSACloseEvent WSAConnect WSAConnectByList WSAConnectByNameA WSAConnectByNameW
        WSACreateEvent WSADuplicateSocketA WSADuplicateSocketW WSAEnumNetworkEvents
        WSAEnumProtocolsA WSAEnumProtocolsW WSAEventSelect WSAGetLastError WSAGetOverlappedResult
        WSAHtonl WSAHtons WSAIoctl WSANSPIoctl WSANtohl WSANtohs WSAPoll WSAProviderConfigChange
        WSARecv WSARecvDisconnect WSARecvEx WSARecvFrom WSAResetEvent WSASend WSASendDisconnect
        WSASendMsg WSASendTo WSASetEvent WSASetLastError WSASocketA WSASocketW WSAStartup
        WSAStringToAddressA WSAStringToAddressW WSAWaitForMultipleEvents __WSAFDIsSet accept bind
        closesocket connect freeaddrinfo getaddrinfo gethostbyaddr gethostbyname gethostname
        getnameinfo getpeername getprotobyname getprotobynumber getservbyname getservbyport
        getsockname getsockopt htonl htons inet_addr inet_ntoa inet_ntop inet_pton ioctlsocket
        listen ntohl ntohs recv recvfrom select send sendto setsockopt shutdown socket;

    Security::Cryptography:
        BCryptGenRandom;

    Storage::FileSystem:
        CompareFileTime CopyFileA CopyFileW CreateDirectoryA CreateDirectoryW CreateFileA
        CreateFileW DeleteFileA DeleteFileW FileTimeToLocalFileTime FindClose FindFirstFileA
        FindFirstFileW FindNextFileA FindNextFileW FlushFileBuffers GetDiskFreeSpaceExA
        GetDiskFreeSpaceExW GetFileAttributesA GetFileAttributesExA GetFileAttributesExW
        GetFileAttributesW GetFileInformationByHandle GetFileSize GetFileSizeEx GetFileTime
        GetFileType GetFullPathNameA GetFullPathNameW GetLongPathNameA GetLongPathNameW
        GetTempFileNameA GetTempFileNameW GetTempPathA GetTempPathW LocalFileTimeToFileTime
        MoveFileA MoveFileExA MoveFileExW MoveFileW ReadFile ReadFileEx RemoveDirectoryA
        RemoveDirectoryW SetEndOfFile SetFileAttributesA SetFileAttributesW
        SetFileCompletionNotificationModes SetFilePointer SetFilePointerEx SetFileTime WriteFile
        WriteFileEx;

    System::Com:
        CLSIDFromString CoCreateGuid IIDFromString StringFromGUID2;

    System::Console:
        AllocConsole FillConsoleOutputAttribute FillConsoleOutputCharacterA
        FillConsoleOutputCharacterW FlushConsoleInputBuffer FreeConsole GenerateConsoleCtrlEvent
        GetConsoleCP GetConsoleCursorInfo GetConsoleMode GetConsoleOutputCP
        GetConsoleScreenBufferInfo GetConsoleTitleA GetConsoleTitleW GetConsoleWindow
        GetLargestConsoleWindowSize GetNumberOfConsoleInputEvents GetStdHandle PeekConsoleInputA
        PeekConsoleInputW ReadConsoleA ReadConsoleInputA ReadConsoleInputW ReadConsoleW SetConsoleCP
        SetConsoleCtrlHandler SetConsoleCursorInfo SetConsoleCursorPosition SetConsoleMode
        SetConsoleOutputCP SetConsoleScreenBufferSize SetConsoleTextAttribute SetConsoleTitleA
        SetConsoleTitleW SetConsoleWindowInfo SetStdHandle WriteConsoleA WriteConsoleInputA
        WriteConsoleInputW WriteConsoleOutputA WriteConsoleOutputCharacterA
        WriteConsoleOutputCharacterW WriteConsoleOutputW WriteConsoleW;

    System::Diagnostics::Debug:
        AddVectoredExceptionHandler DebugBreak FormatMessageA FormatMessageW GetErrorMode
        IsDebuggerPresent MiniDumpWriteDump OutputDebugStringA OutputDebugStringW RaiseException
        RemoveVectoredExceptionHandler SetErrorMode SetUnhandledExceptionFilter
        UnhandledExceptionFilter;

    System::Environment:
        ExpandEnvironmentStringsA ExpandEnvironmentStringsW FreeEnvironmentStringsA
        FreeEnvironmentStringsW GetCommandLineA GetCommandLineW GetCurrentDirectoryA
        GetCurrentDirectoryW GetEnvironmentStrings GetEnvironmentStringsW GetEnvironmentVariableA
        GetEnvironmentVariableW SetCurrentDirectoryA SetCurrentDirectoryW SetEnvironmentVariableA
        SetEnvironmentVariableW;

    System::EventLog:
        DeregisterEventSource RegisterEventSourceA RegisterEventSourceW ReportEventA ReportEventW;

    System::IO:
        BindIoCompletionCallback CancelIo CancelIoEx CancelSynchronousIo CreateIoCompletionPort
        GetOverlappedResult GetOverlappedResultEx GetQueuedCompletionStatus
        GetQueuedCompletionStatusEx PostQueuedCompletionStatus;

    System::LibraryLoader:
        GetModuleFileNameA GetModuleFileNameW GetModuleHandleA GetModuleHandleExA GetModuleHandleExW
        GetModuleHandleW GetProcAddress LoadLibraryA LoadLibraryExA LoadLibraryExW LoadLibraryW;

    System::Memory:
        CreateFileMappingA CreateFileMappingW FlushViewOfFile GetLargePageMinimum GetProcessHeap
        GetProcessHeaps GlobalAlloc GlobalFlags GlobalHandle GlobalLock GlobalReAlloc GlobalSize
        GlobalUnlock HeapAlloc HeapCreate HeapDestroy HeapFree HeapReAlloc HeapSetInformation
        HeapSize HeapValidate LocalAlloc LocalFlags LocalHandle LocalLock LocalReAlloc LocalSize
        LocalUnlock MapViewOfFile MapViewOfFileEx OpenFileMappingA OpenFileMappingW UnmapViewOfFile
        VirtualAlloc VirtualAllocEx VirtualFree VirtualFreeEx VirtualLock VirtualProtect
        VirtualProtectEx VirtualQuery VirtualQueryEx VirtualUnlock;

    System::Performance:
        QueryPerformanceCounter QueryPerformanceFrequency;

    System::Pipes:
        CreatePipe PeekNamedPipe;

    System::ProcessStatus:
        K32GetModuleFileNameExA K32GetModuleFileNameExW K32GetPerformanceInfo
        K32GetProcessMemoryInfo;

    System::Rpc:
        RpcStringFreeA RpcStringFreeW UuidCreate UuidFromStringA UuidFromStringW UuidToStringA
        UuidToStringW;

    System::Services:
        CloseServiceHandle ControlService CreateServiceA CreateServiceW DeleteService OpenSCManagerA
        OpenSCManagerW OpenServiceA OpenServiceW QueryServiceStatus RegisterServiceCtrlHandlerA
        RegisterServiceCtrlHandlerExA RegisterServiceCtrlHandlerExW RegisterServiceCtrlHandlerW
        SetServiceStatus StartServiceA StartServiceCtrlDispatcherA StartServiceCtrlDispatcherW
        StartServiceW;

    System::SystemInformation:
        GetComputerNameExA GetComputerNameExW GetLocalTime GetLogicalProcessorInformation
        GetNativeSystemInfo GetSystemInfo GetSystemTime GetSystemTimeAsFileTime
        GetSystemTimePreciseAsFileTime GetTickCount GetTickCount64 GetVersion GetVersionExA
        GetVersionExW GlobalMemoryStatusEx VerSetConditionMask VerifyVersionInfoA VerifyVersionInfoW;

    System::Threading:
        AcquireSRWLockExclusive AcquireSRWLockShared CallbackMayRunLong CancelThreadpoolIo
        CancelWaitableTimer ChangeTimerQueueTimer CloseThreadpool CloseThreadpoolCleanupGroup
        CloseThreadpoolCleanupGroupMembers CloseThreadpoolIo CloseThreadpoolTimer
        CloseThreadpoolWait CloseThreadpoolWork CreateEventA CreateEventExA CreateEventExW
        CreateEventW CreateMutexA CreateMutexExA CreateMutexExW CreateMutexW CreateProcessA
        CreateProcessW CreateSemaphoreA CreateSemaphoreExA CreateSemaphoreExW CreateSemaphoreW
        CreateThread CreateThreadpool CreateThreadpoolCleanupGroup CreateThreadpoolIo
        CreateThreadpoolTimer CreateThreadpoolWait CreateThreadpoolWork CreateTimerQueue
        CreateTimerQueueTimer CreateWaitableTimerA CreateWaitableTimerExA CreateWaitableTimerExW
        CreateWaitableTimerW DeleteCriticalSection DeleteSynchronizationBarrier DeleteTimerQueue
        DeleteTimerQueueEx DeleteTimerQueueTimer DisassociateCurrentThreadFromCallback
        EnterCriticalSection EnterSynchronizationBarrier ExitProcess ExitThread FlsAlloc FlsFree
        FlsGetValue FlsSetValue FreeLibraryWhenCallbackReturns GetActiveProcessorCount
        GetCurrentProcess GetCurrentProcessId GetCurrentProcessorNumber GetCurrentProcessorNumberEx
        GetCurrentThread GetCurrentThreadId GetExitCodeProcess GetExitCodeThread GetPriorityClass
        GetProcessAffinityMask GetProcessHandleCount GetProcessId GetProcessIdOfThread
        GetProcessTimes GetStartupInfoA GetStartupInfoW GetSystemTimes GetThreadDescription
        GetThreadId GetThreadPriority GetThreadPriorityBoost GetThreadTimes InitOnceBeginInitialize
        InitOnceComplete InitOnceExecuteOnce InitOnceInitialize InitializeConditionVariable
        InitializeCriticalSection InitializeCriticalSectionAndSpinCount InitializeCriticalSectionEx
        InitializeSListHead InitializeSRWLock InitializeSynchronizationBarrier InterlockedFlushSList
        InterlockedPopEntrySList InterlockedPushEntrySList InterlockedPushListSListEx
        IsThreadpoolTimerSet LeaveCriticalSection LeaveCriticalSectionWhenCallbackReturns OpenEventA
        OpenEventW OpenMutexW OpenProcess OpenSemaphoreW OpenThread OpenWaitableTimerA
        OpenWaitableTimerW PulseEvent QueryDepthSList QueryThreadpoolStackInformation QueueUserAPC
        QueueUserWorkItem RegisterWaitForSingleObject ReleaseMutex ReleaseMutexWhenCallbackReturns
        ReleaseSRWLockExclusive ReleaseSRWLockShared ReleaseSemaphore
        ReleaseSemaphoreWhenCallbackReturns ResetEvent ResumeThread SetCriticalSectionSpinCount
        SetEvent SetEventWhenCallbackReturns SetPriorityClass SetProcessAffinityMask
        SetThreadAffinityMask SetThreadDescription SetThreadIdealProcessor SetThreadPriority
        SetThreadPriorityBoost SetThreadpoolStackInformation SetThreadpoolThreadMaximum
        SetThreadpoolThreadMinimum SetThreadpoolTimer SetThreadpoolTimerEx SetThreadpoolWait
        SetThreadpoolWaitEx SetWaitableTimer SetWaitableTimerEx SignalObjectAndWait Sleep
        SleepConditionVariableCS SleepConditionVariableSRW SleepEx StartThreadpoolIo
        SubmitThreadpoolWork SuspendThread SwitchToThread TerminateProcess TerminateThread TlsAlloc
        TlsFree TlsGetValue TlsSetValue TryAcquireSRWLockExclusive TryAcquireSRWLockShared
        TryEnterCriticalSection TrySubmitThreadpoolCallback UnregisterWait UnregisterWaitEx
        WaitForMultipleObjects WaitForMultipleObjectsEx WaitForSingleObject WaitForSingleObjectEx
        WaitForThreadpoolIoCallbacks WaitForThreadpoolTimerCallbacks WaitForThreadpoolWaitCallbacks
        WaitForThreadpoolWorkCallbacks WaitOnAddress WakeAllConditionVariable WakeByAddressAll
        WakeByAddressSingle WakeConditionVariable;

    System::Time:
        FileTimeToSystemTime GetDynamicTimeZoneInformation GetTimeZoneInformation SystemTimeToFileTime
        SystemTimeToTzSpecificLocalTime TzSpecificLocalTimeToSystemTime;

    System::WindowsProgramming:
        GetComputerNameA GetComputerNameW GetPrivateProfileIntA GetPrivateProfileIntW
        GetPrivateProfileSectionA GetPrivateProfileSectionNamesA GetPrivateProfileSectionNamesW
        GetPrivateProfileSectionW GetPrivateProfileStringA GetPrivateProfileStringW GetUserNameA
        GetUserNameW OpenMutexA OpenSemaphoreA QueryInterruptTime QueryUnbiasedInterruptTime
        WritePrivateProfileSectionA WritePrivateProfileSectionW WritePrivateProfileStringA
        WritePrivateProfileStringW;

    UI::Controls:
        IsCharLowerW;

    UI::Input::KeyboardAndMouse:
        GetAsyncKeyState;

    UI::Shell:
        CommandLineToArgvW;

    UI::WindowsAndMessaging:
        CallWindowProcA CallWindowProcW CharLowerA CharLowerBuffA CharLowerBuffW CharLowerW
        CharNextA CharNextW CharPrevA CharPrevW CharUpperA CharUpperBuffA CharUpperBuffW CharUpperW
        CreateWindowExA CreateWindowExW DefWindowProcA DefWindowProcW DestroyWindow DispatchMessageA
        DispatchMessageW FindWindowA FindWindowExA FindWindowExW FindWindowW GetClassInfoA
        GetClassInfoExA GetClassInfoExW GetClassInfoW GetClassNameA GetClassNameW GetMessageA
        GetMessageTime GetMessageW GetParent GetQueueStatus GetWindowLongA GetWindowLongPtrA
        GetWindowLongPtrW GetWindowLongW GetWindowTextA GetWindowTextLengthA GetWindowTextLengthW
        GetWindowTextW GetWindowThreadProcessId InSendMessage InSendMessageEx IsCharAlphaA
        IsCharAlphaNumericA IsCharAlphaNumericW IsCharAlphaW IsCharLowerA IsCharUpperA IsCharUpperW
        IsChild IsWindow IsWindowUnicode IsWindowVisible KillTimer LoadCursorA LoadCursorW LoadIconA
        LoadIconW MessageBoxA MessageBoxExA MessageBoxExW MessageBoxW MsgWaitForMultipleObjects
        MsgWaitForMultipleObjectsEx PeekMessageA PeekMessageW PostMessageA PostMessageW
        PostQuitMessage PostThreadMessageA PostThreadMessageW RegisterClassA RegisterClassExA
        RegisterClassExW RegisterClassW RegisterWindowMessageA RegisterWindowMessageW ReplyMessage
        SendMessageA SendMessageCallbackA SendMessageCallbackW SendMessageTimeoutA
        SendMessageTimeoutW SendMessageW SendNotifyMessageA SendNotifyMessageW SetTimer
        SetWindowLongA SetWindowLongPtrA SetWindowLongPtrW SetWindowLongW SetWindowTextA
        SetWindowTextW ShowWindow TranslateMessage UnregisterClassA UnregisterClassW WaitMessage
        wvsprintfA wvsprintfW;
}

/// Functions of our own, which Windows does not have.
const OWN: [&str; 3] = [
    "larboard_fd",
    "larboard_handle_from_fd",
    "larboard_socket_from_fd",
];

/// An exported function: its name in Rust, and whether its symbol has the prefix.
type Export = (String, bool);

#[test]
fn every_exported_function_is_compared() {
    let exported: BTreeSet<String> = exports().into_iter().map(|(name, _)| name).collect();
    let names = functions().into_iter().map(|(name, _)| name);
    let compared: BTreeSet<String> = names.chain(OWN).map(str::to_owned).collect();
    assert_eq!(exported, compared);
    assert_eq!(
        functions().len() + OWN.len(),
        compared.len(),
        "a function is compared twice"
    );
}

#[test]
fn names_of_the_c_library_have_the_prefix() {
    for (name, prefixed) in exports() {
        let symbol = CString::new(name.clone()).expect("a name");
        // SAFETY: the name ends with 0.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, symbol.as_ptr()) };
        assert_eq!(prefixed, !found.is_null(), "{name}");
    }
}

/// Functions that do not return here, or take the ground from under the test.
const FATAL: [&str; 9] = [
    "DebugBreak",
    "ExitProcess",
    "ExitThread",
    "GenerateConsoleCtrlEvent",
    "RaiseException",
    "TerminateProcess",
    "TerminateThread",
    "WSACleanup",
    "WaitMessage",
];

/// Functions that take a routine, whose address nobody can check.
const CALLS_BACK: [&str; 20] = [
    "AddVectoredExceptionHandler",
    "BindIoCompletionCallback",
    "CreateThread",
    "CreateThreadpoolIo",
    "CreateThreadpoolTimer",
    "CreateThreadpoolWait",
    "CreateThreadpoolWork",
    "CreateTimerQueueTimer",
    "FlsAlloc",
    "QueueUserAPC",
    "QueueUserWorkItem",
    "RegisterServiceCtrlHandlerA",
    "RegisterServiceCtrlHandlerExA",
    "RegisterServiceCtrlHandlerExW",
    "RegisterServiceCtrlHandlerW",
    "RegisterWaitForSingleObject",
    "SetConsoleCtrlHandler",
    "SetUnhandledExceptionFilter",
    "TrySubmitThreadpoolCallback",
    "timeSetEvent",
];

/// Null pointers, and small integers instead of pointers, are refused: no function reads or writes there.
#[test]
fn wrong_pointers_are_survived() {
    /// Every function here takes integers and pointers only, nine at most.
    type Any = unsafe extern "C" fn(
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
    ) -> usize;

    start_winsock();
    for (name, function) in functions() {
        if FATAL.contains(&name) {
            continue;
        }
        // SAFETY: by the calling convention a function may be given more integers than it takes.
        let function: Any = unsafe { std::mem::transmute(function) };
        // SAFETY: the functions promise to survive null; what they are given instead of memory they must not touch.
        unsafe {
            function(0, 0, 0, 0, 0, 0, 0, 0, 0);
            if !CALLS_BACK.contains(&name) {
                function(8, 8, 8, 8, 8, 8, 8, 8, 8);
            }
        }
    }
}

fn start_winsock() {
    use larboard_win32::Win32::Networking::WinSock::{WSADATA, WSAStartup};
    // SAFETY: integers and a pointer: all zero is a value; the structure is of this frame.
    unsafe {
        let mut data: WSADATA = std::mem::zeroed();
        assert_eq!(WSAStartup(0x0202, &mut data), 0);
    }
}

fn exports() -> Vec<Export> {
    let mut exports = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut exports,
    );
    exports
}

fn collect(directory: &Path, exports: &mut Vec<Export>) {
    for entry in std::fs::read_dir(directory).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, exports);
        } else {
            exports.extend(exports_of(
                &std::fs::read_to_string(&path).expect("a source"),
            ));
        }
    }
}

fn exports_of(source: &str) -> Vec<Export> {
    let lines: Vec<&str> = source.lines().collect();
    let export = |pair: &[&str]| {
        let attribute = pair[0].strip_prefix("#[unsafe(")?;
        let (_, rest) = pair[1].split_once("fn ")?;
        let name = rest.split(['(', '<']).next()?.to_owned();
        match attribute.strip_prefix("export_name = \"larboard_") {
            Some(symbol) => {
                assert_eq!(symbol, format!("{name}\")]"), "symbol and function differ");
                Some((name, true))
            }
            None => (attribute == "no_mangle)]").then_some((name, false)),
        }
    };
    lines.windows(2).filter_map(export).collect()
}
