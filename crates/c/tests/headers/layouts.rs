//! Every structure that the headers have in common with windows-sys is as large, with each field at the same place.

use std::collections::BTreeSet;
use std::mem::offset_of;

use crate::clang::{self, Source};
use crate::everything;
use crate::functions::{ours, statements};
use crate::windows_sys_source::source;

/// A structure: its name, its size, its fields with their offsets.
type Layout = (&'static str, usize, Vec<(String, usize)>);

/// The fields of structures without a name of their own are found by `Anonymous` here, and directly in C.
macro_rules! layouts {
    ($($($module:ident)::+: $($name:ident { $($field:ident $(. $inner:ident)*)* })*;)*) => {
        fn layouts() -> Vec<Layout> {
            let mut layouts: Vec<Layout> = Vec::new();
            $({
                use windows_sys::$($module)::+ as theirs;
                $(layouts.push((
                    stringify!($name),
                    size_of::<theirs::$name>(),
                    vec![$((
                        field(&[stringify!($field) $(, stringify!($inner))*]),
                        offset_of!(theirs::$name, $field $(. $inner)*),
                    )),*],
                ));)*
            })*
            layouts
        }
    };
}

/// A field's name in C, where what has no name is passed through.
fn field(path: &[&str]) -> String {
    let named = path.iter().filter(|part| !part.starts_with("Anonymous"));
    named.copied().collect::<Vec<_>>().join(".")
}

/// Structures whose fields have other names there, and one whose alignment to 16 is not told there.
const OTHERS: &[&str] = &["GUID", "SLIST_ENTRY"];

layouts! {
    Wdk::Foundation:
        OBJECT_ATTRIBUTES { Length RootDirectory ObjectName Attributes SecurityDescriptor SecurityQualityOfService };
    Win32::Devices::Communication:
        COMMTIMEOUTS { ReadIntervalTimeout ReadTotalTimeoutMultiplier ReadTotalTimeoutConstant
            WriteTotalTimeoutMultiplier WriteTotalTimeoutConstant }
        DCB { DCBlength BaudRate wReserved XonLim XoffLim ByteSize Parity StopBits XonChar XoffChar ErrorChar EofChar
            EvtChar wReserved1 };
    Win32::Foundation:
        FILETIME { dwLowDateTime dwHighDateTime }
        LUID { LowPart HighPart }
        POINT { x y }
        POINTL { x y }
        POINTS { x y }
        RECT { left top right bottom }
        RECTL { left top right bottom }
        SIZE { cx cy }
        SYSTEMTIME { wYear wMonth wDayOfWeek wDay wHour wMinute wSecond wMilliseconds }
        UNICODE_STRING { Length MaximumLength Buffer };
    Win32::Globalization:
        CPINFO { MaxCharSize DefaultChar LeadByte }
        CPINFOEXA { MaxCharSize DefaultChar LeadByte UnicodeDefaultChar CodePage CodePageName }
        CPINFOEXW { MaxCharSize DefaultChar LeadByte UnicodeDefaultChar CodePage CodePageName }
        NLSVERSIONINFO { dwNLSVersionInfoSize dwNLSVersion dwDefinedVersion dwEffectiveId guidCustomVersion };
    Win32::Graphics::Gdi:
        PAINTSTRUCT { hdc fErase rcPaint fRestore fIncUpdate rgbReserved };
    Win32::Media:
        TIMECAPS { wPeriodMin wPeriodMax };
    Win32::NetworkManagement::IpHelper:
        IP_ADAPTER_ADDRESSES_LH { Anonymous1.Alignment Anonymous1.Anonymous.Length Anonymous1.Anonymous.IfIndex Next
            AdapterName FirstUnicastAddress FirstAnycastAddress FirstMulticastAddress FirstDnsServerAddress DnsSuffix
            Description FriendlyName PhysicalAddress PhysicalAddressLength Anonymous2.Flags Mtu IfType OperStatus
            Ipv6IfIndex ZoneIndices FirstPrefix TransmitLinkSpeed ReceiveLinkSpeed FirstWinsServerAddress
            FirstGatewayAddress Ipv4Metric Ipv6Metric Luid Dhcpv4Server CompartmentId NetworkGuid ConnectionType
            TunnelType Dhcpv6Server Dhcpv6ClientDuid Dhcpv6ClientDuidLength Dhcpv6Iaid FirstDnsSuffix }
        IP_ADAPTER_ANYCAST_ADDRESS_XP { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Flags Next
            Address }
        IP_ADAPTER_DNS_SERVER_ADDRESS_XP { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Reserved
            Next Address }
        IP_ADAPTER_DNS_SUFFIX { Next String }
        IP_ADAPTER_GATEWAY_ADDRESS_LH { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Reserved
            Next Address }
        IP_ADAPTER_INFO { Next ComboIndex AdapterName Description AddressLength Address Index Type DhcpEnabled
            CurrentIpAddress IpAddressList GatewayList DhcpServer HaveWins PrimaryWinsServer SecondaryWinsServer
            LeaseObtained LeaseExpires }
        IP_ADAPTER_MULTICAST_ADDRESS_XP { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Flags
            Next Address }
        IP_ADAPTER_PREFIX_XP { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Flags Next Address
            PrefixLength }
        IP_ADAPTER_UNICAST_ADDRESS_LH { Anonymous.Alignment Anonymous.Anonymous.Length Anonymous.Anonymous.Flags Next
            Address PrefixOrigin SuffixOrigin DadState ValidLifetime PreferredLifetime LeaseLifetime
            OnLinkPrefixLength }
        IP_ADAPTER_WINS_SERVER_ADDRESS_LH { Anonymous.Alignment Anonymous.Anonymous.Length
            Anonymous.Anonymous.Reserved Next Address }
        IP_ADDRESS_STRING { String }
        IP_ADDR_STRING { Next IpAddress IpMask Context };
    Win32::NetworkManagement::Ndis:
        NET_LUID_LH { Value Info };
    Win32::Networking::WinSock:
        ADDRINFOA { ai_flags ai_family ai_socktype ai_protocol ai_addrlen ai_canonname ai_addr ai_next }
        ADDRINFOW { ai_flags ai_family ai_socktype ai_protocol ai_addrlen ai_canonname ai_addr ai_next }
        CMSGHDR { cmsg_len cmsg_level cmsg_type }
        CSADDR_INFO { LocalAddr RemoteAddr iSocketType iProtocol }
        FD_SET { fd_count fd_array }
        FLOWSPEC { TokenRate TokenBucketSize PeakBandwidth Latency DelayVariation ServiceType MaxSduSize
            MinimumPolicedSize }
        IN6_ADDR { u }
        IN6_PKTINFO { ipi6_addr ipi6_ifindex }
        INTERFACE_INFO { iiFlags iiAddress iiBroadcastAddress iiNetmask }
        IN_ADDR { S_un }
        IN_PKTINFO { ipi_addr ipi_ifindex }
        IPV6_MREQ { ipv6mr_multiaddr ipv6mr_interface }
        IP_MREQ { imr_multiaddr imr_interface }
        IP_MREQ_SOURCE { imr_multiaddr imr_sourceaddr imr_interface }
        QOS { SendingFlowspec ReceivingFlowspec ProviderSpecific }
        RIORESULT { Status BytesTransferred SocketContext RequestContext }
        RIO_BUF { BufferId Offset Length }
        RIO_EXTENSION_FUNCTION_TABLE { cbSize RIOReceive RIOReceiveEx RIOSend RIOSendEx RIOCloseCompletionQueue
            RIOCreateCompletionQueue RIOCreateRequestQueue RIODequeueCompletion RIODeregisterBuffer RIONotify
            RIORegisterBuffer RIOResizeCompletionQueue RIOResizeRequestQueue }
        RIO_NOTIFICATION_COMPLETION { Type Anonymous.Event Anonymous.Iocp }
        SCOPE_ID { Anonymous.Value }
        SOCKADDR { sa_family sa_data }
        SOCKADDR_IN { sin_family sin_port sin_addr sin_zero }
        SOCKADDR_IN6 { sin6_family sin6_port sin6_flowinfo sin6_addr Anonymous.sin6_scope_id
            Anonymous.sin6_scope_struct }
        SOCKADDR_INET { Ipv4 Ipv6 si_family }
        SOCKADDR_STORAGE { ss_family __ss_pad1 __ss_align __ss_pad2 }
        SOCKADDR_STORAGE_XP { ss_family __ss_pad1 __ss_align __ss_pad2 }
        SOCKET_ADDRESS { lpSockaddr iSockaddrLength }
        SOCKET_ADDRESS_LIST { iAddressCount Address }
        TCP_INFO_v0 { State Mss ConnectionTimeMs TimestampsEnabled RttUs MinRttUs BytesInFlight Cwnd SndWnd RcvWnd
            RcvBuf BytesOut BytesIn BytesReordered BytesRetrans FastRetrans DupAcksIn TimeoutEpisodes SynRetrans }
        TCP_INITIAL_RTO_PARAMETERS { Rtt MaxSynRetransmissions }
        TRANSMIT_FILE_BUFFERS { Head HeadLength Tail TailLength }
        TRANSMIT_PACKETS_ELEMENT { dwElFlags cLength Anonymous.Anonymous.nFileOffset Anonymous.Anonymous.hFile
            Anonymous.pBuffer }
        WSABUF { len buf }
        WSACOMPLETION { Type Parameters }
        WSADATA { wVersion wHighVersion iMaxSockets iMaxUdpDg lpVendorInfo szDescription szSystemStatus }
        WSAMSG { name namelen lpBuffers dwBufferCount Control dwFlags }
        WSANETWORKEVENTS { lNetworkEvents iErrorCode }
        WSAPOLLFD { fd events revents }
        WSAPROTOCOLCHAIN { ChainLen ChainEntries }
        WSAPROTOCOL_INFOA { dwServiceFlags1 dwServiceFlags2 dwServiceFlags3 dwServiceFlags4 dwProviderFlags ProviderId
            dwCatalogEntryId ProtocolChain iVersion iAddressFamily iMaxSockAddr iMinSockAddr iSocketType iProtocol
            iProtocolMaxOffset iNetworkByteOrder iSecurityScheme dwMessageSize dwProviderReserved szProtocol }
        WSAPROTOCOL_INFOW { dwServiceFlags1 dwServiceFlags2 dwServiceFlags3 dwServiceFlags4 dwProviderFlags ProviderId
            dwCatalogEntryId ProtocolChain iVersion iAddressFamily iMaxSockAddr iMinSockAddr iSocketType iProtocol
            iProtocolMaxOffset iNetworkByteOrder iSecurityScheme dwMessageSize dwProviderReserved szProtocol };
    Win32::Security:
        ACE_HEADER { AceType AceFlags AceSize }
        ACL { AclRevision Sbz1 AclSize AceCount Sbz2 }
        LUID_AND_ATTRIBUTES { Luid Attributes }
        SECURITY_ATTRIBUTES { nLength lpSecurityDescriptor bInheritHandle }
        SECURITY_DESCRIPTOR { Revision Sbz1 Control Owner Group Sacl Dacl }
        SECURITY_QUALITY_OF_SERVICE { Length ImpersonationLevel ContextTrackingMode EffectiveOnly }
        SID { Revision SubAuthorityCount IdentifierAuthority SubAuthority }
        SID_IDENTIFIER_AUTHORITY { Value };
    Win32::Storage::FileSystem:
        BY_HANDLE_FILE_INFORMATION { dwFileAttributes ftCreationTime ftLastAccessTime ftLastWriteTime
            dwVolumeSerialNumber nFileSizeHigh nFileSizeLow nNumberOfLinks nFileIndexHigh nFileIndexLow }
        FILE_NOTIFY_INFORMATION { NextEntryOffset Action FileNameLength FileName }
        WIN32_FILE_ATTRIBUTE_DATA { dwFileAttributes ftCreationTime ftLastAccessTime ftLastWriteTime nFileSizeHigh
            nFileSizeLow }
        WIN32_FIND_DATAA { dwFileAttributes ftCreationTime ftLastAccessTime ftLastWriteTime nFileSizeHigh nFileSizeLow
            dwReserved0 dwReserved1 cFileName cAlternateFileName }
        WIN32_FIND_DATAW { dwFileAttributes ftCreationTime ftLastAccessTime ftLastWriteTime nFileSizeHigh nFileSizeLow
            dwReserved0 dwReserved1 cFileName cAlternateFileName };
    Win32::System::Console:
        CHAR_INFO { Char Attributes }
        CONSOLE_CURSOR_INFO { dwSize bVisible }
        CONSOLE_READCONSOLE_CONTROL { nLength nInitialChars dwCtrlWakeupMask dwControlKeyState }
        CONSOLE_SCREEN_BUFFER_INFO { dwSize dwCursorPosition wAttributes srWindow dwMaximumWindowSize }
        COORD { X Y }
        FOCUS_EVENT_RECORD { bSetFocus }
        INPUT_RECORD { EventType Event }
        KEY_EVENT_RECORD { bKeyDown wRepeatCount wVirtualKeyCode wVirtualScanCode uChar dwControlKeyState }
        MENU_EVENT_RECORD { dwCommandId }
        MOUSE_EVENT_RECORD { dwMousePosition dwButtonState dwControlKeyState dwEventFlags }
        SMALL_RECT { Left Top Right Bottom }
        WINDOW_BUFFER_SIZE_RECORD { dwSize };
    Win32::System::DataExchange:
        COPYDATASTRUCT { dwData cbData lpData };
    Win32::System::Diagnostics::Debug:
        CONTEXT { P1Home P2Home P3Home P4Home P5Home P6Home ContextFlags MxCsr SegCs SegDs SegEs SegFs SegGs SegSs
            EFlags Dr0 Dr1 Dr2 Dr3 Dr6 Dr7 Rax Rcx Rdx Rbx Rsp Rbp Rsi Rdi R8 R9 R10 R11 R12 R13 R14 R15 Rip
            Anonymous.FltSave Anonymous.Anonymous.Header Anonymous.Anonymous.Legacy Anonymous.Anonymous.Xmm0
            Anonymous.Anonymous.Xmm1 Anonymous.Anonymous.Xmm2 Anonymous.Anonymous.Xmm3 Anonymous.Anonymous.Xmm4
            Anonymous.Anonymous.Xmm5 Anonymous.Anonymous.Xmm6 Anonymous.Anonymous.Xmm7 Anonymous.Anonymous.Xmm8
            Anonymous.Anonymous.Xmm9 Anonymous.Anonymous.Xmm10 Anonymous.Anonymous.Xmm11 Anonymous.Anonymous.Xmm12
            Anonymous.Anonymous.Xmm13 Anonymous.Anonymous.Xmm14 Anonymous.Anonymous.Xmm15 VectorRegister VectorControl
            DebugControl LastBranchToRip LastBranchFromRip LastExceptionToRip LastExceptionFromRip }
        EXCEPTION_POINTERS { ExceptionRecord ContextRecord }
        EXCEPTION_RECORD { ExceptionCode ExceptionFlags ExceptionRecord ExceptionAddress NumberParameters
            ExceptionInformation }
        M128A { Low High }
        MINIDUMP_CALLBACK_INFORMATION { CallbackRoutine CallbackParam }
        MINIDUMP_EXCEPTION_INFORMATION { ThreadId ExceptionPointers ClientPointers }
        MINIDUMP_USER_STREAM { Type BufferSize Buffer }
        MINIDUMP_USER_STREAM_INFORMATION { UserStreamCount UserStreamArray }
        XSAVE_FORMAT { ControlWord StatusWord TagWord Reserved1 ErrorOpcode ErrorOffset ErrorSelector Reserved2
            DataOffset DataSelector Reserved3 MxCsr MxCsr_Mask FloatRegisters XmmRegisters Reserved4 };
    Win32::System::IO:
        IO_STATUS_BLOCK { Anonymous.Status Anonymous.Pointer Information }
        OVERLAPPED { Internal InternalHigh Anonymous.Anonymous.Offset Anonymous.Anonymous.OffsetHigh Anonymous.Pointer
            hEvent }
        OVERLAPPED_ENTRY { lpCompletionKey lpOverlapped Internal dwNumberOfBytesTransferred };
    Win32::System::Kernel:
        LIST_ENTRY { Flink Blink }
        PROCESSOR_NUMBER { Group Number Reserved }
        SINGLE_LIST_ENTRY { Next }
        SLIST_HEADER { Anonymous.Alignment Anonymous.Region HeaderX64 }
        STRING { Length MaximumLength Buffer };
    Win32::System::Memory:
        MEMORY_BASIC_INFORMATION { BaseAddress AllocationBase AllocationProtect PartitionId RegionSize State Protect
            Type };
    Win32::System::ProcessStatus:
        PERFORMANCE_INFORMATION { cb CommitTotal CommitLimit CommitPeak PhysicalTotal PhysicalAvailable SystemCache
            KernelTotal KernelPaged KernelNonpaged PageSize HandleCount ProcessCount ThreadCount }
        PROCESS_MEMORY_COUNTERS { cb PageFaultCount PeakWorkingSetSize WorkingSetSize QuotaPeakPagedPoolUsage
            QuotaPagedPoolUsage QuotaPeakNonPagedPoolUsage QuotaNonPagedPoolUsage PagefileUsage PeakPagefileUsage }
        PROCESS_MEMORY_COUNTERS_EX { cb PageFaultCount PeakWorkingSetSize WorkingSetSize QuotaPeakPagedPoolUsage
            QuotaPagedPoolUsage QuotaPeakNonPagedPoolUsage QuotaNonPagedPoolUsage PagefileUsage PeakPagefileUsage
            PrivateUsage };
    Win32::System::Services:
        SERVICE_STATUS { dwServiceType dwCurrentState dwControlsAccepted dwWin32ExitCode dwServiceSpecificExitCode
            dwCheckPoint dwWaitHint }
        SERVICE_TABLE_ENTRYA { lpServiceName lpServiceProc }
        SERVICE_TABLE_ENTRYW { lpServiceName lpServiceProc };
    Win32::System::SystemInformation:
        CACHE_DESCRIPTOR { Level Associativity LineSize Size Type }
        GROUP_AFFINITY { Mask Group Reserved }
        MEMORYSTATUSEX { dwLength dwMemoryLoad ullTotalPhys ullAvailPhys ullTotalPageFile ullAvailPageFile
            ullTotalVirtual ullAvailVirtual ullAvailExtendedVirtual }
        OSVERSIONINFOA { dwOSVersionInfoSize dwMajorVersion dwMinorVersion dwBuildNumber dwPlatformId szCSDVersion }
        OSVERSIONINFOEXA { dwOSVersionInfoSize dwMajorVersion dwMinorVersion dwBuildNumber dwPlatformId szCSDVersion
            wServicePackMajor wServicePackMinor wSuiteMask wProductType wReserved }
        OSVERSIONINFOEXW { dwOSVersionInfoSize dwMajorVersion dwMinorVersion dwBuildNumber dwPlatformId szCSDVersion
            wServicePackMajor wServicePackMinor wSuiteMask wProductType wReserved }
        OSVERSIONINFOW { dwOSVersionInfoSize dwMajorVersion dwMinorVersion dwBuildNumber dwPlatformId szCSDVersion }
        SYSTEM_INFO { Anonymous.dwOemId Anonymous.Anonymous.wProcessorArchitecture Anonymous.Anonymous.wReserved
            dwPageSize lpMinimumApplicationAddress lpMaximumApplicationAddress dwActiveProcessorMask
            dwNumberOfProcessors dwProcessorType dwAllocationGranularity wProcessorLevel wProcessorRevision }
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION { ProcessorMask Relationship Anonymous.ProcessorCore Anonymous.NumaNode
            Anonymous.Cache Anonymous.Reserved };
    Win32::System::Threading:
        IO_COUNTERS { ReadOperationCount WriteOperationCount OtherOperationCount ReadTransferCount WriteTransferCount
            OtherTransferCount }
        PROCESS_INFORMATION { hProcess hThread dwProcessId dwThreadId }
        REASON_CONTEXT { Version Flags Reason }
        STARTUPINFOA { cb lpReserved lpDesktop lpTitle dwX dwY dwXSize dwYSize dwXCountChars dwYCountChars
            dwFillAttribute dwFlags wShowWindow cbReserved2 lpReserved2 hStdInput hStdOutput hStdError }
        STARTUPINFOW { cb lpReserved lpDesktop lpTitle dwX dwY dwXSize dwYSize dwXCountChars dwYCountChars
            dwFillAttribute dwFlags wShowWindow cbReserved2 lpReserved2 hStdInput hStdOutput hStdError }
        TP_CALLBACK_ENVIRON_V3 { Version Pool CleanupGroup CleanupGroupCancelCallback RaceDll ActivationContext
            FinalizationCallback u CallbackPriority Size }
        TP_POOL_STACK_INFORMATION { StackReserve StackCommit };
    Win32::System::Time:
        DYNAMIC_TIME_ZONE_INFORMATION { Bias StandardName StandardDate StandardBias DaylightName DaylightDate DaylightBias TimeZoneKeyName DynamicDaylightTimeDisabled }
        TIME_ZONE_INFORMATION { Bias StandardName StandardDate StandardBias DaylightName DaylightDate DaylightBias };
    Win32::UI::WindowsAndMessaging:
        CREATESTRUCTA { lpCreateParams hInstance hMenu hwndParent cy cx y x style lpszName lpszClass dwExStyle }
        CREATESTRUCTW { lpCreateParams hInstance hMenu hwndParent cy cx y x style lpszName lpszClass dwExStyle }
        KBDLLHOOKSTRUCT { vkCode scanCode flags time dwExtraInfo }
        MSG { hwnd message wParam lParam time pt }
        WNDCLASSA { style lpfnWndProc cbClsExtra cbWndExtra hInstance hIcon hCursor hbrBackground lpszMenuName
            lpszClassName }
        WNDCLASSEXA { cbSize style lpfnWndProc cbClsExtra cbWndExtra hInstance hIcon hCursor hbrBackground
            lpszMenuName lpszClassName hIconSm }
        WNDCLASSEXW { cbSize style lpfnWndProc cbClsExtra cbWndExtra hInstance hIcon hCursor hbrBackground
            lpszMenuName lpszClassName hIconSm }
        WNDCLASSW { style lpfnWndProc cbClsExtra cbWndExtra hInstance hIcon hCursor hbrBackground lpszMenuName
            lpszClassName };
}

#[test]
fn structures_are_laid_out_as_in_windows_sys() {
    let Some(clang) = clang::newest() else { return };
    let mut text = format!("{}#include <stddef.h>\n", everything());
    for (name, size, fields) in layouts() {
        text.push_str(&format!(
            "_Static_assert(sizeof({name}) == {size}, \"the size of {name} is {size}\");\n"
        ));
        for (field, offset) in fields {
            text.push_str(&format!(
                "_Static_assert(offsetof({name}, {field}) == {offset}, \"{field} of {name} is at {offset}\");\n"
            ));
        }
    }
    let test = Source::new("layouts.c", &text);
    let flags = ["-fsyntax-only", "-Wno-everything", "-ferror-limit=0"];
    if let Err(complaints) = clang.says("c11".parse().expect("a standard"), &flags, &test) {
        panic!("{complaints}");
    }
}

#[test]
fn no_structure_is_forgotten() {
    let Some(clang) = clang::newest() else { return };
    let compared: BTreeSet<&str> = layouts().into_iter().map(|(name, ..)| name).collect();
    let test = Source::new("structures.c", &everything());
    let output = clang
        .says("c11".parse().expect("a standard"), &["-E"], &test)
        .expect("the declarations");
    let declarations = statements(&ours(&String::from_utf8_lossy(&output.stdout)));
    let forgotten: Vec<String> = declarations
        .iter()
        .filter_map(|statement| statement.strip_prefix('}'))
        .flat_map(|names| {
            names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .map(|name| name.rsplit(' ').next().unwrap_or_default().to_owned())
        .filter(|name| source().structures.contains(name))
        .filter(|name| !compared.contains(name.as_str()) && !OTHERS.contains(&name.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "not compared: {forgotten:?}");
}
