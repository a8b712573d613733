//! Text can be sent, not received into.
use larboard::{Operation, Result, net::TcpStream};

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let _pending = socket.recv_overlapped(Operation::new("constant"))?;
    Ok(())
}
