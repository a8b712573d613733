//! Bars for the report, drawn as SVG whose colours the page's style sheet decides.

use plotters::coord::ranged1d::{IntoSegmentedCoord, SegmentValue};
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

/// Stands for the text colour until the picture is done.
const INK: RGBColor = RGBColor(1, 1, 1);

/// Horizontal bars, the first on top.
pub fn render(bars: &[Bar]) -> Result<String, Failure> {
    let mut svg = String::new();
    draw(bars, &mut svg).map_err(|error| Failure::new(format_args!("cannot draw the chart: {error}")))?;
    Ok(themed(svg))
}

fn draw(bars: &[Bar], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let rows = bars.len() as u32;
    let area = SVGBackend::with_string(svg, (WIDTH, rows * ROW)).into_drawing_area();
    let longest = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    // A quarter more than the longest bar, so that its label fits.
    let mut chart = ChartBuilder::on(&area)
        .set_label_area_size(LabelAreaPosition::Left, NAMES)
        .build_cartesian_2d(0.0..longest * 1.28, (0..rows - 1).into_segmented())?;
    // Rows count from the bottom.
    let row = |index: usize| rows - 1 - index as u32;
    let name = |value: &SegmentValue<u32>| match value {
        SegmentValue::CenterOf(from_bottom) => {
            let bar = (rows - 1).checked_sub(*from_bottom).and_then(|index| bars.get(index as usize));
            bar.map(|bar| bar.model.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_x_axis()
        .axis_style(TRANSPARENT)
        .y_labels(bars.len())
        .y_label_formatter(&name)
        .y_label_style(("sans-serif", TEXT).into_font().color(&INK))
        .draw()?;
    chart.draw_series(bars.iter().enumerate().map(|(index, bar)| {
        let corners = [(0.0, SegmentValue::Exact(row(index))), (bar.value, SegmentValue::Exact(row(index) + 1))];
        let mut rectangle = Rectangle::new(corners, placeholder(bar.model).filled());
        rectangle.set_margin(6, 6, 0, 0);
        rectangle
    }))?;
    let style = ("sans-serif", TEXT).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    chart.draw_series(bars.iter().enumerate().map(|(index, bar)| {
        let end = (bar.value, SegmentValue::CenterOf(row(index)));
        EmptyElement::at(end) + Text::new(bar.label.clone(), (6, 0), style.clone())
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
        svg = svg.replace(&format!("fill=\"#0200{number:02X}\""), &format!("class=\"m{number}\""));
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_has_its_name_its_label_and_a_colour_of_the_style_sheet() {
        let bars: Vec<_> =
            Model::ALL.iter().map(|&model| Bar { model, value: 5.0, label: format!("<{}>", model as u8) }).collect();
        let svg = render(&bars).unwrap();
        for &model in Model::ALL {
            assert!(svg.contains(model.name()), "{svg}");
            assert!(svg.contains(&format!("class=\"m{}\"", model as u8)), "{svg}");
            assert!(svg.contains(&format!("&lt;{}&gt;", model as u8)), "{svg}");
        }
        assert!(!svg.contains("#0200") && !svg.contains("#010101"), "{svg}");
    }
}
