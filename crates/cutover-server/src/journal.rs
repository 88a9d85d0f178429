//! The journal of emergencies: a file that has what the database could not take yet. A line is on the disk before the
//! emergency has an effect, so that no crash loses it.

use crate::store::Emergency;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A call that declared or ended an emergency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call {
    /// Its number, by which the store knows that it has it.
    pub(crate) id: String,
    /// In which environment.
    pub(crate) env: String,
    /// What it said.
    pub(crate) emergencies: Vec<Emergency>,
    /// The version that clients were given.
    pub(crate) version: i64,
    /// The version that this one was made of.
    pub(crate) follows: i64,
    /// The ruleset that clients were given.
    pub(crate) body: String,
}

/// The file, and what of it the store does not have yet.
#[derive(Debug)]
pub(crate) struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    pending: Vec<Call>,
}

impl Journal {
    /// Opens the journal. A last line that is cut off was never answered, and is left out.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let mut pending: Vec<Call> = Vec::new();
        for line in text.lines() {
            match serde_json::from_str::<Call>(line) {
                Ok(call) => pending.push(call),
                Err(error) => tracing::warn!(%error, "a line of the journal cannot be read, and is left out"),
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { inner: Mutex::new(Inner { file, pending }) })
    }

    /// Writes a call to the disk.
    pub(crate) fn write(&self, call: Call) -> std::io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = serde_json::to_vec(&call)?;
        line.push(b'\n');
        // Kept in memory whatever the disk says: the emergency has its effect.
        inner.pending.push(call);
        inner.file.write_all(&line)?;
        inner.file.sync_data()
    }

    /// What the store does not have yet, in the order in which it was said.
    pub(crate) fn pending(&self) -> Vec<Call> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).pending.clone()
    }

    /// The store has a call. The file is emptied once it has all.
    pub(crate) fn done(&self, id: &str) -> std::io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.pending.retain(|call| call.id != id);
        if inner.pending.is_empty() {
            inner.file.set_len(0)?;
            inner.file.rewind()?;
        }
        Ok(())
    }
}
