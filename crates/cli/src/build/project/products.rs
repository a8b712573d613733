//! Projects become products: which are wanted, in which configuration, what they need, and how their sources are compiled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::super::args::BuildArgs;
use super::super::link;
use super::super::plan::{Kind, Plan, Product};
use super::super::text;
use super::super::tree::{self, Tree};
use super::evaluate::{self, Project};
use super::options;
use super::properties::{self, Properties};
use super::solution::{Member, Solution};
use crate::failure::Failure;

/// The plan for a project or a solution, given by its absolute path.
pub fn plan(path: &Path, args: &BuildArgs) -> Result<Plan, Failure> {
    let tree = Tree::default();
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let (solution, wanted) = match extension.as_str() {
        "sln" | "slnx" => (Solution::read(path)?, args.project.clone()),
        "vcxproj" => match around(path, &tree) {
            Some((solution, name)) => (solution, Some(name)),
            None => (Solution::alone(path), None),
        },
        other => {
            return Err(Failure::new(format_args!(
                "{}: projects of the kind .{other} are not read, only .vcxproj, .sln and .slnx; give its sources instead",
                path.display()
            )));
        }
    };
    Loader {
        args,
        tree: &tree,
        platform: platform(&solution, args)?,
        configuration: configuration(&solution, args),
        solution: &solution,
    }
    .plan(wanted.as_deref())
}

/// Whether a file describes what to build, rather than being a source.
pub fn is_project(path: &Path) -> bool {
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    ["sln", "slnx"].contains(&extension.as_str()) || extension.ends_with("proj")
}

/// Folders above a project in which its solution is looked for.
const LEVELS: usize = 4;

/// The solution that a project belongs to, and the project's name in it.
fn around(project: &Path, tree: &Tree) -> Option<(Solution, String)> {
    for folder in project.ancestors().skip(1).take(LEVELS) {
        let mut solutions: Vec<_> = fs::read_dir(folder)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "sln" || e == "slnx"))
            .collect();
        solutions.sort();
        for path in solutions {
            let Ok(solution) = Solution::read(&path) else {
                continue;
            };
            let member = solution.members.iter().find(|member| {
                tree.file(folder, &member.path)
                    .is_some_and(|path| path == project)
            });
            if let Some(name) = member.map(|member| member.name.clone()) {
                return Some((solution, name));
            }
        }
    }
    None
}

fn configuration(solution: &Solution, args: &BuildArgs) -> String {
    let wanted = args.configuration().to_owned();
    let known = solution
        .configurations
        .iter()
        .find(|(configuration, _)| configuration.eq_ignore_ascii_case(&wanted));
    known.map_or(wanted, |(configuration, _)| configuration.clone())
}

/// The solution's platform: the one asked for, else x64, else the first of the configuration.
fn platform(solution: &Solution, args: &BuildArgs) -> Result<String, Failure> {
    let of_configuration: Vec<_> = solution
        .configurations
        .iter()
        .filter(|(configuration, _)| configuration.eq_ignore_ascii_case(args.configuration()))
        .map(|(_, platform)| platform.clone())
        .collect();
    if of_configuration.is_empty() && !solution.configurations.is_empty() {
        let known: std::collections::BTreeSet<_> = solution
            .configurations
            .iter()
            .map(|(configuration, _)| configuration.as_str())
            .collect();
        return Err(Failure::new(format_args!(
            "{} has no configuration {}; it has {}",
            solution.path.display(),
            args.configuration(),
            known.into_iter().collect::<Vec<_>>().join(", ")
        )));
    }
    if let Some(platform) = &args.platform {
        return Ok(platform.clone());
    }
    let best = of_configuration
        .iter()
        .find(|platform| platform.eq_ignore_ascii_case("x64"));
    let best = best.or(of_configuration.first());
    Ok(best.map_or_else(|| "x64".to_owned(), Clone::clone))
}

/// A project that can be built.
struct Loaded {
    product: Product,
    /// Project files it refers to.
    references: Vec<PathBuf>,
    /// The name its output is linked by, in small letters.
    target: String,
}

struct Loader<'a> {
    args: &'a BuildArgs,
    tree: &'a Tree,
    solution: &'a Solution,
    configuration: String,
    platform: String,
}

impl Loader<'_> {
    fn plan(&self, wanted: Option<&str>) -> Result<Plan, Failure> {
        let mut loaded: BTreeMap<usize, Result<Loaded, String>> = BTreeMap::new();
        let mut by_path = HashMap::new();
        for (place, member) in self.solution.members.iter().enumerate() {
            if let Some(path) = self.tree.file(self.solution.folder(), &member.path) {
                by_path.insert(path, place);
            }
            loaded.insert(place, self.load(member));
        }
        let edges: BTreeMap<usize, Vec<usize>> = loaded
            .iter()
            .map(|(place, member)| (*place, self.needs(*place, member, &loaded, &by_path)))
            .collect();
        let wanted = self.wanted(wanted, &loaded)?;
        let mut plan = Plan {
            is_project: true,
            ..Plan::default()
        };
        let mut order = Vec::new();
        for place in &wanted {
            visit(*place, &edges, &mut order);
        }
        let mut places = HashMap::new();
        for place in order {
            let member = &self.solution.members[place];
            match loaded.remove(&place) {
                Some(Ok(mut found)) => {
                    let uses = edges[&place]
                        .iter()
                        .filter_map(|used| places.get(used).copied());
                    found.product.uses = uses.collect();
                    places.insert(place, plan.products.len());
                    plan.products.push(found.product);
                }
                Some(Err(reason)) => plan
                    .left_out
                    .push(format!("{} is left out: {reason}", member.name)),
                None => {}
            }
        }
        if plan.products.is_empty() {
            return Err(match plan.left_out.as_slice() {
                [only] => Failure::new(only),
                _ => Failure::new(format_args!(
                    "{} holds nothing that can be built",
                    self.solution.path.display()
                )),
            });
        }
        Ok(plan)
    }

    /// The members to build: the one asked for, or all that the solution builds.
    fn wanted(
        &self,
        name: Option<&str>,
        loaded: &BTreeMap<usize, Result<Loaded, String>>,
    ) -> Result<Vec<usize>, Failure> {
        let members = self.solution.members.iter().enumerate();
        let Some(name) = name else {
            return Ok(members
                .filter(|(_, member)| {
                    self.solution
                        .meant(member, &self.configuration, &self.platform)
                        .is_built
                })
                .map(|(place, _)| place)
                .collect());
        };
        let is_meant = |member: &Member| member.name.eq_ignore_ascii_case(name);
        match members.clone().find(|(_, member)| is_meant(member)) {
            Some((place, _)) => Ok(vec![place]),
            None => {
                let known: Vec<_> = members
                    .filter(|(place, _)| loaded.get(place).is_some_and(Result::is_ok))
                    .map(|(_, member)| member.name.as_str())
                    .collect();
                Err(Failure::new(format_args!(
                    "{} has no project {name}; it has {}",
                    self.solution.path.display(),
                    known.join(", ")
                )))
            }
        }
    }

    /// The libraries of the solution that a member is linked with: those it refers to, and those it names.
    fn needs(
        &self,
        place: usize,
        member: &Result<Loaded, String>,
        loaded: &BTreeMap<usize, Result<Loaded, String>>,
        by_path: &HashMap<PathBuf, usize>,
    ) -> Vec<usize> {
        let Ok(member) = member else {
            return Vec::new();
        };
        let is_library = |place: usize| {
            let found = loaded.get(&place).and_then(|found| found.as_ref().ok());
            found.is_some_and(|found| found.product.kind != Kind::Program)
        };
        let referred = member
            .references
            .iter()
            .filter_map(|path| by_path.get(path).copied());
        let said = self.solution.members[place].needs.iter().filter_map(|id| {
            self.solution
                .members
                .iter()
                .position(|member| member.id == *id)
        });
        let names: HashSet<_> = member
            .product
            .libraries
            .iter()
            .map(|name| link::stem(name))
            .collect();
        let named = loaded.iter().filter_map(|(place, found)| {
            let found = found.as_ref().ok()?;
            names.contains(&found.target).then_some(*place)
        });
        let mut needs: Vec<usize> = Vec::new();
        for used in referred.chain(said).chain(named) {
            if used != place && is_library(used) && !needs.contains(&used) {
                needs.push(used);
            }
        }
        needs
    }

    /// Reads a member; the error is why it is left out.
    fn load(&self, member: &Member) -> Result<Loaded, String> {
        let path = Path::new(&member.path);
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if extension != "vcxproj" {
            return Err(format!("projects of the kind .{extension} are not built"));
        }
        let path = self
            .tree
            .file(self.solution.folder(), &member.path)
            .ok_or_else(|| format!("{} is not there", member.path))?;
        let (configuration, platform) = self.choose(&path, member)?;
        let properties = self.properties(&path, &configuration, &platform);
        let project = Project::read(&path, properties, self.tree)
            .map_err(|failure| failure.message().to_owned())?;
        refuse(&project)?;
        self.product(member, &project, &configuration)
    }

    /// The configuration of a project: the one that the solution says, else the one of the same name.
    fn choose(&self, path: &Path, member: &Member) -> Result<(String, String), String> {
        let known = evaluate::configurations(path, self.tree)
            .map_err(|failure| failure.message().to_owned())?;
        let meant = self
            .solution
            .meant(member, &self.configuration, &self.platform);
        let (configuration, platform) = meant
            .configuration
            .unwrap_or_else(|| (self.configuration.clone(), self.platform.clone()));
        let same: Vec<_> = known
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(&configuration))
            .collect();
        let with = |platform: &str| {
            same.iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(platform))
        };
        let found = with(&platform).or_else(|| with("x64")).or(same.first());
        found.map(|found| (*found).clone()).ok_or_else(|| {
            let known: std::collections::BTreeSet<_> = known
                .iter()
                .map(|(configuration, _)| configuration.as_str())
                .collect();
            let known: Vec<_> = known.into_iter().collect();
            format!(
                "it has no configuration {configuration}, only {}",
                known.join(", ")
            )
        })
    }

    /// What Visual Studio defines before the first line of a project.
    fn properties(&self, path: &Path, configuration: &str, platform: &str) -> Properties {
        let mut properties = Properties::default();
        let folder = path.parent().unwrap_or(Path::new("/")).display();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let solution = self.solution.folder().display();
        let solution_stem = self
            .solution
            .path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let is_win32 = platform.eq_ignore_ascii_case("Win32");
        let below = match is_win32 {
            true => format!("{configuration}/"),
            false => format!("{platform}/{configuration}/"),
        };
        let pairs = [
            ("Configuration", configuration.to_owned()),
            ("Platform", platform.to_owned()),
            (
                "PlatformTarget",
                if is_win32 { "x86" } else { platform }.to_owned(),
            ),
            (
                "PlatformShortName",
                if is_win32 { "x86" } else { platform }.to_owned(),
            ),
            ("ProjectDir", format!("{folder}/")),
            ("MSBuildProjectDirectory", folder.to_string()),
            ("ProjectName", stem.to_string()),
            ("MSBuildProjectName", stem.to_string()),
            ("ProjectFileName", file.to_string()),
            ("MSBuildProjectFile", file.to_string()),
            ("ProjectPath", path.display().to_string()),
            ("MSBuildProjectFullPath", path.display().to_string()),
            ("ProjectExt", ".vcxproj".to_owned()),
            ("SolutionDir", format!("{solution}/")),
            ("SolutionName", solution_stem.to_string()),
            ("SolutionPath", self.solution.path.display().to_string()),
            ("OutDir", format!("{solution}/{below}")),
            ("IntDir", below),
            ("TargetName", stem.to_string()),
            ("TargetExt", ".exe".to_owned()),
            ("VisualStudioVersion", "17.0".to_owned()),
            ("PlatformToolset", "v143".to_owned()),
            ("OS", "Windows_NT".to_owned()),
        ];
        for (name, value) in pairs {
            properties.set(name, value);
        }
        properties
    }

    fn product(
        &self,
        member: &Member,
        project: &Project,
        configuration: &str,
    ) -> Result<Loaded, String> {
        let folder = project
            .path
            .parent()
            .unwrap_or(Path::new("/"))
            .to_path_buf();
        let kind = kind(project)?;
        let units = options::units(project, configuration, self.tree)?;
        if units.is_empty() {
            return Err("it has no sources".to_owned());
        }
        let (directory, target) = output(project, kind, &folder, self.solution.folder());
        let file = match kind {
            Kind::Program => target.clone(),
            Kind::StaticLibrary => format!("lib{target}.a"),
            Kind::DynamicLibrary => format!("{target}.so"),
        };
        let link = |name: &str| properties::unescape(project.definition("link", name));
        let mut libraries: Vec<_> = properties::list(&link("additionaldependencies"))
            .map(str::to_owned)
            .collect();
        libraries.extend(named_in_sources(project, &folder, self.tree));
        let folders = properties::list(&link("additionallibrarydirectories"))
            .map(|path| tree::join(&folder, path))
            .collect();
        let references = project
            .items("projectreference")
            .filter_map(|item| self.tree.file(&folder, &item.include))
            .collect();
        let build = match &self.args.build_folder {
            Some(build) => build.clone(),
            None => self.solution.folder().join(super::super::FOLDER),
        };
        let build = std::env::current_dir()
            .map_err(|error| error.to_string())?
            .join(build);
        let product = Product {
            name: member.name.clone(),
            kind,
            output: directory.join(file),
            build,
            folder,
            units,
            uses: Vec::new(),
            libraries,
            library_folders: folders,
            guess_standard: false,
            guess_characters: false,
        };
        Ok(Loaded {
            product,
            references,
            target: target.to_lowercase(),
        })
    }
}

/// Puts a member behind those it needs.
fn visit(place: usize, edges: &BTreeMap<usize, Vec<usize>>, order: &mut Vec<usize>) {
    // A circle is cut where it would close.
    fn deeper(
        place: usize,
        edges: &BTreeMap<usize, Vec<usize>>,
        seen: &mut Vec<usize>,
        order: &mut Vec<usize>,
    ) {
        if seen.contains(&place) || order.contains(&place) {
            return;
        }
        seen.push(place);
        for needed in &edges[&place] {
            deeper(*needed, edges, seen, order);
        }
        order.push(place);
    }
    deeper(place, edges, &mut Vec::new(), order);
}

/// Says why a project cannot be built, if it is of a kind that cannot.
fn refuse(project: &Project) -> Result<(), String> {
    let properties = &project.properties;
    let clr = properties.get("CLRSupport");
    if !clr.is_empty() && !clr.eq_ignore_ascii_case("false") {
        return Err("C++/CLI needs .NET".to_owned());
    }
    for (name, what) in [("UseOfMfc", "MFC"), ("UseOfAtl", "ATL")] {
        let value = properties.get(name);
        if !value.is_empty() && !value.eq_ignore_ascii_case("false") {
            return Err(format!("it uses {what}, which is not here"));
        }
    }
    Ok(())
}

fn kind(project: &Project) -> Result<Kind, String> {
    let name = project.properties.get("ConfigurationType");
    match name.to_lowercase().as_str() {
        "" | "application" => Ok(Kind::Program),
        "staticlibrary" => Ok(Kind::StaticLibrary),
        "dynamiclibrary" => Ok(Kind::DynamicLibrary),
        "utility" => Err("it makes no program and no library".to_owned()),
        _ => Err(format!(
            "projects of the type {name} are built by other tools"
        )),
    }
}

/// The folder and the name, without ending, of what a project makes.
fn output(project: &Project, kind: Kind, folder: &Path, solution: &Path) -> (PathBuf, String) {
    let properties = &project.properties;
    let section = match kind {
        Kind::StaticLibrary => "lib",
        Kind::Program | Kind::DynamicLibrary => "link",
    };
    let said = tree::slashes(project.definition(section, "outputfile"));
    let (directory, name) = match said.rsplit_once('/') {
        Some((directory, name)) if !name.is_empty() => (directory.to_owned(), name.to_owned()),
        _ => (tree::slashes(&properties.get("OutDir")), String::new()),
    };
    let stem = |name: &str| {
        let ending = [".exe", ".lib", ".dll"];
        let lower = name.to_lowercase();
        let cut = ending
            .iter()
            .find(|ending| lower.ends_with(**ending))
            .map_or(0, |e| e.len());
        name[..name.len() - cut].to_owned()
    };
    let target = match stem(&name) {
        name if name.is_empty() => target_name(properties),
        name => name,
    };
    // A drive is none of this machine's folders.
    let directory = match directory.contains(':') || directory.is_empty() {
        true => solution
            .join(properties.get("Platform"))
            .join(properties.get("Configuration")),
        false => tree::join(folder, &directory),
    };
    (directory, target)
}

fn target_name(properties: &Properties) -> String {
    let target = properties.get("TargetName");
    // The default is made of the project's name, which the project may say itself.
    match target == properties.get("MSBuildProjectName") {
        true => properties.get("ProjectName"),
        false => target,
    }
}

/// The libraries that the project's files name by `#pragma comment(lib, "…")`.
fn named_in_sources(project: &Project, folder: &Path, tree: &Tree) -> Vec<String> {
    let files = project.items("clcompile").chain(project.items("clinclude"));
    let files = files.filter_map(|item| tree.file(folder, &item.include));
    let mut libraries = Vec::new();
    for file in files {
        if let Ok(bytes) = fs::read(&file) {
            let text = text::decode(text::alone(&bytes, None), &bytes);
            libraries.extend(link::pragma_libraries(&text));
        }
    }
    libraries
}
