//! Two sides in order, walked over together.

use crate::cell::is_nothing;
use crate::correction::{Correction, Kind, Said};
use crate::counters::Counters;
use crate::error::Error;
use crate::record::{Record, split};
use crate::spec::{Policy, Spec};
use core::cmp::Ordering;
use core::iter::Peekable;

/// The records of one key.
struct Group<'a> {
    first: Record<'a>,
    rows: u64,
}

/// The records of the next key of a side.
fn group<'a>(
    side: &mut Peekable<impl Iterator<Item = Result<Record<'a>, Error>>>,
) -> Result<Option<Group<'a>>, Error> {
    let Some(first) = side.next().transpose()? else { return Ok(None) };
    let mut rows = 1;
    while let Some(next) = side.peek() {
        match next.as_ref().map_err(|error| *error)?.rank().cmp(&first.rank()) {
            Ordering::Greater => break,
            Ordering::Equal => rows += 1,
            Ordering::Less => return Err(Error::OutOfOrder),
        }
        side.next();
    }
    Ok(Some(Group { first, rows }))
}

/// Compares two sides that are in order, of which one record each is kept, and gives the corrections owed to `owed`, in
/// order. What was counted before is added to, so that the parts of a side are merged one after the other.
///
/// # Errors
/// [`Error::OutOfOrder`], and what the sides fail with.
pub fn merge<'a>(
    spec: &Spec,
    owner: impl Iterator<Item = Result<Record<'a>, Error>>,
    owing: impl Iterator<Item = Result<Record<'a>, Error>>,
    counters: &mut Counters,
    mut owed: impl FnMut(&Correction<'a>),
) -> Result<(), Error> {
    let (mut owner, mut owing) = (owner.peekable(), owing.peekable());
    let (mut one, mut other) = (group(&mut owner)?, group(&mut owing)?);
    loop {
        let order = match (&one, &other) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.first.rank().cmp(&other.first.rank()),
        };
        let left = if order.is_le() { one.take() } else { None };
        let right = if order.is_ge() { other.take() } else { None };
        settle(spec, left.as_ref(), right.as_ref(), counters, &mut owed)?;
        if left.is_some() {
            one = group(&mut owner)?;
        }
        if right.is_some() {
            other = group(&mut owing)?;
        }
    }
}

/// What the records of one key come to.
fn settle<'a>(
    spec: &Spec,
    owner: Option<&Group<'a>>,
    owing: Option<&Group<'a>>,
    counters: &mut Counters,
    owed: &mut impl FnMut(&Correction<'a>),
) -> Result<(), Error> {
    let Some(key) = owner.or(owing).map(|group| group.first.key) else { return Ok(()) };
    let rows = |group: Option<&Group<'a>>| group.map_or(0, |group| group.rows);
    let (owner_rows, owing_rows) = (rows(owner), rows(owing));
    counters.owner += owner_rows;
    counters.owing += owing_rows;
    let mut say = |counters: &mut Counters, kind, field, found, due| {
        counters.count(kind, field);
        owed(&Correction { key, kind, field, found, owed: due });
    };
    if is_nothing(key) || owner_rows > 1 || owing_rows > 1 {
        let kind = if is_nothing(key) { Kind::NoKey } else { Kind::DuplicateKey };
        say(counters, kind, None, Said::Rows(owing_rows), Said::Rows(owner_rows));
        return Ok(());
    }
    match (owner, owing) {
        (Some(owner), Some(owing)) => {
            counters.compared += 1;
            let (mut due, mut found) = (owner.first.fields, owing.first.fields);
            if due == found {
                counters.equal += 1;
                return Ok(());
            }
            for field in 0..spec.fields.len() {
                let (due_cell, due_rest) = split(due).ok_or(Error::Broken)?;
                let (found_cell, found_rest) = split(found).ok_or(Error::Broken)?;
                if due_cell != found_cell {
                    let (found, due) = (Said::Cell(found_cell), Said::Cell(due_cell));
                    say(counters, Kind::Update, Some(field), found, due);
                }
                (due, found) = (due_rest, found_rest);
            }
        }
        (Some(owner), None) => {
            counters.missing += 1;
            if spec.missing == Policy::Owe {
                say(counters, Kind::Create, None, Said::Nothing, Said::Record(owner.first.fields));
            }
        }
        (None, Some(owing)) => {
            counters.extra += 1;
            if spec.extra == Policy::Owe {
                say(counters, Kind::Delete, None, Said::Record(owing.first.fields), Said::Nothing);
            }
        }
        (None, None) => {}
    }
    Ok(())
}
