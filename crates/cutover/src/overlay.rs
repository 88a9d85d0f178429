//! A ruleset with some of its answers fixed, for the tests of who uses it. It is a change of the document: what comes of it
//! decides, explains and is refused like any other ruleset.

use crate::call::{Arguments, CallError};
use crate::document::{self, Arena};
use crate::value::Value;
use crate::wire::to_json;

/// What is fixed: the question `overlay`.
pub(crate) fn called(mut given: Arguments<'_>) -> Result<String, CallError> {
    let text = given.text("ruleset")?;
    let create = given.flag("create")?;
    let (flags, migrations) = (given.entries("flags")?, given.entries("migrations")?);
    given.finish()?;
    let arena = Arena::new();
    let document = document::read(text.as_bytes(), &arena).map_err(|problems| {
        CallError::new(problems.into_iter().next().map_or_else(String::new, |problem| problem.to_string()))
    })?;
    let mut ruleset = entries_of(document.to_value());
    for (name, answer) in flags {
        change(&mut ruleset, "flags", |flags| fix_flag(flags, &name, answer, create))?;
    }
    for (name, answer) in migrations {
        change(&mut ruleset, "migrations", |migrations| fix_migration(migrations, &name, answer))?;
    }
    let text = to_json(&Value::Map(ruleset));
    Ok(to_json(&Value::map([("ruleset".to_owned(), Value::Text(text))])))
}

type Entries = Vec<(String, Value)>;

/// What a flag is without that.
const DECIDES: [&str; 4] = ["enabled", "requires", "rules", "expires"];

/// The variant of a value that the flag does not serve.
const VARIANT: &str = "override";

/// The flag serves this to everybody: a `variant` of it, or a `value`.
fn fix_flag(flags: &mut Entries, name: &str, answer: Value, create: bool) -> Result<(), CallError> {
    let is_new = find(flags, name).is_none();
    if is_new && !create {
        let known = flags.iter().map(|(name, _)| name.as_str());
        return Err(CallError::unknown("overlay", "flag", name, known));
    }
    change(flags, name, |flag| serve(flag, name, answer, is_new, create))
}

fn serve(flag: &mut Entries, name: &str, answer: Value, is_new: bool, create: bool) -> Result<(), CallError> {
    let declared = find(flag, "variants").is_some();
    let mut variants = match find(flag, "variants") {
        Some(Value::Map(variants)) => variants.clone(),
        _ if is_new => Vec::new(),
        _ => vec![("off".to_owned(), Value::Bool(false)), ("on".to_owned(), Value::Bool(true))],
    };
    let known = variants.len();
    let variant = match only(name, answer)? {
        (key, Value::Text(variant)) if key == "variant" => {
            if find(&variants, &variant).is_none() {
                if !create {
                    let names = variants.iter().map(|(name, _)| name.as_str());
                    return Err(CallError::unknown(
                        "overlay",
                        &format!("variant of `{name}` that is"),
                        &variant,
                        names,
                    ));
                }
                put(&mut variants, &variant, Value::Text(variant.clone()));
            }
            variant
        }
        (key, value) if key == "value" => match variants.iter().find(|(_, served)| *served == value) {
            Some((variant, _)) => variant.clone(),
            None => {
                let name = variant_for(&variants, &value);
                put(&mut variants, &name, value);
                name
            }
        },
        (key, _) => {
            return Err(CallError::new(format!(
                "overlay: `{name}` has no `{key}`, but a `variant` or a `value`"
            )));
        }
    };
    flag.retain(|(key, _)| !DECIDES.contains(&key.as_str()));
    if declared || is_new || variants.len() > known {
        put(flag, "variants", Value::Map(variants));
    }
    put(flag, "default", Value::Text(variant));
    Ok(())
}

/// A name that no variant has: the usual ones of a switch, or that of what is put over it.
fn variant_for(variants: &Entries, value: &Value) -> String {
    let usual = match value {
        Value::Bool(true) => "on",
        Value::Bool(false) => "off",
        _ => VARIANT,
    };
    let numbered = (2..).map(|number| format!("{VARIANT}_{number}"));
    let mut names = [usual.to_owned(), VARIANT.to_owned()].into_iter().chain(numbered);
    names.find(|name| find(variants, name).is_none()).unwrap_or_default()
}

/// The migration is in this `phase`, its `emergency` on or off, and `switches` stand so where the caller says nothing.
fn fix_migration(migrations: &mut Entries, name: &str, answer: Value) -> Result<(), CallError> {
    if find(migrations, name).is_none() {
        let known = migrations.iter().map(|(name, _)| name.as_str());
        return Err(CallError::unknown("overlay", "migration", name, known));
    }
    let Value::Map(answer) = answer else { return Err(no_object(name)) };
    change(migrations, name, |migration| set(migration, name, answer))
}

fn set(migration: &mut Entries, name: &str, answer: Entries) -> Result<(), CallError> {
    for (key, value) in answer {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("phase", phase) => {
                put(migration, "phase", phase);
                migration.retain(|(key, _)| key != "cohort");
                // These would say another phase.
                drop_switches(migration, &["read", "write", "backup"]);
            }
            ("emergency", emergency) => {
                put(migration, "emergency", emergency);
                drop_switches(migration, &["emergency"]);
            }
            ("switches", Value::Map(stands)) => {
                change(migration, "switches", |switches| {
                    stands.into_iter().try_for_each(|(switch, is)| throw(switches, name, &switch, is))
                })?;
            }
            (key, _) => {
                let message =
                    format!("overlay: `{name}` has no `{key}`, but a `phase`, an `emergency` or `switches`");
                return Err(CallError::new(message));
            }
        }
    }
    Ok(())
}

fn drop_switches(migration: &mut Entries, roles: &[&str]) {
    if find(migration, "switches").is_none() {
        return;
    }
    let none_left = change(migration, "switches", |switches| {
        switches.retain(|(role, _)| !roles.contains(&role.as_str()));
        switches.is_empty()
    });
    if none_left {
        migration.retain(|(key, _)| key != "switches");
    }
}

/// The switch of this name holds this.
fn throw(switches: &mut Entries, of: &str, name: &str, is: Value) -> Result<(), CallError> {
    let name_of = |switch: &Value| match switch {
        Value::Text(name) => Some(name.clone()),
        switch => match switch.get("name") {
            Some(Value::Text(name)) => Some(name.clone()),
            _ => None,
        },
    };
    let known: Vec<String> = switches.iter().filter_map(|(_, switch)| name_of(switch)).collect();
    let Some((_, switch)) = switches.iter_mut().find(|(_, switch)| name_of(switch).as_deref() == Some(name))
    else {
        let known = known.iter().map(String::as_str);
        return Err(CallError::unknown("overlay", &format!("switch of `{of}` that is"), name, known));
    };
    *switch = Value::map([("name".to_owned(), Value::Text(name.to_owned())), ("is".to_owned(), is)]);
    Ok(())
}

/// The only entry of an object.
fn only(name: &str, answer: Value) -> Result<(String, Value), CallError> {
    match answer {
        Value::Map(entries) if entries.len() == 1 => {
            entries.into_iter().next().ok_or_else(|| no_object(name))
        }
        _ => Err(no_object(name)),
    }
}

fn no_object(name: &str) -> CallError {
    CallError::new(format!(
        "overlay: what is fixed of `{name}` is an object, such as {{\"variant\": \"on\"}}"
    ))
}

fn find<'v>(entries: &'v Entries, key: &str) -> Option<&'v Value> {
    entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Puts a value where it belongs by its key.
fn put(entries: &mut Entries, key: &str, value: Value) {
    let mut map = Value::Map(std::mem::take(entries));
    map.insert(key.to_owned(), value);
    *entries = entries_of(map);
}

/// Changes the mapping under a key, which is an empty one where there is none.
fn change<T>(entries: &mut Entries, key: &str, change: impl FnOnce(&mut Entries) -> T) -> T {
    let at = entries.iter().position(|(name, _)| name == key);
    let taken = at.map(|at| entries.remove(at).1).unwrap_or_default();
    let mut inside = entries_of(taken);
    let answer = change(&mut inside);
    put(entries, key, Value::Map(inside));
    answer
}

fn entries_of(value: Value) -> Entries {
    match value {
        Value::Map(entries) => entries,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
