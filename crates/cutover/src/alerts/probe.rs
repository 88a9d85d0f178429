//! What a rule is tested with.

/// Series, and when the rule fires at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What it shows.
    pub name: String,
    /// How far the samples of its series are apart, in milliseconds.
    pub interval_ms: u64,
    /// The series.
    pub series: Vec<Series>,
    /// When it is looked at, and what is seen.
    pub looks: Vec<Look>,
}

/// One series, as `promtool` writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name and labels.
    pub name: String,
    /// Its samples.
    pub values: String,
}

/// What is seen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Milliseconds since the first sample.
    pub at_ms: u64,
    /// The labels of the alert that fires, but for those of the rule; none where it does not fire.
    pub fires: Option<Vec<(String, String)>>,
}

impl Look {
    pub(super) const fn quiet(at_ms: u64) -> Self {
        Self { at_ms, fires: None }
    }
}

/// How often rules are evaluated, in milliseconds: every second, and where one has to hold for long, every minute, so that
/// its test ends soon.
pub(super) const fn step(for_ms: u64) -> u64 {
    const HOUR: u64 = 3_600_000;
    if for_ms > HOUR { 60_000 } else { 1_000 }
}

/// The first evaluation at an instant or after it.
pub(super) const fn evaluated(at_ms: u64, step: u64) -> u64 {
    at_ms.div_ceil(step) * step
}

/// The two looks at a condition that holds from `since` on: still quiet, and firing.
pub(super) fn edge(since_ms: u64, for_ms: u64, step: u64, labels: &[(String, String)]) -> Vec<Look> {
    let active = evaluated(since_ms, step);
    let fires = Look { at_ms: evaluated(active + for_ms, step), fires: Some(labels.to_vec()) };
    let before = fires.at_ms.checked_sub(step).map(Look::quiet);
    before.into_iter().chain([fires]).collect()
}
