//! A handle to wait for does not outlive the selection.
use larboard::net::{EventSelect, NetworkEvent, UdpSocket};
use larboard::{Result, WaitHandle, Waitable};

fn main() -> Result<()> {
    let handle: WaitHandle<'_>;
    {
        let socket = EventSelect::new(UdpSocket::bind("127.0.0.1:0")?, NetworkEvent::Read)?;
        handle = socket.wait_handle();
    }
    let _still_used = handle;
    Ok(())
}
