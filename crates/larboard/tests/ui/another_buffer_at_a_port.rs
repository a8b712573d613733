//! A port gives back what was started: operations of one type.
use larboard::{CompletionPort, Operation, Result, net::TcpStream};

fn main() -> Result<()> {
    let port = CompletionPort::<()>::new()?;
    let socket = port.associate(TcpStream::connect("127.0.0.1:9000")?, ())?;
    socket.recv(Operation::new([0u8; 512]))?;
    Ok(())
}
