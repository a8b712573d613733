//! Words as a shell reads them.

use std::borrow::Cow;

/// The word, in quotes if a shell would take it apart.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./,:@%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', "'\\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_gets_them() {
        assert_eq!(quoted("-std=gnu++17"), "-std=gnu++17");
        assert_eq!(quoted("-DNAME=\"a b\""), "'-DNAME=\"a b\"'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
