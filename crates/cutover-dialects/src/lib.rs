//! Rulesets of other systems, turned into rulesets of Cutover with the same decisions.
//!
//! [`import`] takes the text of a foreign document and gives the text of a ruleset and a [`Report`]: flag by flag what
//! was taken over, what differs in which edge, and what could not be and why. What is wrong with one flag never takes
//! the others. [`context`] turns the context of a foreign call into attributes, so that the same request finds the same
//! decision.
//!
//! ```
//! use cutover_dialects::{Dialect, context, import};
//! let document = br#"{"version": 1, "features": [
//!   {"name": "checkout", "enabled": true, "strategies": [{"name": "userWithId", "parameters": {"userIds": "ada, bob"}}]}
//! ]}"#;
//! let imported = import(Dialect::Unleash, document);
//! let engine = cutover::Engine::from_str(&imported.ruleset.unwrap_or_default())?;
//! let call = context(Dialect::Unleash, &serde_json::json!({ "userId": "bob" }));
//! assert!(engine.is_enabled("checkout", &engine.context(&call.attributes), 0));
//! # Ok::<(), cutover::LoadError>(())
//! ```

#![forbid(unsafe_code)]
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod assemble;
mod called;
mod condition;
mod eppo;
mod flag;
mod flagd;
pub mod growthbook;
mod json;
mod launchdarkly;
mod report;
mod unleash;

pub use called::{Called, context, reason, value};
pub use report::{Fate, FlagReport, Note, Report};

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A system and, where its versions decide differently, the version whose decisions are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Eppo's universal flag configuration (UFC), as its Rust, Python and Ruby packages decide it.
    Eppo,
    /// The same format as Datadog reads it: one unknown operator and the flag is ignored.
    Datadog,
    /// Unleash's client features, specification 6.1, as `unleash-client` for Node decides them.
    Unleash,
    /// flagd, with the second generation of its buckets.
    FlagdV2,
    /// flagd, with the third generation of its buckets, which hashes values of any type as CBOR.
    FlagdV3,
    /// LaunchDarkly's flags and segments, as the server-side SDK for Node decides them.
    LaunchDarkly,
    /// GrowthBook's features, specification 0.12.
    GrowthBook,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Eppo,
        Self::Datadog,
        Self::Unleash,
        Self::FlagdV2,
        Self::FlagdV3,
        Self::LaunchDarkly,
        Self::GrowthBook,
    ];

    /// The name, such as `flagd/fractional-v2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eppo => "eppo",
            Self::Datadog => "datadog",
            Self::Unleash => "unleash",
            Self::FlagdV2 => "flagd/fractional-v2",
            Self::FlagdV3 => "flagd/fractional-v3",
            Self::LaunchDarkly => "launchdarkly",
            Self::GrowthBook => "growthbook",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no dialect has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDialect {
    /// The name that was given.
    pub found: String,
}

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Dialect::ALL.map(Dialect::name).join(", ");
        write!(f, "there is no dialect `{}`; there are {known}", self.found)
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// ```
    /// use cutover_dialects::Dialect;
    /// assert_eq!("flagd/fractional-v3".parse(), Ok(Dialect::FlagdV3));
    /// assert!("flagd/v4".parse::<Dialect>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let dialect = Self::ALL.into_iter().find(|dialect| dialect.name() == name);
        dialect.ok_or_else(|| UnknownDialect { found: name.to_owned() })
    }
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// The ruleset as YAML, which loads without an error; `None` where the document itself cannot be read.
    pub ruleset: Option<String>,
    /// What became of each flag.
    pub report: Report,
}

/// Turns a document into a ruleset with the same decisions.
///
/// Nothing panics or is thrown: what is wrong is in the report.
///
/// ```
/// use cutover_dialects::{Dialect, Fate, import};
/// let document = br#"{"flags": {"broken": 1, "greeting": {"state": "ENABLED", "defaultVariant": "hi",
///   "variants": {"hi": "hello"}}}}"#;
/// let imported = import(Dialect::FlagdV2, document);
/// let fates: Vec<Fate> = imported.report.flags.iter().map(|flag| flag.fate).collect();
/// assert_eq!(fates, [Fate::Refused, Fate::Same]);
/// ```
#[must_use]
pub fn import(dialect: Dialect, document: &[u8]) -> Imported {
    let value = match serde_json::from_slice::<serde_json::Value>(document) {
        Ok(value) => value,
        Err(error) => return Imported::refused(dialect, format!("this is no JSON: {error}")),
    };
    let read = match dialect {
        Dialect::Eppo | Dialect::Datadog => eppo::read(dialect, &value),
        Dialect::Unleash => unleash::read(&value),
        Dialect::FlagdV2 | Dialect::FlagdV3 => flagd::read(dialect, &value),
        Dialect::LaunchDarkly => launchdarkly::read(&value),
        Dialect::GrowthBook => growthbook::read(&value),
    };
    match read {
        Ok(draft) => assemble::assemble(dialect, draft),
        Err(problem) => Imported::refused(dialect, problem),
    }
}

impl Imported {
    fn refused(dialect: Dialect, problem: String) -> Self {
        let mut report = Report::new(dialect);
        report.problem = Some(problem);
        Self { ruleset: None, report }
    }
}
