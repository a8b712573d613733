//! WSAEventSelect: one wait over the events of up to 63 clients, more clients on more threads.

use std::sync::mpsc::Receiver;

use larboard_bench::sockets::error;
use larboard_win32::Win32::Foundation::{FALSE, HANDLE};
use larboard_win32::Win32::Networking::WinSock::{
    FD_CLOSE, FD_READ, FD_WRITE, SOCKET, WSA_INFINITE, WSACloseEvent, WSACreateEvent,
    WSAEnumNetworkEvents, WSAEventSelect, WSANETWORKEVENTS, WSAResetEvent,
    WSAWaitForMultipleEvents,
};

use crate::client::Client;
use crate::deal;

/// Accepts clients for ever and deals them out.
pub fn serve(buffer: usize) -> ! {
    deal::serve(move |arrivals, arrival| work(&arrivals, arrival, &mut vec![0; buffer]))
}

/// Serves the clients that come through the channel; `arrival` tells of them.
fn work(arrivals: &Receiver<SOCKET>, arrival: isize, buffer: &mut [u8]) {
    let mut events = vec![arrival as HANDLE];
    let mut clients = Vec::new();
    loop {
        // SAFETY: the array is live and its length is passed.
        let index = unsafe {
            WSAWaitForMultipleEvents(
                events.len() as u32,
                events.as_ptr(),
                FALSE,
                WSA_INFINITE,
                FALSE,
            )
        } as usize;
        assert!(index < events.len(), "the wait failed: error {}", error());
        if index == 0 {
            // SAFETY: takes no pointers.
            unsafe { WSAResetEvent(arrival) };
            for socket in arrivals.try_iter() {
                events.push(select(socket));
                clients.push(Client::new(socket));
            }
        } else if !proceed(&mut clients[index - 1], events[index], buffer) {
            clients.swap_remove(index - 1);
            // SAFETY: takes no pointers.
            unsafe { WSACloseEvent(events.swap_remove(index) as isize) };
        }
    }
}

/// An event that tells what happens on the socket.
fn select(socket: SOCKET) -> HANDLE {
    let interest = (FD_READ | FD_WRITE | FD_CLOSE) as i32;
    // SAFETY: takes nothing.
    let event = unsafe { WSACreateEvent() };
    // SAFETY: takes no pointers.
    let selected = unsafe { WSAEventSelect(socket, event, interest) };
    assert_eq!(selected, 0, "no selection: error {}", error());
    event as HANDLE
}

/// Deals with what has happened; false at the end of the connection.
fn proceed(client: &mut Client, event: HANDLE, buffer: &mut [u8]) -> bool {
    let mut seen = WSANETWORKEVENTS::default();
    // SAFETY: the structure is live.
    let fetched = unsafe { WSAEnumNetworkEvents(client.socket, event as isize, &mut seen) };
    assert_eq!(fetched, 0, "no network events: error {}", error());
    let happened = |event: u32| seen.lNetworkEvents as u32 & event != 0;
    (!happened(FD_WRITE) || client.write(buffer))
        && (!happened(FD_READ) || client.read(buffer))
        && !happened(FD_CLOSE)
}
