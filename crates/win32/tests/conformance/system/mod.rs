//! The program and the machine: modules, environment, command line, names, memory, version, processors.

mod environment;
mod machine;
mod modules;
