//! What is told to somebody outside: by way of the outbox, so that neither a crash nor an address that is away loses it. Whoever
//! gets something twice knows it by its number.

use crate::app::App;
use crate::clock::{hex, now_ms};
use crate::mail::Letter;
use crate::store::{Parcel, Stored};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;

const LEASE: &str = "notifications";
const LEASE_MS: i64 = 30_000;
const LOOK: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(5);
/// A parcel waits this long after its first failure, in milliseconds, twice that after the second, and an hour at most.
const AGAIN: i64 = 2_000;
const LONGEST: i64 = 3_600_000;
/// What was not taken so often, which is three days, is given up.
const MOST: i64 = 84;
/// What the name of an address of e-mail begins with in the outbox; another is one of HTTP.
const MAIL: &str = "mailto:";

/// What kind of thing is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An emergency is declared, or over.
    Emergency,
    /// A step waits for somebody who approves it.
    Approval,
    /// A plan has opened an incident.
    Incident,
    /// A trigger fires, and somebody looks into it.
    Investigation,
    /// A plan has something to tell for which somebody has to come.
    Critical,
    /// A plan has something to tell that somebody should look at.
    Warning,
    /// A plan has something to tell that is good to know.
    Info,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Emergency,
        Self::Approval,
        Self::Incident,
        Self::Investigation,
        Self::Critical,
        Self::Warning,
        Self::Info,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Approval => "approval",
            Self::Incident => "incident",
            Self::Investigation => "investigation",
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something to be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// What it is, so that who says it again says nothing new.
    pub(crate) id: &'a str,
    pub(crate) env: &'a str,
    pub(crate) kind: Kind,
    /// In a sentence.
    pub(crate) text: &'a str,
    /// The same for programs.
    pub(crate) about: &'a Value,
}

/// Keeps something to be told: one parcel for each address, so that one that is away keeps nothing from the others.
pub(crate) async fn tell(app: &App, told: Told<'_>) -> Stored<()> {
    let Told { id, env, kind, text, about } = told;
    let now = now_ms();
    let mut parcels = Vec::new();
    for address in &app.options.webhooks {
        let id = number(id, address);
        // `text` is what incoming webhooks of Slack and Mattermost show; the rest is for programs.
        let body = json!({ "text": text, "id": id, "at": now, "kind": kind.name(), "cutover": about });
        parcels.push(Parcel { id, kind: address.clone(), body: body.to_string(), failed: 0 });
    }
    for to in app.mailer.iter().flat_map(|mailer| mailer.recipients(env, kind)) {
        let kind = format!("{MAIL}{to}");
        let text_of = format!("{text}\n\nAt {}, in the environment {env}.\n", at(now));
        let letter = Letter { subject: format!("[Cutover] {text}"), text: text_of };
        parcels.push(Parcel {
            id: number(id, &kind),
            kind,
            body: serde_json::to_string(&letter)?,
            failed: 0,
        });
    }
    for parcel in parcels {
        app.store.put_parcel(&parcel, now).await?;
    }
    Ok(())
}

fn number(id: &str, address: &str) -> String {
    let number = Sha256::digest(format!("{id}\n{address}").as_bytes());
    hex(number.get(..16).unwrap_or_default())
}

/// An instant as RFC 3339 has it.
pub(crate) fn at(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|at| at.to_string()).unwrap_or_default()
}

/// Takes parcels where they belong, one instance at a time, until the server ends.
pub(crate) async fn deliver(app: Arc<App>) {
    let Ok(client) =
        reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()
    else {
        tracing::error!("notifications cannot be sent: there is no client for HTTP");
        return;
    };
    loop {
        tokio::time::sleep(LOOK).await;
        if let Ok(Some(_)) = app.store.lease(LEASE, &app.instance, now_ms(), LEASE_MS).await
            && let Err(error) = round(&app, &client).await
        {
            tracing::warn!(%error, "notifications wait");
        }
    }
}

async fn round(app: &App, client: &reqwest::Client) -> Stored<()> {
    // No more than can be sent, or not be sent, before the lease ends.
    for parcel in app.store.parcels(now_ms(), 4).await? {
        let sent = match parcel.kind.strip_prefix(MAIL) {
            Some(to) => write(app, to, &parcel).await,
            None => post(app, client, &parcel).await,
        };
        let Err(error) = sent else {
            app.store.drop_parcel(&parcel.id).await?;
            continue;
        };
        let failed = parcel.failed + 1;
        if failed >= MOST {
            tracing::error!(id = parcel.id, failed, error, body = parcel.body, "a notification is given up");
            app.store.drop_parcel(&parcel.id).await?;
            continue;
        }
        tracing::warn!(id = parcel.id, failed, error, "a notification was not taken");
        let shift = u32::try_from(parcel.failed).unwrap_or(u32::MAX).min(20);
        let wait = AGAIN.checked_shl(shift).unwrap_or(LONGEST).min(LONGEST);
        app.store.delay_parcel(&parcel.id, now_ms() + wait, &error).await?;
    }
    Ok(())
}

async fn write(app: &App, to: &str, parcel: &Parcel) -> Result<(), String> {
    let mailer = app.mailer.as_ref().ok_or("no SMTP server is named here")?;
    let letter: Letter = serde_json::from_str(&parcel.body).map_err(|error| error.to_string())?;
    mailer.send(&parcel.id, to, letter).await
}

async fn post(app: &App, client: &reqwest::Client, parcel: &Parcel) -> Result<(), String> {
    let signed = [format!("cutover-webhook-v1\n{}\n", parcel.id).as_bytes(), parcel.body.as_bytes()].concat();
    let sent = client
        .post(&parcel.kind)
        .header("Content-Type", "application/json")
        .header("Cutover-Delivery", &parcel.id)
        .header("Cutover-Signature", app.signer.sign_bytes(&signed))
        .body(parcel.body.clone())
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    // The address may hold a secret; its error names it, and the log does not.
    sent.map(drop).map_err(|error| error.without_url().to_string())
}
