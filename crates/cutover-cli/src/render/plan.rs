//! Plans as pages: where one stands, what it asks for, and a rollout as a timeline.

use super::style::{DIM, ERROR, GOOD, PLAIN, STRONG, WARNING, paint};
use super::table::{Cell, table};
use super::text::clean;
use crate::now;
use anstyle::Style;
use cutover::plans::{
    Effect, Guarded, Observed, Owed, Plain, Record, Refusal, Risk, Simulation, Stage, State, Target, Task,
    WHOLE, percent,
};
use std::fmt::Write as _;

/// How wide the bar of a whole is.
const BAR: u32 = 20;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;

/// What came of an event.
pub(crate) fn advanced(name: &str, plan: &Guarded, observed: &Observed<'_>, width: Option<usize>) -> String {
    let mut out = head(name, plan, &observed.state.plan);
    for report in &observed.reports {
        out.push('\n');
        out.push_str(&super::gate::page(report, width));
    }
    let lines: Vec<String> = observed.effects.iter().filter_map(line).collect();
    if !lines.is_empty() {
        out.push('\n');
    }
    for line in lines {
        let _ = writeln!(out, "{}", clean(&line));
    }
    let refused = Effect::Plain(Plain::Refused { why: Refusal::GuardsMissing });
    if observed.effects.contains(&refused) {
        out.push_str(&waits(plan, &observed.state.plan));
    }
    out
}

/// An effect in a line; what is recorded is seen in the stage.
fn line(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Owed(Owed { id, task, .. }) => format!("#{id}  {}", asked(task)),
        Effect::Plain(Plain::WakeAt { at }) => format!("wake at {}", now::show(*at)),
        Effect::Plain(Plain::Refused { why }) => format!("nothing changed: {}", why.sentence()),
        Effect::Plain(Plain::Record(_)) => return None,
    })
}

fn asked(task: &Task) -> String {
    match task {
        Task::SetPercentage { flag, millionths, segments, epoch } => {
            format!("set `{flag}` to {} (epoch {epoch})", audience(*millionths, segments))
        }
        Task::SetMigration { migration, phase, millionths, emergency, epoch } => {
            let to = match (phase, millionths) {
                _ if *emergency => "its emergency".to_owned(),
                (Some(phase), _) => format!("phase {phase}"),
                (None, share) => percent(share.unwrap_or_default()),
            };
            format!("set the migration `{migration}` to {to} (epoch {epoch})")
        }
        Task::AwaitGuards { epoch, guards } => {
            let names: Vec<&str> = guards.iter().map(|guard| guard.name()).collect();
            format!("watch what data waits for in epoch {epoch}: {}", names.join(", "))
        }
        Task::OpenIncident { policy, event, .. } => {
            format!("open an incident of `{policy}`, {}: {}", event.severity, event.title)
        }
        Task::AwaitAck { epoch, capacity } => {
            let capacity = if *capacity { ", and for capacity" } else { "" };
            format!("wait until every node has acknowledged epoch {epoch}{capacity}")
        }
        Task::SetFlag { flag, .. } => format!("switch `{flag}` on"),
        Task::RequestApproval { step } => format!("ask for the approval of step {step}"),
        Task::Investigate { trigger } => format!("look into trigger {trigger}"),
        Task::Notify { message, .. } => format!("tell: {message}"),
    }
}

fn audience(millionths: u32, segments: &[String]) -> String {
    match (millionths, segments) {
        (share, []) => percent(share),
        (0, segments) => segments.join(", "),
        (share, segments) => format!("{} and {}", percent(share), segments.join(", ")),
    }
}

/// Where a plan stands.
pub(crate) fn status(name: &str, plan: &Guarded, state: &State, width: Option<usize>) -> String {
    let mut out = head(name, plan, state);
    if !state.gates.is_empty() {
        out.push('\n');
        let rows: Vec<[Cell; 3]> = state
            .gates
            .iter()
            .map(|(gate, judged)| {
                let verdict = super::gate::verdict(judged.verdict);
                [
                    Cell::new(gate, PLAIN),
                    Cell::new(verdict.0, verdict.1),
                    Cell::new(&now::show(judged.at), DIM),
                ]
            })
            .collect();
        out.push_str(&table(["gate", "said", "at"], &rows, width));
    }
    out.push_str(&waits(plan, state));
    if !state.owed.is_empty() {
        out.push_str("\nowed:\n");
        for owed in &state.owed {
            let _ = writeln!(out, "  #{}  {}", owed.id, clean(&asked(&owed.task)));
        }
    }
    if !state.log.is_empty() {
        out.push('\n');
        let after = state.log.iter().skip(1).map(|record| (record.millionths, record.segments.as_slice()));
        let log = state.log.iter().zip(after.chain([(state.millionths, state.segments.as_slice())]));
        let rows: Vec<[Cell; 4]> =
            log.map(|(record, reached)| row(record, reached, &now::show(record.time))).collect();
        out.push_str(&table(["at", "share", "stage", "why"], &rows, width));
    }
    out
}

/// The data guards that the next move waits for.
fn waits(plan: &Guarded, state: &State) -> String {
    let missing = plan.plan().waits_for(state);
    let mut out = String::new();
    if !missing.is_empty() {
        out.push_str("\nthe next move waits for:\n");
    }
    for guard in missing {
        let _ = writeln!(out, "  {}: {}", guard.name(), guard.missing());
    }
    out
}

fn head(name: &str, plan: &Guarded, state: &State) -> String {
    let steps = plan.plan().spec().steps.len();
    let step = match plan.plan().spec().steps.get(state.step).map(|step| &step.to) {
        Some(Target::Share(share)) => percent(*share),
        Some(Target::Segment(name) | Target::Phase(name)) => name.clone(),
        None => String::new(),
    };
    let (word, style) = stage(state.stage);
    let reached = audience(state.millionths, &state.segments);
    format!(
        "{}  {}  step {} of {steps} ({}), reaching {}\n",
        paint(STRONG, clean(name)),
        paint(style, word),
        state.step + 1,
        clean(&step),
        clean(&reached),
    )
}

fn stage(stage: Stage) -> (String, Style) {
    let style = match stage {
        Stage::Promoted | Stage::Completed => GOOD,
        Stage::RollingBack { .. } | Stage::RolledBack => ERROR,
        Stage::Paused { .. } | Stage::AwaitingApproval | Stage::Superseded => WARNING,
        _ => PLAIN,
    };
    (stage.name().replace('_', " "), style)
}

/// A whole rollout.
pub(crate) fn simulated(
    name: &str,
    plan: &Guarded,
    simulation: &Simulation,
    risks: &[Risk],
    width: Option<usize>,
) -> String {
    let mut out = head(name, plan, &simulation.state);
    let begin = simulation.log.first().map_or(0, |record| record.time);
    let when = |at: i64| {
        let passed = at.saturating_sub(begin);
        let minutes = passed.rem_euclid(DAY_MS) / MINUTE_MS;
        format!("day {:>3} {:02}:{:02}", passed.div_euclid(DAY_MS) + 1, minutes / 60, minutes % 60)
    };
    out.push('\n');
    let shown = simulation.log.iter().zip(reached(simulation));
    let rows: Vec<[Cell; 4]> =
        shown.map(|(record, reached)| row(record, reached, &when(record.time))).collect();
    out.push_str(&table(["when", "share", "stage", "why"], &rows, width));
    let flags = simulation.told.iter().filter(|told| {
        matches!(told.task, Task::SetFlag { .. } | Task::Investigate { .. } | Task::OpenIncident { .. })
    });
    for told in flags {
        let _ = writeln!(out, "{}  {}", when(told.at), clean(&asked(&told.task)));
    }
    let _ = writeln!(
        out,
        "\n{}",
        paint(DIM, format!("{} ticks, until {}", simulation.ticks, when(simulation.ended)))
    );
    if !risks.is_empty() {
        out.push_str(
            "\nHow many healthy migrations thresholds would roll back, at half of what they allow:\n",
        );
        let rows: Vec<[Cell; 6]> = risks.iter().map(risk).collect();
        out.push_str(&table(
            ["check", "true rate", "requests", "looks", "one window", "the plan"],
            &rows,
            width,
        ));
    }
    out
}

/// Whom a plan reaches after each line of the log: a line names those before what it asks for, and the next one those after.
fn reached(simulation: &Simulation) -> impl Iterator<Item = (u32, &[String])> {
    let after = simulation.log.iter().skip(1).map(|record| (record.millionths, record.segments.as_slice()));
    after.chain([(simulation.state.millionths, simulation.state.segments.as_slice())])
}

fn row(record: &Record, (share, segments): (u32, &[String]), when: &str) -> [Cell; 4] {
    let filled = (u64::from(share) * u64::from(BAR)).div_ceil(u64::from(WHOLE));
    let filled = usize::try_from(filled).unwrap_or_default();
    let bar = match segments.last() {
        // The last one is the one that was added; how many there are says the rest.
        Some(last) if share == 0 => format!("{:>6} {last}", format!("{}×", segments.len())),
        _ => format!("{:>6} {}", percent(share), "█".repeat(filled)),
    };
    let mut why = cutover::wire::to_json(&record.reason).trim_matches('"').replace('_', " ");
    for (text, before) in [
        (&record.gate, ": "),
        (&record.note, ": "),
        (&record.actor, ", by "),
        (&record.accepted_cost, ", accepting "),
    ] {
        if let Some(text) = text {
            why.push_str(before);
            why.push_str(text);
        }
    }
    let style = match record.to.as_str() {
        "promoted" | "completed" => GOOD,
        "rolling_back" | "rolled_back" => ERROR,
        "paused" | "awaiting_approval" | "superseded" => WARNING,
        _ => PLAIN,
    };
    [
        Cell::new(when, DIM),
        Cell::new(&bar, style),
        Cell::new(&record.to.replace('_', " "), style),
        Cell::new(&why, PLAIN),
    ]
}

fn risk(risk: &Risk) -> [Cell; 6] {
    let share = |share: f64| {
        let style = if share > 0.05 { ERROR } else { PLAIN };
        Cell::new(&format!("{share:.3}"), style)
    };
    let rate = format!("{:.4}", risk.rate * 100.0);
    [
        Cell::new(&format!("{}/{}", risk.gate, risk.check), PLAIN),
        Cell::new(&format!("{}%", rate.trim_end_matches('0').trim_end_matches('.')), PLAIN),
        Cell::new(&risk.samples.to_string(), DIM),
        Cell::new(&risk.all_looks.to_string(), DIM),
        share(risk.window),
        share(risk.plan),
    ]
}
