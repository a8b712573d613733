//! One client of the load: what it owes the server, what it has under way, and how it fares. Knows nothing of sockets.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::pattern::Pattern;

/// How a client fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It tries to connect.
    Connecting,
    /// It is connected, and has no answer yet.
    Waiting,
    /// It has had an answer.
    Served,
    /// The server closed it before its first answer.
    Refused,
    /// It could not connect, or was broken off later.
    Broken,
    /// It got bytes it had not sent.
    Wrong,
}

/// The client's side of an echo.
pub struct Client {
    /// How it fares.
    pub fate: Fate,
    outgoing: Pattern,
    incoming: Pattern,
    /// Bytes of messages that have been begun but not been given to the system.
    owed: usize,
    /// When each message under way was begun, the oldest first.
    begun: VecDeque<Instant>,
    /// Bytes of the oldest message that are back.
    back: usize,
}

impl Client {
    /// A client with a stream of its own.
    pub fn new(index: usize) -> Self {
        let pattern = Pattern::of_connection(index);
        Self {
            fate: Fate::Connecting,
            outgoing: pattern,
            incoming: pattern,
            owed: 0,
            begun: VecDeque::new(),
            back: 0,
        }
    }

    /// Begins a message of so many bytes.
    pub fn begin(&mut self, size: usize, now: Instant) {
        self.owed += size;
        self.begun.push_back(now);
    }

    /// Messages under way.
    pub fn under_way(&self) -> usize {
        self.begun.len()
    }

    /// Puts the next bytes to send into this block, and says how many.
    pub fn fill(&mut self, block: &mut [u8]) -> usize {
        let count = self.owed.min(block.len());
        self.outgoing.fill(&mut block[..count]);
        self.owed -= count;
        count
    }

    /// Takes bytes back and checks them: how long each message took that is whole now. `None` if a byte is wrong.
    pub fn take(
        &mut self,
        data: &[u8],
        size: usize,
        now: Instant,
    ) -> Option<impl Iterator<Item = Duration>> {
        if !self.incoming.matches(data) {
            self.fate = Fate::Wrong;
            return None;
        }
        self.back += data.len();
        let whole = self.back / size;
        self.back %= size;
        if whole > self.begun.len() {
            // More than was sent, even if the bytes would fit.
            self.fate = Fate::Wrong;
            return None;
        }
        Some(
            self.begun
                .drain(..whole)
                .map(move |begun| now.duration_since(begun)),
        )
    }

    /// The connection has ended: who ended it depends on how far it came.
    pub fn lose(&mut self) {
        self.fate = match self.fate {
            Fate::Waiting => Fate::Refused,
            Fate::Connecting | Fate::Served => Fate::Broken,
            fate => fate,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the client sends, in blocks of a few bytes.
    fn sent(client: &mut Client) -> Vec<u8> {
        let (mut all, mut block) = (Vec::new(), [0; 7]);
        loop {
            match client.fill(&mut block) {
                0 => return all,
                count => all.extend_from_slice(&block[..count]),
            }
        }
    }

    #[test]
    fn messages_are_whole_when_their_last_byte_is_back() {
        let (mut client, now) = (Client::new(1), Instant::now());
        client.begin(10, now);
        client.begin(10, now);
        let bytes = sent(&mut client);
        assert_eq!(bytes.len(), 20);
        assert_eq!(client.take(&bytes[..9], 10, now).unwrap().count(), 0);
        assert_eq!(client.take(&bytes[9..19], 10, now).unwrap().count(), 1);
        assert_eq!(client.under_way(), 1);
        let took: Vec<_> = client
            .take(&bytes[19..], 10, now + Duration::from_millis(3))
            .unwrap()
            .collect();
        assert_eq!(took, [Duration::from_millis(3)]);
    }

    #[test]
    fn another_clients_bytes_are_wrong() {
        let (mut client, mut other, now) = (Client::new(1), Client::new(2), Instant::now());
        client.begin(64, now);
        other.begin(64, now);
        let foreign = sent(&mut other);
        assert!(client.take(&foreign, 64, now).is_none());
        assert_eq!(client.fate, Fate::Wrong);
    }

    #[test]
    fn an_end_before_the_first_answer_is_a_refusal() {
        let mut client = Client::new(1);
        client.fate = Fate::Waiting;
        client.lose();
        assert_eq!(client.fate, Fate::Refused);
        client.fate = Fate::Served;
        client.lose();
        assert_eq!(client.fate, Fate::Broken);
    }
}
