//! Drills: a rollback rehearsed with the machine that would carry it out, and nothing touched.
//!
//! The work is taken forward to where the drill begins, then told to roll back. Each step takes as long as the ruleset, or
//! the scenario, says: once as long as it may, and then many times somewhere in between, drawn by a hash of the seed and
//! the step, so that a drill says the same everywhere. A step whose time nobody knows takes none, and then the answer is
//! no better than "not known".

mod simulate;

use crate::{Takes, Work};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What is rehearsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// The phase under way when it goes wrong; the last one where there is none.
    pub from: Option<String>,
    /// The lowest phase that is taken back; what the plan says of `from` where there is none.
    pub to: Option<String>,
    /// The objective in milliseconds, instead of that of the plan.
    pub objective_ms: Option<u64>,
    /// How long it takes until somebody, or a trigger, notices.
    pub detection: Option<Takes>,
    /// How long it takes until somebody decides to roll back.
    pub approval: Option<Takes>,
    /// How long it takes a person to mend what a failed rollback leaves.
    pub operator: Option<Takes>,
    /// How long steps take, by name, instead of what the plan says.
    pub takes: BTreeMap<String, Takes>,
    /// Steps that fail, by name.
    pub fails: BTreeMap<String, Fails>,
    /// How often it is rehearsed.
    pub seeds: u32,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            objective_ms: None,
            detection: None,
            approval: None,
            operator: None,
            takes: BTreeMap::new(),
            fails: BTreeMap::new(),
            seeds: 1_000,
        }
    }
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fails {
    /// Its first attempts do, so many.
    First(u32),
    /// A share of its attempts does, in millionths.
    Share(u32),
}

/// Whether the objective would be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// In the worst case too.
    Met,
    /// Not in the worst case.
    Missed,
    /// There is no objective, or a step whose time nobody knows.
    NotKnown,
}

/// What a drill found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether the objective would be met.
    pub answer: Answer,
    /// Why it is not known.
    pub why: Option<String>,
    /// The objective, in milliseconds.
    pub objective_ms: Option<u64>,
    /// The phases that are taken back, in that order.
    pub phases: Vec<String>,
    /// The restore points that are restored: what was written since they were taken is lost.
    pub restored: Vec<String>,
    /// The shortest of all rehearsals, in milliseconds.
    pub shortest_ms: u64,
    /// Half of the rehearsals take no longer.
    pub median_ms: u64,
    /// The longest of all rehearsals, that among them in which each step takes as long as it may.
    pub longest_ms: u64,
    /// How many rehearsals there were, and in how many the objective was met.
    pub rehearsals: u32,
    /// In how many the objective was met.
    pub met: u32,
    /// In how many a person had to mend something.
    pub mended: u32,
    /// In how many the rollback did not end at all.
    pub endless: u32,
    /// Where the time goes in the longest one.
    pub parts: Vec<Part>,
    /// Steps whose time nobody knows.
    pub unknown: Vec<String>,
}

/// Where time goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The phase; nothing for what comes before the rollback.
    pub phase: Option<String>,
    /// The step, or `detection`, `approval`, `waiting for the next attempt`, `a person mends it`.
    pub name: String,
    /// How often it was done.
    pub times: u32,
    /// How long all of these took together, in milliseconds.
    pub ms: u64,
    /// Its share of the whole, in millionths.
    pub share: u32,
}

/// The most rehearsals.
const MOST: u32 = 100_000;

/// Rehearses a rollback.
///
/// # Errors
/// One sentence, where there is no such phase or the scenario makes no sense.
///
/// ```
/// use cutover_work::{Action, Phase, Rollback, Takes, Work};
/// use cutover_work::drill::{Answer, Scenario, drill};
/// let undo = Action { takes: Some(Takes { from_ms: 60_000, to_ms: 120_000 }), ..Action::new("route_back") };
/// let phase = Phase {
///     name: "switch".into(),
///     validations: vec![Action::new("errors")],
///     rollback: Some(Rollback { actions: vec![undo], ..Rollback::default() }),
///     ..Phase::default()
/// };
/// let work = Work { phases: vec![phase], objective_ms: Some(300_000), ..Work::default() };
/// let report = drill(&work, &Scenario::default())?;
/// assert_eq!((report.answer, report.longest_ms), (Answer::Met, 120_000));
/// # Ok::<(), String>(())
/// ```
pub fn drill(work: &Work, scenario: &Scenario) -> Result<Report, String> {
    if let Some(problem) = work.problems().first() {
        return Err(format!("the plan of work makes no sense: {}", problem.message));
    }
    let from = place(work, scenario.from.as_deref())?.unwrap_or(work.phases.len().saturating_sub(1));
    if let Some(to) = place(work, scenario.to.as_deref())?.filter(|to| *to > from) {
        let name = work.phases.get(to).map(|phase| phase.name.as_str()).unwrap_or_default();
        return Err(format!("`{name}` comes later than the phase in which the drill begins"));
    }
    if !(1..=MOST).contains(&scenario.seeds) {
        return Err(format!("a drill is rehearsed 1 to {MOST} times"));
    }
    let given = [scenario.detection, scenario.approval, scenario.operator];
    let mut given = given.iter().flatten().chain(scenario.takes.values());
    if given.any(|takes| takes.from_ms > takes.to_ms) {
        return Err("what takes from … to … goes from less to more".to_string());
    }
    let steps: BTreeSet<&str> = simulate::steps(work).collect();
    for name in scenario.takes.keys().chain(scenario.fails.keys()) {
        if !steps.contains(name.as_str()) {
            return Err(format!("no rollback of the plan has a step `{name}`"));
        }
    }
    Ok(reported(work, scenario, from))
}

fn place(work: &Work, name: Option<&str>) -> Result<Option<usize>, String> {
    name.map(|name| work.phase(name).ok_or_else(|| format!("there is no phase `{name}`"))).transpose()
}

fn reported(work: &Work, scenario: &Scenario, from: usize) -> Report {
    let begun = simulate::begin(work, scenario, from);
    let longest = simulate::rehearse(work, scenario, &begun, None);
    let objective_ms = scenario.objective_ms.or(work.objective_ms);
    let meets = |run: &simulate::Run| {
        run.ended && run.unknown.is_empty() && objective_ms.is_some_and(|objective| run.total_ms < objective)
    };
    let mut totals = Vec::new();
    let (mut met, mut mended, mut endless) = (0, 0, 0);
    let mut worst = longest;
    for seed in 0..scenario.seeds {
        let run = simulate::rehearse(work, scenario, &begun, Some(seed));
        totals.push(run.total_ms);
        met += u32::from(meets(&run));
        mended += u32::from(run.mended > 0);
        endless += u32::from(!run.ended);
        // One that does not end is worse than any that does.
        if (!run.ended, run.total_ms) > (!worst.ended, worst.total_ms) {
            worst = run;
        }
    }
    totals.sort_unstable();
    let missed = !worst.ended || objective_ms.is_some_and(|objective| worst.total_ms >= objective);
    let why = if objective_ms.is_none() {
        Some("there is no objective: give the plan one, or the drill".to_string())
    } else if missed || worst.unknown.is_empty() {
        None
    } else {
        let unknown: Vec<&str> = worst.unknown.iter().map(String::as_str).collect();
        Some(format!("nobody says how long these take: {}", unknown.join(", ")))
    };
    let answer = match (&why, missed) {
        (Some(_), _) => Answer::NotKnown,
        (None, true) => Answer::Missed,
        (None, false) => Answer::Met,
    };
    Report {
        answer,
        why,
        objective_ms,
        phases: worst.phases.clone(),
        restored: worst.restored.clone(),
        shortest_ms: totals.first().copied().unwrap_or_default().min(worst.total_ms),
        median_ms: totals.get(totals.len() / 2).copied().unwrap_or_default(),
        longest_ms: worst.total_ms,
        rehearsals: scenario.seeds,
        met,
        mended,
        endless,
        parts: worst.parts(),
        unknown: worst.unknown.into_iter().collect(),
    }
}
