//! The bytes a connection sends: a stream of its own, so that a byte that is lost, changed, out of
//! order, or somebody else's is noticed.

use std::sync::LazyLock;

/// Length of the shared noise; a prime, so that no message size divides it.
const LENGTH: usize = 65_521;
/// Steps between the streams of two neighbours; coprime to the length, so that all starts differ.
const STRIDE: usize = 25_013;

static NOISE: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut byte = || {
        // xorshift64*: enough to make any two windows of a few bytes differ.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let random = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        // Characters that any terminal can show: servers print what they get.
        b'!' + (random % 94) as u8
    };
    (0..LENGTH).map(|_| byte()).collect()
});

/// A position in the stream of one connection.
#[derive(Clone, Copy)]
pub struct Pattern {
    position: usize,
}

impl Pattern {
    /// The start of a connection's stream.
    pub fn of_connection(index: usize) -> Self {
        LazyLock::force(&NOISE);
        Self {
            position: index.wrapping_mul(STRIDE) % LENGTH,
        }
    }

    /// Writes the next bytes of the stream.
    pub fn fill(&mut self, mut target: &mut [u8]) {
        while !target.is_empty() {
            let piece = self.take(target.len());
            let (now, later) = target.split_at_mut(piece.len());
            now.copy_from_slice(piece);
            target = later;
        }
    }

    /// Whether these are the next bytes of the stream.
    pub fn matches(&mut self, mut data: &[u8]) -> bool {
        let mut same = true;
        while !data.is_empty() {
            let piece = self.take(data.len());
            let (now, later) = data.split_at(piece.len());
            same &= now == piece;
            data = later;
        }
        same
    }

    fn take(&mut self, most: usize) -> &'static [u8] {
        let end = LENGTH.min(self.position + most);
        let piece = &NOISE[self.position..end];
        self.position = end % LENGTH;
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(index: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        Pattern::of_connection(index).fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_stream_matches_itself_in_any_pieces() {
        let bytes = stream(3, 200_000);
        let mut pattern = Pattern::of_connection(3);
        assert!(bytes.chunks(777).all(|piece| pattern.matches(piece)));
    }

    #[test]
    fn a_changed_or_missing_byte_is_noticed() {
        let mut bytes = stream(3, 512);
        assert!(!Pattern::of_connection(3).matches(&bytes[1..]));
        bytes[511] ^= 1;
        assert!(!Pattern::of_connection(3).matches(&bytes));
    }

    #[test]
    fn ten_thousand_streams_begin_differently() {
        let starts: std::collections::HashSet<_> =
            (0..10_000).map(|index| stream(index, 8)).collect();
        assert_eq!(starts.len(), 10_000);
    }
}
