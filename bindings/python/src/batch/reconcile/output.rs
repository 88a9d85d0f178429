//! The corrections as Arrow columns, made while they are read.

use super::side::KeyType;
use super::store::Store;
use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use cutover_reconcile::{Correction, Counters, Error, Kind, Part, Spec, merge};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// A batch ends with so many corrections, or so many bytes of text.
const BATCH_ROWS: usize = 1 << 16;
const BATCH_BYTES: usize = 1 << 26;

/// How far the reading is.
pub(super) struct Progress {
    pub(super) counters: Counters,
    /// True once everything was compared.
    pub(super) complete: bool,
}

/// The columns of corrections.
pub(super) fn schema(key: KeyType) -> SchemaRef {
    let key = if key == KeyType::Int { DataType::Int64 } else { DataType::Utf8 };
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        Field::new("key", key, true),
        text("kind", false),
        text("field", true),
        text("found", true),
        text("owed", true),
    ]))
}

enum Keys {
    Int(Int64Builder),
    Text(StringBuilder),
    Json(StringBuilder),
}

/// Corrections that become a batch.
struct Rows {
    keys: Keys,
    /// Kind, field, found and owed.
    texts: [StringBuilder; 4],
    rows: usize,
    bytes: usize,
}

impl Rows {
    fn new(key: KeyType) -> Self {
        let keys = match key {
            KeyType::Int => Keys::Int(Int64Builder::new()),
            KeyType::Text => Keys::Text(StringBuilder::new()),
            KeyType::Other => Keys::Json(StringBuilder::new()),
        };
        Self { keys, texts: std::array::from_fn(|_| StringBuilder::new()), rows: 0, bytes: 0 }
    }

    fn push(&mut self, correction: &Correction<'_>, spec: &Spec) {
        match &mut self.keys {
            Keys::Int(keys) => keys.append_option(correction.key_int()),
            Keys::Text(keys) => keys.append_option(correction.key_text()),
            Keys::Json(keys) => {
                keys.append_option((correction.kind != Kind::NoKey).then(|| correction.key_json()));
            }
        }
        let field = correction.field.and_then(|field| spec.fields.get(field));
        let (found, owed) = (correction.found.json(spec), correction.owed.json(spec));
        let said = [
            Some(correction.kind.name()),
            field.map(|(_, owing)| owing.as_str()),
            found.as_deref(),
            owed.as_deref(),
        ];
        self.rows += 1;
        self.bytes += correction.key.len();
        for (column, said) in self.texts.iter_mut().zip(said) {
            self.bytes += said.map_or(0, str::len);
            column.append_option(said);
        }
    }

    fn batch(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let keys: ArrayRef = match self.keys {
            Keys::Int(mut keys) => Arc::new(keys.finish()),
            Keys::Text(mut keys) | Keys::Json(mut keys) => Arc::new(keys.finish()),
        };
        let texts = self.texts.into_iter().map(|mut texts| -> ArrayRef { Arc::new(texts.finish()) });
        RecordBatch::try_new(Arc::clone(schema), std::iter::once(keys).chain(texts).collect())
    }
}

/// Merges the sides part by part, as far as somebody reads.
pub(super) struct Reader {
    pub(super) spec: Spec,
    pub(super) owner: Store,
    pub(super) owing: Store,
    pub(super) key: KeyType,
    pub(super) schema: SchemaRef,
    pub(super) parts: std::ops::Range<usize>,
    pub(super) ready: VecDeque<RecordBatch>,
    pub(super) progress: Arc<Mutex<Progress>>,
}

impl Reader {
    fn part(&mut self, part: usize) -> Result<(), ArrowError> {
        let disk = |error: std::io::Error| ArrowError::IoError(error.to_string(), error);
        let broken = |error: Error| ArrowError::ExternalError(Box::new(error));
        let (owner, owing) = (self.owner.take(part).map_err(disk)?, self.owing.take(part).map_err(disk)?);
        let owner = Part::new(&self.spec, &owner).map_err(broken)?;
        let owing = Part::new(&self.spec, &owing).map_err(broken)?;
        let (mut rows, mut made, mut failed) = (Rows::new(self.key), VecDeque::new(), None);
        // Whoever asks meanwhile for the counters gets those of the parts before.
        let mut counters = self.progress.lock().unwrap_or_else(PoisonError::into_inner).counters.clone();
        merge(&self.spec, owner.records(), owing.records(), &mut counters, |correction| {
            rows.push(correction, &self.spec);
            if rows.rows >= BATCH_ROWS || rows.bytes >= BATCH_BYTES {
                let full = std::mem::replace(&mut rows, Rows::new(self.key));
                match full.batch(&self.schema) {
                    Ok(batch) => made.push_back(batch),
                    Err(error) => failed = Some(error),
                }
            }
        })
        .map_err(broken)?;
        if let Some(error) = failed {
            return Err(error);
        }
        if rows.rows > 0 {
            made.push_back(rows.batch(&self.schema)?);
        }
        self.ready = made;
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).counters = counters;
        Ok(())
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Some(Ok(batch));
            }
            let Some(part) = self.parts.next() else {
                self.progress.lock().unwrap_or_else(PoisonError::into_inner).complete = true;
                return None;
            };
            if let Err(error) = self.part(part) {
                self.parts = 0..0;
                return Some(Err(error));
            }
        }
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
