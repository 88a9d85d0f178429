//! The calls that scripts of a migration make: `/admin/config`, `/admin/rollback`, `/admin/emergency-rollback` and
//! `/admin/ab-test-results`. They move one flag of one environment, those of `?env=` and `?flag=` or the server's own.

use super::extract::{Json, Query};
use crate::app::App;
use crate::clock::now_ms;
use crate::edit;
use crate::emergency::{self, Declaration, Declared};
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::proposals::{self, Done};
use crate::publish::{self, Consent, Publication, Wanted};
use crate::runner;
use crate::store::{Proposal, Target};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Which flag of which environment.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// The environment; the server's own where none is given.
    env: Option<String>,
    /// The flag; the server's own where none is given.
    flag: Option<String>,
}

impl Place {
    fn of<'a>(&'a self, app: &'a App) -> (&'a str, &'a str) {
        let env = self.env.as_deref().unwrap_or(&app.options.environment);
        (env, self.flag.as_deref().unwrap_or(&app.options.flag))
    }
}

/// The share of a flag as a number of percent: a whole one where it is one, as shells compare it.
pub(crate) fn percentage(ruleset: &Value, flag: &str) -> Value {
    match edit::share(ruleset, flag) {
        None => Value::Null,
        Some(share) if share % 10_000 == 0 => (share / 10_000).into(),
        Some(share) => (f64::from(share) / 10_000.0).into(),
    }
}

/// How a migration between two versions of a service stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Config {
    /// The share of the requests that the new version takes, in percent; null where the flag has no share.
    #[schema(value_type = Option<f64>)]
    v2_traffic_percentage: Value,
    /// Whether the paths of the old side are deprecated by now.
    api_v1_deprecated: bool,
    /// The day on which the paths of the old side end.
    v1_sunset_date: Option<String>,
    environment: String,
    flag: String,
    /// The published version.
    version: i64,
    /// Whether the flag is in emergency.
    emergency: bool,
}

fn config_of(app: &App, env: &str, flag: &str) -> Answer<Config> {
    let published = app.published(env)?;
    let ruleset: Value = serde_json::from_slice(&published.body).unwrap_or_default();
    let target = Target::Flag(flag.to_owned());
    edit::before(&ruleset, &target).map_err(Problem::missing)?;
    let emergency = app.environment(env)?.in_emergency().iter().any(|held| held.target == target);
    let deprecated = edit::old_paths(&ruleset, "deprecated_at");
    let instant = |text: &str| text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).ok();
    let sunset = edit::old_paths(&ruleset, "sunset");
    Ok(Config {
        v2_traffic_percentage: percentage(&ruleset, flag),
        api_v1_deprecated: deprecated.is_some_and(|at| instant(&at).is_none_or(|at| at <= now_ms())),
        v1_sunset_date: sunset.map(|sunset| sunset.split('T').next().unwrap_or_default().to_owned()),
        environment: env.to_owned(),
        flag: flag.to_owned(),
        version: published.version,
        emergency,
    })
}

/// How the migration stands.
#[utoipa::path(get, path = "/admin/config", tag = "scripts", params(Place),
    responses((status = 200, body = Config), (status = "default", body = Problem)))]
pub(crate) async fn config(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
) -> Answer<axum::Json<Config>> {
    let (env, flag) = place.of(&app);
    who.needs(Role::Viewer, env)?;
    config_of(&app, env, flag).map(axum::Json)
}

/// What is to change; what is not given stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigChange {
    /// The share of the requests that the new version takes, from 0 to 100.
    v2_traffic_percentage: Option<f64>,
    /// Whether the paths of the old side are deprecated from now on.
    api_v1_deprecated: Option<bool>,
    /// The day on which the paths of the old side end, such as `2025-09-01`; an empty text for none.
    v1_sunset_date: Option<String>,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Changes the share of the new version, or says that the old one ends.
#[utoipa::path(post, path = "/admin/config", tag = "scripts", params(Place), request_body = ConfigChange,
    responses((status = 200, body = Config), (status = 202, body = Proposal), (status = "default", body = Problem)))]
pub(crate) async fn set_config(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
    Json(change): Json<ConfigChange>,
) -> Answer<Response> {
    let (env, flag) = place.of(&app);
    who.needs(Role::Operator, env)?;
    // A body that was lost on its way would otherwise be a success that changes nothing.
    if change.v2_traffic_percentage.is_none()
        && change.api_v1_deprecated.is_none()
        && change.v1_sunset_date.is_none()
    {
        return Err(Problem::unusable(
            "nothing is to change: give `v2_traffic_percentage`, `api_v1_deprecated` or `v1_sunset_date`, as JSON",
        ));
    }
    let share = change.v2_traffic_percentage.map(|given| {
        let wrong = || {
            Problem::unusable(format!(
                "`v2_traffic_percentage` is a number from 0 to 100, and {given} was given"
            ))
        };
        edit::of_percent(given).ok_or_else(wrong)
    });
    let share = share.transpose()?;
    let target = Target::Flag(flag.to_owned());
    if share.is_some_and(|share| share > 0)
        && app.environment(env)?.in_emergency().iter().any(|held| held.target == target)
    {
        let detail = format!(
            "`{flag}` is in emergency: end it first, with {{\"on\": false}} to /admin/emergency-rollback"
        );
        return Err(Problem::conflict(detail));
    }
    let sunset = change.v1_sunset_date.as_deref().map(day).transpose()?;
    let deprecated = change.api_v1_deprecated.map(|is| {
        let now = || jiff::Timestamp::from_millisecond(now_ms()).unwrap_or_default().to_string();
        // What has ended by now was deprecated when it ended, at the latest. Both are in UTC, so their texts compare.
        is.then(now).map(|now| sunset.iter().flatten().cloned().chain([now]).min().unwrap_or_default())
    });
    let wanted = Wanted {
        env: env.to_owned(),
        text: String::new(),
        follows: 0,
        kind: "config",
        actor: who.name.clone(),
        target: flag.to_owned(),
        reason: change.reason.clone(),
        accept: Vec::new(),
        unasked: false,
        consent: Consent::Asked,
    };
    let done = proposals::change(&app, &who, wanted, |ruleset| {
        if let Some(share) = share {
            edit::set_share(ruleset, flag, share, &[], &[]).map_err(Problem::unusable)?;
        }
        let deprecated = match &deprecated {
            // What is deprecated stays so since when it was.
            Some(Some(_)) if edit::old_paths(ruleset, "deprecated_at").is_some() => None,
            other => other.clone(),
        };
        if change.api_v1_deprecated.is_none() && sunset.is_none() {
            return Ok(());
        }
        if edit::sunset(ruleset, deprecated, sunset.clone()) == 0 {
            let detail = "the ruleset has no path of the side `old` that could end: write its `paths` first";
            return Err(Problem::unusable(detail));
        }
        Ok(())
    })
    .await?;
    match done {
        Done::Published(_) => Ok(axum::Json(config_of(&app, env, flag)?).into_response()),
        proposed @ Done::Proposed(_) => Ok(proposed.into_response()),
    }
}

/// The first instant of a day in UTC, as RFC 3339; none where the text is empty.
fn day(text: &str) -> Answer<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: Result<jiff::civil::Date, _> = text.parse();
    let wrong = |_| {
        Problem::unusable(format!("`v1_sunset_date` is a day such as 2025-09-01, and `{text}` was given"))
    };
    date.map(|date| Some(format!("{date}T00:00:00Z"))).map_err(wrong)
}

/// Why, and how.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Back {
    /// Why.
    #[serde(default)]
    reason: String,
}

/// What became of a rollback.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RolledBack {
    /// `plan` where a plan goes back as it says, otherwise `share`: the flag is at 0 %.
    by: &'static str,
    /// The plan.
    plan: Option<String>,
    /// What was published, where it was published here.
    publication: Option<Publication>,
}

/// Takes the new version back. Where a plan moves the flag, the plan is called off and goes back to nobody; otherwise the
/// share of the flag is 0 %.
#[utoipa::path(post, path = "/admin/rollback", tag = "scripts", params(Place), request_body = Back,
    responses((status = 200, body = RolledBack), (status = "default", body = Problem)))]
pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
    Json(back): Json<Back>,
) -> Answer<axum::Json<RolledBack>> {
    let (env, flag) = place.of(&app);
    who.needs(Role::Operator, env)?;
    let reason = if back.reason.is_empty() { "rolled back by a script".to_owned() } else { back.reason };
    let plan = runner::call_off(&app, env, flag, &who.name, &reason).await?;
    let wanted = Wanted {
        env: env.to_owned(),
        text: String::new(),
        follows: 0,
        kind: "rollback",
        actor: who.name,
        target: flag.to_owned(),
        reason,
        accept: Vec::new(),
        unasked: false,
        // A way back to nobody, as the emergency is, waits for nobody.
        consent: Consent::Unneeded,
    };
    let publication = publish::change(&app, wanted, None, |ruleset| {
        edit::set_share(ruleset, flag, 0, &[], &runner::segments(&app, env, flag)).map_err(Problem::unusable)
    })
    .await?;
    let by = if plan.is_some() { "plan" } else { "share" };
    Ok(axum::Json(RolledBack { by, plan, publication: Some(publication) }))
}

/// What is in emergency. With an empty body: the flag of the server, from now on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    /// False where the emergency is over. Its end brings nobody back: the share stays at 0 % until somebody raises it.
    #[serde(default = "yes")]
    on: bool,
    /// Flags that serve their default to everybody.
    #[serde(default)]
    flags: Vec<String>,
    /// Migrations that go to the emergency of their phase.
    #[serde(default)]
    migrations: Vec<String>,
    /// Why.
    #[serde(default)]
    reason: String,
}

const fn yes() -> bool {
    true
}

/// Stops the new version at once: effective in memory before this answers, and kept in a file until the database has it.
/// Called again, it changes nothing.
#[utoipa::path(post, path = "/admin/emergency-rollback", tag = "scripts", params(Place), request_body = Alarm,
    responses((status = 200, body = Declaration), (status = "default", body = Problem)))]
pub(crate) async fn emergency_rollback(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
    Json(alarm): Json<Alarm>,
) -> Answer<axum::Json<Declaration>> {
    let (env, flag) = place.of(&app);
    who.needs(Role::Operator, env)?;
    let flags = alarm.flags.into_iter().map(Target::Flag);
    let mut targets: Vec<Target> = flags.chain(alarm.migrations.into_iter().map(Target::Migration)).collect();
    if targets.is_empty() {
        targets.push(Target::Flag(flag.to_owned()));
    }
    targets.sort();
    targets.dedup();
    let said = Declared { targets, on: alarm.on, actor: who.name, reason: alarm.reason };
    emergency::call(&app, env, said).await.map(axum::Json)
}

/// What both versions did so far: what nodes counted in each, and the report of the plan that moves the flag.
#[utoipa::path(get, path = "/admin/ab-test-results", tag = "scripts", params(Place),
    responses((status = 200, body = Object), (status = "default", body = Problem)))]
pub(crate) async fn ab_test_results(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
) -> Answer<axum::Json<Value>> {
    let (env, flag) = place.of(&app);
    who.needs(Role::Viewer, env)?;
    let environment = app.environment(env)?;
    let config = config_of(&app, env, flag)?;
    let counts = environment.nodes.counts();
    let (plan, report) = match runner::plan_of(&app, env, flag) {
        Some(plan) => {
            let report = runner::report(&app, env, &plan).await?;
            (Some(plan), Some(report))
        }
        None => (None, None),
    };
    let arms = |pick: fn(&crate::nodes::Arms) -> cutover::gates::Counts| {
        let told = |arms| {
            let counts = pick(arms);
            json!({ "events": counts.events, "total": counts.total, "rate": counts.rate() })
        };
        counts.iter().map(|(metric, arms)| (metric.clone(), told(arms))).collect::<serde_json::Map<_, _>>()
    };
    Ok(axum::Json(json!({
        "environment": env, "flag": flag, "v2_traffic_percentage": config.v2_traffic_percentage,
        "v1": arms(|arms| arms.old), "v2": arms(|arms| arms.new), "plan": plan, "report": report,
    })))
}
