//! Solutions: which projects there are, which configuration of each is meant, and which comes first.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::tree;
use super::evaluate;
use crate::failure::Failure;

/// A project in a solution.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Its name in the solution.
    pub name: String,
    /// The project file as written, with slashes.
    pub path: String,
    /// What identifies it, in small letters: a GUID, or its path.
    pub id: String,
    /// Those it needs, by what identifies them.
    pub needs: Vec<String>,
}

/// A solution.
#[derive(Debug, Default)]
pub struct Solution {
    /// The file.
    pub path: PathBuf,
    /// Its projects, folders not counted.
    pub members: Vec<Member>,
    /// Configurations of the solution, as `Debug|x64`.
    pub configurations: Vec<(String, String)>,
    /// What a project is built as: by its identity and the solution's configuration, both in small letters.
    mapping: HashMap<(String, String), String>,
    /// Where that is built at all.
    built: Vec<(String, String)>,
}

/// What the solution says about a project in one of its configurations.
#[derive(Debug, PartialEq, Eq)]
pub struct Meant {
    /// The project's configuration and platform, if the solution says so.
    pub configuration: Option<(String, String)>,
    /// Whether it is to be built.
    pub is_built: bool,
}

impl Solution {
    /// Reads a `.sln` or a `.slnx`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = evaluate::read(path)?;
        let is_xml = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("slnx"));
        let mut solution = match is_xml {
            true => of_xml(path, &text)?,
            false => of_text(&text),
        };
        solution.path = path.to_path_buf();
        Ok(solution)
    }

    /// A solution of nothing but one project, beside it.
    pub fn alone(project: &Path) -> Self {
        let name = project.file_name().unwrap_or_default().to_string_lossy();
        let stem = project.file_stem().unwrap_or_default().to_string_lossy();
        let member = Member {
            name: stem.into_owned(),
            id: name.to_lowercase(),
            path: name.into_owned(),
            needs: Vec::new(),
        };
        Self {
            path: project.with_extension("sln"),
            members: vec![member],
            ..Self::default()
        }
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// What it says about a project.
    pub fn meant(&self, member: &Member, configuration: &str, platform: &str) -> Meant {
        let key = (
            member.id.clone(),
            format!("{configuration}|{platform}").to_lowercase(),
        );
        let mapped = self.mapping.get(&key).and_then(|mapped| {
            let (configuration, platform) = mapped.split_once('|')?;
            Some((configuration.to_owned(), platform.to_owned()))
        });
        // A solution of XML says only what differs.
        let is_built = self.mapping.is_empty() || self.built.contains(&key);
        Meant {
            configuration: mapped,
            is_built,
        }
    }
}

fn of_text(text: &str) -> Solution {
    let mut solution = Solution::default();
    let mut section = String::new();
    let mut inside_project = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("Project(") {
            inside_project = false;
            if let Some(member) = member(line) {
                solution.members.push(member);
                inside_project = true;
            }
        } else if let Some(rest) = line
            .strip_prefix("GlobalSection(")
            .or_else(|| line.strip_prefix("ProjectSection("))
        {
            section = rest.split(')').next().unwrap_or_default().to_lowercase();
        } else if line.starts_with("EndGlobalSection") || line.starts_with("EndProjectSection") {
            section.clear();
        } else if line == "EndProject" {
            inside_project = false;
        } else if let Some((left, right)) = line.split_once('=') {
            let (left, right) = (left.trim(), right.trim());
            match section.as_str() {
                "projectdependencies" if inside_project => {
                    if let Some(member) = solution.members.last_mut() {
                        member.needs.push(left.to_lowercase());
                    }
                }
                "solutionconfigurationplatforms" => {
                    if let Some((configuration, platform)) = left.split_once('|') {
                        solution
                            .configurations
                            .push((configuration.to_owned(), platform.to_owned()));
                    }
                }
                "projectconfigurationplatforms" => map(&mut solution, left, right),
                _ => {}
            }
        }
    }
    solution
}

/// `{GUID}.Debug|x64.ActiveCfg = Debug|Win32`
fn map(solution: &mut Solution, left: &str, right: &str) {
    let Some((id, rest)) = left.split_once('.') else {
        return;
    };
    let id = id.to_lowercase();
    if let Some(configuration) = rest.strip_suffix(".ActiveCfg") {
        solution
            .mapping
            .insert((id, configuration.to_lowercase()), right.to_owned());
    } else if let Some(configuration) = rest.strip_suffix(".Build.0") {
        solution.built.push((id, configuration.to_lowercase()));
    }
}

/// `Project("{kind}") = "name", "path", "{id}"`; folders are no projects.
fn member(line: &str) -> Option<Member> {
    let quoted: Vec<_> = line.split('"').skip(1).step_by(2).collect();
    let [kind, name, path, id] = quoted.as_slice() else {
        return None;
    };
    let is_folder = kind.eq_ignore_ascii_case(FOLDER);
    (!is_folder).then(|| Member {
        name: (*name).to_owned(),
        path: tree::slashes(path),
        id: id.to_lowercase(),
        needs: Vec::new(),
    })
}

/// The kind of what only groups projects.
const FOLDER: &str = "{2150E333-8FDC-42A3-9474-1A3956D46DE8}";

fn of_xml(path: &Path, text: &str) -> Result<Solution, Failure> {
    let document = evaluate::parse(path, text)?;
    let mut solution = Solution::default();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        if node.tag_name().name() != "Project" {
            continue;
        }
        let Some(path) = node.attribute("Path").map(tree::slashes) else {
            continue;
        };
        let stem = Path::new(&path).file_stem().unwrap_or_default();
        let needs = node
            .children()
            .filter(|child| child.tag_name().name() == "BuildDependency")
            .filter_map(|child| Some(tree::slashes(child.attribute("Project")?).to_lowercase()))
            .collect();
        solution.members.push(Member {
            name: stem.to_string_lossy().into_owned(),
            id: path.to_lowercase(),
            path,
            needs,
        });
    }
    Ok(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{feff}\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Echo Server\", \"Echo Server\\Echo Server.vcxproj\", \"{AA-1}\"\r\n\
\tProjectSection(ProjectDependencies) = postProject\r\n\t\t{BB-2} = {BB-2}\r\n\tEndProjectSection\r\nEndProject\r\n\
Project(\"{2150E333-8FDC-42A3-9474-1A3956D46DE8}\") = \"Items\", \"Items\", \"{CC-3}\"\r\n\
\tProjectSection(SolutionItems) = preProject\r\n\t\treadme.md = readme.md\r\n\tEndProjectSection\r\nEndProject\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Net\", \"Net\\Net.vcxproj\", \"{BB-2}\"\r\nEndProject\r\n\
Global\r\n\tGlobalSection(SolutionConfigurationPlatforms) = preSolution\r\n\t\tDebug|x64 = Debug|x64\r\n\
\t\tRelease|x86 = Release|x86\r\n\tEndGlobalSection\r\n\
\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\r\n\
\t\t{AA-1}.Debug|x64.ActiveCfg = Debug|x64\r\n\t\t{AA-1}.Debug|x64.Build.0 = Debug|x64\r\n\
\t\t{AA-1}.Release|x86.ActiveCfg = Release|Win32\r\n\tEndGlobalSection\r\nEndGlobal\r\n";

    #[test]
    fn a_solution_lists_its_projects_and_what_they_need() {
        let solution = of_text(TEXT.trim_start_matches('\u{feff}'));
        let names: Vec<_> = solution
            .members
            .iter()
            .map(|member| member.name.as_str())
            .collect();
        assert_eq!(names, ["Echo Server", "Net"]);
        assert_eq!(solution.members[0].path, "Echo Server/Echo Server.vcxproj");
        assert_eq!(solution.members[0].needs, ["{bb-2}"]);
        assert_eq!(solution.configurations.len(), 2);
    }

    #[test]
    fn a_solution_says_which_configuration_is_meant() {
        let solution = of_text(TEXT);
        let server = &solution.members[0];
        let meant = solution.meant(server, "debug", "x64");
        assert_eq!(
            meant.configuration,
            Some(("Debug".to_owned(), "x64".to_owned()))
        );
        assert!(meant.is_built);
        let meant = solution.meant(server, "Release", "x86");
        assert_eq!(
            meant.configuration,
            Some(("Release".to_owned(), "Win32".to_owned()))
        );
        assert!(!meant.is_built);
        assert_eq!(solution.meant(server, "None", "x64").configuration, None);
    }

    #[test]
    fn the_newer_format_is_read_as_well() {
        let text = "<Solution><Folder Name=\"/Libs/\"><Project Path=\"Net\\Net.vcxproj\" /></Folder>\
                    <Project Path=\"Server/Server.vcxproj\"><BuildDependency Project=\"Net/Net.vcxproj\" /></Project></Solution>";
        let solution = of_xml(Path::new("a.slnx"), text).unwrap();
        assert_eq!(solution.members[1].name, "Server");
        assert_eq!(solution.members[1].needs, [solution.members[0].id.clone()]);
        assert!(
            solution
                .meant(&solution.members[0], "Debug", "x64")
                .is_built
        );
    }
}
