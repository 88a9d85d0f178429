//! Random rulesets and contexts that have something to do with each other: names and values come from small
//! pools, so that conditions hold, fail and are unknown in good measure.

mod how;

use crate::edge;
use crate::random::Random;
use serde_json::{Map, Value, json};

/// A ruleset, what it is asked about, and when.
#[derive(Debug, Clone)]
pub struct Case {
    /// The ruleset as JSON text. A few are broken on purpose.
    pub ruleset: String,
    /// Contexts as JSON objects.
    pub contexts: Vec<Value>,
    /// Milliseconds since the epoch.
    pub now: i64,
    /// Switches for every migration.
    pub switches: Value,
}

const ATTRIBUTES: [&str; 8] = ["userId", "tenant.tier", "tenant.id", "age", "version", "ip", "tags", "born"];
/// The last ones are of classes that are treated in a way of their own somewhere: letters whose lower case is another
/// length, marks, digits of another script, blanks, what is invisible, private or not assigned.
const TEXTS: [&str; 18] = [
    "u1",
    "u2",
    "u3",
    "enterprise",
    "premium",
    "free",
    "",
    "é😀",
    "1",
    "a.b",
    "user_123",
    "\u{0}\n\"\\",
    "ΣΑΣ İ ẞ",
    "e\u{301}",
    "٣\u{2003}日",
    "\u{200d}\u{e000}\u{378}",
    "∑ U1",
    "\u{10ffff}",
];
const VERSIONS: [&str; 6] = ["1.0.0", "1.2.3-rc.1", "2.0.0", "1.2", "0.9.9+b", "10.0.0-0"];
const ADDRESSES: [&str; 5] = ["10.1.2.3", "192.168.0.1", "2001:db8::1", "::ffff:10.0.0.1", "nowhere"];
const ZONES: [&str; 4] = ["Europe/Paris", "America/New_York", "UTC", "Australia/Lord_Howe"];
const INSTANTS: [&str; 4] = [
    "2026-03-29T01:30:00+01:00",
    "2026-10-25T00:59:59Z",
    "2026-07-01T12:00:00.5-04:00",
    "1999-12-31T23:59:59Z",
];
/// Around the changes of clocks in Paris, New York and on Lord Howe, and at odd moments.
const MOMENTS: [i64; 9] = [
    1_774_746_000_000,
    1_774_745_999_999,
    1_792_890_000_000,
    1_772_953_200_000,
    0,
    -1,
    1_790_000_000_000,
    4_102_444_800_000,
    1_775_314_800_000,
];
const PHASES: [&str; 8] = ["off", "sync", "dual_write", "shadow", "live", "ramp_down", "complete", "cleanup"];

const CONTRACTS: [&str; 9] = [
    "1",
    "unleash/rollout",
    "unleash/variant",
    "flagd/fractional-v1",
    "flagd/fractional-v2",
    "flagd/fractional-v3-cat",
    "eppo/md5",
    "growthbook/v1",
    "growthbook/v2",
];

/// The case of this seed.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let random = &mut random;
    let mut ruleset = ruleset(random);
    if random.once_in(16) {
        break_something(random, &mut ruleset);
    }
    let mut contexts: Vec<Value> = (0..1 + random.below(4)).map(|_| context(random)).collect();
    if random.once_in(4)
        && let Some(flags) = ruleset["flags"].as_object_mut()
    {
        edge::add(random, flags, &mut contexts[0]);
    }
    let now =
        MOMENTS[random.below(MOMENTS.len())] + random.between(-2, 2) * [0, 1, 3_600_000][random.below(3)];
    let mut switches = Map::new();
    for name in ["USE_READ", "USE_WRITE", "KEEP_BACKUP", "FORCE_OLD"] {
        match random.below(6) {
            0 | 1 => switches.insert(name.to_owned(), json!(random.once_in(2))),
            2 => switches.insert(name.to_owned(), json!(random.pick(&["true", "false", "", "TRUE", "1"]))),
            _ => None,
        };
    }
    Case { ruleset: ruleset.to_string(), contexts, now, switches: Value::Object(switches) }
}

fn ruleset(random: &mut Random) -> Value {
    let mut ruleset = Map::new();
    ruleset.insert("cutover".to_owned(), json!(1));
    if random.once_in(2) {
        ruleset.insert("timezone".to_owned(), json!(random.pick(&ZONES)));
    }
    let mut known = Known::default();
    let mut segments = Map::new();
    for index in 0..random.below(4) {
        let name = format!("segment_{index}");
        segments.insert(name.clone(), json!({ "if": condition(random, &known, 0) }));
        known.segments.push(name);
    }
    let mut flags = Map::new();
    for index in 0..1 + random.below(5) {
        let name = if random.once_in(8) { format!("drapeau é{index}") } else { format!("flag_{index}") };
        let (flag, variants) = flag(random, &known);
        flags.insert(name.clone(), flag);
        known.flags.push((name, variants));
    }
    if !segments.is_empty() {
        ruleset.insert("segments".to_owned(), Value::Object(segments));
    }
    ruleset.insert("flags".to_owned(), Value::Object(flags));
    if random.once_in(3) {
        ruleset.insert("migrations".to_owned(), json!({ "orders": migration(random) }));
    }
    Value::Object(ruleset)
}

#[derive(Default)]
struct Known {
    segments: Vec<String>,
    flags: Vec<(String, Vec<String>)>,
}

fn flag(random: &mut Random, known: &Known) -> (Value, Vec<String>) {
    let mut flag = Map::new();
    let mut names = vec!["on".to_owned(), "off".to_owned()];
    if random.once_in(3) {
        names = ["control", "wide", "dense", "é"]
            .into_iter()
            .take(1 + random.below(4))
            .map(str::to_owned)
            .collect();
        let variants = names.iter().map(|name| (name.clone(), value(random))).collect();
        flag.insert("variants".to_owned(), Value::Object(variants));
        if random.once_in(2) {
            flag.insert("default".to_owned(), json!(names[random.below(names.len())]));
        }
    }
    let name = |random: &mut Random| json!(names[random.below(names.len())]);
    if random.once_in(10) {
        flag.insert("enabled".to_owned(), json!(random.once_in(2)));
    }
    if random.once_in(4) {
        flag.insert("salt".to_owned(), json!(random.pick(&["s", "flag_1", "sel é"])));
    }
    let java31 = random.once_in(8);
    if java31 {
        flag.insert("hash".to_owned(), json!("java31"));
    }
    if random.once_in(5)
        && let Some((other, variants)) = one_of(random, &known.flags)
    {
        flag.insert(
            "requires".to_owned(),
            json!([{ "flag": other, "is": variants[random.below(variants.len())] }]),
        );
    }
    let rules: Vec<Value> = (0..random.below(5))
        .map(|_| {
            let serve = serve(random, &names, java31, &name);
            if random.below(4) == 0 {
                json!({ "serve": serve })
            } else {
                json!({ "if": condition(random, known, 0), "serve": serve })
            }
        })
        .collect();
    flag.insert("rules".to_owned(), Value::Array(rules));
    (Value::Object(flag), names)
}

fn one_of<'a, T>(random: &mut Random, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() { None } else { items.get(random.below(items.len())) }
}

fn percentage(random: &mut Random) -> Value {
    json!(random.pick(&["0%", "100%", "50%", "0.0001%", "99.9999%", "33.33%", "10%", "1%"]))
}

fn serve(random: &mut Random, names: &[String], java31: bool, name: &impl Fn(&mut Random) -> Value) -> Value {
    let mut serve = Map::new();
    match random.below(if java31 { 3 } else { 5 }) {
        0 | 1 => return name(random),
        2 => {
            if random.once_in(3) {
                let start = MOMENTS[random.below(MOMENTS.len())];
                let points = json!([{ "at": start, "to": percentage(random) }, { "at": start + random.between(0, 5), "to": percentage(random) }]);
                serve.insert("ramp".to_owned(), points);
            } else {
                serve.insert("rollout".to_owned(), percentage(random));
            }
            serve.insert("variant".to_owned(), name(random));
        }
        kind => {
            if kind == 4 {
                serve.insert("rollout".to_owned(), percentage(random));
            }
            let list = random.once_in(3);
            let mut weights: Vec<(String, i64)> =
                names.iter().map(|name| (name.clone(), random.between(0, 4))).collect();
            if weights.iter().all(|(_, weight)| *weight == 0) {
                weights[0].1 = 1;
            }
            let split = if list {
                weights.iter().map(|(name, weight)| json!({ "variant": name, "weight": weight })).collect()
            } else {
                Value::Object(weights.into_iter().map(|(name, weight)| (name, json!(weight))).collect())
            };
            serve.insert("split".to_owned(), split);
        }
    }
    if random.once_in(5) && serve.keys().any(|key| key == "rollout" || key == "ramp") {
        serve.insert("else".to_owned(), name(random));
    }
    let is_within = serve.contains_key("split") && serve.contains_key("rollout");
    if random.once_in(5) && !is_within {
        serve.extend(contract(random, 100));
    } else if java31 && random.once_in(2) {
        serve.insert(
            "by".to_owned(),
            json!({ "first_of": ["userId", "tenant.id"], "otherwise": "anonymous" }),
        );
    } else if !random.once_in(6) {
        serve.insert("by".to_owned(), json!(random.pick(&["userId", "tenant.id", "age", "tags"])));
    }
    Value::Object(serve)
}

/// The deepest nesting of generated conditions.
const DEEP: usize = 3;

fn condition(random: &mut Random, known: &Known, depth: usize) -> Value {
    let nested = |random: &mut Random| {
        (0..1 + random.below(3)).map(|_| condition(random, known, depth + 1)).collect::<Vec<_>>()
    };
    match random.below(if depth < DEEP { 12 } else { 8 }) {
        8 | 9 => json!({ "all": nested(random) }),
        10 => json!({ "any": nested(random) }),
        11 => json!({ "not": condition(random, known, depth + 1) }),
        0 if !known.segments.is_empty() => json!({ "segment": one_of(random, &known.segments) }),
        1 if !known.flags.is_empty() => {
            let Some((flag, variants)) = one_of(random, &known.flags) else { return json!({}) };
            json!({ "flag": flag, "is": variants[random.below(variants.len())] })
        }
        2 if random.once_in(3) => bucket(random),
        2 => window(random),
        _ => attribute(random),
    }
}

fn window(random: &mut Random) -> Value {
    let mut window = Map::new();
    match random.below(4) {
        0 => window.insert("after".to_owned(), json!(random.pick(&INSTANTS))),
        1 => window.insert(
            "days".to_owned(),
            json!([random.pick(&["mon", "sun", "wed"]), random.pick(&["fri", "sat"])]),
        ),
        _ => {
            window.insert("from".to_owned(), json!(random.pick(&["22:00", "01:30", "00:00"])));
            window.insert("to".to_owned(), json!(random.pick(&["06:00", "03:00", "24:00"])))
        }
    };
    if random.once_in(2) {
        window.insert("timezone".to_owned(), json!(random.pick(&ZONES)));
    }
    json!({ "time": window })
}

fn scalar(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!(random.between(-3, 40)),
        1 => json!(random.between(-4, 4) * 5_000_000_000_000),
        2 => json!([0.5, 2.75, -1.25, 18.5][random.below(4)]),
        3 => json!(random.once_in(2)),
        _ => json!(random.pick(&TEXTS)),
    }
}

fn attribute(random: &mut Random) -> Value {
    let kind = random.below(18);
    // Half of the tests ask for what the attribute usually is, so that they do not all come out as unknown.
    let usual = random.once_in(2);
    let name = match kind {
        4..=8 if usual => "age",
        14 if usual => "version",
        15 | 16 if usual => "born",
        17 if usual => "ip",
        _ => random.pick(&ATTRIBUTES),
    };
    let scalar = |random: &mut Random| if usual { usual_value(random, name) } else { scalar(random) };
    let scalars = |random: &mut Random| (0..1 + random.below(9)).map(|_| scalar(random)).collect::<Vec<_>>();
    let number =
        |random: &mut Random| if random.once_in(3) { json!(17.5) } else { json!(random.between(-2, 30)) };
    let (operator, operand) = match kind {
        0 => ("is", scalar(random)),
        1 => ("is_not", scalar(random)),
        2 => ("in", json!(scalars(random))),
        3 => ("not_in", json!(scalars(random))),
        4 => ("above", number(random)),
        5 => ("at_least", number(random)),
        6 => ("below", number(random)),
        7 => ("at_most", number(random)),
        8 => ("between", json!([random.between(-5, 5), random.between(5, 40)])),
        9 => ("contains", json!(random.pick(&["u", "premium", "é", "."]))),
        10 => ("starts_with", json!(["u", random.pick(&["é", "en", "1"])])),
        11 => ("ends_with", json!(random.pick(&["1", "😀", "e"]))),
        12 => ("matches", json!(random.pick(&["^u[0-9]$", "é+", "(a|b)*c?$", "\\d{2,3}"]))),
        13 => ("exists", json!(random.once_in(2))),
        14 => {
            ("semver", json!(random.pick(&[">=1.0.0 <2.0.0", "^1.2.3-rc.1", "~0.9.0", "2.0.0 || 10.0.0-0"])))
        }
        15 => ("before", json!(random.pick(&INSTANTS))),
        16 => ("after", json!(random.between(-1, 1) * 1_774_746_000_000)),
        _ => ("cidr", json!(["10.0.0.0/8", random.pick(&["2001:db8::/32", "192.168.0.0/16"])])),
    };
    let mut test = json!({ "attribute": name, operator: operand });
    how::beside(random, operator, &mut test);
    test
}

/// A named contract, whose unit and of how many positions: few of them, so that many units lie on both sides.
fn contract(random: &mut Random, of: i64) -> Map<String, Value> {
    let hash = random.pick(&CONTRACTS);
    let mut contract = Map::new();
    contract.insert("hash".to_owned(), json!(hash));
    contract.insert("salt".to_owned(), json!(random.pick(&["s", "sel é", ""])));
    match hash {
        "flagd/fractional-v1" | "growthbook/v1" | "growthbook/v2" => {}
        _ => drop(contract.insert("of".to_owned(), json!(of))),
    }
    if hash != "1" && random.once_in(3) {
        let by = json!({ "first_of": ["userId", "tenant.id", "age"], "otherwise": "anonymous" });
        contract.insert("by".to_owned(), by);
    } else {
        contract.insert("by".to_owned(), json!(random.pick(&["userId", "tenant.id", "age", "tags"])));
    }
    contract
}

fn bucket(random: &mut Random) -> Value {
    let mut bucket = contract(random, 100);
    let scale = match bucket["hash"].as_str() {
        Some("growthbook/v1") => 10,
        Some("growthbook/v2") => 100,
        _ => 1,
    };
    let (from, width) = (random.between(0, 60) * scale, random.between(0, 40) * scale);
    bucket.insert("in".to_owned(), json!([[from, from + width], [random.between(0, 9), 10]]));
    let mut condition = json!({ "bucket": bucket });
    if random.once_in(3) {
        condition["otherwise"] = json!(random.once_in(2));
    }
    condition
}

/// A value of any JSON type whose text is the same in every language: no exponents, no huge integers.
fn value(random: &mut Random) -> Value {
    match random.below(8) {
        0 => Value::Null,
        1 => json!({ "columns": random.between(1, 5), "é": [true, null, "\u{2028}"] }),
        2 => json!([1, "two", 3.5, {}]),
        _ => scalar(random),
    }
}

/// What an attribute is in most contexts.
fn usual_value(random: &mut Random, name: &str) -> Value {
    match name {
        "version" => json!(random.pick(&VERSIONS)),
        "ip" => json!(random.pick(&ADDRESSES)),
        "age" => json!(random.between(-2, 40)),
        "born" if random.once_in(2) => json!(1_774_746_000_000_i64),
        "born" => json!(random.pick(&INSTANTS)),
        _ => json!(random.pick(&TEXTS)),
    }
}

/// The context of an attribute that is nested, flat, missing, null or of an odd type.
fn context(random: &mut Random) -> Value {
    let mut context = Map::new();
    let mut tenant = Map::new();
    for name in ATTRIBUTES {
        let value = match random.below(10) {
            0 | 1 => continue,
            2 => Value::Null,
            3 => value(random),
            _ if name == "tags" => json!([scalar(random), scalar(random)]),
            _ => usual_value(random, name),
        };
        match name.strip_prefix("tenant.") {
            Some(inner) if !random.once_in(4) => tenant.insert(inner.to_owned(), value),
            _ => context.insert(name.to_owned(), value),
        };
    }
    if random.once_in(3) {
        context.insert("targetingKey".to_owned(), json!(format!("k{}", random.below(1000))));
    }
    if !tenant.is_empty() {
        context.insert("tenant".to_owned(), Value::Object(tenant));
    }
    Value::Object(context)
}

fn migration(random: &mut Random) -> Value {
    let mut migration = Map::new();
    migration.insert("old".to_owned(), json!("orders_sql"));
    migration.insert("new".to_owned(), json!("orders_é"));
    let emergency = json!({ "emergency": "FORCE_OLD" });
    match random.below(3) {
        0 => {
            migration.insert("ladder".to_owned(), json!("recruiters_four_phase"));
            let switches = json!({ "read": "USE_READ", "write": { "name": "USE_WRITE", "is": random.once_in(2) },
                "backup": "KEEP_BACKUP", "emergency": "FORCE_OLD" });
            migration.insert("switches".to_owned(), switches);
            if random.once_in(2) {
                let phase =
                    random.pick(&["sync", "dual_read", "direct_write_3a", "direct_write_3b", "cleanup"]);
                migration.insert("phase".to_owned(), json!(phase));
            }
        }
        _ => {
            let at = random.below(PHASES.len());
            migration.insert("ladder".to_owned(), json!("standard"));
            migration.insert("phase".to_owned(), json!(PHASES[at]));
            migration.insert("switches".to_owned(), emergency);
            if let (Some(next), true) = (PHASES.get(at + 1), random.once_in(2)) {
                let cohort = json!({ "phase": next, "rollout": percentage(random), "by": random.pick(&["userId", "tenant.id"]) });
                migration.insert("cohort".to_owned(), cohort);
            }
        }
    }
    if random.once_in(3) {
        migration.insert(
            "jobs".to_owned(),
            json!({ "cancelOfferJob": { "kind": "rewrite" }, "é": { "kind": "update" } }),
        );
    }
    Value::Object(migration)
}

/// Breaks a ruleset in one place, so that what is wrong with it is compared between languages too.
fn break_something(random: &mut Random, ruleset: &mut Value) {
    let Some(map) = ruleset.as_object_mut() else { return };
    match random.below(6) {
        0 => map.insert("flgs".to_owned(), json!({})),
        1 => map.insert("timezone".to_owned(), json!("Europe/Pariss")),
        2 => map.insert("cutover".to_owned(), json!("1")),
        3 => map.insert("segments".to_owned(), json!({ "s": { "if": { "attribute": "a", "iss": 1 } } })),
        4 => map.insert("flags".to_owned(), json!({ "a": { "requires": [{ "flag": "a", "is": "on" }] } })),
        _ => map.insert(
            "flags".to_owned(),
            json!({ "a": { "rules": [{ "serve": { "rollout": "101%" } }, { "serve": "onn" }] } }),
        ),
    };
}
