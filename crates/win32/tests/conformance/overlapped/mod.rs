//! Overlapped I/O (OVL): the structure, starting, results, notification, and every function that can be started.

mod accept_ex;
mod close;
mod connect_ex;
mod datagram;
mod files;
mod messages;
mod notify;
mod receive;
mod results;
mod send;
mod start;
mod stream_modes;
mod structure;
mod transmit;
