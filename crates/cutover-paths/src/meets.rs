//! Whether a request meets the conditions of an entry whose path it matches.

use crate::entry::{Entry, Header, HeaderTest, Otherwise, Rollout};
use crate::request::Request;
use cutover_decider::bucket::{Salt, inside};

/// How an entry takes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// It takes everybody.
    Everybody,
    /// Its rollout takes the unit.
    Inside,
    /// Its rollout does not, so that its other service serves.
    Outside,
}

/// Why an entry lets a request go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Miss {
    Method,
    /// The header of this index.
    Header(usize),
    /// Its rollout does not take the unit.
    Outside,
    /// The request does not have the unit of its rollout.
    NoUnit,
}

pub(crate) fn meets(entry: &Entry, salt: &str, request: &Request<'_>) -> Result<Share, Miss> {
    if let Some(methods) = &entry.methods
        && !methods.iter().any(|method| method == request.method)
    {
        return Err(Miss::Method);
    }
    if let Some(index) = entry.headers.iter().position(|header| !has(request, header)) {
        return Err(Miss::Header(index));
    }
    match &entry.rollout {
        None => Ok(Share::Everybody),
        Some(rollout) => share(rollout, salt, request),
    }
}

fn has(request: &Request<'_>, header: &Header) -> bool {
    let mut values = request.values(&header.name);
    match &header.test {
        HeaderTest::Present => values.next().is_some(),
        HeaderTest::OneOf(wanted) => values.any(|value| wanted.iter().any(|wanted| wanted == value)),
    }
}

fn share(rollout: &Rollout, salt: &str, request: &Request<'_>) -> Result<Share, Miss> {
    let unit = request.unit(&rollout.by);
    if unit.is_some_and(|unit| inside(Salt::new(salt).hash(unit), rollout.ppm)) {
        return Ok(Share::Inside);
    }
    match (&rollout.otherwise, unit) {
        (Otherwise::Serve(_), _) => Ok(Share::Outside),
        (Otherwise::Next, Some(_)) => Err(Miss::Outside),
        (Otherwise::Next, None) => Err(Miss::NoUnit),
    }
}
