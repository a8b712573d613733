//! The buffer is freed while the system may be writing it.
use larboard::{CompletionPort, Operation, Result, net::TcpStream};

fn main() -> Result<()> {
    let port = CompletionPort::<()>::new()?;
    let socket = port.associate(TcpStream::connect("127.0.0.1:9000")?, ())?;
    let operation = Operation::new(vec![0; 512]);
    socket.recv(operation)?;
    drop(operation);
    Ok(())
}
