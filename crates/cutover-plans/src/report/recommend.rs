//! What to do, by what the gates say.

use super::measured::Measured;
use super::{Alarm, Standing};
use crate::Verdict;
use crate::plan::Plan;
use crate::span;
use crate::spec::{Action, OnFail};
use crate::state::{Stage, State};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{CheckReport, Reason, Report as GateReport};
use serde::Serialize;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// On to the next step: every blocking gate passes, and the step was watched long enough.
    Advance,
    /// Nothing is against the rollout, and not enough is for it; or somebody has to look.
    Hold,
    /// A blocking gate fails, or a trigger asks for it.
    RollBack,
    /// The plan has ended.
    Nothing,
}

/// What to do, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendation {
    /// What.
    pub advice: Advice,
    /// The same in a sentence.
    pub summary: String,
    /// What it follows from, each in a sentence.
    pub why: Vec<String>,
    /// What is waited for, and how much more of it at the present rate.
    pub waiting: Vec<Outlook>,
    /// How long it takes until all of that is there, in milliseconds; none where that cannot be told.
    pub ready_in_ms: Option<u64>,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// The check, or `bake`: the time that a step is watched.
    pub what: String,
    /// How many more requests of the new arm; none where time alone counts, or nobody can tell.
    pub samples: Option<u64>,
    /// How long that takes at the present rate, in milliseconds; none where nobody can tell.
    pub ms: Option<u64>,
}

pub(super) fn recommend(
    plan: &Plan,
    state: &State,
    step: &Standing,
    gates: &[GateReport<'_>],
    alarms: &[Alarm],
    measured: &Measured,
) -> Recommendation {
    let said = |advice, summary: String, why: Vec<String>| Recommendation {
        advice,
        summary,
        why,
        waiting: Vec::new(),
        ready_in_ms: None,
    };
    let one = |advice, summary: &str| said(advice, summary.to_owned(), Vec::new());
    match state.stage {
        Stage::Draft => return one(Advice::Hold, "Hold: the plan has not been started."),
        Stage::Scheduled => return one(Advice::Hold, "Hold: the time of the plan has not come."),
        Stage::Completed => return one(Advice::Nothing, "Nothing: the plan is completed."),
        Stage::Superseded => {
            return one(Advice::Nothing, "Nothing: the plan was changed on the way; start the new one.");
        }
        Stage::RolledBack => return one(Advice::Nothing, "Nothing: the plan was rolled back."),
        Stage::RollingBack { .. } => {
            return said(Advice::RollBack, "Roll back: it is on its way.".to_owned(), failures(gates));
        }
        _ if state.emergency => return one(Advice::RollBack, "Roll back: there is an emergency."),
        _ => {}
    }
    let back = fired(alarms);
    let failing = failures(gates);
    let ratio = gates
        .iter()
        .flat_map(blocking)
        .any(|check| check.test == "sample_ratio" && check.verdict == Verdict::Fail);
    if !back.is_empty() {
        let why = back.into_iter().chain(failing).collect();
        return said(Advice::RollBack, "Roll back: a trigger asks for it.".to_owned(), why);
    }
    if ratio {
        let summary =
            "Hold: the arms do not get the requests that were planned, so their comparison means nothing.";
        return said(Advice::Hold, summary.to_owned(), failing);
    }
    if !failing.is_empty() {
        return match plan.spec().on_fail {
            OnFail::Pause => {
                said(Advice::Hold, "Hold: a gate fails, and the plan says to pause.".to_owned(), failing)
            }
            _ => said(Advice::RollBack, "Roll back: a gate fails.".to_owned(), failing),
        };
    }
    let waiting = waiting(state, step, gates, measured);
    let mut why: Vec<String> =
        gates.iter().flat_map(blocking).filter(|check| check.verdict != Verdict::Pass).map(because).collect();
    if gates.is_empty() {
        why.push("no gate was judged at this step".to_owned());
    }
    why.extend(
        alarms.iter().filter(|alarm| alarm.firing).map(|alarm| format!("trigger `{}` fires", alarm.name)),
    );
    let left = step.bake_ms.saturating_sub(step.baked_ms);
    if left > 0 && state.stage != Stage::Promoted {
        why.push(format!("the step was watched for {} of {}", span(step.baked_ms), span(step.bake_ms)));
    }
    let missing = plan.waits_for(state);
    why.extend(missing.iter().map(|guard| format!("data guard `{}`: {}", guard.name(), guard.missing())));
    let passes = !gates.is_empty() && gates.iter().all(|gate| gate.verdict == Verdict::Pass);
    let next =
        step.next.as_ref().map_or_else(|| "the end of the plan".to_owned(), |next| format!("`{next}`"));
    let (advice, summary) = match state.stage {
        Stage::Paused { .. } => {
            (Advice::Hold, "Hold: the plan is paused, and somebody has to resume it.".to_owned())
        }
        Stage::Progressing => (Advice::Hold, "Hold: not every node has acknowledged the step.".to_owned()),
        _ if !passes => (Advice::Hold, hold(&waiting)),
        Stage::Promoted => {
            (Advice::Advance, "Advance: complete the plan when nobody needs the old side.".to_owned())
        }
        Stage::AwaitingApproval if missing.is_empty() => {
            (Advice::Advance, format!("Advance to {next}: it waits for approval."))
        }
        _ if left > 0 => (Advice::Hold, hold(&waiting)),
        _ if !missing.is_empty() => {
            (Advice::Hold, "Hold: a data guard of the next step does not hold.".to_owned())
        }
        _ => (Advice::Advance, format!("Advance to {next}.")),
    };
    if passes {
        why.insert(0, "every blocking gate passes".to_owned());
    }
    let ready_in_ms =
        waiting.iter().map(|outlook| outlook.ms).try_fold(0, |most: u64, ms| Some(most.max(ms?)));
    let ready_in_ms = ready_in_ms.filter(|_| advice == Advice::Hold && !waiting.is_empty());
    Recommendation { advice, summary, why, waiting, ready_in_ms }
}

fn hold(waiting: &[Outlook]) -> String {
    let known = waiting.iter().map(|outlook| outlook.ms).try_fold(0, |most: u64, ms| Some(most.max(ms?)));
    match known {
        Some(ms) if ms > 0 => format!("Hold: enough should be known in {}, at the present rate.", span(ms)),
        _ => "Hold: not enough is known, and nobody can tell when it will be.".to_owned(),
    }
}

fn blocking<'r, 'g>(gate: &'r GateReport<'g>) -> impl Iterator<Item = &'r CheckReport<'g>> + use<'r, 'g> {
    gate.checks.iter().filter(|check| check.mode == "blocking")
}

fn because(check: &CheckReport<'_>) -> String {
    format!("`{}`: {}", check.check, check.reason)
}

fn failures(gates: &[GateReport<'_>]) -> Vec<String> {
    gates.iter().flat_map(blocking).filter(|check| check.verdict == Verdict::Fail).map(because).collect()
}

fn fired(alarms: &[Alarm]) -> Vec<String> {
    let back = |action: &Action| matches!(action, Action::RollbackImmediate | Action::RollbackProgressive);
    let fired = alarms.iter().filter(|alarm| alarm.fired && alarm.actions.iter().any(back));
    fired.map(|alarm| format!("trigger `{}` has fired for {}", alarm.name, span(alarm.for_ms))).collect()
}

fn waiting(state: &State, step: &Standing, gates: &[GateReport<'_>], measured: &Measured) -> Vec<Outlook> {
    let mut waiting = Vec::new();
    let left = step.bake_ms.saturating_sub(step.baked_ms);
    if left > 0 && state.stage != Stage::Promoted {
        let ms = (state.stage == Stage::Baking).then_some(left);
        waiting.push(Outlook { what: "bake".to_owned(), samples: None, ms });
    }
    for check in gates.iter().flat_map(blocking) {
        if matches!(check.verdict, Verdict::Pass | Verdict::Fail) {
            continue;
        }
        let samples = more(check);
        let rate = measured.rates.get(check.metric).copied().filter(|rate| *rate > 0.0);
        let ms = match (&check.reason, samples.zip(rate)) {
            (Reason::NotLongEnough { lasted, needed, .. }, _) => {
                u64::try_from(needed.saturating_sub(*lasted)).ok()
            }
            (_, Some((samples, rate))) => whole(libm::ceil(float(samples) / rate)),
            _ => None,
        };
        waiting.push(Outlook { what: check.check.to_owned(), samples, ms });
    }
    waiting
}

/// How many more requests of the new arm a statistical check needs, if what is to come is like what came: then the logarithm
/// of its evidence grows with them.
fn more(check: &CheckReport<'_>) -> Option<u64> {
    if check.test == "threshold" {
        return None;
    }
    match check.reason {
        Reason::TooFew { samples, needed } => Some(needed.saturating_sub(samples)),
        Reason::NotYetKnown => {
            let (proof, needed) = (libm::log(check.proof?), libm::log(check.needed?));
            (proof > 0.0).then(|| whole(libm::ceil(float(check.samples.new?) * (needed / proof - 1.0))))?
        }
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(number: u64) -> f64 {
    number as f64
}

/// A number that is estimated, where it is one that means anything.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was looked at before")]
fn whole(number: f64) -> Option<u64> {
    (0.0..1e15).contains(&number).then_some(number as u64)
}
