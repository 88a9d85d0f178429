//! Plans, as a document writes them.

use super::{gate, metric};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Entry, Node, Path};
use crate::ruleset::fields::{Fields, Reader, Spanned};
use crate::sections::Sections;
use cutover_gates::{Gate, Metric};
use cutover_plans::{
    Action, Guarded, OnFail, Place, Plan, Problem, Rollback, Spec, Step, Target, Trigger, Watched,
};
use std::collections::BTreeMap;

pub(crate) const PLAN_KEYS: &[&str] = &[
    "flag",
    "description",
    "owner",
    "steps",
    "start",
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
];
pub(crate) const STEP_KEYS: &[&str] =
    &["to", "segment", "bake", "days", "max_window", "gate", "approval", "capacity"];
pub(crate) const TRIGGER_KEYS: &[&str] = &["when", "for", "do", "name"];
pub(crate) const ROLLBACK_KEYS: &[&str] = &["steps", "every", "ack_within", "failures"];

const ON_FAIL: &[(&str, OnFail)] = &[
    ("rollback_immediate", OnFail::RollbackImmediate),
    ("rollback_progressive", OnFail::RollbackProgressive),
    ("pause", OnFail::Pause),
];

const ACTIONS: &[(&str, fn() -> Action)] = &[
    ("rollback_immediate", || Action::RollbackImmediate),
    ("rollback_progressive", || Action::RollbackProgressive),
    ("pause", || Action::Pause),
    ("investigate", || Action::Investigate),
    ("notify", || Action::Notify),
];

const DAY_MS: u64 = 86_400_000;
/// The longest duration, in milliseconds: ten years.
const LONGEST: (u64, u64) = (0, 3_650 * DAY_MS);

/// The names in plans that refer to what the rest of the document has.
#[derive(Debug, Default)]
pub(crate) struct Named<'a> {
    /// Flags that plans move.
    pub(crate) moved: Vec<Spanned<&'a str>>,
    /// Flags that triggers set.
    pub(crate) set: Vec<Spanned<&'a str>>,
    /// Segments that steps reach.
    pub(crate) segments: Vec<Spanned<&'a str>>,
}

/// Reads the plans of a document. `gates` are the names of all its gates, those that could not be read included.
pub(super) fn read_all<'a>(
    reader: &mut Reader,
    sections: &mut Sections,
    entries: &'a [Entry<'a>],
    path: Path<'_>,
    gates: &[&str],
) -> Named<'a> {
    let mut named = Named::default();
    for entry in entries {
        let path = path.key(entry.key);
        let mut plan = PlanReader { reader, gates, metrics: sections.metrics.as_ref(), named: &mut named };
        let Some((spec, watched, places)) = plan.plan(&entry.value, path) else { continue };
        match Plan::new(spec) {
            Ok(plan) => {
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

/// What is read of a plan: what it says, what its triggers watch, and where it stands.
type Read<'a> = (Spec, Vec<Option<Watched>>, Places<'a>);

struct PlanReader<'r, 'a> {
    reader: &'r mut Reader,
    gates: &'r [&'r str],
    metrics: Option<&'r BTreeMap<String, Metric>>,
    named: &'r mut Named<'a>,
}

/// What steps have where they do not say it themselves.
struct Usual {
    bake: Option<u64>,
    max_window: Option<u64>,
    gates: Vec<String>,
}

impl<'a> PlanReader<'_, 'a> {
    fn plan(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<Read<'a>> {
        let mut fields = self.reader.fields(node, path)?;
        for key in ["description", "owner"] {
            if let Some(node) = fields.take(key) {
                self.reader.text(node, path.key(key));
            }
        }
        let flag = fields.need(self.reader, path, "flag");
        let flag = flag.and_then(|node| self.reader.spanned_text(node, path.key("flag")));
        let usual = Usual {
            bake: self.duration(&mut fields, path, "bake"),
            max_window: self.duration(&mut fields, path, "max_window"),
            gates: self.gates(&mut fields, path, "gate"),
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
        fields.finish(self.reader, path, PLAN_KEYS);
        self.days(nodes, path);
        list?;
        self.named.moved.push(flag?);
        spec.steps = steps.into_iter().collect::<Option<_>>()?;
        let (known, watched) = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
        spec.triggers = known;
        if let Some(rollback) = rollback {
            spec.rollback = rollback?;
        }
        sound?;
        Some((spec, watched, Places { steps: nodes, triggers, rollback: back }))
    }

    /// Takes what a plan may say of itself.
    fn settings(&mut self, fields: &mut Fields<'a>, path: Path<'_>, spec: &mut Spec) -> Option<()> {
        spec.dry_run = self.gates(fields, path, "dry_run");
        if let Some(node) = fields.take("start") {
            spec.start = Some(self.reader.instant(node, path.key("start"))?);
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

    fn step(&mut self, node: &'a Node<'a>, path: Path<'_>, usual: &Usual) -> Option<Step> {
        let mut step = Step {
            to: Target::Share(0),
            bake_ms: 0,
            max_window_ms: 0,
            gates: usual.gates.clone(),
            approval: false,
            capacity: false,
        };
        let (mut bake, mut window) = (usual.bake, usual.max_window);
        let mut sound = true;
        match node.content {
            Content::Map(_) => {
                let mut fields = self.reader.fields(node, path)?;
                let to = self.target(&mut fields, path);
                let own = self.duration(&mut fields, path, "bake");
                let days = fields.take("days");
                if let (Some(node), Some(_)) = (days, own) {
                    self.refuse(
                        node,
                        path.key("days"),
                        "a step is watched for `bake` or for `days`, not both",
                        "one of them",
                    );
                    sound = false;
                }
                let days = days.map(|node| (node, days_of(node)));
                if let Some((node, None)) = days {
                    self.refuse(
                        node,
                        path.key("days"),
                        "these are no days",
                        "a number of days such as 3, or a range such as \"4-7\"",
                    );
                    sound = false;
                }
                let days = days.and_then(|(_, days)| days).map(|(first, last)| (last - first + 1) * DAY_MS);
                bake = own.or(days).or(bake);
                window = self.duration(&mut fields, path, "max_window").or(window.filter(|_| own.is_none()));
                if fields.rest().any(|entry| entry.key == "gate") {
                    step.gates = self.gates(&mut fields, path, "gate");
                }
                for (key, slot) in [("approval", &mut step.approval), ("capacity", &mut step.capacity)] {
                    if let Some(node) = fields.take(key) {
                        *slot = self.reader.bool(node, path.key(key)).unwrap_or_default();
                    }
                }
                fields.finish(self.reader, path, STEP_KEYS);
                step.to = to?;
            }
            _ => step.to = Target::Share(self.reader.percent(node, path)?.0),
        }
        let Some(bake) = bake else {
            self.reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.key("bake").to_string(),
                    node.at,
                    "nothing says how long this step is watched",
                )
                .expected(["bake, in the step or in the plan"]),
            );
            return None;
        };
        step.bake_ms = bake;
        step.max_window_ms = window.unwrap_or_else(|| Step::window_of(bake));
        sound.then_some(step)
    }

    /// Takes `to` or `segment`.
    fn target(&mut self, fields: &mut Fields<'a>, path: Path<'_>) -> Option<Target> {
        let (to, segment) = (fields.take("to"), fields.take("segment"));
        match (to, segment) {
            (Some(node), None) => Some(Target::Share(self.reader.percent(node, path.key("to"))?.0)),
            (None, Some(node)) => {
                let name = self.reader.spanned_text(node, path.key("segment"))?;
                let target = Target::Segment(name.value.to_owned());
                self.named.segments.push(name);
                Some(target)
            }
            (Some(_), Some(node)) => {
                self.refuse(
                    node,
                    path.key("segment"),
                    "a step reaches a share or a segment, not both",
                    "`to` or `segment`",
                );
                None
            }
            (None, None) => {
                self.reader.note(
                    Diagnostic::error(
                        "missing_key",
                        path.to_string(),
                        fields.at,
                        "nothing says whom this step reaches",
                    )
                    .expected(["to", "segment"]),
                );
                None
            }
        }
    }

    /// Ranges of days follow each other: `1-3`, `4-7`.
    fn days(&mut self, nodes: &[Node<'_>], path: Path<'_>) {
        let mut next = 1;
        for (index, node) in nodes.iter().enumerate() {
            let Content::Map(entries) = node.content else { continue };
            let days = entries.iter().find(|entry| entry.key == "days").map(|entry| &entry.value);
            let Some(node) = days.filter(|node| matches!(node.content, Content::Text(_))) else { continue };
            let Some((first, last)) = days_of(node) else { continue };
            if first != next {
                let path = path.key("steps");
                let place = path.index(index);
                self.refuse(
                    node,
                    place.key("days"),
                    "these days do not follow those of the step before",
                    &format!("days from {next} on"),
                );
            }
            next = last + 1;
        }
    }

    fn trigger(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<(Trigger, Option<Watched>)> {
        let mut fields = self.reader.fields(node, path)?;
        let when = fields.take("when").map(|node| self.when(node, path.key("when")));
        let hold = self.duration(&mut fields, path, "for");
        let name = fields.take("name").map(|node| self.reader.text(node, path.key("name")));
        let actions =
            fields.need(self.reader, path, "do").and_then(|node| self.actions(node, path.key("do")));
        if when.is_none() && name.is_none() {
            self.reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.to_string(),
                    node.at,
                    "nothing says when this trigger fires",
                )
                .expected(["when", "name, of a trigger that the host tells"]),
            );
        }
        fields.finish(self.reader, path, TRIGGER_KEYS);
        let watched = match when {
            Some(watched) => Some(watched?),
            None => None,
        };
        let written =
            watched.as_ref().map(|watched| format!("{} {}", watched.metric, watched.threshold.bound));
        let name = match name {
            Some(name) => name?.to_owned(),
            None => written?,
        };
        // How long it has to be so is counted by the plan, which hears of every change.
        let within = watched.as_ref().and_then(|watched| u64::try_from(watched.threshold.hold).ok());
        let for_ms = hold.or(within).unwrap_or(0);
        let watched =
            watched.map(|watched| Watched { threshold: watched.threshold.holding_for(0), ..watched });
        Some((Trigger { name, for_ms, actions: actions? }, watched))
    }

    fn when(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Watched> {
        let mut fields = self.reader.fields(node, path)?;
        let name = fields.need(self.reader, path, "metric");
        let name = name.and_then(|node| metric::name(self.reader, node, path.key("metric"), self.metrics));
        let threshold = gate::threshold(self.reader, &mut fields, path);
        fields.finish(
            self.reader,
            path,
            &["metric", "above", "at_least", "below", "at_most", "between", "for", "baseline"],
        );
        let (name, threshold) = (name?, threshold?);
        if let Err(problem) = threshold.check() {
            self.reader.note(Diagnostic::error("bad_threshold", path.to_string(), node.at, problem));
            return None;
        }
        Some(Watched { metric: name.value.to_owned(), threshold })
    }

    fn actions(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<Vec<Action>> {
        if let Content::List(nodes) = node.content {
            let read = nodes.iter().enumerate().map(|(index, node)| self.action(node, path.index(index)));
            return read.collect::<Vec<_>>().into_iter().collect();
        }
        Some(vec![self.action(node, path)?])
    }

    fn action(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<Action> {
        let Content::Map(_) = node.content else {
            return self.reader.word(node, path, ACTIONS).map(|action| action());
        };
        let mut fields = self.reader.fields(node, path)?;
        let flag = fields.need(self.reader, path, "set_flag");
        let flag = flag.and_then(|node| self.reader.spanned_text(node, path.key("set_flag")));
        fields.finish(self.reader, path, &["set_flag"]);
        let flag = flag?;
        let action = Action::SetFlag(flag.value.to_owned());
        self.named.set.push(flag);
        Some(action)
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

/// The first and the last of some days: `3` are the days 1 to 3 of a step, `4-7` those of a plan.
fn days_of(node: &Node<'_>) -> Option<(u64, u64)> {
    const MOST: u64 = 3_650;
    let (first, last) = match node.content {
        Content::Int(days) => (1, u64::try_from(days).ok()?),
        Content::Text(text) => {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let day = |text: &str| {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| text.parse().ok()).flatten()
            };
            (day(first.trim())?, day(last.trim())?)
        }
        _ => return None,
    };
    (1..=MOST).contains(&first).then_some(())?;
    (first..=MOST).contains(&last).then_some((first, last))
}
