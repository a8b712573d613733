//! tokio: a task for each connection, as in its tutorial. One worker is the current-thread runtime, more are the multi-thread one.

use std::io;

use larboard_bench_peers::{Options, announce, listener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

fn main() -> io::Result<()> {
    let options = Options::start()?;
    let mut builder = match options.workers {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(options.workers)
        .enable_io()
        .build()?;
    // On a task of its own: the multi-thread runtime runs what it blocks on outside its workers.
    let serving = runtime.spawn(serve(options.buffer));
    runtime.block_on(serving)?
}

async fn serve(buffer: usize) -> io::Result<()> {
    let listener = listener()?;
    listener.set_nonblocking(true)?;
    announce(&listener)?;
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(echo(stream, buffer));
    }
}

async fn echo(mut stream: TcpStream, buffer: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; buffer];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            received => stream.write_all(&buffer[..received]).await?,
        }
    }
}
