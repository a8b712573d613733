//! The extension functions: AcceptEx, ConnectEx, DisconnectEx, TransmitFile, TransmitPackets (OVL-77 to OVL-99).

use std::collections::VecDeque;
use std::ffi::c_void;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, HANDLE, TRUE};
use windows_sys::Win32::Networking::WinSock::{
    INVALID_SOCKET, SOCKADDR, SOCKET, TF_DISCONNECT, TF_REUSE_SOCKET, TP_ELEMENT_EOP, TP_ELEMENT_FILE,
    TP_ELEMENT_MEMORY, TRANSMIT_FILE_BUFFERS, TRANSMIT_PACKETS_ELEMENT, WSAEADDRNOTAVAIL, WSAEFAULT, WSAEINVAL,
    WSAEISCONN, WSAENOTCONN, WSAENOTSOCK,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::core::{BOOL, GUID};

use larboard_kernel::device::socket::address::Address;
use larboard_kernel::device::socket::connect::{Accept, Connect, Output};
use larboard_kernel::device::socket::transfer::Send;
use larboard_kernel::device::socket::transmit::{Element, Transmit};
use larboard_kernel::device::socket::{self as device, Operation, phase};
use larboard_kernel::device::{Buffers, Device};
use larboard_kernel::io::blocking::Patience;
use larboard_kernel::io::file::File;
use larboard_kernel::io::request::Rare;
use larboard_kernel::status::Status;

use super::connect::take_deferred;
use super::socket::{self, Found};
use super::transfer::{self, WSARecvMsg};
use super::transfer::WSASendMsg as _;
use crate::error::WsaError;
use crate::guard::{check, infallible, is_bad, store, winsock};
use crate::handles;
use crate::operation::{self, Notify};
