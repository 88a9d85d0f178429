//! The plan runner: one instance at a time drives the plans of all environments. What a plan asks for stands in its state until
//! it is done, so that a runner that was killed is followed by one that does what is left, and nothing twice that matters.

mod memory;
mod perform;
mod prometheus;
mod tell;

pub(crate) use tell::{Standing, call_off, plan_of, report, segments, standing, tell};

use crate::app::App;
use crate::audit::Deed;
use crate::clock::now_ms;
use crate::store::{Fence, PlanRow, Store, StoreError, Stored, Target};
use crate::trace;
use cutover::Engine;
use cutover::gates::Observation;
use cutover::plans::{Effect, Guarded, GuardedState, Kind, Observed, Plain, State, Task};
use memory::Memory;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// What is leased.
const LEASE: &str = "plans";
/// How long a runner that says nothing keeps the lease, in milliseconds.
const LEASE_MS: i64 = 5_000;
/// How often plans are looked at.
const TURN: Duration = Duration::from_millis(500);

/// Runs the plans whenever this instance has the lease, until the server ends.
pub(crate) async fn run(app: Arc<App>) {
    let mut memory = Memory::default();
    let mut ending = app.ending.subscribe();
    let mut held: Option<Fence> = None;
    let mut renewed = Instant::now();
    while !*ending.borrow() {
        let asked = Instant::now();
        held = match app.store.lease(LEASE, &app.instance, now_ms(), LEASE_MS).await {
            Ok(fence) => {
                renewed = asked;
                if fence != held {
                    // Whoever had it meanwhile has told plans more than is known here.
                    memory = Memory::default();
                    tracing::info!(
                        holds = fence.is_some(),
                        fence = fence.as_ref().map(|fence| fence.number),
                        "plans"
                    );
                }
                fence
            }
            // It may still be ours, until it ends; every write says so or is refused.
            Err(_) => held.filter(|_| renewed.elapsed() < Duration::from_millis(LEASE_MS.unsigned_abs())),
        };
        app.metrics.runs_plans.store(u64::from(held.is_some()), Ordering::Relaxed);
        if let Some(fence) = &held {
            match turn(&app, fence, &mut memory).await {
                Ok(()) => {}
                Err(StoreError::Fenced) => held = None,
                Err(error) => tracing::warn!(%error, "plans wait"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TURN) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
    if let Some(fence) = held {
        let _ = app.store.release(&fence).await;
    }
}

/// Looks at each plan once.
async fn turn(app: &App, fence: &Fence, memory: &mut Memory) -> Stored<()> {
    for row in app.store.plans().await? {
        let Some(published) = app.environments.find(&row.env).and_then(|environment| environment.published())
        else {
            continue;
        };
        // A plan that the ruleset has no more stays where it stands.
        let Some(plan) = published.engine.plan(&row.name) else { continue };
        let name = (row.env.clone(), row.name.clone());
        let looked = look(app, fence, &published.engine, plan, row, memory).await;
        if looked.is_err() {
            memory.forget(&name.0, &name.1);
        }
        match looked {
            // Somebody spoke to the plan meanwhile: it is looked at again with what they said.
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::Corrupt(error)) => {
                tracing::error!(env = name.0, plan = name.1, error, "a plan cannot be run");
            }
            other => other?,
        }
    }
    Ok(())
}

/// Tells a plan what happened, writes where it stands, then does what it owes.
async fn look(
    app: &App,
    fence: &Fence,
    engine: &Engine,
    plan: &Guarded,
    mut row: PlanRow,
    memory: &mut Memory,
) -> Stored<()> {
    let (mut state, mut measured) = memory.recall(plan, &row)?;
    let now = now_ms();
    let name = (row.env.clone(), row.name.clone());
    let mut said = Vec::new();
    let spec = plan.plan().spec();
    let target = match &spec.migration {
        Some(migration) => Target::Migration(migration.clone()),
        None => Target::Flag(spec.flag.clone()),
    };
    let environment = app.environments.find(&row.env);
    let held = environment
        .and_then(|environment| environment.alarm().iter().find(|held| held.target == target).cloned());
    let alarm = held.as_ref().is_some_and(|held| held.on);
    // One that was over before the plan was looked at again has left the flag at nobody all the same.
    let missed = held.is_some_and(|held| !held.on && held.at > state.plan.now);
    if missed && !state.plan.emergency && state.plan.stage.is_active() {
        let kind = Kind::Emergency { on: true, actor: "emergency".to_owned() };
        state = hear(plan.advance(state, now, None, kind), &mut said);
    }
    if state.plan.emergency != alarm {
        let kind = Kind::Emergency { on: alarm, actor: "emergency".to_owned() };
        state = hear(plan.advance(state, now, None, kind), &mut said);
    }
    let observations = if state.plan.stage.is_active() {
        observe(app, engine, plan, &row, &state.plan, now, &mut measured).await
    } else {
        Vec::new()
    };
    state = hear(plan.observe(state, now, &observations), &mut said);
    save(&app.store, fence, &mut row, &state, &mut said, memory).await?;
    for owed in state.plan.owed.clone() {
        if owed.retry_at.is_some_and(|at| at > now)
            || !state.plan.owed.iter().any(|still| still.id == owed.id)
        {
            continue;
        }
        let work = perform::perform(app, fence, plan, &mut row, &state.plan, &owed);
        // What only waits is asked about twice a second: that is no step.
        let performed = match effect(&owed.task) {
            Some(effect) => {
                let (stage, step) = (state.plan.stage.name(), state.plan.step);
                work.instrument(trace::step(&name.0, &name.1, stage, step, effect)).await?
            }
            None => work.await?,
        };
        for kind in performed {
            state = hear(plan.advance(state, now_ms(), None, kind), &mut said);
        }
        save(&app.store, fence, &mut row, &state, &mut said, memory).await?;
    }
    memory.keep(&row, state, measured);
    Ok(())
}

/// The word of what is done at once; none for what is waited for.
const fn effect(task: &Task) -> Option<&'static str> {
    match task {
        Task::SetPercentage { .. } => Some("set_percentage"),
        Task::SetMigration { .. } => Some("set_migration"),
        Task::SetFlag { .. } => Some("set_flag"),
        Task::RequestApproval { .. } => Some("request_approval"),
        Task::Investigate { .. } => Some("investigate"),
        Task::OpenIncident { .. } => Some("open_incident"),
        Task::Notify { .. } => Some("notify"),
        Task::AwaitAck { .. } | Task::AwaitGuards { .. } => None,
    }
}

/// What was measured since the last time: by Prometheus where a metric has a query, otherwise by what nodes counted.
async fn observe(
    app: &App,
    engine: &Engine,
    plan: &Guarded,
    row: &PlanRow,
    state: &State,
    now: i64,
    measured: &mut i64,
) -> Vec<Observation> {
    let mut names: Vec<&str> = plan.gates().flat_map(|gate| gate.metrics()).map(String::as_str).collect();
    names.extend(plan.watched().iter().flatten().map(|watched| watched.metric.as_str()));
    names.sort_unstable();
    names.dedup();
    let declared: BTreeMap<&str, _> = engine.metrics().collect();
    let (mut found, mut asked) = (Vec::new(), Vec::new());
    let counts =
        app.environments.find(&row.env).map(|environment| environment.nodes.counts()).unwrap_or_default();
    for name in names {
        match declared.get(name).filter(|metric| metric.query.is_some()) {
            Some(metric) => asked.push((name, *metric)),
            None => {
                if let Some(arms) = counts.get(name) {
                    let share = f64::from(state.millionths) / 1_000_000.0;
                    let counted = Observation::counters(name, now, arms.old, arms.new);
                    found.push(Observation { share: Some(share), ..counted });
                }
            }
        }
    }
    if let Some(server) = app.options.prometheus.as_deref().filter(|_| !asked.is_empty()) {
        found.extend(prometheus::measure(server, &asked, measured, now).await);
    }
    found
}

/// Where a plan stands.
fn state_of(plan: &Guarded, row: &PlanRow) -> Stored<GuardedState> {
    if row.state.is_empty() { Ok(plan.draft()) } else { Ok(serde_json::from_str(&row.state)?) }
}

/// What came of an event: what the log is to tell is kept.
fn hear(observed: Observed<'_>, said: &mut Vec<serde_json::Value>) -> GuardedState {
    let records = observed.effects.iter().filter_map(|effect| match effect {
        Effect::Plain(Plain::Record(record)) => serde_json::to_value(record).ok(),
        _ => None,
    });
    said.extend(records);
    observed.state
}

/// Writes where a plan stands, with what the log is to tell of it, where it says something new or has not been written for
/// a while.
async fn save(
    store: &Store,
    fence: &Fence,
    row: &mut PlanRow,
    state: &GuardedState,
    said: &mut Vec<serde_json::Value>,
    memory: &mut Memory,
) -> Stored<()> {
    if said.is_empty() && !memory.is_news(row, state, now_ms()) {
        return Ok(());
    }
    let text = serde_json::to_string(state)?;
    if text == row.state && said.is_empty() {
        return Ok(());
    }
    row.state = text;
    let deed = (!said.is_empty()).then(|| Deed {
        actor: "plan".to_owned(),
        action: "plan".to_owned(),
        env: row.env.clone(),
        target: row.name.clone(),
        detail: serde_json::json!({ "stage": state.plan.stage.name(), "records": std::mem::take(said) }),
        ..Deed::default()
    });
    store.put_plan(row, deed, Some(fence)).await?;
    row.revision += 1;
    row.updated_at = now_ms();
    memory.wrote(row, state);
    Ok(())
}
