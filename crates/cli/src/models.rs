//! `larboard models`: the textbook's comparison, with measured figures beside it when there are some.

use std::fs;
use std::path::Path;

use crate::args::ModelsArgs;
use crate::compare::figures::{Cell, Comparison};
use crate::compare::table::count;
use crate::console;
use crate::failure::Failure;
use crate::messages::Lang;
use crate::model::Model;

/// Prints the models as a table.
pub fn run(args: &ModelsArgs) -> Result<(), Failure> {
    let lang = args.lang.choose();
    let measured = args.measured.as_deref().map(read).transpose()?;
    let mut table = console::table_of_text([
        lang.pick("model", "모델"),
        lang.pick("input and output", "입출력 방식"),
        lang.pick("advantages", "장점"),
        lang.pick("disadvantages", "단점"),
    ]);
    if measured.is_some() {
        let mut header = table.header().cloned().unwrap_or_default();
        header.add_cell(lang.pick("measured", "측정 결과").into());
        table.set_header(header);
    }
    for &model in Model::ALL {
        let mut row = vec![model.name().to_owned()];
        row.extend(
            [
                model.kind(lang),
                model.advantage(lang),
                model.disadvantage(lang),
            ]
            .map(str::to_owned),
        );
        row.extend(
            measured
                .as_ref()
                .map(|measured| summary(measured, model, lang)),
        );
        table.add_row(row);
    }
    console::print_line(&table.to_string())
}

fn read(path: &Path) -> Result<Comparison, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format_args!("{}: {error}", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(format_args!(
            "{}: not a file written by `larboard compare --json`: {error}",
            path.display()
        ))
    })
}

/// The figures of the largest number of clients the model was tried with.
fn summary(measured: &Comparison, model: Model, lang: Lang) -> String {
    let cells = measured.cells.iter().filter(|cell| cell.model == model);
    let Some(cell) = cells.max_by_key(|cell| cell.connections) else {
        return lang.pick("not measured", "측정하지 않음").to_owned();
    };
    let Cell {
        served,
        connections,
        messages_per_second,
        threads,
        ..
    } = cell;
    let [served, connections] = [*served, *connections].map(|clients| count(clients as u64));
    let rate = count(messages_per_second.round() as u64);
    match lang {
        Lang::En => {
            format!("{rate} messages/s\n{served} of {connections} clients\nthreads: {threads}")
        }
        Lang::Ko => format!(
            "초당 메시지 {rate}개\n클라이언트 {connections}개 중 {served}개\n스레드 {threads}개"
        ),
    }
}
