//! A socket is not closed while `select` looks at it.
use larboard::net::{Select, UdpSocket};

fn main() -> larboard::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let mut select = Select::new();
    let mut sets = select.zero();
    sets.read(&socket)?;
    drop(socket);
    sets.wait(None)?;
    Ok(())
}
