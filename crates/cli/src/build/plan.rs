//! What is to be built: products, their sources, and how each is compiled. Projects and plain files end up here alike.

use std::path::PathBuf;

use super::standard::{CharacterSet, Language, Standard};

/// What a product is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    #[default]
    Program,
    /// A static library, which other products link.
    StaticLibrary,
    /// A library that programs load.
    DynamicLibrary,
}

/// How well a source is optimised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Optimisation {
    /// Not at all: for the debugger.
    #[default]
    None,
    /// For speed.
    Speed,
    /// For size.
    Size,
}

/// How a source is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The standard of C++ sources; the default is guessed or Microsoft's.
    pub cxx: Option<Standard>,
    /// The standard of C sources.
    pub c: Option<Standard>,
    /// What TCHAR is.
    pub characters: CharacterSet,
    /// `NAME` or `NAME=VALUE`.
    pub definitions: Vec<String>,
    /// Names that are to be undefined.
    pub undefinitions: Vec<String>,
    /// Folders of headers.
    pub folders: Vec<PathBuf>,
    /// Folders that are searched when nothing else has the header: where a precompiled header lies.
    pub last_folders: Vec<PathBuf>,
    /// Headers that come before the source.
    pub forced: Vec<String>,
    /// How well to optimise.
    pub optimisation: Optimisation,
    /// Whether `_DEBUG` is defined, as the debug variant of Microsoft's runtime does.
    pub debug_runtime: bool,
}

/// A source to compile.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The file, as an absolute path.
    pub source: PathBuf,
    /// Its language.
    pub language: Language,
    /// How it is compiled.
    pub options: Options,
}

/// Something that is linked or archived.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name, without folder and ending.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The file to make.
    pub output: PathBuf,
    /// The folder that holds everything that is made on the way.
    pub build: PathBuf,
    /// The folder of the project: where the program is started.
    pub folder: PathBuf,
    /// What it consists of.
    pub units: Vec<Unit>,
    /// Products of the same plan that it is linked with, by their places.
    pub uses: Vec<usize>,
    /// Libraries it names, as Windows names them: `ws2_32.lib`.
    pub libraries: Vec<String>,
    /// Folders of such libraries.
    pub library_folders: Vec<PathBuf>,
    /// Whether its standard may be guessed by what it includes, since nobody has said it.
    pub guess_standard: bool,
    /// Whether what TCHAR is may be guessed as well.
    pub guess_characters: bool,
}

/// Everything one command is to build; a product comes after those it uses.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The products.
    pub products: Vec<Product>,
    /// What is left out, and why: one line each.
    pub left_out: Vec<String>,
    /// Whether a project file said what to build, so that a program starts in its project's folder.
    pub is_project: bool,
}

impl Plan {
    /// The products that a product is linked with, and those they are linked with, each once.
    pub fn all_used<'a>(&'a self, product: &'a Product) -> impl Iterator<Item = &'a Product> {
        let mut found: Vec<usize> = Vec::new();
        let mut waiting: Vec<usize> = product.uses.iter().rev().copied().collect();
        while let Some(place) = waiting.pop() {
            if !found.contains(&place) {
                found.push(place);
                waiting.extend(self.products[place].uses.iter().rev());
            }
        }
        found.into_iter().map(|place| &self.products[place])
    }

    /// Whether libraries are made that programs load.
    pub fn has_dynamic_library(&self) -> bool {
        self.products
            .iter()
            .any(|product| product.kind == Kind::DynamicLibrary)
    }

    /// Whether a product, or one it is linked with, has a source in C++.
    pub fn uses_cxx(&self, product: &Product) -> bool {
        let is_cxx = |product: &Product| {
            product
                .units
                .iter()
                .any(|unit| unit.language == Language::Cxx)
        };
        is_cxx(product) || self.all_used(product).any(is_cxx)
    }
}
