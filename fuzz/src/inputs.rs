//! Documents of others: what importers and comparators take.

use arbitrary::{Arbitrary, Unstructured};
use cutover::import::{Kind, Options};
use cutover::wire::to_json;
use cutover::{Attributes, Engine};
use cutover_dialects::Dialect;

/// Any text to each importer: refused with a reason, or a ruleset that loads and decides. Nothing is taken in silence: what an
/// importer says is a ruleset is one to the engine.
///
/// # Panics
/// Where the property does not hold.
pub fn import(data: &[u8]) {
    for dialect in Dialect::ALL {
        let imported = cutover_dialects::import(dialect, data);
        assert_eq!(imported.ruleset.is_none(), imported.report.problem.is_some(), "{dialect}");
        decides(imported.ruleset.as_deref());
    }
    for kind in Kind::ALL {
        let imported = cutover::import::import(kind, data, &Options::default());
        let refused = imported.diagnostics.iter().any(cutover::Diagnostic::is_error);
        assert_eq!(imported.ruleset.is_none(), refused, "{}", kind.name());
        decides(imported.ruleset.as_deref());
    }
}

fn decides(ruleset: Option<&str>) {
    let Some(text) = ruleset else { return };
    let engine = Engine::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let context = engine.context(&Attributes::new());
    let decided: Vec<String> = engine.decide_all(&context, 0).map(|decision| to_json(&decision)).collect();
    assert_eq!(decided.len(), engine.flags().len());
}

#[derive(Debug, Arbitrary)]
struct Sides<'a> {
    ignore: bool,
    rename: bool,
    tolerance: Option<u8>,
    dates: bool,
    booleans: bool,
    decimals: bool,
    null_is_missing: bool,
    unordered: bool,
    keyed: bool,
    control: &'a str,
    candidate: &'a str,
}

/// Two documents by any comparator: a comparison or a reason, never a panic. Each is the same as itself, and whether two
/// match does not depend on which is called the control.
///
/// # Panics
/// Where the property does not hold.
pub fn compare(data: &[u8]) {
    let Ok(sides) = Sides::arbitrary(&mut Unstructured::new(data)) else { return };
    let mut keys = Vec::new();
    for (given, key) in [
        (sides.ignore, "ignore: [_id]".to_owned()),
        (sides.rename, "rename: snake_to_camel".to_owned()),
        (sides.tolerance.is_some(), format!("tolerance: 0.{:03}", sides.tolerance.unwrap_or_default())),
        (sides.dates, "dates: iso".to_owned()),
        (sides.booleans, "booleans_from_01: true".to_owned()),
        (sides.decimals, "decimals: true".to_owned()),
        (sides.null_is_missing, "null_is_missing: true".to_owned()),
        (sides.unordered, "unordered: [a]".to_owned()),
        (sides.keyed, "keyed: { b: id }".to_owned()),
    ] {
        if given {
            keys.push(key);
        }
    }
    let Ok(engine) =
        Engine::from_str(&format!("cutover: 1\ncomparators: {{ any: {{ {} }} }}", keys.join(", ")))
    else {
        return;
    };
    let compared = |a: &str, b: &str| {
        engine.compare("any", a.as_bytes(), b.as_bytes()).expect("the comparator is there")
    };
    let (there, back) = (compared(sides.control, sides.candidate), compared(sides.candidate, sides.control));
    if let (Ok(there), Ok(back)) = (&there, &back) {
        assert_eq!(there.is_match(), back.is_match());
        let _ = to_json(there);
    }
    for side in [sides.control, sides.candidate] {
        if let Ok(same) = compared(side, side) {
            assert!(same.is_match(), "{side}");
        }
    }
}
