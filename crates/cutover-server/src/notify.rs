//! What is told to somebody outside: by way of the outbox, so that neither a crash nor an address that is away loses it. Whoever
//! gets something twice knows it by its number.

use crate::app::App;
use crate::clock::{hex, now_ms};
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

/// Keeps something to be told: one parcel for each address, so that one that is away keeps nothing from the others. `id` says
/// what it is, so that who says it again says nothing new.
pub(crate) async fn tell(app: &App, id: &str, text: &str, about: &Value) -> Stored<()> {
    for address in &app.options.webhooks {
        let number = Sha256::digest(format!("{id}\n{address}").as_bytes());
        let id = hex(number.get(..16).unwrap_or_default());
        // `text` is what incoming webhooks of Slack and Mattermost show; the rest is for programs.
        let body = json!({ "text": text, "id": id, "at": now_ms(), "cutover": about });
        let parcel = Parcel { id, kind: address.clone(), body: body.to_string(), failed: 0 };
        app.store.put_parcel(&parcel, now_ms()).await?;
    }
    Ok(())
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
        let signed =
            [format!("cutover-webhook-v1\n{}\n", parcel.id).as_bytes(), parcel.body.as_bytes()].concat();
        let sent = client
            .post(&parcel.kind)
            .header("Content-Type", "application/json")
            .header("Cutover-Delivery", &parcel.id)
            .header("Cutover-Signature", app.signer.sign_bytes(&signed))
            .body(parcel.body)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status);
        match sent {
            Ok(_) => app.store.drop_parcel(&parcel.id).await?,
            Err(error) => {
                let wait = AGAIN
                    .checked_shl(u32::try_from(parcel.failed).unwrap_or(u32::MAX).min(20))
                    .unwrap_or(LONGEST);
                // The address may hold a secret; its error names it, and the log does not.
                let error = error.without_url().to_string();
                tracing::warn!(
                    id = parcel.id,
                    failed = parcel.failed + 1,
                    error,
                    "a notification was not taken"
                );
                app.store.delay_parcel(&parcel.id, now_ms() + wait.min(LONGEST), &error).await?;
            }
        }
    }
    Ok(())
}
