//! The machines of `cutover-delivery` for a JavaScript host: steps as JSON, the table of a read, and breakers by number.

use cutover::wire::to_json;
use cutover_delivery::breaker::{Asked, Breaker, Config, Force, Outcome, Permit, Reported};
use cutover_delivery::read::{EFFECT_NAMES, EVENT_NAMES, table};
use cutover_delivery::step_json;
use serde::Serialize;

/// One step of a machine: [`step_json`], as `{"answer":…}`, or `{"refusal":…}` with why there is none.
#[must_use]
pub fn step(machine: &str, config: &str, state: &str, event: &str) -> String {
    match step_json(machine, config, state, event) {
        Ok(answer) => format!("{{\"answer\":{answer}}}"),
        Err(refusal) => format!("{{\"refusal\":{}}}", to_json(&refusal)),
    }
}

/// The machine of reads that fall back on these answers, as JSON: `events` and `effects` by their number, and the
/// [`table`].
///
/// ```
/// let machine = cutover_js_host::delivery::read_machine(1);
/// assert!(machine.starts_with("{\"events\":[\"started\""));
/// ```
#[must_use]
pub fn read_machine(fallback_on: u8) -> String {
    #[derive(Serialize)]
    struct Machine {
        events: &'static [&'static str],
        effects: &'static [&'static str],
        table: Vec<u32>,
    }
    to_json(&Machine { events: &EVENT_NAMES, effects: &EFFECT_NAMES, table: table(fallback_on) })
}

/// [`cutover_delivery::read::draw`]: a number below a million for a key, the same in every language.
#[must_use]
pub fn draw(key: &str) -> u32 {
    cutover_delivery::read::draw(key)
}

/// The answer of [`Breakers::ask`] where the call is refused.
pub const REFUSED: f64 = -1.0;

/// So many bits of a generation a packed permit has: with those of an attempt, as many as a number of JavaScript holds.
const GENERATION_BITS: u32 = 21;
const GENERATION_MASK: u32 = (1 << GENERATION_BITS) - 1;
/// What the generation of a packed permit is multiplied by.
const ATTEMPTS: f64 = 4_294_967_296.0;

/// Breakers by number. A number is free again once it is released.
///
/// ```
/// use cutover_js_host::delivery::{Breakers, REFUSED};
/// let mut breakers = Breakers::default();
/// let config = r#"{"window":{"count":{"calls":1}},"min_calls":1,"open_for_ms":500}"#;
/// let breaker = breakers.create(config).unwrap_or_default();
/// let permit = breakers.ask(breaker, 0.0);
/// breakers.report(breaker, permit, 1, 3.0, 3.0);
/// assert_eq!(breakers.ask(breaker, 4.0), REFUSED);
/// ```
#[derive(Debug, Default)]
pub struct Breakers {
    held: Vec<Option<Breaker>>,
}

impl Breakers {
    /// A closed breaker.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the configuration.
    pub fn create(&mut self, config: &str) -> Result<u32, String> {
        let config: Config = serde_json::from_str(config).map_err(|error| error.to_string())?;
        let breaker = Breaker::new(config).map_err(|error| error.to_string())?;
        let at = self.held.iter().position(Option::is_none).unwrap_or(self.held.len());
        match self.held.get_mut(at) {
            Some(free) => *free = Some(breaker),
            None => self.held.push(Some(breaker)),
        }
        u32::try_from(at).map_err(|error| error.to_string())
    }

    /// A packed permit, or [`REFUSED`]. A breaker that is gone refuses nothing.
    pub fn ask(&mut self, breaker: u32, now: f64) -> f64 {
        match self.get(breaker).map(|breaker| breaker.ask(crate::millis(now))) {
            None => 0.0,
            Some(Asked::Refused { .. }) => REFUSED,
            Some(Asked::Permit(permit)) => {
                f64::from(permit.generation & GENERATION_MASK) * ATTEMPTS + f64::from(permit.attempt)
            }
        }
    }

    /// What came of a permitted call: 0 success, 1 failure, anything else says nothing of the store. The answer is 0
    /// where that was counted, 1 where the breaker has moved, 2 where it came too late.
    pub fn report(&mut self, breaker: u32, permit: f64, outcome: u32, duration_ms: f64, now: f64) -> u32 {
        let Some(breaker) = self.get(breaker) else { return 2 };
        let outcome = match outcome {
            0 => Outcome::Success,
            1 => Outcome::Failure,
            _ => Outcome::Ignored,
        };
        let permit = unpack(permit, breaker.generation());
        let duration = u64::try_from(crate::millis(duration_ms)).unwrap_or(0);
        match breaker.report(permit, outcome, duration, crate::millis(now)) {
            Reported::Counted => 0,
            Reported::Moved => 1,
            Reported::Stale => 2,
        }
    }

    /// Puts a breaker into a state by hand: the name of a [`Force`].
    ///
    /// # Errors
    /// One sentence where there is no such state.
    pub fn force(&mut self, breaker: u32, to: &str, now: f64) -> Result<(), String> {
        let to: Force = serde_json::from_str(&to_json(&to)).map_err(|error| error.to_string())?;
        if let Some(breaker) = self.get(breaker) {
            breaker.force(to, crate::millis(now));
        }
        Ok(())
    }

    /// What is known of a breaker, as JSON: `state`, `seen` and `counts`; empty where there is none.
    #[must_use]
    pub fn about(&self, breaker: u32) -> String {
        let held = self.held.get(breaker as usize).and_then(Option::as_ref);
        let about = |breaker: &Breaker| {
            let (state, seen) = (to_json(&breaker.state()), to_json(&breaker.seen()));
            format!("{{\"state\":{state},\"seen\":{seen},\"counts\":{}}}", to_json(&breaker.counts()))
        };
        held.map(about).unwrap_or_default()
    }

    /// Releases a breaker; its number may be given to another.
    pub fn release(&mut self, breaker: u32) {
        if let Some(held) = self.held.get_mut(breaker as usize) {
            *held = None;
        }
    }

    fn get(&mut self, breaker: u32) -> Option<&mut Breaker> {
        self.held.get_mut(breaker as usize)?.as_mut()
    }
}

/// The permit that was packed. Of its generation the low bits are known; it is the last one with them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the casts saturate")]
fn unpack(permit: f64, now: u32) -> Permit {
    let permit = permit.max(0.0) as u64;
    let low = (permit >> 32) as u32;
    let behind = now.wrapping_sub(low) & GENERATION_MASK;
    Permit { generation: now.wrapping_sub(behind), attempt: (permit & u64::from(u32::MAX)) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_permit_is_what_it_was() {
        for (generation, attempt, now) in [(0, 1, 0), (5, u32::MAX, 5), (5, 7, 9), (3_000_000, 7, 3_000_001)]
        {
            let packed = f64::from(generation & GENERATION_MASK) * ATTEMPTS + f64::from(attempt);
            assert_eq!(unpack(packed, now), Permit { generation, attempt });
        }
    }

    #[test]
    fn what_is_said_of_an_earlier_state_is_stale() {
        let mut breakers = Breakers::default();
        let config = r#"{"window":{"count":{"calls":2}},"min_calls":2,"permits":1,"open_for_ms":5}"#;
        let breaker = breakers.create(config).unwrap_or_default();
        let permits = [0.0, 1.0, 2.0].map(|now| breakers.ask(breaker, now));
        assert_eq!(breakers.report(breaker, permits[0], 1, 0.0, 2.0), 0);
        assert_eq!(breakers.report(breaker, permits[1], 1, 0.0, 2.0), 1);
        assert_eq!(breakers.report(breaker, permits[2], 0, 0.0, 2.0), 2);
        assert!(breakers.about(breaker).contains(r#""state":{"state":"open""#));
        assert_eq!(breakers.force(breaker, "closed", 3.0), Ok(()));
        assert!(breakers.ask(breaker, 3.0) >= 0.0);
        assert!(breakers.force(breaker, "ajar", 3.0).is_err());
        breakers.release(breaker);
        assert_eq!((breakers.ask(breaker, 3.0), breakers.about(breaker).as_str()), (0.0, ""));
    }
}
