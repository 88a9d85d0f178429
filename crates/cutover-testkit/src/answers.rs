//! What a case decides: the text that every language must reproduce byte for byte.

use crate::generate::Case;
use cutover::wire::to_json;
use cutover::{Attributes, Engine, Value};

/// One line of JSON for each flag, in order of names, and each migration, for each context; for a refused
/// ruleset one line with its diagnostics.
#[must_use]
pub fn answers(case: &Case) -> Vec<String> {
    let engine = match Engine::from_str(&case.ruleset) {
        Ok(engine) => engine,
        Err(refused) => return vec![to_json(&refused.diagnostics)],
    };
    let switches = Value::from_json(&case.switches.to_string()).unwrap_or_default();
    let mut lines = vec![to_json(&engine.warnings(case.now))];
    for context in &case.contexts {
        let attributes = Attributes::from_json(&context.to_string()).unwrap_or_default();
        let context = engine.context(&attributes);
        lines.extend(engine.decide_all(&context, case.now).map(|decision| to_json(&decision)));
        lines.extend(
            engine.migrations().map(|name| to_json(&engine.route(name, &context, case.now, &switches))),
        );
    }
    lines
}
