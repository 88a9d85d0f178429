//! Small documents of our own for each construct of each dialect, and what the imported rulesets decide.

mod eppo;
mod flagd;
mod growthbook;
mod growthbook_rules;
mod launchdarkly;
mod unleash;

use cutover::{Decision, Engine, wire};
use cutover_dialects::{Dialect, Fate, Imported, context, import, value};
use serde_json::Value as Json;

/// 1 January 2026.
const NOW_MS: i64 = 1_767_225_600_000;

/// A document that was imported and loaded.
struct Loaded {
    dialect: Dialect,
    imported: Imported,
    engine: Engine,
}

impl Loaded {
    fn new(dialect: Dialect, document: &Json) -> Self {
        let imported = import(dialect, document.to_string().as_bytes());
        let ruleset = imported.ruleset.clone().unwrap_or_else(|| panic!("{:?}", imported.report));
        let engine = Engine::from_str(&ruleset).unwrap_or_else(|error| panic!("{error}\n{ruleset}"));
        Self { dialect, imported, engine }
    }

    fn ruleset(&self) -> &str {
        self.imported.ruleset.as_deref().unwrap_or_default()
    }

    fn fate(&self, flag: &str) -> Fate {
        let found = self.imported.report.flags.iter().find(|report| report.flag == flag);
        found.unwrap_or_else(|| panic!("no flag {flag}")).fate
    }

    fn with<T>(&self, flag: &str, foreign: &Json, read: impl Fn(Decision<'_>) -> T) -> T {
        let call = context(self.dialect, foreign);
        let attributes = self.engine.context(&call.attributes);
        read(self.engine.decide(flag, &attributes, call.now_ms.unwrap_or(NOW_MS)))
    }

    /// The value that is served, as JSON; null where the caller's default is.
    fn value(&self, flag: &str, foreign: &Json) -> Json {
        self.with(flag, foreign, |decision| {
            value(&decision).map_or(Json::Null, |value| serde_json::from_str(&wire::to_json(value)).unwrap())
        })
    }

    fn reason(&self, flag: &str, foreign: &Json) -> &'static str {
        self.with(flag, foreign, |decision| cutover_dialects::reason(self.dialect, &decision))
    }

    fn is_on(&self, flag: &str, foreign: &Json) -> bool {
        self.value(flag, foreign) == Json::Bool(true)
    }
}

#[test]
fn what_is_no_document_is_told() {
    for dialect in Dialect::ALL {
        for text in ["", "[", "[]", "1", "{}", "{\"flags\": 1, \"features\": 1}"] {
            let imported = import(dialect, text.as_bytes());
            assert_eq!(imported.ruleset, None, "{dialect} {text}");
            assert!(imported.report.problem.is_some(), "{dialect} {text}");
            assert!(!imported.report.is_complete());
        }
    }
}
