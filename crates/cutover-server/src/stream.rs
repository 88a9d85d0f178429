//! Server-sent events. Each client waits for the latest version, and all are given the same bytes: a thousand clients cost a
//! thousand small tasks, and one ruleset.

use crate::app::App;
use crate::environments::Environment;
use crate::keys::Who;
use crate::metrics::Listening;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often a client that hears nothing else hears that the server is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What a client is told to wait before it comes again, in milliseconds: clients add a random part. It comes behind the
/// current version and never before it: whatever a client hears tells it that what it has is the newest.
const HELLO: &[u8] = b"retry: 1000\n\n";
const BYE: &str = "event: bye\ndata: {}\n\n";

/// The body of a stream, from the version that the client has on.
pub(crate) fn body(app: &Arc<App>, environment: &Environment, who: Who, last: Option<i64>) -> Body {
    let state = State {
        app: app.clone(),
        env: environment.name.clone(),
        keys: app.keys_changed.subscribe(),
        who,
        changes: environment.subscribe(),
        ending: app.ending.subscribe(),
        last,
        next: Next::Hello,
        alive_at: Instant::now() + KEEP_ALIVE,
        _listening: Listening::new(app),
    };
    Body::from_stream(stream::unfold(state, |mut state| async move {
        let piece = state.next().await?;
        Some((Ok::<_, Infallible>(piece), state))
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Hello,
    Current,
    Change,
    Nothing,
}

struct State {
    app: Arc<App>,
    env: String,
    who: Who,
    keys: tokio::sync::watch::Receiver<()>,
    changes: tokio::sync::watch::Receiver<Option<Arc<crate::published::Published>>>,
    ending: tokio::sync::watch::Receiver<bool>,
    last: Option<i64>,
    next: Next,
    alive_at: Instant,
    _listening: Listening,
}

/// The last event.
fn bye(next: &mut Next) -> Option<Bytes> {
    *next = Next::Nothing;
    Some(Bytes::from_static(BYE.as_bytes()))
}

impl State {
    /// The event of the current version: empty where the client has it, none where nothing more can be told.
    async fn newer(&mut self) -> Option<Option<Bytes>> {
        let published = self.changes.borrow_and_update().clone();
        let Some(published) = published.filter(|published| self.last != Some(published.version)) else {
            return Some(None);
        };
        if !self.app.is_good(&self.who) {
            return Some(bye(&mut self.next));
        }
        let published = if self.who.is_client() {
            self.app.for_clients(&self.env, published).await.ok()?
        } else {
            published
        };
        self.last = Some(published.version);
        self.alive_at = Instant::now() + KEEP_ALIVE;
        Some(Some(published.event.clone()))
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.next {
                Next::Nothing => return None,
                Next::Hello => {
                    self.next = Next::Change;
                    let event = self.newer().await?.unwrap_or_default();
                    if self.next == Next::Nothing {
                        // Who hears nothing more is not told that it has the newest.
                        return Some(event);
                    }
                    return Some(Bytes::from([event.as_ref(), HELLO].concat()));
                }
                Next::Current => {
                    self.next = Next::Change;
                    if let Some(event) = self.newer().await? {
                        return Some(event);
                    }
                }
                Next::Change => {
                    tokio::select! {
                        biased;
                        _ = self.keys.changed() => {
                            if !self.app.is_good(&self.who) {
                                return bye(&mut self.next);
                            }
                        }
                        changed = self.changes.changed() => match changed {
                            Ok(()) => self.next = Next::Current,
                            Err(_) => self.next = Next::Nothing,
                        },
                        _ = self.ending.wait_for(|ending| *ending) => {
                            return bye(&mut self.next);
                        }
                        () = tokio::time::sleep_until(self.alive_at) => {
                            self.alive_at = Instant::now() + KEEP_ALIVE;
                            // A session ends by itself.
                            if !self.app.is_good(&self.who) {
                                return bye(&mut self.next);
                            }
                            return Some(Bytes::from_static(b": keep-alive\n\n"));
                        }
                    }
                }
            }
        }
    }
}
