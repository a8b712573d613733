//! A handle to wait for does not outlive its object.
use larboard::{Event, Result, WaitHandle, Waitable};

fn main() -> Result<()> {
    let handle: WaitHandle<'_>;
    {
        let event = Event::manual(true)?;
        handle = event.wait_handle();
    }
    let _still_used = handle;
    Ok(())
}
