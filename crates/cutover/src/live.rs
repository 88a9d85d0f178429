//! An engine that is replaced while others decide with it.

use crate::{Engine, LoadError};
use arc_swap::{ArcSwap, Guard};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// The engine that is good now, for any number of threads, and the way to replace it.
///
/// Readers never wait: neither for each other nor for somebody who applies a new version. They see a whole engine, the
/// old one or the new one, and engines come in the order in which they were published. Those who apply take turns, so
/// that each starts from what the one before left and none of them is lost.
///
/// ```
/// use cutover::{Attributes, Engine, Live};
/// let text = |serve| format!(r#"{{"cutover":1,"flags":{{"beta":{{"rules":[{{"serve":"{serve}"}}]}}}}}}"#);
/// let live = Live::new(Engine::from_str(&text("off"))?);
/// let enabled = || {
///     let engine = live.load();
///     engine.is_enabled("beta", &engine.context(&Attributes::new()), 0)
/// };
/// assert!(!enabled());
/// live.apply(text("on").as_bytes())?;
/// assert!(enabled());
/// // What is refused changes nothing.
/// assert!(live.apply(b"cutover: 2").is_err());
/// assert!(enabled());
/// # Ok::<(), cutover::LoadError>(())
/// ```
pub struct Live {
    engine: ArcSwap<Engine>,
    /// Held by whoever replaces the engine. It protects no data, so that a panic behind it leaves nothing half done.
    turn: Mutex<()>,
}

impl Live {
    /// Begins with an engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine: ArcSwap::from_pointee(engine), turn: Mutex::new(()) }
    }

    /// The engine that is good now. It never waits, and costs some nanoseconds; the snapshot stays as it is whatever is
    /// applied meanwhile. Take one for a request, and let it go afterwards: [`Live::engine`] is for keeping.
    #[must_use]
    #[inline]
    pub fn load(&self) -> Snapshot {
        Snapshot(self.engine.load())
    }

    /// The engine that is good now, to be kept as long as it pleases.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine> {
        self.engine.load_full()
    }

    /// Replaces the engine by that of another version of its ruleset, as [`Engine::apply`] does: where one flag changed,
    /// only that one is compiled. It waits for others who replace the engine; readers wait for nobody.
    ///
    /// # Errors
    /// [`LoadError`] with every problem of the document. Then the engine stays the one that it was.
    pub fn apply(&self, text: &[u8]) -> Result<(), LoadError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.engine.load().apply(text)?;
        self.engine.store(Arc::new(next));
        Ok(())
    }

    /// Replaces the engine by one that was loaded elsewhere, from a compiled program for example. It waits as
    /// [`Live::apply`] does.
    pub fn publish(&self, engine: Engine) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.engine.store(Arc::new(engine));
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("digest", &self.load().digest()).finish_non_exhaustive()
    }
}

/// The engine that was good when [`Live::load`] was called.
#[derive(Debug)]
pub struct Snapshot(Guard<Arc<Engine>>);

impl Deref for Snapshot {
    type Target = Engine;

    #[inline]
    fn deref(&self) -> &Engine {
        &self.0
    }
}
