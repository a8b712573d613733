//! WSAAsyncSelect: what happens on the sockets comes as messages to a window, all on one thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::{null, null_mut};

use larboard_bench::announce;
use larboard_bench::sockets::{accept_client, error, listening_socket, tcp_port};
use larboard_win32::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use larboard_win32::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_READ, FD_WRITE, SOCKET, WSAAsyncSelect,
};
use larboard_win32::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, HWND_MESSAGE, MSG,
    RegisterClassW, WM_USER, WNDCLASSW,
};

use crate::client::Client;

const WM_SOCKET: u32 = WM_USER + 1;

/// Serves clients for ever.
pub fn serve(buffer: usize) -> ! {
    let window = create_window();
    let listener = listening_socket();
    SERVER.set(Some(Server {
        window,
        listener,
        clients: HashMap::new(),
        buffer: vec![0; buffer],
    }));
    select(listener, window, FD_ACCEPT);
    announce(tcp_port(listener));
    let mut message = MSG::default();
    loop {
        // SAFETY: the structure is live.
        let result = unsafe { GetMessageW(&mut message, null_mut(), 0, 0) };
        assert!(result > 0, "no message: error {}", error());
        // SAFETY: as above.
        unsafe { DispatchMessageW(&message) };
    }
}

struct Server {
    window: HWND,
    listener: SOCKET,
    clients: HashMap<SOCKET, Client>,
    buffer: Vec<u8>,
}

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

impl Server {
    /// Something has happened on a socket.
    fn hear(&mut self, socket: SOCKET, event: u32) {
        if socket == self.listener {
            let client = accept_client(socket);
            self.clients.insert(client, Client::new(client));
            select(client, self.window, FD_READ | FD_WRITE | FD_CLOSE);
            return;
        }
        let Some(client) = self.clients.get_mut(&socket) else {
            return; // a message that was under way when the client went
        };
        let stays = match event {
            FD_READ => client.read(&mut self.buffer),
            FD_WRITE => client.write(&mut self.buffer),
            _ => false,
        };
        if !stays {
            self.clients.remove(&socket);
        }
    }
}

unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    word: WPARAM,
    long: LPARAM,
) -> LRESULT {
    if message != WM_SOCKET {
        // SAFETY: handed on as it came.
        return unsafe { DefWindowProcW(window, message, word, long) };
    }
    let event = long as u32 & 0xFFFF;
    SERVER.with_borrow_mut(|server| {
        if let Some(server) = server {
            server.hear(word, event);
        }
    });
    0
}

fn select(socket: SOCKET, window: HWND, events: u32) {
    // SAFETY: takes no pointers.
    let selected = unsafe { WSAAsyncSelect(socket, window, WM_SOCKET, events as i32) };
    assert_eq!(selected, 0, "no selection: error {}", error());
}

fn create_window() -> HWND {
    let name: Vec<u16> = "echo\0".encode_utf16().collect();
    let class = WNDCLASSW {
        lpfnWndProc: Some(procedure),
        lpszClassName: name.as_ptr(),
        ..WNDCLASSW::default()
    };
    // SAFETY: class and name are live.
    let window = unsafe {
        RegisterClassW(&class);
        CreateWindowExW(
            0,
            name.as_ptr(),
            null(),
            0,
            0,
            0,
            0,
            0,
            HWND_MESSAGE,
            null_mut(),
            null_mut(),
            null(),
        )
    };
    assert!(!window.is_null(), "no window: error {}", error());
    window
}
