//! `(state, observations, now) -> (state, report)`.

use crate::check::{Check, Mode, Test};
use crate::evidence::e_value;
use crate::feed::{Batch, Feed};
use crate::observation::Observation;
use crate::reason::Reason;
use crate::report::{CheckReport, DecidedFrom, Report, Samples};
use crate::spec::{Gate, Stake};
use crate::state::{CheckState, OtherGate, State, Statistic};
use crate::statistic::Evidence;
use crate::threshold::{Reading, Threshold};
use crate::{Millis, Verdict};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;

impl Gate {
    /// Takes what was observed since the last time, and says what each check and the gate come to at `now`.
    ///
    /// Observations may come in any order and more than once, windows may be told late or in parts, counters may begin
    /// anew: nothing is counted twice. A `now` before one that was given before is taken for that one.
    ///
    /// # Errors
    /// [`OtherGate`] where the state is not of this gate; then it stays as it was.
    ///
    /// ```
    /// use cutover_gates::{Better, Check, Counts, Gate, Observation, Test, Verdict};
    /// let gate = Gate::new("errors", vec![Check::new("errors", Test::Harm { better: Better::Lower })])?;
    /// let mut state = gate.start();
    /// let minute = |at, old, new| {
    ///     Observation::counted("errors", at, at + 60_000, Counts::new(old, 9_500), Counts::new(new, 500))
    /// };
    /// let report = gate.evaluate(&mut state, &[minute(0, 9, 1), minute(60_000, 11, 0)], 120_000)?;
    /// assert_eq!(report.verdict, Verdict::Pass);
    /// let report = gate.evaluate(&mut state, &[minute(120_000, 10, 12)], 180_000)?;
    /// assert_eq!(report.verdict, Verdict::Fail);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate<'g>(
        &'g self,
        state: &mut State,
        observations: &[Observation],
        now: Millis,
    ) -> Result<Report<'g>, OtherGate> {
        self.owns(state)?;
        let clock = state.clock.unwrap_or(now);
        let time = now.max(clock);
        let started = *state.started.get_or_insert(time);
        state.clock = Some(time);
        self.take(state, observations, time, started);
        let mut names: Option<Vec<&str>> = None;
        let mut checks = Vec::with_capacity(self.checks.len());
        for (((check, known), stake), metric) in
            self.checks.iter().zip(&mut state.checks).zip(&self.stakes).zip(&self.metric_of)
        {
            let Some(feed) = state.feeds.get(*metric) else { continue };
            let evidence = known.evidence(stake);
            let (verdict, mut reason) = judge(check, stake, evidence, feed, known, time, started);
            if let Reason::Missing { nearest } = &mut reason {
                let names = names.get_or_insert_with(|| names_of(observations));
                *nearest = (self.nearest)(&check.metric, names).map(str::to_owned);
            }
            checks.push(CheckReport { verdict, reason, ..report(check, stake, evidence, feed, known) });
        }
        let worst = |mode: Mode| {
            let of_mode = self.checks.iter().zip(&checks).filter(|(check, _)| check.mode == mode);
            Verdict::worst(of_mode.map(|(_, report)| report.verdict))
        };
        Ok(Report {
            gate: &self.name,
            // A gate has a blocking check; one that had none would let nothing through.
            verdict: worst(Mode::Blocking).unwrap_or(Verdict::Error),
            dry_run: worst(Mode::DryRun),
            now: time,
            clock_went_back: now < clock,
            checks,
        })
    }

    /// Takes observations in the order of their times.
    fn take(&self, state: &mut State, observations: &[Observation], now: Millis, started: Millis) {
        let when = |seen: &Observation| seen.to.or(seen.at);
        let in_order = observations.is_sorted_by_key(when);
        let mut sorted: Vec<&Observation> = Vec::new();
        if !in_order {
            sorted.extend(observations);
            sorted.sort_by_key(|seen| when(seen));
        }
        let mut batches: Vec<Batch> = Vec::new();
        for (number, (metric, feed)) in self.metrics.iter().zip(&mut state.feeds).enumerate() {
            batches.clear();
            let checks =
                || self.checks.iter().zip(&self.metric_of).map(move |(check, of)| (check, *of == number));
            let mut one = |seen: &Observation| {
                if seen.metric == *metric && feed.take(seen, now, &mut batches) {
                    for ((check, its_own), known) in checks().zip(&mut state.checks) {
                        if its_own {
                            step(check, feed, known, started);
                        }
                    }
                }
            };
            if in_order {
                observations.iter().for_each(&mut one);
            } else {
                sorted.iter().copied().for_each(&mut one);
            }
            for batch in &batches {
                for ((check, its_own), known) in checks().zip(&mut state.checks) {
                    if its_own && check.test.is_statistical() && batch.from >= begins(check, started) {
                        known.count(check, batch);
                    }
                }
            }
        }
    }
}

/// From when on a check measures.
fn begins(check: &Check, started: Millis) -> Millis {
    if check.initial_delay == 0 { Millis::MIN } else { started.saturating_add(check.initial_delay) }
}

/// The threshold of a check, whose longest silence is what is fresh.
fn threshold_of(check: &Check) -> Option<Threshold> {
    match check.test {
        Test::Threshold(threshold) => Some(Threshold { gap: check.freshness, ..threshold }),
        _ => None,
    }
}

/// Takes the last value of a metric for a check with a threshold.
fn step(check: &Check, feed: &Feed, known: &mut CheckState, started: Millis) {
    let (Some(threshold), Some(latest), Statistic::Held(held)) =
        (threshold_of(check), feed.latest, &mut known.statistic)
    else {
        return;
    };
    let enough = check.min_samples == 0 || latest.samples.is_some_and(|samples| samples >= check.min_samples);
    if latest.at < begins(check, started) || !enough {
        return;
    }
    let reading = Reading { at: latest.at, value: latest.value, baseline: latest.baseline };
    (*held, _) = threshold.step(*held, reading);
    known.to = Some(latest.at);
}

fn judge(
    check: &Check,
    stake: &Stake,
    evidence: Evidence,
    feed: &Feed,
    known: &mut CheckState,
    now: Millis,
    started: Millis,
) -> (Verdict, Reason) {
    let statistical = check.test.is_statistical();
    if statistical && known.failed_at.is_none() && evidence.against >= stake.needed {
        known.failed_at = Some(now);
    }
    if let Some(at) = known.failed_at {
        return (Verdict::Fail, Reason::Shown { at });
    }
    let failing = || Reason::Failing { errors: feed.errors, why: feed.error.clone().unwrap_or_default() };
    if feed.errors > check.consecutive_errors {
        return (Verdict::Error, failing());
    }
    let until = begins(check, started);
    if now < until {
        return (Verdict::Inconclusive, Reason::Delayed { until });
    }
    if let Some(verdict) = nothing_to_judge(check, feed, known, now) {
        // With nothing that stands, an error is not borne.
        let error = feed.errors > 0 && matches!(verdict.0, Verdict::NoData);
        return if error { (Verdict::Error, failing()) } else { verdict };
    }
    if let Some(threshold) = threshold_of(check) {
        return by_threshold(check, &threshold, feed, known);
    }
    let samples = known.fewest(check);
    if samples < check.min_samples {
        return (Verdict::Inconclusive, Reason::TooFew { samples, needed: check.min_samples });
    }
    match evidence.proof {
        None => (Verdict::Pass, Reason::NothingShown),
        Some(proof) if proof >= stake.needed => (Verdict::Pass, Reason::Proven),
        Some(_) => (Verdict::Inconclusive, Reason::NotYetKnown),
    }
}

/// What a check says for want of a measurement that it can use and that is fresh.
fn nothing_to_judge(
    check: &Check,
    feed: &Feed,
    known: &CheckState,
    now: Millis,
) -> Option<(Verdict, Reason)> {
    let no_data = |reason| Some((Verdict::NoData, reason));
    let last = if check.test.is_statistical() { known.to } else { feed.latest.map(|latest| latest.at) };
    let Some(last) = last else {
        let unplanned = matches!(check.test, Test::SampleRatio { share: None });
        return no_data(if feed.is_empty() {
            Reason::Missing { nearest: None }
        } else if feed.latest.is_none() && feed.counted_to().is_none() && feed.has_first_reading() {
            Reason::FirstReading
        } else if unplanned && feed.counted_to().is_some() {
            Reason::NoPlannedShare
        } else {
            Reason::NothingCounted
        });
    };
    let age = now.saturating_sub(last);
    if age > check.freshness {
        return Some((Verdict::Stale, Reason::TooOld { age, fresh: check.freshness }));
    }
    if check.test.is_statistical() && known.fewest(check) == 0 {
        return no_data(Reason::NothingCounted);
    }
    None
}

fn by_threshold(check: &Check, threshold: &Threshold, feed: &Feed, known: &CheckState) -> (Verdict, Reason) {
    let needed = check.min_samples;
    if needed > 0 {
        match feed.latest.and_then(|latest| latest.samples) {
            None => return (Verdict::NoData, Reason::NoSamples { needed }),
            Some(samples) if samples < needed => {
                return (Verdict::Inconclusive, Reason::TooFew { samples, needed });
            }
            Some(_) => {}
        }
    }
    let Statistic::Held(held) = known.statistic else { return (Verdict::Error, Reason::NothingCounted) };
    let told = threshold.told(held);
    match told.holds {
        // What was measured before the delay was over is not looked at.
        None if known.to.is_none() => (Verdict::NoData, Reason::NothingCounted),
        None => (Verdict::NoData, Reason::NoBaseline),
        Some(holds) if !told.long_enough => {
            let reason = Reason::NotLongEnough { holds, lasted: told.lasted, needed: threshold.hold };
            (Verdict::Inconclusive, reason)
        }
        Some(true) => (Verdict::Pass, Reason::Holds),
        Some(false) => (Verdict::Fail, Reason::Broken),
    }
}

/// What is reported beside the verdict.
fn report<'g>(
    check: &'g Check,
    stake: &Stake,
    evidence: Evidence,
    feed: &Feed,
    known: &CheckState,
) -> CheckReport<'g> {
    let statistical = check.test.is_statistical();
    let (mut value, mut threshold, mut upper) = (None, None, None);
    let mut samples = Samples::default();
    let mut at = known.to;
    if let Test::Threshold(asked) = &check.test {
        let baseline = asked.baseline.or(feed.latest.and_then(|latest| latest.baseline));
        let [low, high] = asked.bound.levels();
        value = feed.latest.map(|latest| latest.value);
        threshold = low.of(baseline);
        upper = matches!(asked.bound, crate::Bound::Between(..)).then(|| high.of(baseline)).flatten();
        samples.new = feed.latest.and_then(|latest| latest.samples);
        at = feed.latest.map(|latest| latest.at);
    } else if known.to.is_some() {
        (value, threshold) = known.measured(check);
        samples = Samples { old: Some(known.old.total), new: Some(known.new.total) };
    }
    CheckReport {
        check: &check.name,
        metric: &check.metric,
        test: check.test.name(),
        mode: check.mode.name(),
        verdict: Verdict::NoData,
        reason: Reason::NothingCounted,
        value,
        threshold,
        upper,
        samples,
        against: statistical.then(|| e_value(evidence.against)),
        proof: evidence.proof.map(e_value),
        needed: statistical.then(|| 1.0 / stake.alpha),
        from: DecidedFrom { at, refused: feed.refused, resets: feed.resets, errors: feed.errors },
    }
}

/// The names of the metrics that were observed.
fn names_of(observations: &[Observation]) -> Vec<&str> {
    let mut names: Vec<&str> = observations.iter().map(|seen| seen.metric.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
