//! The figures of a comparison, as they stand in the JSON file.

use serde::{Deserialize, Serialize};

use crate::model::Model;

/// One run of `larboard compare`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comparison {
    /// Version of the command that measured.
    pub version: String,
    /// The kernel measured on.
    pub kernel: String,
    /// Processors the servers and the load shared.
    pub processors: usize,
    /// Bytes in a message.
    pub size: usize,
    /// Messages each client had under way.
    pub depth: usize,
    /// Seconds each cell was loaded.
    pub seconds: f64,
    /// One model with one number of clients each.
    pub cells: Vec<Cell>,
}

/// What one model did and cost with one number of clients.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cell {
    /// The model.
    pub model: Model,
    /// Clients that tried.
    pub connections: usize,
    /// Clients that got an answer.
    pub served: usize,
    /// Clients the server closed because of its own limit.
    pub refused: usize,
    /// Clients that were connected but had no answer before the end.
    pub waiting: usize,
    /// Clients that could not connect, broke off, or got wrong bytes.
    pub errors: usize,
    /// Messages that came back, each byte verified.
    pub messages: u64,
    /// Messages per second.
    pub messages_per_second: f64,
    /// Time from sending a message to having it back: median, in microseconds.
    pub p50_us: Option<f64>,
    /// The same, exceeded by one message in a hundred.
    pub p99_us: Option<f64>,
    /// Processor time of the server, user and system, for each message, in microseconds.
    pub cpu_us_per_message: Option<f64>,
    /// System calls of the server for each message, counted in a run of its own; absent where they cannot be counted.
    pub system_calls_per_message: Option<f64>,
    /// Context switches of the server for each message.
    pub switches_per_message: Option<f64>,
    /// Threads of the model under load.
    pub threads: u64,
    /// User memory of the server for each idle client, in bytes; absent where a page is too coarse a measure.
    pub memory_per_client: Option<u64>,
}

impl Comparison {
    /// The numbers of clients that were tried, in order.
    pub fn connections(&self) -> Vec<usize> {
        let mut all: Vec<_> = self.cells.iter().map(|cell| cell.connections).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The cells with this number of clients, in the order of the models.
    pub fn with_connections(&self, connections: usize) -> impl Iterator<Item = &Cell> {
        self.cells
            .iter()
            .filter(move |cell| cell.connections == connections)
    }
}
