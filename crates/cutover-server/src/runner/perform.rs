//! What plans ask for, done.

use crate::app::App;
use crate::clock::now_ms;
use crate::edit;
use crate::notify::{self, Told};
use crate::problem::Problem;
use crate::publish::{self, Wanted};
use crate::store::{Fence, PlanRow, StoreError, Stored};
use axum::http::StatusCode;
use cutover::plans::{Guarded, Kind, Owed, Severity, Stage, State, Target as Reach, Task, percent};

/// Does what is owed, and gives what the plan is to be told. An error is one that ends the turn; what only this effect
/// failed of is told to the plan.
pub(super) async fn perform(
    app: &App,
    fence: &Fence,
    plan: &Guarded,
    row: &mut PlanRow,
    state: &State,
    owed: &Owed,
) -> Stored<Vec<Kind>> {
    let done = vec![Kind::Done { id: owed.id }];
    let failed = |message: String| vec![Kind::Failed { id: owed.id, failed: Some(owed.failed), message }];
    match &owed.task {
        Task::SetPercentage { flag, millionths, segments, epoch } => {
            let epoch = i64::try_from(*epoch).unwrap_or(i64::MAX);
            if row.epoch > epoch {
                return Ok(done);
            }
            let managed: Vec<String> = segments_of(plan);
            let why = format!("step {} of the plan `{}`: {}", state.step, row.name, percent(*millionths));
            let wanted = wanted(row, flag, why);
            let published = publish::change(app, wanted, Some(fence), |ruleset| {
                edit::set_share(ruleset, flag, *millionths, segments, &managed).map_err(Problem::unusable)
            });
            match published.await {
                Ok(publication) => {
                    (row.epoch, row.version) = (epoch, publication.version);
                    Ok(done)
                }
                Err(problem) => told(problem, failed),
            }
        }
        Task::SetMigration { migration, phase, millionths, emergency, epoch } => {
            let epoch = i64::try_from(*epoch).unwrap_or(i64::MAX);
            if row.epoch > epoch {
                return Ok(done);
            }
            let why = format!("step {} of the plan `{}`", state.step, row.name);
            // The way back was judged when the plan was published; a move onwards that has hazards is a person's to publish.
            let unasked = *emergency || matches!(state.stage, Stage::RollingBack { .. });
            let wanted = Wanted { unasked, ..wanted(row, migration, why) };
            let goes = edit::Goes { phase: phase.as_deref(), share: *millionths, emergency: *emergency };
            let published = publish::change(app, wanted, Some(fence), |ruleset| {
                edit::set_migration(ruleset, migration, goes).map_err(Problem::unusable)
            });
            match published.await {
                Ok(publication) => {
                    (row.epoch, row.version) = (epoch, publication.version);
                    Ok(done)
                }
                Err(problem) => told(problem, failed),
            }
        }
        Task::AwaitGuards { epoch, .. } => {
            if *epoch != state.epoch {
                return Ok(done);
            }
            let performed = u64::try_from(row.epoch).is_ok_and(|performed| performed >= *epoch);
            Ok(if performed { operations(app, row, *epoch) } else { Vec::new() })
        }
        Task::SetFlag { flag, trigger } => {
            let why = format!("trigger {trigger} of the plan `{}`", row.name);
            let wanted = wanted(row, flag, why);
            let published = publish::change(app, wanted, Some(fence), |ruleset| {
                edit::switch_on(ruleset, flag).map_err(Problem::unusable)
            });
            match published.await {
                Ok(_) => Ok(done),
                Err(problem) => told(problem, failed),
            }
        }
        Task::AwaitAck { epoch, capacity } => {
            if *epoch != state.epoch {
                return Ok(done);
            }
            let performed = u64::try_from(row.epoch).is_ok_and(|performed| performed >= *epoch);
            let Some(environment) = app.environments.find(&row.env).filter(|_| performed) else {
                return Ok(Vec::new());
            };
            let adoption = environment.nodes.adoption(row.version, now_ms());
            let mut kinds = Vec::new();
            // Nobody who reports is nobody who acknowledges.
            if adoption.adopted && adoption.nodes > 0 && !state.acknowledged {
                kinds.push(Kind::Ack { epoch: *epoch, node: None });
            }
            if (state.acknowledged || !kinds.is_empty()) && (!capacity || state.capacity) {
                kinds.extend(done);
            }
            Ok(kinds)
        }
        Task::RequestApproval { .. }
        | Task::Investigate { .. }
        | Task::OpenIncident { .. }
        | Task::Notify { .. } => {
            let text = match &owed.task {
                Task::Notify { message, .. } => message.clone(),
                Task::RequestApproval { step } => {
                    format!("step {step} has passed: somebody approves it, or not")
                }
                Task::OpenIncident { event, .. } => {
                    format!("an incident of severity {} is opened: {}", event.severity, event.title)
                }
                _ => "a trigger fires: somebody looks into it".to_owned(),
            };
            let text = format!("{}: plan {}: {text}", row.env, row.name);
            tracing::info!(env = row.env, plan = row.name, text, "a plan tells");
            let about = serde_json::json!({
                "environment": row.env, "plan": row.name, "stage": state.stage.name(), "effect": owed,
            });
            // The number of the effect is unique in the life of the state.
            let id = format!("{}/{}/{}", row.env, row.name, owed.id);
            let told = Told { id: &id, env: &row.env, kind: kind_of(&owed.task), text: &text, about: &about };
            notify::tell(app, told).await?;
            Ok(done)
        }
    }
}

/// What kind of thing is told.
const fn kind_of(task: &Task) -> notify::Kind {
    match task {
        Task::RequestApproval { .. } => notify::Kind::Approval,
        Task::OpenIncident { .. } => notify::Kind::Incident,
        Task::Notify { severity: Severity::Critical, .. } => notify::Kind::Critical,
        Task::Notify { severity: Severity::Warning, .. } => notify::Kind::Warning,
        Task::Notify { severity: Severity::Info, .. } => notify::Kind::Info,
        _ => notify::Kind::Investigation,
    }
}

fn wanted(row: &PlanRow, flag: &str, reason: String) -> Wanted {
    Wanted {
        env: row.env.clone(),
        text: String::new(),
        follows: 0,
        kind: "plan",
        actor: format!("plan {}", row.name),
        target: flag.to_owned(),
        reason,
        accept: Vec::new(),
        unasked: true,
    }
}

/// What is the database's or the lease's is no failure of the effect: it stays owed, and the turn ends.
fn told(problem: Problem, failed: impl Fn(String) -> Vec<Kind>) -> Stored<Vec<Kind>> {
    match problem.status() {
        StatusCode::SERVICE_UNAVAILABLE => Err(StoreError::Down(problem.detail().to_owned())),
        StatusCode::CONFLICT if problem.is_fenced() => Err(StoreError::Fenced),
        StatusCode::PRECONDITION_FAILED => Ok(Vec::new()),
        _ => Ok(failed(problem.detail().to_owned())),
    }
}

/// What nodes report of operations that run: G2. Where a node is lost, nothing is known.
pub(super) fn operations(app: &App, row: &PlanRow, epoch: u64) -> Vec<Kind> {
    let Some(environment) = app.environments.find(&row.env) else { return Vec::new() };
    let version = if row.version > 0 { row.version } else { environment.version() };
    let adoption = environment.nodes.adoption(version, now_ms());
    if adoption.nodes == 0 || !adoption.lost.is_empty() || !adoption.behind.is_empty() {
        return Vec::new();
    }
    // What is older than the version began under an epoch before this one; which one of them makes no difference.
    let oldest = (!adoption.draining.is_empty()).then(|| epoch.saturating_sub(1));
    vec![Kind::Operations { oldest }]
}

/// The segments that any step of a plan reaches.
pub(super) fn segments_of(plan: &Guarded) -> Vec<String> {
    let steps = plan.plan().spec().steps.iter();
    steps
        .filter_map(|step| match &step.to {
            Reach::Segment(name) => Some(name.clone()),
            Reach::Share(_) | Reach::Phase(_) => None,
        })
        .collect()
}
