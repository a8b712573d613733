//! Data that belongs to one thread holds its operation there: another thread cannot take the result.
use larboard::{Operation, Result, net::TcpStream};
use std::rc::Rc;

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let pending = socket.recv_overlapped(Operation::with_data([0; 100], Rc::new(())))?;
    std::thread::spawn(move || pending.wait());
    Ok(())
}
