//! `larboard env`: the flags, for build systems that are driven by variables.

use serde::Serialize;

use super::args::{EnvArgs, Variable};
use super::compiler::Compiler;
use super::home::Home;
use super::overlay;
use super::shell;
use super::standard::Language;
use super::{flags, package};
use crate::console;
use crate::failure::Failure;

/// What a build needs to know; the fields are the variables.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Variables {
    cc: String,
    cxx: String,
    cflags: Vec<String>,
    cxxflags: Vec<String>,
    ldflags: Vec<String>,
    libs: Vec<String>,
}

/// Prints the variables.
pub fn run(args: &EnvArgs) -> Result<(), Failure> {
    let variables = Variables::of(args)?;
    if args.json {
        let text = serde_json::to_string_pretty(&variables).map_err(Failure::new)?;
        return console::print_line(&text);
    }
    let all = variables.listed();
    if let Some(wanted) = args.variable {
        let value = all.into_iter().find(|(variable, _)| *variable == wanted);
        return console::print_line(&value.map(|(_, value)| value).unwrap_or_default());
    }
    let lines = all
        .iter()
        .map(|(variable, value)| format!("{}={}\n", variable.name(), shell::quoted(value)));
    console::print(&lines.collect::<String>())
}

impl Variables {
    fn of(args: &EnvArgs) -> Result<Self, Failure> {
        let compiler = Compiler::find(args.compiler.as_deref())?;
        let home = Home::find()?;
        overlay::write_if_changed(
            &home.overlay(),
            overlay::of_larboard(&home.include)?.as_bytes(),
        )?;
        let common = |language| {
            let standard = args
                .standard
                .filter(|standard| standard.language == language);
            let mut words = package::words(&flags::compile(language, standard));
            words.extend(flags::headers(&home.include, &home.overlay()));
            words.extend(standard.map(|standard| standard.flag(compiler.version)));
            let characters = flags::character_set(args.characters());
            words.extend(characters.iter().map(|name| format!("-D{name}")));
            words.extend(
                args.sanitize
                    .map(|sanitizer| format!("-fsanitize={}", sanitizer.name())),
            );
            words
        };
        let mut cxxflags = common(Language::Cxx);
        let mut ldflags = package::words(flags::LINK);
        ldflags.extend(
            args.sanitize
                .map(|sanitizer| format!("-fsanitize={}", sanitizer.name())),
        );
        if let Some(library) = args.stdlib {
            cxxflags.push(library.flag().to_owned());
            ldflags.push(library.flag().to_owned());
        }
        Ok(Self {
            cc: compiler.command(Language::C).to_string_lossy().into_owned(),
            cxx: compiler
                .command(Language::Cxx)
                .to_string_lossy()
                .into_owned(),
            cflags: common(Language::C),
            cxxflags,
            ldflags,
            libs: flags::library(&home.archive(), false),
        })
    }

    /// The variables as a shell takes them.
    fn listed(&self) -> [(Variable, String); 6] {
        [
            (Variable::Cc, self.cc.clone()),
            (Variable::Cxx, self.cxx.clone()),
            (Variable::Cflags, self.cflags.join(" ")),
            (Variable::Cxxflags, self.cxxflags.join(" ")),
            (Variable::Ldflags, self.ldflags.join(" ")),
            (Variable::Libs, self.libs.join(" ")),
        ]
    }
}
