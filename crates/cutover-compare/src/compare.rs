//! Walks through two documents side by side and notes where they differ.

use alloc::vec::Vec;

use crate::comparison::{Comparison, Difference, DifferenceKind};
use crate::error::Error;
use crate::path::{Step, write_path};
use crate::profile::Profile;
use crate::read::read;
use crate::tape::{Kind, Tape};
use crate::text::shortened;

/// Compares two JSON documents.
///
/// Differences come in the order of the control's document; what only the candidate has comes behind its siblings.
/// Swapping both sides gives the same paths with their sides swapped (in an array, each side has its own places).
/// Members count by name, whatever their order; of a name that comes twice the last one counts, as it does in the
/// readers of the hosts. A lone surrogate is U+FFFD.
///
/// ```
/// use cutover_compare::{DifferenceKind, Profile, compare};
/// let comparison = compare(
///     &Profile::default(),
///     br#"{"id": 1, "items": [{"price": 12.50}, {"price": 3}]}"#,
///     br#"{"items": [{"price": 12.5}, {"price": "3"}], "id": 1.0}"#,
/// )?;
/// assert_eq!(comparison.count, 1);
/// let difference = &comparison.differences[0];
/// assert_eq!(difference.path, "items[1].price");
/// assert_eq!(difference.kind, DifferenceKind::Type);
/// assert_eq!(difference.control.as_deref(), Some("3"));
/// assert_eq!(difference.candidate.as_deref(), Some("\"3\""));
/// # Ok::<(), cutover_compare::Error>(())
/// ```
///
/// # Errors
///
/// A side that is no JSON or beyond the limits of the profile, also where both sides are the same bytes; arrays
/// without order in which partners cannot be found in reasonable time.
pub fn compare(profile: &Profile, control: &[u8], candidate: &[u8]) -> Result<Comparison, Error> {
    let control_tape = read(control, &profile.names, &profile.limits);
    if control == candidate {
        return match control_tape {
            Ok(_) => Ok(Comparison::default()),
            Err(wrong) => Err(Error::Unreadable { control: Some(wrong.clone()), candidate: Some(wrong) }),
        };
    }
    match (control_tape, read(candidate, &profile.names, &profile.limits)) {
        (Ok(control), Ok(candidate)) => {
            let mut walk = Walk::new(profile, &control, &candidate);
            walk.values(0, 0)?;
            Ok(walk.comparison)
        }
        (control, candidate) => Err(Error::Unreadable { control: control.err(), candidate: candidate.err() }),
    }
}

/// Where a walk is, and what it found.
pub(crate) struct Walk<'t> {
    pub(crate) profile: &'t Profile,
    pub(crate) control: &'t Tape<'t>,
    pub(crate) candidate: &'t Tape<'t>,
    pub(crate) path: Vec<Step<'t>>,
    /// Above nought, two values are only tried: the first difference ends it, and none is noted.
    pub(crate) trying: u32,
    /// So many steps are left, which only pairing elements can use up.
    work: u64,
    comparison: Comparison,
}

/// Steps for each node: far more than any document takes whose arrays have an order.
const WORK_FACTOR: u64 = 32;
const WORK_FLOOR: u64 = 10_000;

impl<'t> Walk<'t> {
    fn new(profile: &'t Profile, control: &'t Tape<'t>, candidate: &'t Tape<'t>) -> Self {
        let nodes = (control.nodes.len() + candidate.nodes.len()) as u64;
        Self {
            profile,
            control,
            candidate,
            path: Vec::new(),
            trying: 0,
            work: WORK_FLOOR + WORK_FACTOR * nodes,
            comparison: Comparison::default(),
        }
    }

    /// Takes steps from what is left.
    pub(crate) fn work(&mut self, steps: u64) -> Result<(), Error> {
        self.work = self.work.checked_sub(steps).ok_or(Error::TooMuchWork)?;
        Ok(())
    }

    /// Whether two values are equal.
    pub(crate) fn values(&mut self, control: u32, candidate: u32) -> Result<bool, Error> {
        self.work(1)?;
        let kinds = (self.control.kind(control), self.candidate.kind(candidate));
        // Nothing that a profile can say tells the same text in the same place apart.
        if kinds.0 == kinds.1 && self.control.written(control) == self.candidate.written(candidate) {
            return Ok(true);
        }
        match kinds {
            (Kind::Object, Kind::Object) => self.objects(control, candidate),
            (Kind::Array, Kind::Array) => self.arrays(control, candidate),
            (one, other) => {
                let scalars = self.scalars(control, candidate);
                if scalars == Some(true) {
                    return Ok(true);
                }
                let changed = scalars.is_some() || json_type(one) == json_type(other);
                let kind = if changed { DifferenceKind::Changed } else { DifferenceKind::Type };
                self.note(kind, Some(control), Some(candidate));
                Ok(false)
            }
        }
    }

    /// The same for a part of both.
    pub(crate) fn parts(&mut self, step: Step<'t>, control: u32, candidate: u32) -> Result<bool, Error> {
        self.path.push(step);
        let same = self.values(control, candidate);
        self.path.pop();
        same
    }

    /// Notes a part that only one side has.
    pub(crate) fn only(&mut self, step: Step<'t>, control: Option<u32>, candidate: Option<u32>) {
        self.path.push(step);
        let kind =
            if control.is_some() { DifferenceKind::OnlyControl } else { DifferenceKind::OnlyCandidate };
        self.note(kind, control, candidate);
        self.path.pop();
    }

    fn note(&mut self, kind: DifferenceKind, control: Option<u32>, candidate: Option<u32>) {
        if self.trying > 0 {
            return;
        }
        self.comparison.count += 1;
        let limits = &self.profile.limits;
        if self.comparison.differences.len() < limits.differences {
            let short = |tape: &Tape<'_>, place| shortened(tape.written(place), limits.value_bytes);
            self.comparison.differences.push(Difference {
                path: write_path(&self.path),
                kind,
                control: control.map(|place| short(self.control, place)),
                candidate: candidate.map(|place| short(self.candidate, place)),
            });
        }
    }
}

fn json_type(kind: Kind) -> Kind {
    if kind == Kind::False { Kind::True } else { kind }
}
