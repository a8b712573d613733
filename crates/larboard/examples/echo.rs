//! An echo server on a completion port. Try it with `nc 127.0.0.1 9000`.

use larboard::net::TcpListener;
use larboard::{Completion, CompletionPort, Kind, Operation, Packet, Result};
use std::net::SocketAddr;

type Port = CompletionPort<SocketAddr>; // the key of a client is its address

fn main() -> Result<()> {
    let port = Port::new()?;
    let listener = TcpListener::bind("127.0.0.1:9000")?;
    std::thread::scope(|threads| {
        for _ in 0..port.concurrency() * 2 {
            threads.spawn(|| {
                while let Ok(Packet::Io(done)) = port.wait() {
                    let client = *done.key();
                    echo(done).unwrap_or_else(|error| println!("{client}: {error}"));
                }
            });
        }
        let ended = accept(&listener, &port);
        port.close(); // so that the threads end too
        ended
    })
}

fn accept(listener: &TcpListener, port: &Port) -> Result<()> {
    loop {
        let (client, address) = listener.accept()?;
        println!("{address} has come");
        port.associate(client, address)?
            .recv(Operation::new(vec![0; 512]))?;
    }
}

/// Starts what comes next. If that is nothing, the client is let go, and the connection closes.
fn echo(done: Completion<SocketAddr>) -> Result<()> {
    match (done.operation.kind(), done.bytes?) {
        (Kind::Receive, 0) => println!("{} has gone", done.key()),
        (Kind::Receive, received) => done.socket.send(done.operation, ..received)?,
        _ => done.socket.recv(done.operation)?,
    }
    Ok(())
}
