//! People sign in with OpenID Connect: the authorization code flow with PKCE. What the issuer says of their groups is what they
//! may do here, as long as the session lasts.

use crate::clock::now_ms;
use crate::keys::{Grant, Role};
use crate::problem::{Answer, Problem};
use crate::sign::Signer;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long somebody has to sign in, in milliseconds.
pub(crate) const PATIENCE_MS: i64 = 10 * 60_000;
/// How long a session lasts, in milliseconds: then the issuer is asked again.
pub(crate) const SESSION_MS: i64 = 8 * 3_600_000;
/// How long what the issuer says of itself is not asked again.
const FRESH: Duration = Duration::from_secs(300);
/// How long the issuer has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How people sign in.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// The issuer, as its tokens call it.
    pub issuer: String,
    /// What the issuer calls this server.
    pub client_id: String,
    /// The secret that the issuer knows this server by; none for a public client.
    pub client_secret: Option<String>,
    /// The address of this server as browsers see it, such as `https://cutover.example`.
    pub public_url: String,
    /// The claim of the ID token that lists groups.
    pub claim: String,
    /// Which group may do what. Who is in none of them does not get in.
    pub roles: Vec<(String, Grant)>,
}

impl Oidc {
    /// Reads `GROUP=ROLE` or `GROUP=ROLE@ENVIRONMENT`.
    ///
    /// # Errors
    /// A sentence where it is neither.
    ///
    /// ```
    /// use cutover_server::{Oidc, keys::Role};
    /// let (group, grant) = Oidc::role("team=shop=operator@dev")?;
    /// assert_eq!((group.as_str(), grant.role, grant.env.as_deref()), ("team=shop", Role::Operator, Some("dev")));
    /// assert!(Oidc::role("everybody=server").is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn role(text: &str) -> Result<(String, Grant), String> {
        let wrong = || {
            format!(
                "`{text}` is not of the form GROUP=ROLE or GROUP=ROLE@ENVIRONMENT, with a role of viewer, editor, operator, admin"
            )
        };
        let (group, rest) = text.rsplit_once('=').filter(|(group, _)| !group.is_empty()).ok_or_else(wrong)?;
        let (role, env) = rest.split_once('@').map_or((rest, None), |(role, env)| (role, Some(env)));
        let role = Role::of(role).filter(|role| *role >= Role::Viewer).ok_or_else(wrong)?;
        let env = env
            .map(|env| Some(env.to_owned()).filter(|env| !env.is_empty()).ok_or_else(wrong))
            .transpose()?;
        Ok((group.to_owned(), Grant { role, env }))
    }
}

/// The issuer, and what it said of itself.
#[derive(Debug)]
pub(crate) struct Provider {
    options: Oidc,
    http: reqwest::Client,
    known: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

/// What is kept in a cookie while somebody signs in, so that any instance can go on.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    to: String,
    at: i64,
}

/// Somebody who has signed in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) grants: Vec<Grant>,
    /// Where they wanted to go.
    pub(crate) to: String,
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "sign-in", "Nobody is signed in", detail)
}

fn away(error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%error, "the issuer of OpenID Connect");
    let title = "The issuer does not answer";
    Problem::new(StatusCode::BAD_GATEWAY, "issuer", title, "the log of the server says more")
}

impl Provider {
    pub(crate) fn new(options: Oidc) -> Option<Self> {
        // A redirect of the issuer could lead anywhere, and the secret would go with it.
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        Some(Self { options, http: http.build().ok()?, known: Mutex::new(None) })
    }

    /// What the issuer says of itself, with its keys.
    async fn metadata(&self, again: bool) -> Answer<CoreProviderMetadata> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &*known
            && at.elapsed() < FRESH
            && !again
        {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(self.options.issuer.clone()).map_err(|error| away(&error))?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let found = found.map_err(|error| away(&format!("{error}: {error:?}")))?;
        *known = Some((Instant::now(), found.clone()));
        Ok(found)
    }

    /// Where browsers come back to.
    fn callback(&self) -> Answer<RedirectUrl> {
        let address = format!("{}/auth/callback", self.options.public_url.trim_end_matches('/'));
        RedirectUrl::new(address).map_err(|error| away(&error))
    }

    /// Where somebody signs in, and what their browser keeps meanwhile.
    pub(crate) async fn begin(&self, signer: &Signer, to: &str) -> Answer<(String, String)> {
        let id = ClientId::new(self.options.client_id.clone());
        let client = CoreClient::from_provider_metadata(self.metadata(false).await?, id, None)
            .set_redirect_uri(self.callback()?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let begun = Begun {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            to: to.to_owned(),
            at: now_ms(),
        };
        Ok((address.into(), seal(signer, &begun)))
    }

    /// Who came back with a code. Each part of the answer of the issuer is checked: what it is for, whose, how old, by whom.
    pub(crate) async fn finish(
        &self,
        signer: &Signer,
        sealed: &str,
        state: &str,
        code: &str,
    ) -> Answer<Person> {
        let begun = unseal(signer, sealed).filter(|begun| (0..PATIENCE_MS).contains(&(now_ms() - begun.at)));
        let begun =
            begun.ok_or_else(|| refused("nobody began to sign in here, or it took too long: begin anew"))?;
        if !bool::from(begun.state.as_bytes().ct_eq(state.as_bytes())) {
            return Err(refused("this is the answer to another question: begin anew"));
        }
        let metadata = self.metadata(false).await?;
        let id = ClientId::new(self.options.client_id.clone());
        let secret = self.options.client_secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(metadata, id.clone(), secret.clone())
            .set_redirect_uri(self.callback()?);
        let exchange =
            client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|error| away(&error))?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()));
        let answer = exchange.request_async(&self.http).await.map_err(|error| {
            tracing::warn!(error = ?error, "the issuer gives no token");
            refused("the issuer does not take the code: begin anew")
        })?;
        let token = answer.id_token().ok_or_else(|| refused("the issuer says nothing of who that is"))?;
        let nonce = Nonce::new(begun.nonce);
        let verified = token.claims(&client.id_token_verifier(), &nonce).map(drop);
        if let Err(error) = verified {
            tracing::warn!(%error, "an ID token that is not good; the keys of the issuer are asked again");
            let client = CoreClient::from_provider_metadata(self.metadata(true).await?, id, secret);
            token.claims(&client.id_token_verifier(), &nonce).map(drop).map_err(|error| {
                tracing::warn!(%error, "an ID token is refused");
                refused("the ID token of the issuer is not good")
            })?;
        }
        self.person(token, begun.to)
    }

    /// Who a token that was verified is about.
    fn person(&self, token: &CoreIdToken, to: String) -> Answer<Person> {
        let text = token.to_string();
        let payload = text.split('.').nth(1).and_then(|part| BASE64.decode(part).ok());
        let claims: Option<Value> = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
        let claims = claims.ok_or_else(|| refused("the ID token of the issuer is not good"))?;
        let said = |key: &str| claims.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let subject = said("sub").ok_or_else(|| refused("the ID token has no subject"))?;
        let is_verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
        let name =
            said("email").filter(|_| is_verified).or_else(|| said("preferred_username")).unwrap_or(subject);
        let groups: Vec<&str> = match claims.get(&self.options.claim) {
            Some(Value::String(group)) => vec![group],
            Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let of = |(group, grant): &(String, Grant)| groups.contains(&group.as_str()).then(|| grant.clone());
        let mut grants: Vec<Grant> = self.options.roles.iter().filter_map(of).collect();
        grants.sort_by(|a, b| b.role.cmp(&a.role).then_with(|| a.env.cmp(&b.env)));
        grants.dedup();
        if grants.is_empty() {
            return Err(refused(format!("`{name}` is in no group that may do anything here")));
        }
        Ok(Person { subject: format!("oidc:{subject}"), name: name.to_owned(), grants, to })
    }
}

fn signed(payload: &str) -> String {
    format!("cutover-sign-in-v1\n{payload}")
}

fn seal(signer: &Signer, begun: &Begun) -> String {
    let payload = BASE64.encode(serde_json::to_string(begun).unwrap_or_default());
    let signature = signer.sign_bytes(signed(&payload).as_bytes());
    format!("{payload}.{signature}")
}

fn unseal(signer: &Signer, sealed: &str) -> Option<Begun> {
    let (payload, signature) = sealed.split_once('.')?;
    let right = signer.sign_bytes(signed(payload).as_bytes());
    if !bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
        return None;
    }
    serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
}
