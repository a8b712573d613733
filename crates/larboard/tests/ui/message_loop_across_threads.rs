//! A loop takes the messages of the thread that made it.
use larboard::message::MessageLoop;

fn main() -> larboard::Result<()> {
    let messages = MessageLoop::<()>::new()?;
    std::thread::spawn(move || messages.run(|_, _| {}));
    Ok(())
}
