//! Imports feature toggles: YAML with a list `features:` in snake case, and the `FeatureConfig` objects of a
//! service in camel case. Both are read into the same flags.
//!
//! A toggle decides in this order, and so does the flag made of it, one rule for each step: not enabled, false;
//! the user is listed, true; the tenant is listed, true; all conditions hold, true; the bucket of the user, else of
//! the tenant, else of `anonymous` lies below the percentage, true; otherwise false.

use super::conditions::Conditions;
use super::yaml_text::Yaml;
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Content, MAX_PROBLEMS, Node, Path};
use crate::ruleset::fields::{Fields, Reader};
use std::collections::BTreeMap;

const FEATURE_CONFIG: &str = "a list of FeatureConfig objects, or a mapping of names to them";

/// How a format spells the keys of a toggle.
#[derive(Debug)]
pub(super) struct Spelling {
    pub(super) percentage: &'static str,
    pub(super) users: &'static str,
    pub(super) tenants: &'static str,
    pub(super) start_hour: &'static str,
    pub(super) end_hour: &'static str,
}

pub(super) const SNAKE: Spelling = Spelling {
    percentage: "rollout_percentage",
    users: "enabled_for_users",
    tenants: "enabled_for_tenants",
    start_hour: "start_hour",
    end_hour: "end_hour",
};

pub(super) const CAMEL: Spelling = Spelling {
    percentage: "rolloutPercentage",
    users: "enabledForUsers",
    tenants: "enabledForTenants",
    start_hour: "startHour",
    end_hour: "endHour",
};

/// A toggle read, as the flag that it becomes.
#[derive(Debug)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) rules: Vec<Rule>,
    pub(super) source: Source,
}

/// A rule of the flag and the part of the toggle that it comes from.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) rule: Yaml,
    /// The key of that part.
    pub(super) key: &'static str,
    pub(super) source: Source,
}

/// A place in the imported document.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) at: Position,
}

/// Reads toggles; what is wrong with them is in the reader.
#[derive(Debug)]
pub(super) struct FeatureReader {
    pub(super) reader: Reader,
    pub(super) spelling: &'static Spelling,
    /// The first time window, where there is one: it needs a time zone.
    pub(super) window: Option<Source>,
    /// How many diagnostics have been looked at, and how many of them are errors.
    seen: usize,
    errors: usize,
}

impl FeatureReader {
    pub(super) fn new(spelling: &'static Spelling) -> Self {
        Self { reader: Reader::default(), spelling, window: None, seen: 0, errors: 0 }
    }

    /// Reads `features:` and the list below it.
    pub(super) fn features_yml(&mut self, node: &Node<'_>) -> Vec<Feature> {
        let path = Path::ROOT;
        let Some(mut fields) = self.reader.fields(node, path) else { return Vec::new() };
        let list = fields.need(&mut self.reader, path, "features");
        fields.finish(&mut self.reader, path, &["features"]);
        list.map(|list| self.list(list, path.key("features"))).unwrap_or_default()
    }

    /// Reads `FeatureConfig` objects: a list of them, or a mapping of their names to them.
    pub(super) fn feature_config(&mut self, node: &Node<'_>) -> Vec<Feature> {
        let path = Path::ROOT;
        let entries = match node.content {
            Content::List(_) => return self.list(node, path),
            Content::Map(entries) => entries,
            _ => {
                self.reader.wrong_type(node, path, FEATURE_CONFIG);
                return Vec::new();
            }
        };
        let strange = entries.iter().find_map(|entry| match (entry.key, &entry.value.content) {
            ("features", Content::List(_)) => {
                Some("a document with a list `features:` is imported as `features-yml`")
            }
            ("name", Content::Text(_)) => Some("put this one object into a list"),
            _ => None,
        });
        if let Some(help) = strange {
            self.reader.wrong_type(node, path, FEATURE_CONFIG);
            self.help(help.to_owned());
            return Vec::new();
        }
        let mut features = Vec::new();
        for entry in entries {
            if self.is_hopeless() {
                break;
            }
            let path = path.key(entry.key);
            let source = Source { path: path.to_string(), at: entry.key_at };
            features.extend(self.feature(&entry.value, path, Some(entry.key), source));
        }
        features
    }

    /// True once so much is wrong that nobody reads further; a hostile document could hold millions of mistakes.
    pub(super) fn is_hopeless(&mut self) -> bool {
        let unseen = self.reader.diagnostics.get(self.seen..).unwrap_or_default();
        self.errors += unseen.iter().filter(|problem| problem.is_error()).count();
        self.seen = self.reader.diagnostics.len();
        self.errors >= MAX_PROBLEMS
    }

    /// Adds what to do about it to the problem noted last.
    pub(super) fn help(&mut self, help: String) {
        if let Some(problem) = self.reader.diagnostics.last_mut() {
            problem.help = Some(help);
        }
    }

    fn list(&mut self, node: &Node<'_>, path: Path<'_>) -> Vec<Feature> {
        let mut features: Vec<Feature> = Vec::new();
        let mut lines: BTreeMap<String, Position> = BTreeMap::new();
        for (index, item) in self.reader.list(node, path).unwrap_or_default().iter().enumerate() {
            if self.is_hopeless() {
                break;
            }
            let path = path.index(index);
            let source = Source { path: path.to_string(), at: item.at };
            let Some(feature) = self.feature(item, path, None, source) else { continue };
            let at = feature.source.at;
            if let Some(first) = lines.insert(feature.name.clone(), at) {
                let place = path.key("name").to_string();
                self.reader.note(
                    Diagnostic::error("duplicate_name", place, at, "two features have the same name")
                        .found(&feature.name)
                        .help(format!("the first one is in line {}, column {}", first.line, first.column)),
                );
                continue;
            }
            features.push(feature);
        }
        features
    }

    /// Reads one toggle, whose name is its key in a mapping or the value of `name`.
    fn feature(
        &mut self,
        node: &Node<'_>,
        path: Path<'_>,
        key: Option<&str>,
        source: Source,
    ) -> Option<Feature> {
        let Spelling { percentage, users, tenants, .. } = self.spelling;
        let mut fields = self.reader.fields(node, path)?;
        let name = self.name(&mut fields, path, key);
        let enabled = fields
            .need(&mut self.reader, path, "enabled")
            .and_then(|node| self.reader.bool(node, path.key("enabled")));
        let mut rules = Vec::new();
        for (key, attribute) in [(*users, "userId"), (*tenants, "tenantId")] {
            let Some(node) = fields.take(key) else { continue };
            let path = path.key(key);
            let members = self.members(node, path, attribute);
            let Some(members) = members.filter(|members| !members.is_empty()) else { continue };
            let condition = Yaml::map([("attribute", Yaml::text(attribute)), ("in", Yaml::List(members))]);
            let source = Source { path: path.to_string(), at: node.at };
            rules.push(Rule { rule: serve_on(condition), key, source });
        }
        let share = match fields.take(percentage) {
            Some(node) if node.content != Content::Null => {
                let share = self.buckets(node, path.key(percentage));
                share.map(|share| (share, Source { path: path.key(percentage).to_string(), at: node.at }))
            }
            _ => {
                let message = format!("`{percentage}` is missing");
                self.reader.note(
                    Diagnostic::warning("missing_percentage", path.to_string(), source.at, message)
                        .expected([*percentage])
                        .help("without it nobody is rolled out, as with 0"),
                );
                None
            }
        };
        if let Some(node) = fields.take("conditions") {
            // Where the rollout takes everybody, nothing that the conditions say can matter.
            let matters = share.as_ref().is_none_or(|(share, _)| *share < 100);
            let path = path.key("conditions");
            let condition = Conditions { reader: self, matters }.read(node, path);
            if let Some(condition) = condition {
                let source = Source { path: path.to_string(), at: node.at };
                rules.push(Rule { rule: serve_on(condition), key: "conditions", source });
            }
        }
        fields.finish(&mut self.reader, path, &["name", "enabled", percentage, users, tenants, "conditions"]);
        if let Some((share, source)) = share.filter(|(share, _)| *share > 0) {
            rules.push(Rule { rule: rollout(share), key: percentage, source });
        }
        Some(Feature { name: name?, enabled: enabled?, rules, source })
    }

    fn name(&mut self, fields: &mut Fields<'_>, path: Path<'_>, key: Option<&str>) -> Option<String> {
        let node = match key {
            None => fields.need(&mut self.reader, path, "name"),
            Some(_) => fields.take("name"),
        };
        let Some(node) = node else { return key.map(str::to_owned) };
        let name = self.reader.text(node, path.key("name"))?;
        if let Some(key) = key.filter(|key| *key != name) {
            let message = format!("this is found by its key `{key}` and calls itself `{name}`");
            self.reader.note(
                Diagnostic::error("contradiction", path.key("name").to_string(), node.at, message)
                    .found(name)
                    .expected([key]),
            );
        }
        Some(name.to_owned())
    }
}

fn serve_on(condition: Yaml) -> Yaml {
    Yaml::map([("if", condition), ("serve", Yaml::text("on"))])
}

fn rollout(buckets: usize) -> Yaml {
    let by = Yaml::map([
        ("first_of", Yaml::texts(&["userId", "tenantId"])),
        ("otherwise", Yaml::text("anonymous")),
    ]);
    Yaml::map([("serve", Yaml::map([("rollout", Yaml::text(&format!("{buckets}%"))), ("by", by)]))])
}
