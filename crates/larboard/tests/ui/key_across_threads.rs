//! A key that belongs to one thread cannot be served by several.
use larboard::{CompletionPort, Result, net::TcpStream};
use std::rc::Rc;

fn main() -> Result<()> {
    let port = CompletionPort::<Rc<()>>::new()?;
    port.associate(TcpStream::connect("127.0.0.1:9000")?, Rc::new(()))?;
    std::thread::scope(|s| {
        s.spawn(|| while port.wait().is_ok() {});
    });
    Ok(())
}
