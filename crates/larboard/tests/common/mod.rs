//! What the tests share.
#![allow(dead_code)] // each test program uses its part

use larboard::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine; a test that gets there fails.
pub const LONG: Duration = Duration::from_secs(60);
/// Long enough to see that nothing happens, where that is the rule.
pub const SHORT: Duration = Duration::from_millis(50);

/// A connection: our end and the peer's.
pub fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, peer)
}

/// Waits until the condition holds.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !condition() {
        assert!(Instant::now() < end, "{what} never came");
        std::thread::yield_now();
    }
}

/// Counts how many of its clones are still alive: put them where memory might leak.
pub struct Census(Arc<()>);

impl Census {
    pub fn new() -> Self {
        Self(Arc::new(()))
    }

    pub fn member(&self) -> Arc<()> {
        self.0.clone()
    }

    pub fn alive(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
