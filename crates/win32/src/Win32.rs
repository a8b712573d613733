//! The functions, types and constants, under the paths of `windows-sys`.
//!
//! Functions stand here by name. Types and constants come from `windows-sys` by glob, which an item of the same name
//! shadows; so does the private constant that hides a function whose name the C library would answer.

/// Handles, errors, basic types.
pub mod Foundation {
    pub use crate::error::{GetLastError, SetLastError};
    pub use crate::error_texts::system::RtlNtStatusToDosError;
    pub use crate::handles::{
        CloseHandle, CompareObjectHandles, DuplicateHandle, GetHandleInformation,
        SetHandleInformation,
    };
    pub use crate::memory::movable::{GlobalFree, LocalFree};
    pub use crate::modules::FreeLibrary;
    pub use windows_sys::Win32::Foundation::*;
}

/// Graphics: nothing is drawn.
pub mod Graphics {
    /// What would draw.
    pub mod Gdi {
        pub use crate::windows::stock::GetStockObject;
        pub use crate::windows::window::UpdateWindow;
        pub use windows_sys::Win32::Graphics::Gdi::*;
    }
}

/// Adapters.
pub mod NetworkManagement {
    /// Adapters and their addresses.
    pub mod IpHelper {
        pub use crate::adapters::GetAdaptersAddresses;
        pub use windows_sys::Win32::NetworkManagement::IpHelper::*;
    }

    /// What the structures of adapters are made of.
    pub mod Ndis {
        pub use windows_sys::Win32::NetworkManagement::Ndis::*;
    }
}

/// Networking.
pub mod Networking {
    /// Sockets.
    pub mod WinSock {
        pub use crate::error::{WSAGetLastError, WSASetLastError};
        pub use crate::events::{WSACloseEvent, WSACreateEvent, WSAResetEvent, WSASetEvent};
        pub use crate::overlapped::WSAGetOverlappedResult;
        pub use crate::waits::WSAWaitForMultipleEvents;
        pub use crate::windows::async_select::WSAAsyncSelect;
        pub use crate::winsock::byte_order::{
            WSAHtonl, WSAHtons, WSANtohl, WSANtohs, htonl, htons, ntohl, ntohs,
        };
        pub use crate::winsock::connect::{
            WSAAccept, WSAConnect, WSAConnectByList, WSAConnectByNameA, WSAConnectByNameW, accept,
            connect,
        };
        pub use crate::winsock::extension::{AcceptEx, GetAcceptExSockaddrs, TransmitFile};
        pub use crate::winsock::ioctl::{
            WSAIoctl, WSANSPIoctl, WSAProviderConfigChange, ioctlsocket,
        };
        pub use crate::winsock::names::{
            FreeAddrInfoW, GetAddrInfoW, GetHostNameW, GetNameInfoW, freeaddrinfo, getaddrinfo,
            gethostname, getnameinfo,
        };
        pub use crate::winsock::net_events::{WSAEnumNetworkEvents, WSAEventSelect};
        pub use crate::winsock::options::{getsockopt, setsockopt};
        pub use crate::winsock::protocols::{WSAEnumProtocolsA, WSAEnumProtocolsW};
        pub use crate::winsock::select::{
            __WSAFDIsSet, FD_CLR, FD_ISSET, FD_SET, FD_ZERO, WSAPoll, select,
        };
        pub use crate::winsock::services::{
            gethostbyaddr, gethostbyname, getprotobyname, getprotobynumber, getservbyname,
            getservbyport,
        };
        pub use crate::winsock::socket::{
            WSADuplicateSocketA, WSADuplicateSocketW, WSARecvDisconnect, WSASendDisconnect,
            WSASocketA, WSASocketW, bind, closesocket, getpeername, getsockname, listen, shutdown,
            socket,
        };
        pub use crate::winsock::startup::{WSACleanup, WSAStartup};
        pub use crate::winsock::text_address::{
            InetNtopW, InetPtonW, WSAAddressToStringA, WSAAddressToStringW, WSAStringToAddressA,
            WSAStringToAddressW, inet_addr, inet_ntoa, inet_ntop, inet_pton,
        };
        pub use crate::winsock::transfer::{
            WSARecv, WSARecvEx, WSARecvFrom, WSASend, WSASendMsg, WSASendTo, recv, recvfrom, send,
            sendto,
        };
        pub use windows_sys::Win32::Networking::WinSock::*;
    }
}

/// Security attributes.
pub mod Security {
    /// Random numbers.
    pub mod Cryptography {
        pub use crate::random::BCryptGenRandom;
        pub use windows_sys::Win32::Security::Cryptography::*;
    }

    pub use windows_sys::Win32::Security::*;
}

/// Storage.
pub mod Storage {
    /// Files.
    pub mod FileSystem {
        pub use crate::clock::date::CompareFileTime;
        pub use crate::clock::zone::{FileTimeToLocalFileTime, LocalFileTimeToFileTime};
        pub use crate::files::attributes::{
            GetFileAttributesA, GetFileAttributesExA, GetFileAttributesExW, GetFileAttributesW,
            SetFileAttributesA, SetFileAttributesW,
        };
        pub use crate::files::copy::{
            CopyFileA, CopyFileW, DeleteFileA, DeleteFileW, MoveFileA, MoveFileExA, MoveFileExW,
            MoveFileW,
        };
        pub use crate::files::directories::{
            CreateDirectoryA, CreateDirectoryW, GetDiskFreeSpaceExA, GetDiskFreeSpaceExW,
            RemoveDirectoryA, RemoveDirectoryW,
        };
        pub use crate::files::find::{
            FindClose, FindFirstFileA, FindFirstFileW, FindNextFileA, FindNextFileW,
        };
        pub use crate::files::information::{GetFileInformationByHandle, GetFileTime, SetFileTime};
        pub use crate::files::names::{
            GetFullPathNameA, GetFullPathNameW, GetLongPathNameA, GetLongPathNameW,
        };
        pub use crate::files::open::{CreateFileA, CreateFileW};
        pub use crate::files::position::{
            FlushFileBuffers, GetFileSize, GetFileSizeEx, SetEndOfFile, SetFilePointer,
            SetFilePointerEx,
        };
        pub use crate::files::temporary::{
            GetTempFileNameA, GetTempFileNameW, GetTempPathA, GetTempPathW,
        };
        pub use crate::files::{GetFileType, ReadFile, ReadFileEx, WriteFile, WriteFileEx};
        pub use crate::ports::SetFileCompletionNotificationModes;
        pub use windows_sys::Win32::Storage::FileSystem::*;
    }
}

/// Multimedia.
pub mod Media {
    pub use crate::multimedia::{
        timeBeginPeriod, timeEndPeriod, timeGetDevCaps, timeGetTime, timeKillEvent, timeSetEvent,
    };
    pub use windows_sys::Win32::Media::*;
}

/// The system.
pub mod System {
    /// The environment of the process.
    pub mod Environment {
        pub use crate::command_line::{GetCommandLineA, GetCommandLineW};
        pub use crate::environment::{
            ExpandEnvironmentStringsA, ExpandEnvironmentStringsW, FreeEnvironmentStringsA,
            FreeEnvironmentStringsW, GetEnvironmentStrings, GetEnvironmentStringsW,
            GetEnvironmentVariableA, GetEnvironmentVariableW, SetEnvironmentVariableA,
            SetEnvironmentVariableW,
        };
        pub use crate::files::directories::{
            GetCurrentDirectoryA, GetCurrentDirectoryW, SetCurrentDirectoryA, SetCurrentDirectoryW,
        };
        pub use windows_sys::Win32::System::Environment::*;
    }

    /// Overlapped I/O and completion ports.
    pub mod IO {
        pub use crate::overlapped::{
            CancelIo, CancelIoEx, CancelSynchronousIo, GetOverlappedResult, GetOverlappedResultEx,
        };
        pub use crate::pool::BindIoCompletionCallback;
        pub use crate::ports::{
            CreateIoCompletionPort, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx,
            PostQueuedCompletionStatus,
        };
        pub use windows_sys::Win32::System::IO::*;
    }

    /// Modules.
    pub mod LibraryLoader {
        pub use crate::modules::names::{GetModuleFileNameA, GetModuleFileNameW};
        pub use crate::modules::{
            GetModuleHandleA, GetModuleHandleExA, GetModuleHandleExW, GetModuleHandleW,
            GetProcAddress, LoadLibraryA, LoadLibraryExA, LoadLibraryExW, LoadLibraryW,
        };
        pub use windows_sys::Win32::System::LibraryLoader::*;
    }

    /// Pipes.
    pub mod Pipes {
        pub use crate::files::pipe::{CreatePipe, PeekNamedPipe};
        pub use windows_sys::Win32::System::Pipes::*;
    }

    /// Structures of the system's kernel.
    pub mod Kernel {
        pub use windows_sys::Win32::System::Kernel::*;
    }

    /// Memory.
    pub mod Memory {
        pub use crate::memory::heap::{
            GetProcessHeap, GetProcessHeaps, HeapAlloc, HeapCreate, HeapDestroy, HeapFree,
            HeapReAlloc, HeapSetInformation, HeapSize, HeapValidate,
        };
        pub use crate::memory::mapping::{
            CreateFileMappingA, CreateFileMappingW, FlushViewOfFile, MapViewOfFile,
            MapViewOfFileEx, OpenFileMappingA, OpenFileMappingW, UnmapViewOfFile,
        };
        pub use crate::memory::movable::{
            GlobalAlloc, GlobalFlags, GlobalHandle, GlobalLock, GlobalReAlloc, GlobalSize,
            GlobalUnlock, LocalAlloc, LocalFlags, LocalHandle, LocalLock, LocalReAlloc, LocalSize,
            LocalUnlock,
        };
        pub use crate::memory::pages::{
            GetLargePageMinimum, VirtualAlloc, VirtualAllocEx, VirtualFree, VirtualFreeEx,
            VirtualLock, VirtualProtect, VirtualProtectEx, VirtualQuery, VirtualQueryEx,
            VirtualUnlock,
        };
        pub use windows_sys::Win32::System::Memory::*;
    }

    /// The event log.
    pub mod EventLog {
        pub use crate::event_log::{
            DeregisterEventSource, RegisterEventSourceA, RegisterEventSourceW, ReportEventA,
            ReportEventW,
        };
        pub use windows_sys::Win32::System::EventLog::*;
    }

    /// Services.
    pub mod Services {
        pub use crate::services::manager::{
            CloseServiceHandle, ControlService, CreateServiceA, CreateServiceW, DeleteService,
            OpenSCManagerA, OpenSCManagerW, OpenServiceA, OpenServiceW, QueryServiceStatus,
            StartServiceA, StartServiceW,
        };
        pub use crate::services::{
            RegisterServiceCtrlHandlerA, RegisterServiceCtrlHandlerExA,
            RegisterServiceCtrlHandlerExW, RegisterServiceCtrlHandlerW, SetServiceStatus,
            StartServiceCtrlDispatcherA, StartServiceCtrlDispatcherW,
        };
        pub use windows_sys::Win32::System::Services::*;
    }

    /// What processes use.
    pub mod ProcessStatus {
        pub use crate::modules::names::{K32GetModuleFileNameExA, K32GetModuleFileNameExW};
        pub use crate::usage::{K32GetPerformanceInfo, K32GetProcessMemoryInfo};
        pub use windows_sys::Win32::System::ProcessStatus::*;
    }

    /// The machine and its clock.
    pub mod SystemInformation {
        pub use crate::clock::date::GetSystemTime;
        pub use crate::clock::zone::GetLocalTime;
        pub use crate::computer::{GetComputerNameExA, GetComputerNameExW};
        pub use crate::processors::GetLogicalProcessorInformation;
        pub use crate::system::{
            GetNativeSystemInfo, GetSystemInfo, GetSystemTimeAsFileTime,
            GetSystemTimePreciseAsFileTime, GetTickCount, GetTickCount64,
        };
        pub use crate::usage::GlobalMemoryStatusEx;
        pub use crate::version::{
            GetVersion, GetVersionExA, GetVersionExW, VerSetConditionMask, VerifyVersionInfoA,
            VerifyVersionInfoW,
        };
        pub use windows_sys::Win32::System::SystemInformation::*;
    }

    /// Threads, waits, and the objects that are waited on.
    pub mod Threading {
        pub use crate::apc::QueueUserAPC;
        pub use crate::command_line::{GetStartupInfoA, GetStartupInfoW};
        pub use crate::events::{
            CreateEventA, CreateEventExA, CreateEventExW, CreateEventW, OpenEventA, OpenEventW,
            PulseEvent, ResetEvent, SetEvent,
        };
        pub use crate::local_storage::{
            FlsAlloc, FlsFree, FlsGetValue, FlsSetValue, TlsAlloc, TlsFree, TlsGetValue,
            TlsSetValue,
        };
        pub use crate::locks::addresses::{WaitOnAddress, WakeByAddressAll, WakeByAddressSingle};
        pub use crate::locks::barriers::{
            DeleteSynchronizationBarrier, EnterSynchronizationBarrier,
            InitializeSynchronizationBarrier,
        };
        pub use crate::locks::conditions::{
            InitializeConditionVariable, SleepConditionVariableCS, SleepConditionVariableSRW,
            WakeAllConditionVariable, WakeConditionVariable,
        };
        pub use crate::locks::critical_sections::{
            DeleteCriticalSection, EnterCriticalSection, InitializeCriticalSection,
            InitializeCriticalSectionAndSpinCount, InitializeCriticalSectionEx,
            LeaveCriticalSection, SetCriticalSectionSpinCount, TryEnterCriticalSection,
        };
        pub use crate::locks::lists::{
            InitializeSListHead, InterlockedFlushSList, InterlockedPopEntrySList,
            InterlockedPushEntrySList, InterlockedPushListSListEx, QueryDepthSList,
        };
        pub use crate::locks::once::{
            InitOnceBeginInitialize, InitOnceComplete, InitOnceExecuteOnce, InitOnceInitialize,
        };
        pub use crate::locks::slim::{
            AcquireSRWLockExclusive, AcquireSRWLockShared, InitializeSRWLock,
            ReleaseSRWLockExclusive, ReleaseSRWLockShared, TryAcquireSRWLockExclusive,
            TryAcquireSRWLockShared,
        };
        pub use crate::mutexes::{
            CreateMutexA, CreateMutexExA, CreateMutexExW, CreateMutexW, OpenMutexW, ReleaseMutex,
        };
        pub use crate::pool::{
            CancelThreadpoolIo, CloseThreadpoolIo, CreateThreadpoolIo, QueueUserWorkItem,
            StartThreadpoolIo, WaitForThreadpoolIoCallbacks,
        };
        pub use crate::process::create::{CreateProcessA, CreateProcessW};
        pub use crate::process::details::{
            GetPriorityClass, GetProcessAffinityMask, GetProcessHandleCount, SetPriorityClass,
            SetProcessAffinityMask,
        };
        pub use crate::process::times::GetProcessTimes;
        pub use crate::process::{
            ExitProcess, GetCurrentProcess, GetCurrentProcessId, GetExitCodeProcess, GetProcessId,
            OpenProcess, TerminateProcess,
        };
        pub use crate::semaphores::{
            CreateSemaphoreA, CreateSemaphoreExA, CreateSemaphoreExW, CreateSemaphoreW,
            OpenSemaphoreW, ReleaseSemaphore,
        };
        pub use crate::system::GetActiveProcessorCount;
        pub use crate::thread_details::{
            GetCurrentProcessorNumber, GetCurrentProcessorNumberEx, GetProcessIdOfThread,
            GetThreadDescription, GetThreadPriority, GetThreadPriorityBoost, GetThreadTimes,
            OpenThread, SetThreadAffinityMask, SetThreadDescription, SetThreadIdealProcessor,
            SetThreadPriority, SetThreadPriorityBoost, TerminateThread,
        };
        pub use crate::thread_pool::groups::{
            CloseThreadpoolCleanupGroup, CloseThreadpoolCleanupGroupMembers,
            CreateThreadpoolCleanupGroup,
        };
        pub use crate::thread_pool::instance::{
            CallbackMayRunLong, DisassociateCurrentThreadFromCallback,
            FreeLibraryWhenCallbackReturns, LeaveCriticalSectionWhenCallbackReturns,
            ReleaseMutexWhenCallbackReturns, ReleaseSemaphoreWhenCallbackReturns,
            SetEventWhenCallbackReturns,
        };
        pub use crate::thread_pool::pools::{
            CloseThreadpool, CreateThreadpool, QueryThreadpoolStackInformation,
            SetThreadpoolStackInformation, SetThreadpoolThreadMaximum, SetThreadpoolThreadMinimum,
        };
        pub use crate::thread_pool::queues::{
            ChangeTimerQueueTimer, CreateTimerQueue, CreateTimerQueueTimer, DeleteTimerQueue,
            DeleteTimerQueueEx, DeleteTimerQueueTimer,
        };
        pub use crate::thread_pool::registered::{
            RegisterWaitForSingleObject, UnregisterWait, UnregisterWaitEx,
        };
        pub use crate::thread_pool::timer::{
            CloseThreadpoolTimer, CreateThreadpoolTimer, IsThreadpoolTimerSet, SetThreadpoolTimer,
            SetThreadpoolTimerEx, WaitForThreadpoolTimerCallbacks,
        };
        pub use crate::thread_pool::wait::{
            CloseThreadpoolWait, CreateThreadpoolWait, SetThreadpoolWait, SetThreadpoolWaitEx,
            WaitForThreadpoolWaitCallbacks,
        };
        pub use crate::thread_pool::work::{
            CloseThreadpoolWork, CreateThreadpoolWork, SubmitThreadpoolWork,
            TrySubmitThreadpoolCallback, WaitForThreadpoolWorkCallbacks,
        };
        pub use crate::threads::{
            CreateThread, ExitThread, GetCurrentThread, GetCurrentThreadId, GetExitCodeThread,
            GetThreadId, ResumeThread, SuspendThread, SwitchToThread,
        };
        pub use crate::timers::{
            CancelWaitableTimer, CreateWaitableTimerA, CreateWaitableTimerExA,
            CreateWaitableTimerExW, CreateWaitableTimerW, OpenWaitableTimerA, OpenWaitableTimerW,
            SetWaitableTimer, SetWaitableTimerEx,
        };
        pub use crate::usage::GetSystemTimes;
        pub use crate::waits::{
            SignalObjectAndWait, Sleep, SleepEx, WaitForMultipleObjects, WaitForMultipleObjectsEx,
            WaitForSingleObject, WaitForSingleObjectEx,
        };
        pub use windows_sys::Win32::System::Threading::*;
    }

    /// What `windows-sys` keeps apart.
    pub mod WindowsProgramming {
        pub use crate::clock::counter::{QueryInterruptTime, QueryUnbiasedInterruptTime};
        pub use crate::computer::{GetComputerNameA, GetComputerNameW, GetUserNameA, GetUserNameW};
        pub use crate::mutexes::OpenMutexA;
        pub use crate::profiles::reading::{
            GetPrivateProfileIntA, GetPrivateProfileIntW, GetPrivateProfileSectionA,
            GetPrivateProfileSectionNamesA, GetPrivateProfileSectionNamesW,
            GetPrivateProfileSectionW, GetPrivateProfileStringA, GetPrivateProfileStringW,
        };
        pub use crate::profiles::writing::{
            WritePrivateProfileSectionA, WritePrivateProfileSectionW, WritePrivateProfileStringA,
            WritePrivateProfileStringW,
        };
        pub use crate::semaphores::OpenSemaphoreA;
        pub use windows_sys::Win32::System::WindowsProgramming::*;
    }

    /// Measuring.
    pub mod Performance {
        pub use crate::clock::counter::{QueryPerformanceCounter, QueryPerformanceFrequency};
        pub use windows_sys::Win32::System::Performance::*;
    }

    /// Dates and time zones.
    pub mod Time {
        pub use crate::clock::date::{FileTimeToSystemTime, SystemTimeToFileTime};
        pub use crate::clock::zone::{
            GetDynamicTimeZoneInformation, GetTimeZoneInformation, SystemTimeToTzSpecificLocalTime,
            TzSpecificLocalTimeToSystemTime,
        };
        pub use windows_sys::Win32::System::Time::*;
    }

    /// Diagnostics.
    pub mod Diagnostics {
        /// For debuggers, and the texts of errors.
        pub mod Debug {
            pub use crate::error_texts::format_message::{FormatMessageA, FormatMessageW};
            pub use crate::exceptions::debugger::{
                DebugBreak, GetErrorMode, IsDebuggerPresent, SetErrorMode,
            };
            pub use crate::exceptions::minidump::MiniDumpWriteDump;
            pub use crate::exceptions::raise::RaiseException;
            pub use crate::exceptions::vectored::{
                AddVectoredExceptionHandler, RemoveVectoredExceptionHandler,
            };
            pub use crate::exceptions::{SetUnhandledExceptionFilter, UnhandledExceptionFilter};
            pub use crate::message_box::{OutputDebugStringA, OutputDebugStringW};
            pub use windows_sys::Win32::System::Diagnostics::Debug::*;
        }
    }

    /// Consoles: terminals.
    pub mod Console {
        pub use crate::console::control::{GenerateConsoleCtrlEvent, SetConsoleCtrlHandler};
        pub use crate::console::cursor::{
            GetConsoleCursorInfo, GetConsoleScreenBufferInfo, GetLargestConsoleWindowSize,
            SetConsoleCursorInfo, SetConsoleCursorPosition, SetConsoleScreenBufferSize,
            SetConsoleWindowInfo,
        };
        pub use crate::console::drawing::{
            FillConsoleOutputAttribute, FillConsoleOutputCharacterA, FillConsoleOutputCharacterW,
            WriteConsoleOutputA, WriteConsoleOutputCharacterA, WriteConsoleOutputCharacterW,
            WriteConsoleOutputW,
        };
        pub use crate::console::handles::{GetStdHandle, SetStdHandle};
        pub use crate::console::lines::{ReadConsoleA, ReadConsoleW};
        pub use crate::console::modes::{GetConsoleMode, SetConsoleMode};
        pub use crate::console::output::{SetConsoleTextAttribute, WriteConsoleA, WriteConsoleW};
        pub use crate::console::records::{
            FlushConsoleInputBuffer, GetNumberOfConsoleInputEvents, PeekConsoleInputA,
            PeekConsoleInputW, ReadConsoleInputA, ReadConsoleInputW, WriteConsoleInputA,
            WriteConsoleInputW,
        };
        pub use crate::console::title::{
            AllocConsole, FreeConsole, GetConsoleCP, GetConsoleOutputCP, GetConsoleTitleA,
            GetConsoleTitleW, GetConsoleWindow, SetConsoleCP, SetConsoleOutputCP, SetConsoleTitleA,
            SetConsoleTitleW,
        };
        pub use windows_sys::Win32::System::Console::*;
    }

    /// Identifiers: there is no COM.
    pub mod Com {
        pub use crate::guids::{CLSIDFromString, CoCreateGuid, IIDFromString, StringFromGUID2};
        pub use windows_sys::Win32::System::Com::*;
    }

    /// Identifiers: there are no remote procedure calls.
    pub mod Rpc {
        pub use crate::guids::{
            RpcStringFreeA, RpcStringFreeW, UuidCreate, UuidFromStringA, UuidFromStringW,
            UuidToStringA, UuidToStringW,
        };
        pub use windows_sys::Win32::System::Rpc::*;
    }
}

/// The user interface: windows without a display, for their messages.
pub mod UI {
    /// Command lines.
    pub mod Shell {
        pub use crate::command_line::CommandLineToArgvW;
        pub use windows_sys::Win32::UI::Shell::*;
    }

    /// Windows and messages.
    pub mod WindowsAndMessaging {
        pub use crate::error_texts::wsprintf::{wvsprintfA, wvsprintfW};
        pub use crate::message_box::{MessageBoxA, MessageBoxExA, MessageBoxExW, MessageBoxW};
        pub use crate::nls::characters::{
            CharLowerA, CharLowerBuffA, CharLowerBuffW, CharLowerW, CharNextA, CharNextW,
            CharPrevA, CharPrevW, CharUpperA, CharUpperBuffA, CharUpperBuffW, CharUpperW,
            IsCharAlphaA, IsCharAlphaNumericA, IsCharAlphaNumericW, IsCharAlphaW, IsCharLowerA,
            IsCharUpperA, IsCharUpperW,
        };
        pub use crate::windows::classes::{
            GetClassInfoA, GetClassInfoExA, GetClassInfoExW, GetClassInfoW, GetClassNameA,
            GetClassNameW, RegisterClassA, RegisterClassExA, RegisterClassExW, RegisterClassW,
            UnregisterClassA, UnregisterClassW,
        };
        pub use crate::windows::messages::{
            DispatchMessageA, DispatchMessageW, GetMessageA, GetMessageTime, GetMessageW,
            GetQueueStatus, PeekMessageA, PeekMessageW, PostMessageA, PostMessageW,
            PostQuitMessage, PostThreadMessageA, PostThreadMessageW, RegisterWindowMessageA,
            RegisterWindowMessageW, TranslateMessage,
        };
        pub use crate::windows::procedures::{
            CallWindowProcA, CallWindowProcW, DefWindowProcA, DefWindowProcW, GetWindowTextA,
            GetWindowTextLengthA, GetWindowTextLengthW, GetWindowTextW, SetWindowTextA,
            SetWindowTextW,
        };
        pub use crate::windows::sending::{
            InSendMessage, InSendMessageEx, ReplyMessage, SendMessageA, SendMessageCallbackA,
            SendMessageCallbackW, SendMessageTimeoutA, SendMessageTimeoutW, SendMessageW,
            SendNotifyMessageA, SendNotifyMessageW,
        };
        pub use crate::windows::stock::{LoadCursorA, LoadCursorW, LoadIconA, LoadIconW};
        pub use crate::windows::timers::{KillTimer, SetTimer};
        pub use crate::windows::tree::{
            FindWindowA, FindWindowExA, FindWindowExW, FindWindowW, GetParent,
            GetWindowThreadProcessId, IsChild, IsWindowUnicode,
        };
        pub use crate::windows::values::{
            GetWindowLongA, GetWindowLongPtrA, GetWindowLongPtrW, GetWindowLongW, SetWindowLongA,
            SetWindowLongPtrA, SetWindowLongPtrW, SetWindowLongW,
        };
        pub use crate::windows::wait::{
            MsgWaitForMultipleObjects, MsgWaitForMultipleObjectsEx, WaitMessage,
        };
        pub use crate::windows::window::{
            CreateWindowExA, CreateWindowExW, DestroyWindow, IsWindow, IsWindowVisible, ShowWindow,
        };
        pub use windows_sys::Win32::UI::WindowsAndMessaging::*;
    }

    /// One function that `windows-sys` has here.
    pub mod Controls {
        pub use crate::nls::characters::IsCharLowerW;
        pub use windows_sys::Win32::UI::Controls::*;
    }

    /// Input.
    pub mod Input {
        /// Keys.
        pub mod KeyboardAndMouse {
            pub use crate::console::input::GetAsyncKeyState;
            pub use windows_sys::Win32::UI::Input::KeyboardAndMouse::*;
        }
    }
}

/// Text in the languages of the world.
pub mod Globalization {
    pub use crate::nls::code_pages::{
        GetACP, GetCPInfo, GetCPInfoExA, GetCPInfoExW, GetOEMCP, IsDBCSLeadByte, IsDBCSLeadByteEx,
        IsValidCodePage,
    };
    pub use crate::nls::compare::{
        CompareStringA, CompareStringEx, CompareStringOrdinal, CompareStringW,
    };
    pub use crate::nls::convert::{MultiByteToWideChar, WideCharToMultiByte};
    pub use crate::nls::locale::{
        GetSystemDefaultLCID, GetSystemDefaultLangID, GetUserDefaultLCID, GetUserDefaultLangID,
        GetUserDefaultLocaleName, GetUserDefaultUILanguage,
    };
    pub use crate::nls::strings::{
        lstrcatA, lstrcatW, lstrcmpA, lstrcmpW, lstrcmpiA, lstrcmpiW, lstrcpyA, lstrcpyW,
        lstrcpynA, lstrcpynW, lstrlenA, lstrlenW,
    };
    pub use windows_sys::Win32::Globalization::*;
}
