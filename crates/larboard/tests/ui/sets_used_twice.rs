//! What `select` has changed is not given to it again.
use larboard::net::{Select, UdpSocket};

fn main() -> larboard::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let mut select = Select::new();
    let mut sets = select.zero();
    sets.write(&socket)?;
    sets.wait(None)?;
    sets.wait(None)?;
    Ok(())
}
