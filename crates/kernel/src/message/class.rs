//! Window classes: what windows of one kind share.

use super::{Procedure, Refused, atom};
use crate::sync::{Arc, AtomicU32, Mutex, Ordering};

/// A class may be used by every module (CS_GLOBALCLASS).
pub const GLOBAL: u32 = 0x4000;

/// A class. What only drawing would need is kept for those who ask for it again.
pub struct Class {
    /// The number of its name.
    pub atom: u16,
    /// Style bits.
    pub style: u32,
    /// What its windows begin with.
    pub procedure: Procedure,
    /// The procedure takes wide text.
    pub wide: bool,
    /// Bytes that each window keeps for the program.
    pub window_extra: usize,
    /// Bytes that the class was asked to keep.
    pub class_extra: usize,
    /// The module that registered it.
    pub instance: usize,
    /// Icon, cursor, brush, menu name, small icon, as they were given.
    pub looks: [usize; 5],
    windows: AtomicU32,
}

static CLASSES: Mutex<Vec<Arc<Class>>> = Mutex::new(Vec::new());

impl Class {
    /// A class that is not registered yet.
    pub fn new(atom: u16, procedure: Procedure, wide: bool) -> Class {
        Class {
            atom,
            style: 0,
            procedure,
            wide,
            window_extra: 0,
            class_extra: 0,
            instance: 0,
            looks: [0; 5],
            windows: AtomicU32::new(0),
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        atom::name(self.atom).unwrap_or_default()
    }

    /// A window more.
    pub(super) fn used(&self) {
        self.windows.fetch_add(1, Ordering::Relaxed);
    }

    /// A window less.
    pub(super) fn unused(&self) {
        self.windows.fetch_sub(1, Ordering::Relaxed);
    }

    fn is_for(&self, atom: u16, instance: usize) -> bool {
        self.atom == atom
            && (self.instance == instance
                || self.instance == 0
                || instance == 0
                || self.style & GLOBAL != 0)
    }
}

/// Makes a class known. ClassExists if its module has one of that name.
pub fn register(class: Class) -> Result<u16, Refused> {
    let mut classes = CLASSES.lock();
    let taken = |other: &Arc<Class>| other.atom == class.atom && other.instance == class.instance;
    if classes.iter().any(taken) {
        return Err(Refused::ClassExists);
    }
    let atom = class.atom;
    classes.push(Arc::new(class));
    Ok(atom)
}

/// Forgets a class. NoClass; ClassInUse while it has windows.
pub fn unregister(atom: u16, instance: usize) -> Result<(), Refused> {
    let mut classes = CLASSES.lock();
    let at = position(&classes, atom, instance).ok_or(Refused::NoClass)?;
    if classes[at].windows.load(Ordering::Relaxed) != 0 {
        return Err(Refused::ClassInUse);
    }
    classes.remove(at);
    Ok(())
}

/// The class of that name which the module would use: its own, or else one without a module or for all of them.
pub fn find(atom: u16, instance: usize) -> Option<Arc<Class>> {
    let classes = CLASSES.lock();
    position(&classes, atom, instance).map(|at| classes[at].clone())
}

fn position(classes: &[Arc<Class>], atom: u16, instance: usize) -> Option<usize> {
    let own = |class: &Arc<Class>| class.atom == atom && class.instance == instance;
    let usable = |class: &Arc<Class>| class.is_for(atom, instance);
    let own = classes.iter().position(own);
    own.or_else(|| classes.iter().position(usable))
}
