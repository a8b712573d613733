//! NTSTATUS, and the one table errno → NTSTATUS → Win32 error → WSA error.
//!
//! Inside the kernel every outcome is an NTSTATUS. It is translated exactly once, at the edge, and the two
//! translations differ on purpose (OVL-33): a reset connection is ERROR_NETNAME_DELETED for
//! `GetQueuedCompletionStatus` and WSAECONNRESET for `WSAGetOverlappedResult`.

use std::fmt;

/// An NTSTATUS: an open newtype, so that values without a name survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Status(pub u32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $value:literal => $win32:literal, $wsa:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Status = Status($value);)*

            /// The name of a known status.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// The Win32 error code that GetLastError shows for this status (OVL-35).
            pub const fn to_win32(self) -> u32 {
                match self.0 {
                    $($value => $win32,)*
                    _ if self.is_failure() => 317, // ERROR_MR_MID_NOT_FOUND, as RtlNtStatusToDosError
                    _ => 0,
                }
            }

            /// The Winsock error code for this status (OVL-34).
            pub const fn to_wsa(self) -> u32 {
                match self.0 {
                    $($value => $wsa,)*
                    _ if self.is_failure() => 10022, // WSAEINVAL
                    _ => 0,
                }
            }
        }
    };
}

statuses! {
    /// Success, and the wait result for object 0.
    SUCCESS = 0x0000_0000 => 0, 0;
    /// The first abandoned mutex.
    ABANDONED_WAIT_0 = 0x0000_0080 => 735, 735;
    /// An APC ran during an alertable wait.
    USER_APC = 0x0000_00C0 => 192, 192;
    /// A wait ran out of time.
    TIMEOUT = 0x0000_0102 => 258, 258;
    /// The operation is in flight.
    PENDING = 0x0000_0103 => 997, 997;
    /// A named object was opened instead of created.
    OBJECT_NAME_EXISTS = 0x4000_0000 => 183, 183;
    /// Warning: the message did not fit the buffer.
    BUFFER_OVERFLOW = 0x8000_0005 => 234, 10040;
    /// A failure without a better name.
    UNSUCCESSFUL = 0xC000_0001 => 31, 10022;
    /// The function is not implemented for this object.
    INVALID_DEVICE_REQUEST = 0xC000_0010 => 1, 10022;
    /// Not a handle, or a closed one.
    INVALID_HANDLE = 0xC000_0008 => 6, 10038;
    /// A bad argument.
    INVALID_PARAMETER = 0xC000_000D => 87, 10022;
    /// End of file.
    END_OF_FILE = 0xC000_0011 => 38, 10022;
    /// Out of memory.
    NO_MEMORY = 0xC000_0017 => 8, 10055;
    /// A pointer does not point to memory.
    ACCESS_VIOLATION = 0xC000_0005 => 998, 10014;
    /// Not permitted.
    ACCESS_DENIED = 0xC000_0022 => 5, 10013;
    /// The buffer given is too small.
    BUFFER_TOO_SMALL = 0xC000_0023 => 122, 10014;
    /// The object is of another kind.
    OBJECT_TYPE_MISMATCH = 0xC000_0024 => 6, 10038;
    /// No object has that name.
    OBJECT_NAME_NOT_FOUND = 0xC000_0034 => 2, 10022;
    /// The address is taken.
    SHARING_VIOLATION = 0xC000_0043 => 32, 10048;
    /// The process limit is reached.
    QUOTA_EXCEEDED = 0xC000_0044 => 1816, 10055;
    /// ReleaseMutex by a thread that does not own the mutex.
    MUTANT_NOT_OWNED = 0xC000_0046 => 288, 10022;
    /// ReleaseSemaphore beyond the maximum.
    SEMAPHORE_LIMIT_EXCEEDED = 0xC000_0047 => 298, 10022;
    /// The thread has ended or is ending.
    THREAD_IS_TERMINATING = 0xC000_004B => 31, 10022;
    /// The thread is not in a state for this call.
    INVALID_THREAD_STATE = 0xC000_0002 => 31, 10022;
    /// No resources for another request.
    INSUFFICIENT_RESOURCES = 0xC000_009A => 1450, 10055;
    /// The device has nothing now.
    DEVICE_NOT_READY = 0xC000_00A3 => 21, 10035;
    /// The other end of a pipe is gone, or this side has shut down.
    PIPE_DISCONNECTED = 0xC000_00B0 => 233, 10058;
    /// A time limit of the device ran out.
    IO_TIMEOUT = 0xC000_00B5 => 121, 10060;
    /// The request is not supported.
    NOT_SUPPORTED = 0xC000_00BB => 50, 10045;
    /// Cancelled.
    CANCELLED = 0xC000_0120 => 995, 995;
    /// This side gave the connection up.
    LOCAL_DISCONNECT = 0xC000_013B => 64, 10053;
    /// The other side gave the connection up.
    REMOTE_DISCONNECT = 0xC000_013C => 64, 10054;
    /// The address is not one of this host.
    INVALID_ADDRESS_COMPONENT = 0xC000_0207 => 1214, 10049;
    /// Too many names or addresses.
    TOO_MANY_OPENED_FILES = 0xC000_011F => 4, 10024;
    /// The pipe is broken.
    PIPE_BROKEN = 0xC000_014B => 109, 10058;
    /// The connection was reset by the other side.
    CONNECTION_RESET = 0xC000_020D => 64, 10054;
    /// Nothing matched.
    NOT_FOUND = 0xC000_0225 => 1168, 10022;
    /// Nobody listens there.
    CONNECTION_REFUSED = 0xC000_0236 => 1225, 10061;
    /// Disconnected in an orderly way.
    GRACEFUL_DISCONNECT = 0xC000_0237 => 1226, 10101;
    /// The address is already bound.
    ADDRESS_ALREADY_ASSOCIATED = 0xC000_0238 => 1227, 10048;
    /// Not connected.
    INVALID_CONNECTION = 0xC000_0140 => 1229, 10057;
    /// Already connected.
    CONNECTION_ACTIVE = 0xC000_023B => 1230, 10056;
    /// No route to the network.
    NETWORK_UNREACHABLE = 0xC000_023C => 1231, 10051;
    /// No route to the host.
    HOST_UNREACHABLE = 0xC000_023D => 1232, 10065;
    /// Nobody listens on that UDP port.
    PORT_UNREACHABLE = 0xC000_023F => 1234, 10054;
    /// The connection was given up by this side.
    CONNECTION_ABORTED = 0xC000_0241 => 1236, 10053;
    /// The address exists already (bind).
    ADDRESS_ALREADY_EXISTS = 0xC000_020A => 52, 10048;
    /// A datagram is too large to be sent.
    INVALID_BUFFER_SIZE = 0xC000_0206 => 1784, 10040;
    /// A closed port or an object that was deleted during the wait.
    ABANDONED = 0xC000_01A1 => 735, 735;
}

impl Status {
    /// Success or information: severity 0 or 1.
    pub const fn is_success(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// Warning: severity 2. The operation has completed and notifies although its starting call reports an error (OVL-70).
    pub const fn is_warning(self) -> bool {
        self.0 >> 30 == 2
    }

    /// Error: severity 3.
    pub const fn is_failure(self) -> bool {
        self.0 >> 30 == 3
    }

    /// Facility "winsock code carried as it is": failures of Linux that have a WSA name but no NTSTATUS of their own.
    /// The code lies in the low 16 bits; both translations give it back.
    pub const fn from_wsa(code: u32) -> Status {
        Status(WSA_FACILITY | (code & 0xFFFF))
    }

    /// The Win32 error for GetLastError, GetOverlappedResult, GetQueuedCompletionStatus.
    pub const fn win32(self) -> u32 {
        if self.0 & 0xFFFF_0000 == WSA_FACILITY {
            return self.0 & 0xFFFF;
        }
        self.to_win32()
    }

    /// The Winsock error for WSAGetLastError, WSAGetOverlappedResult and Winsock's completion routines.
    pub const fn wsa(self) -> u32 {
        if self.0 & 0xFFFF_0000 == WSA_FACILITY {
            return self.0 & 0xFFFF;
        }
        self.to_wsa()
    }

    /// The status of a failed system call of a socket (SOCK-05).
    pub fn from_errno(errno: i32) -> Status {
        match errno {
            0 => Status::SUCCESS,
            libc::EAGAIN | libc::EINPROGRESS => Status::DEVICE_NOT_READY,
            libc::EBADF => Status::INVALID_HANDLE,
            libc::ENOTSOCK => Status::OBJECT_TYPE_MISMATCH,
            libc::EPERM | libc::EACCES => Status::ACCESS_DENIED,
            libc::EMFILE | libc::ENFILE => Status::TOO_MANY_OPENED_FILES,
            libc::ENOMEM => Status::NO_MEMORY,
            libc::ENOBUFS => Status::INSUFFICIENT_RESOURCES,
            libc::EPIPE | libc::ESHUTDOWN => Status::PIPE_DISCONNECTED,
            libc::ENOTCONN => Status::INVALID_CONNECTION,
            libc::EISCONN => Status::CONNECTION_ACTIVE,
            libc::ECONNRESET => Status::CONNECTION_RESET,
            libc::ECONNABORTED => Status::CONNECTION_ABORTED,
            libc::ECONNREFUSED => Status::CONNECTION_REFUSED,
            libc::ETIMEDOUT => Status::IO_TIMEOUT,
            libc::EHOSTUNREACH => Status::HOST_UNREACHABLE,
            libc::ENETUNREACH => Status::NETWORK_UNREACHABLE,
            libc::EADDRINUSE => Status::ADDRESS_ALREADY_EXISTS,
            libc::EADDRNOTAVAIL => Status::INVALID_ADDRESS_COMPONENT,
            libc::EFAULT => Status::ACCESS_VIOLATION,
            libc::EINVAL => Status::INVALID_PARAMETER,
            libc::EMSGSIZE => Status::INVALID_BUFFER_SIZE,
            libc::EOPNOTSUPP => Status::NOT_SUPPORTED,
            libc::EINTR => Status::from_wsa(10004),
            libc::EALREADY => Status::from_wsa(10037),
            libc::EDESTADDRREQ => Status::from_wsa(10039),
            libc::EPROTOTYPE => Status::from_wsa(10041),
            libc::ENOPROTOOPT => Status::from_wsa(10042),
            libc::EPROTONOSUPPORT => Status::from_wsa(10043),
            libc::ESOCKTNOSUPPORT => Status::from_wsa(10044),
            libc::EPFNOSUPPORT => Status::from_wsa(10046),
            libc::EAFNOSUPPORT => Status::from_wsa(10047),
            libc::ENETDOWN => Status::from_wsa(10050),
            libc::ENETRESET => Status::from_wsa(10052),
            libc::EHOSTDOWN => Status::from_wsa(10064),
            _ => Status::from_wsa(10022),
        }
    }

    /// The status of the calling thread's errno.
    pub fn last_os_error() -> Status {
        Status::from_errno(
            std::io::Error::last_os_error()
                .raw_os_error()
                .unwrap_or_default(),
        )
    }
}

/// Customer bit and error severity set, facility 0x2F: no NTSTATUS of Windows lies there.
const WSA_FACILITY: u32 = 0xE02F_0000;

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "STATUS_{name}"),
            None => write!(f, "NTSTATUS({:#010x})", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn one_status_has_two_translations() {
        assert_eq!(Status::CONNECTION_RESET.win32(), 64);
        assert_eq!(Status::CONNECTION_RESET.wsa(), 10054);
        assert_eq!(Status::CANCELLED.win32(), 995);
        assert_eq!(Status::CANCELLED.wsa(), 995);
    }

    #[test]
    fn unknown_errno_and_unknown_status_have_a_code() {
        assert_eq!(Status::from_errno(9999).wsa(), 10022);
        assert_eq!(Status(0xC000_9999).win32(), 317);
        assert_eq!(Status::from_wsa(10042).wsa(), 10042);
        assert!(Status::from_wsa(10042).is_failure());
    }

    #[test]
    fn severities() {
        assert!(Status::PENDING.is_success());
        assert!(Status::BUFFER_OVERFLOW.is_warning() && !Status::BUFFER_OVERFLOW.is_success());
        assert!(Status::CANCELLED.is_failure());
    }
}
