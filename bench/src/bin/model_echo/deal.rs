//! Dealing clients to threads that wait for events: a wait takes 64 at most, and one tells of new clients.

use std::sync::mpsc::{Receiver, channel};

use larboard_bench::announce;
use larboard_bench::sockets::{accept_client, listening_socket, tcp_port};
use larboard_win32::Win32::Networking::WinSock::{
    SOCKET, WSA_MAXIMUM_WAIT_EVENTS, WSACreateEvent, WSASetEvent,
};

/// Accepts clients for ever. `work` runs on a thread for each 63 of them; its event tells of those in its channel.
pub fn serve(work: impl Fn(Receiver<SOCKET>, isize) + Clone + Send + 'static) -> ! {
    let listener = listening_socket();
    announce(tcp_port(listener));
    loop {
        let (give, take) = channel();
        // SAFETY: takes nothing.
        let arrival = unsafe { WSACreateEvent() };
        let work = work.clone();
        std::thread::spawn(move || work(take, arrival));
        for _ in 1..WSA_MAXIMUM_WAIT_EVENTS {
            give.send(accept_client(listener))
                .expect("the worker does not end");
            // SAFETY: takes no pointers.
            unsafe { WSASetEvent(arrival) };
        }
    }
}
