//! Named contracts to records: what they hash, of whom, and the positions that are asked for.

use super::assemble::place;
use super::flag::{ServeWords, cuts};
use super::{Compiler, Footprint};
use crate::ruleset::contract::{Bucket, Contract};
use crate::ruleset::serve::By;
use cutover_decider::contract::Hash;
use cutover_decider::format::{NO_VARIANT, NONE, contract as words, rule};
use cutover_decider::{contract_steps, instruction_steps, split_words};

/// The contract of a flag that says `hash: java31`.
pub(super) fn java31<'a>(by: &By<'a>) -> Contract<'a> {
    Contract { hash: Hash::Java31, salt: None, by: by.clone(), total: Some(100), is_given: false }
}

/// All positions of Cutover's own contract: whatever numbers a document divides, cut points are of these.
const ALL: u64 = 1 << 32;

/// Where the part ends that `sum` of `total` is of all positions of Cutover's own contract.
pub(super) fn cut(sum: u64, total: u64) -> u64 {
    u64::try_from((u128::from(sum) << 32) / u128::from(total.max(1))).unwrap_or(ALL)
}

/// A boundary of a contract, as it lies in a program, and how many positions there are in it.
fn boundary(hash: Hash, boundary: u64, total: u64) -> u64 {
    if hash == Hash::Cutover1 { cut(boundary, total) } else { boundary }
}

fn positions(hash: Hash, total: u64) -> u64 {
    if hash == Hash::Cutover1 { ALL } else { total }
}

impl Compiler<'_> {
    /// Lays out a contract.
    pub(super) fn contract(
        &mut self,
        contract: &Contract<'_>,
        total: u64,
        needed: bool,
        footprint: &mut Footprint,
    ) -> u32 {
        let hash = contract.hash;
        let (attributes, otherwise, is_first_of) = match &contract.by {
            // That contract has no unit without a letter, wherever it is from.
            By::Attribute(path) => (vec![self.out.attribute(path)], None, hash == Hash::Java31),
            By::FirstOf { attributes, otherwise } => {
                (attributes.iter().map(|path| self.out.attribute(path)).collect(), *otherwise, true)
            }
        };
        if needed {
            attributes.iter().for_each(|attribute| footprint.read(*attribute));
        }
        let mut text = |text: Option<&str>| text.map_or([NONE, 0], |text| self.out.name(text));
        let ([salt, salt_length], [other, other_length]) = (text(contract.salt), text(otherwise));
        let [low, high] = split_words(positions(hash, total));
        let bits = hash as u32 | if is_first_of { words::FIRST_OF } else { 0 };
        let head = [bits, salt, salt_length, low, high, place(attributes.len()), other, other_length];
        let record: Vec<u32> = head.into_iter().chain(attributes).collect();
        let at = self.out.block(&record);
        if needed {
            footprint.spend(contract_steps(&self.out.arena, at) as usize);
        }
        at
    }

    /// Lays out ranges of positions, and the contract that they are of.
    pub(super) fn bucket(&mut self, bucket: &Bucket<'_>, footprint: &mut Footprint) -> u32 {
        let mut spent = Footprint::default();
        let contract = self.contract(&bucket.contract, bucket.total, true, &mut spent);
        spent.reads.iter().for_each(|attribute| footprint.read(*attribute));
        let mut record = vec![contract, place(bucket.ranges.len())];
        for (from, to) in &bucket.ranges {
            let bound = |at: u64| split_words(boundary(bucket.contract.hash, at, bucket.total));
            record.extend([bound(*from), bound(*to)].as_flattened());
        }
        let at = self.out.block(&record);
        let steps = instruction_steps(&self.out.arena, cutover_decider::format::op::BUCKET, at);
        footprint.spend(steps.saturating_sub(1) as usize);
        at
    }

    /// What a split by a named contract serves. Where one variant has all positions, nobody is asked who it is.
    pub(super) fn split_by(
        &mut self,
        contract: &Contract<'_>,
        parts: &[(u64, u16)],
        otherwise: u32,
        footprint: &mut Footprint,
    ) -> ServeWords {
        let sum: u64 = parts.iter().map(|(weight, _)| weight).sum();
        let total = contract.total_of(sum);
        if let [(weight, variant)] = parts
            && *weight == total
        {
            return [rule::DRAWN, u32::from(*variant) | otherwise, NONE, 0, NONE];
        }
        let cuts = cuts(parts, |sum| boundary(contract.hash, sum, total));
        footprint.spend(if cuts.len() > 1 { cuts.len() } else { 0 });
        let unit = self.contract(contract, total, true, footprint);
        let cuts = self.cuts(cuts);
        [rule::SPLIT_BY, NO_VARIANT | otherwise, unit, 0, cuts]
    }
}
