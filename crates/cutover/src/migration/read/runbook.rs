//! What a runbook says of a migration beyond its ladder: the commands of the place where it runs, and its checklists.

use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::migration::ladder::Ladder;
use crate::ruleset::fields::Reader;

/// The commands and checklists of a migration, as its document has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Procedures {
    /// By the keys of [`COMMANDS`].
    commands: Vec<(&'static str, String)>,
    /// How soon an emergency, and a way back, has to be done: in seconds.
    pub(crate) emergency_within: Option<u64>,
    pub(crate) back_within: Option<u64>,
    /// What has to be so in a phase or group of phases, in the order of the document.
    pub(crate) checks: Vec<(String, Vec<String>)>,
}

impl Procedures {
    /// The command under a key.
    pub(crate) fn command(&self, key: &str) -> Option<&str> {
        self.commands.iter().find(|(known, _)| *known == key).map(|(_, command)| command.as_str())
    }
}

/// Commands, each a line of a shell.
const COMMANDS: [&str; 10] = [
    "set_switch",
    "settled",
    "verify_emergency",
    "publish",
    "start_stream",
    "stop_stream",
    "start_reverse",
    "stop_reverse",
    "catch_up",
    "repair",
];

/// The least and the most time that a procedure may be given, in milliseconds: a second, and a week.
const LIMITS: (u64, u64) = (1_000, 604_800_000);

pub(crate) const KEYS: &[&str] = &[
    "set_switch",
    "settled",
    "verify_emergency",
    "publish",
    "start_stream",
    "stop_stream",
    "start_reverse",
    "stop_reverse",
    "catch_up",
    "repair",
    "within",
    "checks",
];

/// Reads `runbook`.
pub(crate) fn runbook(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<Procedures> {
    let mut fields = reader.fields(node, path)?;
    let mut procedures = Procedures::default();
    for key in COMMANDS {
        let Some(node) = fields.take(key) else { continue };
        let Some(command) = one_line(reader, node, path.key(key)) else { continue };
        if key == "set_switch" && !["{name}", "{value}"].iter().all(|part| command.contains(part)) {
            reader.note(
                Diagnostic::error("bad_command", path.key(key).to_string(), node.at, "this sets no switch")
                    .found(command)
                    .expected(["a command with `{name}` and `{value}` in it"])
                    .help("such as: kubectl set env deployment/server {name}={value}"),
            );
            continue;
        }
        procedures.commands.push((key, command.to_owned()));
    }
    if let Some(node) = fields.take("within") {
        let path = path.key("within");
        if let Some(mut within) = reader.fields(node, path) {
            let mut limit = |reader: &mut Reader, key| {
                let node = within.take(key)?;
                reader.duration(node, path.key(key), LIMITS).map(|ms| ms / 1000)
            };
            procedures.emergency_within = limit(reader, "emergency");
            procedures.back_within = limit(reader, "back");
            within.finish(reader, path, &["emergency", "back"]);
        }
    }
    if let Some(node) = fields.take("checks") {
        let path = path.key("checks");
        for entry in reader.named(node, path) {
            let path = path.key(entry.key);
            if ladder.is_some_and(|ladder| ladder.last_index(entry.key).is_none()) {
                let known = ladder.into_iter().flat_map(Ladder::names).map(str::to_owned);
                let known: Vec<String> = known.collect();
                let message = format!("the ladder has no phase `{}`", entry.key);
                reader.note(
                    Diagnostic::error("unknown_phase", path.to_string(), entry.key_at, message)
                        .found(entry.key)
                        .nearest(entry.key, known.iter().map(String::as_str))
                        .expected(known.iter().cloned()),
                );
                continue;
            }
            let items = reader.list(&entry.value, path).unwrap_or_default();
            let lines =
                items.iter().enumerate().filter_map(|(at, item)| one_line(reader, item, path.index(at)));
            let lines = lines.map(str::to_owned).collect();
            procedures.checks.push((entry.key.to_owned(), lines));
        }
    }
    fields.finish(reader, path, KEYS);
    Some(procedures)
}

/// A text that stays where it is put: one line, with nothing in it that steers a terminal.
pub(crate) fn one_line<'n>(reader: &mut Reader, node: &Node<'n>, path: Path<'_>) -> Option<&'n str> {
    let text = reader.text(node, path)?;
    if !text.trim().is_empty() && !text.chars().any(char::is_control) {
        return Some(text);
    }
    reader.note(
        Diagnostic::error("bad_line", path.to_string(), node.at, "a line of a runbook is one line of text")
            .found(format!("{text:?}"))
            .expected(["a text without line breaks and control characters"]),
    );
    None
}
