//! Finds the switches in a tree of TypeScript, JavaScript and Python: variables of the environment, calls of other flag
//! systems, toggles in configuration, shares by hash or chance. Files are parsed, never run.
//!
//! What is found says how sure that is, and why. What is only a guess is counted, and told to those who ask.
//!
//! ```
//! use cutover_switches::{Language, Sure, find};
//! let found = find(Language::TypeScript, r#"const on = process.env.USE_NEW_READ === "true";"#);
//! assert_eq!((found[0].name.as_str(), found[0].line, found[0].sure), ("USE_NEW_READ", 1, Sure::Sure));
//! ```

#![forbid(unsafe_code)]

mod config;
mod env;
mod group;
mod migration;
mod percent;
mod propose;
mod sdk;
mod syntax;
mod values;
mod walk;

pub use group::{Found, Switch};
pub use migration::Migration;
pub use syntax::Language;
pub use walk::scan;

use serde::Serialize;

/// How sure it is that something is a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sure {
    /// It may be something else as well as a switch.
    Guess,
    /// Most likely.
    Likely,
    /// It is read as one.
    Sure,
}

impl Sure {
    /// The word in reports, such as `sure`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// Where a switch comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A variable of the environment.
    Environment,
    /// A call of LaunchDarkly.
    LaunchDarkly,
    /// A call of Unleash.
    Unleash,
    /// A call of OpenFeature.
    OpenFeature,
    /// A call of GrowthBook.
    GrowthBook,
    /// A call of a flag service of the code's own.
    OwnService,
    /// Toggles as objects, or in a file.
    Configuration,
    /// A share of the units by a hash.
    HashedShare,
    /// A share by chance.
    Chance,
}

impl Origin {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::LaunchDarkly => "LaunchDarkly",
            Self::Unleash => "Unleash",
            Self::OpenFeature => "OpenFeature",
            Self::GrowthBook => "GrowthBook",
            Self::OwnService => "a flag service of its own",
            Self::Configuration => "configuration",
            Self::HashedShare => "a share by hash",
            Self::Chance => "a share by chance",
        }
    }
}

/// What a switch holds, as far as the code tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// True or false, and which where nothing is set.
    Bool(bool),
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// One of variants that the code does not name.
    Variant,
    /// A share of the units in percent, and the attribute that is hashed, where the code tells them.
    Share {
        /// The share, in percent.
        percent: Option<f64>,
        /// The attribute.
        by: Option<String>,
    },
}

/// One place at which a switch is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Use {
    /// What the code calls it.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// The code, on one line.
    pub code: String,
    /// How sure that is.
    pub sure: Sure,
    /// Why.
    pub why: String,
    /// What it holds.
    pub holds: Holds,
}

/// All that is read as a switch in a text, in order. A text that does not parse is read as far as it can be.
#[must_use]
pub fn find(language: Language, text: &str) -> Vec<Use> {
    let Some(tree) = syntax::parse(language, text) else { return Vec::new() };
    let file = syntax::File::new(text, tree.root_node());
    let mut uses = Vec::new();
    syntax::each(tree.root_node(), &mut |node| {
        uses.extend(env::found(&file, node));
        uses.extend(sdk::found(&file, node));
        uses.extend(percent::found(&file, node));
        uses.extend(config::found(&file, node));
    });
    uses.retain(|found| is_a_name(&found.name));
    uses.sort_by_key(|found| (found.line, found.column));
    uses.dedup_by(|later, kept| {
        (later.line, later.column, &later.name) == (kept.line, kept.column, &kept.name)
    });
    uses
}

/// What can stand in a ruleset and a report as it is.
fn is_a_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && name.chars().all(|char| char.is_alphanumeric() || "_-.:/ ".contains(char))
}
