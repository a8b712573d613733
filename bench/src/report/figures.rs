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

/// The median of the ratios round by round.
pub fn median_ratio<'a, T: 'a>(
    of: impl IntoIterator<Item = &'a T>,
    to: impl IntoIterator<Item = &'a T>,
    figure: impl Fn(&T) -> f64,
) -> f64 {
    median(
        of.into_iter()
            .zip(to)
            .map(|(of, to)| figure(of) / figure(to)),
    )
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
        assert_eq!(median_ratio(&ours, &theirs, |figure| *figure), 2.0);
    }
}
