//! `larboard client`: the lecture's interactive client.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::net::SocketAddr;

use encoding_rs::EUC_KR;
use larboard::net::TcpStream;
use larboard::{Error, code};

use crate::args::{ClientArgs, Encoding};
use crate::console;
use crate::failure::Failure;
use crate::messages::ClientMessages;

/// Sends lines and prints what comes back, until an empty line or the end of input.
pub fn run(args: &ClientArgs) -> Result<(), Failure> {
    let server = TcpStream::connect(args.addr).map_err(|error| cannot_connect(args.addr, error))?;
    let messages = ClientMessages(args.lang.choose());
    let mut input = io::stdin().lock();
    let mut unsent = 0_usize;
    loop {
        console::print(messages.prompt())?;
        let Some(line) = read_line(&mut input)? else {
            break;
        };
        let Some(bytes) = args.encoding.encode(&line) else {
            eprintln!(
                "error: cp949 has no place for a character of this line; --encoding utf-8 has for all"
            );
            unsent += 1;
            continue;
        };
        let lost = |error: Error| {
            Failure::new(format_args!(
                "the connection to {} is lost: {error}",
                args.addr
            ))
        };
        send_all(&server, &bytes).map_err(lost)?;
        console::print(&messages.sent(bytes.len()))?;
        let mut echo = vec![0; bytes.len()];
        let received = server.recv_all(&mut echo).map_err(lost)?;
        if received == 0 {
            return Err(Failure::new(format_args!(
                "{} has ended the connection",
                args.addr
            )));
        }
        console::print(&messages.received(received, &args.encoding.decode(&echo[..received])))?;
    }
    // The shell's own prompt shall not stand behind ours.
    console::print("\n")?;
    match unsent {
        0 => Ok(()),
        1 => Err(Failure::new("1 line was not sent")),
        _ => Err(Failure::new(format_args!("{unsent} lines were not sent"))),
    }
}

/// One line that says what to do.
pub fn cannot_connect(addr: SocketAddr, error: Error) -> Failure {
    let advice = match error.code() {
        code::WSAECONNREFUSED | code::ERROR_CONNECTION_REFUSED => {
            format!("; start a server with `larboard serve --addr {addr}`")
        }
        _ => String::new(),
    };
    Failure::new(format_args!("cannot connect to {addr}: {error}{advice}"))
}

impl Encoding {
    /// The bytes of a line, or `None` if the encoding has no such character.
    fn encode(self, line: &str) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Utf8 => Some(Cow::Borrowed(line.as_bytes())),
            // What the web calls EUC-KR is Windows' code page 949.
            Self::Cp949 => {
                let (bytes, _, unmappable) = EUC_KR.encode(line);
                (!unmappable).then_some(bytes)
            }
        }
    }

    fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Cp949 => EUC_KR.decode_without_bom_handling(bytes).0,
        }
    }
}

/// A line without its end; `None` for an empty one and at the end of input.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    input.read_until(b'\n', &mut bytes)?;
    let line = String::from_utf8_lossy(&bytes);
    let line = line.trim_end_matches(['\r', '\n']);
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

fn send_all(server: &TcpStream, mut bytes: &[u8]) -> larboard::Result<()> {
    while !bytes.is_empty() {
        let sent = server.send(bytes)?;
        bytes = &bytes[sent..];
    }
    Ok(())
}
