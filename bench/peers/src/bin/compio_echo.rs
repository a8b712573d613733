//! compio on io_uring: a task for each connection, buffers that are handed over and come back.

use std::io;

use compio::io::{AsyncRead, AsyncWriteExt};
use compio::net::{TcpListener, TcpStream};
use compio::runtime::Runtime;
use larboard_bench_peers::{Options, announce, listener};

fn main() -> io::Result<()> {
    let options = Options::start_single()?;
    Runtime::new()?.block_on(serve(options.buffer))
}

async fn serve(buffer: usize) -> io::Result<()> {
    let listener = listener()?;
    announce(&listener)?;
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        compio::runtime::spawn(echo(stream, buffer)).detach();
    }
}

async fn echo(mut stream: TcpStream, buffer: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(buffer);
    let (mut received, mut sent);
    loop {
        (received, buffer) = stream.read(buffer).await.into();
        if received? == 0 {
            return Ok(());
        }
        (sent, buffer) = stream.write_all(buffer).await.into();
        sent?;
        buffer.clear();
    }
}
