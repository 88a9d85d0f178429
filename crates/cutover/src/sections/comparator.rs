//! Comparators, as a document writes them.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::Reader;
use cutover_compare::{Case, Comparison, Dates, Profile, ProfileBuilder};

pub(crate) const KEYS: &[&str] = &[
    "ignore",
    "rename",
    "tolerance",
    "relative_tolerance",
    "decimals",
    "dates",
    "booleans_from_01",
    "null_is_missing",
    "unordered",
    "keyed",
];

const DATES: &[(&str, Dates)] = &[
    ("as_text", Dates::AsText),
    ("iso", Dates::Iso),
    ("iso_or_epoch_milliseconds", Dates::IsoOrEpochMilliseconds),
];

const CASES: &[(&str, Case)] =
    &[("snake_to_camel", Case::SnakeToCamel), ("camel_to_snake", Case::CamelToSnake)];

/// Reads a comparator.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Profile> {
    let mut fields = reader.fields(node, path)?;
    let mut profile = Profile::builder();
    if let Some(node) = fields.take("ignore") {
        let ignored = reader.owned_texts(node, path.key("ignore"))?;
        profile = ignored.iter().fold(profile, |profile, path| profile.ignore(path));
    }
    if let Some(node) = fields.take("rename") {
        profile = rename(reader, profile, node, path.key("rename"))?;
    }
    if let Some(node) = fields.take("tolerance") {
        profile = profile.tolerance(super::number::read(reader, node, path.key("tolerance"))?);
    }
    if let Some(node) = fields.take("relative_tolerance") {
        profile =
            profile.relative_tolerance(super::number::read(reader, node, path.key("relative_tolerance"))?);
    }
    if let Some(node) = fields.take("dates") {
        profile = profile.dates(reader.word(node, path.key("dates"), DATES)?);
    }
    type Switch = fn(ProfileBuilder, bool) -> ProfileBuilder;
    let switches: [(&'static str, Switch); 3] = [
        ("decimals", ProfileBuilder::decimals),
        ("booleans_from_01", ProfileBuilder::booleans_from_01),
        ("null_is_missing", ProfileBuilder::null_is_missing),
    ];
    for (key, set) in switches {
        if let Some(node) = fields.take(key) {
            profile = set(profile, reader.bool(node, path.key(key))?);
        }
    }
    if let Some(node) = fields.take("unordered") {
        let unordered = reader.owned_texts(node, path.key("unordered"))?;
        profile = unordered.iter().fold(profile, |profile, path| profile.unordered(path));
    }
    if let Some(node) = fields.take("keyed") {
        for entry in reader.fields(node, path.key("keyed"))?.rest() {
            let key = reader.text(&entry.value, path.key("keyed").key(entry.key))?;
            profile = profile.keyed(entry.key, key);
        }
    }
    fields.finish(reader, path, KEYS);
    match profile.build() {
        Ok(profile) => Some(profile),
        Err(problems) => {
            for problem in problems.0 {
                reader.note(
                    Diagnostic::error(
                        "bad_comparator",
                        path.to_string(),
                        node.at,
                        format!("`{}` cannot be `{}`", problem.option, problem.found),
                    )
                    .found(problem.found)
                    .expected([problem.expected]),
                );
            }
            None
        }
    }
}

/// Reads `rename`: a change of case, or names one by one.
fn rename(
    reader: &mut Reader,
    profile: ProfileBuilder,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<ProfileBuilder> {
    if let Content::Text(_) = node.content {
        return Some(profile.case(reader.word(node, path, CASES)?));
    }
    let mut profile = profile;
    for entry in reader.fields(node, path)?.rest() {
        let new = reader.text(&entry.value, path.key(entry.key))?;
        profile = profile.rename(entry.key, new);
    }
    Some(profile)
}

impl Engine {
    /// Compares two documents of JSON by a comparator of the ruleset; none where there is no comparator of that name.
    ///
    /// # Errors
    /// [`cutover_compare::Error`] where a document cannot be read, or comparing takes too long.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str(
    ///     "cutover: 1\ncomparators: { offers: { ignore: [_id], rename: snake_to_camel, booleans_from_01: true } }",
    /// )?;
    /// let (old, new) = (r#"{"_id":7,"is_open":1}"#, r#"{"isOpen":true}"#);
    /// assert!(engine.compare("offers", old.as_bytes(), new.as_bytes()).unwrap()?.is_match());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compare(
        &self,
        comparator: &str,
        control: &[u8],
        candidate: &[u8],
    ) -> Option<Result<Comparison, cutover_compare::Error>> {
        let profile = self.comparator(comparator)?;
        Some(cutover_compare::compare(profile, control, candidate))
    }

    /// The comparator of a name.
    #[must_use]
    pub fn comparator(&self, name: &str) -> Option<&Profile> {
        self.sections().comparators.get(name)
    }

    /// The names of the comparators, sorted.
    pub fn comparators(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().comparators.keys().map(String::as_str)
    }
}
