//! What servers and client say, word for word as the textbook programs do, in Korean and in English.

use std::fmt::Display;
use std::net::SocketAddr;
use std::panic::Location;

use clap::ValueEnum;

use crate::model::Model;

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Korean, as the textbook prints
    Ko,
    /// English
    En,
}

impl Lang {
    /// Korean for a Korean locale, English for every other.
    pub fn of_system() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if locale.starts_with("ko") => Self::Ko,
            _ => Self::En,
        }
    }

    /// Whichever of two texts is in this language.
    pub fn pick<T>(self, en: T, ko: T) -> T {
        match self {
            Self::En => en,
            Self::Ko => ko,
        }
    }
}

/// The messages of an echo server. Each text ends where the program's own print ends.
#[derive(Clone, Copy)]
pub struct ServerMessages {
    /// The language they are in.
    pub lang: Lang,
    /// The server that speaks.
    pub model: Model,
}

impl ServerMessages {
    /// The server is ready at this address.
    pub fn listening(&self, address: SocketAddr) -> String {
        let model = self.model;
        match self.lang {
            Lang::Ko => format!("[TCP 서버] 대기 중: {address} ({model}, Ctrl-C로 종료)\n"),
            Lang::En => format!("[TCP Server] Listening: {address} ({model}, Ctrl-C ends it)\n"),
        }
    }

    /// A client has come.
    pub fn connected(&self, peer: SocketAddr) -> String {
        let (ip, port) = (peer.ip(), peer.port());
        let verb = if self.model == Model::OverlappedEvent {
            "Accept"
        } else {
            "Connect"
        };
        match self.lang {
            Lang::Ko => format!("\n[TCP 서버] 클라이언트 접속: IP 주소={ip}, 포트 번호={port}\n"),
            Lang::En => format!("\n[TCP Server] {verb} Client: IP={ip}, port={port}\n"),
        }
    }

    /// A client has sent something.
    pub fn received(&self, peer: SocketAddr, data: &[u8]) -> String {
        let (ip, port) = (peer.ip(), peer.port());
        let text = String::from_utf8_lossy(data);
        match self.lang {
            Lang::Ko => format!("[TCP/{ip}:{port}] {text}\n"),
            Lang::En => format!("\n[TCP Server] IP={ip}, port={port}: {text}\n"),
        }
    }

    /// A client has gone.
    pub fn disconnected(&self, peer: SocketAddr) -> String {
        let (ip, port) = (peer.ip(), peer.port());
        match self.lang {
            Lang::Ko => format!("\n[TCP 서버] 클라이언트 종료: IP 주소={ip}, 포트 번호={port}\n"),
            Lang::En => format!("\n[TCP Server] Disconnect Client: IP={ip}, port={port}\n"),
        }
    }

    /// An operation has failed: Korean names it, English gives source line and code.
    pub fn error(
        &self,
        operation: &str,
        text: impl Display,
        code: u32,
        line: &Location<'_>,
    ) -> String {
        match self.lang {
            Lang::Ko => format!("[{operation}] {text}\n"),
            Lang::En => format!("Error! Line {}: {code}", line.line()),
        }
    }

    /// There is no memory for another client. Korean in both: the English sample prints it so.
    pub fn out_of_memory(&self) -> &'static str {
        match self.lang {
            Lang::Ko => "[오류] 메모리가 부족합니다!\n",
            Lang::En => "[Error] 메모리가 부족합니다.\n",
        }
    }

    /// The table of sockets is full.
    pub fn table_full(&self) -> &'static str {
        match self.lang {
            Lang::Ko => "[오류] 소켓 정보를 추가할 수 없습니다!\n",
            Lang::En => "[Error] The socket cannot be added to the table!\n",
        }
    }

    /// What the server has done, at its end.
    pub fn summary(&self, clients: u64, messages: u64, bytes: u64, threads: u64) -> String {
        match self.lang {
            Lang::Ko => {
                format!(
                    "\n[TCP 서버] 요약: 클라이언트={clients}, 메시지={messages}, 바이트={bytes}, 최대 스레드={threads}\n"
                )
            }
            Lang::En => {
                format!(
                    "\n[TCP Server] Summary: clients={clients}, messages={messages}, bytes={bytes}, peak threads={threads}\n"
                )
            }
        }
    }
}

/// The messages of the client.
#[derive(Clone, Copy)]
pub struct ClientMessages(pub Lang);

impl ClientMessages {
    /// Asks for a line.
    pub fn prompt(self) -> &'static str {
        self.0.pick("\n[Data to send] ", "\n[보낼 데이터] ")
    }

    /// So many bytes have gone out.
    pub fn sent(self, bytes: usize) -> String {
        match self.0 {
            Lang::Ko => format!("[TCP 클라이언트] {bytes}바이트를 보냈습니다.\n"),
            Lang::En => format!("[TCP Client] Sent {bytes} bytes.\n"),
        }
    }

    /// So many bytes have come back, and this is what they say.
    pub fn received(self, bytes: usize, text: &str) -> String {
        match self.0 {
            Lang::Ko => {
                format!("[TCP 클라이언트] {bytes}바이트를 받았습니다.\n[받은 데이터] {text}\n")
            }
            Lang::En => format!("[TCP Client] Received {bytes} bytes.\n[Received data] {text}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> SocketAddr {
        "127.0.0.1:2610".parse().unwrap()
    }

    /// PRG-04: the Korean server names connect, data and disconnect in fixed words, the first and last after an empty line.
    #[test]
    fn prg_04_korean_server() {
        let ko = ServerMessages {
            lang: Lang::Ko,
            model: Model::CompletionPort,
        };
        assert_eq!(
            ko.connected(peer()),
            "\n[TCP 서버] 클라이언트 접속: IP 주소=127.0.0.1, 포트 번호=2610\n"
        );
        assert_eq!(
            ko.received(peer(), "안녕하세요".as_bytes()),
            "[TCP/127.0.0.1:2610] 안녕하세요\n"
        );
        assert_eq!(
            ko.disconnected(peer()),
            "\n[TCP 서버] 클라이언트 종료: IP 주소=127.0.0.1, 포트 번호=2610\n"
        );
    }

    /// PRG-05: the English event server accepts, the others connect; every message follows an empty line.
    #[test]
    fn prg_05_english_servers() {
        let of = |model| ServerMessages {
            lang: Lang::En,
            model,
        };
        assert_eq!(
            of(Model::OverlappedEvent).connected(peer()),
            "\n[TCP Server] Accept Client: IP=127.0.0.1, port=2610\n"
        );
        for model in [Model::OverlappedRoutine, Model::CompletionPort] {
            assert_eq!(
                of(model).connected(peer()),
                "\n[TCP Server] Connect Client: IP=127.0.0.1, port=2610\n"
            );
            assert_eq!(
                of(model).received(peer(), b"hi"),
                "\n[TCP Server] IP=127.0.0.1, port=2610: hi\n"
            );
            assert_eq!(
                of(model).disconnected(peer()),
                "\n[TCP Server] Disconnect Client: IP=127.0.0.1, port=2610\n"
            );
        }
    }

    /// PRG-06: English errors give line and code without a newline, Korean ones the operation and a text.
    /// PRG-07: out of memory has its own message in either family.
    #[test]
    fn prg_06_and_07_errors() {
        let of = |lang| ServerMessages {
            lang,
            model: Model::CompletionPort,
        };
        let here = Location::caller();
        assert_eq!(
            of(Lang::En).error("accept()", "reset", 10054, here),
            format!("Error! Line {}: 10054", here.line())
        );
        assert_eq!(
            of(Lang::Ko).error("accept()", "reset", 10054, here),
            "[accept()] reset\n"
        );
        assert_eq!(
            of(Lang::Ko).out_of_memory(),
            "[오류] 메모리가 부족합니다!\n"
        );
        assert_eq!(
            of(Lang::En).out_of_memory(),
            "[Error] 메모리가 부족합니다.\n"
        );
    }

    /// PRG-16: a full table is told in the textbook's words.
    #[test]
    fn prg_16_full_table() {
        let ko = ServerMessages {
            lang: Lang::Ko,
            model: Model::Select,
        };
        assert_eq!(ko.table_full(), "[오류] 소켓 정보를 추가할 수 없습니다!\n");
    }

    /// PRG-32: the client's words for prompt, sent, received and data; the prompt follows an empty line.
    #[test]
    fn prg_32_client() {
        let ko = ClientMessages(Lang::Ko);
        assert_eq!(ko.prompt(), "\n[보낼 데이터] ");
        assert_eq!(ko.sent(10), "[TCP 클라이언트] 10바이트를 보냈습니다.\n");
        assert_eq!(
            ko.received(10, "게임공학과"),
            "[TCP 클라이언트] 10바이트를 받았습니다.\n[받은 데이터] 게임공학과\n"
        );
    }
}
