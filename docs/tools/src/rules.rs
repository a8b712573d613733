//! The list of rules that exist: `docs/rules.csv`.

/// One rule of the list.
#[derive(Debug, PartialEq)]
pub struct Rule {
    pub id: String,
    pub area: String,
    pub testable: Testable,
    pub title: String,
    /// Why it is not testable, or not yet; empty otherwise.
    pub reason: String,
}

/// Whether a test on Linux can show the rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Testable {
    Yes,
    No,
    /// The functions it speaks of are not part of the library yet.
    Later,
}

/// All rules, in the order of the file.
#[derive(Debug)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Reads the list; the first line holds the column names, and no field contains a comma.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Self(Vec::new());
        for (index, line) in text.lines().enumerate().skip(1) {
            let rule = Rule::parse(line)
                .map_err(|problem| format!("docs/rules.csv line {}: {problem}", index + 1))?;
            if rules.get(&rule.id).is_some() {
                return Err(format!(
                    "docs/rules.csv line {}: {} is there twice",
                    index + 1,
                    rule.id
                ));
            }
            rules.0.push(rule);
        }
        Ok(rules)
    }

    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id == id)
    }

    /// The areas, each once, in the order of the file.
    pub fn areas(&self) -> Vec<&str> {
        let mut areas: Vec<_> = self.0.iter().map(|rule| rule.area.as_str()).collect();
        areas.dedup();
        areas
    }

    pub fn of_area<'a>(&'a self, area: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.0.iter().filter(move |rule| rule.area == area)
    }
}

impl Rule {
    fn parse(line: &str) -> Result<Self, String> {
        let [id, area, testable, title, reason] = line.split(',').collect::<Vec<_>>()[..] else {
            return Err("five fields expected: id,area,testable,title,reason".into());
        };
        let testable = match testable {
            "yes" => Testable::Yes,
            "no" => Testable::No,
            "later" => Testable::Later,
            other => return Err(format!("testable is yes, no or later, not {other:?}")),
        };
        if !is_rule_id(id) || !id.starts_with(&format!("{area}-")) {
            return Err(format!("{id:?} is no rule of the area {area:?}"));
        }
        if (testable == Testable::Yes) != reason.is_empty() {
            return Err("a reason stands with rules that are not testable, and only there".into());
        }
        Ok(Self {
            id: id.into(),
            area: area.into(),
            testable,
            title: title.into(),
            reason: reason.into(),
        })
    }
}

/// `PORT-16`: capital letters, a hyphen, at least two digits.
pub fn is_rule_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(area, number)| {
        !area.is_empty()
            && area.bytes().all(|b| b.is_ascii_uppercase())
            && number.len() >= 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "id,area,testable,title,reason\n";

    #[test]
    fn rules_are_read_in_order() {
        let rules = Rules::parse(&format!("{HEAD}WAIT-01,WAIT,yes,One,\nWAIT-30,WAIT,later,Two,not yet\nNB-01,NB,no,Three,advice\n")).unwrap();
        assert_eq!(rules.areas(), ["WAIT", "NB"]);
        assert_eq!(rules.of_area("WAIT").count(), 2);
        assert_eq!(rules.get("WAIT-30").unwrap().testable, Testable::Later);
        assert_eq!(rules.get("WAIT-31"), None);
    }

    #[test]
    fn mistakes_in_the_list_are_told_with_their_line() {
        for line in [
            "NB-01,NB,yes,One",
            "NB-01,NB,maybe,One,",
            "NB-01,OVL,yes,One,",
            "nb-1,NB,yes,One,",
            "NB-01,NB,no,One,",
            "NB-01,NB,yes,One,why",
        ] {
            assert!(
                Rules::parse(&format!("{HEAD}{line}\n"))
                    .unwrap_err()
                    .contains("line 2"),
                "{line}"
            );
        }
        assert!(
            Rules::parse(&format!("{HEAD}NB-01,NB,yes,One,\nNB-01,NB,yes,One,\n"))
                .unwrap_err()
                .contains("twice")
        );
    }

    #[test]
    fn the_list_of_the_repository_is_well_formed() {
        let rules = Rules::parse(include_str!("../../rules.csv")).unwrap();
        let areas = rules.areas();
        let different: std::collections::BTreeSet<_> = areas.iter().collect();
        assert_eq!(areas.len(), different.len(), "an area stands in one place");
        for rule in rules
            .areas()
            .into_iter()
            .flat_map(|area| rules.of_area(area))
        {
            assert!(
                rule.title.split_whitespace().count() <= 8,
                "{}: the title is a title",
                rule.id
            );
        }
    }
}
