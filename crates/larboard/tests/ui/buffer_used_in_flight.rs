//! The buffer is looked at while the system may be writing it.
use larboard::{Operation, Result, net::TcpStream};

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let operation = Operation::new(vec![0; 512]);
    let _pending = socket.recv_overlapped(operation)?;
    println!("{:?}", operation.buffer());
    Ok(())
}
