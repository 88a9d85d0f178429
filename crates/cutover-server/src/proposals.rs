//! Approval by two people. Where an environment asks for it, what one person wants to publish becomes a proposal: a text that
//! nobody changes any more, made for one version. Another person says yes or no to exactly that. Emergencies never come here.

use crate::app::App;
use crate::audit::Deed;
use crate::clock::{hex, random};
use crate::keys::Who;
use crate::notify;
use crate::problem::{Answer, Problem};
use crate::publish::{self, Consent, Publication, Wanted};
use crate::store::{NewProposal, Proposal, Verdict};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What became of a change.
#[derive(Debug)]
pub(crate) enum Done {
    /// It is published.
    Published(Publication),
    /// It waits for another person.
    Proposed(Box<Proposal>),
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        match self {
            Self::Published(publication) => axum::Json(publication).into_response(),
            Self::Proposed(proposal) => {
                let line = &proposal.line;
                let place = format!("/v1/environments/{}/proposals/{}", line.env, line.id);
                (StatusCode::ACCEPTED, [(header::LOCATION, place)], axum::Json(proposal)).into_response()
            }
        }
    }
}

/// Publishes, or proposes it where another person has to say yes first.
pub(crate) async fn publish(app: &App, who: &Who, wanted: Wanted) -> Answer<Done> {
    if publish::is_approved_first(app.environment(&wanted.env)?.as_ref()) {
        return propose(app, who, wanted).await;
    }
    publish::publish(app, wanted, None).await.map(Done::Published)
}

/// Changes what is published by a call, or proposes that.
pub(crate) async fn change(
    app: &App,
    who: &Who,
    mut wanted: Wanted,
    edit: impl Fn(&mut Value) -> Answer<()>,
) -> Answer<Done> {
    if !publish::is_approved_first(app.environment(&wanted.env)?.as_ref()) {
        return publish::change(app, wanted, None, edit).await.map(Done::Published);
    }
    let published = app.published(&wanted.env)?;
    let mut document: Value = serde_json::from_slice(&published.body).unwrap_or_default();
    edit(&mut document)?;
    (wanted.text, wanted.follows) = (document.to_string(), published.version);
    propose(app, who, wanted).await
}

/// Keeps a proposal. What would be refused when it is published is refused here already.
async fn propose(app: &App, who: &Who, wanted: Wanted) -> Answer<Done> {
    let environment = app.environment(&wanted.env)?;
    let checked = publish::examine(app, &environment, &wanted).await?;
    let digest = checked.engine.digest().to_owned();
    let current = environment.published().filter(|current| current.version == wanted.follows);
    if current.is_some_and(|current| current.body == checked.body) {
        // Nothing changes, so nobody is asked.
        return publish::publish(app, Wanted { consent: Consent::Unneeded, ..wanted }, None)
            .await
            .map(Done::Published);
    }
    let new = NewProposal {
        id: hex(&random::<8>()),
        env: wanted.env,
        base: wanted.follows,
        kind: wanted.kind.to_owned(),
        text: wanted.text,
        target: wanted.target,
        reason: wanted.reason,
        accepted: wanted.accept,
        digest,
        proposed_by: (who.name.clone(), who.id.clone()),
    };
    let deed = Deed {
        actor: who.name.clone(),
        action: "propose".to_owned(),
        env: new.env.clone(),
        target: new.id.clone(),
        reason: new.reason.clone(),
        accepted: new.accepted.clone(),
        detail: json!({ "kind": new.kind, "of": new.target, "base": new.base, "digest": new.digest, "by": who.id }),
    };
    app.store.propose(&new, deed).await?;
    let text =
        format!("{}: {} proposes a change and asks for an approval: {}", new.env, who.name, new.reason);
    let about =
        json!({ "environment": new.env, "proposal": new.id, "proposed_by": who.name, "base": new.base });
    let id = format!("proposal {}", new.id);
    let told =
        notify::Told { id: &id, env: &new.env, kind: notify::Kind::Approval, text: &text, about: &about };
    if let Err(error) = notify::tell(app, told).await {
        tracing::warn!(%error, "nobody is told of the proposal");
    }
    let proposal = app.store.proposal(&new.env, &new.id).await?;
    Ok(Done::Proposed(Box::new(proposal)))
}

/// A proposal that can still be decided about.
async fn open(app: &App, env: &str, id: &str) -> Answer<Proposal> {
    let found = app.store.proposal(env, id).await?;
    if matches!(found.line.state.as_str(), "open" | "outdated") {
        return Ok(found);
    }
    let detail = format!("`{id}` is {} by {}", found.line.state, found.line.decided_by);
    let title = "It is decided already";
    Err(Problem::new(StatusCode::CONFLICT, "decided", title, detail).with("proposal", found.line))
}

/// Publishes a proposal, on top of the version that it was made for and no other. `who` is somebody else than its proposer.
pub(crate) async fn approve(
    app: &App,
    env: &str,
    id: &str,
    who: &Who,
    answer: String,
) -> Answer<Publication> {
    let Proposal { line, text } = open(app, env, id).await?;
    // Two keys of one name are one actor in the log, so one cannot vouch for the other.
    if line.proposed_id == who.id || line.proposed_by == who.name {
        let title = "Another person has to approve it";
        let detail = format!("`{}` proposed this, so somebody else says yes to it", line.proposed_by);
        return Err(Problem::new(StatusCode::FORBIDDEN, "same-person", title, detail));
    }
    let current = app.environment(env)?.version();
    if line.state == "outdated" || current != line.base {
        let title = "Somebody else was first";
        let detail = format!(
            "version {current} of `{env}` is published, and this was proposed for version {}: propose it again",
            line.base
        );
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", title, detail)
            .with("current", current));
    }
    let about = json!({
        "id": id, "proposed_by": line.proposed_by, "proposer": line.proposed_id,
        "approved_by": who.name, "approver": who.id, "answer": answer,
    });
    let verdict =
        Verdict { id: id.to_owned(), approved: true, by: (who.name.clone(), who.id.clone()), answer };
    let kinds = ["publish", "rollback", "promote", "config"];
    let wanted = Wanted {
        env: env.to_owned(),
        text,
        follows: line.base,
        kind: kinds.into_iter().find(|kind| *kind == line.kind).unwrap_or("publish"),
        actor: who.name.clone(),
        target: line.target,
        reason: line.reason,
        accept: line.accepted,
        unasked: false,
        consent: Consent::Given(verdict.clone(), about.clone()),
    };
    let publication = publish::publish(app, wanted, None).await?;
    if !publication.changed {
        // An emergency made it so meanwhile: there was nothing left to publish, and the approval is written down alone.
        app.store.decide(&verdict, deed("approve", env, who, &verdict, about)).await?;
    }
    Ok(publication)
}

/// Says no to a proposal. Its proposer may, too: that takes it back.
pub(crate) async fn reject(app: &App, env: &str, id: &str, who: &Who, answer: String) -> Answer<Proposal> {
    let found = open(app, env, id).await?.line;
    let about =
        json!({ "proposed_by": found.proposed_by, "proposer": found.proposed_id, "rejecter": who.id });
    let by = (who.name.clone(), who.id.clone());
    let verdict = Verdict { id: id.to_owned(), approved: false, by, answer };
    app.store.decide(&verdict, deed("reject", env, who, &verdict, about)).await?;
    Ok(app.store.proposal(env, id).await?)
}

fn deed(action: &str, env: &str, who: &Who, verdict: &Verdict, detail: Value) -> Deed {
    Deed {
        actor: who.name.clone(),
        action: action.to_owned(),
        env: env.to_owned(),
        target: verdict.id.clone(),
        reason: verdict.answer.clone(),
        accepted: Vec::new(),
        detail,
    }
}
