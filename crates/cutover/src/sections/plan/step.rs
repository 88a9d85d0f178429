//! Steps of a plan, as a document writes them.

use super::{PlanReader, STEP_KEYS, Usual};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::ruleset::fields::Fields;
use cutover_plans::{Step, Target};

const DAY_MS: u64 = 86_400_000;

impl<'a> PlanReader<'_, 'a> {
    pub(super) fn step(&mut self, node: &'a Node<'a>, path: Path<'_>, usual: &Usual) -> Option<Step> {
        let mut step = Step {
            to: Target::Share(0),
            bake_ms: 0,
            max_window_ms: 0,
            gates: usual.gates.clone(),
            approval: false,
            capacity: false,
            guards: usual.guards.clone(),
        };
        let (mut bake, mut window) = (usual.bake, usual.max_window);
        let mut sound = true;
        match node.content {
            Content::Map(_) => {
                let mut fields = self.reader.fields(node, path)?;
                let to = self.target(&mut fields, path);
                let own = self.bake(&mut fields, path);
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
                step.guards.extend(self.data_guards(&mut fields, path));
                for (key, slot) in [("approval", &mut step.approval), ("capacity", &mut step.capacity)] {
                    if let Some(node) = fields.take(key) {
                        *slot = self.reader.bool(node, path.key(key)).unwrap_or_default();
                    }
                }
                fields.finish(self.reader, path, STEP_KEYS);
                step.to = to?;
            }
            // A phase is written as its name alone.
            Content::Text(name) if usual.by_phase && !name.trim_end().ends_with('%') => {
                step.to = Target::Phase(name.to_owned());
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

    /// Takes `to`, `segment` or `phase`.
    fn target(&mut self, fields: &mut Fields<'a>, path: Path<'_>) -> Option<Target> {
        let (to, segment) = (fields.take("to"), fields.take("segment"));
        if let (Some(node), None, None) = (fields.take("phase"), to, segment) {
            return Some(Target::Phase(self.reader.text(node, path.key("phase"))?.to_owned()));
        }
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
                    .expected(["to", "segment", "phase"]),
                );
                None
            }
        }
    }

    /// Ranges of days follow each other: `1-3`, `4-7`.
    pub(super) fn days(&mut self, nodes: &[Node<'_>], path: Path<'_>) {
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
