//! Small programs that keep the documentation true.
//!
//! `larboard-tools behaviour` collects the rules that tests name into `docs/behaviour.md` and prints the coverage;
//! with `--check` it changes nothing and fails when the page is stale, a rule does not exist or too few are covered.

mod page;
mod rules;
mod sources;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use page::Coverage;
use rules::Rules;

const USAGE: &str = "usage: larboard-tools behaviour [--check] [--threshold PERCENT] [--root DIR]";

fn main() -> ExitCode {
    let outcome = Options::parse(std::env::args().skip(1)).and_then(|options| behaviour(&options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
struct Options {
    check: bool,
    /// Least share of the testable rules of an area, in percent.
    threshold: usize,
    root: PathBuf,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        if arguments.next().as_deref() != Some("behaviour") {
            return Err(USAGE.into());
        }
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut options = Self {
            check: false,
            threshold: 90,
            root: workspace,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or(format!("{argument} needs a value; {USAGE}"))
            };
            match argument.as_str() {
                "--check" => options.check = true,
                "--root" => options.root = value()?.into(),
                "--threshold" => {
                    let percent = value()?.parse().ok().filter(|percent| *percent <= 100);
                    options.threshold =
                        percent.ok_or("--threshold takes a whole number from 0 to 100")?;
                }
                _ => return Err(format!("unknown argument {argument}; {USAGE}")),
            }
        }
        Ok(options)
    }
}

fn behaviour(options: &Options) -> Result<(), String> {
    let rules = Rules::parse(&read(&options.root.join("docs/rules.csv"))?)?;
    let claims = sources::collect(&options.root)?;
    if let Some(stranger) = claims.iter().find(|claim| rules.get(&claim.rule).is_none()) {
        return Err(format!(
            "{}: {} names the rule {}, which docs/rules.csv does not have",
            stranger.path, stranger.test, stranger.rule
        ));
    }
    let page = page::render(&rules, &claims);
    let target = options.root.join("docs/behaviour.md");
    if !options.check {
        fs::write(&target, &page).map_err(|error| format!("{}: {error}", target.display()))?;
    } else if fs::read_to_string(&target).unwrap_or_default() != page {
        return Err(
            "docs/behaviour.md is stale; run `cargo run -p larboard-tools -- behaviour`".into(),
        );
    }
    let coverage = page::coverage(&rules, &claims);
    print!("{}", page::table(&coverage));
    if options.check {
        demand(&coverage, options.threshold)
    } else {
        Ok(())
    }
}

/// Fails for the areas that must be covered and are not.
fn demand(coverage: &[Coverage], threshold: usize) -> Result<(), String> {
    let short: Vec<_> = coverage
        .iter()
        .filter(|area| area.percent() < threshold)
        .map(|area| area.area.as_str())
        .collect();
    match short.as_slice() {
        [] => Ok(()),
        areas => Err(format!(
            "less than {threshold} % of the testable rules have a test in: {}",
            areas.join(", ")
        )),
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn the_command_line_is_understood() {
        let parsed = options("behaviour --check --threshold 0 --root /tmp").unwrap();
        assert!(parsed.check);
        assert_eq!(
            (parsed.threshold, parsed.root.as_path()),
            (0, Path::new("/tmp"))
        );
    }

    #[test]
    fn a_wrong_command_line_is_refused() {
        for line in [
            "",
            "behavior",
            "behaviour --threshold",
            "behaviour --threshold 101",
            "behaviour --speed",
        ] {
            assert!(options(line).is_err(), "{line}");
        }
    }

    #[test]
    fn an_area_below_the_threshold_fails() {
        let coverage = [Coverage {
            area: "PORT".into(),
            covered: 8,
            testable: 9,
        }];
        assert!(demand(&coverage, 88).is_ok());
        assert!(demand(&coverage, 90).unwrap_err().contains("PORT"));
    }

    #[test]
    fn a_tree_is_written_and_then_found_fresh_or_stale() {
        let root = std::env::temp_dir().join(format!("larboard-tools-{}", std::process::id()));
        let tests = root.join("crates/demo/tests");
        fs::create_dir_all(&tests).unwrap();
        fs::create_dir_all(root.join("docs")).unwrap();
        fs::write(
            root.join("docs/rules.csv"),
            "id,area,testable,title,reason\nPORT-01,PORT,yes,First,\n",
        )
        .unwrap();
        let source = tests.join("first.rs");
        fs::write(&source, "/// PORT-01: a rule.\n#[test]\nfn port_01() {}\n").unwrap();
        let run = |check| {
            behaviour(&Options {
                check,
                threshold: 90,
                root: root.clone(),
            })
        };

        assert!(run(true).unwrap_err().contains("stale"));
        run(false).unwrap();
        run(true).unwrap();
        fs::write(&source, "/// PORT-02: a rule.\n#[test]\nfn port_02() {}\n").unwrap();
        let problem = run(true).unwrap_err();
        fs::remove_dir_all(&root).unwrap();
        assert!(problem.contains("PORT-02"), "{problem}");
    }
}
