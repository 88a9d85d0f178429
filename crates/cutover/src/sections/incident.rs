//! Incidents, as a document writes them: severities, features, checklists.

use super::work::{SOME_TIME, state_and_event};
use crate::call::{Arguments, CallError};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::Reader;
use cutover_work::incident::{self, Item, Policy, Severity};

pub(crate) const KEYS: &[&str] =
    &["severities", "features", "before_rollback", "after_rollback", "notify", "runbook"];
pub(crate) const SEVERITY_KEYS: &[&str] = &["objective", "examples"];
pub(crate) const ITEM_KEYS: &[&str] = &["name", "what"];

/// Reads a policy for incidents.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Policy> {
    let mut fields = reader.fields(node, path)?;
    let severities = fields.need(reader, path, "severities");
    let severities = severities.and_then(|node| severities_of(reader, node, path.key("severities")));
    let mut policy = Policy::default();
    if let Some(node) = fields.take("features") {
        let path = path.key("features");
        for entry in reader.named(node, path) {
            let severity = reader.spanned_text(&entry.value, path.key(entry.key))?;
            if let Some(known) = &severities {
                let names = known.iter().map(|known| known.name.as_str());
                if !names.clone().any(|name| name == severity.value) {
                    reader.unknown_name("unknown_severity", "severity", &severity, names);
                }
            }
            policy.features.insert(entry.key.to_owned(), severity.value.to_owned());
        }
    }
    let mut list = |reader: &mut Reader, key: &'static str| match fields.take(key) {
        Some(node) => items(reader, node, path.key(key)),
        None => Some(Vec::new()),
    };
    let (before, after) = (list(reader, "before_rollback"), list(reader, "after_rollback"));
    if let Some(node) = fields.take("notify") {
        policy.notify = reader.owned_texts(node, path.key("notify"))?;
    }
    // It means nothing to incidents themselves.
    fields.take("runbook");
    fields.finish(reader, path, KEYS);
    policy.severities = severities?;
    (policy.before_rollback, policy.after_rollback) = (before?, after?);
    let known_features = policy.features.values().all(|name| policy.severity(name).is_some());
    for (place, message) in policy.problems().into_iter().filter(|_| known_features) {
        reader.note(Diagnostic::error("bad_incidents", format!("{path}.{place}"), node.at, message));
    }
    Some(policy)
}

/// Reads severities. The one with the shortest objective is the worst; of two with the same, the first by name.
fn severities_of(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Vec<Severity>> {
    let mut severities = Vec::new();
    for entry in reader.named(node, path) {
        let path = path.key(entry.key);
        let mut fields = reader.fields(&entry.value, path)?;
        if let Some(objective) = fields.need(reader, path, "objective") {
            let objective_ms = reader.duration(objective, path.key("objective"), SOME_TIME);
            let examples = match fields.take("examples") {
                Some(node) => reader.owned_texts(node, path.key("examples"))?,
                None => Vec::new(),
            };
            severities.extend(objective_ms.map(|objective_ms| Severity {
                name: entry.key.to_owned(),
                objective_ms,
                examples,
            }));
        }
        fields.finish(reader, path, SEVERITY_KEYS);
    }
    crate::order::sort_by(&mut severities, |a, b| (a.objective_ms, &a.name).cmp(&(b.objective_ms, &b.name)));
    Some(severities)
}

/// Reads a checklist: texts, or names with what they mean.
fn items(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Vec<Item>> {
    let nodes = reader.list(node, path)?;
    let mut items = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let path = path.index(index);
        if let Content::Text(what) = node.content {
            items.push(Item { name: what.to_owned(), what: what.to_owned() });
            continue;
        }
        let mut fields = reader.fields(node, path)?;
        let name = fields.need(reader, path, "name").and_then(|node| reader.text(node, path.key("name")));
        let what = fields.take("what").and_then(|node| reader.text(node, path.key("what"))).or(name);
        fields.finish(reader, path, ITEM_KEYS);
        items.push(Item { name: name?.to_owned(), what: what?.to_owned() });
    }
    Some(items)
}

impl Engine {
    /// The policy for incidents of a name, for [`cutover_work::incident::step`].
    ///
    /// ```
    /// let engine = cutover::Engine::from_str("
    /// cutover: 1
    /// incidents:
    ///   till:
    ///     severities: { critical: { objective: 1h }, minor: { objective: 24h } }
    ///     features: { logo: minor }
    /// ")?;
    /// assert_eq!(engine.incident("till").unwrap().of_feature("logo").unwrap().objective_ms, 86_400_000);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn incident(&self, name: &str) -> Option<&Policy> {
        self.sections().incidents.get(name)
    }

    /// The names of the policies for incidents, sorted.
    pub fn incidents(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().incidents.keys().map(String::as_str)
    }
}

fn policy<'a>(engine: &'a Engine, call: &str, name: &str) -> Result<&'a Policy, CallError> {
    let found = engine.incident(name);
    found.ok_or_else(|| CallError::unknown(call, "policy for incidents", name, engine.incidents()))
}

/// `incident`: a step of an incident, or where it stands.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("name")?;
    let (state, event) = state_and_event(&mut given);
    let answer = match event {
        Some(event) => {
            given.finish()?;
            incident::step_json(policy(engine, "incident", &name)?, &state, &event)
        }
        None => {
            let now = given.whole("now")?;
            given.finish()?;
            incident::standing_json(policy(engine, "incident", &name)?, &state, now)
        }
    };
    answer.map_err(|error| CallError::new(format!("incident: {error}")))
}

/// `post_mortem`: its draft in Markdown, as a text.
pub(crate) fn post_mortem(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("name")?;
    let (state, _) = state_and_event(&mut given);
    given.finish()?;
    let draft = incident::post_mortem_of(policy(engine, "post_mortem", &name)?, &state);
    let draft = draft.map_err(|error| CallError::new(format!("post_mortem: {error}")))?;
    Ok(crate::wire::to_json(&draft))
}
