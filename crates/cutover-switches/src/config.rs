//! Toggles as objects, and in files with a list `features:`.

use crate::env::used;
use crate::syntax::File;
use crate::values::{literal, number, words};
use crate::{Holds, Origin, Sure, Use};
use cutover::Engine;
use cutover::import::{Kind, Options, import};
use tree_sitter::Node;

/// An object with a name, `enabled`, and what else a toggle has.
pub(crate) fn found<'t>(file: &File<'t>, node: Node<'t>) -> Option<Use> {
    if !matches!(node.kind(), "object" | "dictionary") {
        return None;
    }
    let (mut name, mut enabled, mut share, mut more) = (None, None, None, false);
    let mut cursor = node.walk();
    for pair in node.named_children(&mut cursor).filter(|child| child.kind() == "pair") {
        let (Some(key), Some(value)) = (pair.child_by_field_name("key"), pair.child_by_field_name("value"))
        else {
            continue;
        };
        let key = file.string(key).unwrap_or_else(|| file.of(key).to_owned());
        match words(&key).join("_").as_str() {
            "name" => name = file.string(value),
            "enabled" => enabled = literal(file, value),
            "rollout_percentage" => (share, more) = (number(file.of(value)), true),
            "enabled_for_users" | "enabled_for_tenants" => more = true,
            _ => {}
        }
    }
    let (Some(name), Some(Holds::Bool(enabled)), true) = (name, enabled, more) else { return None };
    let holds = match share {
        Some(percent) if enabled && (0.0..=100.0).contains(&percent) => {
            Holds::Share { percent: Some(percent), by: Some("userId".to_owned()) }
        }
        _ => Holds::Bool(enabled && share.is_none()),
    };
    let why =
        "an object with the keys of a toggle; `cutover import feature-config` decides the same".to_owned();
    Some(used(file, node, name, Origin::Configuration, (Sure::Sure, why, holds)))
}

/// The toggles of a file with a list `features:`.
pub(crate) fn in_yaml(text: &str) -> Vec<Use> {
    if !text.lines().any(|line| line.trim_end() == "features:") {
        return Vec::new();
    }
    let options = Options { timezone: Some("UTC".to_owned()) };
    let Some(ruleset) = import(Kind::FeaturesYml, text.as_bytes(), &options).ruleset else {
        return Vec::new();
    };
    let Ok(engine) = Engine::from_str(&ruleset) else { return Vec::new() };
    let why = "a toggle of a file with `features:`; `cutover import features-yml` decides the same";
    let uses = engine.flags().map(|name| {
        let is_its = |line: &&str| {
            let value = line.trim_start().trim_start_matches("- ").strip_prefix("name:");
            value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) == name)
        };
        let (line, code) = match text.lines().position(|line| is_its(&line)) {
            Some(at) => (at + 1, text.lines().nth(at).unwrap_or_default().trim().to_owned()),
            None => (1, String::new()),
        };
        Use {
            name: name.to_owned(),
            origin: Origin::Configuration,
            line,
            column: 1,
            code,
            sure: Sure::Sure,
            why: why.to_owned(),
            holds: Holds::Bool(false),
        }
    });
    uses.collect()
}
