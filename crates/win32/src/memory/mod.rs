//! Memory: heaps, the older global and local functions, pages, and files mapped into memory (MEM).

pub(crate) mod heap;
pub(crate) mod movable;
