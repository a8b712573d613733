//! The same OVERLAPPED is used for two operations at once.
use larboard::{Operation, Result, net::TcpStream, sleep_alertable};

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let operation = Operation::new(vec![0; 512]);
    socket.recv_then(operation, |_| {})?;
    socket.recv_then(operation, |_| {})?;
    sleep_alertable(None);
    Ok(())
}
