//! What may go from thread to thread, and how large things are.

use larboard::message::{Message, Poster, SocketId};
use larboard::net::{
    EventSelect, NetworkEvents, Select, Socket, TcpListener, TcpStream, UdpSocket,
};
use larboard::{
    Associated, Completion, CompletionPort, Done, Error, Event, Operation, Packet, Pending,
    Semaphore, WaitableTimer,
};
use std::cell::Cell;

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}

const _: () = {
    send::<Operation<Vec<u8>, String>>();
    sync::<Operation<Vec<u8>, String>>();
    send::<Operation<Vec<u8>, Cell<u8>>>();
    send::<Pending<Vec<u8>, Cell<u8>>>();
    sync::<Pending<Vec<u8>, Cell<u8>>>();
    send::<Done<Vec<u8>, Cell<u8>>>();
    send::<Packet<String, Vec<u8>, Cell<u8>, Cell<u8>>>();
    send::<Completion<String, Vec<u8>, Cell<u8>>>();
    send::<Associated<String, Vec<u8>, Cell<u8>>>();
    sync::<Associated<String, Vec<u8>, Cell<u8>>>();
    send::<CompletionPort<String, Vec<u8>, Cell<u8>, Cell<u8>>>();
    sync::<CompletionPort<String, Vec<u8>, Cell<u8>, Cell<u8>>>();
    send::<Socket>();
    sync::<Socket>();
    send::<(TcpListener, TcpStream, UdpSocket)>();
    sync::<(TcpListener, TcpStream, UdpSocket)>();
    send::<(Event, Semaphore, WaitableTimer)>();
    sync::<(Event, Semaphore, WaitableTimer)>();
    send::<(Select, NetworkEvents, EventSelect<TcpStream>)>();
    sync::<(Select, NetworkEvents, EventSelect<TcpStream>)>();
    send::<Poster<Cell<u8>>>();
    sync::<Poster<Cell<u8>>>();
    send::<(SocketId, Message<Cell<u8>>)>();
    send::<Error>();
    sync::<Error>();
};

const POINTER: usize = size_of::<usize>();

const _: () = {
    assert!(size_of::<Error>() == 4);
    assert!(size_of::<Operation<[u8; 512], [u64; 9]>>() == POINTER);
    assert!(size_of::<Option<Operation<Vec<u8>>>>() == POINTER);
    assert!(size_of::<Pending<Vec<u8>>>() == POINTER);
    assert!(size_of::<Option<Associated<String>>>() == POINTER);
    assert!(size_of::<TcpStream>() == POINTER);
};

/// Programs that must not compile: each is a mistake that Windows lets pass.
#[test]
#[cfg_attr(miri, ignore)]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
