//! Heaps, the older functions, pages, files in memory; and the multimedia clock.

mod clock;
mod heaps;
mod mapping;
mod movable;
mod pages;
