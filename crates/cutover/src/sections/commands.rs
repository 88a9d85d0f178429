//! What a runbook says of a plan, or of incidents, beyond what they say themselves: the commands of the place where they run,
//! limits and checklists. None of it changes a decision.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::migration::read::one_line;
use crate::ruleset::fields::{Fields, Reader};

/// The keys under a plan.
#[cfg(feature = "plans")]
pub(crate) const PLAN: &[&str] = &[
    "immediate",
    "set_percentage",
    "set_segment",
    "set_flag",
    "settled",
    "measure",
    "tell",
    "publish",
    "notify",
    "within",
    "checks",
];
/// The keys of `within` under a plan.
#[cfg(feature = "plans")]
pub(crate) const PLAN_WITHIN: &[&str] = &["immediate", "progressive"];
/// The keys under incidents.
#[cfg(feature = "work")]
pub(crate) const INCIDENTS: &[&str] = &["set_flag", "settled", "publish", "notify", "within"];
/// The keys of `within` under incidents.
#[cfg(feature = "work")]
pub(crate) const INCIDENTS_WITHIN: &[&str] = &["feature"];
/// The keys of `checks`.
pub(crate) const CHECKS: &[&str] = &["before", "after"];

/// What has to be in a command, so that it does what it is for.
const HOLES: &[(&str, &[&str], &str)] = &[
    (
        "set_percentage",
        &["{percentage}"],
        "curl -X POST http://service/admin/config -d '{\"percentage\": {percentage}}'",
    ),
    ("set_segment", &["{segment}", "{value}"], "flags set-segment use_v2 {segment} {value}"),
    ("set_flag", &["{name}", "{value}"], "kubectl set env deployment/server {name}={value}"),
    ("tell", &["{event}"], "curl -X POST http://host/plan/events -d {event}"),
];

/// The least and the most time that a procedure may be given, in milliseconds: a second, and a week.
const LIMITS: (u64, u64) = (1_000, 604_800_000);

/// Commands, limits and checklists, as a document has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Commands {
    /// Who answers for it.
    pub(crate) owner: Option<String>,
    lines: Vec<(&'static str, Vec<String>)>,
    limits: Vec<(&'static str, u64)>,
    checks: Vec<(&'static str, Vec<String>)>,
}

impl Commands {
    /// The commands under a key, in their order.
    pub(crate) fn all(&self, key: &str) -> &[String] {
        of(&self.lines, key).map_or(&[], Vec::as_slice)
    }

    /// The command under a key.
    pub(crate) fn one(&self, key: &str) -> Option<&str> {
        self.all(key).first().map(String::as_str)
    }

    /// How soon something has to be done, in seconds.
    pub(crate) fn within(&self, key: &str) -> Option<u64> {
        of(&self.limits, key).copied()
    }

    /// A checklist.
    pub(crate) fn checks(&self, key: &str) -> &[String] {
        of(&self.checks, key).map_or(&[], Vec::as_slice)
    }
}

fn of<'a, T>(list: &'a [(&'static str, T)], key: &str) -> Option<&'a T> {
    list.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
}

/// Reads `owner` and `runbook` under something.
pub(crate) fn under(
    reader: &mut Reader,
    node: &Node<'_>,
    path: Path<'_>,
    keys: &'static [&'static str],
    limits: &'static [&'static str],
) -> Commands {
    let Content::Map(entries) = node.content else { return Commands::default() };
    let under = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let read = under("runbook").map(|node| read(reader, node, path.key("runbook"), keys, limits));
    let mut commands = read.unwrap_or_default();
    if let Some(Content::Text(owner)) = under("owner").map(|node| &node.content) {
        commands.owner = Some((*owner).to_owned());
    }
    commands
}

/// Reads `runbook`, which may have these keys, with these limits.
fn read(
    reader: &mut Reader,
    node: &Node<'_>,
    path: Path<'_>,
    keys: &'static [&'static str],
    limits: &'static [&'static str],
) -> Commands {
    let mut found = Commands::default();
    let Some(mut fields) = reader.fields(node, path) else { return found };
    for key in keys.iter().copied().filter(|key| !["within", "checks"].contains(key)) {
        let Some(node) = fields.take(key) else { continue };
        let many = ["immediate", "notify"].contains(&key);
        let lines = if many { lines(reader, node, path.key(key)) } else { one(reader, node, path.key(key)) };
        let whole = lines.into_iter().filter(|line| fills(reader, node, path.key(key), key, line)).collect();
        found.lines.push((key, whole));
    }
    if let Some(mut within) = inner(reader, &mut fields, path, "within") {
        let path = path.key("within");
        for key in limits {
            let Some(node) = within.take(key) else { continue };
            let ms = reader.duration(node, path.key(key), LIMITS);
            found.limits.extend(ms.map(|ms| (*key, ms / 1000)));
        }
        within.finish(reader, path, limits);
    }
    if let Some(mut checks) = inner(reader, &mut fields, path, "checks") {
        let path = path.key("checks");
        for key in CHECKS {
            let Some(node) = checks.take(key) else { continue };
            found.checks.push((key, lines(reader, node, path.key(key))));
        }
        checks.finish(reader, path, CHECKS);
    }
    fields.finish(reader, path, keys);
    found
}

fn inner<'a>(
    reader: &mut Reader,
    fields: &mut Fields<'a>,
    path: Path<'_>,
    key: &'static str,
) -> Option<Fields<'a>> {
    let node = fields.take(key)?;
    reader.fields(node, path.key(key))
}

fn one(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Vec<String> {
    one_line(reader, node, path).map(str::to_owned).into_iter().collect()
}

/// A line, or a list of them.
fn lines(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Vec<String> {
    let Content::List(items) = node.content else { return one(reader, node, path) };
    items.iter().enumerate().flat_map(|(at, item)| one(reader, item, path.index(at))).collect()
}

fn fills(reader: &mut Reader, node: &Node<'_>, path: Path<'_>, key: &str, line: &str) -> bool {
    let Some((_, holes, example)) = HOLES.iter().find(|(known, ..)| *known == key) else { return true };
    if holes.iter().all(|hole| line.contains(hole)) {
        return true;
    }
    let wanted = holes.iter().map(|hole| format!("`{hole}`")).collect::<Vec<_>>().join(" and ");
    reader.note(
        Diagnostic::error("bad_command", path.to_string(), node.at, "nothing tells this command what to set")
            .found(line)
            .expected([format!("a command with {wanted} in it")])
            .help(format!("such as: {example}")),
    );
    false
}
