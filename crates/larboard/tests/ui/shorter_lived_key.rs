//! A key that lives shorter than the port says cannot be smuggled in.
use larboard::{CompletionPort, net::TcpStream};

fn smuggle<'short>(port: &CompletionPort<&'static str>, socket: TcpStream, key: &'short str) {
    let port: &CompletionPort<&'short str> = port;
    let _ = port.associate(socket, key);
}

fn main() {
    let _ = smuggle;
}
