//! Compares objects: members are partners by name.

use alloc::vec::Vec;

use crate::compare::Walk;
use crate::error::Error;
use crate::path::Step;
use crate::tape::{Kind, Members, Tape};

impl<'t> Walk<'t> {
    /// Goes through both objects at once for as long as their members come in the same order.
    pub(crate) fn objects(&mut self, control: u32, candidate: u32) -> Result<bool, Error> {
        let (control_tape, candidate_tape) = (self.control, self.candidate);
        let mut same = true;
        let mut aligned = candidate_tape.members(candidate);
        let mut in_line = true;
        let mut others = Lookup::new(candidate_tape, candidate);
        for (name, value) in control_tape.members(control) {
            let next = aligned.clone().next();
            let found = match next {
                Some((other_name, other)) if other_name == name => {
                    aligned.next();
                    Some(other)
                }
                _ => {
                    let (found, behind) = others.find(name);
                    if let Some(behind) = behind {
                        in_line = false;
                        aligned = behind;
                    }
                    found
                }
            };
            if self.is_ignored(name) {
                continue;
            }
            let found = found.filter(|other| !self.is_missing(candidate_tape, *other));
            same &= match found {
                _ if self.is_missing(control_tape, value) => {
                    in_line &= found.is_none();
                    true
                }
                Some(other) => self.parts(Step::Key(name), value, other)?,
                None => {
                    self.only(Step::Key(name), Some(value), None);
                    false
                }
            };
            if !same && self.trying > 0 {
                return Ok(false);
            }
        }
        if in_line && aligned.next().is_none() {
            return Ok(same);
        }
        Ok(self.only_in_candidate(control, candidate)? && same)
    }

    /// Notes the members that only the candidate has; true if there is none.
    fn only_in_candidate(&mut self, control: u32, candidate: u32) -> Result<bool, Error> {
        let (control_tape, candidate_tape) = (self.control, self.candidate);
        let mut none = true;
        let mut others = Lookup::new(control_tape, control);
        for (name, value) in candidate_tape.members(candidate) {
            self.work(1)?;
            if self.is_missing(candidate_tape, value) || self.is_ignored(name) {
                continue;
            }
            let found = others.find(name).0;
            if found.is_none_or(|other| self.is_missing(control_tape, other)) {
                self.only(Step::Key(name), None, Some(value));
                none = false;
            }
        }
        Ok(none)
    }

    pub(crate) fn is_missing(&self, tape: &Tape<'_>, value: u32) -> bool {
        self.profile.null_is_missing && tape.kind(value) == Kind::Null
    }

    /// Whether the member `name` of the value at the end of the path is not to be looked at.
    pub(crate) fn is_ignored(&mut self, name: &'t str) -> bool {
        let profile = self.profile;
        if !profile.ignored.may_mean(name) {
            return false;
        }
        self.path.push(Step::Key(name));
        let ignored = profile.ignored.mean(&self.path);
        self.path.pop();
        ignored
    }
}

/// Finds members of one object by name.
struct Lookup<'t> {
    tape: &'t Tape<'t>,
    object: u32,
    /// Sorted names, with their values, once a search of one by one has taken long.
    sorted: Vec<(&'t str, u32)>,
    searched: usize,
}

/// So many members are looked at one by one before they are sorted.
const PATIENCE: usize = 64;

impl<'t> Lookup<'t> {
    fn new(tape: &'t Tape<'t>, object: u32) -> Self {
        Self { tape, object, sorted: Vec::new(), searched: 0 }
    }

    /// The value of a member, and the members behind it.
    fn find(&mut self, name: &str) -> (Option<u32>, Option<Members<'t, 't>>) {
        let members = self.tape.members(self.object);
        if self.searched > PATIENCE {
            if self.sorted.is_empty() {
                self.sorted = members.clone().collect();
                self.sorted.sort_unstable_by_key(|(name, _)| *name);
            }
            let place = self.sorted.binary_search_by_key(&name, |(name, _)| name).ok();
            let value = place.and_then(|place| self.sorted.get(place)).map(|(_, value)| *value);
            return (value, value.map(|value| members.behind(value)));
        }
        let mut rest = members;
        while let Some((other, value)) = rest.next() {
            self.searched += 1;
            if other == name {
                return (Some(value), Some(rest));
            }
        }
        (None, None)
    }
}
