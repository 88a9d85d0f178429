//! The answers of a batch as Arrow columns, filled in pieces by several threads.

use super::shape::{Served, Shape};
use arrow_array::types::{Int8Type, Int16Type};
use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, RecordBatch, StructArray};
use arrow_array::{RecordBatchOptions, types::ArrowPrimitiveType, types::Float64Type, types::Int64Type};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, SchemaRef};
#[cfg(doc)]
use cutover::Outcome;
use std::sync::Arc;

/// So many rows are decided at once. A multiple of eight, so that no two pieces share a byte of a bitmap.
pub(super) const PIECE_ROWS: usize = 8192;

/// A column that may hold nulls: what it holds, and where it holds something.
struct Nullable<T> {
    values: Vec<T>,
    valid: Vec<u8>,
}

impl<T: ArrowNativeType> Nullable<T> {
    fn new(rows: usize) -> Self {
        Self { values: vec![T::default(); rows], valid: vec![0; rows.div_ceil(8)] }
    }

    fn pieces(&mut self) -> impl Iterator<Item = Piece<'_, T>> {
        let values = self.values.chunks_mut(PIECE_ROWS);
        values.zip(self.valid.chunks_mut(PIECE_ROWS / 8)).map(|(values, valid)| Piece { values, valid })
    }

    fn array<A: ArrowPrimitiveType<Native = T>>(self) -> Result<PrimitiveArray<A>, ArrowError> {
        let nulls = nulls(self.valid, self.values.len());
        PrimitiveArray::try_new(ScalarBuffer::from(self.values), nulls)
    }
}

impl Nullable<i16> {
    fn dictionary(self, names: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(DictionaryArray::<Int16Type>::try_new(self.array()?, Arc::clone(names))?))
    }
}

/// Where a column holds something; `None` where it does so everywhere.
fn nulls(valid: Vec<u8>, rows: usize) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(valid), 0, rows));
    (nulls.null_count() > 0).then_some(nulls)
}

/// Some rows of a nullable column.
struct Piece<'a, T> {
    values: &'a mut [T],
    valid: &'a mut [u8],
}

impl<T: Copy + Default> Piece<'_, T> {
    fn fill(&mut self, outcomes: &[u32], value: impl Fn(u32) -> Option<T>) {
        let bytes = self.valid.iter_mut().zip(self.values.chunks_mut(8));
        for ((byte, values), outcomes) in bytes.zip(outcomes.chunks(8)) {
            let mut bits = 0_u8;
            for (bit, (slot, outcome)) in values.iter_mut().zip(outcomes).enumerate() {
                let value = value(*outcome);
                *slot = value.unwrap_or_default();
                bits |= u8::from(value.is_some()) << bit;
            }
            *byte = bits;
        }
    }
}

/// The column `value`, where there is one.
enum Values {
    None,
    Bool { bits: Vec<u8>, valid: Vec<u8> },
    Int(Nullable<i64>),
    Float(Nullable<f64>),
    Text(Nullable<i16>),
}

enum ValuePiece<'a> {
    None,
    Bool { bits: &'a mut [u8], valid: &'a mut [u8] },
    Int(Piece<'a, i64>),
    Float(Piece<'a, f64>),
    Text(Piece<'a, i16>),
}

/// The columns of one flag for one batch.
pub(super) struct Columns {
    rows: usize,
    variant: Nullable<i16>,
    reason: Vec<i8>,
    rule: Nullable<i16>,
    error: Nullable<i8>,
    value: Values,
}

/// Some rows of the columns, to be filled.
pub(super) struct Rows<'a> {
    variant: Piece<'a, i16>,
    reason: &'a mut [i8],
    rule: Piece<'a, i16>,
    error: Piece<'a, i8>,
    value: ValuePiece<'a>,
}

impl Columns {
    pub(super) fn new(rows: usize, shape: &Shape) -> Self {
        let bytes = rows.div_ceil(8);
        let value = match &shape.served {
            Served::Nothing => Values::None,
            Served::Bool(_) => Values::Bool { bits: vec![0; bytes], valid: vec![0; bytes] },
            Served::Int(_) => Values::Int(Nullable::new(rows)),
            Served::Float(_) => Values::Float(Nullable::new(rows)),
            Served::Text(..) => Values::Text(Nullable::new(rows)),
        };
        Self {
            rows,
            variant: Nullable::new(rows),
            reason: vec![0; rows],
            rule: Nullable::new(rows),
            error: Nullable::new(rows),
            value,
        }
    }

    /// The columns in pieces of [`PIECE_ROWS`] rows, each with the first of its rows.
    pub(super) fn pieces(&mut self) -> impl Iterator<Item = (usize, Rows<'_>)> {
        let mut value: Box<dyn Iterator<Item = ValuePiece<'_>>> = match &mut self.value {
            Values::None => Box::new(std::iter::repeat_with(|| ValuePiece::None)),
            Values::Bool { bits, valid } => {
                let pieces = bits.chunks_mut(PIECE_ROWS / 8).zip(valid.chunks_mut(PIECE_ROWS / 8));
                Box::new(pieces.map(|(bits, valid)| ValuePiece::Bool { bits, valid }))
            }
            Values::Int(column) => Box::new(column.pieces().map(ValuePiece::Int)),
            Values::Float(column) => Box::new(column.pieces().map(ValuePiece::Float)),
            Values::Text(column) => Box::new(column.pieces().map(ValuePiece::Text)),
        };
        let columns = self.variant.pieces().zip(self.reason.chunks_mut(PIECE_ROWS)).zip(self.rule.pieces());
        let columns = columns.zip(self.error.pieces());
        columns.enumerate().map(move |(index, (((variant, reason), rule), error))| {
            let value = value.next().unwrap_or(ValuePiece::None);
            (index * PIECE_ROWS, Rows { variant, reason, rule, error, value })
        })
    }

    /// The columns as Arrow arrays, in the order of the shape's fields.
    pub(super) fn arrays(self, shape: &Shape) -> Result<Vec<ArrayRef>, ArrowError> {
        let reason = PrimitiveArray::<Int8Type>::try_new(ScalarBuffer::from(self.reason), None)?;
        let mut arrays: Vec<ArrayRef> = vec![
            self.variant.dictionary(&shape.variants)?,
            Arc::new(DictionaryArray::try_new(reason, Arc::clone(&shape.reasons))?),
            Arc::new(self.rule.array::<Int16Type>()?),
            Arc::new(DictionaryArray::<Int8Type>::try_new(self.error.array()?, Arc::clone(&shape.errors))?),
        ];
        match (self.value, &shape.served) {
            (Values::Bool { bits, valid }, _) => {
                let bits = BooleanBuffer::new(Buffer::from_vec(bits), 0, self.rows);
                arrays.push(Arc::new(BooleanArray::new(bits, nulls(valid, self.rows))));
            }
            (Values::Int(column), _) => arrays.push(Arc::new(column.array::<Int64Type>()?)),
            (Values::Float(column), _) => arrays.push(Arc::new(column.array::<Float64Type>()?)),
            (Values::Text(column), Served::Text(_, texts)) => arrays.push(column.dictionary(texts)?),
            (Values::None | Values::Text(_), _) => {}
        }
        Ok(arrays)
    }
}

impl Rows<'_> {
    /// Fills the rows with the answers for them, packed by [`Outcome::pack`]: numbers that are taken apart without a
    /// branch.
    pub(super) fn fill(&mut self, outcomes: &[u32], shape: &Shape) {
        self.variant.fill(outcomes, variant);
        self.rule.fill(outcomes, |outcome| variant(outcome >> 12));
        self.error.fill(outcomes, |outcome| {
            let error = (outcome >> 28) as i8;
            (error != 0).then(|| error - 1)
        });
        for (slot, outcome) in self.reason.iter_mut().zip(outcomes) {
            *slot = shape.shown[(outcome >> 24 & 0xF) as usize];
        }
        match (&mut self.value, &shape.served) {
            (ValuePiece::Bool { bits, valid }, Served::Bool(values)) => {
                let bytes = bits.iter_mut().zip(valid.iter_mut());
                for ((bits, valid), outcomes) in bytes.zip(outcomes.chunks(8)) {
                    for (bit, outcome) in outcomes.iter().enumerate() {
                        let value = served(values, *outcome);
                        *valid |= u8::from(value.is_some()) << bit;
                        *bits |= u8::from(value == Some(true)) << bit;
                    }
                }
            }
            (ValuePiece::Int(piece), Served::Int(values)) => {
                piece.fill(outcomes, |outcome| served(values, outcome));
            }
            (ValuePiece::Float(piece), Served::Float(values)) => {
                piece.fill(outcomes, |outcome| served(values, outcome));
            }
            (ValuePiece::Text(piece), Served::Text(values, _)) => {
                piece.fill(outcomes, |outcome| served(values, outcome));
            }
            _ => {}
        }
    }
}

/// What stands for no variant and no rule in a packed outcome.
const NONE: u32 = 0xFFF;

/// The lowest twelve bits of a packed outcome: its variant.
#[inline]
fn variant(outcome: u32) -> Option<i16> {
    let index = outcome & NONE;
    (index != NONE).then_some(index as i16)
}

/// The value of the variant that an outcome serves.
#[inline]
fn served<T: Copy>(values: &[Option<T>], outcome: u32) -> Option<T> {
    // None is a number that no variant has.
    *values.get((outcome & NONE) as usize)?
}

/// A batch of these columns, which may be none at all.
pub(super) fn batch(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// The columns of one flag as one column.
pub(super) fn nested(columns: Vec<ArrayRef>, shape: &Shape) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(StructArray::try_new(shape.fields.clone(), columns, None)?))
}
