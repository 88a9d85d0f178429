//! Whether a store is asked at all.
//!
//! A breaker is a plain struct: it allocates when it is made and never again, it serialises, and a restored one goes on
//! where it was, since its deadlines are times and not timers. Every permit carries the generation of the state that
//! gave it, and a result that comes back after the state has changed is counted as stale and changes nothing. A trial
//! call that never comes back has failed when its lease ends, so that a half-open breaker can always be left.

mod config;
mod window;

pub use config::{Config, Tally, Window};

use crate::{Invalid, Millis, later};
use alloc::vec::Vec;
use config::Verdict;
use serde::{Deserialize, Serialize};
use window::Seen;

/// The state of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Calls are let through and counted.
    Closed,
    /// Calls are refused until then.
    Open {
        /// The time.
        until: Millis,
    },
    /// Some trial calls are let through.
    HalfOpen,
    /// Calls are refused until somebody says otherwise.
    ForcedOpen,
    /// Calls are let through and not counted.
    Disabled,
    /// Calls are let through and counted, and nothing comes of it.
    MetricsOnly,
}

/// A state that a breaker is put into by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// [`State::Closed`], with nothing counted.
    Closed,
    /// [`State::Open`] for as long as if it had tripped.
    Open,
    /// [`State::HalfOpen`].
    HalfOpen,
    /// [`State::ForcedOpen`].
    ForcedOpen,
    /// [`State::Disabled`].
    Disabled,
    /// [`State::MetricsOnly`].
    MetricsOnly,
}

/// Leave for one call. It is given back by [`Breaker::report`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permit {
    /// Of the state that gave it.
    pub generation: u32,
    /// Which call of the breaker.
    pub attempt: u32,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It may.
    Permit(Permit),
    /// It may not.
    Refused {
        /// When to ask again; never without a word of somebody, if none.
        until: Option<Millis>,
    },
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// It says nothing about the store: cancelled, or refused for the caller's own fault. The permit is given back.
    Ignored,
}

/// What a report has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// It was counted.
    Counted,
    /// It was counted, and the state is another one.
    Moved,
    /// Its permit is of an earlier state, or its lease has ended: nothing was changed.
    Stale,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    attempt: u32,
    until: Millis,
}

/// What a breaker has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Calls let through.
    pub permitted: u64,
    /// Calls refused.
    pub refused: u64,
    /// Results that came too late.
    pub stale: u64,
    /// Trial calls that never came back.
    pub expired: u64,
}

/// A breaker and all that it has counted.
///
/// ```
/// use cutover_delivery::breaker::{Asked, Breaker, Config, Outcome, State, Window};
/// let window = Window::Count { calls: 4 };
/// let mut breaker = Breaker::new(Config { window, min_calls: 2, open_for_ms: 500, ..Config::default() })?;
/// for now in [0, 1] {
///     let Asked::Permit(permit) = breaker.ask(now) else { break };
///     breaker.report(permit, Outcome::Failure, 3, now);
/// }
/// assert_eq!(breaker.state(), State::Open { until: 501 });
/// assert_eq!(breaker.ask(2), Asked::Refused { until: Some(501) });
/// assert!(matches!(breaker.ask(501), Asked::Permit(_)));
/// assert_eq!(breaker.state(), State::HalfOpen);
/// # Ok::<(), cutover_delivery::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    config: Config,
    state: State,
    generation: u32,
    attempt: u32,
    seen: Seen,
    leases: Vec<Lease>,
    trial: Tally,
    counts: Counts,
}

impl Breaker {
    /// A closed breaker that has seen nothing.
    ///
    /// # Errors
    /// [`Invalid`] where the configuration makes no sense.
    pub fn new(config: Config) -> Result<Self, Invalid> {
        config.check()?;
        Ok(Self {
            config,
            state: State::Closed,
            generation: 0,
            attempt: 0,
            seen: Seen::new(config.window),
            leases: leases(config),
            trial: Tally::default(),
            counts: Counts::default(),
        })
    }

    /// A saved breaker under a configuration, which may be another one. It goes on in its state; calls that a window of
    /// another shape has counted are forgotten.
    ///
    /// # Errors
    /// [`Invalid`] where the configuration makes no sense.
    pub fn restored(mut self, config: Config) -> Result<Self, Invalid> {
        config.check()?;
        if !self.seen.fits(config.window) {
            self.seen = Seen::new(config.window);
        }
        let held = core::mem::replace(&mut self.leases, leases(config));
        self.leases.extend(held.into_iter().take(usize::try_from(config.permits).unwrap_or(usize::MAX)));
        self.config = config;
        Ok(self)
    }

    /// Whether a call may be made now.
    #[inline]
    pub fn ask(&mut self, now: Millis) -> Asked {
        match self.state {
            State::Closed | State::Disabled | State::MetricsOnly => Asked::Permit(self.permit()),
            _ => self.ask_again(now),
        }
    }

    fn ask_again(&mut self, now: Millis) -> Asked {
        if let State::Open { until } = self.state {
            // A clock that went back must not keep it open for longer than it was to be.
            let until = until.min(later(now, self.config.open_for_ms));
            if now < until {
                self.state = State::Open { until };
                return self.refuse(Some(until));
            }
            self.enter(State::HalfOpen);
        }
        if self.state == State::HalfOpen {
            self.expire(now);
        }
        match self.state {
            State::Open { until } => self.refuse(Some(until)),
            State::ForcedOpen => self.refuse(None),
            State::HalfOpen => {
                let held = u32::try_from(self.leases.len()).unwrap_or(u32::MAX);
                if held.saturating_add(self.trial.calls) < self.config.permits {
                    let permit = self.permit();
                    let until = later(now, self.config.lease_ms);
                    self.leases.push(Lease { attempt: permit.attempt, until });
                    Asked::Permit(permit)
                } else {
                    let first = self.leases.iter().map(|lease| lease.until).min();
                    self.refuse(Some(first.unwrap_or(now)))
                }
            }
            State::Closed | State::Disabled | State::MetricsOnly => Asked::Permit(self.permit()),
        }
    }

    /// What came of a call that was permitted.
    #[inline]
    pub fn report(&mut self, permit: Permit, outcome: Outcome, duration_ms: u64, now: Millis) -> Reported {
        if permit.generation != self.generation {
            return self.stale();
        }
        let failed = match outcome {
            Outcome::Success => false,
            Outcome::Failure => true,
            Outcome::Ignored => return self.give_back(permit),
        };
        let slow = duration_ms >= self.config.slow_call_ms;
        match self.state {
            State::Closed => {
                let seen = self.seen.add(failed, slow, now);
                if self.config.trips(seen) {
                    self.open(now);
                    return Reported::Moved;
                }
                Reported::Counted
            }
            State::MetricsOnly => {
                self.seen.add(failed, slow, now);
                Reported::Counted
            }
            State::HalfOpen => self.report_trial(permit, failed, slow, now),
            State::Open { .. } | State::ForcedOpen | State::Disabled => Reported::Counted,
        }
    }

    fn report_trial(&mut self, permit: Permit, failed: bool, slow: bool, now: Millis) -> Reported {
        self.expire(now);
        if self.state != State::HalfOpen || !self.take_lease(permit.attempt) {
            return self.stale();
        }
        self.trial.add(failed, slow);
        self.decide(now);
        if self.state == State::HalfOpen { Reported::Counted } else { Reported::Moved }
    }

    fn give_back(&mut self, permit: Permit) -> Reported {
        if self.state == State::HalfOpen && !self.take_lease(permit.attempt) {
            return self.stale();
        }
        Reported::Counted
    }

    fn take_lease(&mut self, attempt: u32) -> bool {
        let at = self.leases.iter().position(|lease| lease.attempt == attempt);
        at.map(|at| self.leases.swap_remove(at)).is_some()
    }

    /// Trial calls whose lease has ended have failed. A lease that ends later than a new one would is of a clock that
    /// went back.
    fn expire(&mut self, now: Millis) {
        let latest = later(now, self.config.lease_ms);
        let held = self.leases.len();
        self.leases.iter_mut().for_each(|lease| lease.until = lease.until.min(latest));
        self.leases.retain(|lease| now < lease.until);
        let gone = held.saturating_sub(self.leases.len());
        for _ in 0..gone {
            self.trial.add(true, false);
            self.counts.expired = self.counts.expired.saturating_add(1);
        }
        if gone > 0 || self.trial.calls >= self.config.permits {
            self.decide(now);
        }
    }

    fn decide(&mut self, now: Millis) {
        match self.config.verdict(self.trial) {
            Some(Verdict::Open) => self.open(now),
            Some(Verdict::Close) => self.enter(State::Closed),
            None => {}
        }
    }

    fn open(&mut self, now: Millis) {
        self.enter(State::Open { until: later(now, self.config.open_for_ms) });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        self.leases.clear();
        self.trial = Tally::default();
        if !matches!(state, State::Open { .. } | State::HalfOpen) {
            self.seen.clear();
        }
    }

    #[inline]
    fn permit(&mut self) -> Permit {
        self.attempt = self.attempt.wrapping_add(1);
        self.counts.permitted = self.counts.permitted.saturating_add(1);
        Permit { generation: self.generation, attempt: self.attempt }
    }

    fn refuse(&mut self, until: Option<Millis>) -> Asked {
        self.counts.refused = self.counts.refused.saturating_add(1);
        Asked::Refused { until }
    }

    #[cold]
    fn stale(&mut self) -> Reported {
        self.counts.stale = self.counts.stale.saturating_add(1);
        Reported::Stale
    }

    /// Puts the breaker into a state by hand. What was permitted before is stale.
    pub fn force(&mut self, state: Force, now: Millis) {
        match state {
            Force::Closed => self.enter(State::Closed),
            Force::Open => self.open(now),
            Force::HalfOpen => self.enter(State::HalfOpen),
            Force::ForcedOpen => self.enter(State::ForcedOpen),
            Force::Disabled => self.enter(State::Disabled),
            Force::MetricsOnly => self.enter(State::MetricsOnly),
        }
    }

    /// Closes, and forgets what was counted.
    pub fn reset(&mut self) {
        self.enter(State::Closed);
    }

    /// Lets everything through, and counts nothing.
    pub fn disable(&mut self) {
        self.enter(State::Disabled);
    }

    /// The state, as of the last call; an open one becomes half-open when it is asked after its deadline.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The number of times that the state has changed.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The calls of the window, as of the last report.
    #[must_use]
    pub fn seen(&self) -> Tally {
        self.seen.tally()
    }

    /// What was done since the breaker was made.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// Room for every lease that there can be, so that none is allocated later.
fn leases(config: Config) -> Vec<Lease> {
    Vec::with_capacity(usize::try_from(config.permits).unwrap_or(0))
}
