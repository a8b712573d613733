//! A project file, read for one configuration: its properties and its items, after conditions, sheets and inheritance.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use roxmltree::{Document, Node};

use super::super::headers;
use super::super::text;
use super::super::tree::{self, Tree};
use super::condition;
use super::properties::{self, Properties};
use crate::failure::Failure;

/// What an item is told, by the small letters of its names.
pub type Metadata = HashMap<String, String>;

/// A thing that a project lists.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is: `clcompile`, `projectreference` …
    pub kind: String,
    /// Its name as written, properties put in.
    pub include: String,
    /// What is said about it, what its kind inherits included.
    pub metadata: Metadata,
}

/// A project for one configuration.
#[derive(Debug)]
pub struct Project {
    /// The file.
    pub path: PathBuf,
    /// Its properties.
    pub properties: Properties,
    /// What it lists.
    pub items: Vec<Item>,
    /// What each kind of item inherits.
    pub definitions: HashMap<String, Metadata>,
}

/// Sheets may import sheets, so deep, and so many in all.
const DEEPEST: usize = 32;
const MOST_IMPORTS: usize = 500;

impl Project {
    /// Reads a project with these properties to begin with.
    pub fn read(path: &Path, properties: Properties, tree: &Tree) -> Result<Self, Failure> {
        let text = read(path)?;
        let document = parse(path, &text)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let mut evaluator = Evaluator {
            folder,
            tree,
            depth: 0,
            imports: 0,
            project: Self {
                path: path.to_path_buf(),
                properties,
                items: Vec::new(),
                definitions: HashMap::new(),
            },
        };
        evaluator.around("Directory.Build.props");
        evaluator.file(path, document.root_element());
        evaluator.around("Directory.Build.targets");
        Ok(evaluator.project)
    }

    /// Items of a kind.
    pub fn items(&self, kind: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.kind == kind)
    }

    /// What a kind of item inherits under a name.
    pub fn definition(&self, kind: &str, name: &str) -> &str {
        let metadata = self.definitions.get(kind);
        metadata
            .and_then(|metadata| metadata.get(name))
            .map_or("", String::as_str)
    }
}

/// Configurations of a project, as `Debug|x64`, in the order they are listed.
pub fn configurations(path: &Path, tree: &Tree) -> Result<Vec<(String, String)>, Failure> {
    let project = Project::read(path, Properties::default(), tree)?;
    Ok(project
        .items("projectconfiguration")
        .filter_map(|item| item.include.split_once('|'))
        .map(|(configuration, platform)| (configuration.to_owned(), platform.to_owned()))
        .collect())
}

/// The text of a project file, in whatever encoding.
pub fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format_args!("{}: {error}", path.display())))?;
    Ok(text::decode(text::alone(&bytes, None), &bytes))
}

/// The document of a project file.
pub fn parse<'a>(path: &Path, text: &'a str) -> Result<Document<'a>, Failure> {
    Document::parse(text).map_err(|error| Failure::new(format_args!("{}: {error}", path.display())))
}

/// The folder a pattern begins in, and the part from the first `*` or `?` on.
fn split_pattern(pattern: &str) -> (&str, &str) {
    let varies = pattern.find(['*', '?']).unwrap_or(pattern.len());
    let slash = pattern[..varies].rfind('/').map_or(0, |slash| slash + 1);
    pattern.split_at(slash)
}

struct Evaluator<'a> {
    folder: &'a Path,
    tree: &'a Tree,
    depth: usize,
    imports: usize,
    project: Project,
}

impl Evaluator<'_> {
    /// The nearest file of this name in the project's folder or above it, which counts for all projects below.
    fn around(&mut self, name: &str) {
        let found = self
            .folder
            .ancestors()
            .find_map(|folder| self.tree.file(folder, name));
        if let Some(found) = found {
            self.import(&found);
        }
    }

    fn import(&mut self, path: &Path) {
        if self.depth == DEEPEST || self.imports == MOST_IMPORTS {
            return;
        }
        self.imports += 1;
        // A sheet that cannot be read is one that says nothing, as one that is not there.
        let Ok(text) = read(path) else { return };
        let Ok(document) = parse(path, &text) else {
            return;
        };
        self.depth += 1;
        self.file(path, document.root_element());
        self.depth -= 1;
    }

    fn file(&mut self, path: &Path, root: Node) {
        let names = [
            "MSBuildThisFile",
            "MSBuildThisFileDirectory",
            "MSBuildThisFileName",
        ];
        let before = names.map(|name| self.project.properties.get(name));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folder = path.parent().unwrap_or(Path::new("/")).display();
        let values = [name.into_owned(), format!("{folder}/"), stem.into_owned()];
        for (name, value) in names.iter().zip(values) {
            self.project.properties.set(name, value);
        }
        self.children(root);
        for (name, value) in names.iter().zip(before) {
            self.project.properties.set(name, value);
        }
    }

    fn children(&mut self, node: Node) {
        for child in node.children().filter(Node::is_element) {
            if !self.holds(child) {
                continue;
            }
            match child.tag_name().name() {
                "PropertyGroup" => self.properties(child),
                "ItemDefinitionGroup" => self.definitions(child),
                "ItemGroup" => self.items(child),
                "ImportGroup" => self.children(child),
                "Import" => {
                    let name = self.expand(child.attribute("Project").unwrap_or_default());
                    let here = self.project.properties.get("MSBuildThisFileDirectory");
                    if let Some(path) = self.tree.file(Path::new(&here), &name) {
                        self.import(&path);
                    }
                }
                "Choose" => self.choose(child),
                _ => {}
            }
        }
    }

    fn choose(&mut self, node: Node) {
        let branch = node.children().filter(Node::is_element).find(|branch| {
            let name = branch.tag_name().name();
            name == "Otherwise" || (name == "When" && self.holds(*branch))
        });
        if let Some(branch) = branch {
            self.children(branch);
        }
    }

    fn properties(&mut self, group: Node) {
        for property in group.children().filter(Node::is_element) {
            if self.holds(property) {
                let name = property.tag_name().name();
                let value = self.expand(property.text().unwrap_or_default().trim());
                self.project.properties.set(name, value);
            }
        }
    }

    fn definitions(&mut self, group: Node) {
        for definition in group.children().filter(Node::is_element) {
            if !self.holds(definition) {
                continue;
            }
            let kind = definition.tag_name().name().to_lowercase();
            let mut metadata = self.project.definitions.remove(&kind).unwrap_or_default();
            self.metadata(definition, &mut metadata);
            self.project.definitions.insert(kind, metadata);
        }
    }

    fn items(&mut self, group: Node) {
        for node in group.children().filter(Node::is_element) {
            if !self.holds(node) {
                continue;
            }
            let kind = node.tag_name().name().to_lowercase();
            let of = |name| self.expand(node.attribute(name).unwrap_or_default());
            let (include, exclude, remove, update) =
                (of("Include"), of("Exclude"), of("Remove"), of("Update"));
            let gone = self.names(&remove);
            let is_gone = |item: &Item| {
                item.kind == kind
                    && gone
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(&item.include))
            };
            self.project.items.retain(|item| !is_gone(item));
            let excluded = self.names(&exclude);
            for include in self.names(&include) {
                if excluded
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&include))
                {
                    continue;
                }
                let mut metadata = self
                    .project
                    .definitions
                    .get(&kind)
                    .cloned()
                    .unwrap_or_default();
                self.metadata(node, &mut metadata);
                let kind = kind.clone();
                self.project.items.push(Item {
                    kind,
                    include,
                    metadata,
                });
            }
            let updated = self.names(&update);
            for place in 0..self.project.items.len() {
                let item = &self.project.items[place];
                let is_meant = updated
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&item.include));
                if item.kind == kind && is_meant {
                    let mut metadata = item.metadata.clone();
                    self.metadata(node, &mut metadata);
                    self.project.items[place].metadata = metadata;
                }
            }
        }
    }

    /// What the children of a node say, added to what is inherited.
    fn metadata(&self, node: Node, metadata: &mut Metadata) {
        for child in node.children().filter(Node::is_element) {
            if self.holds(child) {
                let name = child.tag_name().name();
                let text = self.expand(child.text().unwrap_or_default().trim());
                let key = name.to_lowercase();
                let inherited = metadata.get(&key).cloned().unwrap_or_default();
                metadata.insert(key, properties::inherit(&text, name, &inherited));
            }
        }
        // The short form: <ClCompile Include="a.cpp" ExcludedFromBuild="true" />
        for attribute in node.attributes() {
            if ![
                "Include",
                "Exclude",
                "Remove",
                "Update",
                "Condition",
                "Label",
            ]
            .contains(&attribute.name())
            {
                metadata.insert(
                    attribute.name().to_lowercase(),
                    self.expand(attribute.value()),
                );
            }
        }
    }

    /// The names of a list, with the files that a pattern stands for.
    fn names(&self, list: &str) -> Vec<String> {
        let mut names = Vec::new();
        for name in properties::list(list) {
            let name = properties::unescape(name);
            match name.contains(['*', '?']) {
                true => names.extend(self.matching(&name)),
                false => names.push(name),
            }
        }
        names
    }

    /// The files that a pattern stands for, by their paths from the project's folder if it begins there.
    fn matching(&self, pattern: &str) -> Vec<String> {
        let pattern = tree::slashes(pattern);
        let (fixed, varying) = split_pattern(&pattern);
        let Some(base) = self.tree.folder(self.folder, fixed) else {
            return Vec::new();
        };
        let Ok(varying) = glob::Pattern::new(varying) else {
            return Vec::new();
        };
        let options = glob::MatchOptions {
            case_sensitive: false,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let files = headers::below(&base).into_iter().filter(|file| {
            let inside = file.strip_prefix(&base).unwrap_or(file);
            varying.matches_path_with(inside, options)
        });
        files
            .map(|file| {
                file.strip_prefix(self.folder)
                    .unwrap_or(&file)
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    fn holds(&self, node: Node) -> bool {
        let Some(condition) = node.attribute("Condition") else {
            return true;
        };
        condition.trim().is_empty()
            || condition::holds(condition, &self.project.properties, self.folder, self.tree)
    }

    fn expand(&self, text: &str) -> String {
        self.project.properties.expand(text)
    }
}
