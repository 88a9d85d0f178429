//! The rules of a migration, of what its executors count.

use super::probe::{self, Look, Probe, Series};
use super::promql::{camel, text};
use super::{Group, Rule, Severity};
use crate::migration::CompiledMigration;
use crate::migration::read::Limit;

/// The window of rates, and how often a test samples, in milliseconds.
const WINDOW: u64 = 300_000;
const SAMPLED: u64 = 15_000;

/// What every rule of a migration has.
struct Writer<'a> {
    migration: &'a CompiledMigration,
    /// How often rules are evaluated.
    step: u64,
}

/// The rules of a migration, with tests that evaluate them every `step` milliseconds.
pub(super) fn group(migration: &CompiledMigration, step: u64) -> Group {
    let writer = Writer { migration, step };
    Group {
        name: format!("migration:{}", migration.name),
        rules: vec![writer.fallbacks(), writer.write_errors(), writer.read_p95()],
    }
}

impl Writer<'_> {
    fn rule(&self, name: String, limit: Limit) -> Rule {
        Rule {
            name,
            comment: String::new(),
            expr: String::new(),
            for_ms: limit.for_ms,
            severity: Severity::Warning,
            of: ("migration", self.migration.name.clone()),
            summary: String::new(),
            actions: Vec::new(),
            probes: Vec::new(),
        }
    }

    /// A series of this migration, with one more label.
    fn series(&self, metric: &str, label: &str, value: &str) -> String {
        format!("{metric}{{migration={},{label}={}}}", text(&self.migration.name), text(value))
    }

    fn fallbacks(&self) -> Rule {
        let limit = self.migration.alerts.fallbacks;
        let name = &self.migration.name;
        let above = limit.above;
        let of = |reason: &str| self.series("migration_fallbacks_total", "reason", reason);
        Rule {
            comment: "All reasons and all nodes together: each of them alone may stay below the limit."
                .to_owned(),
            expr: format!("sum(rate(migration_fallbacks_total{{migration={}}}[5m])) > {above}", text(name)),
            summary: format!("Fallback rate too high during migration {name}"),
            probes: self.rates(limit, &[of("not_found"), of("error")], "fallbacks"),
            ..self.rule("HighFallbackRate".to_owned(), limit)
        }
    }

    fn write_errors(&self) -> Rule {
        let limit = self.migration.alerts.write_errors;
        let new = &self.migration.new;
        let of = |target: &str| self.series("migration_write_errors_total", "target", target);
        let (errors, above) = (of(new), limit.above);
        let (step, other) = (self.step, of(&self.migration.old));
        let late = 2 * WINDOW + limit.for_ms;
        let mut probes = self.rates(limit, std::slice::from_ref(&errors), "errors");
        probes.push(Probe {
            name: "errors of long ago, and those of the other store".to_owned(),
            interval_ms: SAMPLED,
            series: vec![
                Series { name: errors.clone(), values: format!("5+0x{}", late / SAMPLED) },
                Series { name: other, values: format!("0+100x{}", late / SAMPLED) },
            ],
            looks: vec![Look::quiet(probe::evaluated(late, step))],
        });
        // A counter that is born above zero: its first sample is no increase for `rate`.
        let born_as = (above * 300.0).floor() + 1.0;
        if limit.for_ms < WINDOW - SAMPLED {
            probes.push(Probe {
                name: "the first error that there ever was".to_owned(),
                interval_ms: SAMPLED,
                series: vec![Series { name: errors.clone(), values: format!("_x39 {born_as}+0x40") }],
                looks: probe::edge(39 * SAMPLED, limit.for_ms, step, &[]),
            });
        }
        Rule {
            comment: "A counter begins with its first error, which is no increase for rate(): the second part sees what \
                      was not there five minutes ago."
                .to_owned(),
            expr: format!(
                "sum(rate({errors}[5m])) > {above} or sum({errors} unless {errors} offset 5m) / 300 > {above}"
            ),
            severity: Severity::Critical,
            summary: format!("Errors writing to {new}"),
            probes,
            ..self.rule(format!("{}WriteErrors", camel(new)), limit)
        }
    }

    fn read_p95(&self) -> Rule {
        let limit = self.migration.alerts.read_p95;
        let (new, above) = (&self.migration.new, limit.above);
        let buckets = self.series("migration_read_latency_seconds_bucket", "source", new);
        let step = self.step;
        let lasts = (WINDOW + limit.for_ms) / SAMPLED + 1;
        // Of a hundred reads in each sample, so many within the limit, and all within its double.
        let reads = |source: &str, within: u32| {
            let ends =
                [(above.to_string(), within), ((above * 2.0).to_string(), 100), ("+Inf".to_owned(), 100)];
            ends.map(|(le, many)| Series {
                name: format!(
                    "migration_read_latency_seconds_bucket{{migration={},source={},le=\"{le}\"}}",
                    text(&self.migration.name),
                    text(source)
                ),
                values: format!("0+{many}x{lasts}"),
            })
        };
        let quiet = Look::quiet(probe::evaluated(WINDOW + limit.for_ms, step));
        let probes = vec![
            Probe {
                name: "94 of 100 reads within the limit".to_owned(),
                interval_ms: SAMPLED,
                series: reads(new, 94).to_vec(),
                looks: probe::edge(SAMPLED, limit.for_ms, step, &[]),
            },
            Probe {
                name: "96 of 100 reads within the limit, and a slow old store".to_owned(),
                interval_ms: SAMPLED,
                series: [reads(new, 96), reads(&self.migration.old, 0)].concat(),
                looks: vec![quiet],
            },
        ];
        Rule {
            comment: "A percentile of a histogram is of the rates of its buckets, added up over all nodes: of the metric \
                      without `_bucket` and rate() there is none."
                .to_owned(),
            expr: format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5m]))) > {above}"),
            summary: format!("95th percentile of reads from {new} above {above} s"),
            probes,
            ..self.rule("HighReadLatency".to_owned(), limit)
        }
    }

    /// Counters that together rise steeply from the start, a thousandth faster than the limit, and a thousandth slower.
    fn rates(&self, limit: Limit, series: &[String], of: &str) -> Vec<Probe> {
        let Limit { above, for_ms } = limit;
        let step = self.step;
        let late = probe::evaluated(WINDOW + SAMPLED + for_ms, step);
        let lasts = late / SAMPLED + 1;
        #[expect(clippy::cast_precision_loss, reason = "a handful of series")]
        let each = 15.0 / series.len() as f64;
        let probe = |name: String, rate: f64, looks: Vec<Look>| Probe {
            name,
            interval_ms: SAMPLED,
            series: series
                .iter()
                .map(|name| Series { name: name.clone(), values: format!("0+{}x{lasts}", rate * each) })
                .collect(),
            looks,
        };
        let steep = (above * 1_000.0).max(1.0);
        let mut probes =
            vec![probe(format!("many {of} from the start"), steep, probe::edge(SAMPLED, for_ms, step, &[]))];
        let fires = Look { at_ms: late, fires: Some(Vec::new()) };
        if above > 0.0 {
            probes.push(probe(format!("{of} just above the limit"), above * 1.001, vec![fires]));
            probes.push(probe(format!("{of} just below the limit"), above * 0.999, vec![Look::quiet(late)]));
        } else {
            probes.push(probe(format!("no {of}"), 0.0, vec![Look::quiet(late)]));
        }
        probes
    }
}
