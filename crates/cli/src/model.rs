//! The socket I/O models, and what the textbooks say about each.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::messages::Lang;

/// A socket I/O model that `larboard serve` can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// One blocking thread, one client after the other
    Iterative,
    /// One blocking thread for every client
    Threads,
    /// One thread that polls non-blocking sockets without pause
    Nonblocking,
    /// One thread that asks select which sockets are ready (63 clients, see --limit)
    Select,
    /// One thread with a window, which is told by messages what its sockets are ready for
    AsyncSelect,
    /// One thread that is told by events what its sockets are ready for (63 clients, see --limit)
    EventSelect,
    /// Overlapped I/O, completion told by events (63 clients)
    OverlappedEvent,
    /// Overlapped I/O, completion told by routines in an alertable wait
    OverlappedRoutine,
    /// Overlapped I/O, completion told by packets at a port
    CompletionPort,
}

impl Model {
    /// All models, in the order of the lecture.
    pub const ALL: &[Self] = &[
        Self::Iterative,
        Self::Threads,
        Self::Nonblocking,
        Self::Select,
        Self::AsyncSelect,
        Self::EventSelect,
        Self::OverlappedEvent,
        Self::OverlappedRoutine,
        Self::CompletionPort,
    ];

    /// The name used on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iterative => "iterative",
            Self::Threads => "threads",
            Self::Nonblocking => "nonblocking",
            Self::Select => "select",
            Self::AsyncSelect => "async-select",
            Self::EventSelect => "event-select",
            Self::OverlappedEvent => "overlapped-event",
            Self::OverlappedRoutine => "overlapped-routine",
            Self::CompletionPort => "completion-port",
        }
    }

    /// How input and notification are combined.
    pub fn kind(self, lang: Lang) -> &'static str {
        let (en, ko) = match self {
            Self::Iterative | Self::Threads => ("synchronous, blocking", "동기, 블로킹"),
            Self::Nonblocking => ("synchronous, polling", "동기, 폴링"),
            Self::Select | Self::AsyncSelect | Self::EventSelect => {
                ("synchronous, notified", "동기 + 비동기 통지")
            }
            Self::OverlappedEvent | Self::OverlappedRoutine | Self::CompletionPort => {
                ("asynchronous, notified", "비동기 + 비동기 통지")
            }
        };
        lang.pick(en, ko)
    }

    /// What speaks for the model.
    pub fn advantage(self, lang: Lang) -> &'static str {
        let (en, ko) = match self {
            Self::Iterative => (
                "One thread only, so it takes few resources.",
                "스레드 하나로 구현하므로 시스템 자원 소모가 적다.",
            ),
            Self::Threads => (
                "A client that takes long does not keep the others waiting; the code stays simple.",
                "한 클라이언트의 처리가 길어져도 다른 클라이언트가 기다리지 않고, 코드가 단순하다.",
            ),
            Self::Nonblocking => (
                "No call ever stops the thread: no deadlock, many sockets without threads, other work in between.",
                "함수가 항상 리턴하므로 교착 상태가 없고, 스레드 하나로 여러 소켓과 다른 작업을 번갈아 처리한다.",
            ),
            Self::Select => (
                "The same program runs on Windows, Unix and Linux.",
                "윈도우는 물론 유닉스/리눅스에서도 사용할 수 있으므로 이식성이 높다.",
            ),
            Self::AsyncSelect => (
                "Sockets speak by window messages, which fits programs with a user interface; no limit of sockets.",
                "소켓 이벤트를 윈도우 메시지로 처리하므로 GUI 응용 프로그램과 잘 결합하고, 소켓 개수에 제한이 없다.",
            ),
            Self::EventSelect => (
                "Told like the message model, without a window, and with rather good speed.",
                "Select와 AsyncSelect를 혼합한 모델로, 윈도우가 필요 없으면서 비교적 뛰어난 성능을 제공한다.",
            ),
            Self::OverlappedEvent => (
                "Very good speed: computing and transfer overlap.",
                "비동기 입출력으로 연산과 전송이 겹치므로 성능이 뛰어나다.",
            ),
            Self::OverlappedRoutine => (
                "Very good speed with one thread and without a limit of sockets.",
                "비동기 입출력으로 성능이 뛰어나고, 한 스레드로도 소켓 개수에 제한이 없다.",
            ),
            Self::CompletionPort => (
                "The best speed: asynchronous I/O, and few threads that any completion can use.",
                "비동기 입출력과 완료 포트로 가장 뛰어난 성능을 제공한다.",
            ),
        };
        lang.pick(en, ko)
    }

    /// What speaks against the model.
    pub fn disadvantage(self, lang: Lang) -> &'static str {
        let (en, ko) = match self {
            Self::Iterative => (
                "While one client is served all others wait.",
                "한 클라이언트의 처리 시간이 길어지면 다른 클라이언트의 대기 시간이 길어진다.",
            ),
            Self::Threads => (
                "A thread for every client takes many resources.",
                "클라이언트마다 스레드를 만들므로 시스템 자원 소모가 크다.",
            ),
            Self::Nonblocking => (
                "Every call has to be checked for WSAEWOULDBLOCK, and a whole processor is always busy.",
                "호출할 때마다 WSAEWOULDBLOCK을 확인해야 하고, CPU 사용률이 훨씬 높다.",
            ),
            Self::Select => (
                "The slowest of the notified models: every round asks for every socket; 64 sockets for a thread.",
                "통지를 받는 모델 중 성능이 가장 떨어지고, 스레드당 최대 64개의 소켓만 처리할 수 있다.",
            ),
            Self::AsyncSelect => (
                "One window procedure takes the messages of all sockets, and the window's own, one after the other.",
                "단일 윈도우 프로시저가 일반 윈도우 메시지와 소켓 메시지를 함께 처리하므로 성능이 떨어진다.",
            ),
            Self::EventSelect => (
                "64 events in one wait, so 64 sockets for a thread.",
                "스레드당 최대 64개의 소켓만 처리할 수 있다.",
            ),
            Self::OverlappedEvent => (
                "64 events in one wait, so 63 clients for a thread.",
                "스레드당 최대 64개의 이벤트(클라이언트 63개)만 처리할 수 있다.",
            ),
            Self::OverlappedRoutine => (
                "Only functions that take a routine, and only the thread that started the I/O runs it.",
                "완료 루틴을 지원하지 않는 함수에는 쓸 수 없고, 입출력을 시작한 스레드만 완료 루틴을 실행한다.",
            ),
            Self::CompletionPort => (
                "None in speed; more to write than blocking calls.",
                "성능 면에서 단점은 없지만 블로킹 방식보다 코딩이 복잡하다.",
            ),
        };
        lang.pick(en, ko)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
