//! What a column holds as cells, which keep what attributes do not tell apart.

use super::{Column, Fault, Values};
use arrow_schema::{DataType, TimeUnit};
use cutover::ValueRef;
use cutover_reconcile::{Cell, Moment};
use std::cell::OnceCell;

/// Whether a column of this type has cells.
pub(in super::super) fn has_cells(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::FixedSizeBinary(_)
        | DataType::Date32
        | DataType::Timestamp(..) => true,
        DataType::Dictionary(_, values) => has_cells(values),
        other => other.is_numeric(),
    }
}

impl Column {
    /// The cell of a row.
    ///
    /// # Errors
    /// [`Fault::Text`], [`Fault::Broken`], and [`Fault::Encoding`] for what has no cells.
    #[inline]
    pub(in super::super) fn cell(&self, row: usize) -> Result<Cell<'_>, Fault> {
        if row >= self.len {
            return Err(Fault::Broken);
        }
        if self.is_null(row) {
            return Ok(Cell::Null);
        }
        match &self.values {
            Values::Text(..) | Values::View(..) | Values::Bool(_) | Values::Int64(_) | Values::Float64(_) => {
                self.plain(row)
            }
            Values::Dictionary(keys, values) => {
                let ValueRef::Int(key) = keys.scalar(row)? else { return Err(Fault::Broken) };
                values.cell(usize::try_from(key).map_err(|_| Fault::Broken)?)
            }
            Values::UInt64(values) => {
                let value = *values.get(row).ok_or(Fault::Broken)?;
                Ok(i64::try_from(value).map_or(Cell::Scaled { units: value.into(), scale: 0 }, Cell::Int))
            }
            Values::Float32(values) => {
                values.get(row).map(|value| Cell::Float32(*value)).ok_or(Fault::Broken)
            }
            Values::Instant(values, unit) => {
                values.get(row).map(|value| Cell::Instant(moment(*value, *unit))).ok_or(Fault::Broken)
            }
            Values::Local(values, unit) => {
                values.get(row).map(|value| Cell::Local(moment(*value, *unit))).ok_or(Fault::Broken)
            }
            Values::Day(values) => {
                values.get(row).map(|value| Cell::Day((*value).into())).ok_or(Fault::Broken)
            }
            Values::Decimal(width, bytes, scale) => {
                Ok(Cell::Scaled { units: units(fixed(bytes, *width, row)?)?, scale: (*scale).into() })
            }
            Values::FixedBytes(width, bytes) => Ok(Cell::Bytes(fixed(bytes, *width, row)?)),
            Values::Bytes(offsets, bytes) => {
                offsets.at(row).and_then(|range| bytes.get(range)).map(Cell::Bytes).ok_or(Fault::Broken)
            }
            Values::Nothing => Ok(Cell::Null),
            Values::List(..) | Values::FixedList(..) | Values::Other => Err(Fault::Encoding("nested")),
            _ => self.plain(row),
        }
    }

    /// What an attribute tells apart, too.
    #[inline]
    fn plain(&self, row: usize) -> Result<Cell<'_>, Fault> {
        match self.scalar(row)? {
            ValueRef::Bool(value) => Ok(Cell::Bool(value)),
            ValueRef::Int(value) => Ok(Cell::Int(value)),
            ValueRef::Float(value) => Ok(Cell::Float(value)),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Cell::Text).map_err(|_| Fault::Text),
            _ => self.odd(row),
        }
    }

    /// A float that an attribute does not take.
    #[cold]
    fn odd(&self, row: usize) -> Result<Cell<'_>, Fault> {
        match &self.values {
            Values::Float64(values) => values.get(row).map(|value| Cell::Float(*value)).ok_or(Fault::Broken),
            Values::Float16(values) => {
                values.get(row).map(|value| Cell::Float(value.to_f64())).ok_or(Fault::Broken)
            }
            _ => match self.value(row, &OnceCell::new())? {
                ValueRef::Missing => Ok(Cell::Null),
                _ => Err(Fault::Encoding("nested")),
            },
        }
    }
}

fn fixed(bytes: &[u8], width: usize, row: usize) -> Result<&[u8], Fault> {
    let start = row.checked_mul(width).ok_or(Fault::Broken)?;
    bytes.get(start..start.checked_add(width).ok_or(Fault::Broken)?).ok_or(Fault::Broken)
}

/// A whole number with a sign, in the byte order of the machine, which for Arrow is little-endian.
fn units(bytes: &[u8]) -> Result<i128, Fault> {
    let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let filler = if negative { 0xFF } else { 0 };
    let mut low = [filler; 16];
    for (slot, byte) in low.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    let units = i128::from_le_bytes(low);
    let beyond = bytes.iter().skip(16).any(|byte| *byte != filler) || (units < 0) != negative;
    if beyond { Err(Fault::Encoding("of decimals with more than 128 bits")) } else { Ok(units) }
}

fn moment(value: i64, unit: TimeUnit) -> Moment {
    Moment::new(
        value,
        match unit {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        },
    )
}
