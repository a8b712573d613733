//! Named objects inside the process. Names are compared with case (WAIT-21); a name lives as long as its object has
//! handles, though a wait may keep the object longer.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{LazyLock, Weak};

use parking_lot::Mutex;

use super::{Object, ObjectRef};
use crate::status::Status;
use crate::sync::Arc;

static NAMES: LazyLock<Mutex<HashMap<String, Weak<dyn Object>>>> = LazyLock::new(Mutex::default);

/// Opens the object called `name` or makes it. The flag is true if it existed (OBJECT_NAME_EXISTS).
/// INVALID_HANDLE if the name belongs to an object of another kind (WAIT-20).
pub fn create<T: Object>(
    name: &str,
    make: impl FnOnce() -> Result<Arc<T>, Status>,
) -> Result<(ObjectRef, bool), Status> {
    let mut names = NAMES.lock();
    if let Some(object) = names.get(name).and_then(living) {
        return typed::<T>(object).map(|object| (object, true));
    }
    let object: ObjectRef = make()?;
    names.retain(|_, object| object.strong_count() > 0);
    names.insert(name.to_owned(), Arc::downgrade(&object));
    Ok((object, false))
}

/// Opens the object called `name`. OBJECT_NAME_NOT_FOUND, or INVALID_HANDLE for another kind.
pub fn open<T: Object>(name: &str) -> Result<ObjectRef, Status> {
    let object = NAMES.lock().get(name).and_then(living);
    typed::<T>(object.ok_or(Status::OBJECT_NAME_NOT_FOUND)?)
}

fn living(object: &Weak<dyn Object>) -> Option<ObjectRef> {
    object
        .upgrade()
        .filter(|object| !object.handles().are_closed())
}

fn typed<T: Object>(object: ObjectRef) -> Result<ObjectRef, Status> {
    let any: &dyn Any = &*object;
    if any.is::<T>() {
        Ok(object)
    } else {
        Err(Status::INVALID_HANDLE)
    }
}
