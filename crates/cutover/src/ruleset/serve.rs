//! What a rule serves: a variant, a rollout, a ramp or a split.

use super::contract::Contract;
use super::fields::{Fields, Reader, Spanned};
use super::scalar::{ONE, Ppm};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use cutover_decider::contract::MAX_TOTAL;
use std::collections::BTreeSet;

/// What a rule serves to those it matches.
#[derive(Debug, Clone)]
pub(crate) enum Serve<'a> {
    /// One variant for everybody.
    Variant(Spanned<&'a str>),
    /// A variant for a share of the units; the others get `otherwise`, or the flag's default.
    Share {
        share: Share,
        variant: Option<Spanned<&'a str>>,
        otherwise: Option<Spanned<&'a str>>,
        unit: Unit<'a>,
    },
    /// Variants by weight; with `within`, only for that share of the units.
    Split { weights: Weights<'a>, within: Option<Share>, otherwise: Option<Spanned<&'a str>>, unit: Unit<'a> },
}

/// Who is drawn, and by which contract.
#[derive(Debug, Clone)]
pub(crate) enum Unit<'a> {
    /// By that of the flag.
    OfFlag(By<'a>),
    /// By a named one.
    Named(Box<Contract<'a>>),
}

/// The weights of a split.
#[derive(Debug, Clone)]
pub(crate) struct Weights<'a> {
    pub(crate) weights: Vec<(Spanned<&'a str>, u64)>,
    /// True where the document gives them as a list, so that their order is the order of the buckets.
    pub(crate) ordered: bool,
}

#[derive(Debug, Clone, Copy)]
enum Weight {
    Number(u64),
    Percentage(u64),
}

/// A share of the units: fixed, or a function of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Share {
    Fixed(Ppm),
    /// Points by ascending time.
    Ramp(Vec<RampPoint>),
}

/// From `at` on the share is `to`, and moves in a straight line to the next point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RampPoint {
    pub(crate) at_ms: i64,
    pub(crate) to: Ppm,
}

/// The attributes that a unit is taken from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum By<'a> {
    /// The attribute of this path; `targetingKey` where the ruleset names none.
    Attribute(&'a str),
    /// The first of these attributes with something in it, otherwise the constant: the rule of the imported formats, and
    /// only for their hashes.
    FirstOf { attributes: Vec<&'a str>, otherwise: Option<&'a str> },
}

impl Weights<'_> {
    /// The sum of the weights.
    pub(crate) fn sum(&self) -> u64 {
        self.weights.iter().fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
    }
}

/// The largest weight, and the largest sum of them.
fn most_weight(is_named: bool) -> u64 {
    if is_named { MAX_TOTAL } else { u32::MAX.into() }
}

/// OpenFeature's name of the unit that a rollout without `by` uses.
pub(crate) const TARGETING_KEY: &str = "targetingKey";

pub(crate) const KEYS: &[&str] = &["rollout", "ramp", "split", "variant", "else", "by", "hash", "salt", "of"];

impl Reader {
    /// Reads the value of `serve`.
    pub(crate) fn serve<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Serve<'a>> {
        match &node.content {
            Content::Text(_) => return self.spanned_text(node, path).map(Serve::Variant),
            Content::Bool(value) => {
                let word = if *value { "on" } else { "off" };
                self.note(
                    Diagnostic::error(
                        "wrong_type",
                        path.to_string(),
                        node.at,
                        "a rule serves a variant by its name",
                    )
                    .found(node.quoted())
                    .expected(["the name of a variant", "a mapping with `rollout`, `ramp` or `split`"])
                    .help(format!(
                        "a flag without `variants` has the variants `on` and `off`: write `{word}`"
                    )),
                );
                return None;
            }
            Content::Map(_) => {}
            _ => {
                self.wrong_type(
                    node,
                    path,
                    "the name of a variant, or a mapping with `rollout`, `ramp` or `split`",
                );
                return None;
            }
        }
        let mut fields = self.fields(node, path)?;
        let has_share = fields.take("rollout").is_some() || fields.take("ramp").is_some();
        let share = self.share(&mut fields, path);
        // Most rules draw by the contract of their flag.
        let hash = fields.take("hash").map(|node| self.named_hash(node, path.key("hash")));
        let split = fields.take("split").map(|node| self.weights(node, path.key("split"), hash.is_some()));
        let variant = fields.take("variant").and_then(|node| self.spanned_text(node, path.key("variant")));
        let otherwise = fields.take("else").and_then(|node| self.spanned_text(node, path.key("else")));
        let unit = match hash {
            None => self.by(&mut fields, path).map(Unit::OfFlag),
            Some(hash) => hash
                .and_then(|hash| self.contract(hash, &mut fields, path))
                .map(|contract| Unit::Named(Box::new(contract))),
        };
        if hash.is_none() && !fields.is_done() {
            self.without_hash(&mut fields, path);
        }
        fields.finish(self, path, KEYS);
        match split {
            Some(weights) => {
                if let Some(variant) = variant {
                    self.note(
                        Diagnostic::error(
                            "contradiction",
                            self.paths.render(variant.path),
                            variant.at,
                            "a split serves the variants that it weighs",
                        )
                        .found("variant")
                        .expected(["`split` without `variant`"]),
                    );
                }
                if has_share && share.is_none() {
                    return None;
                }
                let (weights, unit) = (weights?, unit?);
                if let Unit::Named(contract) = &unit {
                    self.check_split(&weights, share.is_some(), contract, node, path)?;
                }
                Some(Serve::Split { weights, within: share, otherwise, unit })
            }
            None if has_share => {
                let (share, unit) = (share?, unit?);
                if let Unit::Named(contract) = &unit {
                    self.check_share(contract, node, path)?;
                }
                Some(Serve::Share { share, variant, otherwise, unit })
            }
            None => {
                self.note(
                    Diagnostic::error("missing_key", path.to_string(), node.at, "this serves nothing")
                        .expected(["rollout", "ramp", "split"]),
                );
                None
            }
        }
    }

    /// Takes `rollout` or `ramp`.
    pub(crate) fn share(&mut self, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Share> {
        let (rollout, ramp) = (fields.take("rollout"), fields.take("ramp"));
        if let (Some(_), Some(node)) = (rollout, ramp) {
            self.note(
                Diagnostic::error(
                    "contradiction",
                    path.key("ramp").to_string(),
                    node.at,
                    "a share is either fixed or a ramp",
                )
                .found("rollout and ramp")
                .expected(["rollout", "ramp"]),
            );
            return None;
        }
        if let Some(node) = rollout {
            return self.percent(node, path.key("rollout")).map(Share::Fixed);
        }
        self.ramp(ramp?, path.key("ramp"))
    }

    fn ramp(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Share> {
        let items = self.list(node, path)?;
        let mut points: Vec<RampPoint> = Vec::with_capacity(items.len());
        let mut complete = true;
        for (index, item) in items.iter().enumerate() {
            let path = path.index(index);
            let Some(mut fields) = self.fields(item, path) else {
                complete = false;
                continue;
            };
            let at_ms = fields.need(self, path, "at").and_then(|node| self.instant(node, path.key("at")));
            let to = fields.need(self, path, "to").and_then(|node| self.percent(node, path.key("to")));
            fields.finish(self, path, &["at", "to"]);
            let (Some(at_ms), Some(to)) = (at_ms, to) else {
                complete = false;
                continue;
            };
            if points.last().is_some_and(|last| last.at_ms > at_ms) {
                self.note(
                    Diagnostic::error(
                        "ramp_order",
                        path.key("at").to_string(),
                        item.at,
                        "the points of a ramp go forward in time",
                    )
                    .found(at_ms.to_string())
                    .help("sort the points by `at`"),
                );
                complete = false;
            }
            points.push(RampPoint { at_ms, to });
        }
        if items.is_empty() {
            self.note(
                Diagnostic::error("empty_list", path.to_string(), node.at, "a ramp without points")
                    .expected(["at least one point { at, to }"]),
            );
            return None;
        }
        complete.then_some(Share::Ramp(points))
    }

    /// Reads the weights of a split: a mapping of variants to weights, whose order means nothing, or a list of
    /// `{ variant, weight }`, whose order is the order of the buckets.
    fn weights<'a>(&mut self, node: &Node<'a>, path: Path<'_>, is_named: bool) -> Option<Weights<'a>> {
        let mut weights: Vec<(Spanned<&'a str>, Weight)> = Vec::new();
        let mut complete = true;
        let ordered = matches!(node.content, Content::List(_));
        if ordered {
            for (index, item) in self.list(node, path)?.iter().enumerate() {
                let path = path.index(index);
                let Some(mut fields) = self.fields(item, path) else {
                    complete = false;
                    continue;
                };
                let name = fields
                    .need(self, path, "variant")
                    .and_then(|node| self.spanned_text(node, path.key("variant")));
                let weight = fields
                    .need(self, path, "weight")
                    .and_then(|node| self.weight(node, path.key("weight"), is_named));
                fields.finish(self, path, &["variant", "weight"]);
                match (name, weight) {
                    (Some(name), Some(weight)) => weights.push((name, weight)),
                    _ => complete = false,
                }
            }
        } else {
            for entry in self.named(node, path) {
                let path = path.key(entry.key);
                let name = Spanned { value: entry.key, at: entry.key_at, path: self.paths.keep(path) };
                match self.weight(&entry.value, path, is_named) {
                    Some(weight) => weights.push((name, weight)),
                    None => complete = false,
                }
            }
        }
        complete &= matches!(node.content, Content::Map(_) | Content::List(_));
        let mut names = BTreeSet::new();
        // The keys of a mapping are unique, and other systems may have a variant in several places.
        for (name, _) in weights.iter().filter(|_| ordered && !is_named) {
            if !names.insert(name.value) {
                self.note(
                    Diagnostic::error(
                        "duplicate_key",
                        self.paths.render(name.path),
                        name.at,
                        "a split weighs each variant once",
                    )
                    .found(name.value),
                );
                complete = false;
            }
        }
        if !complete {
            return None;
        }
        let weights = self.check_sum(weights, node, path, is_named)?;
        Some(Weights { weights, ordered })
    }

    fn weight(&mut self, node: &Node<'_>, path: Path<'_>, is_named: bool) -> Option<Weight> {
        let most = most_weight(is_named);
        match &node.content {
            Content::Int(weight) if u64::try_from(*weight).is_ok_and(|weight| weight <= most) => {
                Some(Weight::Number(weight.unsigned_abs()))
            }
            Content::Text(_) if !is_named => {
                self.percent(node, path).map(|share| Weight::Percentage(share.0.into()))
            }
            _ => {
                self.note(
                    Diagnostic::error("bad_weight", path.to_string(), node.at, "this is no weight")
                        .found(node.quoted())
                        .expected(
                            [format!("a whole number from 0 to {most}")]
                                .into_iter()
                                .chain((!is_named).then(|| "a percentage such as 25%".to_owned())),
                        ),
                );
                None
            }
        }
    }

    fn check_sum<'a>(
        &mut self,
        weights: Vec<(Spanned<&'a str>, Weight)>,
        node: &Node<'_>,
        path: Path<'_>,
        is_named: bool,
    ) -> Option<Vec<(Spanned<&'a str>, u64)>> {
        let percentages =
            weights.iter().filter(|(_, weight)| matches!(weight, Weight::Percentage(_))).count();
        let mixed = percentages != 0 && percentages != weights.len();
        let weights: Vec<(Spanned<&'a str>, u64)> = weights
            .into_iter()
            .map(|(name, weight)| match weight {
                Weight::Number(weight) | Weight::Percentage(weight) => (name, weight),
            })
            .collect();
        let total = weights.iter().fold(0_u64, |sum, (_, weight)| sum.saturating_add(*weight));
        let most = most_weight(is_named);
        let wrong = |message: String| Diagnostic::error("bad_split", path.to_string(), node.at, message);
        if mixed {
            self.note(wrong("a split has weights or percentages, not both".to_owned()));
        } else if percentages > 0 && total != u64::from(ONE) {
            let sum = format!("{}.{:04}%", total / 10_000, total % 10_000);
            self.note(
                wrong(format!("the percentages of a split sum to 100%, these to {sum}"))
                    .found(sum)
                    .expected(["100%"])
                    .help("give weights without % signs if they are not shares of the whole"),
            );
        } else if total == 0 {
            self.note(wrong("a split has at least one weight above 0".to_owned()));
        } else if total > most {
            self.note(
                wrong(format!("the weights of a split sum to {most} at the most")).found(total.to_string()),
            );
        } else {
            return Some(weights);
        }
        None
    }

    pub(crate) fn by<'a>(&mut self, fields: &mut Fields<'a>, path: Path<'_>) -> Option<By<'a>> {
        let Some(node) = fields.take("by") else { return Some(By::Attribute(TARGETING_KEY)) };
        let path = path.key("by");
        if let Content::Text(_) = node.content {
            return self.attribute_path(node, path).map(By::Attribute);
        }
        let mut fields = self.fields(node, path)?;
        let list = fields.need(self, path, "first_of")?;
        let list_path = path.key("first_of");
        let attributes = self
            .list(list, list_path)?
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.attribute_path(item, list_path.index(index)))
            .collect();
        let otherwise = match fields.take("otherwise") {
            Some(node) => Some(self.text(node, path.key("otherwise"))?),
            None => None,
        };
        fields.finish(self, path, &["first_of", "otherwise"]);
        Some(By::FirstOf { attributes, otherwise })
    }

    /// Reads the path of an attribute, such as `tenant.tier`.
    pub(crate) fn attribute_path<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<&'a str> {
        let text = self.text(node, path)?;
        if text.as_bytes().split(|byte| *byte == b'.').all(|segment| !segment.is_empty()) && text.len() <= 256
        {
            return Some(text);
        }
        self.note(
            Diagnostic::error("bad_attribute", path.to_string(), node.at, "this is no path of an attribute")
                .found(text)
                .expected(["a dotted path of at most 256 bytes such as tenant.tier"]),
        );
        None
    }
}
