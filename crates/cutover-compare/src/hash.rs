//! Hashes of values: what is equal has the same hash, so that partners without order are found by sorting.

use crate::compare::Walk;
use crate::error::Error;
use crate::number::Decimal;
use crate::path::Step;
use crate::profile::Dates;
use crate::scalar::Scalar;
use crate::tape::{Kind, Tape};

/// What is known of a value before it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Print {
    pub(crate) hash: u64,
    /// About the sum of the numbers in it, where these may be apart and are no part of the hash.
    pub(crate) sum: f64,
}

/// Whether numbers are part of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    Exact,
    Apart,
}

impl<'t> Walk<'t> {
    pub(crate) fn print(&mut self, tape: &'t Tape<'t>, place: u32, numbers: Numbers) -> Result<Print, Error> {
        self.work(1)?;
        match tape.kind(place) {
            Kind::Object => {
                let mut print = Print { hash: 1, sum: 0.0 };
                for (name, value) in tape.members(place) {
                    if self.is_missing(tape, value) || self.is_ignored(name) {
                        continue;
                    }
                    self.path.push(Step::Key(name));
                    let part = self.print(tape, value, numbers);
                    self.path.pop();
                    let part = part?;
                    // A sum does not depend on the order.
                    print.hash = print.hash.wrapping_add(mix(bytes(name.as_bytes()), part.hash));
                    print.sum += part.sum;
                }
                Ok(Print { hash: mix(print.hash, 2), ..print })
            }
            Kind::Array => {
                let mut print = Print { hash: 3, sum: 0.0 };
                let ordered = self.order().is_none();
                for (at, value) in (0..).zip(tape.elements(place)) {
                    let step = if ordered { Step::Index(at) } else { Step::Element(at) };
                    if self.is_ignored_place(step) {
                        continue;
                    }
                    self.path.push(step);
                    let part = self.print(tape, value, numbers);
                    self.path.pop();
                    let part = part?;
                    let salt = if ordered { u64::from(at) } else { 0 };
                    print.hash = print.hash.wrapping_add(mix(part.hash, salt));
                    print.sum += part.sum;
                }
                Ok(Print { hash: mix(print.hash, 4), ..print })
            }
            _ => Ok(self.scalar_print(tape, place, numbers)),
        }
    }

    fn scalar_print(&self, tape: &'t Tape<'t>, place: u32, numbers: Numbers) -> Print {
        let hash = match Scalar::of(self.profile, tape, place) {
            None | Some(Scalar::Null) => mix(5, 5),
            Some(Scalar::Bool(value)) => mix(6, u64::from(value)),
            Some(Scalar::Text(text)) => mix(7, bytes(text.as_bytes())),
            Some(Scalar::Number(number) | Scalar::Bit(number)) => return number_print(number, numbers),
            Some(Scalar::Instant(instant)) if self.profile.dates == Dates::IsoOrEpochMilliseconds => {
                return number_print(Decimal::of_number(&instant.milliseconds()), numbers);
            }
            Some(Scalar::Instant(instant)) => {
                mix(instant.seconds.cast_unsigned(), bytes(instant.fraction.as_bytes()))
            }
        };
        Print { hash, sum: 0.0 }
    }
}

fn number_print(number: Decimal<'_>, numbers: Numbers) -> Print {
    if numbers == Numbers::Apart {
        return Print { hash: mix(8, 8), sum: number.nearly() };
    }
    let mut hash = 9;
    number.parts(|part| hash = mix(hash, part));
    Print { hash, sum: 0.0 }
}

fn bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one ^ 0x9E37_79B9_7F4A_7C15) * u128::from(other ^ 0xD1B5_4A32_D192_ED03);
    let [low, high] = [product, product >> 64].map(|half| half & u128::from(u64::MAX));
    // Both halves fit.
    u64::try_from(low ^ high).unwrap_or(0).wrapping_add(one.rotate_left(32))
}
