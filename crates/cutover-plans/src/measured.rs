//! Simulated metrics, so that a plan is followed with the gates that it really has.

use crate::event::Kind;
use crate::guarded::Guarded;
use crate::simulate::{Draws, Judge, Moment};
use crate::watched::Gathered;
use crate::{WHOLE, between};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{Counts, Held, Log, Observation};
use serde::{Deserialize, Serialize};

/// What is measured in a simulation.
///
/// A metric is a value with noise, or events among requests: then each tick counts `requests`, shared out between the
/// arms as the plan shares out units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The metrics, by name.
    pub metrics: BTreeMap<String, Signal>,
    /// The step, from 0, from which on metrics take their harmful values.
    #[serde(default)]
    pub from_step: usize,
    /// The step, from 0, from which on nothing is measured.
    #[serde(default)]
    pub silent_from_step: Option<usize>,
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// What it is while all is well; the rate of events where it counts.
    pub healthy: f64,
    /// What it is on the new side from `from_step` on.
    #[serde(default)]
    pub harmful: Option<f64>,
    /// How far a value is off, at the most.
    #[serde(default)]
    pub noise: f64,
    /// How many requests a tick has; a value where there are none.
    #[serde(default)]
    pub requests: Option<u32>,
    /// The share that the new arm really gets of what it should: 1 where the ratio is right.
    #[serde(default)]
    pub ratio: Option<f64>,
}

/// Judges by the gates of a plan, over simulated metrics.
#[derive(Debug)]
pub struct Measured<'a> {
    guarded: &'a Guarded,
    world: &'a World,
    draws: Draws,
    logs: BTreeMap<String, Log>,
    held: Vec<Held>,
    gathered: Vec<Gathered>,
    last: Option<crate::Millis>,
}

impl<'a> Measured<'a> {
    /// A judge with a seed.
    #[must_use]
    pub const fn new(guarded: &'a Guarded, world: &'a World, seed: u64) -> Self {
        Self {
            guarded,
            world,
            draws: Draws(seed),
            logs: BTreeMap::new(),
            held: Vec::new(),
            gathered: Vec::new(),
            last: None,
        }
    }
}

impl Judge for Measured<'_> {
    fn judge(&mut self, moment: &Moment<'_>, tell: &mut dyn FnMut(Kind)) {
        let (step, at) = (moment.state.step, moment.at);
        let from =
            self.last.replace(at).filter(|last| between(*last, at) > 0).unwrap_or(at.saturating_sub(1));
        let mut observations = Vec::new();
        if self.world.silent_from_step.is_none_or(|silent| step < silent) {
            let share = f64::from(moment.state.millionths) / f64::from(WHOLE);
            for (name, signal) in &self.world.metrics {
                let harmful = signal
                    .harmful
                    .filter(|_| step >= self.world.from_step && !moment.state.stage.rolls_back());
                observations.push(signal.observe(name, harmful, (from, at), share, &mut self.draws));
            }
        }
        let alarms = (&mut self.held, &mut self.gathered);
        self.guarded.judge(moment.state, &mut self.logs, alarms, at, &observations, tell);
    }
}

impl Signal {
    fn observe(
        &self,
        name: &str,
        harmful: Option<f64>,
        (from, to): (crate::Millis, crate::Millis),
        share: f64,
        draws: &mut Draws,
    ) -> Observation {
        let value = harmful.unwrap_or(self.healthy);
        let Some(requests) = self.requests else {
            let noise = |draws: &mut Draws| (2.0 * draws.unit() - 1.0) * self.noise;
            return Observation::value(name, to, value + noise(draws))
                .with_baseline(self.healthy + noise(draws));
        };
        let goes = (share * self.ratio.unwrap_or(1.0)).clamp(0.0, 1.0);
        let (mut old, mut new) = (Counts::default(), Counts::default());
        for _ in 0..requests {
            let (arm, rate) = if draws.unit() < goes { (&mut new, value) } else { (&mut old, self.healthy) };
            arm.total += 1;
            arm.events += u64::from(draws.unit() < rate);
        }
        Observation { share: Some(share), ..Observation::counted(name, from, to, old, new) }
    }
}
