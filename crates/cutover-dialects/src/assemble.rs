//! Putting flags together to a ruleset that loads: what the engine refuses takes its own flag out, and no other.

use crate::condition::Condition;
use crate::flag::Flag;
use crate::report::{FlagReport, Report};
use crate::{Dialect, Imported};
use cutover::import::Yaml;
use cutover::{Diagnostic, Engine};
use std::collections::BTreeMap;

/// What a reader makes of a document.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Named conditions, two-valued; those that no flag asks for are left out.
    pub(crate) segments: Vec<(String, Condition)>,
    pub(crate) flags: Vec<Read>,
}

/// A flag of the document.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) report: FlagReport,
    /// The flags of the ruleset that came of it, by name; none where it was refused.
    pub(crate) flags: Vec<(String, Flag)>,
}

/// Writes a ruleset, has it loaded, and leaves out what is refused until it is accepted.
pub(crate) fn assemble(dialect: Dialect, mut draft: Draft) -> Imported {
    for read in &mut draft.flags {
        if read.report.fate == crate::Fate::Refused {
            read.flags.clear();
        }
    }
    loop {
        let text = write(dialect, &draft);
        let problems = match Engine::from_bytes(text.as_bytes()) {
            Ok(_) => return Imported { ruleset: Some(text), report: report(dialect, draft) },
            Err(error) => error.diagnostics,
        };
        let errors: Vec<&Diagnostic> = problems.iter().filter(|problem| problem.is_error()).collect();
        if !leave_out(&mut draft, &errors) {
            let message = errors.first().map(ToString::to_string).unwrap_or_default();
            return Imported::refused(dialect, message);
        }
    }
}

/// Takes out what the errors speak of; false where they speak of nothing that is there.
fn leave_out(draft: &mut Draft, errors: &[&Diagnostic]) -> bool {
    let mut changed = false;
    for read in &mut draft.flags {
        let its_own =
            |error: &&&Diagnostic| read.flags.iter().any(|(name, _)| is_within(&error.path, "flags", name));
        let problems: Vec<&&Diagnostic> = errors.iter().filter(its_own).collect();
        if let Some(first) = problems.first() {
            read.report.refuse("", format!("the ruleset cannot say this: {first}"));
            read.flags.clear();
            changed = true;
        }
    }
    let before = draft.segments.len();
    draft.segments.retain(|(name, _)| !errors.iter().any(|error| is_within(&error.path, "segments", name)));
    changed || draft.segments.len() < before
}

/// Whether a path of a diagnostic leads into the entry of this name.
fn is_within(path: &str, section: &str, name: &str) -> bool {
    let is_plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let prefix = if is_plain { format!("{section}.{name}") } else { format!("{section}[{name:?}]") };
    path.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn write(dialect: Dialect, draft: &Draft) -> String {
    let mut document = vec![("cutover".to_owned(), Yaml::Scalar("1".to_owned()))];
    let flags: Vec<(String, Yaml)> = draft
        .flags
        .iter()
        .flat_map(|read| &read.flags)
        .map(|(name, flag)| (name.clone(), flag.write()))
        .collect();
    let used = used(draft);
    let segments = draft.segments.iter().filter_map(|(name, condition)| {
        // What is turned around somewhere stays two-valued.
        let condition =
            if *used.get(name.as_str())? { condition.clone() } else { condition.clone().of_rule() };
        Some((name.clone(), Yaml::map([("if", condition.write()?)])))
    });
    let segments: Vec<(String, Yaml)> = segments.collect();
    if !segments.is_empty() {
        document.push(("segments".to_owned(), Yaml::Map(segments)));
    }
    document.push(("flags".to_owned(), Yaml::Map(flags)));
    format!("# Imported by the dialect {dialect}.\n{}", Yaml::Map(document).write())
}

/// The segments that flags ask for, themselves or by other segments, and whether one of them is turned around.
fn used(draft: &Draft) -> BTreeMap<&str, bool> {
    let mut used: BTreeMap<&str, bool> = BTreeMap::new();
    let mut open = Vec::new();
    let rules = draft.flags.iter().flat_map(|read| &read.flags).flat_map(|(_, flag)| &flag.rules);
    rules
        .for_each(|rule| rule.condition.segments(false, &mut |name, is_turned| open.push((name, is_turned))));
    while let Some((name, is_turned)) = open.pop() {
        let known = used.get(name).copied();
        if known == Some(true) || known == Some(is_turned) {
            continue;
        }
        used.insert(name, is_turned);
        let asked = draft.segments.iter().find(|(one, _)| one == name);
        if let Some((_, condition)) = asked {
            condition.segments(is_turned, &mut |name, is_turned| open.push((name, is_turned)));
        }
    }
    used
}

fn report(dialect: Dialect, draft: Draft) -> Report {
    let mut report = Report::new(dialect);
    report.flags = draft.flags.into_iter().map(|read| read.report).collect();
    report
}
