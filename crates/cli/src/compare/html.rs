//! The report: one HTML file that needs nothing else, readable on a phone, light and dark.

use std::fmt::Write;

use super::chart::{self, Bar};
use super::figures::{Cell, Comparison};
use super::table;
use super::verdict::verdict;
use crate::failure::Failure;

/// A figure that gets its charts: title, what it means, and how to take and write it.
struct Metric {
    title: &'static str,
    note: &'static str,
    value: fn(&Cell) -> Option<f64>,
    write: fn(f64) -> String,
}

const METRICS: &[Metric] = &[
    Metric {
        title: "Messages per second",
        note: "Longer is better.",
        value: |cell| Some(cell.messages_per_second),
        write: |value| table::count(value.round() as u64),
    },
    Metric {
        title: "Latency, 99th percentile",
        note: "Microseconds until a message is back for 99 of 100. Shorter is better.",
        value: |cell| cell.p99_us,
        write: table::microseconds,
    },
    Metric {
        title: "Processor time for a message",
        note: "Microseconds of the server, user and system. Shorter is better.",
        value: |cell| cell.cpu_us_per_message,
        write: table::figure,
    },
    Metric {
        title: "Threads",
        note: "Threads of the model under load.",
        value: |cell| Some(cell.threads as f64),
        write: |value| table::count(value as u64),
    },
];

/// The whole file.
pub fn render(comparison: &Comparison) -> Result<String, Failure> {
    let mut page = String::from(HEAD);
    let _ = write!(
        page,
        "<h1>Larboard: the I/O models compared</h1>\n<p class=lead>{}</p>\n{}",
        verdict(comparison),
        scrolling_table(comparison),
    );
    for metric in METRICS {
        let _ = write!(
            page,
            "<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=charts>\n",
            metric.title, metric.note
        );
        for connections in comparison.connections() {
            let bars = bars(comparison, connections, metric);
            if !bars.is_empty() {
                let _ = write!(
                    page,
                    "<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n",
                    table::clients(connections),
                    chart::render(&bars)?
                );
            }
        }
        page.push_str("</div>\n</section>\n");
    }
    page.push_str("<p>* did not serve every client: see the table.</p>\n");
    let Comparison {
        version,
        kernel,
        processors,
        size,
        depth,
        seconds,
        ..
    } = comparison;
    let _ = write!(
        page,
        "<footer>larboard {version}, Linux {kernel}, {processors} processors shared by server and load, \
         messages of {size} bytes, {depth} under way for each client, {seconds} s for each cell. {}</footer>\n</main>\n",
        table::NOTES
    );
    Ok(page)
}

fn bars(comparison: &Comparison, connections: usize, metric: &Metric) -> Vec<Bar> {
    let bar = |cell: &Cell| {
        let value = (metric.value)(cell)?;
        let mark = if cell.served < cell.connections {
            " *"
        } else {
            ""
        };
        Some(Bar {
            model: cell.model,
            value,
            label: (metric.write)(value) + mark,
        })
    };
    comparison
        .with_connections(connections)
        .filter_map(bar)
        .collect()
}

fn scrolling_table(comparison: &Comparison) -> String {
    let mut html = String::from("<div class=wide><table>\n<tr>");
    for heading in table::HEADER {
        let _ = write!(html, "<th>{}", heading.trim_start().replace('\n', "<br>"));
    }
    for connections in comparison.connections() {
        for cell in comparison.with_connections(connections) {
            html.push_str("\n<tr>");
            for text in table::row(cell) {
                let _ = write!(html, "<td>{text}");
            }
        }
    }
    html.push_str("\n</table></div>\n");
    html
}

const HEAD: &str = r#"<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<meta name=color-scheme content="light dark">
<title>Larboard: the I/O models compared</title>
<style>
:root { --ink: #1c2733; --soft: #5b6875; --paper: #fbfbf9; --rule: #d9dde1;
  --m0: #8a949e; --m1: #c77f2a; --m2: #b8453e;
  --m3: #9a8b1f; --m4: #b0578f; --m5: #2f8f93; --m6: #5e9143; --m7: #3b7fb5; --m8: #5b4bb0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --soft: #98a4b0; --paper: #14191f; --rule: #323b45;
    --m0: #7d8893; --m1: #dc9a4a; --m2: #dc6d66;
    --m3: #c9b84c; --m4: #d684b8; --m5: #58bcc0; --m6: #8cbf6c; --m7: #5fa3da; --m8: #9488e6; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .8rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .2rem; }
p { margin: 0 0 .8rem; color: var(--soft); }
.lead { color: var(--ink); max-width: 60rem; font-size: 1.05rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
th { color: var(--soft); font-weight: 600; line-height: 1.25; vertical-align: bottom; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
figure { margin: 0; padding: .8rem; border: 1px solid var(--rule); border-radius: .5rem; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; display: block; }
svg text { font-family: system-ui, sans-serif; }
.m0 { fill: var(--m0); } .m1 { fill: var(--m1); } .m2 { fill: var(--m2); }
.m3 { fill: var(--m3); } .m4 { fill: var(--m4); } .m5 { fill: var(--m5); }
.m6 { fill: var(--m6); } .m7 { fill: var(--m7); } .m8 { fill: var(--m8); }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
</style>
<main>
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    /// Figures that differ for each model, with a gap where something could not be measured.
    fn comparison() -> Comparison {
        let cell = |connections: usize, model: Model| {
            let number = (model as usize + 1) as f64;
            Cell {
                model,
                connections,
                served: connections,
                refused: 0,
                waiting: 0,
                errors: 0,
                messages: 1000,
                messages_per_second: 20_000.0 * number,
                p50_us: Some(30.0 / number),
                p99_us: Some(400.0 / number),
                cpu_us_per_message: Some(12.0 / number),
                system_calls_per_message: None,
                switches_per_message: Some(2.0),
                threads: 9 - model as u64,
                memory_per_client: Some(340),
            }
        };
        let cells = [1, 50].iter().flat_map(|&connections| {
            Model::ALL
                .iter()
                .map(move |&model| cell(connections, model))
        });
        Comparison {
            version: "0.1.0".to_owned(),
            kernel: "6.1".to_owned(),
            processors: 2,
            size: 64,
            depth: 1,
            seconds: 1.5,
            cells: cells.collect(),
        }
    }

    #[test]
    fn the_page_stands_alone() {
        let page = render(&comparison()).unwrap();
        assert!(page.contains("prefers-color-scheme: dark") && page.contains("name=viewport"));
        assert_eq!(
            page.matches("<svg").count(),
            8,
            "four figures for two numbers of clients"
        );
        assert_eq!(page.matches("<td>completion-port").count(), 2);
        for &model in Model::ALL {
            let fill = format!(".m{0} {{ fill: var(--m{0}); }}", model as u8);
            assert!(page.contains(&fill), "{model} has no colour");
            let colours = page.matches(&format!("--m{}: #", model as u8)).count();
            assert_eq!(colours, 2, "{model} in light and dark");
        }
        for (at, _) in page.match_indices("http") {
            assert!(
                page[at..].starts_with("http://www.w3.org/2000/svg"),
                "something from elsewhere at {at}"
            );
        }
        assert!(!page.contains("<script") && !page.contains("src="));
    }
}
