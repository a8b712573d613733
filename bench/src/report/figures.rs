//! Medians, and ratios in pairs.

/// The middle value; not a number if there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// A figure, and between which values it lies with a confidence of 95 %, if that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub value: f64,
    pub range: Option<(f64, f64)>,
}

impl From<f64> for Figure {
    fn from(value: f64) -> Self {
        Self { value, range: None }
    }
}

/// The median of the ratios round by round.
pub fn median_ratio<'a, T: 'a>(
    of: impl IntoIterator<Item = &'a T>,
    to: impl IntoIterator<Item = &'a T>,
    figure: impl Fn(&T) -> f64,
) -> Figure {
    let pairs = of.into_iter().zip(to);
    let mut ratios: Vec<_> = pairs.map(|(of, to)| figure(of) / figure(to)).collect();
    ratios.sort_by(f64::total_cmp);
    Figure {
        value: median(ratios.iter().copied()),
        range: left_out(ratios.len()).map(|out| (ratios[out], ratios[ratios.len() - 1 - out])),
    }
}

/// How many of the lowest and of the highest of so many values can be left out, and the median of ever more of them still lies
/// between the others with a confidence of 95 %: it lies above the lowest `k` as surely as `k` tosses of a coin are not all heads.
/// Nothing is assumed of how the values are spread. None for fewer than six, which are too few.
fn left_out(count: usize) -> Option<usize> {
    let mut chance = 0.5_f64.powi(i32::try_from(count).ok()?);
    let mut outside = 0.0;
    (0..count / 2)
        .take_while(|&k| {
            outside += 2.0 * chance;
            chance *= (count - k) as f64 / (k + 1) as f64;
            outside <= 0.05
        })
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The second round was slow for both.
        let (ours, theirs) = ([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]);
        let ratio = median_ratio(&ours, &theirs, |figure| *figure);
        assert_eq!(
            ratio,
            Figure::from(2.0),
            "three rounds are too few for a range"
        );
    }

    #[test]
    fn the_range_leaves_out_what_chance_brings() {
        // Tables of the sign test: 6 to 8 values leave out none, 9 to 11 one, 12 to 14 two, 15 and 16 three.
        let counts = [5, 6, 8, 9, 11, 12, 14, 15, 16, 17];
        let expected = [
            None,
            Some(0),
            Some(0),
            Some(1),
            Some(1),
            Some(2),
            Some(2),
            Some(3),
            Some(3),
            Some(4),
        ];
        assert_eq!(counts.map(left_out), expected);
        let (ours, theirs) = ([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [1.0; 9]);
        let ratio = median_ratio(&ours, &theirs, |figure| *figure);
        assert_eq!((ratio.value, ratio.range), (5.0, Some((2.0, 8.0))));
    }
}
