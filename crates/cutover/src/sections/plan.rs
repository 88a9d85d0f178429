//! Plans, as a document writes them.

mod hours;
mod moving;
mod step;
mod trigger;

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Entry, Node, Path};
use crate::ruleset::fields::{Fields, Reader, Spanned};
use crate::ruleset::migration::Migration;
use crate::sections::Sections;
use cutover_gates::{Gate, Metric};
use cutover_plans::{
    DataGuard, Freeze, Guarded, Offsets, OnFail, Place, Plan, Problem, Rollback, Spec, Step, Trigger, Watched,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const PLAN_KEYS: &[&str] = &[
    "flag",
    "migration",
    "description",
    "owner",
    "steps",
    "start",
    "hours",
    "baseline",
    "guards",
    "bake",
    "max_window",
    "gate",
    "dry_run",
    "on_fail",
    "triggers",
    "rollback",
    "holdback",
    "fresh",
    "ack_within",
    "error_limit",
    "complete_after",
    "runbook",
];
pub(crate) const STEP_KEYS: &[&str] =
    &["to", "segment", "phase", "bake", "days", "max_window", "gate", "approval", "capacity", "guards"];
pub(crate) const TRIGGER_KEYS: &[&str] = &["when", "for", "do", "name"];
pub(crate) const ROLLBACK_KEYS: &[&str] = &["steps", "every", "ack_within", "failures"];

const ON_FAIL: &[(&str, OnFail)] = &[
    ("rollback_immediate", OnFail::RollbackImmediate),
    ("rollback_progressive", OnFail::RollbackProgressive),
    ("pause", OnFail::Pause),
];

/// The longest duration, in milliseconds: ten years.
const LONGEST: (u64, u64) = (0, 3_650 * 86_400_000);

/// The names in plans that refer to what the rest of the document has.
#[derive(Debug, Default)]
pub(crate) struct Named<'a> {
    /// Flags that plans move.
    pub(crate) moved: Vec<Spanned<&'a str>>,
    /// Migrations that plans move.
    pub(crate) migrations: Vec<Spanned<&'a str>>,
    /// Flags that triggers set.
    pub(crate) set: Vec<Spanned<&'a str>>,
    /// Segments that steps reach.
    pub(crate) segments: Vec<Spanned<&'a str>>,
    /// Policies for incidents that triggers open, and the class of severity of each.
    pub(crate) incidents: Vec<(Spanned<&'a str>, Spanned<&'a str>)>,
}

/// What plans rest on besides gates and metrics.
#[derive(Clone, Copy)]
pub(crate) struct Around<'r> {
    /// The migrations of the document.
    pub(crate) migrations: &'r [Migration],
    /// The zone of the document.
    pub(crate) timezone: Option<&'r str>,
}

/// Reads the plans of a document. `gates` are the names of all its gates, those that could not be read included.
pub(super) fn read_all<'a>(
    reader: &mut Reader,
    sections: &mut Sections,
    entries: &'a [Entry<'a>],
    path: Path<'_>,
    gates: &[&str],
    around: Around<'_>,
) -> Named<'a> {
    let mut named = Named::default();
    for entry in entries {
        let path = path.key(entry.key);
        let mut plan = PlanReader {
            reader,
            gates,
            metrics: sections.metrics.as_ref(),
            named: &mut named,
            migrations: around.migrations,
            timezone: around.timezone,
        };
        let read = plan.plan(&entry.value, path);
        #[cfg(feature = "runbook")]
        {
            use super::commands::{PLAN, PLAN_WITHIN, under};
            let commands = under(reader, &entry.value, path, PLAN, PLAN_WITHIN);
            sections.plan_commands.insert(entry.key.to_owned(), commands);
        }
        let Some((spec, watched, places, offsets)) = read else { continue };
        match Plan::new(spec) {
            Ok(plan) => {
                let plan = plan.in_zone(offsets);
                let known = used(&plan, &sections.gates);
                sections.plans.insert(entry.key.to_owned(), Guarded::new(plan, known, watched));
            }
            Err(problems) => {
                for problem in problems {
                    reader.note(places.diagnostic(&entry.value, path, problem));
                }
            }
        }
    }
    named
}

/// The gates that a plan names.
fn used(plan: &Plan, gates: &BTreeMap<String, Gate>) -> Vec<Gate> {
    let spec = plan.spec();
    let named = |name: &String| {
        spec.dry_run.contains(name) || spec.steps.iter().any(|step| step.gates.contains(name))
    };
    gates.iter().filter(|(name, _)| named(name)).map(|(_, gate)| gate.clone()).collect()
}

/// Where the parts of a plan stand in the document.
struct Places<'a> {
    steps: &'a [Node<'a>],
    triggers: &'a [Node<'a>],
    rollback: Option<&'a Node<'a>>,
}

impl Places<'_> {
    fn diagnostic(&self, plan: &Node<'_>, path: Path<'_>, problem: Problem) -> Diagnostic {
        let (place, at) = match problem.place {
            Place::Key(key) => (path.key(key).to_string(), plan.at),
            Place::Step(index, key) => {
                let (path, node) = (path.key("steps"), self.steps.get(index));
                let place = path.index(index);
                // A step may be written as its share alone.
                let short = node.is_some_and(|node| !matches!(node.content, Content::Map(_)));
                let place = if short { place.to_string() } else { place.key(key).to_string() };
                (place, node.map_or(plan.at, |node| node.at))
            }
            Place::Trigger(index, key) => {
                let at = self.triggers.get(index).map_or(plan.at, |node| node.at);
                (path.key("triggers").index(index).key(key).to_string(), at)
            }
            Place::Rollback(key) => {
                (path.key("rollback").key(key).to_string(), self.rollback.map_or(plan.at, |node| node.at))
            }
            Place::RollbackStep(index) => {
                let at = self.rollback.map_or(plan.at, |node| node.at);
                (path.key("rollback").key("steps").index(index).to_string(), at)
            }
        };
        Diagnostic::error(problem.code, place, at, problem.message)
            .found(problem.found)
            .expected([problem.expected])
    }
}

/// What is read of a plan: what it says, what its triggers watch, where it stands, and the zone of its hours.
type Read<'a> = (Spec, Vec<Option<Watched>>, Places<'a>, Offsets);

struct PlanReader<'r, 'a> {
    reader: &'r mut Reader,
    gates: &'r [&'r str],
    metrics: Option<&'r BTreeMap<String, Metric>>,
    named: &'r mut Named<'a>,
    migrations: &'r [Migration],
    timezone: Option<&'r str>,
}

/// What steps have where they do not say it themselves.
struct Usual {
    bake: Option<u64>,
    max_window: Option<u64>,
    gates: Vec<String>,
    /// What the data of every step waits for, beyond what its move asks for.
    guards: BTreeSet<DataGuard>,
    /// Whether the steps are phases of a migration.
    by_phase: bool,
}

impl<'a> PlanReader<'_, 'a> {
    fn plan(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<Read<'a>> {
        let mut fields = self.reader.fields(node, path)?;
        for key in ["description", "owner"] {
            if let Some(node) = fields.take(key) {
                self.reader.text(node, path.key(key));
            }
        }
        // It means nothing to the plan itself.
        fields.take("runbook");
        let migration = self.migration(&mut fields, path);
        let flag = if matches!(migration, Some(None)) {
            fields.need(self.reader, path, "flag")
        } else {
            fields.take("flag")
        };
        let has_flag = flag.is_some();
        let flag = flag.and_then(|node| self.reader.spanned_text(node, path.key("flag")));
        let usual = Usual {
            bake: self.bake(&mut fields, path),
            max_window: self.duration(&mut fields, path, "max_window"),
            gates: self.gates(&mut fields, path, "gate"),
            guards: self.data_guards(&mut fields, path),
            by_phase: !matches!(migration, Some(None)),
        };
        let list = fields.need(self.reader, path, "steps");
        let nodes = list.and_then(|node| self.reader.list(node, path.key("steps"))).unwrap_or_default();
        let steps: Vec<Option<Step>> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| self.step(node, path.key("steps").index(index), &usual))
            .collect();
        let alarms = fields.take("triggers");
        let triggers =
            alarms.and_then(|node| self.reader.list(node, path.key("triggers"))).unwrap_or_default();
        let read: Vec<Option<(Trigger, Option<Watched>)>> = triggers
            .iter()
            .enumerate()
            .map(|(index, node)| self.trigger(node, path.key("triggers").index(index)))
            .collect();
        let back = fields.take("rollback");
        let rollback = back.map(|node| self.rollback(node, path.key("rollback")));
        let mut spec = Spec::new(flag.as_ref().map_or("", |flag| flag.value), Vec::new());
        let sound = self.settings(&mut fields, path, &mut spec);
        let hours = self.hours(&mut fields, path);
        fields.finish(self.reader, path, PLAN_KEYS);
        self.days(nodes, path);
        list?;
        if has_flag || matches!(migration, Some(None)) {
            self.named.moved.push(flag?);
        }
        spec.steps = steps.into_iter().collect::<Option<_>>()?;
        if let Some(migration) = migration? {
            self.along_ladder(migration, &mut spec, nodes, path)?;
        }
        let offsets = hours?.map(|(hours, offsets)| {
            spec.hours = Some(hours);
            offsets
        });
        Self::whole_days(&mut spec, nodes);
        let (known, watched) = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
        spec.triggers = known;
        if let Some(rollback) = rollback {
            spec.rollback = rollback?;
        }
        sound?;
        Some((spec, watched, Places { steps: nodes, triggers, rollback: back }, offsets.unwrap_or_default()))
    }

    /// Takes what a plan may say of itself.
    fn settings(&mut self, fields: &mut Fields<'a>, path: Path<'_>, spec: &mut Spec) -> Option<()> {
        spec.dry_run = self.gates(fields, path, "dry_run");
        if let Some(node) = fields.take("start") {
            spec.start = Some(self.reader.instant(node, path.key("start"))?);
        }
        if let Some(node) = fields.take("baseline") {
            let words = [("start", Freeze::Start), ("step", Freeze::Step)];
            spec.baseline = Some(self.reader.word(node, path.key("baseline"), &words)?);
        }
        if let Some(node) = fields.take("on_fail") {
            spec.on_fail = self.reader.word(node, path.key("on_fail"), ON_FAIL)?;
        }
        if let Some(node) = fields.take("holdback") {
            spec.holdback = self.reader.percent(node, path.key("holdback"))?.0;
        }
        if let Some(node) = fields.take("error_limit") {
            let limit = self.reader.whole(node, path.key("error_limit"), (0, 1_000))?;
            spec.error_limit = u32::try_from(limit).unwrap_or(u32::MAX);
        }
        for (key, slot) in [("fresh", &mut spec.fresh_ms), ("ack_within", &mut spec.ack_within_ms)] {
            if let Some(node) = fields.take(key) {
                *slot = self.reader.duration(node, path.key(key), LONGEST)?;
            }
        }
        if let Some(node) = fields.take("complete_after") {
            spec.complete_after_ms = Some(self.reader.duration(node, path.key("complete_after"), LONGEST)?);
        }
        Some(())
    }

    fn rollback(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Rollback> {
        let mut fields = self.reader.fields(node, path)?;
        let mut rollback = Rollback::default();
        let mut sound = true;
        if let Some(node) = fields.take("steps") {
            let nodes = self.reader.list(node, path.key("steps"))?;
            let place = path.key("steps");
            let read =
                nodes.iter().enumerate().map(|(index, node)| self.reader.percent(node, place.index(index)));
            match read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>() {
                Some(shares) => rollback.steps = shares.into_iter().map(|share| share.0).collect(),
                None => sound = false,
            }
        }
        for (key, slot) in [("every", &mut rollback.every_ms), ("ack_within", &mut rollback.ack_within_ms)] {
            if let Some(node) = fields.take(key) {
                match self.reader.duration(node, path.key(key), LONGEST) {
                    Some(ms) => *slot = ms,
                    None => sound = false,
                }
            }
        }
        if let Some(node) = fields.take("failures") {
            match self.reader.whole(node, path.key("failures"), (1, 256)) {
                Some(failures) => rollback.failures = u32::try_from(failures).unwrap_or(u32::MAX),
                None => sound = false,
            }
        }
        fields.finish(self.reader, path, ROLLBACK_KEYS);
        sound.then_some(rollback)
    }

    /// Takes a gate or several, by name.
    fn gates(&mut self, fields: &mut Fields<'_>, path: Path<'_>, key: &'static str) -> Vec<String> {
        let Some(node) = fields.take(key) else { return Vec::new() };
        let path = path.key(key);
        let nodes = match node.content {
            Content::List(nodes) => nodes,
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::new();
        for (index, item) in nodes.iter().enumerate() {
            let path = if std::ptr::eq(item, node) { path } else { path.index(index) };
            let Some(name) = self.reader.spanned_text(item, path) else { continue };
            if !self.gates.contains(&name.value) {
                self.reader.unknown_name("unknown_gate", "gate", &name, self.gates.iter().copied());
            }
            names.push(name.value.to_owned());
        }
        names
    }

    /// Takes `bake`. One that cannot be read is noted, and is there all the same.
    fn bake(&mut self, fields: &mut Fields<'_>, path: Path<'_>) -> Option<u64> {
        let node = fields.take("bake")?;
        Some(self.reader.duration(node, path.key("bake"), LONGEST).unwrap_or(0))
    }

    fn duration(&mut self, fields: &mut Fields<'_>, path: Path<'_>, key: &'static str) -> Option<u64> {
        fields.take(key).and_then(|node| self.reader.duration(node, path.key(key), LONGEST))
    }

    fn refuse(&mut self, node: &Node<'_>, path: Path<'_>, problem: &str, expected: &str) {
        self.reader.note(
            Diagnostic::error("bad_step", path.to_string(), node.at, problem)
                .found(node.quoted())
                .expected([expected]),
        );
    }
}
