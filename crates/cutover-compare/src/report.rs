//! What the counters say: rates with their denominators, and where to look first.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use crate::divergence::{Counts, Divergence};
use crate::histogram::Histogram;

/// A share with its denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rate {
    /// So many,
    pub count: u64,
    /// of so many.
    pub of: u64,
    /// From 0 to 1; `None`, in JSON `null`, where there are none to divide by: no data is not 0.
    pub rate: Option<f64>,
}

impl Rate {
    fn new(count: u64, of: u64) -> Self {
        Self { count, of, rate: (of > 0).then(|| count as f64 / of as f64) }
    }

    /// A key to sort by: the rate, exactly; where there is none, below all others.
    fn cmp_rate(&self, other: &Self) -> core::cmp::Ordering {
        let product = |count: u64, of: u64| u128::from(count) * u128::from(of);
        (self.of > 0)
            .cmp(&(other.of > 0))
            .then(product(self.count, other.of).cmp(&product(other.count, self.of)))
    }
}

/// What the noise arm says.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NoiseReport {
    /// Every verdict.
    pub counts: Counts,
    /// How often the control does not agree with itself.
    pub divergence: Rate,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OperationReport {
    /// Its name.
    pub operation: String,
    /// Every verdict.
    pub counts: Counts,
    /// How often the sides do not agree.
    pub divergence: Rate,
    /// How often the control does not agree with itself.
    pub noise: Rate,
    /// How long it took.
    pub latency: BothLatencies,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FieldReport {
    /// The operation that it belongs to.
    pub operation: String,
    /// Its path, with `[*]` for every place in an array.
    pub field: String,
    /// In so many comparisons it differed.
    pub count: u64,
}

/// How long a side took, in microseconds: upper bounds, less than an eighth above the true ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LatencyReport {
    /// So many were measured.
    pub count: u64,
    /// Half of them took no longer; `None` where none was measured, also below.
    pub p50_us: Option<u64>,
    /// 95 of 100 took no longer.
    pub p95_us: Option<u64>,
    /// 99 of 100 took no longer.
    pub p99_us: Option<u64>,
}

impl LatencyReport {
    fn of(histogram: &Histogram) -> Self {
        let [p50_us, p95_us, p99_us] = [500, 950, 990].map(|part| histogram.quantile(part));
        Self { count: histogram.count(), p50_us, p95_us, p99_us }
    }
}

/// How long both sides took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BothLatencies {
    /// The control, in both arms.
    pub control: LatencyReport,
    /// The candidate.
    pub candidate: LatencyReport,
}

/// What all that was counted comes to.
///
/// Written as text it is a summary for people.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// Every verdict.
    pub recorded: u64,
    /// Every verdict but `skipped`: the denominator of the rates.
    pub judged: u64,
    /// Both sides answered, and the answers were compared.
    pub compared: u64,
    /// How often there was which verdict.
    pub counts: Counts,
    /// How often the sides do not agree.
    pub divergence: Rate,
    /// The same by verdict; these add up to `divergence`.
    pub by_kind: BTreeMap<&'static str, Rate>,
    /// How often the control does not agree with itself.
    pub noise: NoiseReport,
    /// The operations that diverge most often, the first few.
    pub top_by_count: Vec<OperationReport>,
    /// The operations that diverge at the highest rate, the first few.
    pub top_by_rate: Vec<OperationReport>,
    /// The fields that differ most often, the first few.
    pub top_fields: Vec<FieldReport>,
    /// How long both sides took.
    pub latency: BothLatencies,
}

impl Divergence {
    /// What was counted comes to, with the first `top` operations and fields.
    pub fn report(&self, top: usize) -> Report {
        let (mut counts, mut noise) = (Counts::default(), Counts::default());
        let (mut control, mut candidate) = (Histogram::default(), Histogram::default());
        let mut fields = Vec::new();
        let mut by_count = Vec::new();
        for (name, operation) in &self.operations {
            counts.merge(&operation.counts);
            noise.merge(&operation.noise);
            control.merge(&operation.control);
            candidate.merge(&operation.candidate);
            fields.extend(operation.fields.iter().map(|(field, count)| FieldReport {
                operation: name.clone(),
                field: field.clone(),
                count: *count,
            }));
            by_count.push(OperationReport {
                operation: name.clone(),
                counts: operation.counts,
                divergence: divergence(&operation.counts),
                noise: divergence(&operation.noise),
                latency: both(&operation.control, &operation.candidate),
            });
        }
        // Sorting is stable, so that equals stay in the order of their names.
        fields.sort_by_key(|field| Reverse(field.count));
        fields.truncate(top);
        by_count.retain(|operation| operation.divergence.count > 0);
        let mut by_rate = by_count.clone();
        by_count.sort_by_key(|operation| Reverse(operation.divergence.count));
        by_count.truncate(top);
        by_rate.sort_by(|one, other| {
            let rates = other.divergence.cmp_rate(&one.divergence);
            rates.then(other.divergence.count.cmp(&one.divergence.count))
        });
        by_rate.truncate(top);
        Report {
            recorded: counts.recorded(),
            judged: counts.judged(),
            compared: counts.compared(),
            counts,
            divergence: divergence(&counts),
            by_kind: counts
                .divergent_kinds()
                .into_iter()
                .map(|(kind, count)| (kind, Rate::new(count, counts.judged())))
                .collect(),
            noise: NoiseReport { counts: noise, divergence: divergence(&noise) },
            top_by_count: by_count,
            top_by_rate: by_rate,
            top_fields: fields,
            latency: both(&control, &candidate),
        }
    }
}

fn divergence(counts: &Counts) -> Rate {
    Rate::new(counts.divergent(), counts.judged())
}

fn both(control: &Histogram, candidate: &Histogram) -> BothLatencies {
    BothLatencies { control: LatencyReport::of(control), candidate: LatencyReport::of(candidate) }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rate {
            Some(rate) => write!(f, "{:.3} % ({} of {})", rate * 100.0, self.count, self.of),
            None => f.write_str("no data"),
        }
    }
}

impl fmt::Display for LatencyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.p50_us, self.p95_us, self.p99_us) {
            (Some(p50), Some(p95), Some(p99)) => write!(f, "p50 {p50} us, p95 {p95} us, p99 {p99} us"),
            _ => f.write_str("no data"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recorded, judged, compared, .. } = self;
        writeln!(f, "verdicts     {recorded} recorded, {judged} judged, {compared} compared")?;
        writeln!(f, "divergence   {}", self.divergence)?;
        for (kind, rate) in self.by_kind.iter().filter(|(_, rate)| rate.count > 0) {
            writeln!(f, "  {kind}: {rate}")?;
        }
        writeln!(f, "noise        {}", self.noise.divergence)?;
        writeln!(f, "control      {}", self.latency.control)?;
        writeln!(f, "candidate    {}", self.latency.candidate)?;
        for (title, operations) in
            [("most divergences", &self.top_by_count), ("highest rates", &self.top_by_rate)]
        {
            if !operations.is_empty() {
                writeln!(f, "{title}")?;
            }
            for OperationReport { operation, divergence, noise, .. } in operations {
                writeln!(f, "  {operation}: {divergence}, noise {noise}")?;
            }
        }
        if !self.top_fields.is_empty() {
            writeln!(f, "fields")?;
        }
        for FieldReport { operation, field, count } in &self.top_fields {
            writeln!(f, "  {operation}: {field}, {count} times")?;
        }
        Ok(())
    }
}
