//! A decision log decided again, by the ruleset that made it or by another: what would have changed, and why.
//!
//! A line holds everything that a decision depends on, so replaying it needs no clock, no store and no luck. A [`Replay`]
//! takes lines one by one and keeps counts, so its memory does not grow with the log.

mod called;
mod line;

pub(crate) use called::{log, replay};

use crate::diagnostic::{Diagnostic, Position};
use crate::engine::Engine;
use crate::explain::Step;
use crate::value::Value;
use crate::wire::to_json;
use line::{Asked, Logged, without_digest};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many kinds of changes are told apart; the rest is counted.
const MOVES_TOLD: usize = 200;

/// So many lines that cannot be replayed are named; the rest is counted.
const PROBLEMS_TOLD: usize = 20;

/// The keys of an answer that say why, and not what.
const WHY: [&str; 4] = ["reason", "rule", "error", "hazards"];

/// What came of lines that were decided again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayReport {
    /// The digest of the ruleset that decided again.
    pub digest: String,
    /// How many lines were read.
    pub lines: u64,
    /// How many came out the same to the byte, but for the digest.
    pub identical: u64,
    /// How many came out the same, but were written in other bytes, as after another program sorted or indented the log.
    pub same: u64,
    /// How many get the same answer for another reason.
    pub restated: u64,
    /// How many would have got another answer.
    pub changed: u64,
    /// How many of the restated and the changed say that this very ruleset decided them: the log was changed, or another
    /// version of the engine wrote it.
    pub contradicted: u64,
    /// How many cannot be replayed.
    pub unreplayable: u64,
    /// Why those cannot, by the code of the problem.
    pub why: BTreeMap<&'static str, u64>,
    /// What changed, those first that are most.
    pub moves: Vec<ReplayMove>,
    /// How many lines changed in ways that are not in the list.
    pub untold: u64,
    /// The first lines that cannot be replayed.
    pub problems: Vec<ReplayProblem>,
}

/// Lines of one flag or migration that changed alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayMove {
    /// `flag` or `migration`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What of the answer was otherwise: the keys that differ, with what the log has.
    pub from: Value,
    /// The same keys, with what they are now.
    pub to: Value,
    /// Whether the answer is another one, and not only its reason.
    pub changed: bool,
    /// Whether the log says that this very ruleset decided.
    pub contradicted: bool,
    /// How many lines.
    pub lines: u64,
    /// The first of them.
    pub examples: Vec<u64>,
    /// Of the first one, what the ruleset of the log looked at and this one does not, or finds otherwise. Empty where
    /// that ruleset is not given.
    pub gone: Vec<Step>,
    /// What this one looks at instead; all steps where the ruleset of the log is not given.
    pub came: Vec<Step>,
}

/// A line that cannot be replayed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayProblem {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}

/// A decision log that is decided again.
///
/// ```
/// use cutover::replay::Replay;
/// use cutover::{Attributes, Engine};
/// let ruleset = |rule: &str| Engine::from_str(&format!("cutover: 1\nflags: {{ beta: {{ rules: [{rule}] }} }}"));
/// let (old, new) = (ruleset("{ serve: on }")?, ruleset("{ if: { attribute: plan, is: pro }, serve: on }")?);
/// let line = |plan| old.log_decision("beta", &Attributes::new().with("plan", plan), 0);
/// let mut replay = Replay::new(&new).with_original(&old);
/// replay.add(1, &line("pro"));
/// replay.add(2, &line("free"));
/// replay.add(3, "{");
/// let report = replay.report();
/// assert_eq!((report.restated, report.changed, report.unreplayable), (1, 1, 1));
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    engine: &'a Engine,
    original: Option<&'a Engine>,
    examples: usize,
    report: ReplayReport,
    /// The places of moves, by what they are of and what differs.
    places: BTreeMap<String, usize>,
}

impl<'a> Replay<'a> {
    /// Decided again by `engine`.
    #[must_use]
    pub fn new(engine: &'a Engine) -> Self {
        let report = ReplayReport {
            digest: engine.digest().to_owned(),
            lines: 0,
            identical: 0,
            same: 0,
            restated: 0,
            changed: 0,
            contradicted: 0,
            unreplayable: 0,
            why: BTreeMap::new(),
            moves: Vec::new(),
            untold: 0,
            problems: Vec::new(),
        };
        Self { engine, original: None, examples: 3, report, places: BTreeMap::new() }
    }

    /// The same, which also tells how the explanation differs from that of the ruleset that made the log. Lines of other
    /// rulesets are told without.
    #[must_use]
    pub fn with_original(self, original: &'a Engine) -> Self {
        Self { original: Some(original), ..self }
    }

    /// The same, with so many line numbers for each change.
    #[must_use]
    pub fn examples(self, examples: usize) -> Self {
        Self { examples, ..self }
    }

    /// Decides a line again.
    pub fn add(&mut self, line: u64, text: &str) {
        let text = text.trim_ascii();
        match Logged::read(text) {
            Ok(logged) => self.replay(line, text, &logged),
            Err(diagnostic) => self.refuse(line, *diagnostic),
        }
    }

    /// Counts a line that cannot even be read.
    pub fn refuse(&mut self, line: u64, mut diagnostic: Diagnostic) {
        self.report.lines += 1;
        self.report.unreplayable += 1;
        *self.report.why.entry(diagnostic.code).or_default() += 1;
        if self.report.problems.len() < PROBLEMS_TOLD {
            diagnostic.line = u32::try_from(line).ok();
            self.report.problems.push(ReplayProblem { line, diagnostic });
        }
    }

    fn replay(&mut self, line: u64, text: &str, logged: &Logged) {
        let again = match &logged.asked {
            Asked::Flag(name) if self.engine.flag(name).is_none() => {
                return self.refuse(line, stranger("unknown_flag", "flag", name, self.engine.flags()));
            }
            Asked::Migration { name, .. } if self.engine.migration(name).is_none() => {
                let known = self.engine.migrations();
                return self.refuse(line, stranger("unknown_migration", "migration", name, known));
            }
            Asked::Flag(name) => self.engine.log_decision(name, &logged.context, logged.now_ms),
            Asked::Migration { name, switches } => {
                let switches = switches.as_ref().unwrap_or(&Value::Null);
                self.engine.log_route(name, &logged.context, logged.now_ms, switches)
            }
        };
        self.report.lines += 1;
        if with_digest(&again, self.engine.digest(), &logged.digest) == text {
            self.report.identical += 1;
            return;
        }
        let key = if matches!(logged.asked, Asked::Flag(_)) { "decision" } else { "route" };
        // What the engine wrote is read again.
        let answer = Value::from_json(&again).unwrap_or_default();
        let answer = without_digest(answer.get(key).cloned().unwrap_or_default());
        let (from, to) = differences(&logged.answer, &answer);
        if from.is_empty() && to.is_empty() {
            self.report.same += 1;
            return;
        }
        let changed = from.iter().chain(&to).any(|(key, _)| !WHY.contains(&key.as_str()));
        let contradicted = logged.digest == self.engine.digest();
        let count = if changed { &mut self.report.changed } else { &mut self.report.restated };
        *count += 1;
        self.report.contradicted += u64::from(contradicted);
        self.note(line, logged, (Value::map(from), Value::map(to)), changed, contradicted);
    }

    fn note(
        &mut self,
        line: u64,
        logged: &Logged,
        (from, to): (Value, Value),
        changed: bool,
        contradicted: bool,
    ) {
        let (kind, name) = match &logged.asked {
            Asked::Flag(name) => ("flag", name),
            Asked::Migration { name, .. } => ("migration", name),
        };
        let place = to_json(&(kind, name, &from, &to, contradicted));
        if let Some(known) = self.places.get(&place).and_then(|at| self.report.moves.get_mut(*at)) {
            known.lines += 1;
            if known.examples.len() < self.examples {
                known.examples.push(line);
            }
            return;
        }
        if self.report.moves.len() >= MOVES_TOLD {
            self.report.untold += 1;
            return;
        }
        let (gone, came) = self.steps(logged);
        self.places.insert(place, self.report.moves.len());
        self.report.moves.push(ReplayMove {
            kind,
            name: name.clone(),
            from,
            to,
            changed,
            contradicted,
            lines: 1,
            examples: if self.examples == 0 { Vec::new() } else { vec![line] },
            gone,
            came,
        });
    }

    /// How the explanations of a flag differ.
    fn steps(&self, logged: &Logged) -> (Vec<Step>, Vec<Step>) {
        let Asked::Flag(name) = &logged.asked else { return (Vec::new(), Vec::new()) };
        let steps =
            |engine: &Engine| engine.explain(name, &engine.context(&logged.context), logged.now_ms).steps;
        let now = steps(self.engine);
        let then = self.original.filter(|original| original.digest() == logged.digest).map(steps);
        let then = then.unwrap_or_default();
        let without = |these: &[Step], those: &[Step]| -> Vec<Step> {
            these.iter().filter(|step| !those.contains(step)).cloned().collect()
        };
        (without(&then, &now), without(&now, &then))
    }

    /// What came of the lines.
    #[must_use]
    pub fn report(&self) -> ReplayReport {
        let mut report = self.report.clone();
        report.moves.sort_by_key(|found| (!found.changed, std::cmp::Reverse(found.lines)));
        report
    }
}

/// The line as another ruleset would have written it that decides the same: only the digest, which is the last entry of
/// that name, differs.
fn with_digest(line: &str, ours: &str, theirs: &str) -> String {
    let entry = |digest: &str| format!("\"digest\":{}", to_json(&digest));
    match line.rsplit_once(&entry(ours)) {
        Some((before, behind)) => [before, &entry(theirs), behind].concat(),
        None => line.to_owned(),
    }
}

type Entries = Vec<(String, Value)>;

/// The entries in which two answers differ.
fn differences(logged: &Value, again: &Value) -> (Entries, Entries) {
    let only = |these: &Value, those: &Value| -> Entries {
        let Value::Map(entries) = these else { return Vec::new() };
        entries.iter().filter(|(key, value)| those.get(key) != Some(value)).cloned().collect()
    };
    (only(logged, again), only(again, logged))
}

fn stranger<'n>(
    code: &'static str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let message = format!("the ruleset has no {what} `{name}`");
    Diagnostic::error(code, "", Position::default(), message).nearest(name, known)
}
