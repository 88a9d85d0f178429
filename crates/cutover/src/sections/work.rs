//! Plans of work, as a document writes them.

use crate::call::{Arguments, CallError};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::{Fields, Reader};
use cutover_work::{Action, Expect, Phase, Problem, RestorePoint, Rollback, Takes, Work};

pub(crate) const KEYS: &[&str] = &["owner", "objective", "phases"];

/// The keys of its parts, by the names that they have in the schema.
pub(crate) const PARTS: &[(&str, &[&str])] = &[
    (
        "WorkPhase",
        &["name", "description", "restore_point", "actions", "validations", "approval", "rollback"],
    ),
    ("RestorePoint", &["name", "take", "verify", "restore", "max_age"]),
    ("Rollback", &["actions", "validations", "to"]),
    (
        "WorkAction",
        &[
            "name", "params", "command", "attempts", "every", "timeout", "takes", "above", "at_least",
            "below", "at_most", "is",
        ],
    ),
    ("Span", &["from", "to"]),
];

/// From a millisecond to ten years.
pub(super) const SOME_TIME: (u64, u64) = (1, 315_360_000_000);
/// From nothing to ten years.
const ANY_TIME: (u64, u64) = (0, SOME_TIME.1);

type MakeExpect = fn(f64) -> Expect;

/// What a number can be compared with.
const EXPECTED: [(&str, MakeExpect); 5] = [
    ("above", Expect::Above),
    ("at_least", Expect::AtLeast),
    ("below", Expect::Below),
    ("at_most", Expect::AtMost),
    ("is", Expect::Is),
];

fn keys_of(part: &str) -> &'static [&'static str] {
    PARTS.iter().find(|(name, _)| *name == part).map_or(&[], |(_, keys)| keys)
}

/// Reads a plan of work. A part that cannot be read is noted, and the rest is still checked.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Work> {
    let mut fields = reader.fields(node, path)?;
    let owner = text(reader, &mut fields, path, "owner");
    let objective_ms = duration(reader, &mut fields, path, "objective", SOME_TIME);
    let phases = fields.need(reader, path, "phases");
    fields.finish(reader, path, KEYS);
    let (phases, path) = (phases?, path.key("phases"));
    let nodes = reader.list(phases, path)?;
    let before = reader.diagnostics.len();
    let read: Vec<Option<Phase>> =
        nodes.iter().enumerate().map(|(index, node)| phase(reader, node, path.index(index))).collect();
    let work = Work { owner, objective_ms, phases: read.into_iter().collect::<Option<_>>()? };
    // What could not be read is told already; what makes no sense is looked for in what could.
    if reader.diagnostics.iter().skip(before).any(Diagnostic::is_error) {
        return None;
    }
    let problems = work.problems();
    for problem in &problems {
        tell(reader, problem, phases, nodes, path);
    }
    for (number, phase) in work.phases.iter().enumerate().filter(|_| problems.is_empty()) {
        if phase.rollback.is_none() {
            let at = nodes.get(number).map_or(phases.at, |node| node.at);
            let message = format!("`{}` has no rollback: a failure of it waits for an operator", phase.name);
            reader.note(
                Diagnostic::warning("phase_without_rollback", path.index(number).to_string(), at, message)
                    .help("give it a `rollback` with the actions that take it back"),
            );
        }
    }
    problems.is_empty().then_some(work)
}

/// Tells what makes no sense, at its place.
fn tell(reader: &mut Reader, problem: &Problem, phases: &Node<'_>, nodes: &[Node<'_>], path: Path<'_>) {
    let phase = problem.phase.and_then(|number| nodes.get(number));
    let mut place = problem.phase.map_or_else(|| path.to_string(), |number| path.index(number).to_string());
    let mut node = phase.unwrap_or(phases);
    if let Some(phase) = phase {
        node = inside(phase, problem.path);
        place.push('.');
        place.push_str(problem.path);
    }
    if let Some(index) = problem.index {
        place.push_str(&format!("[{index}]"));
        if let Content::List(items) = node.content {
            node = items.get(index).unwrap_or(node);
        }
    }
    let diagnostic = Diagnostic::error(problem.code, place, node.at, problem.message.clone());
    reader.note(match &problem.found {
        Some(found) => diagnostic.found(found.clone()),
        None => diagnostic,
    });
}

/// The node under dotted keys, or the last one on the way to it.
fn inside<'n, 'a>(node: &'n Node<'a>, path: &str) -> &'n Node<'a> {
    let mut at = node;
    for key in path.split('.') {
        let Content::Map(entries) = at.content else { return at };
        let Some(entry) = entries.iter().find(|entry| entry.key == key) else { return at };
        at = &entry.value;
    }
    at
}

fn phase(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Phase> {
    let mut fields = reader.fields(node, path)?;
    let name = name(reader, &mut fields, path);
    let description = text(reader, &mut fields, path, "description");
    let point = fields.take("restore_point");
    let restore_point = point.map(|node| restore_point(reader, node, path.key("restore_point")));
    let actions = actions(reader, fields.take("actions"), path.key("actions"), false);
    let validations = fields.need(reader, path, "validations");
    let validations = self::actions(reader, validations, path.key("validations"), true);
    let approval = fields.take("approval").map(|node| reader.bool(node, path.key("approval")));
    let back = fields.take("rollback").map(|node| rollback(reader, node, path.key("rollback")));
    fields.finish(reader, path, keys_of("WorkPhase"));
    Some(Phase {
        name: name?,
        description,
        restore_point: flat(restore_point)?,
        actions: actions?,
        validations: validations?,
        approval: approval.flatten().unwrap_or(false),
        rollback: flat(back)?,
    })
}

/// What was not given is nothing; what was given and could not be read is no answer.
#[expect(clippy::option_option, reason = "the two are different things")]
fn flat<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn restore_point(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<RestorePoint> {
    let mut fields = reader.fields(node, path)?;
    let name = name(reader, &mut fields, path);
    let mut part = |reader: &mut Reader, key: &'static str, check: bool| {
        let node = fields.need(reader, path, key)?;
        let usual = format!("{key}_{}", name.as_deref().unwrap_or_default());
        action(reader, node, path.key(key), Some(usual), check)
    };
    let (take, verify, restore) =
        (part(reader, "take", false), part(reader, "verify", true), part(reader, "restore", false));
    let max_age_ms = duration(reader, &mut fields, path, "max_age", SOME_TIME);
    fields.finish(reader, path, keys_of("RestorePoint"));
    Some(RestorePoint { name: name?, take: take?, verify: verify?, restore: restore?, max_age_ms })
}

/// Reads a rollback: one action, a list of them, or a mapping.
fn rollback(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Rollback> {
    if let Content::Text(_) | Content::List(_) = node.content {
        return Some(Rollback { actions: actions(reader, Some(node), path, false)?, ..Rollback::default() });
    }
    let mut fields = reader.fields(node, path)?;
    let actions = actions(reader, fields.take("actions"), path.key("actions"), false);
    let validations = self::actions(reader, fields.take("validations"), path.key("validations"), true);
    let to = text(reader, &mut fields, path, "to");
    fields.finish(reader, path, keys_of("Rollback"));
    Some(Rollback { actions: actions?, validations: validations?, to })
}

/// Reads a list of actions, or one alone; none where there is no node.
fn actions(
    reader: &mut Reader,
    node: Option<&Node<'_>>,
    path: Path<'_>,
    checks: bool,
) -> Option<Vec<Action>> {
    let Some(node) = node else { return Some(Vec::new()) };
    if let Content::Text(_) | Content::Map(_) = node.content {
        return Some(vec![action(reader, node, path, None, checks)?]);
    }
    let items = reader.list(node, path)?;
    let read: Vec<Option<Action>> = items
        .iter()
        .enumerate()
        .map(|(index, node)| action(reader, node, path.index(index), None, checks))
        .collect();
    read.into_iter().collect()
}

/// Reads an action: its name alone, or a mapping.
fn action(
    reader: &mut Reader,
    node: &Node<'_>,
    path: Path<'_>,
    usual: Option<String>,
    check: bool,
) -> Option<Action> {
    if let Content::Text(name) = node.content {
        return Some(Action::new(name));
    }
    let mut fields = reader.fields(node, path)?;
    let name = match usual {
        Some(usual) => text(reader, &mut fields, path, "name").or(Some(usual)),
        None => name(reader, &mut fields, path),
    };
    let mut action = Action::new(name.unwrap_or_default());
    action.command = text(reader, &mut fields, path, "command");
    if let Some(node) = fields.take("params") {
        for entry in reader.fields(node, path.key("params"))?.rest() {
            let value = scalar(reader, &entry.value, path.key("params").key(entry.key))?;
            action.params.insert(entry.key.to_owned(), value);
        }
    }
    if let Some(node) = fields.take("attempts") {
        let attempts = reader.whole(node, path.key("attempts"), (1, 1_000))?;
        action.attempts = u32::try_from(attempts).unwrap_or(1);
    }
    action.every_ms = duration(reader, &mut fields, path, "every", ANY_TIME).unwrap_or(0);
    action.timeout_ms = duration(reader, &mut fields, path, "timeout", SOME_TIME);
    if let Some(node) = fields.take("takes") {
        action.takes = Some(takes(reader, node, path.key("takes"))?);
    }
    if check {
        for (key, make) in EXPECTED {
            let Some(node) = fields.take(key) else { continue };
            let bound = super::number::read(reader, node, path.key(key))?;
            if action.expect.replace(make(bound)).is_some() {
                let message = "a validation expects one thing; write another validation for the other";
                reader.note(Diagnostic::error(
                    "conflicting_keys",
                    path.key(key).to_string(),
                    node.at,
                    message,
                ));
            }
        }
    }
    fields.finish(reader, path, keys_of("WorkAction"));
    (!action.name.is_empty()).then_some(action)
}

/// Reads how long something takes: one duration, or from and to.
pub(super) fn takes(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Takes> {
    if !matches!(node.content, Content::Map(_)) {
        let ms = reader.duration(node, path, ANY_TIME)?;
        return Some(Takes { from_ms: ms, to_ms: ms });
    }
    let mut fields = reader.fields(node, path)?;
    let mut part = |reader: &mut Reader, key: &'static str| {
        let node = fields.need(reader, path, key)?;
        reader.duration(node, path.key(key), ANY_TIME)
    };
    let (from, to) = (part(reader, "from"), part(reader, "to"));
    fields.finish(reader, path, keys_of("Span"));
    Some(Takes { from_ms: from?, to_ms: to? })
}

fn scalar(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<serde_json::Value> {
    match node.content {
        Content::Text(text) => Some(text.into()),
        Content::Bool(value) => Some(value.into()),
        Content::Int(number) => Some(number.into()),
        Content::Float(number) => Some(number.into()),
        _ => {
            reader.wrong_type(node, path, "a text, a number or a boolean");
            None
        }
    }
}

fn name(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<String> {
    let node = fields.need(reader, path, "name")?;
    let name = reader.text(node, path.key("name"))?;
    if name.is_empty() || name.chars().any(char::is_control) {
        let message = "a name is not empty, and has no control character in it";
        reader.note(Diagnostic::error("bad_name", path.key("name").to_string(), node.at, message));
    }
    Some(name.to_owned())
}

pub(super) fn text(
    reader: &mut Reader,
    fields: &mut Fields<'_>,
    path: Path<'_>,
    key: &'static str,
) -> Option<String> {
    fields.take(key).and_then(|node| reader.text(node, path.key(key))).map(str::to_owned)
}

pub(super) fn duration(
    reader: &mut Reader,
    fields: &mut Fields<'_>,
    path: Path<'_>,
    key: &'static str,
    limits: (u64, u64),
) -> Option<u64> {
    fields.take(key).and_then(|node| reader.duration(node, path.key(key), limits))
}

impl Engine {
    /// The plan of work of a name, for [`cutover_work::step`].
    ///
    /// ```
    /// use cutover::{Engine, work::{Event, State, step}};
    /// let engine = Engine::from_str("
    /// cutover: 1
    /// work:
    ///   catalogue:
    ///     phases:
    ///       - { name: load, actions: [copy_products], validations: [row_counts], rollback: drop_collections }
    /// ")?;
    /// let plan = engine.work("catalogue").unwrap();
    /// let start = Event::Start { run: None, actor: None, now: 0 };
    /// let (state, effects) = step(plan, State::new(plan), start)?;
    /// assert_eq!(effects[0].call().unwrap().id, "run/1/load/copy_products");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn work(&self, name: &str) -> Option<&Work> {
        self.sections().work.get(name)
    }

    /// The names of the plans of work, sorted.
    pub fn works(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().work.keys().map(String::as_str)
    }
}

/// What a machine is asked: the state, and the event; without an event, where it stands.
pub(super) fn state_and_event(given: &mut Arguments<'_>) -> (String, Option<String>) {
    let state = given.take("state").map_or_else(String::new, |state| crate::wire::to_json(&state));
    (state, given.take("event").map(|event| crate::wire::to_json(&event)))
}

/// `work`: a step of a plan of work, or where it stands.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("name")?;
    let (state, event) = state_and_event(&mut given);
    given.finish()?;
    let work = engine
        .work(&name)
        .ok_or_else(|| CallError::unknown("work", "plan of work", &name, engine.works()))?;
    let answer = match event {
        Some(event) => cutover_work::step_json(work, &state, &event),
        None => cutover_work::status_json(work, &state),
    };
    answer.map_err(|error| CallError::new(format!("work: {error}")))
}
