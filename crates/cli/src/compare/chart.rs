//! Bars for the report, drawn as SVG whose colours the page's style sheet decides.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::failure::Failure;
use crate::model::Model;

/// One model's bar.
pub struct Bar {
    /// The model.
    pub model: Model,
    /// Length of the bar.
    pub value: f64,
    /// What stands at its end.
    pub label: String,
}

const WIDTH: u32 = 420;
const ROW: u32 = 32;
const NAMES: u32 = 168;
const TEXT: u32 = 20;
const GAP: i32 = 7;

/// Stands for the text colour until the picture is done.
const INK: RGBColor = RGBColor(1, 1, 1);

/// Horizontal bars, the first on top.
pub fn render(bars: &[Bar]) -> Result<String, Failure> {
    let mut svg = String::new();
    draw(bars, &mut svg)
        .map_err(|error| Failure::new(format_args!("cannot draw the chart: {error}")))?;
    Ok(themed(svg))
}

fn draw(bars: &[Bar], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let rows = bars.len() as f64;
    let area = SVGBackend::with_string(svg, (WIDTH, bars.len() as u32 * ROW)).into_drawing_area();
    let longest = bars
        .iter()
        .map(|bar| bar.value)
        .fold(f64::MIN_POSITIVE, f64::max);
    // Nearly half as much again as the longest bar, so that its label fits; rows count from the top.
    let mut chart = ChartBuilder::on(&area)
        .set_label_area_size(LabelAreaPosition::Left, NAMES)
        .build_cartesian_2d(0.0..longest * 1.45, rows..0.0)?;
    chart.draw_series(bars.iter().enumerate().map(|(row, bar)| {
        let (top, bottom) = (row as f64 + 0.2, row as f64 + 0.8);
        Rectangle::new(
            [(0.0, top), (bar.value, bottom)],
            placeholder(bar.model).filled(),
        )
    }))?;
    let text = |side| {
        ("sans-serif", TEXT)
            .into_font()
            .color(&INK)
            .pos(Pos::new(side, VPos::Center))
    };
    let (names, labels) = (text(HPos::Right), text(HPos::Left));
    chart.draw_series(bars.iter().enumerate().map(|(row, bar)| {
        let middle = row as f64 + 0.5;
        EmptyElement::at((0.0, middle)) + Text::new(bar.model.name(), (-GAP, 0), names.clone())
    }))?;
    chart.draw_series(bars.iter().enumerate().map(|(row, bar)| {
        let middle = row as f64 + 0.5;
        EmptyElement::at((bar.value, middle))
            + Text::new(bar.label.clone(), (GAP, 0), labels.clone())
    }))?;
    area.present()?;
    Ok(())
}

/// Stands for a model's colour until the picture is done.
fn placeholder(model: Model) -> RGBColor {
    RGBColor(2, 0, model as u8)
}

/// Replaces the stand-ins by what follows light and dark.
fn themed(svg: String) -> String {
    let mut svg = svg.replace("\"#010101\"", "\"currentColor\"");
    for &model in Model::ALL {
        let number = model as u8;
        svg = svg.replace(
            &format!("fill=\"#0200{number:02X}\""),
            &format!("class=\"m{number}\""),
        );
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_has_its_name_its_label_and_a_colour_of_the_style_sheet() {
        let bars: Vec<_> = Model::ALL
            .iter()
            .map(|&model| Bar {
                model,
                value: 5.0,
                label: format!("<{}>", model as u8),
            })
            .collect();
        let svg = render(&bars).unwrap();
        for &model in Model::ALL {
            assert!(svg.contains(model.name()), "{svg}");
            assert!(
                svg.contains(&format!("class=\"m{}\"", model as u8)),
                "{svg}"
            );
            assert!(svg.contains(&format!("&lt;{}&gt;", model as u8)), "{svg}");
        }
        assert!(render(&bars[..1]).unwrap().contains("iterative"));
        assert!(!svg.contains("#0200") && !svg.contains("#010101"), "{svg}");
    }
}
