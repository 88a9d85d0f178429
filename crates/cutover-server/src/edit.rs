//! Changes of a ruleset that are made by calls and not by hand: a share, an emergency, the end of an old path.

use crate::store::{Emergency, Target};
use cutover::plans::percent;
use serde_json::{Map, Value, json};

/// One whole, in millionths.
pub(crate) const WHOLE: u32 = 1_000_000;

/// The share that a flag's rollout has, in millionths: nobody where the flag is disabled, none where it has no rollout.
pub(crate) fn share(ruleset: &Value, flag: &str) -> Option<u32> {
    let flag = ruleset.get("flags")?.get(flag)?;
    if flag.get("enabled") == Some(&Value::Bool(false)) {
        return Some(0);
    }
    let rules = flag.get("rules")?.as_array()?;
    match rules.get(rollout(rules)?)?.get("serve")? {
        Value::Object(serve) => millionths(serve.get("rollout")?.as_str()?),
        // A rule that serves a variant to everybody.
        _ => Some(WHOLE),
    }
}

/// `12.5%` in millionths.
pub(crate) fn millionths(percentage: &str) -> Option<u32> {
    let share: f64 = percentage.trim().strip_suffix('%')?.trim().parse().ok()?;
    of_percent(share)
}

/// A percentage as a number, in millionths; none outside of 0 to 100.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to a million")]
pub(crate) fn of_percent(share: f64) -> Option<u32> {
    (0.0..=100.0).contains(&share).then(|| (share * 10_000.0).round() as u32)
}

/// The rule that a share is set at: the last that matches everybody, otherwise the last that has a rollout.
fn rollout(rules: &[Value]) -> Option<usize> {
    let everybody = |rule: &Value| rule.get("if").is_none() && rule.get("serve").is_some();
    let has_share = |rule: &Value| rule.get("serve").is_some_and(|serve| serve.get("rollout").is_some());
    rules.iter().rposition(everybody).or_else(|| rules.iter().rposition(has_share))
}

/// The flag serves the new side to this share of the units and to these segments as wholes. `managed` are the segments that
/// whoever asks may have put there before: those of them that are not among `segments` go.
pub(crate) fn set_share(
    ruleset: &mut Value,
    flag: &str,
    share: u32,
    segments: &[String],
    managed: &[String],
) -> Result<(), String> {
    let found = entry(ruleset, "flags", flag)?;
    let rules = found.entry("rules").or_insert_with(|| json!([]));
    let rules = rules.as_array_mut().ok_or_else(|| format!("`flags.{flag}.rules` is no list"))?;
    let of_segment = |name: &str| json!({ "if": { "segment": name }, "serve": "on" });
    rules.retain(|rule| !managed.iter().any(|name| *rule == of_segment(name)));
    let at = rollout(rules).unwrap_or_else(|| {
        rules.push(json!({ "serve": { "rollout": "0%" } }));
        rules.len() - 1
    });
    if let Some(serve) = rules.get_mut(at).and_then(|rule| rule.get_mut("serve")) {
        match serve {
            // What serves the old side to the rest becomes the share of the new one.
            Value::String(variant) if variant == "off" => *serve = json!({ "rollout": percent(share) }),
            Value::String(variant) => *serve = json!({ "rollout": percent(share), "variant": variant }),
            Value::Object(serve) => {
                // A ramp is a share too: who sets one by hand ends it.
                serve.remove("ramp");
                serve.insert("rollout".to_owned(), percent(share).into());
            }
            _ => return Err(format!("`flags.{flag}.rules[{at}].serve` is no mapping")),
        }
    }
    for (place, name) in (at..).zip(segments) {
        rules.insert(place, of_segment(name));
    }
    Ok(())
}

/// Where a migration goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goes<'a> {
    pub(crate) phase: Option<&'a str>,
    /// The share of its cohort, in millionths.
    pub(crate) share: Option<u32>,
    /// Whether it stays where it is, in its emergency.
    pub(crate) emergency: bool,
}

/// A migration goes to another phase, its cohort to another share, or it goes into its emergency, which ends with the next move.
pub(crate) fn set_migration(ruleset: &mut Value, name: &str, goes: Goes<'_>) -> Result<(), String> {
    let migration = entry(ruleset, "migrations", name)?;
    in_emergency(migration, goes.emergency);
    if let Some(phase) = goes.phase {
        migration.insert("phase".to_owned(), phase.into());
    }
    if let Some(share) = goes.share {
        let cohort = migration.get_mut("cohort").and_then(Value::as_object_mut);
        let cohort = cohort.ok_or_else(|| format!("`migrations.{name}` has no cohort"))?;
        // A ramp is a share too: who sets one ends it.
        cohort.remove("ramp");
        cohort.insert("rollout".to_owned(), percent(share).into());
    }
    Ok(())
}

fn in_emergency(migration: &mut Map<String, Value>, on: bool) {
    put(migration, "emergency", if on { &Value::Bool(true) } else { &Value::Null });
    let switch = migration.get_mut("switches").and_then(|switches| switches.get_mut("emergency"));
    if let Some(Value::Object(switch)) = switch
        && switch.contains_key("is")
    {
        switch.insert("is".to_owned(), on.into());
    }
}

/// A flag is switched on for everybody: its rules stay, behind one that serves `on`.
pub(crate) fn switch_on(ruleset: &mut Value, flag: &str) -> Result<(), String> {
    let found = entry(ruleset, "flags", flag)?;
    found.remove("enabled");
    let rules = found.entry("rules").or_insert_with(|| json!([]));
    let rules = rules.as_array_mut().ok_or_else(|| format!("`flags.{flag}.rules` is no list"))?;
    let on = json!({ "serve": "on" });
    if rules.first() != Some(&on) {
        rules.insert(0, on);
    }
    Ok(())
}

/// What an emergency would change, to be brought back at its end.
pub(crate) fn before(ruleset: &Value, target: &Target) -> Result<Value, String> {
    let (section, key) = match target {
        Target::Flag(_) => ("flags", "enabled"),
        Target::Migration(_) => ("migrations", "emergency"),
    };
    let found = ruleset.get(section).and_then(|section| section.get(target.name()));
    let found = found.ok_or_else(|| unknown(ruleset, section, target.name()))?;
    Ok(found.get(key).cloned().unwrap_or_default())
}

/// Brings the ruleset to what an emergency asks, and says whether that changed it. What the ruleset does not have any more is
/// in no emergency.
pub(crate) fn emergency(ruleset: &mut Value, emergency: &Emergency) -> bool {
    let was = ruleset.clone();
    match &emergency.target {
        Target::Flag(name) => {
            if let Ok(flag) = entry(ruleset, "flags", name) {
                put(flag, "enabled", if emergency.on { &Value::Bool(false) } else { &emergency.before });
                let has_rollout = flag.get("rules").and_then(Value::as_array).is_some_and(|rules| {
                    rollout(rules)
                        .and_then(|at| rules.get(at)?.get("serve"))
                        .is_some_and(|serve| serve.is_string() || serve.get("split").is_none())
                });
                // Its end brings nobody back at once: who ends it raises the share again by hand.
                if emergency.on && has_rollout {
                    let _ = set_share(ruleset, name, 0, &[], &[]);
                }
            }
        }
        Target::Migration(name) => {
            if let Ok(migration) = entry(ruleset, "migrations", name) {
                put(
                    migration,
                    "emergency",
                    if emergency.on { &Value::Bool(true) } else { &emergency.before },
                );
                let switch = migration.get_mut("switches").and_then(|switches| switches.get_mut("emergency"));
                if let Some(Value::Object(switch)) = switch
                    && switch.contains_key("is")
                {
                    switch.insert("is".to_owned(), emergency.on.into());
                }
            }
        }
    }
    *ruleset != was
}

/// Brings the ruleset to what all of these ask, and says whether that changed it.
pub(crate) fn hold(ruleset: &mut Value, held: &[Emergency]) -> bool {
    let mut changed = false;
    for held in held {
        changed |= emergency(ruleset, held);
    }
    changed
}

fn put(entry: &mut Map<String, Value>, key: &str, value: &Value) {
    match value {
        Value::Null => drop(entry.remove(key)),
        value => drop(entry.insert(key.to_owned(), value.clone())),
    }
}

/// The paths of the old side say that they end; gives how many there are.
pub(crate) fn sunset(
    ruleset: &mut Value,
    deprecated: Option<Option<String>>,
    sunset: Option<Option<String>>,
) -> usize {
    let tables = ruleset.get_mut("paths").and_then(Value::as_object_mut);
    let entries =
        tables.into_iter().flat_map(|tables| tables.values_mut()).filter_map(Value::as_array_mut).flatten();
    let mut count = 0;
    for entry in entries.filter_map(Value::as_object_mut) {
        if entry.get("side").and_then(Value::as_str) != Some("old") {
            continue;
        }
        count += 1;
        for (key, value) in [("deprecated_at", &deprecated), ("sunset", &sunset)] {
            match value {
                Some(Some(instant)) => drop(entry.insert(key.to_owned(), instant.clone().into())),
                Some(None) => drop(entry.remove(key)),
                None => {}
            }
        }
    }
    count
}

/// What the paths of the old side say of their end: of the first that says something.
pub(crate) fn old_paths(ruleset: &Value, key: &str) -> Option<String> {
    let tables = ruleset.get("paths")?.as_object()?;
    tables.values().filter_map(Value::as_array).flatten().find_map(|entry| {
        (entry.get("side")?.as_str()? == "old").then(|| entry.get(key)?.as_str().map(str::to_owned))?
    })
}

fn entry<'a>(
    ruleset: &'a mut Value,
    section: &str,
    name: &str,
) -> Result<&'a mut Map<String, Value>, String> {
    let wrong = unknown(ruleset, section, name);
    let found = ruleset.get_mut(section).and_then(|section| section.get_mut(name));
    found.and_then(Value::as_object_mut).ok_or(wrong)
}

fn unknown(ruleset: &Value, section: &str, name: &str) -> String {
    let known = ruleset.get(section).and_then(Value::as_object);
    let known: Vec<&str> =
        known.into_iter().flat_map(|known| known.keys()).map(String::as_str).take(12).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("the ruleset has no `{name}` among its {section} (it has {known})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_flag(flag: Value) -> Value {
        json!({ "cutover": 1, "flags": { "v2": flag } })
    }

    #[test]
    fn a_share_is_set_where_everybody_is_and_allow_lists_stay() {
        let list = json!({ "if": { "attribute": "id", "in": ["a"] }, "serve": "on" });
        let mut ruleset = of_flag(json!({ "rules": [list, { "serve": { "rollout": "5%", "by": "id" } }] }));
        assert_eq!(share(&ruleset, "v2"), Some(50_000));
        let pilots = ["pilots".to_owned()];
        set_share(&mut ruleset, "v2", 125_000, &pilots, &pilots).unwrap();
        set_share(&mut ruleset, "v2", 125_000, &pilots, &pilots).unwrap();
        let pilot = json!({ "if": { "segment": "pilots" }, "serve": "on" });
        let wanted = json!([list, pilot, { "serve": { "rollout": "12.5%", "by": "id" } }]);
        assert_eq!(ruleset["flags"]["v2"]["rules"], wanted);
        set_share(&mut ruleset, "v2", 0, &[], &pilots).unwrap();
        assert_eq!(
            ruleset["flags"]["v2"]["rules"],
            json!([list, { "serve": { "rollout": "0%", "by": "id" } }])
        );
        assert!(set_share(&mut ruleset, "v3", 0, &[], &[]).unwrap_err().contains("it has v2"));
    }

    #[test]
    fn an_emergency_reaches_allow_lists_too_and_its_end_brings_nobody_back() {
        let target = Target::Flag("v2".to_owned());
        let list = json!({ "if": { "attribute": "id", "in": ["a"] }, "serve": "on" });
        let mut ruleset = of_flag(json!({ "rules": [list, { "serve": "on" }] }));
        let mut call = Emergency {
            env: String::new(),
            before: before(&ruleset, &target).unwrap(),
            target,
            on: true,
            id: String::new(),
            actor: String::new(),
            reason: String::new(),
            at: 0,
        };
        assert!(emergency(&mut ruleset, &call));
        assert!(!emergency(&mut ruleset, &call), "a second call changes nothing");
        assert_eq!(
            (share(&ruleset, "v2"), &ruleset["flags"]["v2"]["enabled"]),
            (Some(0), &Value::Bool(false))
        );
        call.on = false;
        assert!(emergency(&mut ruleset, &call));
        let zero = json!({ "serve": { "rollout": "0%", "variant": "on" } });
        assert_eq!(ruleset, of_flag(json!({ "rules": [list, zero] })));
    }

    #[test]
    fn a_migration_goes_on_and_into_its_emergency() {
        let migration =
            json!({ "phase": "sync", "cohort": { "phase": "dual_write", "rollout": "5%", "by": "id" } });
        let mut ruleset = json!({ "migrations": { "m": migration } });
        let goes = Goes { phase: None, share: Some(500_000), emergency: false };
        set_migration(&mut ruleset, "m", goes).unwrap();
        assert_eq!(ruleset["migrations"]["m"]["cohort"]["rollout"], "50%");
        set_migration(&mut ruleset, "m", Goes { share: None, emergency: true, ..goes }).unwrap();
        assert_eq!(ruleset["migrations"]["m"]["emergency"], true);
        set_migration(&mut ruleset, "m", Goes { phase: Some("dual_write"), share: None, emergency: false })
            .unwrap();
        assert_eq!(ruleset["migrations"]["m"]["phase"], "dual_write");
        assert_eq!(ruleset["migrations"]["m"].get("emergency"), None);
        assert!(set_migration(&mut ruleset, "n", goes).unwrap_err().contains("it has m"));
    }

    #[test]
    fn old_paths_end() {
        let mut ruleset = json!({ "paths": { "api": [{ "path": "/v1", "side": "old" }, { "path": "/v2", "side": "new" }] } });
        assert_eq!(sunset(&mut ruleset, None, Some(Some("2025-09-01T00:00:00Z".into()))), 1);
        assert_eq!(old_paths(&ruleset, "sunset").as_deref(), Some("2025-09-01T00:00:00Z"));
        assert_eq!(ruleset["paths"]["api"][1], json!({ "path": "/v2", "side": "new" }));
    }
}
