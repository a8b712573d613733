//! Socket options: Windows' numbers and lengths outside, Linux' inside (SOCK-23 to SOCK-37).
//!
//! Most options are a row of [`ROWS`]. Those that mean something else on Linux, or nothing, have a function of their
//! own. A value is read and written in native byte order; a flag may have any length from one byte on.

use super::transfer::errno;
use super::{DATAGRAM, STREAM, Socket, phase};
use crate::device::Direction;
use crate::status::Status;

/// SOL_SOCKET.
pub const LEVEL_SOCKET: i32 = 0xFFFF;
const LEVEL_IP: i32 = 0;
const LEVEL_TCP: i32 = 6;
const LEVEL_UDP: i32 = 17;
const LEVEL_IPV6: i32 = 41;

const ACCEPT_CONNECTIONS: i32 = 0x2;
const REUSE_ADDRESS: i32 = 0x4;
const EXCLUSIVE: i32 = !0x4;
const LINGER: i32 = 0x80;
const DONT_LINGER: i32 = !0x80;
const OOB_INLINE: i32 = 0x100;
const SEND_BUFFER: i32 = 0x1001;
const RECEIVE_BUFFER: i32 = 0x1002;
const SEND_TIMEOUT: i32 = 0x1005;
const RECEIVE_TIMEOUT: i32 = 0x1006;
const ERROR: i32 = 0x1007;
const KIND: i32 = 0x1008;
const MAXIMUM_MESSAGE: i32 = 0x2003;
const CONDITIONAL_ACCEPT: i32 = 0x3002;
const CONNECT_TIME: i32 = 0x700C;
const MAXIMUM_RETRANSMISSION: i32 = 5;
const MULTICAST_INTERFACE: i32 = 9;
const DONT_FRAGMENT: i32 = 14;
const ADD_SOURCE: i32 = 15;
const DROP_SOURCE: i32 = 16;
const BLOCK_SOURCE: i32 = 17;
const UNBLOCK_SOURCE: i32 = 18;

const UNKNOWN_OPTION: Status = Status::from_wsa(10042);

/// Which sockets have an option.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    All,
    Streams,
    Datagrams,
}

/// What a value looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// True or false, up to four bytes of it.
    Flag,
    /// True or false by the first byte alone.
    LowByte,
    /// A 32-bit number.
    Number,
    /// A structure of so many bytes that both systems share.
    Structure(usize),
}

/// Where a value lives.
#[derive(Clone, Copy)]
enum Home {
    /// In an option of Linux.
    Linux(i32, i32),
    /// Here: it has no effect on Linux and reads back what was set, at first this.
    Stored(i32),
}

struct Row {
    level: i32,
    name: i32,
    who: Who,
    shape: Shape,
    home: Home,
}

const fn row(level: i32, name: i32, who: Who, shape: Shape, home: Home) -> Row {
    Row {
        level,
        name,
        who,
        shape,
        home,
    }
}

const SOCKET: i32 = libc::SOL_SOCKET;
const IP: i32 = libc::IPPROTO_IP;
const IPV6: i32 = libc::IPPROTO_IPV6;
const TCP: i32 = libc::IPPROTO_TCP;

use Home::{Linux, Stored};
use Shape::{Flag, LowByte, Number, Structure};
use Who::{All, Datagrams, Streams};

static ROWS: [Row; 42] = [
    row(LEVEL_SOCKET, 0x1, All, Flag, Stored(0)), // SO_DEBUG
    row(
        LEVEL_SOCKET,
        0x8,
        Streams,
        Flag,
        Linux(SOCKET, libc::SO_KEEPALIVE),
    ),
    row(
        LEVEL_SOCKET,
        0x10,
        All,
        Flag,
        Linux(SOCKET, libc::SO_DONTROUTE),
    ),
    row(
        LEVEL_SOCKET,
        0x20,
        Datagrams,
        Flag,
        Linux(SOCKET, libc::SO_BROADCAST),
    ),
    row(LEVEL_SOCKET, 0x40, All, Flag, Stored(0)), // SO_USELOOPBACK
    row(LEVEL_SOCKET, 0x2002, All, Number, Stored(0)), // SO_GROUP_PRIORITY
    row(
        LEVEL_TCP,
        1,
        Streams,
        LowByte,
        Linux(TCP, libc::TCP_NODELAY),
    ),
    row(LEVEL_TCP, 2, Streams, Flag, Stored(0)), // TCP_EXPEDITED_1122
    row(
        LEVEL_TCP,
        3,
        Streams,
        Number,
        Linux(TCP, libc::TCP_KEEPIDLE),
    ),
    row(LEVEL_TCP, 4, Streams, Number, Linux(TCP, libc::TCP_MAXSEG)),
    row(
        LEVEL_TCP,
        16,
        Streams,
        Number,
        Linux(TCP, libc::TCP_KEEPCNT),
    ),
    row(
        LEVEL_TCP,
        17,
        Streams,
        Number,
        Linux(TCP, libc::TCP_KEEPINTVL),
    ),
    row(LEVEL_UDP, 1, Datagrams, Flag, Stored(0)), // UDP_NOCHECKSUM: Linux may always send a checksum
    row(LEVEL_IP, 2, All, Flag, Linux(IP, 3)),     // IP_HDRINCL
    row(LEVEL_IP, 3, All, Number, Linux(IP, libc::IP_TOS)),
    row(LEVEL_IP, 4, All, Number, Linux(IP, libc::IP_TTL)),
    row(
        LEVEL_IP,
        10,
        Datagrams,
        Number,
        Linux(IP, libc::IP_MULTICAST_TTL),
    ),
    row(
        LEVEL_IP,
        11,
        Datagrams,
        Flag,
        Linux(IP, libc::IP_MULTICAST_LOOP),
    ),
    row(
        LEVEL_IP,
        12,
        Datagrams,
        Structure(8),
        Linux(IP, libc::IP_ADD_MEMBERSHIP),
    ),
    row(
        LEVEL_IP,
        13,
        Datagrams,
        Structure(8),
        Linux(IP, libc::IP_DROP_MEMBERSHIP),
    ),
    row(LEVEL_IP, 19, Datagrams, Flag, Linux(IP, libc::IP_PKTINFO)),
    row(LEVEL_IP, 21, Datagrams, Flag, Linux(IP, libc::IP_RECVTTL)),
    row(LEVEL_IP, 22, Datagrams, Flag, Stored(1)), // IP_RECEIVE_BROADCAST
    row(LEVEL_IP, 23, All, Number, Stored(10)),    // IP_PROTECTION_LEVEL
    row(LEVEL_IP, 31, All, Number, Linux(IP, 50)), // IP_UNICAST_IF
    row(LEVEL_IP, 40, Datagrams, Flag, Linux(IP, libc::IP_RECVTOS)),
    row(LEVEL_IP, 73, All, Number, Linux(IP, 14)), // IP_MTU
    row(
        LEVEL_IPV6,
        4,
        All,
        Number,
        Linux(IPV6, libc::IPV6_UNICAST_HOPS),
    ),
    row(
        LEVEL_IPV6,
        9,
        Datagrams,
        Number,
        Linux(IPV6, libc::IPV6_MULTICAST_IF),
    ),
    row(
        LEVEL_IPV6,
        10,
        Datagrams,
        Number,
        Linux(IPV6, libc::IPV6_MULTICAST_HOPS),
    ),
    row(
        LEVEL_IPV6,
        11,
        Datagrams,
        Flag,
        Linux(IPV6, libc::IPV6_MULTICAST_LOOP),
    ),
    row(
        LEVEL_IPV6,
        12,
        Datagrams,
        Structure(20),
        Linux(IPV6, libc::IPV6_ADD_MEMBERSHIP),
    ),
    row(
        LEVEL_IPV6,
        13,
        Datagrams,
        Structure(20),
        Linux(IPV6, libc::IPV6_DROP_MEMBERSHIP),
    ),
    row(LEVEL_IPV6, 14, Datagrams, Flag, Linux(IPV6, 62)), // IPV6_DONTFRAG
    row(
        LEVEL_IPV6,
        19,
        Datagrams,
        Flag,
        Linux(IPV6, libc::IPV6_RECVPKTINFO),
    ),
    row(
        LEVEL_IPV6,
        21,
        Datagrams,
        Flag,
        Linux(IPV6, libc::IPV6_RECVHOPLIMIT),
    ),
    row(LEVEL_IPV6, 23, All, Number, Stored(10)), // IPV6_PROTECTION_LEVEL
    row(LEVEL_IPV6, 27, All, Flag, Linux(IPV6, libc::IPV6_V6ONLY)),
    row(LEVEL_IPV6, 31, All, Number, Linux(IPV6, 76)), // IPV6_UNICAST_IF
    row(LEVEL_IPV6, 39, All, Number, Linux(IPV6, libc::IPV6_TCLASS)),
    row(
        LEVEL_IPV6,
        40,
        Datagrams,
        Flag,
        Linux(IPV6, libc::IPV6_RECVTCLASS),
    ),
    row(LEVEL_IPV6, 72, All, Number, Linux(IPV6, libc::IPV6_MTU)),
];

impl Socket {
    /// Sets an option. ACCESS_VIOLATION (WSAEFAULT) for a value that is too short, WSAENOPROTOOPT for an option that the
    /// socket does not have or that cannot be set, WSAEINVAL for a level that it does not have.
    pub fn set_option(&self, fd: i32, level: i32, name: i32, value: &[u8]) -> Result<(), Status> {
        self.check_level(level)?;
        self.set(phase::OPTIONS);
        match (level, name) {
            (LEVEL_SOCKET, REUSE_ADDRESS) => self.set_reuse_address(fd, flag(value)?),
            (LEVEL_SOCKET, EXCLUSIVE) => self.set_exclusive(flag(value)?),
            (LEVEL_SOCKET, LINGER | DONT_LINGER | OOB_INLINE) if !self.is_stream() => {
                Err(UNKNOWN_OPTION)
            }
            (LEVEL_SOCKET, LINGER) => set_linger(fd, value),
            (LEVEL_SOCKET, DONT_LINGER) => set_dont_linger(fd, flag(value)?),
            (LEVEL_SOCKET, OOB_INLINE) => self.set_oob_inline(fd, flag(value)?),
            (LEVEL_SOCKET, SEND_BUFFER | RECEIVE_BUFFER) => {
                self.set_buffer(fd, name, number(value)?)
            }
            (LEVEL_SOCKET, SEND_TIMEOUT | RECEIVE_TIMEOUT) => {
                let milliseconds = number(value)?.cast_unsigned();
                self.settings(|s| match name {
                    SEND_TIMEOUT => s.send_timeout = milliseconds,
                    _ => s.receive_timeout = milliseconds,
                });
                Ok(())
            }
            (LEVEL_SOCKET, CONDITIONAL_ACCEPT) => {
                let wanted = flag(value)?;
                self.settings(|s| s.conditional_accept = wanted);
                Ok(())
            }
            (LEVEL_TCP, MAXIMUM_RETRANSMISSION) => set_maximum_retransmission(fd, number(value)?),
            (LEVEL_IP, MULTICAST_INTERFACE) => set_multicast_interface(fd, value),
            (LEVEL_IP, DONT_FRAGMENT) => {
                let discover = if flag(value)? {
                    libc::IP_PMTUDISC_DO
                } else {
                    libc::IP_PMTUDISC_DONT
                };
                write(fd, IP, libc::IP_MTU_DISCOVER, &discover)
            }
            (LEVEL_IP, ADD_SOURCE..=UNBLOCK_SOURCE) => set_source(fd, name, value),
            _ => self.set_row(fd, level, name, value),
        }
    }

    /// Reads an option into `room` bytes at most. Errors as [`set_option`](Self::set_option).
    pub fn get_option(
        &self,
        fd: i32,
        level: i32,
        name: i32,
        room: usize,
    ) -> Result<Vec<u8>, Status> {
        self.check_level(level)?;
        match (level, name) {
            (
                LEVEL_SOCKET,
                ACCEPT_CONNECTIONS | LINGER | DONT_LINGER | OOB_INLINE | CONNECT_TIME,
            ) if !self.is_stream() && name != CONNECT_TIME => Err(UNKNOWN_OPTION),
            (LEVEL_SOCKET, ACCEPT_CONNECTIONS) => put_flag(self.is(phase::LISTENING), room),
            (LEVEL_SOCKET, REUSE_ADDRESS) => put_flag(self.remembered().reuse_address, room),
            (LEVEL_SOCKET, EXCLUSIVE) => put_flag(self.remembered().exclusive, room),
            (LEVEL_SOCKET, LINGER) => get_linger(fd, room),
            (LEVEL_SOCKET, DONT_LINGER) => put_flag(read_linger(fd)?.l_onoff == 0, room),
            (LEVEL_SOCKET, OOB_INLINE) => put_flag(self.is(phase::OOB_INLINE), room),
            (LEVEL_SOCKET, SEND_BUFFER | RECEIVE_BUFFER) => {
                put_number(self.buffer(fd, name)?, room)
            }
            (LEVEL_SOCKET, SEND_TIMEOUT | RECEIVE_TIMEOUT) => {
                let direction = match name {
                    SEND_TIMEOUT => Direction::Out,
                    _ => Direction::In,
                };
                let milliseconds = self.timeout(direction);
                put_number(milliseconds.cast_signed(), room)
            }
            (LEVEL_SOCKET, ERROR) => {
                let error = self.remembered().connect_error;
                put_number(error.map_or(0, |status| status.wsa().cast_signed()), room)
            }
            (LEVEL_SOCKET, KIND) => put_number(self.kind(), room),
            (LEVEL_SOCKET, MAXIMUM_MESSAGE) if self.kind() == DATAGRAM => {
                let ipv6 = self.family() == super::address::AF_INET6;
                put_number(if ipv6 { 65527 } else { 65507 }, room)
            }
            (LEVEL_SOCKET, CONDITIONAL_ACCEPT) => {
                put_flag(self.remembered().conditional_accept, room)
            }
            (LEVEL_SOCKET, CONNECT_TIME) => put_number(self.connect_time().cast_signed(), room),
            (LEVEL_TCP, MAXIMUM_RETRANSMISSION) => {
                put_number(read::<i32>(fd, TCP, libc::TCP_USER_TIMEOUT)? / 1000, room)
            }
            (LEVEL_IP, MULTICAST_INTERFACE) => {
                structure(&read::<[u8; 4]>(fd, IP, libc::IP_MULTICAST_IF)?, room)
            }
            (LEVEL_IP, DONT_FRAGMENT) => put_flag(
                read::<i32>(fd, IP, libc::IP_MTU_DISCOVER)? == libc::IP_PMTUDISC_DO,
                room,
            ),
            _ => self.get_row(fd, level, name, room),
        }
    }

    /// Gives a new descriptor the options of the old one (DisconnectEx with TF_REUSE_SOCKET). What it does not take, it
    /// does not have.
    pub fn copy_options(&self, from: i32, to: i32) {
        for row in &ROWS {
            if let (Linux(level, name), Flag | LowByte | Number) = (row.home, row.shape)
                && self.check_level(row.level).is_ok()
                && let Ok(value) = read::<i32>(from, level, name)
            {
                let _ = write(to, level, name, &value);
            }
        }
        if let Ok(linger) = read_linger(from) {
            let _ = write(to, SOCKET, libc::SO_LINGER, &linger);
        }
        for (level, name) in [
            (SOCKET, libc::SO_OOBINLINE),
            (IP, libc::IP_RECVERR),
            (IPV6, libc::IPV6_RECVERR),
        ] {
            if let Ok(value) = read::<i32>(from, level, name) {
                let _ = write(to, level, name, &value);
            }
        }
        let settings = self.remembered();
        for (name, size) in [
            (libc::SO_SNDBUF, settings.send_buffer),
            (libc::SO_RCVBUF, settings.receive_buffer),
        ] {
            if let Some(size) = size {
                let _ = write(to, SOCKET, name, &size.max(0));
            }
        }
    }

    fn check_level(&self, level: i32) -> Result<(), Status> {
        let has = match level {
            LEVEL_SOCKET | LEVEL_IP => true,
            LEVEL_TCP => self.kind() == STREAM,
            LEVEL_UDP => self.kind() == DATAGRAM,
            LEVEL_IPV6 => self.family() == super::address::AF_INET6,
            _ => false,
        };
        if has {
            Ok(())
        } else {
            Err(Status::INVALID_PARAMETER)
        }
    }

    fn row(&self, level: i32, name: i32) -> Result<&'static Row, Status> {
        let row = ROWS
            .iter()
            .find(|row| (row.level, row.name) == (level, name));
        row.filter(|row| match row.who {
            Who::All => true,
            Who::Streams => self.is_stream(),
            Who::Datagrams => !self.is_stream(),
        })
        .ok_or(UNKNOWN_OPTION)
    }

    fn set_row(&self, fd: i32, level: i32, name: i32, value: &[u8]) -> Result<(), Status> {
        let row = self.row(level, name)?;
        let number = match row.shape {
            Flag => i32::from(flag(value)?),
            LowByte => i32::from(value.first().ok_or(Status::ACCESS_VIOLATION)? != &0),
            Number if level == LEVEL_SOCKET => number(value)?,
            Number => short_number(value)?,
            Structure(size) => {
                let value = value.get(..size).ok_or(Status::ACCESS_VIOLATION)?;
                let Linux(level, name) = row.home else {
                    return Err(UNKNOWN_OPTION);
                };
                return write_bytes(fd, level, name, value);
            }
        };
        match row.home {
            Linux(level, name) => write(fd, level, name, &number),
            Stored(_) => {
                self.settings(|s| {
                    s.stored.retain(|(l, n, _)| (*l, *n) != (level, name));
                    s.stored.push((level, name, number.to_ne_bytes().to_vec()));
                });
                Ok(())
            }
        }
    }

    fn get_row(&self, fd: i32, level: i32, name: i32, room: usize) -> Result<Vec<u8>, Status> {
        let row = self.row(level, name)?;
        let number = match row.home {
            Linux(level, name) => read::<i32>(fd, level, name)?,
            Stored(default) => {
                let settings = self.remembered();
                let mut stored = settings.stored.iter();
                let stored = stored.find(|(l, n, _)| (*l, *n) == (level, name));
                let value = stored.and_then(|(_, _, value)| value.first_chunk().copied());
                value.map_or(default, i32::from_ne_bytes)
            }
        };
        match row.shape {
            Flag | LowByte => put_flag(number != 0, room),
            Number if level != LEVEL_SOCKET && (1..4).contains(&room) => Ok(vec![number as u8]),
            Number => put_number(number, room),
            Structure(_) => Err(UNKNOWN_OPTION),
        }
    }

    /// The binding decides what reuse means; only datagrams have Linux' option of that name at once, for multicast.
    fn set_reuse_address(&self, fd: i32, wanted: bool) -> Result<(), Status> {
        self.settings(|s| {
            if wanted && s.exclusive {
                return Err(Status::INVALID_PARAMETER);
            }
            s.reuse_address = wanted;
            Ok(())
        })?;
        if self.is_stream() {
            return Ok(());
        }
        write(fd, SOCKET, libc::SO_REUSEADDR, &i32::from(wanted))
    }

    fn set_exclusive(&self, wanted: bool) -> Result<(), Status> {
        self.settings(|s| {
            if wanted && s.reuse_address {
                return Err(Status::INVALID_PARAMETER);
            }
            s.exclusive = wanted;
            Ok(())
        })
    }

    fn set_oob_inline(&self, fd: i32, wanted: bool) -> Result<(), Status> {
        write(fd, SOCKET, libc::SO_OOBINLINE, &i32::from(wanted))?;
        if wanted {
            self.set(phase::OOB_INLINE);
        } else {
            self.clear(phase::OOB_INLINE);
        }
        Ok(())
    }

    /// Linux doubles what is set and reads that back, so the value is remembered (SOCK-28).
    fn set_buffer(&self, fd: i32, name: i32, size: i32) -> Result<(), Status> {
        let linux = if name == SEND_BUFFER {
            libc::SO_SNDBUF
        } else {
            libc::SO_RCVBUF
        };
        write(fd, SOCKET, linux, &size.max(0))?;
        self.settings(|s| {
            if name == SEND_BUFFER {
                s.send_buffer = Some(size);
            } else {
                s.receive_buffer = Some(size);
            }
        });
        Ok(())
    }

    fn buffer(&self, fd: i32, name: i32) -> Result<i32, Status> {
        let settings = self.remembered();
        let (set, linux) = match name {
            SEND_BUFFER => (settings.send_buffer, libc::SO_SNDBUF),
            _ => (settings.receive_buffer, libc::SO_RCVBUF),
        };
        set.map_or_else(|| read(fd, SOCKET, linux), Ok)
    }

    /// Seconds since the connection was made, all ones without one (SOCK-31).
    fn connect_time(&self) -> u32 {
        self.connected_for()
            .filter(|_| self.is_stream() && self.is(phase::CONNECTED))
            .unwrap_or(u32::MAX)
    }
}

/// Windows' LINGER: two 16-bit numbers.
fn set_linger(fd: i32, value: &[u8]) -> Result<(), Status> {
    let &[on_low, on_high, low, high] = value.first_chunk().ok_or(Status::ACCESS_VIOLATION)?;
    let linger = libc::linger {
        l_onoff: i32::from(u16::from_ne_bytes([on_low, on_high]) != 0),
        l_linger: u16::from_ne_bytes([low, high]).into(),
    };
    write(fd, SOCKET, libc::SO_LINGER, &linger)
}

fn get_linger(fd: i32, room: usize) -> Result<Vec<u8>, Status> {
    let linger = read_linger(fd)?;
    let (on, seconds) = (linger.l_onoff as u16, linger.l_linger as u16);
    structure(&[on.to_ne_bytes(), seconds.to_ne_bytes()].concat(), room)
}

/// SO_DONTLINGER is SO_LINGER the other way round (SOCK-30).
fn set_dont_linger(fd: i32, wanted: bool) -> Result<(), Status> {
    let before = read_linger(fd)?;
    let linger = libc::linger {
        l_onoff: i32::from(!wanted),
        ..before
    };
    write(fd, SOCKET, libc::SO_LINGER, &linger)
}

fn read_linger(fd: i32) -> Result<libc::linger, Status> {
    read(fd, SOCKET, libc::SO_LINGER)
}

/// TCP_MAXRT: seconds for which unacknowledged data is sent again; -1 is the system's own choice.
fn set_maximum_retransmission(fd: i32, seconds: i32) -> Result<(), Status> {
    let milliseconds = seconds.max(0).saturating_mul(1000);
    write(fd, TCP, libc::TCP_USER_TIMEOUT, &milliseconds)
}

/// An IPv4 address, or the number of an interface as 0.x.x.x.
fn set_multicast_interface(fd: i32, value: &[u8]) -> Result<(), Status> {
    let address: [u8; 4] = *value.first_chunk().ok_or(Status::ACCESS_VIOLATION)?;
    let index = u32::from_be_bytes(address);
    let request = libc::ip_mreqn {
        imr_multiaddr: libc::in_addr { s_addr: 0 },
        imr_address: libc::in_addr {
            s_addr: if address[0] == 0 { 0 } else { index.to_be() },
        },
        imr_ifindex: if address[0] == 0 {
            index.cast_signed()
        } else {
            0
        },
    };
    write(fd, IP, libc::IP_MULTICAST_IF, &request)
}

/// Group, source, interface: Linux wants the last two the other way round.
fn set_source(fd: i32, name: i32, value: &[u8]) -> Result<(), Status> {
    let value: &[u8; 12] = value.first_chunk().ok_or(Status::ACCESS_VIOLATION)?;
    let linux = match name {
        ADD_SOURCE => libc::IP_ADD_SOURCE_MEMBERSHIP,
        DROP_SOURCE => libc::IP_DROP_SOURCE_MEMBERSHIP,
        BLOCK_SOURCE => libc::IP_BLOCK_SOURCE,
        _ => libc::IP_UNBLOCK_SOURCE,
    };
    let (group, source, interface) = (&value[..4], &value[4..8], &value[8..]);
    write_bytes(fd, IP, linux, &[group, interface, source].concat())
}

/// Any byte of the first four says yes; a flag may be as short as one byte (SOCK-29).
fn flag(value: &[u8]) -> Result<bool, Status> {
    if value.is_empty() {
        return Err(Status::ACCESS_VIOLATION);
    }
    Ok(value.iter().take(4).any(|byte| *byte != 0))
}

fn number(value: &[u8]) -> Result<i32, Status> {
    value
        .first_chunk()
        .map(|bytes| i32::from_ne_bytes(*bytes))
        .ok_or(Status::ACCESS_VIOLATION)
}

/// The options of IP take one byte for a number as well.
fn short_number(value: &[u8]) -> Result<i32, Status> {
    match *value {
        [] => Err(Status::ACCESS_VIOLATION),
        [byte] => Ok(byte.into()),
        _ => number(value),
    }
}

fn put_flag(value: bool, room: usize) -> Result<Vec<u8>, Status> {
    if room == 0 {
        return Err(Status::ACCESS_VIOLATION);
    }
    Ok(i32::from(value).to_ne_bytes()[..room.min(4)].to_vec())
}

fn put_number(value: i32, room: usize) -> Result<Vec<u8>, Status> {
    structure(&value.to_ne_bytes(), room)
}

fn structure(bytes: &[u8], room: usize) -> Result<Vec<u8>, Status> {
    if room < bytes.len() {
        return Err(Status::ACCESS_VIOLATION);
    }
    Ok(bytes.to_vec())
}

fn write<T: Copy>(fd: i32, level: i32, name: i32, value: &T) -> Result<(), Status> {
    // SAFETY: `T` is one of the integers and integer structures of the calls above, without padding.
    let bytes =
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>()) };
    write_bytes(fd, level, name, bytes)
}

fn write_bytes(fd: i32, level: i32, name: i32, value: &[u8]) -> Result<(), Status> {
    let length = value.len() as libc::socklen_t;
    // SAFETY: `value` is valid for its length.
    let result = unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast(), length) };
    if result == 0 {
        Ok(())
    } else {
        Err(Status::from_errno(errno()))
    }
}

fn read<T: Copy>(fd: i32, level: i32, name: i32) -> Result<T, Status> {
    // SAFETY: `T` is one of the integers and integer structures of the calls above: all zero is a value.
    let mut value: T = unsafe { std::mem::zeroed() };
    let mut length = size_of::<T>() as libc::socklen_t;
    // SAFETY: `value` is of this frame and has the length given.
    let result = unsafe { libc::getsockopt(fd, level, name, (&raw mut value).cast(), &mut length) };
    if result == 0 {
        Ok(value)
    } else {
        Err(Status::from_errno(errno()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::socket::open;
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

    fn tcp() -> (Socket, OwnedFd) {
        let fd = open(2, STREAM, 6).unwrap();
        // SAFETY: a fresh descriptor that nobody else owns.
        (Socket::new(2, STREAM, 6), unsafe {
            OwnedFd::from_raw_fd(fd)
        })
    }

    #[test]
    fn buffers_read_back_what_was_set() {
        let (socket, fd) = tcp();
        socket
            .set_option(
                fd.as_raw_fd(),
                LEVEL_SOCKET,
                SEND_BUFFER,
                &12345i32.to_ne_bytes(),
            )
            .unwrap();
        let value = socket
            .get_option(fd.as_raw_fd(), LEVEL_SOCKET, SEND_BUFFER, 4)
            .unwrap();
        assert_eq!(value, 12345i32.to_ne_bytes());
    }

    #[test]
    fn reuse_and_exclusive_exclude_each_other() {
        let (socket, fd) = tcp();
        socket
            .set_option(fd.as_raw_fd(), LEVEL_SOCKET, REUSE_ADDRESS, &[1])
            .unwrap();
        let refused = socket.set_option(fd.as_raw_fd(), LEVEL_SOCKET, EXCLUSIVE, &[1]);
        assert_eq!(refused, Err(Status::INVALID_PARAMETER));
    }

    #[test]
    fn linger_and_dont_linger_are_two_sides() {
        let (socket, fd) = tcp();
        socket
            .set_option(fd.as_raw_fd(), LEVEL_SOCKET, LINGER, &[1, 0, 5, 0])
            .unwrap();
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), LEVEL_SOCKET, LINGER, 4),
            Ok(vec![1, 0, 5, 0])
        );
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), LEVEL_SOCKET, DONT_LINGER, 1),
            Ok(vec![0])
        );
    }

    #[test]
    fn flags_have_any_length_and_numbers_have_not() {
        let (socket, fd) = tcp();
        socket
            .set_option(fd.as_raw_fd(), LEVEL_TCP, 1, &0x100i32.to_ne_bytes())
            .unwrap();
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), LEVEL_TCP, 1, 4),
            Ok(vec![0; 4])
        );
        socket
            .set_option(fd.as_raw_fd(), LEVEL_TCP, 1, &[1])
            .unwrap();
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), LEVEL_TCP, 1, 1),
            Ok(vec![1])
        );
        let short = socket.set_option(fd.as_raw_fd(), LEVEL_SOCKET, SEND_TIMEOUT, &[1, 0]);
        assert_eq!(short, Err(Status::ACCESS_VIOLATION));
    }

    #[test]
    fn unknown_options_and_levels() {
        let (socket, fd) = tcp();
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), LEVEL_SOCKET, 0x4242, 4),
            Err(UNKNOWN_OPTION)
        );
        assert_eq!(
            socket.get_option(fd.as_raw_fd(), 0x4242, 1, 4),
            Err(Status::INVALID_PARAMETER)
        );
        assert_eq!(
            socket.set_option(fd.as_raw_fd(), LEVEL_SOCKET, KIND, &[1; 4]),
            Err(UNKNOWN_OPTION)
        );
    }
}
