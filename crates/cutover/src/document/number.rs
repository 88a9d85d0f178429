//! Numbers, by one rule in YAML and JSON.

use super::Content;
use crate::value::whole;

/// The number that a decimal literal stands for: an integer where it is integral and within the range of
/// `i64`, however it is written, else the nearest float; infinite where no float is large enough.
///
/// `None` for what Rust reads as no number; the readers check their own grammar first.
pub(crate) fn decimal(literal: &str) -> Option<Content<'static>> {
    match literal.parse::<i64>() {
        Ok(int) => Some(Content::Int(int)),
        Err(_) => parse(literal).map(float),
    }
}

#[cfg(cutover_small)]
use crate::decimal::parse;

#[cfg(not(cutover_small))]
fn parse(literal: &str) -> Option<f64> {
    literal.parse().ok()
}

/// A float, or the integer that it stands for.
pub(super) fn float(number: f64) -> Content<'static> {
    whole(number).map_or(Content::Float(number), Content::Int)
}
