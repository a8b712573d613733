//! Memory: heaps, the older global and local functions, pages, and files mapped into memory (MEM).

pub(crate) mod heap;
pub(crate) mod mapping;
mod maps;
pub(crate) mod movable;
pub(crate) mod pages;
mod regions;
mod shared;
