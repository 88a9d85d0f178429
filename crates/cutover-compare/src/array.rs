//! Compares arrays: elements are partners by place, by what they are, or by a key.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::compare::Walk;
use crate::error::Error;
use crate::hash::{Numbers, Print};
use crate::path::Step;
use crate::tape::Tape;

/// How the elements of an array without order find their partners.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Partners<'p> {
    Equal,
    /// By what these names lead to; elements without it by what they are.
    Key(&'p [String]),
}

/// An element that has no partner yet.
#[derive(Debug, Clone, Copy)]
struct Single {
    print: Print,
    /// Its place among the elements.
    at: u32,
    /// The node, or the node of its key.
    value: u32,
}

/// How partners are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// All that are alike but for their numbers, in the order of these. It finds partners for numbers that lie closer
    /// to each other than the tolerance, where taking equal ones first would leave others without.
    InStep,
    /// Those with the same numbers.
    Exact,
    /// The first with numbers within the tolerance.
    Near,
}

/// So many elements are tried that have the same hash and turn out to be different.
const ATTEMPTS: usize = 32;

impl<'t> Walk<'t> {
    pub(crate) fn arrays(&mut self, control: u32, candidate: u32) -> Result<bool, Error> {
        match self.order() {
            None => self.in_order(control, candidate),
            Some(partners) => self.without_order(control, candidate, partners),
        }
    }

    /// Whether the array at the end of the path has an order, which is `None`.
    pub(crate) fn order(&self) -> Option<Partners<'t>> {
        let profile = self.profile;
        if let Some(which) = profile.keyed.which(&self.path) {
            return profile.keys.get(which).map(|key| Partners::Key(key));
        }
        profile.unordered.mean(&self.path).then_some(Partners::Equal)
    }

    pub(crate) fn is_ignored_place(&mut self, step: Step<'t>) -> bool {
        let profile = self.profile;
        if !profile.ignored.places {
            return false;
        }
        self.path.push(step);
        let ignored = profile.ignored.mean(&self.path);
        self.path.pop();
        ignored
    }

    fn in_order(&mut self, control: u32, candidate: u32) -> Result<bool, Error> {
        let mut elements = self.control.elements(control);
        let mut others = self.candidate.elements(candidate);
        let mut same = true;
        let mut at = 0;
        loop {
            let step = Step::Index(at);
            let pair = (elements.next(), others.next());
            at += 1;
            if pair != (None, None) && self.is_ignored_place(step) {
                continue;
            }
            same &= match pair {
                (None, None) => return Ok(same),
                (Some(element), Some(other)) => self.parts(step, element, other)?,
                (one, other) => {
                    self.work(1)?;
                    self.only(step, one, other);
                    false
                }
            };
            if !same && self.trying > 0 {
                return Ok(false);
            }
        }
    }

    fn without_order(&mut self, control: u32, candidate: u32, by: Partners<'t>) -> Result<bool, Error> {
        let elements: Vec<u32> = self.control.elements(control).collect();
        let others: Vec<u32> = self.candidate.elements(candidate).collect();
        // Finding partners is dearer than a look at each element.
        self.work(4 + (elements.len() + others.len()) as u64)?;
        if self.trying > 0 && elements.len() != others.len() && !self.profile.ignored.places {
            return Ok(false);
        }
        let mut pairs = Pairs { partner: vec![None; elements.len()], taken: vec![false; others.len()] };
        let tolerant = matches!(by, Partners::Equal) && !self.profile.tolerance.is_none();
        if tolerant {
            self.pair(&mut pairs, &elements, &others, by, Search::InStep)?;
        }
        self.pair(&mut pairs, &elements, &others, by, Search::Exact)?;
        if tolerant {
            self.pair(&mut pairs, &elements, &others, by, Search::Near)?;
        }
        let mut same = true;
        for ((at, element), partner) in (0..).zip(&elements).zip(&pairs.partner) {
            let step = Step::Element(at);
            same &= match partner {
                _ if self.is_ignored_place(step) => true,
                // Partners by what they are have been compared.
                Some(_) if matches!(by, Partners::Equal) => true,
                Some(other) => self.parts(step, *element, *other)?,
                None => {
                    self.only(step, Some(*element), None);
                    false
                }
            };
            if !same && self.trying > 0 {
                return Ok(false);
            }
        }
        for ((at, other), taken) in (0..).zip(&others).zip(&pairs.taken) {
            let step = Step::Element(at);
            if !taken && !self.is_ignored_place(step) {
                self.only(step, None, Some(*other));
                same = false;
            }
        }
        Ok(same)
    }

    /// Finds partners among the elements that have none.
    fn pair(
        &mut self,
        pairs: &mut Pairs,
        elements: &[u32],
        others: &[u32],
        by: Partners<'t>,
        search: Search,
    ) -> Result<(), Error> {
        let numbers = if search == Search::Exact { Numbers::Exact } else { Numbers::Apart };
        let partner = pairs.partner.iter().map(Option::is_some).collect::<Vec<_>>();
        let singles = self.singles(self.control, elements, &partner, by, numbers)?;
        let other_singles = self.singles(self.candidate, others, &pairs.taken, by, numbers)?;
        let mut rest = other_singles.as_slice();
        for group in singles.chunk_by(|one, other| one.print.hash == other.print.hash) {
            let Some(hash) = group.first().map(|single| single.print.hash) else { continue };
            rest = rest.get(rest.partition_point(|other| other.print.hash < hash)..).unwrap_or(&[]);
            let size = rest.partition_point(|other| other.print.hash == hash);
            let (same, behind) = rest.split_at_checked(size).unwrap_or_default();
            rest = behind;
            if search == Search::InStep {
                self.pair_in_step(pairs, group, same, others)?;
            } else {
                self.pair_first(pairs, group, same, others)?;
            }
        }
        Ok(())
    }

    /// All of them are partners in their order, or none is.
    fn pair_in_step(
        &mut self,
        pairs: &mut Pairs,
        group: &[Single],
        same: &[Single],
        others: &[u32],
    ) -> Result<(), Error> {
        if group.len() != same.len() {
            return Ok(());
        }
        for (single, other) in group.iter().zip(same) {
            if !self.are_equal(single.value, other.value, single.at)? {
                return Ok(());
            }
        }
        for (single, other) in group.iter().zip(same) {
            pairs.join(single.at, other.at, others);
        }
        Ok(())
    }

    /// Each one takes the first that is equal.
    fn pair_first(
        &mut self,
        pairs: &mut Pairs,
        group: &[Single],
        mut same: &[Single],
        others: &[u32],
    ) -> Result<(), Error> {
        for single in group {
            // Those in front that have a partner are not looked at again.
            let free = same.iter().position(|other| !pairs.is_taken(other.at)).unwrap_or(same.len());
            same = same.get(free..).unwrap_or(&[]);
            let mut attempts = 0;
            for other in same {
                self.work(1)?;
                if pairs.is_taken(other.at) {
                    continue;
                }
                attempts += 1;
                if attempts > ATTEMPTS {
                    break;
                }
                if self.are_equal(single.value, other.value, single.at)? {
                    pairs.join(single.at, other.at, others);
                    break;
                }
            }
        }
        Ok(())
    }

    fn are_equal(&mut self, one: u32, other: u32, at: u32) -> Result<bool, Error> {
        self.trying += 1;
        let same = self.parts(Step::Element(at), one, other);
        self.trying -= 1;
        same
    }

    /// The elements without partner in the order of what is known of them.
    fn singles(
        &mut self,
        tape: &'t Tape<'t>,
        elements: &[u32],
        paired: &[bool],
        by: Partners<'t>,
        numbers: Numbers,
    ) -> Result<Vec<Single>, Error> {
        let mut singles = Vec::with_capacity(elements.len());
        for ((at, element), paired) in (0..).zip(elements).zip(paired) {
            if *paired || self.is_ignored_place(Step::Element(at)) {
                continue;
            }
            let key = match by {
                Partners::Equal => None,
                Partners::Key(names) => tape.part(*element, names),
            };
            let value = key.unwrap_or(*element);
            self.path.push(Step::Element(at));
            let print = self.print(tape, value, numbers);
            self.path.pop();
            let mut print = print?;
            if key.is_some() {
                // An element that is the same as the key of another is not its partner.
                print.hash = !print.hash;
            }
            singles.push(Single { print, at, value });
        }
        singles.sort_unstable_by(|one, other| one.order(other));
        Ok(singles)
    }
}

impl Single {
    fn order(&self, other: &Self) -> Ordering {
        let by_print =
            self.print.hash.cmp(&other.print.hash).then(self.print.sum.total_cmp(&other.print.sum));
        by_print.then(self.at.cmp(&other.at))
    }
}

struct Pairs {
    /// For each element of the control, the node of its partner.
    partner: Vec<Option<u32>>,
    /// For each element of the candidate.
    taken: Vec<bool>,
}

impl Pairs {
    fn is_taken(&self, at: u32) -> bool {
        self.taken.get(at as usize).copied().unwrap_or(true)
    }

    fn join(&mut self, at: u32, other: u32, others: &[u32]) {
        if let Some(partner) = self.partner.get_mut(at as usize) {
            *partner = others.get(other as usize).copied();
        }
        if let Some(taken) = self.taken.get_mut(other as usize) {
            *taken = true;
        }
    }
}
