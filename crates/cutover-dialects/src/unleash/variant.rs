//! Variants: which one a feature is for those for whom it is on.
//!
//! Those of a strategy come before those of the feature; overrides come before weights.

use super::strategy::{first_of, unit};
use super::{RANDOM, strategy};
use crate::condition::{As, Condition, one_of};
use crate::flag::{Flag, split};
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

const HASH: &str = "unleash/variant";

/// The variant of a feature that is off, or on without a variant.
pub(super) const DISABLED: &str = "disabled";

/// The flag that says which variant a feature is.
pub(crate) fn flag_name(feature: &str) -> String {
    format!("{feature}/variant")
}

/// The variants that a feature and its strategies list, each under a key of its own in the ruleset.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// The key, and the variant with the value that it stands for.
    known: Vec<(String, &'a Json)>,
    /// Whether a strategy has variants of its own.
    pub(super) any_of_a_strategy: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(feature: &'a Json) -> Self {
        let mut names = Self::default();
        for strategy in json::items(feature, "strategies") {
            let variants = json::items(strategy, "variants");
            names.any_of_a_strategy |= !variants.is_empty();
            variants.iter().for_each(|variant| names.add(variant));
        }
        json::items(feature, "variants").iter().for_each(|variant| names.add(variant));
        names
    }

    fn add(&mut self, variant: &'a Json) {
        if self.key(variant).is_some() {
            return;
        }
        let name = name_of(variant);
        let is_taken = |key: &str| key == DISABLED || self.known.iter().any(|(known, _)| known == key);
        let mut key = name.to_owned();
        let mut number = 2;
        while is_taken(&key) {
            key = format!("{name} {number}");
            number += 1;
        }
        self.known.push((key, variant));
    }

    /// The key of a variant: of the same name and the same value.
    fn key(&self, variant: &Json) -> Option<&str> {
        let same = |known: &Json| {
            name_of(known) == name_of(variant) && known.get("payload") == variant.get("payload")
        };
        self.known.iter().find(|(_, known)| same(known)).map(|(key, _)| key.as_str())
    }

    /// The keys of all variants of these names.
    pub(super) fn keys(&self, wanted: &[&str]) -> Vec<String> {
        let known = self.known.iter().filter(|(_, variant)| wanted.contains(&name_of(variant)));
        known.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

fn name_of(variant: &Json) -> &str {
    json::text(variant, "name").unwrap_or_default()
}

/// A feature, and for whom each of its strategies is on.
pub(super) struct Whom<'a> {
    pub(super) name: &'a str,
    pub(super) feature: &'a Json,
    pub(super) strategies: &'a [Json],
    pub(super) conditions: &'a [Condition],
}

/// The flag of the variants.
pub(super) fn flag(whom: &Whom<'_>, names: &Names<'_>, report: &mut FlagReport) -> Flag {
    let mut flag = Flag { description: Some(format!("Which variant {} is.", whom.name)), ..Flag::default() };
    let off = Yaml::map([("name", Yaml::text(DISABLED)), ("enabled", Yaml::Scalar("false".to_owned()))]);
    flag.variants.push((DISABLED.to_owned(), off));
    for (key, variant) in &names.known {
        let mut value = vec![("name".to_owned(), Yaml::text(name_of(variant)))];
        value.push(("enabled".to_owned(), Yaml::Scalar("true".to_owned())));
        value.extend(variant.get("payload").map(|payload| ("payload".to_owned(), json::yaml(payload))));
        flag.variants.push((key.clone(), Yaml::Map(value)));
    }
    flag.default = Some(DISABLED.to_owned());
    flag.requires.push(Yaml::map([("flag", Yaml::text(whom.name)), ("is", Yaml::text("on"))]));
    let of_feature = Choice::of_feature(whom);
    if !names.any_of_a_strategy {
        of_feature.rules(&Condition::TRUE, names, "variants", &mut flag, report);
        return flag;
    }
    for (index, condition) in whom.conditions.iter().enumerate() {
        let own = whom.strategies.get(index).and_then(Choice::of_strategy).filter(|own| own.total() > 0);
        let place = format!("strategies[{index}].variants");
        let is_chosen = match own {
            Some(own) => own.rules(condition, names, &place, &mut flag, report),
            None => of_feature.rules(condition, names, "variants", &mut flag, report),
        };
        if !is_chosen {
            flag.rule(None, condition.clone(), Yaml::text(DISABLED));
        }
    }
    flag
}

/// A list of variants to choose from, and by what.
struct Choice<'a> {
    variants: &'a [Json],
    salt: &'a str,
    stickiness: Option<&'a str>,
}

impl<'a> Choice<'a> {
    fn of_feature(whom: &Whom<'a>) -> Self {
        let variants = json::items(whom.feature, "variants");
        let stickiness = variants.first().and_then(|variant| json::text(variant, "stickiness"));
        Self { variants, salt: whom.name, stickiness }
    }

    fn of_strategy(strategy: &'a Json) -> Option<Self> {
        let variants = json::items(strategy, "variants");
        let own = json::text(variants.first()?, "stickiness").filter(|text| !text.is_empty());
        let parameter =
            |key: &str| strategy.get("parameters").and_then(|parameters| json::text(parameters, key));
        // What JavaScript makes of a group that is not there.
        let salt = parameter("groupId").unwrap_or("undefined");
        Some(Self { variants, salt, stickiness: own.or_else(|| parameter("stickiness")) })
    }

    fn weights(&self) -> impl Iterator<Item = (&'a Json, u64)> {
        let weight = |variant: &Json| variant.get("weight").and_then(Json::as_u64).unwrap_or(0);
        self.variants.iter().map(move |variant| (variant, weight(variant)))
    }

    fn total(&self) -> u64 {
        self.weights().map(|(_, weight)| weight).sum()
    }

    /// Adds the rules that choose among them; false where none is ever chosen.
    fn rules(
        &self,
        whom: &Condition,
        names: &Names<'_>,
        place: &str,
        flag: &mut Flag,
        report: &mut FlagReport,
    ) -> bool {
        if self.total() == 0 {
            return false;
        }
        for variant in self.variants {
            let Some(key) = names.key(variant) else { continue };
            let overrides = json::items(variant, "overrides").iter().map(|item| {
                let attribute = json::text(item, "contextName").unwrap_or_default();
                one_of(attribute, As::Text, &json::texts(item, "values"))
            });
            let overridden = Condition::any(overrides);
            flag.rule(None, Condition::all([whom.clone(), overridden]), Yaml::text(key));
        }
        let weights = self.weights().filter(|(_, weight)| *weight > 0);
        let weights: Vec<(String, u64)> =
            weights.filter_map(|(variant, weight)| Some((names.key(variant)?.to_owned(), weight))).collect();
        let serve = match weights.as_slice() {
            [(only, _)] => Yaml::text(only),
            _ => {
                let by = match self.stickiness.unwrap_or("default") {
                    "default" => first_of(&["userId", "sessionId", "remoteAddress", RANDOM]),
                    RANDOM => unit(RANDOM),
                    named => first_of(&[named, RANDOM]),
                };
                strategy::drawn(place, report);
                split(&weights, Some(by), HASH, Some(self.salt), self.total())
            }
        };
        flag.rule(None, whom.clone(), serve);
        true
    }
}
