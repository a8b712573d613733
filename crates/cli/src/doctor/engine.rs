//! Whether the engine works here, found out by using it.

use std::time::{Duration, Instant};

use larboard::net::{TcpListener, TcpStream};
use larboard::{CompletionPort, Error, Operation, Packet, code};

use super::{Finding, State, setting};

/// A message over the loopback interface and a completion port. The engine is epoll.
pub fn epoll() -> Finding {
    let start = Instant::now();
    let (value, state) = match first_completion() {
        Ok(()) => (
            format!(
                "epoll: first completion after {} µs",
                start.elapsed().as_micros()
            ),
            State::Good,
        ),
        Err(error) => (
            "epoll: no completion".to_owned(),
            State::Broken(format!(
                "{error}: does a sandbox forbid epoll or sockets on 127.0.0.1?"
            )),
        ),
    };
    Finding {
        name: "engine",
        value,
        state,
    }
}

/// Nothing uses it yet, so that its absence harms nothing.
pub fn io_uring() -> Finding {
    let value = match setting("kernel/io_uring_disabled").as_deref() {
        Some("0") => "allowed here; not used yet",
        Some("1") => "allowed for one group only; not used yet",
        Some(_) => "switched off; not used yet",
        None => "not to be seen from here; not used yet",
    };
    Finding {
        name: "io_uring",
        value: value.to_owned(),
        state: State::Good,
    }
}

fn first_completion() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let port = CompletionPort::new()?;
    let server = port.associate(listener.accept()?.0, ())?;
    server.recv(Operation::new(vec![0; 16]))?;
    client.send(b"ahoy")?;
    match port.wait_timeout(Duration::from_secs(2))? {
        Some(Packet::Io(done)) if done.operation.filled() == b"ahoy" => Ok(()),
        _ => Err(Error::from(code::WAIT_TIMEOUT)),
    }
}
