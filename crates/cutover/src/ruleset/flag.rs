//! Flags as documents write them.

use super::condition::{Condition, Kind};
use super::fields::{Reader, Spanned};
use super::serve::Serve;
use crate::decision::MAX_PER_FLAG;
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Content, Entry, Node, Path, PathId};
use std::collections::BTreeSet;

/// A flag of a document.
#[derive(Debug, Clone)]
pub(crate) struct Flag<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: PathId,
    pub(crate) at: Position,
    /// Who answers for it.
    pub(crate) owner: Option<&'a str>,
    /// What else whoever asks is told of it: texts, numbers and booleans.
    pub(crate) metadata: Vec<Entry<'a>>,
    pub(crate) enabled: bool,
    /// Whether browsers may know it.
    pub(crate) client: bool,
    /// The first millisecond after the day on which the flag expires.
    pub(crate) expires: Option<Spanned<i64>>,
    pub(crate) hash: Hash,
    pub(crate) salt: Option<&'a str>,
    /// Names and values; `on` and `off` where the document declares none.
    pub(crate) variants: &'a [Entry<'a>],
    pub(crate) default: Option<Spanned<&'a str>>,
    /// The variants that are served where another one cannot be, in order.
    pub(crate) fallbacks: Vec<Spanned<&'a str>>,
    pub(crate) requires: Vec<Require<'a>>,
    pub(crate) rules: Vec<Rule<'a>>,
}

/// Which contract buckets the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// Version 1: xxh3.
    Xxh3,
    /// The hash of the imported formats.
    Java31,
}

/// Another flag that has to be one of some variants.
#[derive(Debug, Clone)]
pub(crate) struct Require<'a> {
    pub(crate) path: PathId,
    pub(crate) flag: Spanned<&'a str>,
    pub(crate) variants: Vec<Spanned<&'a str>>,
}

/// A rule: whom it matches, and what it serves them.
#[derive(Debug, Clone)]
pub(crate) struct Rule<'a> {
    pub(crate) condition: Option<Condition<'a>>,
    pub(crate) serve: Serve<'a>,
    pub(crate) path: PathId,
    pub(crate) at: Position,
}

/// How many variants are compared one by one.
const FEW_VARIANTS: usize = 16;

/// The variants of a flag that declares none.
static ON_OFF: [Entry<'static>; 2] = [on_off("on", true), on_off("off", false)];

const fn on_off(key: &'static str, value: bool) -> Entry<'static> {
    let at = Position { line: 0, column: 0 };
    Entry { key, key_at: at, value: Node { content: Content::Bool(value), at } }
}

pub(crate) const KEYS: &[&str] = &[
    "description",
    "owner",
    "metadata",
    "expires",
    "enabled",
    "client",
    "hash",
    "salt",
    "variants",
    "default",
    "fallbacks",
    "requires",
    "rules",
];
/// What metadata says of every answer.
pub(crate) const SAID: [&str; 4] = ["digest", "version", "rule", "owner"];
pub(crate) const RULE_KEYS: &[&str] = &["if", "serve", "description"];

impl Reader {
    /// Reads one flag. Parts that cannot be read are noted and left out, so that the rest is still checked.
    pub(crate) fn flag<'a>(
        &mut self,
        name: &'a str,
        node: &Node<'a>,
        at: Position,
        path: Path<'_>,
    ) -> Option<Flag<'a>> {
        let mut fields = self.fields(node, path)?;
        if let Some(node) = fields.take("description") {
            self.text(node, path.key("description"));
        }
        let owner = fields.take("owner").and_then(|node| self.text(node, path.key("owner")));
        let metadata =
            fields.take("metadata").map(|node| self.metadata(node, path.key("metadata"))).unwrap_or_default();
        let expires = fields.take("expires").and_then(|node| {
            let path = path.key("expires");
            Some(Spanned { value: self.date_end(node, path)?, at: node.at, path: self.paths.keep(path) })
        });
        let enabled =
            fields.take("enabled").and_then(|node| self.bool(node, path.key("enabled"))).unwrap_or(true);
        let client =
            fields.take("client").and_then(|node| self.bool(node, path.key("client"))).unwrap_or(false);
        let hash =
            fields.take("hash").and_then(|node| self.hash(node, path.key("hash"))).unwrap_or(Hash::Xxh3);
        let salt = fields.take("salt").and_then(|node| self.salt(node, path.key("salt")));
        let declared = fields.take("variants");
        let variants = match declared {
            Some(node) => self.variants(node, path.key("variants")),
            None => &ON_OFF,
        };
        let default = match fields.take("default") {
            Some(node) => self.spanned_text(node, path.key("default")),
            None if declared.is_some() => None,
            None => Some(Spanned { value: "off", at, path: self.paths.keep(path) }),
        };
        let fallbacks = fields
            .take("fallbacks")
            .map(|node| self.fallbacks(node, path.key("fallbacks")))
            .unwrap_or_default();
        let requires =
            fields.take("requires").map(|node| self.requires(node, path.key("requires"))).unwrap_or_default();
        let rules = fields.take("rules").map(|node| self.rules(node, path.key("rules"))).unwrap_or_default();
        fields.finish(self, path, KEYS);
        let path_id = self.paths.keep(path);
        let flag = Flag {
            name,
            path: path_id,
            at,
            owner,
            metadata,
            enabled,
            client,
            expires,
            hash,
            salt,
            variants,
            default,
            fallbacks,
            requires,
            rules,
        };
        self.check_variants(&flag);
        Some(flag)
    }

    /// What whoever asks is told beside the answer. What the engine says itself nobody else says.
    fn metadata<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Vec<Entry<'a>> {
        let mut kept = Vec::new();
        for entry in self.named(node, path) {
            let path = path.key(entry.key);
            if SAID.contains(&entry.key) {
                self.note(
                    Diagnostic::error(
                        "bad_name",
                        path.to_string(),
                        entry.key_at,
                        "the engine says this of every answer",
                    )
                    .found(entry.key)
                    .help("give it another name"),
                );
                continue;
            }
            match entry.value.content {
                Content::Text(_) | Content::Bool(_) | Content::Int(_) | Content::Float(_) => {
                    kept.push(*entry);
                }
                _ => self.wrong_type(&entry.value, path, "a text, a number or a boolean"),
            }
        }
        kept
    }

    fn hash(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Hash> {
        if node.content == Content::Int(1) {
            return Some(Hash::Xxh3);
        }
        if node.content == Content::Text("java31") {
            return Some(Hash::Java31);
        }
        self.note(
            Diagnostic::error("unknown_hash", path.to_string(), node.at, "there is no such hash contract")
                .found(node.quoted())
                .expected(["1", "java31"]),
        );
        None
    }

    fn variants<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> &'a [Entry<'a>] {
        let entries = self.named(node, path);
        if entries.is_empty() && matches!(node.content, Content::Map(_)) {
            self.note(Diagnostic::error(
                "empty_list",
                path.to_string(),
                node.at,
                "a flag without variants serves nothing",
            ));
        }
        self.check_count(entries.len(), "variants", node, path);
        entries
    }

    fn check_count(&mut self, count: usize, what: &str, node: &Node<'_>, path: Path<'_>) {
        if count > MAX_PER_FLAG {
            self.note(
                Diagnostic::error(
                    "too_many",
                    path.to_string(),
                    node.at,
                    format!("a flag has too many {what}"),
                )
                .found(count.to_string())
                .expected([format!("at most {MAX_PER_FLAG}")]),
            );
        }
    }

    fn fallbacks<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Vec<Spanned<&'a str>> {
        let mut fallbacks: Vec<Spanned<&'a str>> = Vec::new();
        for (index, item) in self.list(node, path).unwrap_or_default().iter().enumerate() {
            let path = path.index(index);
            let Some(name) = self.spanned_text(item, path) else { continue };
            if fallbacks.iter().any(|earlier| earlier.value == name.value) {
                self.note(
                    Diagnostic::error(
                        "contradiction",
                        path.to_string(),
                        item.at,
                        "a variant falls back on itself: it is listed twice",
                    )
                    .found(name.value),
                );
            }
            fallbacks.push(name);
        }
        self.check_count(fallbacks.len(), "fallbacks", node, path);
        fallbacks
    }

    fn requires<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Vec<Require<'a>> {
        let mut requires = Vec::new();
        for (index, item) in self.list(node, path).unwrap_or_default().iter().enumerate() {
            let path = self.paths.anchor(path.index(index));
            let Some(mut fields) = self.fields(item, path) else { continue };
            let Some(flag) = fields.need(self, path, "flag") else { continue };
            let kind = self.flag_is(flag, path.key("flag"), &mut fields, path);
            fields.finish(self, path, &["flag", "is"]);
            if let Some(Kind::Flag { flag, variants }) = kind {
                requires.push(Require { path: self.paths.keep(path), flag, variants });
            }
        }
        requires
    }

    fn rules<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Vec<Rule<'a>> {
        let items = self.list(node, path).unwrap_or_default();
        let mut rules = Vec::with_capacity(items.len());
        let path = self.paths.anchor(path);
        self.check_count(items.len(), "rules", node, path);
        for (index, item) in items.iter().enumerate() {
            let path = self.paths.anchor(path.index(index));
            let Some(mut fields) = self.fields(item, path) else { continue };
            if let Some(node) = fields.take("description") {
                self.text(node, path.key("description"));
            }
            let condition = fields.take("if").map(|node| self.condition(node, path.key("if")));
            let serve = fields.need(self, path, "serve").and_then(|node| self.serve(node, path.key("serve")));
            fields.finish(self, path, RULE_KEYS);
            // A rule whose condition could not be read must not become one for everybody.
            if let (Some(serve), None | Some(Some(_))) = (serve, &condition) {
                rules.push(Rule {
                    condition: condition.flatten(),
                    serve,
                    path: self.paths.keep(path),
                    at: item.at,
                });
            }
        }
        rules
    }

    /// Checks every variant that the flag itself names.
    fn check_variants(&mut self, flag: &Flag<'_>) {
        let served = flag.rules.iter().flat_map(|rule| rule.serve.variants());
        // A few are compared one by one; thousands of rules may name thousands.
        let few = flag.variants.len() <= FEW_VARIANTS;
        let mut many = BTreeSet::new();
        many.extend(flag.variants.iter().filter(|_| !few).map(|variant| variant.key));
        let knows = |name: &str| match few {
            true => flag.variants.iter().any(|variant| variant.key == name),
            false => many.contains(name),
        };
        let knows_on = knows("on");
        for name in flag.default.iter().chain(&flag.fallbacks).chain(served) {
            if !knows(name.value) {
                self.unknown_name(
                    "unknown_variant",
                    "variant",
                    name,
                    flag.variants.iter().map(|variant| variant.key),
                );
            }
        }
        for rule in &flag.rules {
            if let Serve::Share { variant: None, .. } = &rule.serve
                && !knows_on
            {
                self.note(
                    Diagnostic::error(
                        "missing_key",
                        format!("{}.serve", self.paths.render(rule.path)),
                        rule.at,
                        "this rollout does not say which variant it rolls out",
                    )
                    .expected(["variant"])
                    .help("only a flag that has a variant `on` may leave `variant` out"),
                );
            }
        }
    }
}

impl<'a> Serve<'a> {
    /// Every variant that it names.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &Spanned<&'a str>> {
        let (one, other, weights): (_, _, &[_]) = match self {
            Self::Variant(variant) => (Some(variant), None, &[]),
            Self::Share { variant, otherwise, .. } => (variant.as_ref(), otherwise.as_ref(), &[]),
            Self::Split { weights, otherwise, .. } => (None, otherwise.as_ref(), &weights.weights),
        };
        one.into_iter().chain(other).chain(weights.iter().map(|(name, _)| name))
    }
}
