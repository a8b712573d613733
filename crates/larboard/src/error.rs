//! One error type for everything: the Windows code, with a text.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};

/// What every fallible function of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// A Win32 or Winsock error code (the two share one space). Codes this crate has no name for survive unchanged.
///
/// ```
/// use larboard::{Code, code};
/// assert_eq!(code::WSAECONNRESET, Code(10054));
/// assert_eq!(code::WSAECONNRESET.name(), Some("WSAECONNRESET"));
/// assert_eq!(Code(4711).name(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u32);

/// An error of the system, as its [`Code`]. As small as the code itself.
///
/// Converts from and into [`std::io::Error`] with the [`ErrorKind`] that fits; the code survives the way there and
/// back.
///
/// ```
/// use larboard::{code, net::TcpStream};
/// use std::io::ErrorKind;
///
/// let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?; // a port nobody listens on any more
/// let error = TcpStream::connect(closed).unwrap_err();
/// assert_eq!(error.code(), code::WSAECONNREFUSED);
/// assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
/// assert_eq!(std::io::Error::from(error).kind(), ErrorKind::ConnectionRefused);
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error(Code);

impl Error {
    pub(crate) const fn new(code: u32) -> Self {
        Self(Code(code))
    }

    /// The Windows code, as `GetLastError` or `WSAGetLastError` gave it.
    #[must_use]
    pub const fn code(self) -> Code {
        self.0
    }

    /// The portable kind that fits the code best.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        self.0.entry().map_or(ErrorKind::Other, |entry| entry.kind)
    }
}

impl Code {
    /// The name Windows' headers give the code.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.name)
    }

    fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.code == self)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self(code)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({})", self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.entry() {
            Some(entry) => write!(f, "{} ({} {})", entry.text, entry.name, self.0.0),
            None => write!(f, "Windows error {}", self.0.0),
        }
    }
}

impl StdError for Error {}

impl From<Error> for io::Error {
    #[cfg(windows)]
    fn from(error: Error) -> Self {
        Self::from_raw_os_error(error.0.0.cast_signed())
    }
    #[cfg(not(windows))]
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if let Some(own) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Error>())
        {
            return *own;
        }
        if cfg!(windows)
            && let Some(code) = error.raw_os_error()
        {
            return Self::new(code.cast_unsigned());
        }
        let kind = error.kind();
        TABLE
            .iter()
            .find(|entry| entry.kind == kind)
            .map_or(Self(code::ERROR_GEN_FAILURE), |entry| Self(entry.code))
    }
}

struct Entry {
    code: Code,
    name: &'static str,
    kind: ErrorKind,
    text: &'static str,
}

/// From one line per code: the constant in [`code`] and the row of the table. The first row with a kind is what that
/// kind converts to.
macro_rules! codes {
    ($($name:ident = $value:literal, $kind:ident, $text:literal;)*) => {
        /// The codes this crate's functions are known to report, under the names of Windows' headers.
        pub mod code {
            use super::Code;
            $(#[doc = concat!($text, " (", $value, ").")] pub const $name: Code = Code($value);)*
        }
        const TABLE: &[Entry] = &[
            $(Entry { code: code::$name, name: stringify!($name), kind: ErrorKind::$kind, text: $text },)*
        ];
    };
}

codes! {
    WSAEINTR = 10004, Interrupted, "the blocking call was interrupted";
    WSAEBADF = 10009, Other, "not a valid handle";
    WSAEACCES = 10013, PermissionDenied, "permission denied";
    WSAEFAULT = 10014, Other, "bad address or buffer too small";
    WSAEINVAL = 10022, InvalidInput, "invalid argument, or the socket is in the wrong state for this call";
    WSAEMFILE = 10024, Other, "too many open sockets or descriptors";
    WSAEWOULDBLOCK = 10035, WouldBlock, "the call would have to wait";
    WSAEINPROGRESS = 10036, Other, "a blocking call is in progress";
    WSAEALREADY = 10037, Other, "the operation is already in progress";
    WSAENOTSOCK = 10038, Other, "not a socket, or already closed";
    WSAEDESTADDRREQ = 10039, Other, "a destination address is needed";
    WSAEMSGSIZE = 10040, FileTooLarge, "the message is longer than the buffer or than the protocol allows";
    WSAEPROTOTYPE = 10041, Other, "the protocol does not fit the socket type";
    WSAENOPROTOOPT = 10042, Other, "unknown or unsupported option";
    WSAEPROTONOSUPPORT = 10043, Other, "unsupported protocol";
    WSAESOCKTNOSUPPORT = 10044, Other, "unsupported socket type";
    WSAEOPNOTSUPP = 10045, Unsupported, "the socket does not support this operation";
    WSAEAFNOSUPPORT = 10047, Other, "unsupported address family";
    WSAEADDRINUSE = 10048, AddrInUse, "the address is already in use";
    WSAEADDRNOTAVAIL = 10049, AddrNotAvailable, "the address is not available on this machine";
    WSAENETDOWN = 10050, NetworkDown, "the network is down";
    WSAENETUNREACH = 10051, NetworkUnreachable, "the network is unreachable";
    WSAENETRESET = 10052, Other, "the connection was dropped by the network";
    WSAECONNABORTED = 10053, ConnectionAborted, "the connection was aborted on this side";
    WSAECONNRESET = 10054, ConnectionReset, "the connection was reset by the peer";
    WSAENOBUFS = 10055, OutOfMemory, "no buffer space is available";
    WSAEISCONN = 10056, Other, "the socket is already connected";
    WSAENOTCONN = 10057, NotConnected, "the socket is not connected";
    WSAESHUTDOWN = 10058, BrokenPipe, "this direction of the socket has been shut down";
    WSAETIMEDOUT = 10060, TimedOut, "the time ran out";
    WSAECONNREFUSED = 10061, ConnectionRefused, "the connection was refused: nobody listens there";
    WSAEHOSTDOWN = 10064, Other, "the host is down";
    WSAEHOSTUNREACH = 10065, HostUnreachable, "the host is unreachable";
    WSANOTINITIALISED = 10093, Other, "Winsock has not been started";
    WSAEDISCON = 10101, Other, "the connection is being shut down";
    WSATYPE_NOT_FOUND = 10109, Other, "unknown service";
    WSAHOST_NOT_FOUND = 11001, NotFound, "no such host";
    WSATRY_AGAIN = 11002, Other, "the name could not be resolved now; try again";
    WSANO_RECOVERY = 11003, Other, "the name could not be resolved";
    WSANO_DATA = 11004, Other, "the name has no address of this kind";
    WAIT_IO_COMPLETION = 192, Other, "the wait ended because a completion routine ran";
    WAIT_TIMEOUT = 258, TimedOut, "the wait timed out";
    ERROR_FILE_NOT_FOUND = 2, NotFound, "no such object";
    ERROR_ACCESS_DENIED = 5, PermissionDenied, "access denied";
    ERROR_INVALID_HANDLE = 6, Other, "the handle is invalid";
    ERROR_NOT_ENOUGH_MEMORY = 8, OutOfMemory, "not enough memory";
    ERROR_GEN_FAILURE = 31, Other, "general failure";
    ERROR_NOT_SUPPORTED = 50, Unsupported, "the request is not supported";
    ERROR_NETNAME_DELETED = 64, ConnectionReset, "the connection was reset by the peer";
    ERROR_INVALID_PARAMETER = 87, InvalidInput, "invalid parameter";
    ERROR_BROKEN_PIPE = 109, BrokenPipe, "the other end has been closed";
    ERROR_SEM_TIMEOUT = 121, TimedOut, "the time ran out";
    ERROR_INSUFFICIENT_BUFFER = 122, Other, "the buffer is too small";
    ERROR_ALREADY_EXISTS = 183, AlreadyExists, "the object already exists";
    ERROR_MORE_DATA = 234, FileTooLarge, "the message is longer than the buffer";
    ERROR_NOT_OWNER = 288, Other, "the caller does not own the object";
    ERROR_TOO_MANY_POSTS = 298, Other, "the semaphore is at its maximum";
    ERROR_ABANDONED_WAIT_0 = 735, BrokenPipe, "the completion port has been closed";
    ERROR_OPERATION_ABORTED = 995, Other, "the operation was cancelled";
    ERROR_IO_INCOMPLETE = 996, WouldBlock, "the operation is still in flight";
    ERROR_IO_PENDING = 997, Other, "the operation is in flight";
    ERROR_NOT_FOUND = 1168, NotFound, "nothing to cancel";
    ERROR_CONNECTION_REFUSED = 1225, ConnectionRefused, "the connection was refused: nobody listens there";
    ERROR_NETWORK_UNREACHABLE = 1231, NetworkUnreachable, "the network is unreachable";
    ERROR_HOST_UNREACHABLE = 1232, HostUnreachable, "the host is unreachable";
    ERROR_PORT_UNREACHABLE = 1234, ConnectionReset, "nobody listens on the port";
    ERROR_CONNECTION_ABORTED = 1236, ConnectionAborted, "the connection was aborted on this side";
    ERROR_INVALID_USER_BUFFER = 1784, Other, "the system cannot take more operations at the moment";
    ERROR_INVALID_WINDOW_HANDLE = 1400, Other, "no such window: it may have been destroyed";
    ERROR_NOT_ENOUGH_QUOTA = 1816, OutOfMemory, "not enough quota";
}
