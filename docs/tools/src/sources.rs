//! Finds the rules that tests name in their doc comments.
//!
//! A doc comment line `/// PORT-16: text` opens a rule, the lines after it continue the text until the next rule, an
//! empty line or the end of the comment. The item below must be a test that runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::rules::is_rule_id;

/// A test says that it shows a rule.
#[derive(Debug, PartialEq)]
pub struct Claim {
    pub rule: String,
    pub text: String,
    /// Source file, relative to the root of the workspace.
    pub path: String,
    pub test: String,
}

/// Reads all sources below `crates/*/src` and `crates/*/tests`.
pub fn collect(root: &Path) -> Result<Vec<Claim>, String> {
    let mut files = Vec::new();
    for member in entries(&root.join("crates"))? {
        for part in ["src", "tests"].map(|part| member.join(part)) {
            if part.is_dir() {
                rust_files(&part, &mut files)?;
            }
        }
    }
    let mut claims = Vec::new();
    for file in files {
        let text =
            fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy();
        claims.extend(claims_of(&path, &text)?);
    }
    Ok(claims)
}

/// The claims of one source file.
fn claims_of(path: &str, source: &str) -> Result<Vec<Claim>, String> {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let mut claims = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let start = index;
        while lines.get(index).is_some_and(|line| line.starts_with("///")) {
            index += 1;
        }
        if start == index {
            index += 1;
            continue;
        }
        let named = rules_of(&lines[start..index]);
        if !named.is_empty() {
            let test = test_below(&lines[index..]).ok_or(format!(
                "{path} line {}: {} stands on no test that runs",
                start + 1,
                named[0].0
            ))?;
            claims.extend(named.into_iter().map(|(rule, text)| Claim {
                rule,
                text,
                path: path.into(),
                test: test.into(),
            }));
        }
    }
    Ok(claims)
}

/// Rules and their text in one doc comment.
fn rules_of(comment: &[&str]) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in comment
        .iter()
        .map(|line| line.trim_start_matches('/').trim())
    {
        match line.split_once(": ").filter(|(id, _)| is_rule_id(id)) {
            Some((id, text)) => {
                rules.push((id.into(), text.trim().into()));
                open = true;
            }
            None if line.is_empty() => open = false,
            None if open => {
                if let Some((_, text)) = rules.last_mut() {
                    text.push(' ');
                    text.push_str(line);
                }
            }
            None => {}
        }
    }
    rules
}

/// The name of the test that the attributes at the start of `lines` belong to.
fn test_below<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let end = lines
        .iter()
        .position(|line| !line.starts_with("#[") && !line.is_empty())?;
    let attributes = &lines[..end];
    let runs = attributes.contains(&"#[test]")
        && !attributes.iter().any(|line| line.starts_with("#[ignore"));
    let name = lines[end]
        .strip_prefix("pub ")
        .unwrap_or(lines[end])
        .strip_prefix("fn ")?;
    runs.then(|| name.split(['(', '<']).next().unwrap_or(name))
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    for path in entries(directory)? {
        if path.is_dir() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The entries of a directory, sorted, so that the page does not depend on the file system.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect());
    let mut paths: Vec<PathBuf> =
        read.map_err(|error| format!("{}: {error}", directory.display()))?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_rules_with_continuation_lines_are_found() {
        let source = "
            /// PORT-16: an immediate success
            /// queues a packet.
            /// OVL-100: closing ends it.
            ///
            /// A remark about the test.
            #[test]
            #[cfg(unix)]
            fn port_16_immediate() {}
        ";
        let claims = claims_of("t.rs", source).unwrap();
        let found: Vec<_> = claims
            .iter()
            .map(|claim| {
                (
                    claim.rule.as_str(),
                    claim.text.as_str(),
                    claim.test.as_str(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (
                    "PORT-16",
                    "an immediate success queues a packet.",
                    "port_16_immediate"
                ),
                ("OVL-100", "closing ends it.", "port_16_immediate")
            ]
        );
    }

    #[test]
    fn ordinary_comments_name_no_rule() {
        let source = "/// Waits. Errors: see PORT-16: there.\n/// port-16: no\n/// PORT-1: no\n// PORT-16: no\nfn wait() {}\n";
        assert_eq!(claims_of("t.rs", source).unwrap(), []);
    }

    #[test]
    fn a_rule_on_something_that_never_runs_is_an_error() {
        for below in [
            "fn helper() {}",
            "#[test]\n#[ignore]\nfn later() {}",
            "struct Test;",
            "",
        ] {
            let problem = claims_of("t.rs", &format!("/// PORT-16: text\n{below}\n")).unwrap_err();
            assert!(problem.contains("t.rs line 1"), "{below}: {problem}");
        }
    }
}
