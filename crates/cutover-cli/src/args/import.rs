//! The command line of `import`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueHint};
use cutover::import::Kind;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
The ruleset goes to standard output, and what looks wrong in the document to standard error.
Ends with 1 where the document is refused; then there is no ruleset.
With --json: {\"ruleset\":…,\"diagnostics\":[…]}, the ruleset as a text.

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

    /// Where to write the ruleset [default: standard output; of `switches` nowhere]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Report and propose guesses too; only for `switches`
    #[arg(long)]
    pub(crate) guesses: bool,
}

/// What is imported.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// A document of another system.
    Document(Kind),
    /// The switches of a tree of code.
    #[cfg(feature = "switches")]
    Switches,
}

fn from_parser() -> impl TypedValueParser<Value = From> {
    let help = |kind: Kind| match kind {
        Kind::FeaturesYml => "YAML with a list `features:` of toggles",
        Kind::FeatureConfig => "`FeatureConfig` objects, as JSON or YAML",
        Kind::Env => "a .env file with the four switches of a migration",
    };
    let mut values: Vec<PossibleValue> =
        Kind::ALL.iter().map(|kind| PossibleValue::new(kind.name()).help(help(*kind))).collect();
    #[cfg(feature = "switches")]
    values.push(PossibleValue::new("switches").help("a folder of TypeScript, JavaScript or Python"));
    values.shrink_to_fit();
    PossibleValuesParser::new(values).try_map(|name| match name.as_str() {
        #[cfg(feature = "switches")]
        "switches" => Ok(From::Switches),
        name => name.parse::<Kind>().map(From::Document),
    })
}
