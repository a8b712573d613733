//! What may be the memory of an operation.

/// Memory an operation can send from.
///
/// Implemented for byte vectors, arrays, boxed slices, strings and static bytes. An array lives inside the operation,
/// so that operation and buffer are one allocation.
///
/// ```
/// use larboard::Operation;
///
/// let inside = Operation::new([0u8; 512]);
/// let behind = Operation::new(vec![0u8; 65536]);
/// let constant = Operation::new("220 ready\r\n");
/// # let _ = (inside, behind, constant);
/// ```
///
/// # Safety
///
/// While the value is neither moved, borrowed nor dropped, the memory that [`bytes`](Self::bytes) returned stays where
/// it is, stays initialised, and nobody else writes it.
pub unsafe trait Buffer: 'static {
    /// The memory to send from.
    fn bytes(&self) -> &[u8];
}

/// Memory an operation can receive into: all of it, so give a vector its length (`vec![0; 512]`), not only its
/// capacity.
///
/// # Safety
///
/// While the value is neither moved, borrowed nor dropped, the memory that [`bytes_mut`](Self::bytes_mut) returned
/// stays where it is, and nobody else reads or writes it. It is the same memory as [`Buffer::bytes`] returns.
pub unsafe trait BufferMut: Buffer {
    /// The memory to receive into.
    fn bytes_mut(&mut self) -> &mut [u8];
}

macro_rules! buffers {
    ($($type:ty $(where $n:ident)?;)*) => {$(
        // SAFETY: the bytes belong to the value alone, and only a method of the value can move, free or change them.
        unsafe impl $(<const $n: usize>)? Buffer for $type {
            fn bytes(&self) -> &[u8] {
                &self[..]
            }
        }
        // SAFETY: as above; an exclusive borrow yields the same bytes.
        unsafe impl $(<const $n: usize>)? BufferMut for $type {
            fn bytes_mut(&mut self) -> &mut [u8] {
                &mut self[..]
            }
        }
    )*};
}

buffers! {
    Vec<u8>;
    Box<[u8]>;
    [u8; N] where N;
    Box<[u8; N]> where N;
    &'static mut [u8];
}

macro_rules! read_only_buffers {
    ($($type:ty;)*) => {$(
        // SAFETY: the bytes are kept alive by the value and are never written through it.
        unsafe impl Buffer for $type {
            fn bytes(&self) -> &[u8] {
                AsRef::<[u8]>::as_ref(self)
            }
        }
    )*};
}

read_only_buffers! {
    String;
    &'static [u8];
    &'static str;
    std::sync::Arc<[u8]>;
}

// SAFETY: there is no memory at all.
unsafe impl Buffer for () {
    fn bytes(&self) -> &[u8] {
        &[]
    }
}
