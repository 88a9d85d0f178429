//! What a browser may know of a ruleset: the flags that are marked `client: true`, the segments that they use under numbers
//! instead of names, and lists as salted hashes. Whoever decides with that decides as the whole ruleset does.

use crate::clock::hex;
use crate::sign::Signer;
use cutover::{Engine, LoadError, hash_list_entry};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What of a flag decides. All else is for people.
const KEPT: [&str; 8] = ["enabled", "hash", "salt", "variants", "default", "fallbacks", "requires", "rules"];

/// What says how a test is made, and stands beside each part of it.
const HOW: [&str; 4] = ["otherwise", "as", "ignore_case", "each"];

/// What lists of an environment are hashed with. Nobody guesses it, and every instance with the same key has the same.
pub(crate) fn salt(signer: &Signer, env: &str) -> String {
    let secret = signer.sign_bytes(format!("cutover-client-lists-v1\n{env}\n").as_bytes());
    hex(Sha256::digest(secret.as_bytes()).get(..16).unwrap_or_default())
}

/// What is signed of a client's ruleset, so that it passes for no server's.
pub(crate) fn signed_bytes(env: &str, version: i64, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("cutover-client-v1\n{env}\n{version}\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn is_marked(flag: &Value) -> bool {
    flag.get("client").and_then(Value::as_bool) == Some(true)
}

fn flags(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document.get("flags").and_then(Value::as_object).into_iter().flatten()
}

/// The ruleset of clients, and its engine.
pub(crate) fn compiled(document: &Value, salt: &str) -> Result<(String, Engine), LoadError> {
    let body = view(document, salt).to_string();
    let engine = Engine::from_str(&body)?;
    Ok((body, engine))
}

/// The ruleset of clients.
pub(crate) fn view(document: &Value, salt: &str) -> Value {
    let all = document.get("segments").and_then(Value::as_object);
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<&Value> =
        flags(document).map(|(_, flag)| flag).filter(|flag| is_marked(flag)).collect();
    while let Some(value) = open.pop() {
        for name in segments(value) {
            if !used.contains_key(name) {
                used.insert(name.to_owned(), String::new());
                open.extend(all.and_then(|all| all.get(name)));
            }
        }
    }
    for (number, name) in (1..).zip(used.values_mut()) {
        *name = format!("segment_{number}");
    }
    let hashing = Hashing { salt, names: &used };
    let shown = flags(document).filter(|(_, flag)| is_marked(flag)).map(|(name, flag)| {
        let kept = KEPT.iter().filter_map(|key| Some(((*key).to_owned(), flag.get(*key)?.clone())));
        let mut kept: Map<String, Value> = kept.collect();
        for rule in kept.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(rule) = rule.as_object_mut() {
                rule.remove("description");
                if let Some(condition) = rule.get_mut("if") {
                    hashing.condition(condition);
                }
            }
        }
        (name.clone(), Value::Object(kept))
    });
    let shown: Map<String, Value> = shown.collect();
    let mut whole = json!({ "cutover": document.get("cutover").unwrap_or(&json!(1)), "flags": shown });
    if let Some(zone) = document.get("timezone") {
        put(&mut whole, "timezone", zone.clone());
    }
    if !used.is_empty() {
        let segments = used.iter().filter_map(|(name, number)| {
            let mut condition = all?.get(name)?.get("if")?.clone();
            hashing.condition(&mut condition);
            Some((number.clone(), json!({ "if": condition })))
        });
        put(&mut whole, "segments", Value::Object(segments.collect()));
    }
    whole
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// The segments that the conditions of a flag or segment name.
fn segments(of: &Value) -> Vec<&str> {
    let rules = of.get("rules").and_then(Value::as_array).into_iter().flatten();
    let mut open: Vec<&Value> = rules.filter_map(|rule| rule.get("if")).chain(of.get("if")).collect();
    let mut found = Vec::new();
    while let Some(condition) = open.pop() {
        found.extend(condition.get("segment").and_then(Value::as_str));
        open.extend(condition.get("not"));
        for several in ["all", "any"] {
            open.extend(condition.get(several).and_then(Value::as_array).into_iter().flatten());
        }
    }
    found
}

struct Hashing<'a> {
    salt: &'a str,
    /// What segments are called.
    names: &'a BTreeMap<String, String>,
}

impl Hashing<'_> {
    /// Hashes the lists of a condition, and calls segments by their numbers.
    fn condition(&self, condition: &mut Value) {
        let Some(fields) = condition.as_object_mut() else { return };
        if let Some(Value::String(name)) = fields.get_mut("segment")
            && let Some(number) = self.names.get(name)
        {
            number.clone_into(name);
        }
        if let Some(inner) = fields.get_mut("not") {
            self.condition(inner);
        }
        for several in ["all", "any"] {
            for inner in fields.get_mut(several).and_then(Value::as_array_mut).into_iter().flatten() {
                self.condition(inner);
            }
        }
        let Some(attribute) = fields.get("attribute").cloned() else { return };
        // One text is a list of one: it may be somebody's address as well.
        for (one, list) in [("is", "in"), ("is_not", "not_in")] {
            if fields.get(one).is_some_and(Value::is_string)
                && let Some(value) = fields.remove(one)
            {
                fields.insert(list.to_owned(), json!([value]));
            }
        }
        for (list, join) in [("in", "any"), ("not_in", "all")] {
            let Some(Value::Array(items)) = fields.get(list) else { continue };
            let (mut hashes, mut rest) = (Vec::new(), Vec::new());
            let in_lower_case = fields.get("ignore_case").and_then(Value::as_bool) == Some(true);
            for item in items {
                match self.hash(item, in_lower_case) {
                    Some(hash) => hashes.push(hash),
                    None => rest.push(item.clone()),
                }
            }
            if hashes.is_empty() {
                continue;
            }
            // In the order of their hashes nobody sees the order of the values.
            hashes.sort_unstable();
            hashes.dedup();
            let hashed = json!({ "salt": self.salt, "sha256": hashes });
            if rest.is_empty() {
                fields.insert(list.to_owned(), hashed);
                continue;
            }
            let how = fields.iter().filter(|(key, _)| HOW.contains(&key.as_str()));
            let how: Map<String, Value> = how.map(|(key, value)| (key.clone(), value.clone())).collect();
            let test = |members: Value| {
                let mut test = Value::Object(how.clone());
                put(&mut test, "attribute", attribute.clone());
                put(&mut test, list, members);
                test
            };
            let both = json!([test(hashed), test(Value::Array(rest))]);
            *fields = Map::from_iter([(join.to_owned(), both)]);
            return;
        }
    }

    /// Texts and whole numbers are hashed; nobody is known by a fraction or by yes and no.
    fn hash(&self, item: &Value, in_lower_case: bool) -> Option<String> {
        let value = match item {
            Value::String(text) if in_lower_case => cutover::Value::Text(cutover::lower_case(text)),
            Value::String(text) => cutover::Value::Text(text.clone()),
            Value::Number(number) => cutover::Value::Int(number.as_i64()?),
            _ => return None,
        };
        hash_list_entry(self.salt, &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cutover::Attributes;

    const RULESET: &str = r#"{"cutover":1,"timezone":"Europe/Paris","segments":{
        "the board":{"description":"secret","if":{"any":[{"attribute":"email","in":["ada@example.com","bob@example.com"]},
            {"segment":"staff"}]}},
        "staff":{"if":{"attribute":"email","is":"eve@example.com"}},
        "unused":{"if":{"attribute":"email","is":"zoe@example.com"}}},
      "flags":{"shown":{"client":true,"owner":"ann","description":"why","rules":[
            {"description":"pilots","if":{"segment":"the board"},"serve":"on"},
            {"if":{"not":{"attribute":"plan","not_in":["Free",1,2.5,true],"ignore_case":true,"otherwise":true}},"serve":"on"},
            {"serve":{"rollout":"50%","by":"userId"}}]},
        "inner":{"rules":[{"if":{"attribute":"email","is":"kim@example.com"},"serve":"on"}]},
        "kept":{"client":false}}}"#;

    #[test]
    fn a_client_decides_alike_and_learns_nobody() {
        let (body, view) = compiled(&serde_json::from_str(RULESET).unwrap(), "salt").unwrap();
        for hidden in
            ["example.com", "inner", "kept", "board", "staff", "ann", "why", "pilots", "ree", "secret"]
        {
            assert!(!body.contains(hidden), "{hidden} in {body}");
        }
        let whole = Engine::from_str(RULESET).unwrap();
        let mut some = (false, false);
        let emails = ["ada@example.com", "eve@example.com", "zoe@example.com", "kim@example.com"]
            .map(cutover::Value::from);
        let plans = [
            "free".into(),
            "paid".into(),
            cutover::Value::Int(1),
            cutover::Value::Int(2),
            cutover::Value::Float(2.5),
            cutover::Value::Bool(true),
            cutover::Value::Bool(false),
            cutover::Value::Null,
        ];
        for email in emails.into_iter().chain([cutover::Value::Null, cutover::Value::Int(3)]) {
            for plan in &plans {
                for user in ["a", "b", "c", "d"] {
                    let known = Attributes::new().with("email", email.clone()).with("plan", plan.clone());
                    let known = known.with("userId", user);
                    let (one, other) = (whole.context(&known), view.context(&known));
                    let (one, other) = (whole.decide("shown", &one, 0), view.decide("shown", &other, 0));
                    assert_eq!(
                        (one.variant, one.reason, one.rule),
                        (other.variant, other.reason, other.rule),
                        "{email:?} {plan:?} {user}"
                    );
                    some = (some.0 || one.variant == Some("on"), some.1 || one.variant == Some("off"));
                }
            }
        }
        assert_eq!(some, (true, true));
    }

    #[test]
    fn no_view_is_made_of_a_flag_that_asks_one_that_is_not_shown() {
        let text =
            r#"{"cutover":1,"flags":{"a":{"client":true,"requires":[{"flag":"b","is":"on"}]},"b":{}}}"#;
        assert_eq!(Engine::from_str(text).unwrap_err().diagnostics[0].code, "not_for_clients");
    }
}
