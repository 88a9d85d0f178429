//! Rulesets: documents read into types, with every problem noted.

pub(crate) mod cidr;
pub(crate) mod condition;
pub(crate) mod contract;
#[cfg(any(feature = "delivery", feature = "gates", feature = "work"))]
pub(crate) mod duration;
pub(crate) mod fields;
pub(crate) mod flag;
pub(crate) mod how;
pub(crate) mod migration;
pub(crate) mod operator;
pub(crate) mod scalar;
pub(crate) mod semver;
pub(crate) mod serve;
pub(crate) mod window;

use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Content, Node, Path, PathId};
use crate::sections::Sections;
use condition::Condition;
use fields::{Reader, Spanned};
use flag::Flag;
use migration::Migration;

/// A ruleset as its document says it.
#[derive(Debug, Default)]
pub(crate) struct Ruleset<'a> {
    pub(crate) timezone: Option<Spanned<&'a str>>,
    pub(crate) segments: Vec<Segment<'a>>,
    pub(crate) flags: Vec<Flag<'a>>,
    pub(crate) migrations: Vec<Migration>,
    /// The names of segments and flags that could not be read; that is noted, and whoever refers to them is not
    /// to blame.
    pub(crate) unreadable: Vec<&'a str>,
    /// The names of the comparators.
    pub(crate) comparators: Vec<&'a str>,
    /// The names of the delivery policies.
    pub(crate) policies: Vec<&'a str>,
    /// What the plans refer to.
    #[cfg(feature = "plans")]
    pub(crate) plans: crate::sections::PlanNames<'a>,
    /// What the sections beside flags and migrations say.
    pub(crate) sections: Sections,
}

/// A named condition.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: PathId,
    pub(crate) at: Position,
    pub(crate) condition: Condition<'a>,
}

pub(crate) const KEYS: &[&str] = &[
    "cutover",
    "timezone",
    "segments",
    "flags",
    "migrations",
    "paths",
    "comparators",
    "metrics",
    "gates",
    "plans",
    "delivery",
    "work",
    "incidents",
];

impl Reader {
    /// Reads a whole ruleset.
    pub(crate) fn ruleset<'a>(&mut self, node: &Node<'a>) -> Ruleset<'a> {
        let path = Path::ROOT;
        let mut ruleset = Ruleset::default();
        let Some(mut fields) = self.fields(node, path) else { return ruleset };
        if let Some(version) = fields.need(self, path, "cutover")
            && version.content != Content::Int(1)
        {
            self.note(
                Diagnostic::error(
                    "unknown_version",
                    "cutover",
                    version.at,
                    "this is no version of the format that is known here",
                )
                .found(version.quoted())
                .expected(["1"]),
            );
        }
        ruleset.timezone = fields.take("timezone").and_then(|node| self.timezone(node, path.key("timezone")));
        if let Some(node) = fields.take("segments") {
            let path = self.paths.anchor(path.key("segments"));
            for entry in self.named(node, path) {
                let (name, at) = (entry.key, entry.key_at);
                let path = self.paths.anchor(path.key(entry.key));
                match self.segment(&entry.value, path) {
                    Some(condition) => {
                        let path = self.paths.keep(path);
                        ruleset.segments.push(Segment { name, path, at, condition });
                    }
                    None => ruleset.unreadable.push(name),
                }
            }
        }
        if let Some(node) = fields.take("flags") {
            let path = self.paths.anchor(path.key("flags"));
            let entries = self.named(node, path);
            ruleset.flags.reserve_exact(entries.len());
            for entry in entries {
                let path = self.paths.anchor(path.key(entry.key));
                match self.flag(entry.key, &entry.value, entry.key_at, path) {
                    Some(flag) => ruleset.flags.push(flag),
                    None => ruleset.unreadable.push(entry.key),
                }
            }
        }
        if let Some(node) = fields.take("migrations") {
            let path = self.paths.anchor(path.key("migrations"));
            for entry in self.named(node, path) {
                let path = self.paths.anchor(path.key(entry.key));
                ruleset.migrations.extend(self.migration(entry.key, &entry.value, path));
            }
        }
        let (sections, names) = self.sections(
            &mut fields,
            path,
            #[cfg(feature = "plans")]
            crate::sections::Around {
                migrations: &ruleset.migrations,
                timezone: ruleset.timezone.as_ref().map(|zone| zone.value),
            },
        );
        (ruleset.sections, ruleset.comparators, ruleset.policies) =
            (sections, names.comparators, names.policies);
        #[cfg(feature = "plans")]
        {
            ruleset.plans = names.plans;
        }
        fields.finish(self, path, KEYS);
        ruleset
    }

    fn segment<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Condition<'a>> {
        let mut fields = self.fields(node, path)?;
        if let Some(node) = fields.take("description") {
            self.text(node, path.key("description"));
        }
        let condition = fields.need(self, path, "if").and_then(|node| self.condition(node, path.key("if")));
        fields.finish(self, path, &["if", "description"]);
        condition
    }
}
