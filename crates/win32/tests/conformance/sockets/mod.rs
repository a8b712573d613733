//! Winsock beyond transfer (SOCK): making and naming sockets, options, ioctls, names and addresses.

mod accept;
mod address_text;
mod create;
mod duplicate;
mod errors;
mod ioctl;
mod options;
mod resolve;
mod sharing;
mod shutdown;
mod udp;
