//! The environments in memory: what is published in each, and what is in emergency. Reads never ask the database.

use crate::nodes::Nodes;
use crate::published::Published;
use crate::store::{Emergency, EnvironmentRow, Settings};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// An environment.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) name: String,
    row: Mutex<(i64, Settings)>,
    live: watch::Sender<Option<Arc<Published>>>,
    pub(crate) nodes: Nodes,
    /// What is or was in emergency. Held while an emergency is declared, which never waits for the database.
    alarm: Mutex<Vec<Emergency>>,
}

impl Environment {
    fn new(row: &EnvironmentRow) -> Self {
        Self {
            name: row.name.clone(),
            row: Mutex::new((row.place, row.settings)),
            live: watch::Sender::new(None),
            nodes: Nodes::default(),
            alarm: Mutex::new(Vec::new()),
        }
    }

    /// What is published, where anything is.
    pub(crate) fn published(&self) -> Option<Arc<Published>> {
        self.live.borrow().clone()
    }

    /// The number of what is published; 0 where nothing is.
    pub(crate) fn version(&self) -> i64 {
        self.live.borrow().as_ref().map_or(0, |published| published.version)
    }

    /// Hears of each publication; who is slow hears of the latest alone.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Arc<Published>>> {
        self.live.subscribe()
    }

    /// Makes a version known to all who listen, unless a later one is.
    pub(crate) fn show(&self, published: Arc<Published>) -> bool {
        self.live.send_if_modified(|live| {
            let newer = live.as_ref().is_none_or(|live| {
                live.version < published.version
                    // The store has by now what was published without it.
                    || live.version == published.version && live.stored < published.stored
            });
            if newer {
                *live = Some(published);
            }
            newer
        })
    }

    pub(crate) fn settings(&self) -> Settings {
        self.row.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    pub(crate) fn place(&self) -> i64 {
        self.row.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn alarm(&self) -> MutexGuard<'_, Vec<Emergency>> {
        self.alarm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in emergency now.
    pub(crate) fn in_emergency(&self) -> Vec<Emergency> {
        self.alarm().iter().filter(|emergency| emergency.on).cloned().collect()
    }

    /// Takes what the store or a journal knows, where it is later than what is known here.
    pub(crate) fn learn(&self, emergency: &Emergency) {
        learn(&mut self.alarm(), emergency);
    }
}

/// Takes what is later than what is known.
pub(crate) fn learn(known: &mut Vec<Emergency>, emergency: &Emergency) {
    match known.iter_mut().find(|known| known.target == emergency.target) {
        Some(found) if found.at <= emergency.at => *found = emergency.clone(),
        Some(_) => {}
        None => known.push(emergency.clone()),
    }
}

/// All environments.
#[derive(Debug, Default)]
pub(crate) struct Environments {
    by_name: arc_swap::ArcSwap<BTreeMap<String, Arc<Environment>>>,
}

impl Environments {
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Environment>> {
        self.by_name.load().get(name).cloned()
    }

    /// All, in their order.
    pub(crate) fn all(&self) -> Vec<Arc<Environment>> {
        let mut all: Vec<_> = self.by_name.load().values().cloned().collect();
        all.sort_by_key(|environment| environment.place());
        all
    }

    /// Takes what the store has; what is there stays as it is, with those who listen to it.
    pub(crate) fn take(&self, rows: &[EnvironmentRow]) {
        self.by_name.rcu(|known| {
            let entry = |row: &EnvironmentRow| {
                let found = known.get(&row.name).cloned().unwrap_or_else(|| Arc::new(Environment::new(row)));
                *found.row.lock().unwrap_or_else(PoisonError::into_inner) = (row.place, row.settings);
                (row.name.clone(), found)
            };
            rows.iter().map(entry).collect::<BTreeMap<_, _>>()
        });
    }
}
