//! Writes `docs/behaviour.md` and counts the coverage.

use std::fmt::Write;

use crate::{
    rules::{Rule, Rules, Testable},
    sources::Claim,
};

/// How many testable rules of an area a test names.
#[derive(Debug, PartialEq)]
pub struct Coverage {
    pub area: String,
    pub covered: usize,
    pub testable: usize,
}

impl Coverage {
    pub fn percent(&self) -> usize {
        (self.covered * 100)
            .checked_div(self.testable)
            .unwrap_or(100)
    }
}

/// The coverage of every area that has rules to be tested now.
pub fn coverage(rules: &Rules, claims: &[Claim]) -> Vec<Coverage> {
    let count = |area: &&str| {
        let (mut covered, mut testable) = (0, 0);
        for rule in rules
            .of_area(area)
            .filter(|rule| rule.testable == Testable::Yes)
        {
            testable += 1;
            covered += usize::from(claims.iter().any(|claim| claim.rule == rule.id));
        }
        Coverage {
            area: area.to_string(),
            covered,
            testable,
        }
    };
    rules
        .areas()
        .iter()
        .map(count)
        .filter(|area| area.testable > 0)
        .collect()
}

/// The coverage for a terminal.
pub fn table(coverage: &[Coverage]) -> String {
    let line = |area: &Coverage| {
        format!(
            "{:<5} {:>3} of {:>3}  {:>3} %\n",
            area.area,
            area.covered,
            area.testable,
            area.percent()
        )
    };
    coverage.iter().map(line).collect()
}

/// The whole page.
pub fn render(rules: &Rules, claims: &[Claim]) -> String {
    let mut page = String::from(HEAD);
    for area in coverage(rules, claims) {
        writeln!(
            page,
            "| {} | {} | {} | {} % |",
            area.area,
            area.covered,
            area.testable,
            area.percent()
        )
        .unwrap();
    }
    for area in rules.areas() {
        write!(
            page,
            "\n## {area}\n\n{}",
            section(rules.of_area(area), claims)
        )
        .unwrap();
    }
    page
}

const HEAD: &str = "# Behaviour\n\n\
    Every rule of Windows' behaviour that a test shows, in the words of that test. Written by\n\
    `cargo run -p larboard-tools -- behaviour` from the tests' doc comments; `docs/rules.csv` lists all rules.\n\n\
    | area | rules with a test | testable now | share |\n|---|---|---|---|\n";

/// Rules with their tests, then what no test shows.
fn section<'a>(rules: impl Iterator<Item = &'a Rule>, claims: &[Claim]) -> String {
    let (mut shown, mut open, mut excused) = (String::new(), String::new(), String::new());
    for rule in rules {
        let mut tests = claims
            .iter()
            .filter(|claim| claim.rule == rule.id)
            .peekable();
        if tests.peek().is_some() {
            writeln!(shown, "**{}** {}", rule.id, rule.title).unwrap();
            tests.for_each(|claim| {
                writeln!(
                    shown,
                    "- {} (`{}` `{}`)",
                    claim.text, claim.path, claim.test
                )
                .unwrap()
            });
            shown.push('\n');
        } else if rule.testable == Testable::Yes {
            writeln!(open, "- {} {}", rule.id, rule.title).unwrap();
        } else {
            writeln!(excused, "- {} {}: {}", rule.id, rule.title, rule.reason).unwrap();
        }
    }
    let mut text = shown;
    for (title, list) in [("No test yet", open), ("Not tested", excused)]
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
    {
        write!(text, "{title}:\n\n{list}\n").unwrap();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Rules, Vec<Claim>) {
        let list = "id,area,testable,title,reason\nNB-01,NB,yes,One,\nNB-02,NB,yes,Two,\nNB-03,NB,later,Three,not yet\nEVT-01,EVT,later,Four,not yet\n";
        let claim = |rule: &str, test: &str| Claim {
            rule: rule.into(),
            text: "It does.".into(),
            path: "p.rs".into(),
            test: test.into(),
        };
        (
            Rules::parse(list).unwrap(),
            vec![
                claim("NB-01", "a"),
                claim("NB-01", "b"),
                claim("EVT-01", "c"),
            ],
        )
    }

    #[test]
    fn coverage_counts_each_testable_rule_once() {
        let (rules, claims) = sample();
        let counted = coverage(&rules, &claims);
        assert_eq!(
            counted,
            [Coverage {
                area: "NB".into(),
                covered: 1,
                testable: 2
            }]
        );
        assert_eq!(counted[0].percent(), 50);
        assert_eq!(table(&counted), "NB      1 of   2   50 %\n");
    }

    #[test]
    fn the_page_names_tests_and_gaps() {
        let (rules, claims) = sample();
        let page = render(&rules, &claims);
        for part in [
            "| NB | 1 | 2 | 50 % |",
            "**NB-01** One\n- It does. (`p.rs` `a`)\n- It does. (`p.rs` `b`)\n",
            "No test yet:\n\n- NB-02 Two\n",
            "- NB-03 Three: not yet\n",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(
            page.contains("**EVT-01** Four"),
            "a rule for later that has a test is shown with it"
        );
    }
}
