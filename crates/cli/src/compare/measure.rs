//! One cell of the table: one model, one number of clients.

use std::io;
use std::time::{Duration, Instant};

use super::figures::Cell;
use super::server::Server;
use super::system_calls;
use crate::failure::Failure;
use crate::load::{self, Generator, Outcome};
use crate::model::Model;
use crate::process;

/// What to measure.
pub struct Plan {
    /// The model.
    pub model: Model,
    /// Clients at once.
    pub connections: usize,
    /// Bytes in a message.
    pub size: usize,
    /// Messages each client has under way.
    pub depth: usize,
    /// How long to load.
    pub time: Duration,
}

/// Below this many clients a page is too coarse a measure for what one of them takes.
const CLIENTS_FOR_MEMORY: usize = 50;

/// How long the server may take to notice that a client has gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Starts the server, loads it, and reads what that cost.
pub fn cell(plan: &Plan, mut tick: impl FnMut()) -> Result<Cell, Failure> {
    let server = Server::start(plan.model)?;
    let pid = server.pid();
    warm_up(plan, &server)?;
    let empty = process::memory(pid)?;
    let mut generator = Generator::connect(plan.load(&server))?;
    generator.settle()?;
    let idle = process::memory(pid)?;
    let before = Cost::of(pid)?;
    generator.run(plan.time, |_| tick())?;
    let cost = Cost::of(pid)?.since(&before);
    let threads = process::model_threads(pid)?;
    let outcome = generator.finish();
    server.stop()?;
    let served = outcome.clients.served;
    let memory = (served >= CLIENTS_FOR_MEMORY).then(|| idle.saturating_sub(empty) / served as u64);
    Ok(figures(
        plan,
        &outcome,
        &cost,
        threads,
        memory,
        system_calls::per_message(plan)?,
    ))
}

impl Plan {
    /// The load for this server.
    pub fn load(&self, server: &Server) -> load::Plan {
        load::Plan {
            addr: server.addr(),
            connections: self.connections,
            size: self.size,
            depth: self.depth,
        }
    }
}

/// One client comes and goes, so that what the first one sets up is not counted as every client's. It has gone when the
/// server has closed its socket: before that it would take a place from those who are counted.
fn warm_up(plan: &Plan, server: &Server) -> Result<(), Failure> {
    let sockets = process::sockets(server.pid())?;
    let mut generator = Generator::connect(load::Plan {
        connections: 1,
        ..plan.load(server)
    })?;
    generator.settle()?;
    generator.finish();
    let limit = Instant::now() + PATIENCE;
    while process::sockets(server.pid())? > sockets && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// What a process has used so far.
struct Cost {
    cpu: Duration,
    switches: u64,
}

impl Cost {
    fn of(pid: u32) -> io::Result<Self> {
        Ok(Self {
            cpu: process::cpu_time(pid)?,
            switches: process::context_switches(pid)?,
        })
    }

    /// No thread ends while clients stay connected, so the difference misses nobody's switches.
    fn since(&self, before: &Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

fn figures(
    plan: &Plan,
    outcome: &Outcome,
    cost: &Cost,
    threads: u64,
    memory: Option<u64>,
    calls: Option<f64>,
) -> Cell {
    let per_message =
        |amount: f64| (outcome.messages > 0).then(|| amount / outcome.messages as f64);
    Cell {
        model: plan.model,
        connections: plan.connections,
        served: outcome.clients.served,
        refused: outcome.clients.refused,
        waiting: outcome.clients.waiting,
        errors: outcome.clients.broken + outcome.clients.wrong,
        messages: outcome.messages,
        messages_per_second: outcome.rate(),
        p50_us: outcome.latency_us(0.5),
        p99_us: outcome.latency_us(0.99),
        cpu_us_per_message: per_message(cost.cpu.as_secs_f64() * 1e6),
        system_calls_per_message: calls,
        switches_per_message: per_message(cost.switches as f64),
        threads,
        memory_per_client: memory,
    }
}
