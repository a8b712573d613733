//! Winsock, one file per family of functions.

pub(crate) mod address;
pub(crate) mod binding;
pub(crate) mod byte_order;
pub(crate) mod changes;
pub(crate) mod connect;
pub(crate) mod extension;
pub(crate) mod interfaces;
pub(crate) mod ioctl;
pub(crate) mod names;
pub(crate) mod net_events;
pub(crate) mod options;
pub(crate) mod protocols;
pub(crate) mod registered;
pub(crate) mod select;
pub(crate) mod services;
pub(crate) mod socket;
pub(crate) mod startup;
pub(crate) mod text_address;
pub(crate) mod transfer;
