//! A routine runs in some later wait: what it uses must live as long.
use larboard::{Operation, Result, net::TcpStream, sleep_alertable};

fn start(socket: &TcpStream) -> Result<()> {
    let mut total = 0;
    socket.recv_then(Operation::new([0; 100]), |done| total += done.operation.transferred())?;
    Ok(())
}

fn main() -> Result<()> {
    start(&TcpStream::connect("127.0.0.1:9000")?)?;
    sleep_alertable(None);
    Ok(())
}
