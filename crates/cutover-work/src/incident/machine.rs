//! The machine of an incident.

use super::{Checked, Effect, Entry, Event, Incident, List, Policy, Stage, Word};
use crate::Millis;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// One step: the incident afterwards, and what to do. What cannot be done is refused, and changes nothing.
///
/// ```
/// use cutover_work::incident::{Event, Incident, Policy, Severity, Stage, step};
/// let severity = Severity { name: "critical".into(), objective_ms: 3_600_000, ..Severity::default() };
/// let policy = Policy { severities: vec![severity], ..Policy::default() };
/// let open = Event::Open {
///     id: "i1".into(), title: "till is down".into(), severity: None, feature: Some("till".into()),
///     trigger: Some("errors".into()), actor: None, began_at: None, now: 0,
/// };
/// let (incident, _) = step(&policy, Incident::default(), open);
/// let (incident, effects) = step(&policy, incident, Event::Tick { now: 3_600_000 });
/// assert_eq!((incident.stage, incident.breached_at), (Stage::Opened, Some(3_600_000)));
/// assert_eq!(effects.len(), 1);
/// ```
#[must_use]
pub fn step(policy: &Policy, incident: Incident, event: Event) -> (Incident, Vec<Effect>) {
    let before = incident.clone();
    let wake = before.wake(policy);
    let again = matches!(event, Event::Restarted { .. });
    let mut machine = Machine { policy, incident, effects: Vec::new() };
    if let Err(why) = machine.take(event) {
        return (before, vec![Effect::Refused { why }]);
    }
    let Machine { incident, mut effects, .. } = machine;
    if let Some(at) = incident.wake(policy).filter(|at| again || wake != Some(*at)) {
        effects.push(Effect::WakeAt { at });
    }
    (incident, effects)
}

impl Incident {
    /// When the objective will be missed, where that is still to come.
    fn wake(&self, policy: &Policy) -> Option<Millis> {
        let waits = self.is_under_way() && self.breached_at.is_none();
        self.due(policy).filter(|_| waits)
    }

    fn is_under_way(&self) -> bool {
        matches!(self.stage, Stage::Opened | Stage::Acknowledged | Stage::Mitigating)
    }
}

struct Machine<'a> {
    policy: &'a Policy,
    incident: Incident,
    effects: Vec<Effect>,
}

impl Machine<'_> {
    fn take(&mut self, event: Event) -> Result<(), String> {
        let under_way = self.incident.is_under_way();
        let need = |holds: bool, why: &str| if holds { Ok(()) } else { Err(why.to_owned()) };
        match event {
            Event::Open { .. } => return self.open(event),
            Event::Acknowledge { actor, now } => {
                need(self.incident.stage == Stage::Opened, "only what was just opened is acknowledged")?;
                named(&actor)?;
                self.breach(now);
                self.incident.stage = Stage::Acknowledged;
                self.incident.acknowledged_at = Some(now);
                self.log(now, Word::Acknowledged, Some(actor), String::new());
            }
            Event::Check { list, item, actor, evidence, now } => {
                need(under_way || self.incident.stage == Stage::Resolved, "there is no incident under way")?;
                self.check(list, item, actor, evidence, now)?;
            }
            Event::Mitigate { actor, what, rollback, without_checks, now } => {
                need(under_way, "there is no incident under way")?;
                named(&actor)?;
                self.breach(now);
                self.may_roll_back(rollback, without_checks, &actor, now)?;
                self.incident.stage = Stage::Mitigating;
                self.incident.acknowledged_at.get_or_insert(now);
                self.incident.mitigating_at.get_or_insert(now);
                self.incident.rollback |= rollback;
                self.log(now, Word::Mitigating, Some(actor), what);
            }
            Event::Resolve { actor, what, now } => {
                need(
                    self.incident.stage == Stage::Mitigating,
                    "only what somebody mitigates can be resolved",
                )?;
                named(&actor)?;
                let missing = self.incident.missing(self.policy, List::After);
                need(
                    !self.incident.rollback || missing.is_empty(),
                    &format!("after the rollback these are not checked: {}", missing.join(", ")),
                )?;
                self.breach(now);
                self.incident.stage = Stage::Resolved;
                self.incident.resolved_at = Some(now.max(self.incident.began_at));
                self.log(now, Word::Resolved, Some(actor), what);
                self.notify("it is resolved".to_owned());
            }
            Event::Reopen { actor, reason, now } => {
                need(self.incident.stage == Stage::Resolved, "only what was resolved can be opened again")?;
                named(&actor)?;
                self.incident.stage = Stage::Acknowledged;
                self.incident.resolved_at = None;
                // What was checked was checked of what turned out not to be so.
                self.incident.after.clear();
                self.log(now, Word::Reopened, Some(actor), reason);
                self.notify("it is open again".to_owned());
                self.breach(now);
            }
            Event::Rate { severity, actor, reason, now } => {
                need(under_way, "there is no incident under way")?;
                named(&actor)?;
                self.known(&severity)?;
                let from = core::mem::replace(&mut self.incident.severity, severity);
                let to = self.incident.severity.clone();
                self.log(now, Word::Rated, Some(actor), format!("{from} → {to}: {reason}"));
                // The clock did not begin anew; the other objective may be missed, or not be missed yet.
                self.incident.breached_at = None;
                self.breach(now);
            }
            Event::Note { actor, text, now } => {
                need(self.incident.stage != Stage::None, "there is no incident")?;
                self.log(now, Word::Noted, Some(actor), text);
            }
            Event::Close { actor, root_cause, follow_up, now } => {
                need(self.incident.stage == Stage::Resolved, "only what is resolved can be closed")?;
                named(&actor)?;
                need(!root_cause.trim().is_empty(), "closing it says why it happened")?;
                self.incident.stage = Stage::Closed;
                self.incident.root_cause = Some(root_cause);
                self.incident.follow_up = follow_up;
                self.log(now, Word::Closed, Some(actor), String::new());
            }
            Event::Done { id, .. } => self.incident.notices.retain(|(other, _)| *other != id),
            Event::Tick { now } => self.breach(now),
            Event::Restarted { now } => {
                for (id, message) in &self.incident.notices {
                    let (id, message, to) = (id.clone(), message.clone(), self.policy.notify.clone());
                    self.effects.push(Effect::Notify { id, message, to });
                }
                self.breach(now);
            }
        }
        Ok(())
    }

    fn open(&mut self, event: Event) -> Result<(), String> {
        let Event::Open { id, title, severity, feature, trigger, actor, began_at, now } = event else {
            return Ok(());
        };
        if self.incident.stage != Stage::None {
            return Err(format!("`{}` is open already", self.incident.id));
        }
        if id.is_empty() || title.trim().is_empty() {
            return Err("an incident has an id and a title".to_owned());
        }
        if actor.is_none() && trigger.is_none() {
            return Err("an incident is opened by an actor or by a trigger".to_owned());
        }
        let severity = match (severity, &feature) {
            (Some(severity), _) => severity,
            (None, Some(feature)) => match self.policy.of_feature(feature) {
                Some(severity) => severity.name.clone(),
                None => return Err("the ruleset has no severity".to_owned()),
            },
            (None, None) => return Err("an incident has a severity, or the feature that fails".to_owned()),
        };
        self.known(&severity)?;
        let began_at = began_at.unwrap_or(now).min(now);
        let by = actor.clone().or_else(|| trigger.as_ref().map(|trigger| format!("trigger {trigger}")));
        self.incident = Incident {
            id,
            title: title.clone(),
            stage: Stage::Opened,
            severity: severity.clone(),
            feature,
            trigger,
            began_at,
            opened_at: now,
            ..Incident::default()
        };
        if began_at < now {
            self.log(began_at, Word::Began, None, String::new());
        }
        self.log(now, Word::Opened, by, format!("{severity}: {title}"));
        self.notify(format!("{severity}: {title}"));
        self.breach(now);
        Ok(())
    }

    fn check(
        &mut self,
        list: List,
        item: String,
        actor: String,
        evidence: String,
        now: Millis,
    ) -> Result<(), String> {
        named(&actor)?;
        let (items, checked) = match list {
            List::Before => (&self.policy.before_rollback, &mut self.incident.before),
            List::After => (&self.policy.after_rollback, &mut self.incident.after),
        };
        if !items.iter().any(|known| known.name == item) {
            let known: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            return Err(format!("there is no item `{item}` (there are {})", known.join(", ")));
        }
        if evidence.trim().is_empty() {
            return Err("what was checked names its evidence: a link, a number, a sentence".to_owned());
        }
        checked.insert(item.clone(), Checked { actor: actor.clone(), at: now, evidence: evidence.clone() });
        self.log(now, Word::Checked, Some(actor), format!("{item}: {evidence}"));
        Ok(())
    }

    fn may_roll_back(
        &mut self,
        rollback: bool,
        without: Option<String>,
        actor: &str,
        now: Millis,
    ) -> Result<(), String> {
        let missing = self.incident.missing(self.policy, List::Before).join(", ");
        if !rollback || missing.is_empty() {
            return Ok(());
        }
        match without.filter(|reason| !reason.trim().is_empty()) {
            // In an emergency somebody may decide so, and answers for it.
            Some(reason) => {
                self.log(now, Word::WithoutChecks, Some(actor.to_owned()), format!("{missing}: {reason}"));
                Ok(())
            }
            None => Err(format!(
                "before the rollback these are not checked: {missing}; check them, or say in `without_checks` why not"
            )),
        }
    }

    /// Notes that the objective is missed, once it is.
    fn breach(&mut self, now: Millis) {
        let Some(due) = self.incident.due(self.policy) else { return };
        if now < due || !self.incident.is_under_way() || self.incident.breached_at.is_some() {
            return;
        }
        self.incident.breached_at = Some(due);
        let severity = self.incident.severity.clone();
        self.log(due, Word::Breached, None, format!("the objective of {severity} is missed"));
        self.notify(format!("the objective of {severity} is missed: {}", self.incident.title));
    }

    fn known(&self, severity: &str) -> Result<(), String> {
        if self.policy.severity(severity).is_some() {
            return Ok(());
        }
        let known: Vec<&str> = self.policy.severities.iter().map(|severity| severity.name.as_str()).collect();
        Err(format!("there is no severity `{severity}` (there are {})", known.join(", ")))
    }

    fn log(&mut self, at: Millis, what: Word, actor: Option<String>, detail: String) {
        self.incident.log.push(Entry { at, what, actor, detail });
    }

    fn notify(&mut self, message: String) {
        self.incident.told = self.incident.told.saturating_add(1);
        let id = format!("{}/{}", self.incident.id, self.incident.told);
        self.effects.push(Effect::Notify {
            id: id.clone(),
            message: message.clone(),
            to: self.policy.notify.clone(),
        });
        self.incident.notices.push((id, message));
    }
}

fn named(actor: &str) -> Result<(), String> {
    if actor.trim().is_empty() { Err("it is said who does it".to_string()) } else { Ok(()) }
}
