//! Network events: WSAEventSelect and WSAEnumNetworkEvents (rules EVT), WSAAsyncSelect (rules ASY).
//!
//! Most tests follow one pattern: something happens, exactly the events that the rule names are told, and then nothing more. The two kits
//! say it in the same words: [`watch::Watch`] for event objects, [`window::Window`] for messages.

mod async_select;
mod async_select_kinds;
mod async_select_load;
mod async_select_posting;
mod between;
mod event_select;
mod event_select_interplay;
mod event_select_kinds;
mod event_select_load;
mod event_select_recording;
mod functions;
mod load;
mod models;
mod watch;
mod window;
