//! Socket addresses: Windows' layout outside, Linux' inside. They differ in one number, AF_INET6 (23 and 10).

use crate::status::Status;

/// Windows' AF_INET6.
pub const AF_INET6: u16 = 23;
/// AF_INET, the same on both systems.
pub const AF_INET: u16 = 2;
/// AF_UNIX, the same on both systems.
pub const AF_UNIX: u16 = 1;

/// An address in Linux' layout.
#[derive(Clone, Copy)]
pub struct Address {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address")
            .field("family", &self.family())
            .field("bytes", &&self.bytes()[..self.length as usize])
            .finish()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.to_windows() == other.to_windows()
    }
}

impl Default for Address {
    fn default() -> Self {
        Address {
            // SAFETY: all zeros is a valid sockaddr_storage.
            storage: unsafe { std::mem::zeroed() },
            length: 0,
        }
    }
}

impl Address {
    /// An address to be filled by a system call.
    pub fn empty() -> Address {
        Address {
            length: size_of::<libc::sockaddr_storage>() as libc::socklen_t,
            ..Address::default()
        }
    }

    /// The local address of a descriptor; empty if it has none.
    pub fn of_socket(fd: i32) -> Address {
        let mut address = Address::empty();
        let mut length = address.length;
        // SAFETY: address and length are of this frame.
        if unsafe { libc::getsockname(fd, address.as_mut_ptr(), &mut length) } == 0 {
            address.length = length;
        } else {
            address.length = 0;
        }
        address
    }

    /// Takes over an address in Windows' layout. ACCESS_VIOLATION (WSAEFAULT) if it is too short for its family,
    /// WSAEAFNOSUPPORT for an unknown family.
    pub fn from_windows(bytes: &[u8]) -> Result<Address, Status> {
        let family = bytes
            .first_chunk::<2>()
            .map(|b| u16::from_ne_bytes(*b))
            .ok_or(Status::ACCESS_VIOLATION)?;
        let (linux, needed) = match family {
            AF_INET => (libc::AF_INET, size_of::<libc::sockaddr_in>()),
            AF_INET6 => (libc::AF_INET6, size_of::<libc::sockaddr_in6>()),
            AF_UNIX => (
                libc::AF_UNIX,
                bytes.len().min(size_of::<libc::sockaddr_un>()),
            ),
            _ => return Err(Status::from_wsa(10047)),
        };
        if bytes.len() < needed {
            return Err(Status::ACCESS_VIOLATION);
        }
        let mut address = Address {
            length: needed as libc::socklen_t,
            ..Address::default()
        };
        address.bytes_mut()[..needed].copy_from_slice(&bytes[..needed]);
        address.storage.ss_family = linux as libc::sa_family_t;
        Ok(address)
    }

    /// The bytes in Windows' layout, as many as the address has.
    pub fn to_windows(&self) -> ([u8; 128], usize) {
        let mut out = [0; 128];
        let length = (self.length as usize).min(out.len());
        out[..length].copy_from_slice(&self.bytes()[..length]);
        if length >= 2 {
            out[..2].copy_from_slice(&self.family().to_ne_bytes());
        }
        (out, length)
    }

    /// Windows' family number.
    pub fn family(&self) -> u16 {
        match i32::from(self.storage.ss_family) {
            libc::AF_INET6 => AF_INET6,
            family => family as u16,
        }
    }

    /// The port in host order, for the Internet families.
    pub fn port(&self) -> u16 {
        u16::from_be_bytes([self.bytes()[2], self.bytes()[3]])
    }

    /// Changes the port, for the Internet families.
    pub fn set_port(&mut self, port: u16) {
        self.bytes_mut()[2..4].copy_from_slice(&port.to_be_bytes());
    }

    /// Is it the address of no host: 0.0.0.0 or ::?
    pub fn is_unspecified(&self) -> bool {
        match self.family() {
            AF_INET => self.bytes()[4..8].iter().all(|b| *b == 0),
            AF_INET6 => self.bytes()[8..24].iter().all(|b| *b == 0),
            _ => false,
        }
    }

    /// For system calls that read an address.
    pub fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    /// For system calls that write an address.
    pub fn as_mut_ptr(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    /// Its length.
    pub fn length(&self) -> libc::socklen_t {
        self.length
    }

    /// For system calls that write a length.
    pub fn length_mut(&mut self) -> &mut libc::socklen_t {
        &mut self.length
    }

    /// Writes the address to the application's memory. ACCESS_VIOLATION if it does not fit.
    ///
    /// # Safety
    /// `to` must be null or valid for writes of `*length` bytes, and `length` null or valid.
    pub unsafe fn write_to(&self, to: *mut u8, length: *mut i32) -> Result<(), Status> {
        if to.is_null() || length.is_null() {
            return Ok(());
        }
        let (bytes, needed) = self.to_windows();
        // SAFETY: the caller's promise.
        unsafe {
            if (*length as i64) < needed as i64 {
                return Err(Status::ACCESS_VIOLATION);
            }
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, needed);
            *length = needed as i32;
        }
        Ok(())
    }

    /// As [`write_to`](Self::write_to) with an address of `needed` bytes in Linux' layout at `from`.
    ///
    /// # Safety
    /// As there, and `from` must be valid for reads of `needed` bytes.
    #[inline]
    pub unsafe fn hand_over(
        from: *const libc::sockaddr,
        needed: libc::socklen_t,
        to: *mut u8,
        length: *mut i32,
    ) -> Result<(), Status> {
        if to.is_null() || length.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        unsafe {
            if i64::from(length.read_unaligned()) < i64::from(needed) {
                return Err(Status::ACCESS_VIOLATION);
            }
            if needed as usize == size_of::<libc::sockaddr_in>() {
                // IPv4, in registers.
                let address = from.cast::<libc::sockaddr_in>().read_unaligned();
                to.cast::<libc::sockaddr_in>().write_unaligned(address);
            } else {
                std::ptr::copy_nonoverlapping(from.cast(), to, needed as usize);
                if needed >= 2 && i32::from((*from).sa_family) == libc::AF_INET6 {
                    to.cast::<u16>().write_unaligned(AF_INET6);
                }
            }
            length.write_unaligned(needed as i32);
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: a sockaddr_storage is plain bytes, all initialised.
        unsafe {
            std::slice::from_raw_parts(
                (&raw const self.storage).cast(),
                size_of::<libc::sockaddr_storage>(),
            )
        }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: any bytes make a valid sockaddr_storage.
        unsafe {
            std::slice::from_raw_parts_mut(
                (&raw mut self.storage).cast(),
                size_of::<libc::sockaddr_storage>(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AF_INET, AF_INET6, Address};
    use crate::status::Status;

    fn ipv4() -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&AF_INET.to_ne_bytes());
        bytes[2..8].copy_from_slice(&[0x1F, 0x90, 127, 0, 0, 1]);
        bytes
    }

    fn ipv6() -> [u8; 28] {
        let mut bytes = [7; 28];
        bytes[..2].copy_from_slice(&AF_INET6.to_ne_bytes());
        bytes[2..4].copy_from_slice(&8080u16.to_be_bytes());
        bytes
    }

    #[test]
    fn only_the_number_of_ipv6_differs_between_the_systems() {
        let (four, six) = (ipv4(), ipv6());
        for (windows, linux_family, port) in [
            (&four[..], libc::AF_INET, 8080),
            (&six[..], libc::AF_INET6, 8080),
        ] {
            let address = Address::from_windows(windows).unwrap();
            // SAFETY: the address is valid.
            let family = unsafe { (*address.as_ptr()).sa_family };
            assert_eq!(i32::from(family), linux_family);
            assert_eq!(address.port(), port);
            let (bytes, length) = address.to_windows();
            assert_eq!(&bytes[..length], windows);
        }
    }

    #[test]
    fn what_is_beyond_the_address_is_ignored_and_what_is_missing_is_an_error() {
        let long = [&ipv4()[..], &[9; 40]].concat();
        assert_eq!(Address::from_windows(&long).unwrap().length(), 16);
        let short = |bytes: &[u8]| Address::from_windows(bytes).err();
        assert_eq!(short(&ipv4()[..15]), Some(Status::ACCESS_VIOLATION));
        assert_eq!(short(&ipv6()[..27]), Some(Status::ACCESS_VIOLATION));
        assert_eq!(short(&[2]), Some(Status::ACCESS_VIOLATION));
        assert_eq!(
            short(&[10, 0, 0, 0]),
            Some(Status::from_wsa(10047)),
            "Linux' AF_INET6"
        );
    }

    #[test]
    fn an_address_is_written_whole_or_not() {
        let address = Address::from_windows(&ipv4()).unwrap();
        let (mut room, mut length) = ([0xEE; 20], 20);
        // SAFETY: both are of this frame.
        unsafe { address.write_to(room.as_mut_ptr(), &mut length) }.unwrap();
        assert_eq!(
            (length, &room[..16], &room[16..]),
            (16, &ipv4()[..], &[0xEE; 4][..])
        );
        let (mut room, mut length) = ([0xEE; 20], 15);
        // SAFETY: as above.
        let result = unsafe { address.write_to(room.as_mut_ptr(), &mut length) };
        assert_eq!(result, Err(Status::ACCESS_VIOLATION));
        assert_eq!(room, [0xEE; 20]);
        // SAFETY: null is allowed.
        let nowhere = unsafe { address.write_to(std::ptr::null_mut(), &mut length) };
        assert_eq!(nowhere, Ok(()));
    }

    #[test]
    fn the_address_of_no_host_is_known() {
        let mut nobody = ipv4();
        nobody[4..8].fill(0);
        assert!(Address::from_windows(&nobody).unwrap().is_unspecified());
        assert!(!Address::from_windows(&ipv4()).unwrap().is_unspecified());
        assert!(!Address::from_windows(&ipv6()).unwrap().is_unspecified());
    }
}
