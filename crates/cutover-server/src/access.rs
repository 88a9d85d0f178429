//! Who may know what, and for how long.

use crate::app::App;
use crate::clock::now_ms;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::published::Published;
use std::sync::Arc;

impl App {
    /// Whether a key is still good.
    pub(crate) fn is_good(&self, who: &Who) -> bool {
        self.keys.load().has(who, now_ms())
    }

    /// Until a key is no longer good.
    pub(crate) async fn refused(&self, who: &Who) {
        let mut changed = self.keys_changed.subscribe();
        while self.is_good(who) {
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep(who.left(now_ms())) => {}
            }
        }
    }

    /// What is published, as whoever asks may know it: clients get what is marked for them.
    pub(crate) async fn published_for(&self, env: &str, who: &Who) -> Answer<Arc<Published>> {
        let published = self.published(env)?;
        if who.is_client() { self.for_clients(env, published).await } else { Ok(published) }
    }

    /// What clients get of a version.
    pub(crate) async fn for_clients(&self, env: &str, published: Arc<Published>) -> Answer<Arc<Published>> {
        let made = match published.known_for_clients() {
            Some(made) => made.clone(),
            None => {
                let (env, signer) = (env.to_owned(), self.signer.clone());
                let making = tokio::task::spawn_blocking(move || published.for_clients(&env, &signer));
                making.await.unwrap_or_default()
            }
        };
        made.ok_or_else(|| Problem::fault("this version has no ruleset for clients"))
    }

    /// Refuses whoever may not know what is published in an environment.
    pub(crate) fn reads(who: &Who, env: &str) -> Answer<()> {
        who.needs(if who.is_client() { Role::Client } else { Role::Server }, env)
    }
}
