//! select: the listener and all clients in one set, made anew for every call.

use std::collections::HashMap;
use std::ptr::null;

use larboard_bench::announce;
use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_win32::Win32::Networking::WinSock::{
    FD_SET, FIONBIO, SOCKET, SOCKET_ERROR, ioctlsocket, select,
};

use crate::client::Client;

/// Serves clients for ever.
pub fn serve(buffer: usize) -> ! {
    let listener = listening_socket();
    announce(tcp_port(listener));
    let mut buffer = vec![0; buffer];
    let mut clients: HashMap<SOCKET, Client> = HashMap::new();
    let (mut readable, mut writable) = (Set::default(), Set::default());
    loop {
        readable.fill([listener].into_iter().chain(clients.keys().copied()));
        let full = clients.values().filter(|client| client.is_full());
        writable.fill(full.map(|client| client.socket));
        // SAFETY: the sets are live; no limit is given.
        let ready = unsafe {
            select(
                0,
                readable.as_mut_ptr(),
                writable.as_mut_ptr(),
                std::ptr::null_mut(),
                null(),
            )
        };
        assert_ne!(ready, SOCKET_ERROR, "select failed: error {}", error());
        for &socket in readable.sockets() {
            if socket == listener {
                let client = accept_client(listener);
                do_not_block(client);
                clients.insert(client, Client::new(client));
            } else {
                serve_one(&mut clients, socket, |client| client.read(&mut buffer));
            }
        }
        for &socket in writable.sockets() {
            serve_one(&mut clients, socket, |client| client.write(&mut buffer));
        }
    }
}

fn serve_one(
    clients: &mut HashMap<SOCKET, Client>,
    socket: SOCKET,
    step: impl FnOnce(&mut Client) -> bool,
) {
    if clients.get_mut(&socket).is_some_and(|client| !step(client)) {
        clients.remove(&socket);
    }
}

fn do_not_block(socket: SOCKET) {
    let mut on = 1;
    // SAFETY: the argument is live.
    unsafe { ioctlsocket(socket, FIONBIO, &mut on) };
}

/// An FD_SET of any length. In memory it is the count, at the width of a socket, and then the sockets.
struct Set(Vec<usize>);

const _: () = assert!(std::mem::offset_of!(FD_SET, fd_array) == size_of::<usize>());

impl Default for Set {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl Set {
    fn fill(&mut self, sockets: impl Iterator<Item = SOCKET>) {
        self.0.truncate(1);
        self.0.extend(sockets);
        self.set_count(self.0.len() - 1);
    }

    fn sockets(&self) -> &[SOCKET] {
        &self.0[1..][..self.count()]
    }

    fn count(&self) -> usize {
        // SAFETY: the vector begins with the count, as an FD_SET does.
        unsafe { self.0.as_ptr().cast::<u32>().read() as usize }
    }

    fn set_count(&mut self, count: usize) {
        // SAFETY: as above.
        unsafe { self.0.as_mut_ptr().cast::<u32>().write(count as u32) };
    }

    fn as_mut_ptr(&mut self) -> *mut FD_SET {
        self.0.as_mut_ptr().cast()
    }
}
