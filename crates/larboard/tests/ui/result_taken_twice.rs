//! A result is there once.
use larboard::{Operation, Result, net::TcpStream};

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let pending = socket.recv_overlapped(Operation::new([0; 100]))?;
    pending.wait();
    pending.wait();
    Ok(())
}
