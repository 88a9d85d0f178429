//! What programmers use beside a ruleset: types for its names.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueHint};
use cutover::codegen::Language;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
What is written depends on the names and values of the ruleset alone: another percentage leaves it as it is. Commit the file, \
and let CI run the command with --check.
Ends with 1 where the ruleset is refused, or with --check where the file is not what would be written.
With --json: {\"language\":…,\"module\":…}; with --check {\"file\":…,\"up_to_date\":…}.")]
pub(crate) struct Codegen {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The language
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = language_parser())]
    pub(crate) language: Language,

    /// Where to write the module [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Write nothing, and say whether the file is up to date
    #[arg(long, requires = "output")]
    pub(crate) check: bool,
}

fn language_parser() -> impl TypedValueParser<Value = Language> {
    let help = |language: Language| match language {
        Language::TypeScript => "TypeScript, for the npm package",
        Language::Python => "Python, for the Python package",
    };
    let values = Language::ALL.map(|language| PossibleValue::new(language.name()).help(help(language)));
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Language>())
}
