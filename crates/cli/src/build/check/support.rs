//! What of Windows is here, as `SUPPORT.md` says it: the one source.

use std::collections::HashMap;

/// How much of a function is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A program cannot tell the difference.
    Exact,
    /// The difference.
    Approximate(String),
    /// Not here.
    Absent,
}

/// All names that the page mentions.
pub struct Support {
    names: HashMap<String, Standing>,
    /// Names that begin so: `_mm_*`.
    beginnings: Vec<(String, Standing)>,
}

impl Support {
    /// As the page says.
    pub fn of_page() -> Self {
        Self::read(include_str!("../../../../../SUPPORT.md"))
    }

    /// What stands about a name.
    pub fn standing(&self, name: &str) -> Option<&Standing> {
        self.names.get(name).or_else(|| {
            let found = self
                .beginnings
                .iter()
                .find(|(beginning, _)| name.starts_with(beginning));
            found.map(|(_, standing)| standing)
        })
    }

    /// Whether a name stands for an A and a W variant, by what TCHAR is.
    pub fn has_variants(&self, name: &str) -> bool {
        self.names.contains_key(&format!("{name}W"))
    }

    fn read(page: &str) -> Self {
        let mut support = Self {
            names: HashMap::new(),
            beginnings: Vec::new(),
        };
        let mut absent = Vec::new();
        let mut is_absent = false;
        for line in page.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                is_absent = title.trim() == "Absent";
            } else if let Some(row) = line.strip_prefix('|') {
                let mut cells = row.split('|').map(str::trim);
                let (names, kind, difference) = (cells.next(), cells.next(), cells.next());
                let standing = match kind {
                    Some("exact") => Standing::Exact,
                    Some("approximate") => {
                        Standing::Approximate(difference.unwrap_or_default().to_owned())
                    }
                    Some("absent") => Standing::Absent,
                    _ if is_absent => Standing::Absent,
                    _ => continue,
                };
                support.add(names.unwrap_or_default(), &standing);
            } else if is_absent {
                absent.push(line);
            }
        }
        // What a table has is not absent, wherever else it is mentioned.
        for line in absent {
            for name in in_backticks(line).flat_map(expand) {
                support.names.entry(name).or_insert(Standing::Absent);
            }
        }
        support
    }

    fn add(&mut self, names: &str, standing: &Standing) {
        for name in in_backticks(names) {
            if let Some(beginning) = name.strip_suffix('*') {
                self.beginnings
                    .push((beginning.to_owned(), standing.clone()));
                continue;
            }
            for name in expand(name) {
                self.names.insert(name, standing.clone());
            }
        }
    }
}

fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The names that an abbreviation stands for: `CreateEventA/W`, `Sleep(Ex)`, `RegisterClass(Ex)A/W`,
/// `InterlockedAnd(8/16/64)`. The name without A or W is the macro.
fn expand(name: &str) -> Vec<String> {
    if let Some(stem) = name.strip_suffix("A/W") {
        let endings = ["", "A", "W"];
        return expand(stem)
            .iter()
            .flat_map(|stem| endings.map(|ending| format!("{stem}{ending}")))
            .collect();
    }
    if let Some((before, rest)) = name.split_once('(')
        && let Some((choices, after)) = rest.split_once(')')
    {
        let choices = std::iter::once("").chain(choices.split('/'));
        return choices
            .flat_map(|choice| expand(&format!("{before}{choice}{after}")))
            .collect();
    }
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match is_name(name) {
        true => vec![name.to_owned()],
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_stand_for_several_names() {
        assert_eq!(
            expand("CreateEventA/W"),
            ["CreateEvent", "CreateEventA", "CreateEventW"]
        );
        assert_eq!(expand("Sleep(Ex)"), ["Sleep", "SleepEx"]);
        let names = expand("GetClass(Ex)A/W");
        assert_eq!(names.len(), 6);
        assert!(names.contains(&"GetClassExW".to_owned()));
        assert_eq!(
            expand("InterlockedAnd(8/64)"),
            ["InterlockedAnd", "InterlockedAnd8", "InterlockedAnd64"]
        );
        assert!(expand("std::format").is_empty() && expand("bash run.sh").is_empty());
    }

    #[test]
    fn the_page_is_understood() {
        let support = Support::of_page();
        assert_eq!(support.standing("CreateEventW"), Some(&Standing::Exact));
        assert_eq!(support.standing("SleepEx"), Some(&Standing::Exact));
        assert_eq!(support.standing("ConnectEx"), Some(&Standing::Exact));
        let socket = support.standing("socket");
        assert!(
            matches!(socket, Some(Standing::Approximate(difference)) if difference.contains("descriptor"))
        );
        assert_eq!(support.standing("NoSuchFunction"), None);
    }

    #[test]
    fn what_is_absent_is_listed_or_told() {
        let page = "## A\n| function | | difference |\n|---|---|---|\n| `Here`¹ | exact | |\n| `_mm_*` | approximate | slow |\n\
                    ## Absent\nNot yet: `Away(Ex)`, `Here`.\n| `GoneA/W` | no display |\n";
        let support = Support::read(page);
        assert_eq!(support.standing("Here"), Some(&Standing::Exact));
        assert_eq!(support.standing("AwayEx"), Some(&Standing::Absent));
        assert_eq!(support.standing("GoneW"), Some(&Standing::Absent));
        assert_eq!(
            support.standing("_mm_pause"),
            Some(&Standing::Approximate("slow".to_owned()))
        );
    }
}
