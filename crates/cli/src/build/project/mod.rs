//! Projects and solutions of Visual Studio become plans.

mod condition;
mod evaluate;
mod options;
mod products;
mod properties;
mod solution;

pub use products::{is_project, plan};
