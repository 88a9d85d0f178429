//! Cells, and the one form that each value has as bytes.

use crate::error::Error;
use crate::moment::Moment;
use crate::number::{self, Decimal, Number};
use crate::spec::{Spec, Times};
use alloc::format;
use alloc::vec::Vec;

/// A value of a record, as a store has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// The record has no such field.
    Missing,
    /// The field is null.
    Null,
    /// A boolean, which is no number.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A float: the shortest decimal that reads as it, so that it is equal to `0.1` where it is written so. What is
    /// not a number is equal to itself.
    Float(f64),
    /// A float of 32 bits, likewise.
    Float32(f32),
    /// A decimal of up to 128 bits: `units / 10^scale`.
    Scaled {
        /// The whole number that is scaled.
        units: i128,
        /// How many digits are behind the point.
        scale: i32,
    },
    /// A decimal of any size, as it is written.
    Decimal(&'a str),
    /// A text, which is equal to the same bytes alone.
    Text(&'a str),
    /// Bytes, which are no text.
    Bytes(&'a [u8]),
    /// A moment of the world.
    Instant(Moment),
    /// A moment without a time zone, which is no [`Cell::Instant`].
    Local(Moment),
    /// A date, in days since the epoch.
    Day(i64),
}

pub(crate) const MISSING: u8 = 0;
pub(crate) const NULL: u8 = 1;
pub(crate) const FALSE: u8 = 2;
pub(crate) const TRUE: u8 = 3;
pub(crate) const INT: u8 = 4;
pub(crate) const DECIMAL: u8 = 5;
pub(crate) const NO_NUMBER: u8 = 6;
pub(crate) const TEXT: u8 = 7;
pub(crate) const BYTES: u8 = 8;
pub(crate) const INSTANT: u8 = 9;
pub(crate) const LOCAL: u8 = 10;
pub(crate) const DAY: u8 = 11;

/// Below these, floats of 64 and of 32 bits tell whole numbers apart.
const WHOLE: f64 = 9_007_199_254_740_992.0;
const WHOLE_32: f64 = 16_777_216.0;

const SIGN: u64 = 1 << 63;

impl Cell<'_> {
    /// Appends the canonical form of the cell: equal cells are equal bytes, and no others are.
    ///
    /// # Errors
    /// [`Error::Decimal`] for a decimal that cannot be compared.
    #[inline]
    pub fn write(&self, spec: &Spec, digits: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), Error> {
        match *self {
            Self::Missing if spec.null_is_missing => out.push(NULL),
            Self::Missing => out.push(MISSING),
            Self::Null => out.push(NULL),
            Self::Bool(value) => out.push(if value { TRUE } else { FALSE }),
            Self::Int(value) => ordered(INT, value, out),
            Self::Text(text) => {
                out.push(TEXT);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Bytes(bytes) => {
                out.push(BYTES);
                out.extend_from_slice(bytes);
            }
            Self::Instant(moment) => of_moment(INSTANT, moment, spec.times, out),
            Self::Local(moment) => of_moment(LOCAL, moment, spec.times, out),
            Self::Day(day) => ordered(DAY, day, out),
            Self::Float(float) => match number::whole_float(float, WHOLE) {
                Some(whole) => ordered(INT, whole, out),
                None if float.is_finite() => of_text(&format!("{float:e}"), digits, out)?,
                None => no_number(float, out),
            },
            Self::Float32(float) => match number::whole_float(float.into(), WHOLE_32) {
                Some(whole) => ordered(INT, whole, out),
                None if float.is_finite() => of_text(&format!("{float:e}"), digits, out)?,
                None => no_number(float.into(), out),
            },
            Self::Scaled { units, scale } => of_number(number::scaled(units, scale, digits), out),
            Self::Decimal(text) => of_text(text, digits, out)?,
        }
        Ok(())
    }
}

fn ordered(tag: u8, value: i64, out: &mut Vec<u8>) {
    let [a, b, c, d, e, f, g, h] = (value.cast_unsigned() ^ SIGN).to_be_bytes();
    out.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
}

fn of_moment(tag: u8, moment: Moment, times: Times, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&moment.bytes(times));
}

fn no_number(float: f64, out: &mut Vec<u8>) {
    out.push(NO_NUMBER);
    let text = match float {
        float if float.is_nan() => "NaN",
        float if float > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    out.extend_from_slice(text.as_bytes());
}

fn of_text(text: &str, digits: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), Error> {
    of_number(number::read(text, digits).ok_or(Error::Decimal)?, out);
    Ok(())
}

fn of_number(number: Number<'_>, out: &mut Vec<u8>) {
    match number {
        Number::Int(value) => ordered(INT, value, out),
        Number::Decimal(Decimal { negative, top, digits }) => {
            ordered(DECIMAL, top, out);
            out.push(if negative { b'-' } else { b'+' });
            out.extend_from_slice(digits);
        }
    }
}

/// What a cell says, read from its canonical form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form<'a> {
    Missing,
    Null,
    Bool(bool),
    Number(Number<'a>),
    NoNumber(&'a str),
    Text(&'a str),
    Bytes(&'a [u8]),
    Instant(Moment),
    Local(Moment),
    Day(i64),
}

impl<'a> Form<'a> {
    /// `None` is what was not written by [`Cell::write`].
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let int = || Some((u64::from_be_bytes(*rest.first_chunk::<8>()?) ^ SIGN).cast_signed());
        Some(match *tag {
            MISSING => Self::Missing,
            NULL => Self::Null,
            FALSE => Self::Bool(false),
            TRUE => Self::Bool(true),
            INT => Self::Number(Number::Int(int()?)),
            DECIMAL => {
                let (sign, digits) = rest.get(8..)?.split_first()?;
                Self::Number(Number::Decimal(Decimal { negative: *sign == b'-', top: int()?, digits }))
            }
            NO_NUMBER => Self::NoNumber(core::str::from_utf8(rest).ok()?),
            TEXT => Self::Text(core::str::from_utf8(rest).ok()?),
            BYTES => Self::Bytes(rest),
            INSTANT => Self::Instant(Moment::of_bytes(rest)?),
            LOCAL => Self::Local(Moment::of_bytes(rest)?),
            DAY => Self::Day(int()?),
            _ => return None,
        })
    }
}

/// True for the canonical form of a key that is none.
pub(crate) fn is_nothing(key: &[u8]) -> bool {
    matches!(key, [MISSING | NULL])
}

/// Which types of keys a side has, to see that two sides can meet at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyKinds(u16);

impl KeyKinds {
    #[inline]
    pub(crate) fn add(&mut self, key: &[u8]) {
        let kind = match key.first() {
            Some(&TRUE) => FALSE,
            Some(&(DECIMAL | NO_NUMBER)) => INT,
            Some(&kind) if !is_nothing(key) => kind,
            _ => return,
        };
        self.0 |= 1 << (kind & 15);
    }

    /// False where both sides have keys, and no two of them are of one type.
    #[must_use]
    pub fn can_meet(self, other: Self) -> bool {
        self.0 == 0 || other.0 == 0 || self.0 & other.0 != 0
    }

    /// The types, for a message.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let names = [
            (FALSE, "booleans"),
            (INT, "numbers"),
            (TEXT, "texts"),
            (BYTES, "bytes"),
            (INSTANT, "timestamps with a time zone"),
            (LOCAL, "timestamps without a time zone"),
            (DAY, "dates"),
        ];
        names.into_iter().filter(|(kind, _)| self.0 >> kind & 1 == 1).map(|(_, name)| name).collect()
    }
}
