//! Standard output, written so that a reader who leaves is no error.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

use crate::failure::Failure;

/// Prints text as it is and flushes it.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a line and flushes it.
pub fn print_line(line: &str) -> Result<(), Failure> {
    print(&format!("{line}\n"))
}

/// A table of figures, as wide as it must be: a line under the header, none between rows.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(FIGURES)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    table
}

/// A table of sentences, as wide as the terminal at most: with a light line between rows.
pub fn table_of_text<const N: usize>(header: [&str; N]) -> Table {
    let mut table = table(header);
    table
        .load_style(FIGURES.row_separator(line('┈')))
        .set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH_OF_A_FILE);
    }
    table
}

/// Columns where no terminal says how many there are.
const WIDTH_OF_A_FILE: u16 = 120;

const FIGURES: TableStyle = TableStyle::new().header_separator(line('─'));

const fn line(character: char) -> LineStyle {
    LineStyle::none().fill(character).junction(character)
}
