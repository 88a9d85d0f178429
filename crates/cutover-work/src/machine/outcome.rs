//! What came of an effect.

use super::Machine;
use crate::{Effect, Expect, Point, Step, Word, later};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

/// How often people are told.
const TELLINGS: u32 = 3;

/// What a host says of an effect.
pub(super) enum Said {
    Done(Option<String>),
    Failed(String),
    Validated { ok: Option<bool>, value: Option<f64>, evidence: Option<String> },
}

/// What that comes to.
enum Came {
    /// It was done, or holds.
    Good(Option<String>),
    /// A check found that it does not hold.
    Bad(String),
    /// It was not done, or could not be found out.
    Failed(String),
}

impl Machine<'_> {
    pub(super) fn outcome(&mut self, id: &str, attempt: Option<u32>, said: Said) {
        if self.told(id, &said) {
            return;
        }
        let waits = self.state.pending.as_ref().is_some_and(|pending| {
            pending.id == id
                && pending.due.is_none()
                && attempt.is_none_or(|attempt| attempt == pending.attempt)
        });
        if waits && self.state.step != Step::Approval {
            let came = self.came(said);
            self.settle(came);
            self.go_on();
        } else if let Some(place) = self.state.unknown.iter().position(|other| other == id) {
            // It was given up on; what is known now is written down, and changes nothing else.
            self.state.unknown.remove(place);
            let detail = match said {
                Said::Done(_) => "it had been done".to_owned(),
                Said::Failed(error) => format!("it had failed: {error}"),
                Said::Validated { ok, .. } => format!("it had been found: {ok:?}"),
            };
            self.log(Word::KnownLate, None, Some(format!("{id}: {detail}")));
        } else {
            self.effects.push(Effect::Ignored { id: id.to_owned() });
        }
    }

    /// The outcome of a notice.
    fn told(&mut self, id: &str, said: &Said) -> bool {
        let Some(place) = self.state.notices.iter().position(|notice| notice.id == id) else { return false };
        if let (Said::Failed(_), Some(notice)) = (said, self.state.notices.get_mut(place)) {
            if notice.attempt < TELLINGS {
                notice.attempt += 1;
                self.effects.push(notice.effect());
                return true;
            }
            let what = format!("nobody could be told: {}", notice.message);
            self.log(Word::NoticeGivenUp, None, Some(what));
        }
        self.state.notices.remove(place);
        true
    }

    fn came(&self, said: Said) -> Came {
        match (said, self.state.step.is_check()) {
            (Said::Failed(error), _) => Came::Failed(error),
            (Said::Done(evidence), false) => Came::Good(evidence),
            (Said::Validated { ok, evidence, .. }, false) => {
                let evidence = evidence.unwrap_or_default();
                if ok == Some(true) { Came::Good(Some(evidence)) } else { Came::Failed(evidence) }
            }
            // Who looked and does not say what was found has found nothing.
            (Said::Done(_), true) => {
                Came::Failed("it says that it is done, and not whether it holds".to_owned())
            }
            (Said::Validated { ok, value, evidence }, true) => {
                judged(self.action().and_then(|action| action.expect), ok, value, evidence)
            }
        }
    }

    fn settle(&mut self, came: Came) {
        match came {
            Came::Good(evidence) => self.succeeded(evidence),
            Came::Bad(found) => {
                self.log(Word::NotPassed, None, Some(found.clone()));
                self.once_more_or_give_up(found);
            }
            Came::Failed(error) => {
                self.log(Word::Failed, None, Some(error.clone()));
                self.once_more_or_give_up(error);
            }
        }
    }

    fn succeeded(&mut self, evidence: Option<String>) {
        let step = self.state.step;
        let word = if step.is_check() { Word::Passed } else { Word::Done };
        self.log(word, None, evidence.clone());
        self.state.pending = None;
        self.pass(evidence);
    }

    /// The step at hand is over, and what follows from it holds.
    pub(super) fn pass(&mut self, evidence: Option<String>) {
        let phase = self.state.phase;
        match self.state.step {
            Step::Take => {
                let name = self
                    .phase()
                    .and_then(|phase| phase.restore_point.as_ref())
                    .map(|point| point.name.clone());
                let name = name.unwrap_or_default();
                let point = Point { name, taken_at: self.now, verified: false, evidence };
                self.state.points.insert(phase, point);
            }
            Step::Verify => {
                if let Some(point) = self.state.points.get_mut(&phase) {
                    point.verified = true;
                }
            }
            Step::Checkpoint => self.state.phases_done = phase + 1,
            Step::Lower => {
                self.state.phases_done = phase;
                return self.phase_is_back();
            }
            _ => {}
        }
        self.state.step = self.state.step.next();
    }

    fn once_more_or_give_up(&mut self, why: String) {
        let (attempts, every) = self.patience();
        let due = later(self.now, every);
        if let Some(pending) = self.state.pending.as_mut()
            && pending.attempt < attempts
            && self.state.wanted.is_none()
        {
            pending.due = Some(due);
            pending.deadline = None;
            return self.due();
        }
        let what = self.step_name().unwrap_or_default();
        let step = self.state.step;
        if self.state.wanted.is_some() {
            self.state.pending = None;
            return;
        }
        match step {
            Step::Action(_) | Step::Validation(_) => {
                self.state.pending = None;
                let to = self.down_to();
                self.turn_back(to);
            }
            Step::Take | Step::Verify => {
                self.state.step = Step::Take;
                self.need_operator(format!("the phase has no restore point, for `{what}` failed: {why}"));
            }
            Step::Undo(_) | Step::Restore | Step::ValidateData(_) => {
                self.need_operator(format!("the rollback failed at `{what}`: {why}"));
            }
            Step::Checkpoint | Step::Lower | Step::Approval => {
                self.need_operator(format!("`{what}` failed: {why}"));
            }
        }
    }

    /// Begins the next attempt where its time has come.
    fn due(&mut self) {
        let due = self.state.pending.as_ref().and_then(|pending| pending.due);
        if due.is_some_and(|due| due <= self.now) && self.state.paused.is_none() {
            self.attempt();
        }
    }

    pub(super) fn tick(&mut self) {
        let now = self.now;
        let (_, every) = self.patience();
        let timeout = self.action().and_then(|action| action.timeout_ms);
        let Some(pending) = self.state.pending.as_mut() else { return };
        // A clock that went back must not make anybody wait longer than was said.
        pending.since = pending.since.min(now);
        pending.due = pending.due.map(|due| due.min(later(now, every)));
        pending.deadline = pending.deadline.map(|deadline| deadline.min(later(now, timeout.unwrap_or(0))));
        if pending.deadline.is_none_or(|deadline| now < deadline) {
            return self.due();
        }
        let (attempts, id) = (pending.attempt, pending.id.clone());
        // The attempt must not run on beside what comes next.
        let cancel = self.cancelling();
        self.effects.extend(cancel);
        self.log(Word::TimedOut, None, Some(format!("attempt {attempts}")));
        self.once_more_or_give_up("nothing was heard of it in time".to_owned());
        if self.state.pending.is_none() {
            self.give_up_on(id);
        }
        self.go_on();
    }

    /// Nobody knows what came of it: that is written down, and stays until it is known.
    pub(super) fn give_up_on(&mut self, id: String) {
        self.log(Word::Unknown, None, Some(format!("what came of {id} is not known")));
        self.state.unknown.push(id);
    }

    pub(super) fn restarted(&mut self) {
        self.log(Word::Restarted, None, None);
        self.effects.extend(self.state.notices.iter().map(crate::Notice::effect));
        let timeout = self.action().and_then(|action| action.timeout_ms);
        let now = self.now;
        if let Some(pending) = self.state.pending.as_mut().filter(|pending| pending.due.is_none()) {
            // While the host was away nobody worked on it: its time begins again.
            pending.since = now;
            pending.deadline = timeout.map(|timeout| later(now, timeout));
            let asked = match self.state.wanted {
                Some(_) => self.cancelling(),
                None => self.asked(),
            };
            self.effects.extend(asked);
            self.log(Word::Reissued, None, None);
        }
        self.tick();
        self.go_on();
    }
}

/// Whether what was found is what was expected.
fn judged(expect: Option<Expect>, ok: Option<bool>, value: Option<f64>, evidence: Option<String>) -> Came {
    let said = evidence.unwrap_or_default();
    let told = |what: String| if said.is_empty() { what } else { format!("{what}; {said}") };
    match (expect, ok, value) {
        (_, Some(false), Some(value)) => Came::Bad(told(format!("found {value}"))),
        (_, Some(false), None) => Came::Bad(told("it does not hold".to_owned())),
        (None, Some(true), Some(value)) => Came::Good(Some(told(format!("found {value}")))),
        (None, Some(true), None) => Came::Good(Some(said)),
        (None, None, _) => Came::Failed(told("it does not say whether it holds".to_owned())),
        (Some(expect), _, Some(value)) if expect.holds(value) => {
            Came::Good(Some(told(format!("found {value}, expected {expect}"))))
        }
        (Some(expect), _, Some(value)) => Came::Bad(told(format!("found {value}, expected {expect}"))),
        (Some(expect), _, None) => Came::Failed(told(format!("no number was found, expected {expect}"))),
    }
}
