//! What RIOReceiveEx and RIOSendEx have beyond data: addresses, control data and flags, each in a registered buffer.

use super::buffer::Region;
use crate::device::Direction;
use crate::device::socket::address::Address;
use crate::device::socket::message::{HEADER, WIN_IP_PKTINFO, WIN_IPV6_PKTINFO, from_windows};
use crate::device::socket::transfer::{Control, ReceiveRare, SendRare, Sender, flag};
use crate::device::socket::{DATAGRAM, Socket};
use crate::io::complete::Finished;
use crate::status::Status;

/// Size of SOCKADDR_INET.
const ADDRESS: u32 = 28;
/// Control data begins here in its buffer, after RIO_CMSG_BUFFER and padding.
const CONTROL: usize = 8;
/// As much control data as anything here ever comes with.
const ROOM: usize = 512;

/// The regions of one request, as far as the program has given any.
#[derive(Clone, Copy, Default)]
pub struct Regions {
    /// Receives only: the address at which the data came in.
    pub local: Option<Region>,
    /// Where the data comes from, or goes to.
    pub remote: Option<Region>,
    /// Control data: a length, then messages.
    pub control: Option<Region>,
    /// Windows' MSG_ flags.
    pub flags: Option<Region>,
}

/// The same, and room for what the device reports before it is laid out there.
pub struct Message {
    regions: Regions,
    destination: Option<Address>,
    control: Vec<u8>,
    address_length: i32,
    control_length: u32,
    control_flags: u32,
    room: [u8; ROOM],
    /// Packet information was switched on for us alone: the program does not expect it.
    hides_packet_information: bool,
}

impl Message {
    /// Checks the regions. INVALID_PARAMETER for one that is too small, and for control data that is malformed.
    ///
    /// # Safety
    /// The regions are valid memory.
    pub unsafe fn new(regions: Regions, direction: Direction) -> Result<Box<Message>, Status> {
        let least = [
            (regions.local, ADDRESS),
            (regions.remote, ADDRESS),
            (regions.control, CONTROL as u32),
            (regions.flags, 4),
        ];
        for (region, least) in least {
            if region.is_some_and(|region| region.length < least) {
                return Err(Status::INVALID_PARAMETER);
            }
        }
        let mut message = Box::new(Message {
            regions,
            destination: None,
            control: Vec::new(),
            address_length: ADDRESS as i32,
            control_length: ROOM as u32,
            control_flags: 0,
            room: [0; ROOM],
            hides_packet_information: false,
        });
        if direction == Direction::Out {
            // SAFETY: this function's contract.
            unsafe { message.read() }?;
        }
        Ok(message)
    }

    /// Takes over what a send brings along.
    ///
    /// # Safety
    /// As for `new`.
    unsafe fn read(&mut self) -> Result<(), Status> {
        // SAFETY: this function's contract.
        let bytes = |region: Region| unsafe {
            std::slice::from_raw_parts(region.base.cast_const(), region.length as usize)
        };
        if let Some(remote) = self.regions.remote {
            self.destination = Some(Address::from_windows(bytes(remote))?);
        }
        if let Some(control) = self.regions.control {
            let control = bytes(control);
            let total = control
                .first_chunk::<4>()
                .map_or(0, |length| u32::from_ne_bytes(*length) as usize);
            if total > control.len() {
                return Err(Status::INVALID_PARAMETER);
            }
            if total > CONTROL {
                self.control = from_windows(&control[CONTROL..total])?;
            }
        }
        Ok(())
    }

    /// The destination's family, if there is one.
    pub fn family(&self) -> Option<u16> {
        self.destination.as_ref().map(Address::family)
    }

    /// Is the local address of a receive wanted?
    pub fn wants_local_address(&self) -> bool {
        self.regions.local.is_some()
    }

    /// See the field.
    pub fn hide_packet_information(&mut self) {
        self.hides_packet_information = true;
    }

    /// For the device. The pointers lead into this message, which stays in its box until `report`.
    pub(super) fn receive(&mut self) -> ReceiveRare {
        let address = self.regions.remote.map(|remote| remote.base);
        ReceiveRare {
            sender: Sender {
                address: address.unwrap_or(std::ptr::null_mut()),
                length: &raw mut self.address_length,
            },
            control: Some(Control {
                buffer: (&raw mut self.room).cast(),
                length: &raw mut self.control_length,
                flags: &raw mut self.control_flags,
            }),
        }
    }

    /// For the device.
    pub(super) fn send(&mut self) -> SendRare {
        SendRare {
            address: self.destination,
            control: std::mem::take(&mut self.control),
        }
    }

    /// Lays out what the program wants to know of a finished request.
    pub(super) fn report(
        &mut self,
        socket: &Socket,
        fd: i32,
        direction: Direction,
        finished: &mut Finished,
    ) {
        if finished.status.is_failure() {
            return;
        }
        let mut flags = finished.flags | self.control_flags & flag::CONTROL_TRUNCATED;
        if direction == Direction::In {
            let datagram = socket.kind() == DATAGRAM;
            let length = if datagram {
                self.control_length as usize
            } else {
                0
            };
            let came = &self.room[..length.min(ROOM)];
            if let Some(local) = self.regions.local {
                put(
                    local,
                    &local_address(fd, came).to_windows().0[..ADDRESS as usize],
                );
            }
            if let (Some(remote), false) = (self.regions.remote, datagram) {
                put(remote, &peer(fd).to_windows().0[..ADDRESS as usize]);
            }
            if let Some(control) = self.regions.control
                && !put_control(control, came, self.hides_packet_information)
            {
                flags |= flag::CONTROL_TRUNCATED;
            }
        }
        if let Some(region) = self.regions.flags {
            put(region, &flags.to_ne_bytes());
        }
    }
}

/// Writes to the beginning of a region, as far as it reaches.
fn put(region: Region, bytes: &[u8]) {
    let length = bytes.len().min(region.length as usize);
    // SAFETY: the program keeps registered memory valid while a request uses it, and the length is within the region.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), region.base, length) };
}

/// Writes total length and messages. False if some did not fit.
fn put_control(region: Region, came: &[u8], hides_packet_information: bool) -> bool {
    let mut out = vec![0; CONTROL];
    let mut complete = true;
    for (kind, message) in messages(came) {
        let hidden = hides_packet_information && is_packet_information(kind);
        if !hidden && out.len() + message.len() <= region.length as usize {
            out.extend_from_slice(message);
        } else if !hidden {
            complete = false;
        }
    }
    let total = out.len() as u32;
    out[..4].copy_from_slice(&total.to_ne_bytes());
    put(region, &out);
    complete
}

/// Level and type, and the whole message, padded, of control data in Windows' layout.
fn messages(mut control: &[u8]) -> impl Iterator<Item = ((i32, i32), &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from_ne_bytes(*control.first_chunk()?);
        if length < HEADER || length > control.len() {
            return None;
        }
        let number = |at: usize| {
            let bytes = control[at..].first_chunk::<4>();
            bytes.map_or(0, |bytes| i32::from_ne_bytes(*bytes))
        };
        let kind = (number(8), number(12));
        let (message, rest) = control.split_at(length.next_multiple_of(8).min(control.len()));
        control = rest;
        Some((kind, message))
    })
}

fn is_packet_information(kind: (i32, i32)) -> bool {
    kind == (libc::IPPROTO_IP, WIN_IP_PKTINFO) || kind == (libc::IPPROTO_IPV6, WIN_IPV6_PKTINFO)
}

/// Where a packet came in: the socket's own address, and for one that is bound to all of them what came with the packet.
fn local_address(fd: i32, came: &[u8]) -> Address {
    let bound = Address::of_socket(fd);
    let (mut bytes, length) = bound.to_windows();
    let found = messages(came).find(|(kind, _)| is_packet_information(*kind));
    let (true, Some(((level, _), message))) = (bound.is_unspecified(), found) else {
        return bound;
    };
    let (at, size) = if level == libc::IPPROTO_IP {
        (4, 4)
    } else {
        (8, 16)
    };
    if let Some(address) = message.get(HEADER..HEADER + size) {
        bytes[at..at + size].copy_from_slice(address);
    }
    Address::from_windows(&bytes[..length]).unwrap_or(bound)
}

/// The other end of a stream; empty if there is none.
fn peer(fd: i32) -> Address {
    let mut address = Address::empty();
    let mut length = address.length();
    // SAFETY: address and length are of this frame.
    let result = unsafe { libc::getpeername(fd, address.as_mut_ptr(), &mut length) };
    *address.length_mut() = if result == 0 { length } else { 0 };
    address
}
