//! A value that belongs to one thread cannot be posted by another.
use larboard::message::MessageLoop;
use std::rc::Rc;

fn main() -> larboard::Result<()> {
    let messages = MessageLoop::<Rc<()>>::new()?;
    let _poster = messages.poster();
    Ok(())
}
