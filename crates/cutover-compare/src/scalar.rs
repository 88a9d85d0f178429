//! When two values without parts are equal.

use crate::compare::Walk;
use crate::instant::Instant;
use crate::number::Decimal;
use crate::profile::{Dates, Profile};
use crate::tape::{Kind, Tape};

/// A value as a profile takes it.
///
/// Equal is what has the same meaning, so that what is equal to the same is equal: only a tolerance breaks that.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    /// A number, or a text that is one.
    Number(Decimal<'a>),
    /// A boolean that is a number, for which there is no tolerance.
    Bit(Decimal<'a>),
    Instant(Instant<'a>),
    Text(&'a str),
}

impl<'a> Scalar<'a> {
    /// `None` is an array or object.
    pub(crate) fn of(profile: &Profile, tape: &'a Tape<'_>, place: u32) -> Option<Self> {
        Some(match tape.kind(place) {
            Kind::Null => Self::Null,
            Kind::False if profile.booleans_from_01 => Self::Bit(Decimal::of_number("0")),
            Kind::True if profile.booleans_from_01 => Self::Bit(Decimal::of_number("1")),
            Kind::False => Self::Bool(false),
            Kind::True => Self::Bool(true),
            Kind::Number => Self::Number(Decimal::of_number(tape.written(place))),
            Kind::Text => Self::of_text(profile, tape.said(place)),
            Kind::Array | Kind::Object => return None,
        })
    }

    fn of_text(profile: &Profile, text: &'a str) -> Self {
        // Both begin alike, and no text is both.
        let like_number = text.as_bytes().first().is_some_and(|first| matches!(first, b'-' | b'0'..=b'9'));
        if like_number
            && profile.decimals
            && let Some(number) = Decimal::read(text)
        {
            return Self::Number(number);
        }
        if like_number
            && profile.dates != Dates::AsText
            && let Some(instant) = Instant::read(text)
        {
            return Self::Instant(instant);
        }
        Self::Text(text)
    }
}

impl Walk<'_> {
    /// Whether both are equal; `None` where they are not of one type.
    pub(crate) fn scalars(&self, control: u32, candidate: u32) -> Option<bool> {
        let control = Scalar::of(self.profile, self.control, control)?;
        let candidate = Scalar::of(self.profile, self.candidate, candidate)?;
        match (control, candidate) {
            (Scalar::Null, Scalar::Null) => Some(true),
            (Scalar::Bool(one), Scalar::Bool(other)) => Some(one == other),
            (Scalar::Text(one), Scalar::Text(other)) => Some(one == other),
            (Scalar::Instant(one), Scalar::Instant(other)) => Some(one == other),
            (Scalar::Number(one), Scalar::Number(other)) => {
                let tolerance = &self.profile.tolerance;
                Some(one == other || (!tolerance.is_none() && tolerance.allows(one, other)))
            }
            (Scalar::Number(one) | Scalar::Bit(one), Scalar::Number(other) | Scalar::Bit(other)) => {
                (one == other).then_some(true)
            }
            (Scalar::Instant(instant), Scalar::Number(number))
            | (Scalar::Number(number), Scalar::Instant(instant)) => {
                let milliseconds = self.profile.dates == Dates::IsoOrEpochMilliseconds;
                milliseconds.then(|| Decimal::of_number(&instant.milliseconds()) == number)
            }
            _ => None,
        }
    }
}
