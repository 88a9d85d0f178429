//! The machine of a read as a table, for hosts whose every call into the engine costs more than a read should.
//!
//! A read has few states once deadlines are the host's timers, so that all of it is a table of numbers: a host looks up
//! `table[state * EVENTS + event]` and does what the entry says.

use super::{Answer, Call, Effect, Effects, Event, FallbackOn, Plan, Read, Side, Verdict};
use alloc::vec::Vec;

/// How many events a table knows: `started`, `started` with a comparison, what `from` said (`found`, `missing`, `error`,
/// `timeout`), what the other side said, `compared`, `cancelled`.
pub const EVENTS: usize = 12;
/// How many states there are; a read begins in state 0.
pub const STATES: usize = 144;

/// The names of the events, by their number.
pub const EVENT_NAMES: [&str; EVENTS] = [
    "started",
    "started_comparing",
    "from_found",
    "from_missing",
    "from_error",
    "from_timeout",
    "other_found",
    "other_missing",
    "other_error",
    "other_timeout",
    "compared",
    "cancelled",
];

/// The names of the effects, by their number. What `answer_other` is followed by is why the read fell back; `report` is
/// the verdict of the host's comparison, and `report_` one that is known without.
pub const EFFECT_NAMES: [&str; 18] = [
    "none",
    "ask_from",
    "ask_other",
    "shadow_other",
    "answer_from",
    "answer_other_not_found",
    "answer_other_error",
    "answer_other_timeout",
    "compare",
    "report",
    "report_match",
    "report_mismatch",
    "report_control_error",
    "report_candidate_error",
    "report_both_error",
    "report_timed_out",
    "report_comparator_error",
    "report_skipped",
];

const ANSWERS: [Answer; 4] = [Answer::Found, Answer::Missing, Answer::Error, Answer::Timeout];

/// The table of reads that fall back on these answers ([`FallbackOn::bit`]): for each state and event the next state in
/// bits 0 to 7, and up to two effects in bits 8 to 12 and 13 to 17.
///
/// ```
/// use cutover_delivery::read::{EFFECT_NAMES, EVENTS, FallbackOn, table};
/// let table = table(FallbackOn::NotFound.bit());
/// let (started, from_missing) = (0, 3);
/// let asked = table[started];
/// assert_eq!(EFFECT_NAMES[(asked >> 8 & 31) as usize], "ask_from");
/// let missing = table[(asked & 255) as usize * EVENTS + from_missing];
/// assert_eq!(EFFECT_NAMES[(missing >> 8 & 31) as usize], "ask_other");
/// ```
#[must_use]
pub fn table(fallback_on: u8) -> Vec<u32> {
    // Deadlines are the host's, so any will do; a draw of 0 is below a sample of 1.
    let plan = Plan { fallback_on, sample: 1, timeout_ms: 0, other_timeout_ms: 0 };
    let mut table = Vec::with_capacity(STATES * EVENTS);
    for state in 0..STATES {
        for event in 0..EVENTS {
            let mut read = read_of(state);
            let effects = read.step(&plan, event_of(event));
            table.push(entry(read, effects, event));
        }
    }
    table
}

fn event_of(number: usize) -> Event {
    let said = |side, at: usize| Event::Answered {
        side,
        result: ANSWERS.get(at).copied().unwrap_or(Answer::Error),
        now: 0,
    };
    match number {
        0 => Event::Started { now: 0, draw: 1 },
        1 => Event::Started { now: 0, draw: 0 },
        2..=5 => said(Side::From, number - 2),
        6..=9 => said(Side::Other, number - 6),
        10 => Event::Compared { verdict: Verdict::Match },
        _ => Event::Cancelled,
    }
}

fn read_of(state: usize) -> Read {
    let call = |number: usize| match number % 6 {
        0 => Call::NotAsked,
        1 => Call::Asked { deadline: 0 },
        said => Call::Said(ANSWERS.get(said - 2).copied().unwrap_or(Answer::Error)),
    };
    Read {
        from: call(state),
        other: call(state / 6),
        answered: (state / 36) % 2 == 1,
        compare: state / 72 != 0,
    }
}

fn state_of(read: Read) -> u32 {
    let call = |call| match call {
        Call::NotAsked => 0,
        Call::Asked { .. } => 1,
        Call::Said(answer) => 2 + answer as u32,
    };
    call(read.from) + 6 * call(read.other) + 36 * u32::from(read.answered) + 72 * u32::from(read.compare)
}

fn entry(read: Read, effects: Effects, event: usize) -> u32 {
    let mut shift = 8;
    let mut entry = state_of(read);
    for effect in effects.iter() {
        entry |= effect_number(effect, event) << shift;
        shift += 5;
    }
    entry
}

fn effect_number(effect: Effect, event: usize) -> u32 {
    match effect {
        Effect::Ask { side: Side::From, .. } => 1,
        Effect::Ask { side: Side::Other, .. } => 2,
        Effect::Shadow { .. } => 3,
        Effect::Answer { fallback: None, .. } => 4,
        Effect::Answer { fallback: Some(reason), .. } => match reason {
            FallbackOn::NotFound => 5,
            FallbackOn::Error => 6,
            FallbackOn::Timeout => 7,
        },
        Effect::Compare => 8,
        Effect::Report { .. } if event == 10 => 9,
        Effect::Report { verdict } => match verdict {
            Verdict::Match => 10,
            Verdict::Mismatch => 11,
            Verdict::ControlError => 12,
            Verdict::CandidateError => 13,
            Verdict::BothError => 14,
            Verdict::TimedOut => 15,
            Verdict::ComparatorError => 16,
            Verdict::Skipped => 17,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_their_numbers_agree() {
        for state in 0..STATES {
            assert_eq!(state_of(read_of(state)) as usize, state);
        }
    }

    /// Every path of four events through the table is the path of the machine.
    #[test]
    fn the_table_is_the_machine() {
        for fallback_on in 0..8 {
            let table = table(fallback_on);
            let plan = Plan { fallback_on, sample: 1, timeout_ms: 0, other_timeout_ms: 0 };
            for path in 0..EVENTS.pow(4) {
                let mut read = Read::default();
                let mut state = 0;
                for step in 0..4 {
                    let event = path / EVENTS.pow(step) % EVENTS;
                    let effects = read.step(&plan, event_of(event));
                    let found = table[state * EVENTS + event];
                    assert_eq!(found, entry(read, effects, event));
                    state = (found & 0xFF) as usize;
                }
            }
        }
    }

    #[test]
    fn every_number_fits() {
        assert!(STATES <= 256 && EFFECT_NAMES.len() <= 32 && EVENT_NAMES.len() == EVENTS);
        let effects = table(7).into_iter().flat_map(|entry| [entry >> 8 & 31, entry >> 13 & 31]);
        assert!(effects.into_iter().all(|effect| (effect as usize) < EFFECT_NAMES.len()));
    }
}
