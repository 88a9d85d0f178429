//! What people say to plans, and what they are told of them.

use super::{hear, perform, state_of};
use crate::app::App;
use crate::audit::Deed;
use crate::clock::now_ms;
use crate::keys::Who;
use crate::problem::{Answer, Problem};
use crate::published::Published;
use crate::store::PlanRow;
use axum::http::StatusCode;
use cutover::gates::Observation;
use cutover::plans::{DataGuard, Effect, Guarded, GuardedState, Kind, Plain, State};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// What people may say: the rest is the runner's to tell.
const SAID: [&str; 13] = [
    "start",
    "approve",
    "pause",
    "resume",
    "skip",
    "promote",
    "complete",
    "abort",
    "roll_back",
    "capacity",
    "operations",
    "stream",
    "guard",
];
/// What is measured and not decided has no actor.
const MEASURED: [&str; 4] = ["capacity", "operations", "stream", "guard"];

/// Where a plan stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Standing {
    pub(crate) env: String,
    pub(crate) plan: String,
    /// The flag that it moves, or the migration.
    pub(crate) flag: String,
    /// Such as `baking`.
    pub(crate) stage: String,
    /// The revision that an event may name in `expect`.
    pub(crate) revision: u64,
    /// The published version that performs the step.
    pub(crate) version: i64,
    /// What its next move waits for of the data, such as `backfill_verified`.
    #[schema(value_type = Vec<String>)]
    pub(crate) waits_for: Vec<DataGuard>,
    /// All of its state.
    #[schema(value_type = Object)]
    pub(crate) state: State,
    /// What the plan says.
    #[schema(value_type = Object)]
    pub(crate) spec: Value,
}

fn plan<'a>(published: &'a Published, env: &str, name: &str) -> Answer<&'a Guarded> {
    published.engine.plan(name).ok_or_else(|| {
        let known: Vec<&str> = published.engine.plans().collect();
        Problem::missing(format!("the ruleset of `{env}` has no plan `{name}` (it has {})", known.join(", ")))
    })
}

fn standing_of(plan: &Guarded, row: PlanRow, state: GuardedState) -> Standing {
    Standing {
        env: row.env,
        plan: row.name,
        flag: plan.plan().spec().moved().to_owned(),
        waits_for: plan.plan().waits_for(&state.plan),
        stage: state.plan.stage.name().to_owned(),
        revision: state.plan.revision,
        version: row.version,
        state: state.plan,
        spec: serde_json::to_value(plan.plan().spec()).unwrap_or_default(),
    }
}

/// Where a plan stands.
pub(crate) async fn standing(app: &App, env: &str, name: &str) -> Answer<Standing> {
    let published = app.published(env)?;
    let plan = plan(&published, env, name)?;
    let row = app.store.plan(env, name).await?;
    let state = with_nodes(app, env, plan, &row, state_of(plan, &row)?)?;
    Ok(standing_of(plan, row, state))
}

/// The state of a plan that is not under way, as the nodes would let it begin. The first move waits for data too, and the
/// runner looks only at plans that are under way.
fn with_nodes(
    app: &App,
    env: &str,
    plan: &Guarded,
    row: &PlanRow,
    mut state: GuardedState,
) -> Answer<GuardedState> {
    if state.plan.stage.is_active() {
        return Ok(state);
    }
    let (epoch, now) = (state.plan.epoch, now_ms());
    let environment = app.environment(env)?;
    let version = if row.version > 0 { row.version } else { environment.version() };
    let adoption = environment.nodes.adoption(version, now);
    let ack = (adoption.adopted && adoption.nodes > 0).then_some(Kind::Ack { epoch, node: None });
    for kind in ack.into_iter().chain(perform::operations(app, row, epoch)) {
        state = plan.advance(state, now, None, kind).state;
    }
    Ok(state)
}

/// Somebody says something to a plan.
pub(crate) async fn tell(app: &App, env: &str, name: &str, who: &Who, mut event: Value) -> Answer<Standing> {
    let published = app.published(env)?;
    let plan = plan(&published, env, name)?;
    let word = event.get("event").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !SAID.contains(&word.as_str()) {
        let detail = format!("`event` is one of {}; `{word}` was given", SAID.join(", "));
        return Err(Problem::unusable(detail));
    }
    if let Some(fields) = event.as_object_mut() {
        // Who says it is known from the key, and when from the clock.
        fields.remove("at");
        fields.remove("actor");
        if !MEASURED.contains(&word.as_str()) {
            fields.insert("actor".to_owned(), who.name.clone().into());
        }
    }
    let mut row = app.store.plan(env, name).await?;
    let state = with_nodes(app, env, plan, &row, state_of(plan, &row)?)?;
    let heard = cutover::plans::hear(plan, state, &event.to_string(), now_ms()).map_err(Problem::wrong)?;
    let refused = heard.effects.iter().find_map(|effect| match effect {
        Effect::Plain(Plain::Refused { why }) => Some(*why),
        _ => None,
    });
    if let Some(why) = refused {
        let title = "The plan refuses";
        return Err(Problem::new(StatusCode::CONFLICT, "plan-refuses", title, why.sentence())
            .with("why", why)
            .with("revision", heard.state.plan.revision)
            .with("stage", heard.state.plan.stage.name())
            .with("guards", plan.plan().waits_for(&heard.state.plan)));
    }
    let reason = event.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut said = Vec::new();
    let state = hear(heard, &mut said);
    row.state = serde_json::to_string(&state).unwrap_or_default();
    let deed = Deed {
        actor: who.name.clone(),
        action: format!("plan_{word}"),
        env: env.to_owned(),
        target: name.to_owned(),
        reason,
        accepted: Vec::new(),
        detail: serde_json::json!({ "event": event, "stage": state.plan.stage.name(), "records": said }),
    };
    app.store.put_plan(&row, Some(deed), None).await?;
    Ok(standing_of(plan, row, state))
}

/// The plan that moves a flag.
pub(crate) fn plan_of(app: &App, env: &str, flag: &str) -> Option<String> {
    let published = app.published(env).ok()?;
    let moves = |name: &&str| published.engine.plan(name).is_some_and(|plan| plan.plan().spec().flag == flag);
    published.engine.plans().find(moves).map(str::to_owned)
}

/// The segments that the plan of a flag may reach.
pub(crate) fn segments(app: &App, env: &str, flag: &str) -> Vec<String> {
    let published: Option<Arc<Published>> = app.published(env).ok();
    let name = plan_of(app, env, flag);
    let plan =
        published.as_ref().zip(name.as_ref()).and_then(|(published, name)| published.engine.plan(name));
    plan.map(perform::segments_of).unwrap_or_default()
}

/// Calls off the plan that moves a flag, where one is under way.
pub(crate) async fn call_off(
    app: &App,
    env: &str,
    flag: &str,
    actor: &str,
    reason: &str,
) -> Answer<Option<String>> {
    const TRIES: usize = 5;
    let Some(name) = plan_of(app, env, flag) else { return Ok(None) };
    let published = app.published(env)?;
    let plan = plan(&published, env, &name)?;
    for attempt in 1..=TRIES {
        let mut row = app.store.plan(env, &name).await?;
        let state = state_of(plan, &row)?;
        if !state.plan.stage.is_active() {
            return Ok(None);
        }
        let kind = Kind::Abort { actor: actor.to_owned(), reason: reason.to_owned() };
        let mut said = Vec::new();
        let state = hear(plan.advance(state, now_ms(), None, kind), &mut said);
        row.state = serde_json::to_string(&state).unwrap_or_default();
        let deed = Deed {
            actor: actor.to_owned(),
            action: "plan_abort".to_owned(),
            env: env.to_owned(),
            target: name.clone(),
            reason: reason.to_owned(),
            accepted: Vec::new(),
            detail: serde_json::json!({ "stage": state.plan.stage.name(), "records": said }),
        };
        match app.store.put_plan(&row, Some(deed), None).await {
            Err(crate::store::StoreError::Conflict { .. }) if attempt < TRIES => {}
            written => {
                written?;
                break;
            }
        }
    }
    Ok(Some(name))
}

/// The report of a plan, as `cutover report` gives it, by what nodes counted so far.
pub(crate) async fn report(app: &App, env: &str, name: &str) -> Answer<Value> {
    const ALPHA: f64 = 0.05;
    let published = app.published(env)?;
    let plan = plan(&published, env, name)?;
    let row = app.store.plan(env, name).await?;
    let (state, now) = (state_of(plan, &row)?, now_ms());
    let counts = app.environment(env)?.nodes.counts();
    let seen = counts.iter().map(|(metric, arms)| Observation::counters(metric, now, arms.old, arms.new));
    let report = published.engine.report(name, &state, &seen.collect::<Vec<_>>(), now, ALPHA);
    Ok(serde_json::to_value(report).unwrap_or_default())
}
