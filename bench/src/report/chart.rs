//! Bars relative to raw epoll, drawn as a picture that needs nothing else: no font and no style sheet.

use std::io::{self, Error};

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// One panel: processor time for an echo, relative to raw epoll.
pub struct Chart {
    pub title: String,
    pub bars: Vec<ChartBar>,
}

/// One server's bar.
pub struct ChartBar {
    pub name: String,
    pub ratio: f64,
    /// Is it on Larboard?
    pub ours: bool,
}

const WIDTH: u32 = 760;
const ROW: u32 = 24;
const HEAD: u32 = 44;
const NAMES: u32 = 170;
const GAP: i32 = 6;

const INK: RGBColor = RGBColor(28, 39, 51);
const PAPER: RGBColor = RGBColor(251, 251, 249);
const RULE: RGBColor = RGBColor(154, 164, 174);
const OURS: RGBColor = RGBColor(59, 127, 181);
const THEIRS: RGBColor = RGBColor(176, 186, 196);

type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The panels, one below the other, as SVG.
pub fn draw(charts: &[Chart]) -> io::Result<String> {
    let height = |chart: &Chart| HEAD + chart.bars.len() as u32 * ROW + ROW;
    let mut svg = String::new();
    let all = charts.iter().map(height).sum();
    panels(charts, height, &mut svg, all)
        .map_err(|error| Error::other(format!("cannot draw the chart: {error}")))?;
    Ok(svg)
}

fn panels(
    charts: &[Chart],
    height: impl Fn(&Chart) -> u32,
    svg: &mut String,
    all: u32,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut rest = SVGBackend::with_string(svg, (WIDTH, all.max(1))).into_drawing_area();
    rest.fill(&PAPER)?;
    for chart in charts {
        let (panel, below) = rest.split_vertically(height(chart));
        panel_of(chart, &panel)?;
        rest = below;
    }
    rest.present()?;
    Ok(())
}

fn panel_of(
    chart: &Chart,
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
) -> Result<(), Box<dyn std::error::Error>> {
    let text = |side, size: u32| {
        ("sans-serif", size)
            .into_font()
            .color(&INK)
            .pos(Pos::new(side, VPos::Center))
    };
    let title = format!(
        "CPU per echo relative to raw epoll, {}; shorter is better",
        chart.title
    );
    area.draw_text(&title, &text(HPos::Left, 16), (GAP * 2, HEAD as i32 / 2))?;
    let rows = chart.bars.len() as f64;
    let longest = chart.bars.iter().map(|bar| bar.ratio).fold(1.0, f64::max);
    let mut plane = ChartBuilder::on(area)
        .margin_top(HEAD)
        .margin_bottom(ROW / 2)
        .set_label_area_size(LabelAreaPosition::Left, NAMES)
        .build_cartesian_2d(0.0..longest * 1.15, rows..0.0)?;
    bars(chart, &mut plane)?;
    // Where raw epoll ends.
    let line = PathElement::new([(1.0, 0.0), (1.0, rows)], RULE);
    plane.draw_series([line])?;
    let (names, values) = (text(HPos::Right, 14), text(HPos::Left, 14));
    let each = || {
        chart
            .bars
            .iter()
            .enumerate()
            .map(|(row, bar)| (row as f64 + 0.5, bar))
    };
    plane.draw_series(each().map(|(middle, bar)| {
        EmptyElement::at((0.0, middle)) + Text::new(bar.name.clone(), (-GAP, 0), names.clone())
    }))?;
    plane.draw_series(each().map(|(middle, bar)| {
        EmptyElement::at((bar.ratio, middle))
            + Text::new(format!("{:.2}", bar.ratio), (GAP, 0), values.clone())
    }))?;
    Ok(())
}

fn bars(chart: &Chart, plane: &mut Plane<'_, '_>) -> Result<(), Box<dyn std::error::Error>> {
    let bars = chart.bars.iter().enumerate().map(|(row, bar)| {
        let (top, bottom) = (row as f64 + 0.15, row as f64 + 0.85);
        let colour = if bar.ours { OURS } else { THEIRS };
        Rectangle::new([(0.0, top), (bar.ratio, bottom)], colour.filled())
    });
    plane.draw_series(bars)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_has_its_name_and_its_figure() {
        let bar = |name: &str, ratio, ours| ChartBar {
            name: name.to_owned(),
            ratio,
            ours,
        };
        let chart = |title: &str| Chart {
            title: title.to_owned(),
            bars: vec![bar("raw-epoll", 1.0, false), bar("port", 0.987, true)],
        };
        let svg = draw(&[chart("64 connections"), chart("1000 connections")]).unwrap();
        assert!(
            svg.starts_with("<svg") && svg.contains("64 connections"),
            "{svg}"
        );
        assert_eq!(svg.matches("raw-epoll").count(), 2);
        assert_eq!(svg.matches("0.99").count(), 2);
    }
}
