//! Which side of a migration is asked, which answers, and what is compared.
//!
//! The side `from` is asked first. Where it does not answer as the route wishes, the `other` side is; where a comparison
//! was drawn, the other side is asked at the same time, as a shadow that the caller never waits for, unless it is
//! needed as the fallback: then it is not asked twice. A side that its breaker refuses has answered with an error.
//!
//! Everything here is `Copy` and allocates nothing.

mod route;
mod table;
mod tally;

pub use route::{Compare, FallbackOn, Plan, Route, draw};
pub use table::{EFFECT_NAMES, EVENT_NAMES, EVENTS, STATES, table};
pub use tally::Tally;

use crate::{Millis, later};
use serde::{Deserialize, Serialize};

/// A side of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The store that the route reads from.
    From,
    /// The store that it falls back to or compares with.
    Other,
}

/// What a side has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Here is the record.
    Found,
    /// There is no such record.
    Missing,
    /// It failed, or its breaker refused.
    Error,
    /// It took too long.
    Timeout,
}

/// What a comparison has shown. Each is counted: errors on one side are differences too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Both say the same.
    Match,
    /// They differ, or one has the record and the other has not.
    Mismatch,
    /// Only the side that the route reads from failed.
    ControlError,
    /// Only the other side failed.
    CandidateError,
    /// Both failed.
    BothError,
    /// A side took too long.
    TimedOut,
    /// The comparator itself failed.
    ComparatorError,
    /// The read was cancelled first.
    Skipped,
}

/// What happened to a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The read is wanted.
    Started {
        /// The time.
        now: Millis,
        /// A draw below 1,000,000, at random or by [`draw`]: below the route's `sample`, the sides are compared.
        draw: u32,
    },
    /// A side has answered.
    Answered {
        /// Which.
        side: Side,
        /// What it said.
        result: Answer,
        /// The time.
        now: Millis,
    },
    /// The breaker of a side let no call through.
    Refused {
        /// Which.
        side: Side,
        /// The time.
        now: Millis,
    },
    /// Time has passed: sides whose deadline is over have timed out.
    Passed {
        /// The time.
        now: Millis,
    },
    /// The host has compared the two records.
    Compared {
        /// What its comparator said.
        verdict: Verdict,
    },
    /// The caller has gone.
    Cancelled,
}

/// What a host does about a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Ask a side; the caller waits.
    Ask {
        /// Which.
        side: Side,
        /// Until when.
        deadline: Millis,
    },
    /// Ask a side for the comparison; nobody waits.
    Shadow {
        /// Which.
        side: Side,
        /// Until when.
        deadline: Millis,
    },
    /// Give the caller what a side has said.
    Answer {
        /// Which.
        side: Side,
        /// What it said.
        result: Answer,
        /// Why not the side that was asked first.
        fallback: Option<FallbackOn>,
    },
    /// Compare the two records, and say [`Event::Compared`].
    Compare,
    /// Count what a comparison has shown.
    Report {
        /// What.
        verdict: Verdict,
    },
}

/// Up to two effects, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects([Option<Effect>; 2]);

impl Effects {
    /// The effects.
    pub fn iter(&self) -> impl Iterator<Item = Effect> + '_ {
        self.0.iter().filter_map(|effect| *effect)
    }

    const NONE: Self = Self([None, None]);

    const fn one(effect: Effect) -> Self {
        Self([Some(effect), None])
    }

    fn and(self, second: Option<Effect>) -> Self {
        match self.0 {
            [None, None] => Self([second, None]),
            [first, None] => Self([first, second]),
            both => Self(both),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    NotAsked,
    Asked { deadline: Millis },
    Said(Answer),
}

/// One read.
///
/// ```
/// use cutover_delivery::read::{Effect, Event, FallbackOn, Plan, Read, Answer, Side};
/// let plan = Plan { fallback_on: FallbackOn::NotFound.bit(), sample: 0, timeout_ms: 50, other_timeout_ms: 80 };
/// let mut read = Read::default();
/// read.step(&plan, Event::Started { now: 0, draw: 0 });
/// let asked = read.step(&plan, Event::Answered { side: Side::From, result: Answer::Missing, now: 3 });
/// assert!(asked.iter().eq([Effect::Ask { side: Side::Other, deadline: 83 }]));
/// let answer = read.step(&plan, Event::Answered { side: Side::Other, result: Answer::Found, now: 5 });
/// let fallback = Some(FallbackOn::NotFound);
/// assert!(answer.iter().eq([Effect::Answer { side: Side::Other, result: Answer::Found, fallback }]));
/// assert!(read.is_done());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    from: Call,
    other: Call,
    answered: bool,
    /// Whether the two sides are compared once both have answered.
    compare: bool,
}

impl Default for Read {
    fn default() -> Self {
        Self { from: Call::NotAsked, other: Call::NotAsked, answered: false, compare: false }
    }
}

impl Read {
    /// What is to be done. Events that have no place, such as a second answer of a side, change nothing.
    #[inline]
    pub fn step(&mut self, plan: &Plan, event: Event) -> Effects {
        match event {
            Event::Started { now, draw } => self.start(plan, now, draw),
            Event::Answered { side, result, now } => self.hear(plan, side, result, now),
            Event::Refused { side, now } => self.hear(plan, side, Answer::Error, now),
            Event::Passed { now } => self.pass(plan, now),
            Event::Compared { verdict } => self.report(verdict),
            Event::Cancelled => self.cancel(),
        }
    }

    /// Whether nothing is to come any more: the caller has an answer or is gone, and what was to be compared was.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.answered && !self.compare
    }

    /// The next time at which a side times out.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        let of = |call| if let Call::Asked { deadline } = call { Some(deadline) } else { None };
        match (of(self.from), of(self.other)) {
            (Some(from), Some(other)) => Some(from.min(other)),
            (from, other) => from.or(other),
        }
    }

    #[inline]
    fn start(&mut self, plan: &Plan, now: Millis, draw: u32) -> Effects {
        if self.from != Call::NotAsked || self.answered {
            return Effects::NONE;
        }
        let deadline = later(now, plan.timeout_ms);
        self.from = Call::Asked { deadline };
        let ask = Effects::one(Effect::Ask { side: Side::From, deadline });
        if draw >= plan.sample {
            return ask;
        }
        let deadline = later(now, plan.other_timeout_ms);
        (self.other, self.compare) = (Call::Asked { deadline }, true);
        ask.and(Some(Effect::Shadow { side: Side::Other, deadline }))
    }

    #[inline]
    fn hear(&mut self, plan: &Plan, side: Side, result: Answer, now: Millis) -> Effects {
        let call = match side {
            Side::From => &mut self.from,
            Side::Other => &mut self.other,
        };
        if !matches!(call, Call::Asked { .. }) {
            return Effects::NONE;
        }
        *call = Call::Said(result);
        let answer = self.answer(plan, now);
        answer.and(self.compare())
    }

    #[inline]
    fn answer(&mut self, plan: &Plan, now: Millis) -> Effects {
        let Call::Said(said) = self.from else { return Effects::NONE };
        if self.answered {
            return Effects::NONE;
        }
        let Some(reason) = plan.falls_back(said) else {
            self.answered = true;
            return Effects::one(Effect::Answer { side: Side::From, result: said, fallback: None });
        };
        match self.other {
            Call::NotAsked => {
                let deadline = later(now, plan.other_timeout_ms);
                self.other = Call::Asked { deadline };
                Effects::one(Effect::Ask { side: Side::Other, deadline })
            }
            // The shadow is under way: its answer will be the caller's.
            Call::Asked { .. } => Effects::NONE,
            Call::Said(result) => {
                self.answered = true;
                Effects::one(Effect::Answer { side: Side::Other, result, fallback: Some(reason) })
            }
        }
    }

    fn compare(&mut self) -> Option<Effect> {
        let (true, true, Call::Said(from), Call::Said(other)) =
            (self.compare, self.answered, self.from, self.other)
        else {
            return None;
        };
        let failed = |result| matches!(result, Answer::Error | Answer::Timeout);
        let verdict = match (from, other) {
            (Answer::Found, Answer::Found) => return Some(Effect::Compare),
            (Answer::Timeout, _) | (_, Answer::Timeout) => Verdict::TimedOut,
            (from, other) if failed(from) && failed(other) => Verdict::BothError,
            (Answer::Error, _) => Verdict::ControlError,
            (_, Answer::Error) => Verdict::CandidateError,
            (Answer::Missing, Answer::Missing) => Verdict::Match,
            _ => Verdict::Mismatch,
        };
        self.compare = false;
        Some(Effect::Report { verdict })
    }

    fn report(&mut self, verdict: Verdict) -> Effects {
        let both = (self.from, self.other) == (Call::Said(Answer::Found), Call::Said(Answer::Found));
        if !(self.compare && self.answered && both) {
            return Effects::NONE;
        }
        self.compare = false;
        Effects::one(Effect::Report { verdict })
    }

    fn pass(&mut self, plan: &Plan, now: Millis) -> Effects {
        let before = *self;
        for call in [&mut self.from, &mut self.other] {
            if matches!(call, Call::Asked { deadline } if now >= *deadline) {
                *call = Call::Said(Answer::Timeout);
            }
        }
        if *self == before {
            return Effects::NONE;
        }
        let answer = self.answer(plan, now);
        answer.and(self.compare())
    }

    fn cancel(&mut self) -> Effects {
        let skipped = self.compare && !self.answered;
        if !self.answered {
            *self = Self { from: Call::Said(Answer::Error), answered: true, compare: false, ..*self };
        }
        if skipped { Effects::one(Effect::Report { verdict: Verdict::Skipped }) } else { Effects::NONE }
    }
}
