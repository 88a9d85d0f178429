//! Flags about to be written.

use crate::condition::Condition;
use cutover::import::Yaml;

/// The value of a variant that stands for "the caller's own default": where a foreign system fails, it has no other.
pub(crate) const NOTHING: &str = "null";

/// A flag of the ruleset to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flag {
    pub(crate) description: Option<String>,
    /// What is told beside every answer.
    pub(crate) metadata: Vec<(String, Yaml)>,
    pub(crate) disabled: bool,
    /// Names and values, in order; none for a flag with `on` and `off`.
    pub(crate) variants: Vec<(String, Yaml)>,
    pub(crate) default: Option<String>,
    pub(crate) requires: Vec<Yaml>,
    pub(crate) rules: Vec<Rule>,
}

/// A rule of a flag.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) description: Option<String>,
    pub(crate) condition: Condition,
    pub(crate) serve: Yaml,
}

impl Flag {
    /// Adds a rule, unless it is for nobody or stands behind one for everybody.
    pub(crate) fn rule(&mut self, description: Option<&str>, condition: Condition, serve: Yaml) {
        let is_unreachable = self.rules.last().is_some_and(|rule| rule.condition == Condition::TRUE);
        if condition.is_never() || is_unreachable {
            return;
        }
        let description = description.filter(|text| !text.is_empty()).map(str::to_owned);
        self.rules.push(Rule { description, condition: condition.of_rule(), serve });
    }

    /// The name of the variant that stands for nothing, declared if it is not yet.
    pub(crate) fn nothing(&mut self, name: &str) -> String {
        if !self.variants.iter().any(|(known, _)| known == name) {
            self.variants.push((name.to_owned(), Yaml::Scalar(NOTHING.to_owned())));
        }
        name.to_owned()
    }

    pub(crate) fn write(&self) -> Yaml {
        let mut entries: Vec<(String, Yaml)> = Vec::new();
        let mut put = |key: &str, value: Option<Yaml>| {
            if let Some(value) = value {
                entries.push((key.to_owned(), value));
            }
        };
        put("description", self.description.as_deref().filter(|text| !text.is_empty()).map(Yaml::text));
        put("metadata", (!self.metadata.is_empty()).then(|| Yaml::Map(self.metadata.clone())));
        put("enabled", self.disabled.then(|| Yaml::Scalar("false".to_owned())));
        put("variants", (!self.variants.is_empty()).then(|| Yaml::Map(self.variants.clone())));
        put("default", self.default.as_deref().map(Yaml::text));
        put("requires", (!self.requires.is_empty()).then(|| Yaml::List(self.requires.clone())));
        put(
            "rules",
            (!self.rules.is_empty()).then(|| Yaml::List(self.rules.iter().map(Rule::write).collect())),
        );
        Yaml::Map(entries)
    }
}

impl Rule {
    fn write(&self) -> Yaml {
        let mut entries: Vec<(String, Yaml)> = Vec::new();
        if let Some(description) = &self.description {
            entries.push(("description".to_owned(), Yaml::text(description)));
        }
        if let Some(condition) = self.condition.write() {
            entries.push(("if".to_owned(), condition));
        }
        entries.push(("serve".to_owned(), self.serve.clone()));
        Yaml::Map(entries)
    }
}

/// A split by a named contract: variants with their weights, in order.
pub(crate) fn split(
    weights: &[(String, u64)],
    by: Option<Yaml>,
    hash: &str,
    salt: Option<&str>,
    of: u64,
) -> Yaml {
    let weights = weights.iter().map(|(name, weight)| {
        Yaml::map([("variant", Yaml::text(name)), ("weight", crate::condition::number(*weight))])
    });
    let mut entries = vec![("split".to_owned(), Yaml::List(weights.collect()))];
    entries.extend(by.map(|by| ("by".to_owned(), by)));
    entries.push(("hash".to_owned(), Yaml::text(hash)));
    entries.extend(salt.map(|salt| ("salt".to_owned(), Yaml::text(salt))));
    entries.push(("of".to_owned(), crate::condition::number(of)));
    Yaml::Map(entries)
}
