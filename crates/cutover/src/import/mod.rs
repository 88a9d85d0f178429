//! Importers: documents of other systems to rulesets that decide the same.
//!
//! Three formats are known, see [`Kind`]. What looks wrong in a document, although it decides, is reported: a
//! condition without effect, a number among texts, a percentage above 100.
//!
//! ```
//! use cutover::import::{Kind, Options, import};
//! use cutover::{Attributes, Engine};
//! let document = b"
//! features:
//!   - name: orders_mongodb
//!     enabled: true
//!     rollout_percentage: 50
//!     enabled_for_users: [user_123]
//! ";
//! let imported = import(Kind::FeaturesYml, document, &Options::default());
//! assert!(imported.diagnostics.is_empty());
//! let engine = Engine::from_str(&imported.ruleset.unwrap_or_default())?;
//! let context = engine.context(&Attributes::new().with("userId", "user_123"));
//! assert!(engine.is_enabled("orders_mongodb", &context, 0));
//! # Ok::<(), cutover::LoadError>(())
//! ```

mod conditions;
mod env;
mod features;
mod parts;
mod places;
mod yaml_text;

use crate::diagnostic::{Diagnostic, Position};
use crate::document::{self, Arena};
use crate::engine::Engine;
use features::{CAMEL, Feature, FeatureReader, SNAKE};
use places::Places;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
pub use yaml_text::Yaml;

/// A format that can be imported.
///
/// The two formats of toggles give flags that read `userId`, `tenantId`, `userAttributes.*` and
/// `tenantAttributes.*` and bucket by `hash: java31`, so that nobody moves. Identifiers are texts: a number as
/// `userId` has no bucket of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `features-yml`: YAML with a list `features:` of toggles with the keys `name`, `enabled`,
    /// `rollout_percentage`, `enabled_for_users`, `enabled_for_tenants` and `conditions`.
    FeaturesYml,
    /// `feature-config`: `FeatureConfig` objects, with the same keys in camel case, as JSON or YAML: a list of them,
    /// or a mapping of their names to them.
    FeatureConfig,
    /// `env`: a `.env` file with the four switches of the migration of `recruiters` to `jobs_partners`.
    Env,
}

impl Kind {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::FeaturesYml, Self::FeatureConfig, Self::Env];

    /// The name of the format, such as `features-yml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FeaturesYml => "features-yml",
            Self::FeatureConfig => "feature-config",
            Self::Env => "env",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format `{found}` to import; there are {}{}", names(), near(.found))]
pub struct UnknownKind {
    /// The name that was given.
    pub found: String,
}

fn names() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

fn near(found: &str) -> String {
    let name = crate::suggest::nearest(found, Kind::ALL.map(Kind::name));
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

impl FromStr for Kind {
    type Err = UnknownKind;

    /// ```
    /// use cutover::import::Kind;
    /// assert_eq!("features-yml".parse(), Ok(Kind::FeaturesYml));
    /// let error = "feature-yml".parse::<Kind>().map_err(|error| error.to_string());
    /// assert!(error.is_err_and(|text| text.ends_with("(did you mean `features-yml`?)")));
    /// ```
    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| UnknownKind { found: name.to_owned() })
    }
}

/// What an imported document does not say itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The IANA name of the zone that hours mean: that of the machines that the old service ran on. Without it
    /// time windows are in UTC, with a warning.
    pub timezone: Option<String>,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// The ruleset as YAML, which loads without an error; `None` where any diagnostic is an error.
    pub ruleset: Option<String>,
    /// Every problem of the document, in its order. Paths, lines and columns are those of the imported document.
    pub diagnostics: Vec<Diagnostic>,
}

/// Imports a document.
///
/// Nothing panics or is thrown: what is wrong with `text` is in [`Imported::diagnostics`].
#[must_use]
pub fn import(kind: Kind, text: &[u8], options: &Options) -> Imported {
    let mut diagnostics = Vec::new();
    if let Some(zone) = options.timezone.as_deref().filter(|zone| !crate::compile::zone::exists(zone)) {
        diagnostics.push(unknown_timezone(zone));
    }
    let document = match kind {
        Kind::FeaturesYml | Kind::FeatureConfig => features(kind, text, options, &mut diagnostics),
        Kind::Env => env(text, options, &mut diagnostics),
    };
    let ruleset = document.map(|(document, places)| {
        let text = format!("{}{}", comment(kind), document.write());
        diagnostics.extend(load(&text).into_iter().map(|problem| places.in_source(problem)));
        text
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    let refused = diagnostics.iter().any(Diagnostic::is_error);
    Imported { ruleset: ruleset.filter(|_| !refused), diagnostics }
}

fn comment(kind: Kind) -> &'static str {
    match kind {
        Kind::FeaturesYml | Kind::FeatureConfig => {
            "# Imported feature toggles. `hash: java31` keeps each unit in its bucket: it stays for the life of a flag.\n"
        }
        Kind::Env => "# Imported switches.\n",
    }
}

/// What the engine says of a ruleset.
fn load(text: &str) -> Vec<Diagnostic> {
    match Engine::from_bytes(text.as_bytes()) {
        Ok(engine) => engine.warnings(i64::MIN),
        Err(error) => error.diagnostics,
    }
}

fn unknown_timezone(zone: &str) -> Diagnostic {
    let names: Vec<String> = crate::compile::zone::names().collect();
    Diagnostic::error("unknown_timezone", "", Position::default(), format!("there is no time zone `{zone}`"))
        .found(zone)
        .expected(["an IANA name such as Europe/Paris"])
        .nearest(zone, names.iter().map(String::as_str))
}

/// The first lines of a ruleset.
fn preamble(timezone: Option<&str>) -> Vec<(String, Yaml)> {
    let zone = timezone.filter(|zone| crate::compile::zone::exists(zone));
    let zone = zone.map(|zone| ("timezone".to_owned(), Yaml::text(zone)));
    [("cutover".to_owned(), Yaml::Scalar("1".to_owned()))].into_iter().chain(zone).collect()
}

/// Reads toggles. Whatever could be read becomes a ruleset, so that the engine's problems with it are known too.
fn features(
    kind: Kind,
    text: &[u8],
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Yaml, Places)> {
    let arena = Arena::new();
    let read = document::read_list(text, &arena).map_err(|problems| diagnostics.extend(problems));
    let node = read.ok()?;
    let spelling = if kind == Kind::FeaturesYml { &SNAKE } else { &CAMEL };
    let mut reader = FeatureReader::new(spelling);
    let features = match kind {
        Kind::FeaturesYml => reader.features_yml(&node),
        _ => reader.feature_config(&node),
    };
    diagnostics.append(&mut reader.reader.diagnostics);
    let mut timezone = options.timezone.as_deref();
    if let (None, Some(window)) = (timezone, &reader.window) {
        let message = "the document names no time zone for its hours, so they are in UTC";
        diagnostics.push(
            Diagnostic::warning("assumed_timezone", window.path.clone(), window.at, message)
                .expected(["an IANA name such as Europe/Paris"])
                .help("say the zone of the machines that the service ran on"),
        );
        timezone = Some("UTC");
    }
    let places = Places::new(&features, spelling);
    let flags = features.into_iter().map(flag).collect();
    let mut document = preamble(timezone);
    document.push(("flags".to_owned(), Yaml::Map(flags)));
    Some((Yaml::Map(document), places))
}

fn flag(feature: Feature) -> (String, Yaml) {
    let mut flag = Vec::new();
    if !feature.enabled {
        flag.push(("enabled".to_owned(), Yaml::Scalar("false".to_owned())));
    }
    flag.push(("hash".to_owned(), Yaml::text("java31")));
    if !feature.rules.is_empty() {
        flag.push((
            "rules".to_owned(),
            Yaml::List(feature.rules.into_iter().map(|rule| rule.rule).collect()),
        ));
    }
    (feature.name, Yaml::Map(flag))
}

/// Reads the switches of a `.env` file.
fn env(text: &[u8], options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Option<(Yaml, Places)> {
    let text = document::decode(text).map_err(|problem| diagnostics.push(problem)).ok()?;
    let (ruleset, mut problems) = env::import_env(text);
    diagnostics.append(&mut problems);
    let Yaml::Map(sections) = Yaml::from(ruleset?) else { return None };
    let mut document = preamble(options.timezone.as_deref());
    document.extend(sections.into_iter().filter(|(key, _)| key != "cutover"));
    Some((Yaml::Map(document), Places::default()))
}
