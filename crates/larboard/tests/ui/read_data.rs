//! The mistake of the lecture: OVERLAPPED and buffer lie on the stack of a function that returns before the operation
//! is complete.
//!
//! ```c
//! VOID ReadData(HANDLE hFile) {
//!     OVERLAPPED o = { 0 };
//!     BYTE b[100];
//!     ReadFile(hFile, b, 100, NULL, &o);
//! }
//! ```
use larboard::{Operation, Pending, Result, net::TcpStream};

fn read_data(socket: &TcpStream) -> Result<Pending<&'static mut [u8]>> {
    let mut buffer = [0; 100];
    Ok(socket.recv_overlapped(Operation::new(&mut buffer[..]))?)
}

fn main() -> Result<()> {
    read_data(&TcpStream::connect("127.0.0.1:9000")?)?.wait();
    Ok(())
}
