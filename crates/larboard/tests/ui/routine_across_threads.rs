//! A routine runs on the thread that starts it, so what it shares with this thread cannot be started by another one.
use larboard::{Operation, Result, net::TcpStream, sleep_alertable};
use std::{cell::Cell, rc::Rc};

fn main() -> Result<()> {
    let socket = TcpStream::connect("127.0.0.1:9000")?;
    let count = Rc::new(Cell::new(0));
    let routine = move |_| count.set(count.get() + 1);
    std::thread::spawn(move || {
        socket.recv_then(Operation::new([0; 100]), routine).unwrap();
        sleep_alertable(None)
    });
    Ok(())
}
