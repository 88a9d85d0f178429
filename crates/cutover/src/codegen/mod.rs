//! Types for the names of a ruleset, in TypeScript and Python: a flag that is misspelt does not compile.
//!
//! What is written depends on names and values alone, so that another percentage leaves the file as it is.

mod attributes;
mod literal;
mod python;
mod python_values;
mod shape;
#[cfg(test)]
mod tests;
mod typescript;

use crate::compile;
use crate::diagnostic::LoadError;
use crate::document::{self, Arena};
use crate::ruleset::fields::Reader;
use shape::Shape;
use std::str::FromStr;

/// A language that types are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// A module of TypeScript, for the npm package.
    TypeScript,
    /// A module of Python that `mypy --strict` accepts, for the Python package.
    Python,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::TypeScript, Self::Python];

    /// The short name, such as `ts`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "ts",
            Self::Python => "py",
        }
    }
}

/// A name that no language has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("types are written in ts or py, not in `{found}`")]
pub struct UnknownLanguage {
    /// The name that was given.
    pub found: String,
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        let language = Self::ALL.into_iter().find(|language| language.name() == name);
        language.ok_or_else(|| UnknownLanguage { found: name.to_owned() })
    }
}

/// The module of types for a ruleset, given as YAML or JSON. The same names give the same bytes.
///
/// # Errors
/// [`LoadError`] with every problem of the document.
///
/// ```
/// use cutover::codegen::{Language, types};
/// let module = types(b"cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }", Language::TypeScript)?;
/// assert!(module.contains(r#"readonly "beta": { readonly "off": false; readonly "on": true }"#));
/// # Ok::<(), cutover::LoadError>(())
/// ```
pub fn types(text: &[u8], language: Language) -> Result<String, LoadError> {
    compile::compile(text)?;
    let arena = Arena::new();
    let node = document::read(text, &arena).map_err(|diagnostics| LoadError { diagnostics })?;
    let shape = Shape::of(&Reader::default().ruleset(&node));
    Ok(match language {
        Language::TypeScript => typescript::module(&shape),
        Language::Python => python::module(&shape),
    })
}
