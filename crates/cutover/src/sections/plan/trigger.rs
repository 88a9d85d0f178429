//! Triggers of a plan, as a document writes them.

use super::{PlanReader, TRIGGER_KEYS};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::sections::{gate, metric};
use cutover_plans::{Action, Trigger, USUAL_SAMPLES, Watched};

type Make = fn() -> Action;

const ACTIONS: &[(&str, Make)] = &[
    ("rollback_immediate", || Action::RollbackImmediate),
    ("rollback_progressive", || Action::RollbackProgressive),
    ("pause", || Action::Pause),
    ("investigate", || Action::Investigate),
    ("notify", || Action::Notify),
];

/// What an action of more than a word is.
const ACTION_KEYS: &[&str] = &["set_flag", "open_incident"];

impl<'a> PlanReader<'_, 'a> {
    fn open_incident(&mut self, node: &'a Node<'a>, path: Path<'_>) -> Option<Action> {
        let mut fields = self.reader.fields(node, path)?;
        let mut text = |key: &'static str| {
            let node = fields.need(self.reader, path, key);
            node.and_then(|node| self.reader.spanned_text(node, path.key(key)))
        };
        let (policy, severity) = (text("policy"), text("severity"));
        fields.finish(self.reader, path, &["policy", "severity"]);
        let (policy, severity) = (policy?, severity?);
        let (named, class) = (policy.value.to_owned(), severity.value.to_owned());
        self.named.incidents.push((policy, severity));
        Some(Action::OpenIncident { policy: named, severity: class })
    }

    pub(super) fn trigger(
        &mut self,
        node: &'a Node<'a>,
        path: Path<'_>,
    ) -> Option<(Trigger, Option<Watched>)> {
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
        let min_samples = match fields.take("min_samples") {
            Some(node) => self.reader.whole(node, path.key("min_samples"), (1, gate::MOST_SAMPLES))?,
            None => USUAL_SAMPLES,
        };
        fields.finish(
            self.reader,
            path,
            &["metric", "above", "at_least", "below", "at_most", "between", "for", "baseline", "min_samples"],
        );
        let (name, threshold) = (name?, threshold?);
        if let Err(problem) = threshold.check() {
            self.reader.note(Diagnostic::error("bad_threshold", path.to_string(), node.at, problem));
            return None;
        }
        Some(Watched { metric: name.value.to_owned(), threshold, min_samples })
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
        if let Some(node) = fields.take("open_incident") {
            fields.finish(self.reader, path, ACTION_KEYS);
            return self.open_incident(node, path.key("open_incident"));
        }
        let flag = fields.need(self.reader, path, "set_flag");
        let flag = flag.and_then(|node| self.reader.spanned_text(node, path.key("set_flag")));
        fields.finish(self.reader, path, ACTION_KEYS);
        let flag = flag?;
        let action = Action::SetFlag(flag.value.to_owned());
        self.named.set.push(flag);
        Some(action)
    }
}
