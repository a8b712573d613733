//! Control data of messages: Windows' layout outside, Linux' inside.
//!
//! A control message is `{ length: usize, level: i32, type: i32, data }` on both systems; levels, types and some of the
//! data differ. Translated are IP_PKTINFO, IPV6_PKTINFO, TTL / hop limit, and TOS / traffic class (OVL-76).

use super::transfer::{Control, flag};
use crate::status::Status;

/// Bytes before the data of a control message.
pub(crate) const HEADER: usize = 16;

const WIN_IP_TOS: i32 = 3;
const WIN_IP_TTL: i32 = 4;
/// IP_PKTINFO: address, interface.
pub(crate) const WIN_IP_PKTINFO: i32 = 19;
const WIN_IP_HOPLIMIT: i32 = 21;
/// IPV6_PKTINFO: address, interface.
pub(crate) const WIN_IPV6_PKTINFO: i32 = 19;
const WIN_IPV6_HOPLIMIT: i32 = 21;
const WIN_IPV6_TCLASS: i32 = 39;

/// Writes what came with a message to where WSARecvMsg wants it. BUFFER_OVERFLOW if the room was too small.
pub(super) fn report(to: &Control, message: &libc::msghdr, flags: u32) -> Status {
    let mut out = Vec::new();
    let mut header = unsafe_first(message);
    while !header.is_null() {
        // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR give valid headers of `message`, or null.
        unsafe {
            let length = (*header).cmsg_len - HEADER;
            let data = std::slice::from_raw_parts(libc::CMSG_DATA(header), length);
            if let Some((level, kind, data)) =
                to_windows((*header).cmsg_level, (*header).cmsg_type, data)
            {
                push(&mut out, level, kind, &data);
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    // SAFETY: the application keeps the WSAMSG and its control buffer valid until completion.
    unsafe {
        let room = *to.length as usize;
        let fits = out.len() <= room;
        let n = out.len().min(room);
        if !to.buffer.is_null() {
            std::ptr::copy_nonoverlapping(out.as_ptr(), to.buffer, n);
        }
        *to.length = n as u32;
        *to.flags = flags | if fits { 0 } else { flag::CONTROL_TRUNCATED };
        if fits {
            Status::SUCCESS
        } else {
            Status::BUFFER_OVERFLOW
        }
    }
}

fn unsafe_first(message: &libc::msghdr) -> *mut libc::cmsghdr {
    // SAFETY: the kernel has filled the control area of `message`.
    unsafe { libc::CMSG_FIRSTHDR(message) }
}

fn to_windows(level: i32, kind: i32, data: &[u8]) -> Option<(i32, i32, Vec<u8>)> {
    let int = || data.first_chunk::<4>().map(|b| b.to_vec());
    let byte = || data.first().map(|b| i32::from(*b).to_ne_bytes().to_vec());
    match (level, kind) {
        (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
            // Linux: interface, local address, destination. Windows: destination, interface.
            let data = data.first_chunk::<12>()?;
            Some((level, WIN_IP_PKTINFO, [&data[8..12], &data[0..4]].concat()))
        }
        (libc::IPPROTO_IP, libc::IP_TTL) => Some((level, WIN_IP_HOPLIMIT, int()?)),
        (libc::IPPROTO_IP, libc::IP_TOS) => Some((level, WIN_IP_TOS, byte()?)),
        (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => Some((level, WIN_IPV6_PKTINFO, data.to_vec())),
        (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => Some((level, WIN_IPV6_HOPLIMIT, int()?)),
        (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => Some((level, WIN_IPV6_TCLASS, int()?)),
        _ => None,
    }
}

/// Translates the control data of WSASendMsg. INVALID_PARAMETER for what is malformed or has no counterpart.
pub fn from_windows(mut control: &[u8]) -> Result<Vec<u8>, Status> {
    let mut out = Vec::new();
    while control.len() >= HEADER {
        let length = usize::from_ne_bytes(*control.first_chunk().ok_or(Status::INVALID_PARAMETER)?);
        if length < HEADER || length > control.len() {
            return Err(Status::INVALID_PARAMETER);
        }
        let number = |at: usize| {
            control[at..at + 4]
                .first_chunk::<4>()
                .map_or(0, |b| i32::from_ne_bytes(*b))
        };
        let (level, kind, data) = (number(8), number(12), &control[HEADER..length]);
        let (kind, data) = to_linux(level, kind, data).ok_or(Status::INVALID_PARAMETER)?;
        push(&mut out, level, kind, &data);
        control = &control[length.next_multiple_of(8).min(control.len())..];
    }
    Ok(out)
}

fn to_linux(level: i32, kind: i32, data: &[u8]) -> Option<(i32, Vec<u8>)> {
    match (level, kind) {
        (libc::IPPROTO_IP, WIN_IP_PKTINFO) => {
            let data = data.first_chunk::<8>()?;
            Some((
                libc::IP_PKTINFO,
                [&data[4..8], &data[0..4], &[0; 4]].concat(),
            ))
        }
        (libc::IPPROTO_IP, WIN_IP_TTL | WIN_IP_HOPLIMIT) => Some((libc::IP_TTL, data.to_vec())),
        (libc::IPPROTO_IP, WIN_IP_TOS) => Some((libc::IP_TOS, data.to_vec())),
        (libc::IPPROTO_IPV6, WIN_IPV6_PKTINFO) => Some((libc::IPV6_PKTINFO, data.to_vec())),
        (libc::IPPROTO_IPV6, WIN_IPV6_HOPLIMIT) => Some((libc::IPV6_HOPLIMIT, data.to_vec())),
        (libc::IPPROTO_IPV6, WIN_IPV6_TCLASS) => Some((libc::IPV6_TCLASS, data.to_vec())),
        _ => None,
    }
}

fn push(out: &mut Vec<u8>, level: i32, kind: i32, data: &[u8]) {
    out.extend_from_slice(&(HEADER + data.len()).to_ne_bytes());
    out.extend_from_slice(&level.to_ne_bytes());
    out.extend_from_slice(&kind.to_ne_bytes());
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(8), 0);
}

#[cfg(test)]
mod tests {
    use super::{
        WIN_IP_PKTINFO, WIN_IP_TOS, WIN_IP_TTL, WIN_IPV6_HOPLIMIT, from_windows, push, to_windows,
    };
    use crate::status::Status;

    fn message(level: i32, kind: i32, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push(&mut out, level, kind, data);
        out
    }

    #[test]
    fn packet_information_changes_its_shape_and_comes_back() {
        // Windows: address, interface. Linux: interface, local address, destination.
        let windows = message(
            libc::IPPROTO_IP,
            WIN_IP_PKTINFO,
            &[127, 0, 0, 1, 3, 0, 0, 0],
        );
        let linux = from_windows(&windows).unwrap();
        let expected = [3, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0];
        assert_eq!(
            linux,
            message(libc::IPPROTO_IP, libc::IP_PKTINFO, &expected)
        );
        let received = [3, 0, 0, 0, 10, 0, 0, 1, 127, 0, 0, 1];
        let (level, kind, data) =
            to_windows(libc::IPPROTO_IP, libc::IP_PKTINFO, &received).unwrap();
        assert_eq!(message(level, kind, &data), windows);
    }

    #[test]
    fn several_messages_keep_their_order_and_alignment() {
        let ttl = message(libc::IPPROTO_IP, WIN_IP_TTL, &5i32.to_ne_bytes());
        let tos = message(libc::IPPROTO_IP, WIN_IP_TOS, &16i32.to_ne_bytes());
        assert_eq!(ttl.len() % 8, 0);
        let linux = from_windows(&[&ttl[..], &tos].concat()).unwrap();
        let expected = [
            message(libc::IPPROTO_IP, libc::IP_TTL, &5i32.to_ne_bytes()),
            message(libc::IPPROTO_IP, libc::IP_TOS, &16i32.to_ne_bytes()),
        ];
        assert_eq!(linux, expected.concat());
        assert_eq!(from_windows(&[]), Ok(Vec::new()));
    }

    #[test]
    fn what_lies_about_its_length_or_has_no_counterpart_is_refused() {
        let good = message(libc::IPPROTO_IPV6, WIN_IPV6_HOPLIMIT, &9i32.to_ne_bytes());
        assert!(from_windows(&good).is_ok());
        for length in [0, 15, 1 << 20, usize::MAX] {
            let mut bad = good.clone();
            bad[..8].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(
                from_windows(&bad),
                Err(Status::INVALID_PARAMETER),
                "{length}"
            );
        }
        let unknown = message(libc::IPPROTO_IP, 99, &[0; 4]);
        assert_eq!(from_windows(&unknown), Err(Status::INVALID_PARAMETER));
        let short = message(libc::IPPROTO_IP, WIN_IP_PKTINFO, &[127, 0, 0, 1]);
        assert_eq!(from_windows(&short), Err(Status::INVALID_PARAMETER));
        assert!(to_windows(libc::IPPROTO_IP, libc::IP_PKTINFO, &[0; 8]).is_none());
        assert!(to_windows(libc::SOL_SOCKET, libc::SCM_RIGHTS, &[0; 4]).is_none());
    }
}
