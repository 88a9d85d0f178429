//! What strangers and visitors are shown of an environment: a status page with the rollouts that somebody marked public, and
//! banners for notices inside of an application. It is in memory, read with all else that instances read now and then, so
//! that no stranger makes the database work; and it says nothing but what somebody wrote for it, and how far a rollout is.

mod page;

pub(crate) use page::{Language, STYLE, html};

use crate::app::App;
use crate::clock::{hex, now_ms};
use crate::store::{PlanRow, Stored, Target};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A text by language, such as `{"en": "…", "fr": "…"}`.
pub(crate) type Text = BTreeMap<String, String>;

/// A rollout that strangers may know of, and what they are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marked {
    /// What it is called, by language.
    pub(crate) title: Text,
    /// What it is about, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) description: Text,
    /// Whether there is a banner while it goes back, or is in emergency.
    #[serde(default)]
    pub(crate) banner: bool,
}

/// What is on the status page of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusPage {
    /// Whether there is one.
    #[serde(default)]
    pub(crate) on: bool,
    /// What stands above it, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) title: Text,
    /// The plans that strangers may know of, by their names, which they are not told.
    #[serde(default)]
    pub(crate) plans: BTreeMap<String, Marked>,
}

/// How urgent a banner is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something does not work.
    Critical,
}

/// A notice for those who use an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Banner {
    #[serde(default)]
    pub(crate) level: Level,
    /// What it says, by language.
    pub(crate) text: Text,
    /// From when on it is shown, in milliseconds since the epoch; at once where nothing is said.
    #[serde(default)]
    pub(crate) since: i64,
    /// Until when it is shown, in milliseconds since the epoch; until it is taken away where nothing is said.
    #[serde(default)]
    pub(crate) until: Option<i64>,
}

/// A banner with its name: whoever dismissed it knows it by that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Notice {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) banner: Banner,
}

/// How far a rollout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    /// It waits for its time.
    Planned,
    /// It goes on.
    Running,
    /// It is held.
    Paused,
    /// It goes back.
    GoingBack,
    /// It was taken back.
    TakenBack,
    /// It is in emergency: nobody is on the new side.
    Stopped,
    /// It has reached everybody that it is for.
    Complete,
}

/// A rollout as strangers are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Rollout {
    title: Text,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    description: Text,
    state: Progress,
    /// Whom it has reached, in percent; null where it moves data and nobody.
    percentage: Option<u32>,
    /// Since when it is so, in milliseconds since the epoch.
    since: i64,
}

/// A status page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Status {
    environment: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    title: Text,
    rollouts: Vec<Rollout>,
    notices: Vec<Notice>,
    /// When all this was known, in milliseconds since the epoch: long ago where the database is away.
    at: i64,
}

/// What of a plan is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    stage: String,
    millionths: u32,
    since: i64,
}

/// What an environment shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) settings: StatusPage,
    pub(crate) banners: BTreeMap<String, Banner>,
    plans: BTreeMap<String, Standing>,
}

/// What all environments show, and when it was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Public {
    pub(crate) by_env: BTreeMap<String, Shown>,
    pub(crate) at: i64,
}

/// Reads what all environments show.
pub(crate) async fn read(app: &App) -> Stored<Public> {
    let mut by_env: BTreeMap<String, Shown> = BTreeMap::new();
    for (env, page) in app.store.status_pages().await? {
        by_env.entry(env).or_default().settings = serde_json::from_str(&page)?;
    }
    for (env, id, banner) in app.store.banners().await? {
        by_env.entry(env).or_default().banners.insert(id, serde_json::from_str(&banner)?);
    }
    if by_env.values().any(|shown| !shown.settings.plans.is_empty()) {
        for PlanRow { env, name, state, .. } in app.store.plans().await? {
            let shown = by_env.get_mut(&env).filter(|shown| shown.settings.plans.contains_key(&name));
            if let (Some(shown), Ok(standing)) = (shown, serde_json::from_str(&state)) {
                shown.plans.insert(name, standing);
            }
        }
    }
    Ok(Public { by_env, at: now_ms() })
}

/// What a plan in the published ruleset moves, and whether that is in emergency and since when.
fn moved(app: &App, env: &str, plan: &str) -> Option<(bool, Option<i64>)> {
    let environment = app.environments.find(env)?;
    let published = environment.published()?;
    let spec = published.engine.plan(plan)?.plan().spec();
    let target = match &spec.migration {
        Some(migration) => Target::Migration(migration.clone()),
        None => Target::Flag(spec.flag.clone()),
    };
    let held = environment.in_emergency().into_iter().find(|held| held.target == target);
    Some((spec.migration.is_none(), held.map(|held| held.at)))
}

fn progress(stage: &str) -> Option<Progress> {
    Some(match stage {
        "scheduled" => Progress::Planned,
        "progressing" | "baking" | "awaiting_approval" => Progress::Running,
        "paused" => Progress::Paused,
        "rolling_back" => Progress::GoingBack,
        "rolled_back" => Progress::TakenBack,
        "promoted" | "completed" => Progress::Complete,
        _ => return None,
    })
}

/// The public rollouts of an environment with their names, as far as they have begun.
fn rollouts(app: &App, env: &str, shown: &Shown) -> Vec<(String, Rollout)> {
    let found = shown.settings.plans.iter().filter_map(|(name, marked)| {
        let standing = shown.plans.get(name)?;
        let (counts, stopped) = moved(app, env, name)?;
        let (mut state, mut since) = (progress(&standing.stage)?, standing.since);
        let mut share = standing.millionths / 10_000;
        if let Some(at) = stopped {
            (state, since, share) = (Progress::Stopped, at, 0);
        }
        let (title, description) = (marked.title.clone(), marked.description.clone());
        Some((
            name.clone(),
            Rollout { title, description, state, percentage: counts.then_some(share), since },
        ))
    });
    found.collect()
}

/// The banners of the moment, the most urgent first: what somebody wrote, and what rollouts that go back say of themselves.
pub(crate) fn banners(app: &App, env: &str, now: i64) -> Vec<Notice> {
    let public = app.public.load();
    let Some(shown) = public.by_env.get(env) else { return Vec::new() };
    let own = shown.banners.iter().map(|(id, banner)| Notice { id: id.clone(), banner: banner.clone() });
    let marked = |name: &String| shown.settings.plans.get(name).is_some_and(|marked| marked.banner);
    let going = rollouts(app, env, shown).into_iter().filter(|(name, _)| marked(name));
    let going = going.filter_map(|(name, rollout)| {
        let (level, text) = page::back(&rollout)?;
        // A name for this time: who dismissed the last one is shown this one. It does not tell how the plan is called.
        let id = Sha256::digest(format!("{env}/{name}/{}", rollout.since).as_bytes());
        let id = format!("rollout-{}", hex(id.get(..6).unwrap_or_default()));
        Some(Notice { id, banner: Banner { level, text, since: rollout.since, until: None } })
    });
    let mut all: Vec<Notice> = own.chain(going).collect();
    all.retain(|Notice { banner, .. }| banner.since <= now && banner.until.is_none_or(|until| now < until));
    all.sort_by(|a, b| (b.banner.level, &a.id).cmp(&(a.banner.level, &b.id)));
    all
}

/// The status page of an environment, where it has one.
pub(crate) fn status(app: &App, env: &str) -> Option<Status> {
    let public = app.public.load();
    let shown = public.by_env.get(env).filter(|shown| shown.settings.on)?;
    Some(Status {
        environment: env.to_owned(),
        title: shown.settings.title.clone(),
        rollouts: rollouts(app, env, shown).into_iter().map(|(_, rollout)| rollout).collect(),
        notices: banners(app, env, now_ms()),
        at: public.at,
    })
}
