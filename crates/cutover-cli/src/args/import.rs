//! The arguments of `cutover import`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueHint};
use cutover::import::Kind;
use cutover_dialects::Dialect;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
The ruleset goes to standard output or to the file of -o, and what looks wrong in the document to standard error; of a \
system with dialects, what became of each flag.
With --compare, the document is read in two dialects, and the contexts of --population, as the foreign system has them, \
are decided by both: who would move, from what to what.
Ends with 1 where the document is refused, or a flag of it; a ruleset of the other flags is written all the same.
With --json: {\"ruleset\":…,\"diagnostics\":[…]}, of a dialect {\"ruleset\":…,\"report\":…}, the ruleset as a text.

`switches` reads a folder of TypeScript, JavaScript and Python instead: variables of the environment that are read as \
switches, calls of LaunchDarkly, Unleash, OpenFeature and GrowthBook, toggles in configuration, shares by hash or chance. It \
reports what it finds, how sure that is and why; the proposed ruleset goes to the file of -o, and loads. Nothing is run, and \
what .gitignore names is left out.
With --json: {\"files\":…,\"switches\":[…],\"migrations\":[…],\"skipped\":[…],\"ruleset\":…}.")]
pub(crate) struct Import {
    /// What the document is
    #[arg(value_name = "KIND", value_parser = from_parser())]
    pub(crate) from: From,

    /// The document, or the folder
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) path: PathBuf,

    /// The zone that the hours of the document mean: that of the machines that the service ran on
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,

    /// Which version of the system decides, where they decide differently
    #[arg(long, value_name = "DIALECT", value_parser = dialect_parser())]
    pub(crate) dialect: Option<Dialect>,

    /// Where to write the ruleset [default: standard output; of `switches` nowhere]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Report and propose guesses too; only for `switches`
    #[arg(long)]
    pub(crate) guesses: bool,

    /// Say who would move between two dialects, instead of writing a ruleset
    #[arg(long, value_names = ["A", "B"], num_args = 2, value_parser = dialect_parser(), requires = "population")]
    pub(crate) compare: Vec<Dialect>,

    /// The contexts of a population, one a line, as the foreign system has them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "compare")]
    pub(crate) population: Option<PathBuf>,
}

/// What is imported.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// A document of a format without dialects.
    Document(Kind),
    /// A document of a system with dialects.
    System(System),
    /// The switches of a tree of code.
    #[cfg(feature = "switches")]
    Switches,
}

/// A system whose versions may decide differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Eppo,
    Datadog,
    Unleash,
    Flagd,
    LaunchDarkly,
    GrowthBook,
}

impl System {
    const ALL: [Self; 6] =
        [Self::Eppo, Self::Datadog, Self::Unleash, Self::Flagd, Self::LaunchDarkly, Self::GrowthBook];

    fn name(self) -> &'static str {
        match self {
            Self::Eppo => "eppo",
            Self::Datadog => "datadog",
            Self::Unleash => "unleash",
            Self::Flagd => "flagd",
            Self::LaunchDarkly => "launchdarkly",
            Self::GrowthBook => "growthbook",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Eppo => "Eppo's universal flag configuration",
            Self::Datadog => "the same format, as Datadog reads it",
            Self::Unleash => "Unleash's client features",
            Self::GrowthBook => "GrowthBook's features, as its SDKs get them",
            Self::Flagd => "flagd's flags, whose buckets depend on the release: --dialect says which",
            Self::LaunchDarkly => "LaunchDarkly's flags and segments, as its server-side SDKs get them",
        }
    }

    /// The dialects of the system; where there is one, nobody has to name it.
    pub(crate) fn dialects(self) -> &'static [Dialect] {
        match self {
            Self::Eppo => &[Dialect::Eppo],
            Self::Datadog => &[Dialect::Datadog],
            Self::Unleash => &[Dialect::Unleash],
            Self::Flagd => &[Dialect::FlagdV2, Dialect::FlagdV3],
            Self::LaunchDarkly => &[Dialect::LaunchDarkly],
            Self::GrowthBook => &[Dialect::GrowthBook],
        }
    }
}

fn from_parser() -> impl TypedValueParser<Value = From> {
    let help = |kind: Kind| match kind {
        Kind::FeaturesYml => "YAML with a list `features:` of toggles",
        Kind::FeatureConfig => "`FeatureConfig` objects, as JSON or YAML",
        Kind::Env => "a .env file with the four switches of a migration",
    };
    let formats = Kind::ALL.map(|kind| PossibleValue::new(kind.name()).help(help(kind)));
    let systems = System::ALL.map(|system| PossibleValue::new(system.name()).help(system.help()));
    let mut values: Vec<PossibleValue> = formats.into_iter().chain(systems).collect();
    #[cfg(feature = "switches")]
    values.push(PossibleValue::new("switches").help("a folder of TypeScript, JavaScript or Python"));
    values.shrink_to_fit();
    PossibleValuesParser::new(values).try_map(|name| {
        #[cfg(feature = "switches")]
        if name == "switches" {
            return Ok(From::Switches);
        }
        let system = System::ALL.into_iter().find(|system| system.name() == name);
        system.map_or_else(|| name.parse().map(From::Document), |system| Ok(From::System(system)))
    })
}

fn dialect_parser() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::name)).try_map(|name| name.parse::<Dialect>())
}
