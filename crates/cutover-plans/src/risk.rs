//! How often the plain thresholds of a plan's gates would roll a healthy migration back.

use crate::guarded::Guarded;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{Bound, Level, Mode, Test, false_rollback_probability};
use serde::Serialize;

/// What a threshold on a rate does to migrations that are healthy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// The gate.
    pub gate: String,
    /// The check.
    pub check: String,
    /// The level that it compares with.
    pub threshold: f64,
    /// The true rate of the healthy migrations: half of what is allowed.
    pub rate: f64,
    /// How many samples each look has.
    pub samples: u32,
    /// How often it is looked at in the longest window of the plan.
    pub looks: u32,
    /// The share that is rolled back in that window.
    pub window: f64,
    /// How often it is looked at over all windows of the plan.
    pub all_looks: u32,
    /// The share that is rolled back over all windows.
    pub plan: f64,
}

/// The samples of a look where neither the check nor anybody else says how many there are.
pub const SAMPLES: u32 = 500;
/// How often gates are looked at, where nobody says: every five minutes.
pub const LOOK_MS: u64 = 300_000;

/// The risk of each check that compares a rate with a level at once: over a rate of half of what is allowed, with looks
/// that are independent of each other, by the exact binomial distribution.
///
/// A gate of 2 % over a true rate of 1 % rolls every healthy migration back within 48 hours, if it is looked at every five
/// minutes with 500 requests each:
///
/// ```
/// use cutover_plans::gates::{Bound, Check, Gate, Level, Test, Threshold};
/// use cutover_plans::{Guarded, Plan, Spec, Step, risks};
/// let two_days = 48 * 3_600_000;
/// let steps = (1..=7).map(|step| Step::share(step * 100_000, two_days, "errors")).collect();
/// let at_most = Threshold::new(Bound::AtMost(Level::Absolute(0.02)));
/// let gate = Gate::new("errors", vec![Check::new("error_rate", Test::Threshold(at_most))])?;
/// let guarded = Guarded::new(Plan::new(Spec::new("use_v2", steps)).unwrap(), vec![gate], vec![]);
/// let rounded = |samples| risks(&guarded, Some(samples), 300_000).map(|risk| [risk.window, risk.plan].map(|p| (p * 1e3).round() / 1e3)).next();
/// assert_eq!(rounded(500), Some([1.0, 1.0]));
/// assert_eq!(rounded(2_000), Some([0.013, 0.088]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn risks(guarded: &Guarded, samples: Option<u32>, every_ms: u64) -> impl Iterator<Item = Risk> {
    let looks = |ms: u64| u32::try_from(ms / every_ms.max(1)).unwrap_or(u32::MAX);
    let steps = &guarded.plan().spec().steps;
    let mut found = Vec::new();
    for gate in guarded.gates() {
        let baked = || {
            steps
                .iter()
                .filter(|step| step.gates.iter().any(|name| name == gate.name()))
                .map(|step| step.bake_ms)
        };
        let (longest, whole) = (baked().max().unwrap_or(0), baked().fold(0, u64::saturating_add));
        for check in gate.checks().iter().filter(|check| check.mode == Mode::Blocking) {
            let Test::Threshold(threshold) = &check.test else { continue };
            // What has to be so for as long as several looks is another question.
            if u64::try_from(threshold.hold).is_ok_and(|hold| hold >= every_ms) {
                continue;
            }
            let Some((allowed, level)) = allowed(threshold.bound) else { continue };
            let own = u32::try_from(check.min_samples).ok().filter(|own| *own > 0);
            let samples = samples.or(own).unwrap_or(SAMPLES);
            let rate = allowed / 2.0;
            let share = |looks| false_rollback_probability(rate, allowed, samples, looks, 0);
            let (looks, all_looks) = (looks(longest), looks(whole));
            found.push(Risk {
                gate: gate.name().into(),
                check: check.name.clone(),
                threshold: level,
                rate,
                samples,
                looks,
                window: share(looks),
                all_looks,
                plan: share(all_looks),
            });
        }
    }
    found.into_iter()
}

/// The share of bad events that a bound allows, and the level that it names; none where it is about no rate.
fn allowed(bound: Bound) -> Option<(f64, f64)> {
    /// What is strictly below a level is at most a hair less.
    const LESS: f64 = 1.0 - 1e-12;
    let (level, bad) = match bound {
        Bound::AtMost(Level::Absolute(level)) => (level, level),
        Bound::Below(Level::Absolute(level)) => (level, level * LESS),
        Bound::AtLeast(Level::Absolute(level)) => (level, 1.0 - level),
        Bound::Above(Level::Absolute(level)) => (level, (1.0 - level) * LESS),
        _ => return None,
    };
    (bad > 0.0 && bad < 0.5).then_some((bad, level))
}
