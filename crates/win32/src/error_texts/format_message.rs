//! `FormatMessage`: the text of an error code, or of a format of the caller's (ERR).

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_RESOURCE_TYPE_NOT_FOUND,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    FORMAT_MESSAGE_ALLOCATE_BUFFER, FORMAT_MESSAGE_ARGUMENT_ARRAY, FORMAT_MESSAGE_FROM_HMODULE,
    FORMAT_MESSAGE_FROM_STRING, FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS,
    FORMAT_MESSAGE_OPTIONS,
};
use windows_sys::core::{PSTR, PWSTR};

use super::specification::{Extent, Specification, Unit, parse, plain};
use super::system;
use super::va_list::VaList;
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// The text of an error code in English or Korean, or of a format of the caller's with its inserts: the number of units
/// without the terminator.
///
/// `FORMAT_MESSAGE_FROM_SYSTEM` has messages for the codes that this library gives, and some hundred more. A language of
/// 0 is that of `LC_ALL`, `LC_MESSAGES` or `LANG`. `FORMAT_MESSAGE_ALLOCATE_BUFFER` stores a buffer of `malloc`, which
/// `LocalFree` frees. There are no message tables in modules: `FORMAT_MESSAGE_FROM_HMODULE` finds nothing there.
///
/// Errors: 0 with `ERROR_MR_MID_NOT_FOUND` for a code without a message, `ERROR_RESOURCE_LANG_NOT_FOUND` for a language
/// without messages, `ERROR_RESOURCE_TYPE_NOT_FOUND` for a module alone, `ERROR_INVALID_PARAMETER` for no source, a null
/// buffer, and inserts without arguments; `ERROR_INSUFFICIENT_BUFFER`; `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The buffer is valid for its length, or for a write of a pointer. With `FORMAT_MESSAGE_FROM_STRING` the source ends with
/// 0. The arguments are null, or as the flags and the format say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FormatMessageW(
    dwflags: FORMAT_MESSAGE_OPTIONS,
    lpsource: *const c_void,
    dwmessageid: u32,
    dwlanguageid: u32,
    lpbuffer: PWSTR,
    nsize: u32,
    arguments: *const *const i8,
) -> u32 {
    win32(0, || {
        let request = Request {
            flags: dwflags,
            source: lpsource,
            code: dwmessageid,
            language: dwlanguageid,
        };
        // SAFETY: this function's contract.
        unsafe { request.answer(lpbuffer, nsize, arguments) }
    })
}

/// As [`FormatMessageW`], in narrow text.
///
/// # Safety
/// As for [`FormatMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FormatMessageA(
    dwflags: FORMAT_MESSAGE_OPTIONS,
    lpsource: *const c_void,
    dwmessageid: u32,
    dwlanguageid: u32,
    lpbuffer: PSTR,
    nsize: u32,
    arguments: *const *const i8,
) -> u32 {
    win32(0, || {
        let request = Request {
            flags: dwflags,
            source: lpsource,
            code: dwmessageid,
            language: dwlanguageid,
        };
        // SAFETY: this function's contract.
        unsafe { request.answer(lpbuffer, nsize, arguments) }
    })
}

/// Which text is wanted.
struct Request {
    flags: u32,
    source: *const c_void,
    code: u32,
    language: u32,
}

impl Request {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// # Safety
    /// As for `FormatMessageW`.
    unsafe fn answer<U: Unit>(
        &self,
        buffer: *mut U,
        size: u32,
        arguments: *const *const i8,
    ) -> Result<u32, Win32Error> {
        let allocates = self.has(FORMAT_MESSAGE_ALLOCATE_BUFFER);
        if is_bad(buffer) {
            return Err(if allocates {
                ERROR_NOT_ENOUGH_MEMORY.into()
            } else {
                ERROR_INVALID_PARAMETER.into()
            });
        }
        if allocates {
            // SAFETY: this function's contract: the buffer has room for a pointer.
            unsafe {
                buffer
                    .cast::<*mut U>()
                    .write_unaligned(std::ptr::null_mut())
            };
        }
        // SAFETY: this function's contract.
        let (format, mut arguments) = unsafe { (self.format::<U>()?, self.arguments(arguments)) };
        // SAFETY: this function's contract.
        let mut text = unsafe { self.expand(&format, &mut arguments) }?;
        let length = text.len();
        text.push(U::default());
        let to = if allocates {
            // SAFETY: takes a number. `LocalFree` gives the memory back.
            let memory = unsafe { libc::calloc(text.len().max(size as usize), size_of::<U>()) };
            if memory.is_null() {
                return Err(ERROR_NOT_ENOUGH_MEMORY.into());
            }
            // SAFETY: as above.
            unsafe { buffer.cast::<*mut U>().write_unaligned(memory.cast()) };
            memory.cast()
        } else if text.len() > size as usize {
            return Err(ERROR_INSUFFICIENT_BUFFER.into());
        } else {
            buffer
        };
        // SAFETY: the memory has room for the text: it was made so, or the caller says so and it was compared.
        unsafe {
            let bytes = size_of_val(&text[..]);
            std::ptr::copy_nonoverlapping(text.as_ptr().cast::<u8>(), to.cast::<u8>(), bytes);
        }
        Ok(length as u32)
    }

    /// The format: the caller's, or that of the system.
    ///
    /// # Safety
    /// As for `FormatMessageW`.
    unsafe fn format<U: Unit>(&self) -> Result<Vec<U>, Win32Error> {
        if self.has(FORMAT_MESSAGE_FROM_STRING) {
            if is_bad(self.source) {
                return Err(ERROR_INVALID_PARAMETER.into());
            }
            let from: *const U = self.source.cast();
            let units = (0..)
                // SAFETY: `take_while` stops at the terminator that the caller promises.
                .map(|at| unsafe { from.add(at).read_unaligned() })
                .take_while(|&unit| unit != U::default());
            return Ok(units.collect());
        }
        if self.has(FORMAT_MESSAGE_FROM_SYSTEM) {
            let message = system::message(self.code, self.language)?;
            return Ok(plain(&format!("{message}\r\n")));
        }
        Err(if self.has(FORMAT_MESSAGE_FROM_HMODULE) {
            ERROR_RESOURCE_TYPE_NOT_FOUND.into()
        } else {
            ERROR_INVALID_PARAMETER.into()
        })
    }

    /// # Safety
    /// The arguments are null, or as the flags say.
    unsafe fn arguments(&self, arguments: *const *const i8) -> Arguments {
        if is_bad(arguments) {
            return Arguments::None;
        }
        if self.has(FORMAT_MESSAGE_ARGUMENT_ARRAY) {
            return Arguments::Array(arguments.cast());
        }
        Arguments::List {
            // SAFETY: a pointer to a `va_list` by this function's contract. It is copied.
            list: unsafe { arguments.cast::<VaList>().read_unaligned() },
            taken: Vec::new(),
        }
    }

    /// Carries the format out.
    ///
    /// # Safety
    /// The arguments are as the format says.
    unsafe fn expand<U: Unit>(
        &self,
        format: &[U],
        arguments: &mut Arguments,
    ) -> Result<Vec<U>, Win32Error> {
        let mut text = Lines::<U>::new(self.flags & 0xFF);
        let mut rest = format;
        while let [unit, behind @ ..] = rest {
            rest = behind;
            match unit.as_ascii() {
                Some(b'%') => {
                    let [escaped, behind @ ..] = rest else {
                        return Err(ERROR_INVALID_PARAMETER.into());
                    };
                    match escaped.as_ascii() {
                        Some(b'0') => break,
                        Some(b'1'..=b'9') => {
                            let insert = Insert::parse(rest).ok_or(ERROR_INVALID_PARAMETER)?;
                            if self.has(FORMAT_MESSAGE_IGNORE_INSERTS) {
                                text.push_all(&plain::<U>("%"));
                                text.push_all(&rest[..rest.len() - insert.rest.len()]);
                            } else {
                                // SAFETY: this function's contract.
                                text.push_all(&unsafe { insert.render(arguments) }?);
                            }
                            rest = insert.rest;
                            continue;
                        }
                        Some(b'n') => text.break_line(),
                        Some(b'r') => text.push(U::ascii(b'\r')),
                        Some(b't') => text.push(U::ascii(b'\t')),
                        Some(b'b') => text.push(U::ascii(b' ')),
                        _ => text.push(*escaped),
                    }
                    rest = behind;
                }
                Some(first @ (b'\r' | b'\n')) => {
                    if let [second, behind @ ..] = rest
                        && first == b'\r'
                        && *second == U::ascii(b'\n')
                    {
                        rest = behind;
                    }
                    text.soft_break();
                }
                _ => text.push(*unit),
            }
        }
        Ok(text.units)
    }
}

/// The text as it grows, broken into lines as the low byte of the flags says: 0 keeps the breaks of the format, 255 none
/// of them, and others break at that width.
struct Lines<U> {
    units: Vec<U>,
    width: u32,
    /// Where the line under way begins, and its last blank.
    line: usize,
    blank: Option<usize>,
}

impl<U: Unit> Lines<U> {
    const UNBROKEN: u32 = 0xFF;

    fn new(width: u32) -> Self {
        Self {
            units: Vec::new(),
            width,
            line: 0,
            blank: None,
        }
    }

    fn push(&mut self, unit: U) {
        if unit == U::ascii(b' ') {
            self.blank = Some(self.units.len());
        }
        self.units.push(unit);
        let wraps = !matches!(self.width, 0 | Self::UNBROKEN);
        if wraps
            && self.units.len() - self.line > self.width as usize
            && let Some(blank) = self.blank
        {
            let end = plain::<U>("\r\n");
            self.line = blank + end.len();
            self.units.splice(blank..=blank, end);
            self.blank = None;
        }
    }

    fn push_all(&mut self, units: &[U]) {
        units.iter().for_each(|&unit| self.push(unit));
    }

    /// A break that is always one.
    fn break_line(&mut self) {
        self.units.extend(plain::<U>("\r\n"));
        self.line = self.units.len();
        self.blank = None;
    }

    /// A break of the format's own.
    fn soft_break(&mut self) {
        if self.width == 0 {
            self.break_line();
        } else {
            self.push(U::ascii(b' '));
        }
    }
}

/// `%1` to `%99`, with a conversion between exclamation marks.
struct Insert<'f, U> {
    number: usize,
    spec: Specification,
    rest: &'f [U],
}

impl<'f, U: Unit> Insert<'f, U> {
    fn parse(format: &'f [U]) -> Option<Self> {
        let digit = |unit: Option<&U>| {
            let byte = unit?.as_ascii().filter(u8::is_ascii_digit)?;
            Some(usize::from(byte - b'0'))
        };
        let mut number = digit(format.first())?;
        let mut rest = &format[1..];
        if let Some(second) = digit(rest.first()) {
            number = number * 10 + second;
            rest = &rest[1..];
        }
        if rest.first() != Some(&U::ascii(b'!')) {
            let spec = Specification::string();
            return Some(Self { number, spec, rest });
        }
        let (spec, rest) = parse(&rest[1..])?;
        let rest = rest.strip_prefix(&[U::ascii(b'!')])?;
        Some(Self { number, spec, rest })
    }

    /// # Safety
    /// The arguments are as the conversion says.
    unsafe fn render(&self, arguments: &mut Arguments) -> Result<Vec<U>, Win32Error> {
        let mut spec = self.spec;
        let mut number = self.number;
        let mut next = || {
            number += 1;
            // SAFETY: this function's contract.
            unsafe { arguments.get(number - 1) }
        };
        if spec.width == Extent::Argument {
            spec.set_width(next()? as i32);
        }
        if spec.precision == Extent::Argument {
            spec.set_precision(next()? as i32);
        }
        let value = next()?;
        // SAFETY: this function's contract.
        Ok(unsafe { spec.render(value) })
    }
}

/// Where inserts come from.
enum Arguments {
    None,
    Array(*const u64),
    List { list: VaList, taken: Vec<u64> },
}

impl Arguments {
    /// An argument by its number, from 1.
    ///
    /// # Safety
    /// There is such an argument.
    unsafe fn get(&mut self, number: usize) -> Result<u64, Win32Error> {
        match self {
            Arguments::None => Err(ERROR_INVALID_PARAMETER.into()),
            // SAFETY: this function's contract.
            Arguments::Array(array) => Ok(unsafe { array.add(number - 1).read_unaligned() }),
            Arguments::List { list, taken } => {
                while taken.len() < number {
                    // SAFETY: this function's contract, for all that come before as well.
                    taken.push(unsafe { list.next() });
                }
                Ok(taken[number - 1])
            }
        }
    }
}
