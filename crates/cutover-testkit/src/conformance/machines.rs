//! Vectors of the state machines around a side effect.

use super::as_text;
use super::diff::diff;
use super::fields::Fields;
use super::kinds::answer;
use cutover::Value;
use cutover::delivery::read::{EFFECT_NAMES, EVENT_NAMES, EVENTS, FallbackOn, table};
use cutover::delivery::step_json;
use cutover::wire::to_json;

/// Some steps of a machine: the effects of each event. A state goes from one to the next as its text.
pub(super) fn steps(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let machine = fields.text("machine")?;
    let (config, events) = (fields.decoded("config")?, fields.decoded("events")?);
    let mut state = fields.optional("state")?.unwrap_or_default();
    let want = fields.decoded("want")?;
    fields.finish()?;
    let Value::List(events) = events else { return Err("`events` is no list".to_owned()) };
    let mut all = Vec::new();
    for event in &events {
        match step_json(machine, &to_json(&config), &to_json(&state), &to_json(event)) {
            Ok(said) => {
                let said = answer(&said);
                state = said.get("state").cloned().unwrap_or_default();
                all.push(said.get("effects").cloned().unwrap_or_default());
            }
            Err(error) => {
                return Ok(diff(&want, &Value::map([("error".to_owned(), Value::Text(error))])));
            }
        }
    }
    Ok(diff(&want, &Value::List(all)))
}

/// The table of a read: the effects of each event, on a walk from the first state.
pub(super) fn reads(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let (fallback_on, events) = (fields.decoded("fallback_on")?, fields.decoded("events")?);
    let want = fields.decoded("want")?;
    fields.finish()?;
    let reasons = [FallbackOn::NotFound, FallbackOn::Error, FallbackOn::Timeout];
    let names = ["not_found", "error", "timeout"];
    let mut bits = 0;
    for name in texts(&fallback_on)? {
        let at = names.iter().position(|known| *known == name);
        let reason = at.and_then(|at| reasons.get(at)).ok_or_else(|| format!("{name} is no reason"))?;
        bits |= reason.bit();
    }
    let table = table(bits);
    let (mut state, mut all) = (0, Vec::new());
    for event in texts(&events)? {
        let number = EVENT_NAMES.iter().position(|known| *known == event);
        let number = number.ok_or_else(|| format!("{event} is no event"))?;
        let entry = table.get(state * EVENTS + number).copied().ok_or("there is no such state")?;
        state = (entry & 255) as usize;
        let effects = [entry >> 8 & 31, entry >> 13 & 31].into_iter().filter(|effect| *effect > 0);
        let named = effects.filter_map(|effect| EFFECT_NAMES.get(effect as usize));
        all.push(Value::List(named.map(|name| Value::Text((*name).to_owned())).collect()));
    }
    Ok(diff(&want, &Value::List(all)))
}

fn texts(list: &Value) -> Result<Vec<&str>, String> {
    let Value::List(items) = list else { return Err("this is no list".to_owned()) };
    items.iter().map(|item| as_text(item).ok_or_else(|| "this is no text".to_owned())).collect()
}
