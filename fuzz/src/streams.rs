//! Events in any order: the machines of a side effect, and questions by name.

use arbitrary::{Arbitrary, Unstructured};
use cutover::Engine;
use cutover::delivery::step_json;
use serde_json::Value;
use std::sync::LazyLock;

/// What a machine is configured with, and the events that it was told in the vectors.
struct Machine {
    name: String,
    config: String,
    state: String,
    events: Vec<String>,
}

/// The machines of the vectors: true configurations, and true events, which are then told in another order.
static MACHINES: LazyLock<Vec<Machine>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the vectors are there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let is_machine = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("machine_"));
        let Some(text) = is_machine.then(|| std::fs::read_to_string(&path).ok()).flatten() else { continue };
        let document: Value = serde_json::from_str(&text).expect("a file of vectors");
        let steps = document["kind"] == "steps";
        for vector in document["vectors"].as_array().into_iter().flatten().filter(|_| steps) {
            found.push(Machine {
                name: vector["machine"].as_str().unwrap_or_default().to_owned(),
                config: vector["config"].to_string(),
                state: vector.get("state").map(Value::to_string).unwrap_or_default(),
                events: vector["events"].as_array().into_iter().flatten().map(Value::to_string).collect(),
            });
        }
    }
    assert!(found.len() > 100, "{} machines", found.len());
    found
});

#[derive(Debug, Arbitrary)]
struct Told {
    machine: u16,
    /// Of which vector of the same machine an event is, and which; and what its numbers are moved by.
    events: Vec<(u16, u8, i8)>,
}

/// A machine told events of its kind in any order, with any numbers: each is taken or refused, the same twice, and the state
/// is read again as it was written.
///
/// # Panics
/// Where the property does not hold.
pub fn machine(data: &[u8]) {
    let Ok(told) = Told::arbitrary(&mut Unstructured::new(data)) else { return };
    let machine = &MACHINES[usize::from(told.machine) % MACHINES.len()];
    let others: Vec<&Machine> = MACHINES.iter().filter(|other| other.name == machine.name).collect();
    let mut state = machine.state.clone();
    for (vector, event, moved) in told.events.iter().take(64) {
        let events = &others[usize::from(*vector) % others.len()].events;
        let Some(event) = events.get(usize::from(*event) % events.len().max(1)) else { continue };
        let event = shifted(event, *moved);
        let step = |state: &str| step_json(&machine.name, &machine.config, state, &event);
        let once = step(&state);
        assert_eq!(once, step(&state), "{}", machine.name);
        let Ok(once) = once else { continue };
        let said: Value = serde_json::from_str(&once).expect("the answer is JSON");
        state = said["state"].to_string();
        // Where it says that it stands, it takes.
        if let Err(error) = step(&state) {
            assert!(!error.starts_with("the state"), "{error}: {state}");
        }
    }
}

/// An event with its numbers moved.
fn shifted(event: &str, by: i8) -> String {
    let mut value: Value = serde_json::from_str(event).expect("an event is JSON");
    if let Some(fields) = value.as_object_mut() {
        for field in fields.values_mut() {
            if let Some(number) = field.as_i64() {
                *field = number.saturating_add(i64::from(by).pow(3)).into();
            }
        }
    }
    value.to_string()
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::from_str(include_str!("../../examples/till/ruleset.yaml")).expect("an example loads")
});

const QUESTIONS: [&str; 28] = [
    "safety",
    "select",
    "openfeature",
    "overlay",
    "diff",
    "changed",
    "log",
    "replay",
    "runbook",
    "handbook",
    "alerts",
    "compare",
    "judge",
    "delivery",
    "path",
    "gate",
    "advance",
    "simulate",
    "report",
    "plan_spec",
    "gate_replay",
    "compare_arms",
    "work",
    "incident",
    "post_mortem",
    "drill",
    "nothing",
    "",
];

#[derive(Debug, Arbitrary)]
struct Question<'a> {
    name: u8,
    /// Names of the ruleset are among the words, so that some questions are about something.
    fields: Vec<(u8, u8, &'a str)>,
    raw: &'a str,
    is_raw: bool,
}

const KEYS: [&str; 24] = [
    "plan",
    "state",
    "event",
    "now",
    "flag",
    "variant",
    "unavailable",
    "migration",
    "name",
    "gate",
    "observations",
    "of",
    "scenario",
    "seed",
    "lines",
    "context",
    "to",
    "from",
    "table",
    "target",
    "method",
    "control",
    "candidate",
    "comparator",
];
const WORDS: [&str; 16] = [
    "\"central_block\"",
    "\"till\"",
    "\"release_1_3\"",
    "0",
    "1000",
    "-1",
    "null",
    "true",
    "[]",
    "{}",
    "\"incidents\"",
    "{\"event\":\"start\",\"actor\":\"a\"}",
    "{\"event\":\"tick\"}",
    "\"plan\"",
    "[{\"metric\":\"m\",\"value\":1}]",
    "1e300",
];

/// Any question by name with any arguments: an answer that is JSON, or a reason; the same twice.
///
/// # Panics
/// Where the property does not hold.
pub fn question(data: &[u8]) {
    let Ok(asked) = Question::arbitrary(&mut Unstructured::new(data)) else { return };
    let name = QUESTIONS[usize::from(asked.name) % QUESTIONS.len()];
    let arguments = if asked.is_raw {
        asked.raw.to_owned()
    } else {
        let fields: Vec<String> = asked
            .fields
            .iter()
            .take(8)
            .map(|(key, word, text)| {
                let key = KEYS[usize::from(*key) % KEYS.len()];
                let value = WORDS.get(usize::from(*word) % (WORDS.len() + 1)).map(|word| (*word).to_owned());
                format!("\"{key}\":{}", value.unwrap_or_else(|| Value::from(*text).to_string()))
            })
            .collect();
        format!("{{{}}}", fields.join(","))
    };
    let once = ENGINE.call(name, &arguments);
    assert_eq!(once, ENGINE.call(name, &arguments), "{name} {arguments}");
    match once {
        Ok(answer) => assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{name} answers {answer}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
