//! A column of attributes: what an Arrow array holds, as values of the engine.

use super::ffi::NULLS;
use arrow_array::types::{ArrowPrimitiveType, Float16Type};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, TimeUnit};
use cutover::{Value, ValueRef};
use std::cell::OnceCell;
use std::ops::Range;

mod cell;

pub(super) use cell::has_cells;

type Half = <Float16Type as ArrowPrimitiveType>::Native;

/// Rows of an array, and the nulls of whatever the array is nested in.
pub(super) struct Window<'a> {
    pub(super) data: &'a ArrayData,
    /// The first row, counted from the array's own offset.
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) nulls: Option<NullBuffer>,
}

impl<'a> Window<'a> {
    /// All rows of an array.
    pub(super) fn whole(data: &'a ArrayData) -> Self {
        Self { data, start: 0, len: data.len(), nulls: data.nulls().cloned() }
    }

    /// The rows of a child that is as long as this array. `None` where it turns out shorter.
    pub(super) fn child(&self, index: usize) -> Option<Self> {
        let data = self.data.child_data().get(index)?;
        let start = self.data.offset().checked_add(self.start)?;
        (start.checked_add(self.len)? <= data.len()).then_some(())?;
        let own = data.nulls().map(|nulls| nulls.slice(start, self.len));
        let nulls = NullBuffer::union(self.nulls.as_ref(), own.as_ref());
        Some(Self { data, start, len: self.len, nulls })
    }

    /// The index of the first row in the array's buffers.
    fn physical(&self) -> usize {
        self.data.offset() + self.start
    }

    fn buffer(&self, index: usize) -> Buffer {
        self.data.buffers().get(index).cloned().unwrap_or_else(|| Buffer::from_vec(Vec::<u8>::new()))
    }

    /// The first buffer, of so many bytes for each row.
    fn wide(&self, width: usize) -> Result<Buffer, Fault> {
        let size = |rows: usize| rows.checked_mul(width).ok_or(Fault::Broken);
        let (start, len, buffer) = (size(self.physical())?, size(self.len)?, self.buffer(0));
        start.checked_add(len).filter(|end| *end <= buffer.len()).ok_or(Fault::Broken)?;
        Ok(buffer.slice_with_length(start, len))
    }

    fn scalars<T: ArrowNativeType>(&self, index: usize, more: usize) -> ScalarBuffer<T> {
        ScalarBuffer::new(self.buffer(index), self.physical(), self.len + more)
    }
}

/// A column that cannot be read, or a row of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// An encoding that is to be decoded first.
    Encoding(&'static str),
    /// A text that is not UTF-8.
    Text,
    /// An offset, key or length that leads out of the array.
    Broken,
}

/// A column, of the rows of one batch.
pub(super) struct Column {
    len: usize,
    /// True where plain texts need no check when they are read: [`Column::check`] has seen them.
    checked: bool,
    nulls: Option<NullBuffer>,
    values: Values,
}

enum Values {
    Nothing,
    Other,
    Bool(BooleanBuffer),
    Int8(ScalarBuffer<i8>),
    Int16(ScalarBuffer<i16>),
    Int32(ScalarBuffer<i32>),
    Int64(ScalarBuffer<i64>),
    UInt8(ScalarBuffer<u8>),
    UInt16(ScalarBuffer<u16>),
    UInt32(ScalarBuffer<u32>),
    UInt64(ScalarBuffer<u64>),
    Float16(ScalarBuffer<Half>),
    Float32(ScalarBuffer<f32>),
    Float64(ScalarBuffer<f64>),
    Instant(ScalarBuffer<i64>, TimeUnit),
    /// What follows is no attribute, but a cell.
    Local(ScalarBuffer<i64>, TimeUnit),
    Day(ScalarBuffer<i32>),
    /// Whole numbers of so many bytes, and how many digits are behind the point.
    Decimal(usize, Buffer, i8),
    Bytes(Offsets, Buffer),
    FixedBytes(usize, Buffer),
    Text(Offsets, Buffer),
    /// Views of 16 bytes, and the buffers that the long ones lead into.
    View(Buffer, Vec<Buffer>),
    Dictionary(Box<Column>, Box<Column>),
    List(Offsets, Box<Column>),
    FixedList(usize, Box<Column>),
}

enum Offsets {
    Small(ScalarBuffer<i32>),
    Large(ScalarBuffer<i64>),
}

impl Offsets {
    #[inline]
    fn at(&self, row: usize) -> Option<Range<usize>> {
        let (start, end) = match self {
            Self::Small(offsets) => match offsets.get(row..row.checked_add(2)?)? {
                &[start, end] => (usize::try_from(start).ok()?, usize::try_from(end).ok()?),
                _ => return None,
            },
            Self::Large(offsets) => match offsets.get(row..row.checked_add(2)?)? {
                &[start, end] => (usize::try_from(start).ok()?, usize::try_from(end).ok()?),
                _ => return None,
            },
        };
        Some(start..end)
    }
}

impl Column {
    /// True where rows hold lists, which are kept while a row is decided.
    pub(super) fn holds_lists(&self) -> bool {
        match &self.values {
            Values::List(..) | Values::FixedList(..) => true,
            Values::Dictionary(_, values) => values.holds_lists(),
            _ => false,
        }
    }

    /// The column of these rows.
    ///
    /// # Errors
    /// [`Fault::Encoding`] for an encoding that is to be decoded first, [`Fault::Broken`] where the array's parts do
    /// not fit together.
    pub(super) fn new(window: &Window<'_>) -> Result<Self, Fault> {
        let nulls = window.nulls.clone();
        if window.len == 0 {
            return Ok(Self { len: 0, checked: false, nulls: None, values: Values::Nothing });
        }
        let values = match window.data.data_type() {
            data_type if *data_type == NULLS => Values::Nothing,
            DataType::Boolean => {
                Values::Bool(BooleanBuffer::new(window.buffer(0), window.physical(), window.len))
            }
            DataType::Int8 => Values::Int8(window.scalars(0, 0)),
            DataType::Int16 => Values::Int16(window.scalars(0, 0)),
            DataType::Int32 => Values::Int32(window.scalars(0, 0)),
            DataType::Int64 => Values::Int64(window.scalars(0, 0)),
            DataType::UInt8 => Values::UInt8(window.scalars(0, 0)),
            DataType::UInt16 => Values::UInt16(window.scalars(0, 0)),
            DataType::UInt32 => Values::UInt32(window.scalars(0, 0)),
            DataType::UInt64 => Values::UInt64(window.scalars(0, 0)),
            DataType::Float16 => Values::Float16(window.scalars(0, 0)),
            DataType::Float32 => Values::Float32(window.scalars(0, 0)),
            DataType::Float64 => Values::Float64(window.scalars(0, 0)),
            DataType::Timestamp(unit, Some(_)) => Values::Instant(window.scalars(0, 0), *unit),
            DataType::Timestamp(unit, None) => Values::Local(window.scalars(0, 0), *unit),
            DataType::Date32 => Values::Day(window.scalars(0, 0)),
            DataType::Decimal32(_, scale) => Values::Decimal(4, window.wide(4)?, *scale),
            DataType::Decimal64(_, scale) => Values::Decimal(8, window.wide(8)?, *scale),
            DataType::Decimal128(_, scale) => Values::Decimal(16, window.wide(16)?, *scale),
            DataType::Decimal256(_, scale) => Values::Decimal(32, window.wide(32)?, *scale),
            DataType::Binary => Values::Bytes(Offsets::Small(window.scalars(0, 1)), window.buffer(1)),
            DataType::LargeBinary => Values::Bytes(Offsets::Large(window.scalars(0, 1)), window.buffer(1)),
            DataType::FixedSizeBinary(width) => {
                let width = usize::try_from(*width).map_err(|_| Fault::Broken)?;
                Values::FixedBytes(width, window.wide(width)?)
            }
            DataType::Utf8 => Values::Text(Offsets::Small(window.scalars(0, 1)), window.buffer(1)),
            DataType::LargeUtf8 => Values::Text(Offsets::Large(window.scalars(0, 1)), window.buffer(1)),
            DataType::Utf8View => Values::View(
                window.wide(VIEW_BYTES)?,
                window.data.buffers().iter().skip(1).cloned().collect(),
            ),
            DataType::Dictionary(keys, _) => {
                Values::Dictionary(Box::new(Self::keys(window, keys)?), Box::new(Self::items(window)?))
            }
            DataType::List(_) => {
                Values::List(Offsets::Small(window.scalars(0, 1)), Box::new(Self::items(window)?))
            }
            DataType::LargeList(_) => {
                Values::List(Offsets::Large(window.scalars(0, 1)), Box::new(Self::items(window)?))
            }
            DataType::FixedSizeList(_, size) => {
                let size = usize::try_from(*size).map_err(|_| Fault::Broken)?;
                let data = window.data.child_data().first().ok_or(Fault::Broken)?;
                let start = window.physical().checked_mul(size).ok_or(Fault::Broken)?;
                let len = window.len.checked_mul(size).ok_or(Fault::Broken)?;
                start.checked_add(len).filter(|end| *end <= data.len()).ok_or(Fault::Broken)?;
                let nulls = data.nulls().map(|nulls| nulls.slice(start, len));
                Values::FixedList(size, Box::new(Self::new(&Window { data, start, len, nulls })?))
            }
            DataType::RunEndEncoded(..) => return Err(Fault::Encoding("run-end encoded")),
            DataType::Union(..) => return Err(Fault::Encoding("a union")),
            DataType::ListView(_) | DataType::LargeListView(_) => return Err(Fault::Encoding("a list view")),
            _ => Values::Other,
        };
        Ok(Self { len: window.len, checked: false, nulls, values })
    }

    /// The keys of a dictionary. Their nulls are those of the column, which looks at them first.
    fn keys(window: &Window<'_>, keys: &DataType) -> Result<Self, Fault> {
        let values = match keys {
            DataType::Int8 => Values::Int8(window.scalars(0, 0)),
            DataType::Int16 => Values::Int16(window.scalars(0, 0)),
            DataType::Int32 => Values::Int32(window.scalars(0, 0)),
            DataType::Int64 => Values::Int64(window.scalars(0, 0)),
            DataType::UInt8 => Values::UInt8(window.scalars(0, 0)),
            DataType::UInt16 => Values::UInt16(window.scalars(0, 0)),
            DataType::UInt32 => Values::UInt32(window.scalars(0, 0)),
            DataType::UInt64 => Values::UInt64(window.scalars(0, 0)),
            _ => return Err(Fault::Broken),
        };
        Ok(Self { len: window.len, checked: false, nulls: None, values })
    }

    /// All that a dictionary or a list leads into.
    fn items(window: &Window<'_>) -> Result<Self, Fault> {
        let data = window.data.child_data().first().ok_or(Fault::Broken)?;
        Self::new(&Window::whole(data))
    }

    /// Arranges for plain texts to be checked in bulk, which takes a fraction of checking each. Rows are then read only
    /// after [`Column::check`]; a dictionary is checked here, unless it is longer than the column: batches that
    /// share a long one do not all pay for it.
    ///
    /// # Errors
    /// [`Fault::Text`] and [`Fault::Broken`].
    pub(super) fn check_in_bulk(&mut self) -> Result<(), Fault> {
        match &mut self.values {
            Values::Text(..) => self.checked = true,
            Values::Dictionary(_, values) if values.len <= self.len => {
                if let Values::Text(..) = values.values {
                    values.checked = true;
                    values.check(0..values.len)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks the texts of some rows, where that was arranged.
    ///
    /// # Errors
    /// [`Fault::Text`] and [`Fault::Broken`].
    pub(super) fn check(&self, rows: Range<usize>) -> Result<(), Fault> {
        let Values::Text(offsets, bytes) = &self.values else { return Ok(()) };
        if !self.checked {
            return Ok(());
        }
        let checked = match offsets {
            Offsets::Small(offsets) => check(offsets, rows.clone(), bytes),
            Offsets::Large(offsets) => check(offsets, rows.clone(), bytes),
        };
        if checked != Err(Fault::Text) || self.nulls.is_none() {
            return checked;
        }
        // Below a null may be anything.
        for row in rows.filter(|row| !self.is_null(*row)) {
            text(offsets.at(row).and_then(|range| bytes.get(range)).ok_or(Fault::Broken)?)?;
        }
        Ok(())
    }

    /// The value of a row. A list is kept in `held`, which is empty at the first call for a row.
    ///
    /// # Errors
    /// [`Fault::Text`] and [`Fault::Broken`].
    #[inline]
    pub(super) fn value<'a>(&'a self, row: usize, held: &'a OnceCell<Value>) -> Result<ValueRef<'a>, Fault> {
        if row >= self.len {
            return Err(Fault::Broken);
        }
        if self.is_null(row) {
            return Ok(ValueRef::Missing);
        }
        match &self.values {
            Values::List(..) | Values::FixedList(..) => self.list(row, held),
            Values::Dictionary(keys, values) => {
                let ValueRef::Int(key) = keys.scalar(row)? else { return Err(Fault::Broken) };
                values.value(usize::try_from(key).map_err(|_| Fault::Broken)?, held)
            }
            _ => self.scalar(row),
        }
    }

    #[inline]
    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// The value of a row that is there and not null.
    #[inline]
    fn scalar(&self, row: usize) -> Result<ValueRef<'_>, Fault> {
        let int = |value: Option<i64>| value.map(ValueRef::Int).ok_or(Fault::Broken);
        let float = |value: Option<f64>| value.map(ValueRef::number).ok_or(Fault::Broken);
        match &self.values {
            Values::Text(offsets, bytes) => {
                let bytes = offsets.at(row).and_then(|range| bytes.get(range)).ok_or(Fault::Broken)?;
                if self.checked { Ok(ValueRef::Text(bytes)) } else { text(bytes) }
            }
            Values::View(views, buffers) => text(view(views, buffers, row).ok_or(Fault::Broken)?),
            Values::Nothing => Ok(ValueRef::Missing),
            Values::Bool(values) => Ok(ValueRef::Bool(values.value(row))),
            Values::Int8(values) => int(values.get(row).map(|value| (*value).into())),
            Values::Int16(values) => int(values.get(row).map(|value| (*value).into())),
            Values::Int32(values) => int(values.get(row).map(|value| (*value).into())),
            Values::Int64(values) => int(values.get(row).copied()),
            Values::UInt8(values) => int(values.get(row).map(|value| (*value).into())),
            Values::UInt16(values) => int(values.get(row).map(|value| (*value).into())),
            Values::UInt32(values) => int(values.get(row).map(|value| (*value).into())),
            Values::UInt64(values) => {
                let value = *values.get(row).ok_or(Fault::Broken)?;
                // Beyond 64 bits with a sign an integer is the nearest float, as it is where it is read from JSON.
                Ok(i64::try_from(value).map_or(ValueRef::Float(value as f64), ValueRef::Int))
            }
            Values::Float16(values) => float(values.get(row).map(|value| value.to_f64())),
            Values::Float32(values) => float(values.get(row).map(|value| (*value).into())),
            Values::Float64(values) => float(values.get(row).copied()),
            Values::Instant(values, unit) => int(values.get(row).map(|value| milliseconds(*value, *unit))),
            _ => Ok(ValueRef::Other),
        }
    }

    fn list<'a>(&'a self, row: usize, held: &'a OnceCell<Value>) -> Result<ValueRef<'a>, Fault> {
        let (mut range, items) = match &self.values {
            Values::List(offsets, items) => (offsets.at(row).ok_or(Fault::Broken)?, items),
            Values::FixedList(size, items) => {
                let start = row.checked_mul(*size).ok_or(Fault::Broken)?;
                (start..start.checked_add(*size).ok_or(Fault::Broken)?, items)
            }
            _ => return Ok(ValueRef::Other),
        };
        if matches!(items.values, Values::Nothing) {
            // Nulls without a type take no memory where they come from, however many there are: one says as much.
            range.end = range.end.min(range.start.saturating_add(1));
        }
        if held.get().is_none() {
            let list = range.map(|at| items.item(at)).collect::<Result<Vec<_>, _>>()?;
            // Nobody else fills it: a view is of one thread.
            let _ = held.set(Value::List(list));
        }
        Ok(match held.get() {
            Some(list @ Value::List(_)) => list.as_ref(),
            _ => ValueRef::Missing,
        })
    }

    /// An item of a list. Lists in lists are no attribute that a condition takes.
    fn item(&self, at: usize) -> Result<Value, Fault> {
        let none = OnceCell::new();
        let value = match &self.values {
            Values::List(..) | Values::FixedList(..) if at < self.len && !self.is_null(at) => ValueRef::Other,
            _ => self.value(at, &none)?,
        };
        Ok(match value {
            // A mapping is what reads as "there, but of a type that no condition takes".
            ValueRef::Other | ValueRef::List(_) => Value::Map(Vec::new()),
            value => value.into(),
        })
    }
}

/// Checks that the texts between these offsets are UTF-8, each by itself.
fn check<T: Copy>(offsets: &[T], rows: Range<usize>, bytes: &[u8]) -> Result<(), Fault>
where
    usize: TryFrom<T>,
{
    let size = |offset: &T| usize::try_from(*offset).map_err(|_| Fault::Broken);
    let offsets = offsets.get(rows.start..=rows.end).ok_or(Fault::Broken)?;
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return Ok(()) };
    let (first, last) = (size(first)?, size(last)?);
    let all = std::str::from_utf8(bytes.get(first..last).ok_or(Fault::Broken)?).map_err(|_| Fault::Text)?;
    // What is ASCII alone begins and ends a text anywhere.
    let ascii = all.is_ascii();
    let mut before = first;
    for offset in offsets {
        let offset = size(offset)?;
        let at = offset.checked_sub(first).filter(|_| before <= offset).ok_or(Fault::Broken)?;
        if !ascii && !all.is_char_boundary(at) {
            return Err(Fault::Text);
        }
        before = offset;
    }
    Ok(())
}

#[inline]
fn text(bytes: &[u8]) -> Result<ValueRef<'_>, Fault> {
    if std::str::from_utf8(bytes).is_ok() { Ok(ValueRef::Text(bytes)) } else { Err(Fault::Text) }
}

const VIEW_BYTES: usize = 16;
/// A text of this length at the most is in the view itself.
const INLINE_BYTES: usize = 12;

/// The bytes of a view: its length, then either the text, or four bytes of it, the number of a buffer, and where it
/// begins in there.
#[inline]
fn view<'a>(views: &'a [u8], buffers: &'a [Buffer], row: usize) -> Option<&'a [u8]> {
    let at = row.checked_mul(VIEW_BYTES)?;
    let view = views.get(at..)?.first_chunk::<VIEW_BYTES>()?;
    let part = |at: usize| view.get(at..)?.first_chunk::<4>().copied().map(u32::from_ne_bytes);
    let len = part(0)? as usize;
    if len <= INLINE_BYTES {
        return view.get(4..4 + len);
    }
    let start = part(12)? as usize;
    buffers.get(part(8)? as usize)?.get(start..start.checked_add(len)?)
}

/// What is finer than a millisecond is cut off towards the past.
fn milliseconds(value: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => value.saturating_mul(1000),
        TimeUnit::Millisecond => value,
        TimeUnit::Microsecond => value.div_euclid(1000),
        TimeUnit::Nanosecond => value.div_euclid(1_000_000),
    }
}
