//! The questions about gates, as bindings ask them.

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use cutover_gates::{Answer, Better, Comparison, Counts, Gate, Log, Observation, Report, SampleRatio};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// `gate`: what a gate comes to, and the state to give the next time.
pub(crate) fn gate(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    #[derive(Serialize)]
    struct Evaluated<'g> {
        state: Log,
        report: Report<'g>,
    }
    let gate = gate_of("gate", engine, &given.text("gate")?)?;
    let state = given.take("state");
    let observations: Vec<Observation> =
        typed("gate", "observations", given.take("observations"))?.unwrap_or_default();
    let now = given.whole("now")?;
    given.finish()?;
    let mut state: Log = typed("gate", "state", state)?.unwrap_or_else(|| Log::new(gate));
    let report = state.evaluate(gate, observations, now).map_err(|error| said("gate", "state", error))?;
    Ok(to_json(&Evaluated { state, report }))
}

/// `gate_replay`: whether what a state keeps is decided once more as it was.
pub(crate) fn replay(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let gate = gate_of("gate_replay", engine, &given.text("gate")?)?;
    let state = given.take("state");
    given.finish()?;
    let state: Log = typed("gate_replay", "state", state)?
        .ok_or_else(|| CallError::new("gate_replay: `state` is the state that `gate` gave"))?;
    let replayed =
        cutover_gates::replay(gate, &state).map_err(|error| said("gate_replay", "state", error))?;
    Ok(to_json(&replayed))
}

/// What two arms come to: the comparison, the shares of slow requests, and whether the arms are what was planned.
#[derive(Debug, Serialize)]
struct Results {
    /// The answer of the comparison; not known where the arms are not what was planned.
    answer: Answer,
    comparison: Comparison,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow: Option<Comparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample_ratio: Option<SampleRatio>,
}

/// `compare_arms`: is the new arm better, worse, or is it not yet known?
pub(crate) fn compare_arms(_: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    const CALL: &str = "compare_arms";
    let mut counts = |name: &str| -> Result<Option<Counts>, CallError> {
        let counts: Option<Counts> = typed(CALL, name, given.take(name))?;
        match counts {
            Some(Counts { events, total }) if events > total => {
                Err(CallError::new(format!("{CALL}: `{name}` has more events than requests")))
            }
            counts => Ok(counts),
        }
    };
    let (old, new) = (counts("old")?, counts("new")?);
    let (slow_old, slow_new) = (counts("slow_old")?, counts("slow_new")?);
    let better = match given.take("better") {
        None => Better::Lower,
        Some(Value::Text(word)) if word == "lower" => Better::Lower,
        Some(Value::Text(word)) if word == "higher" => Better::Higher,
        Some(_) => return Err(CallError::new(format!("{CALL}: `better` is `lower` or `higher`"))),
    };
    let mut share = |name: &str| -> Result<Option<f64>, CallError> {
        let share: Option<f64> = typed(CALL, name, given.take(name))?;
        match share {
            Some(share) if !(share > 0.0 && share < 1.0) => {
                Err(CallError::new(format!("{CALL}: `{name}` is above 0 and below 1")))
            }
            share => Ok(share),
        }
    };
    let (alpha, planned) = (share("alpha")?.unwrap_or(0.05), share("share")?);
    given.finish()?;
    let (Some(old), Some(new)) = (old, new) else {
        return Err(CallError::new(format!("{CALL}: `old` and `new` are objects with `events` and `total`")));
    };
    let comparison = cutover_gates::compare_arms(old, new, better, alpha);
    let slow = slow_old.zip(slow_new);
    let sample_ratio =
        planned.map(|planned| cutover_gates::sample_ratio(old.total, new.total, planned, alpha));
    let void = sample_ratio.is_some_and(|ratio| !ratio.sound);
    Ok(to_json(&Results {
        answer: if void { Answer::NotYetKnown } else { comparison.answer },
        comparison,
        slow: slow.map(|(old, new)| cutover_gates::compare_arms(old, new, Better::Lower, alpha)),
        sample_ratio,
    }))
}

fn gate_of<'a>(call: &str, engine: &'a Engine, name: &str) -> Result<&'a Gate, CallError> {
    engine.gate(name).ok_or_else(|| CallError::unknown(call, "gate", name, engine.gates()))
}

fn said(call: &str, argument: &str, error: impl std::fmt::Display) -> CallError {
    CallError::new(format!("{call}: `{argument}`: {error}"))
}

/// An argument as a type; none where it was not given.
pub(super) fn typed<T: DeserializeOwned>(
    call: &str,
    argument: &str,
    value: Option<Value>,
) -> Result<Option<T>, CallError> {
    let Some(value) = value else { return Ok(None) };
    serde_json::from_str(&to_json(&value)).map(Some).map_err(|error| said(call, argument, error))
}
