//! Keys: who asks for them gets every one at once; who asks for a line has the terminal as it was (CON-08, CON-09).
//!
//! The keyboard is standard input: a terminal, or a pipe, whose bytes then are the keys. Nothing is read before it is asked
//! for, so that keys and lines may be asked for by turns; only the functions of events read ahead.
//!
//! The terminal goes on handing out keys until somebody is known to read a line, or until nobody has asked for keys for a
//! while.
//!
//! A terminal says when a key is pressed, not when it is let go. A key counts as held for [`HELD`] after it was read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, Once};
use std::time::{Duration, Instant};

use windows_sys::Win32::System::Console::{
    COORD, LEFT_ALT_PRESSED, LEFT_CTRL_PRESSED, SHIFT_PRESSED,
};
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{VK_CONTROL, VK_MENU, VK_SHIFT};

pub use super::decode::Key;
use super::handles::is_terminal;
use super::{decode, terminal};
use crate::guard::infallible;

/// Whether a key was pressed within the last moment (bit 15), or since the last question (bit 0). A terminal tells of keys
/// with a character, and of arrows and the like; of Shift, Ctrl and Alt only together with such a key. Without a terminal,
/// or in the background, none is.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAsyncKeyState(vkey: i32) -> i16 {
    infallible(0, || {
        let mut input = lock();
        if matches!(keyboard(), Some((_, Kind::Terminal))) {
            input.read_ahead();
        }
        let Some(key) = usize::try_from(vkey).ok().filter(|&key| key < KEYS) else {
            return 0;
        };
        let held = input.pressed[key].is_some_and(|at| at.elapsed() < HELD);
        let fresh = std::mem::take(&mut input.fresh[key]);
        (if held { i16::MIN } else { 0 }) | i16::from(fresh)
    })
}

/// Whether a key can be read without waiting. The terminal hands out keys from then on.
pub fn pending() -> bool {
    let mut input = lock();
    if input.records.iter().any(Record::is_key) || !input.ahead.is_empty() {
        return true;
    }
    let Some((fd, kind)) = keyboard() else {
        return false;
    };
    if kind == Kind::Terminal {
        input.hand_out_keys(true);
    }
    waiting(fd) > 0
}

/// The next key. Without `wait`, none if there is none now; also none at the end of the input, and where there is no
/// keyboard.
pub fn read(wait: bool) -> Option<Key> {
    loop {
        let mut input = lock();
        let for_good = input.hands_out;
        let (fd, kind) = keyboard()?;
        if kind == Kind::Terminal {
            input.hand_out_keys(for_good);
        }
        let key = input.next_key();
        let ended = key.is_none() && has_ended(fd);
        if key.is_some() || ended || !wait {
            if !for_good {
                input.hand_out_lines();
            }
            return key;
        }
        wait_for_keys(input, fd);
    }
}

/// Waits until there is something to read; the terminal hands out keys as long as somebody waits for them.
pub(super) fn wait_for_keys(mut input: MutexGuard<'_, Input>, fd: i32) {
    input.waiters += 1;
    drop(input);
    if keyboard().is_some() {
        terminal::wait(fd, libc::POLLIN, -1);
    } else {
        // Another job has the terminal; what is typed now is its.
        std::thread::sleep(BACKGROUND_PAUSE);
    }
    let mut input = lock();
    input.waiters -= 1;
    input.asked = Instant::now();
}

/// Puts a key back, so that it is the next one.
pub fn unread(key: Key) {
    let mut input = lock();
    for record in Record::of(key).into_iter().rev() {
        input.records.push_front(record);
    }
}

/// Gives the terminal back for lines: before somebody reads standard input who knows nothing of keys.
pub fn cooked() {
    lock().hand_out_lines();
}

/// Takes bytes that were read ahead, for somebody who reads standard input byte by byte: how many there were.
pub fn take(to: &mut [u8]) -> usize {
    let mut input = lock();
    let count = to.len().min(input.ahead.len());
    for (place, byte) in to.iter_mut().zip(input.ahead.drain(..count)) {
        *place = byte;
    }
    count
}

/// Says that a thread waits for a line on standard input, as long as this lives.
pub struct LineReader(());

/// Threads that wait for a line.
static LINE_READERS: AtomicUsize = AtomicUsize::new(0);

impl LineReader {
    /// Gives the terminal back for lines.
    pub fn begin() -> Self {
        cooked();
        LINE_READERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for LineReader {
    fn drop(&mut self) {
        LINE_READERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long a key counts as held.
const HELD: Duration = Duration::from_millis(150);
/// How long the bytes of one key may be apart, and how long a terminal may think about an answer, in milliseconds.
const TOGETHER: i32 = 25;
const ANSWER: Duration = Duration::from_millis(300);
/// Records that are kept: beyond that the oldest are forgotten.
const MOST_RECORDS: usize = 4096;
const KEYS: usize = 256;

/// How long the terminal goes on handing out keys when nobody asks for them.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(300);
const LONGEST_PATIENCE: Duration = Duration::from_secs(4);

/// Wakes the thread that gives the terminal back for lines, which is started the first time. The input of the C++ library
/// does not say when it waits for a line; so the terminal is given back when nobody asks for keys any more.
fn watch() {
    static QUESTIONS: Condvar = Condvar::new();
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // Without the thread the terminal is given back at the end of the process.
        let _ = std::thread::Builder::new()
            .name("console keys".into())
            .spawn(|| give_back(&QUESTIONS));
    });
    QUESTIONS.notify_one();
}

fn give_back(questions: &Condvar) {
    let mut input = lock();
    loop {
        let left = input
            .gives_up_at()
            .saturating_duration_since(Instant::now());
        let waits = questions.wait_timeout(input, left.max(SHORTEST_PATIENCE));
        input = waits.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        if input.hands_out && input.waiters == 0 && Instant::now() >= input.gives_up_at() {
            input.hand_out_lines();
        }
        while !input.hands_out {
            input = questions
                .wait(input)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }
}

/// How often a job in the background looks whether it has the terminal.
const BACKGROUND_PAUSE: Duration = Duration::from_millis(100);

/// Whether nothing will come any more: the other end of the terminal or pipe is gone. Asked when nothing could be read.
pub(super) fn has_ended(fd: i32) -> bool {
    keyboard().is_some() && terminal::is_ready(fd, libc::POLLIN, 0) && waiting(fd) == 0
}

/// What the keyboard is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Terminal,
    Pipe,
}

/// Standard input, if it is a terminal that this process may use now, or a pipe.
pub(super) fn keyboard() -> Option<(i32, Kind)> {
    if is_terminal(0) {
        return terminal::is_in_foreground(0).then_some((0, Kind::Terminal));
    }
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `stat` is of this frame.
    let known = unsafe { libc::fstat(0, &mut stat) } == 0;
    let is_pipe = matches!(stat.st_mode & libc::S_IFMT, libc::S_IFIFO | libc::S_IFSOCK);
    (known && is_pipe).then_some((0, Kind::Pipe))
}

/// Bytes that can be read at once.
fn waiting(fd: i32) -> i32 {
    let mut count = 0;
    // SAFETY: `count` is of this frame and of the type that the request takes.
    unsafe { libc::ioctl(fd, libc::FIONREAD, &mut count) };
    count
}

fn byte(fd: i32) -> Option<u8> {
    let mut byte = 0u8;
    // SAFETY: one byte of this frame.
    (unsafe { libc::read(fd, (&raw mut byte).cast(), 1) } == 1).then_some(byte)
}

/// One event of a key, for one 16-bit unit.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) down: bool,
    pub(super) unit: u16,
    pub(super) virtual_key: u16,
    pub(super) scan_code: u16,
    pub(super) state: u32,
}

impl Record {
    /// A key as it is pressed and let go, unit by unit.
    fn of(key: Key) -> Vec<Record> {
        let mut units = [0; 2];
        let units = key.character.encode_utf16(&mut units);
        let record = |&unit: &u16| {
            [true, false].map(|down| Record {
                down,
                unit,
                virtual_key: key.virtual_key,
                scan_code: key.scan_code,
                state: key.state,
            })
        };
        units.iter().flat_map(record).collect()
    }

    /// Whether a reader of keys wants it: pressed, and a character, an arrow or the like.
    fn is_key(&self) -> bool {
        self.down && (self.unit != 0 || self.scan_code >= 59)
    }
}

pub(super) struct Input {
    /// Bytes that came before the answer of the terminal to a question.
    ahead: VecDeque<u8>,
    /// Events that were read ahead, or put in.
    pub(super) records: VecDeque<Record>,
    pressed: [Option<Instant>; KEYS],
    fresh: [bool; KEYS],
    /// The terminal hands out keys until somebody asks for a line.
    hands_out: bool,
    /// When somebody asked for keys last, and the longest time between two such questions of a row.
    asked: Instant,
    longest_pause: Duration,
    /// Threads that wait for keys.
    waiters: usize,
    /// How the terminal was before it handed out keys.
    before: Option<libc::termios>,
    /// The terminal has not answered.
    is_mute: bool,
}

static INPUT: LazyLock<Mutex<Input>> = LazyLock::new(|| {
    Mutex::new(Input {
        ahead: VecDeque::new(),
        records: VecDeque::new(),
        pressed: [None; KEYS],
        fresh: [false; KEYS],
        hands_out: false,
        asked: Instant::now(),
        longest_pause: Duration::ZERO,
        waiters: 0,
        before: None,
        is_mute: false,
    })
});

pub(super) fn lock() -> MutexGuard<'static, Input> {
    INPUT
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Input {
    /// How the terminal is for those who ask for lines.
    pub(super) fn for_lines(&self) -> Option<libc::termios> {
        self.before.or_else(|| terminal::attributes(0))
    }

    /// Has the terminal hand out keys, without echo; `for_good` until somebody asks for a line.
    pub(super) fn hand_out_keys(&mut self, for_good: bool) {
        if for_good {
            self.note_question();
        }
        if self.before.is_some() {
            return;
        }
        let Some(before) = terminal::attributes(0) else {
            return;
        };
        let mut keys = before;
        keys.c_lflag &= !(libc::ICANON | libc::ECHO);
        keys.c_cc[libc::VMIN] = 1;
        keys.c_cc[libc::VTIME] = 0;
        if terminal::set_attributes(0, &keys) {
            self.before = Some(before);
        }
    }

    /// Somebody asks for keys, and may do so again and again.
    fn note_question(&mut self) {
        let pause = self.asked.elapsed();
        self.asked = Instant::now();
        if pause < LONGEST_PATIENCE {
            self.longest_pause = self.longest_pause.max(pause);
        }
        if !self.hands_out {
            self.hands_out = true;
            watch();
        }
    }

    /// When nobody is expected to ask for keys any more: after twice the longest pause there was.
    fn gives_up_at(&self) -> Instant {
        let patience = (self.longest_pause * 2).clamp(SHORTEST_PATIENCE, LONGEST_PATIENCE);
        self.asked + patience
    }

    pub(super) fn hand_out_lines(&mut self) {
        self.hands_out = false;
        if let Some(before) = self.before.take() {
            terminal::set_attributes(0, &before);
        }
    }

    /// Moves everything that was typed into the records.
    pub(super) fn read_ahead(&mut self) {
        let Some((_, kind)) = keyboard() else {
            return;
        };
        if kind == Kind::Terminal {
            self.hand_out_keys(true);
        }
        while let Some(key) = self.decoded() {
            self.note(key);
            self.records.extend(Record::of(key));
        }
        let excess = self.records.len().saturating_sub(MOST_RECORDS);
        self.records.drain(..excess);
    }

    /// The next key from the terminal or pipe, if one was typed.
    fn decoded(&mut self) -> Option<Key> {
        let (fd, _) = keyboard()?;
        let ahead = std::cell::RefCell::new(&mut self.ahead);
        let next = |milliseconds| {
            let kept = ahead.borrow_mut().pop_front();
            kept.or_else(|| {
                let there = terminal::is_ready(fd, libc::POLLIN, milliseconds);
                there.then(|| byte(fd)).flatten()
            })
        };
        decode::key(|| next(0), || next(TOGETHER))
    }

    /// Remembers that a key was pressed.
    fn note(&mut self, key: Key) {
        let with = |state: u32, modifier| (key.state & state != 0).then_some(modifier);
        let keys = [
            Some(key.virtual_key),
            with(SHIFT_PRESSED, VK_SHIFT),
            with(LEFT_CTRL_PRESSED, VK_CONTROL),
            with(LEFT_ALT_PRESSED, VK_MENU),
        ];
        for key in keys.into_iter().flatten() {
            let key = usize::from(key) % KEYS;
            (self.pressed[key], self.fresh[key]) = (Some(Instant::now()), true);
        }
    }

    /// The next key: of the records, or else typed now.
    fn next_key(&mut self) -> Option<Key> {
        while let Some(record) = self.records.pop_front() {
            if record.is_key() {
                return Some(self.whole(record));
            }
        }
        loop {
            let key = self.decoded()?;
            self.note(key);
            if key.character != '\0' || key.scan_code >= 59 {
                return Some(key);
            }
        }
    }

    /// The key of a record, with the second unit of its character.
    fn whole(&mut self, record: Record) -> Key {
        let mut units = vec![record.unit];
        if let 0xD800..0xDC00 = record.unit {
            let second = self.records.iter().position(Record::is_key);
            let second = second.and_then(|at| self.records.remove(at));
            units.extend(second.map(|second| second.unit));
        }
        let character = char::decode_utf16(units).next();
        Key {
            character: character
                .and_then(Result::ok)
                .unwrap_or(char::REPLACEMENT_CHARACTER),
            virtual_key: record.virtual_key,
            scan_code: record.scan_code,
            state: record.state,
        }
    }

    /// Asks the terminal where its cursor is. What was typed before the answer is kept.
    fn ask_for_cursor(&mut self, fd: i32) -> Option<COORD> {
        let from = if is_terminal(0) { 0 } else { fd };
        let before = terminal::attributes(from)?;
        let mut quiet = before;
        quiet.c_lflag &= !(libc::ICANON | libc::ECHO);
        quiet.c_cc[libc::VMIN] = 1;
        quiet.c_cc[libc::VTIME] = 0;
        if !terminal::set_attributes(from, &quiet) {
            return None;
        }
        terminal::write(fd, b"\x1B[6n");
        let mut answer = Vec::new();
        let end = Instant::now() + ANSWER;
        let place = loop {
            let left = end.saturating_duration_since(Instant::now()).as_millis() as i32;
            if left == 0 || !terminal::is_ready(from, libc::POLLIN, left) {
                break None;
            }
            answer.extend(byte(from));
            if let Some((at, place)) = place(&answer) {
                answer.truncate(at);
                break Some(place);
            }
        };
        terminal::set_attributes(from, &before);
        self.ahead.extend(answer);
        self.is_mute = place.is_none();
        place
    }
}

/// Where the cursor of a terminal is, by its own answer; 0, 0 if it does not answer, or must not be asked because somebody
/// waits for a line, whose beginning would be taken for the answer.
pub(super) fn cursor(fd: i32) -> COORD {
    let nowhere = COORD { X: 0, Y: 0 };
    if LINE_READERS.load(Ordering::Relaxed) > 0 || !terminal::is_in_foreground(fd) {
        return nowhere;
    }
    let mut input = lock();
    if input.is_mute {
        return nowhere;
    }
    input.ask_for_cursor(fd).unwrap_or(nowhere)
}

/// The place that an answer tells, `ESC [ row ; column R` at its end, and where it begins.
fn place(answer: &[u8]) -> Option<(usize, COORD)> {
    let body = answer.strip_suffix(b"R")?;
    let at = body.iter().rposition(|&byte| byte == 0x1B)?;
    let numbers = body[at + 1..].strip_prefix(b"[")?;
    let (row, column) = std::str::from_utf8(numbers).ok()?.split_once(';')?;
    let from_0 = |number: &str| Some(number.parse::<i16>().ok()?.max(1) - 1);
    let (X, Y) = (from_0(column)?, from_0(row)?);
    Some((at, COORD { X, Y }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let (at, place) = place(b"q\x1B[12;40R").expect("an answer");
        assert_eq!((at, place.X, place.Y), (1, 39, 11));
        assert!(super::place(b"\x1B[12;40").is_none());
        assert!(super::place(b"R").is_none());
    }
}
