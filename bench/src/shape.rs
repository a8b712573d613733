//! The shape of a load: how many connections, how long a message, how many of them on their way.

use std::fmt;
use std::str::FromStr;

/// Bytes per receive of every server, unless a shape has more on its way.
const USUAL_BUFFER: usize = 512;

/// No server gets a larger buffer.
const LARGEST_BUFFER: usize = 1 << 16;

/// `64x4096p2`: 64 connections, messages of 4096 bytes, two of them on their way on each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub connections: usize,
    pub size: usize,
    pub depth: usize,
}

impl Shape {
    pub const fn new(connections: usize, size: usize) -> Self {
        Self {
            connections,
            size,
            depth: 1,
        }
    }

    /// The same with so many messages on their way on each connection.
    pub const fn deep(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// Bytes per receive that suit the shape; every server gets the same.
    pub fn buffer(self) -> usize {
        self.size
            .saturating_mul(self.depth)
            .clamp(USUAL_BUFFER, LARGEST_BUFFER)
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed =
            || format!("'{text}' is no shape; write CONNECTIONSxSIZE or CONNECTIONSxSIZEpDEPTH");
        let (connections, message) = text.split_once('x').ok_or_else(malformed)?;
        let (size, depth) = message.split_once('p').unwrap_or((message, "1"));
        let number = |text: &str, name: &str, most: usize| match text.parse() {
            Ok(number @ 1..) if number <= most => Ok(number),
            Ok(_) => Err(format!("'{text}': {name} go from 1 to {most}")),
            Err(_) => Err(malformed()),
        };
        Ok(Self {
            connections: number(connections, "connections", 60_000)?,
            size: number(size, "bytes of a message", 1 << 24)?,
            depth: number(depth, "messages on their way", 1024)?,
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.connections, self.size)?;
        if self.depth > 1 {
            write!(f, "p{}", self.depth)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_written_as_they_are_read() {
        for text in ["1x64", "10000x64", "64x64p16"] {
            assert_eq!(text.parse::<Shape>().unwrap().to_string(), text);
        }
        let shape: Shape = "4x65536p2".parse().unwrap();
        assert_eq!((shape.connections, shape.size, shape.depth), (4, 65536, 2));
    }

    #[test]
    fn what_is_no_shape_is_refused() {
        for text in [
            "", "64", "x64", "64x", "64x64p", "64x64q2", "-1x64", "6 4x64",
        ] {
            let error = text.parse::<Shape>().unwrap_err();
            assert!(error.contains("is no shape"), "{text}: {error}");
        }
        for text in [
            "0x64",
            "1x0",
            "1x64p0",
            "60001x64",
            "1x16777217",
            "1x1p1025",
        ] {
            let error = text.parse::<Shape>().unwrap_err();
            assert!(error.contains("go from 1 to"), "{text}: {error}");
        }
    }

    #[test]
    fn the_buffer_suits_the_shape() {
        let buffer = |text: &str| text.parse::<Shape>().unwrap().buffer();
        assert_eq!(buffer("64x64"), 512);
        assert_eq!(buffer("64x64p16"), 1024);
        assert_eq!(buffer("64x4096"), 4096);
        assert_eq!(buffer("4x65536"), 65536);
        assert_eq!(buffer("4x65536p8"), 65536);
    }
}
