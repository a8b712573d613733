//! Synchronisation objects and the functions that wait for them (rules WAIT).

mod events;
mod multiple;
mod mutexes;
mod names;
mod ordering;
mod semaphores;
mod signal_and_wait;
mod single;
mod threads;
mod timers;
mod wsa;
