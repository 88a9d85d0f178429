//! Server-sent events. Each client waits for the latest version, and all are given the same bytes: a thousand clients cost a
//! thousand small tasks, and one ruleset.

use crate::app::App;
use crate::environments::Environment;
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
pub(crate) fn body(app: &Arc<App>, environment: &Environment, last: Option<i64>) -> Body {
    let state = State {
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
    changes: tokio::sync::watch::Receiver<Option<Arc<crate::published::Published>>>,
    ending: tokio::sync::watch::Receiver<bool>,
    last: Option<i64>,
    next: Next,
    alive_at: Instant,
    _listening: Listening,
}

impl State {
    /// The event of the current version, where the client does not have it.
    fn newer(&mut self) -> Option<Bytes> {
        let published = self.changes.borrow_and_update().clone()?;
        if self.last == Some(published.version) {
            return None;
        }
        self.last = Some(published.version);
        self.alive_at = Instant::now() + KEEP_ALIVE;
        Some(published.event.clone())
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.next {
                Next::Nothing => return None,
                Next::Hello => {
                    self.next = Next::Change;
                    let event = self.newer().unwrap_or_default();
                    return Some(Bytes::from([event.as_ref(), HELLO].concat()));
                }
                Next::Current => {
                    self.next = Next::Change;
                    if let Some(event) = self.newer() {
                        return Some(event);
                    }
                }
                Next::Change => {
                    tokio::select! {
                        biased;
                        changed = self.changes.changed() => match changed {
                            Ok(()) => self.next = Next::Current,
                            Err(_) => self.next = Next::Nothing,
                        },
                        _ = self.ending.wait_for(|ending| *ending) => {
                            self.next = Next::Nothing;
                            return Some(Bytes::from_static(BYE.as_bytes()));
                        }
                        () = tokio::time::sleep_until(self.alive_at) => {
                            self.alive_at = Instant::now() + KEEP_ALIVE;
                            return Some(Bytes::from_static(b": keep-alive\n\n"));
                        }
                    }
                }
            }
        }
    }
}
