//! Flags to rules, cut points and numbers.

use super::assemble::place;
use super::contract::{cut, java31};
use super::{Compiler, Footprint};
use crate::diagnostic::Diagnostic;
use crate::document::Entry;
use crate::order::{sort_by, sort_unstable_by};
use crate::ruleset::fields::Spanned;
use crate::ruleset::flag::{Flag, Hash, Rule};
use crate::ruleset::scalar::ONE;
use crate::ruleset::serve::{By, Serve, Share, Unit, Weights};
use cutover_decider::Program;
use cutover_decider::format::{NO_VARIANT, NONE, flag as words, op, rule};
use cutover_decider::{salt_steps, split_words};

/// The variants of a flag by name: their numbers do not depend on the order of keys in a document.
pub(super) fn sorted_variants<'a>(flag: &Flag<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = flag.variants.iter().map(|variant| variant.key).collect();
    sort_unstable_by(&mut names, Ord::cmp);
    names
}

/// How many names are looked through one by one, which is told by their lengths mostly.
const FEW: usize = 4;

pub(super) fn variant_number(names: &[&str], name: &str) -> Option<u16> {
    let index = match names.len() <= FEW {
        true => names.iter().position(|other| *other == name),
        false => names.binary_search(&name).ok(),
    };
    index.and_then(|index| u16::try_from(index).ok())
}

/// The variants of a flag, sorted by name: lists whose memory is used again.
#[derive(Debug, Default)]
pub(super) struct Sorted<'r> {
    entries: Vec<&'r Entry<'r>>,
    names: Vec<&'r str>,
}

/// What a rule serves: [`rule::SERVE`], and the words from [`rule::VARIANTS`] on.
pub(super) type ServeWords = [u32; 5];

impl<'r> Compiler<'r> {
    /// Lays out one flag; the flags and segments that it refers to are laid out already.
    pub(super) fn flag(
        &mut self,
        flag: &'r Flag<'r>,
        footprint: &mut Footprint,
    ) -> [u32; words::WORDS as usize] {
        let Sorted { mut entries, mut names } = std::mem::take(&mut self.sorted);
        entries.clear();
        entries.extend(flag.variants);
        sort_unstable_by(&mut entries, |a, b| a.key.cmp(b.key));
        names.clear();
        names.extend(entries.iter().map(|variant| variant.key));
        let mut requires = Vec::with_capacity(flag.requires.len());
        for require in &flag.requires {
            let path = self.path(require.path, flag.path);
            requires.extend(self.require(&require.flag, &require.variants, path, footprint));
        }
        let mut rules = std::mem::take(&mut self.rules);
        rules.clear();
        let mut reached = true;
        // What nobody reaches is looked at for its mistakes, and left out.
        let mut beyond = Footprint::default();
        for (number, each) in (0..).zip(&flag.rules) {
            let footprint = if reached { &mut *footprint } else { &mut beyond };
            footprint.spend(1);
            footprint.draws = false;
            let code =
                each.condition.as_ref().map(|condition| self.condition(condition, each.path, footprint));
            let [head, operand, start] = self.rule_condition(code);
            if let Some([serve, rest @ ..]) = self.serve(flag, each, &names, footprint)
                && reached
            {
                let is_drawn = serve == rule::VARIANT && footprint.draws;
                let serve = if is_drawn { rule::DRAWN } else { serve };
                rules.extend([serve | number << rule::NUMBER_SHIFT, head, operand, start]);
                rules.extend(rest);
            }
            reached &= each.condition.is_some();
        }
        self.note_expiry(flag);
        let mut variants = self.out.scratch();
        for variant in &entries {
            let [offset, length] = self.out.name(variant.key);
            variants.extend([offset, length, self.out.value(&variant.value)]);
        }
        if !flag.enabled {
            footprint.clear();
        }
        let reads = footprint.reads.as_slice();
        let is_fixed = reads.is_empty() && !footprint.reads_time;
        let bit = |set: bool, bit: u32| if set { bit } else { 0 };
        let bits = bit(flag.enabled, words::ENABLED)
            | bit(footprint.reads_time, words::READS_TIME)
            | bit(is_fixed, words::FIXED);
        let default = flag.default.as_ref().and_then(|name| variant_number(&names, name.value));
        let [salt, salt_length] = self.out.salt(flag.salt.unwrap_or(flag.name));
        let [name, name_length] = match flag.salt {
            Some(_) => self.out.text(flag.name),
            None => [salt, salt_length],
        };
        let variant_count = place(names.len());
        self.sorted = Sorted { entries, names };
        let rule_count = place(rules.len()) / rule::WORDS;
        let (required, ruled) = (self.out.block(&requires), self.out.block(&rules));
        self.rules = rules;
        [
            name,
            name_length,
            bits | variant_word(default) << 16,
            0,
            required,
            place(requires.len()),
            ruled,
            rule_count,
            self.out.scratched(variants),
            variant_count,
            self.out.block(reads),
            place(reads.len()),
            salt,
            salt_length,
            footprint.steps,
            footprint.depth,
        ]
    }

    /// The words of a rule that say what its condition is.
    fn rule_condition(&self, code: Option<(u32, u32)>) -> [u32; 3] {
        let Some((start, end)) = code else { return [rule::ALWAYS, NONE, NONE] };
        match self.out.arena.slice(start, end - start) {
            [head, _, _, operand] if (op::SET..=op::LAST_TEST).contains(&(head & op::KIND)) => {
                [*head, *operand, start]
            }
            _ => [rule::MANY, end, start],
        }
    }

    fn note_expiry(&mut self, flag: &Flag<'_>) {
        if let Some(expires) = &flag.expires {
            let warning = Diagnostic::warning(
                "flag_expired",
                self.reader.paths.render(expires.path),
                expires.at,
                format!("the flag `{}` has expired", flag.name),
            )
            .help("take the flag out of the code and of the ruleset, or move its date");
            self.expiries.push((expires.value, warning));
        }
    }

    fn serve(
        &mut self,
        flag: &Flag<'_>,
        rule: &Rule<'_>,
        names: &[&str],
        footprint: &mut Footprint,
    ) -> Option<ServeWords> {
        let variant = |name: &str| variant_number(names, name);
        let otherwise = |name: &Option<Spanned<&str>>| {
            let name = name.as_ref().or(flag.default.as_ref());
            variant_word(name.and_then(|name| variant(name.value))) << 16
        };
        match &rule.serve {
            Serve::Variant(name) => {
                Some([rule::VARIANT, variant_word(variant(name.value)) | NO_VARIANT << 16, NONE, 0, NONE])
            }
            Serve::Share { share, variant: name, otherwise: other, unit } => {
                let name = name.as_ref().map_or("on", |name| name.value);
                let (kind, unit) = self.share_unit(flag, rule, unit, needs_unit(share), footprint)?;
                let (ramp, ppm) = self.share(share, footprint);
                let variants = u32::from(variant(name)?) | otherwise(other);
                Some([kind | ramp, variants, unit, ppm, NONE])
            }
            Serve::Split { weights, otherwise: other, unit: Unit::Named(contract), .. } => {
                let last = other.as_ref().or(flag.default.as_ref()).map(|name| name.value);
                let parts = parts(weights, last, names);
                Some(self.split_by(contract, &parts, otherwise(other), footprint))
            }
            Serve::Split { weights, within, otherwise: other, unit: Unit::OfFlag(by) } => {
                if flag.hash == Hash::Java31 {
                    self.reader.note(
                        Diagnostic::error("bad_split", format!("{}.serve.split", self.reader.paths.render(rule.path)), rule.at, "`hash: java31` has no splits")
                            .help("the imported formats know rollouts only; give the flag `hash: 1`, which moves its units"),
                    );
                    return None;
                }
                let last = other.as_ref().or(flag.default.as_ref()).map(|name| name.value);
                let total = weights.sum();
                let cuts = cuts(&parts(weights, last, names), |sum| cut(sum, total));
                let draws = cuts.len() > 1;
                let unit =
                    self.unit(flag, rule, by, draws || within.as_ref().is_some_and(needs_unit), footprint)?;
                let (kind, (ramp, ppm)) = match within {
                    Some(share) => (rule::SPLIT_WITHIN, self.share(share, footprint)),
                    None => (rule::SPLIT, (0, 0)),
                };
                footprint.spend(if draws { cuts.len() } else { 0 });
                let cuts = self.cuts(cuts);
                Some([kind | ramp, NO_VARIANT | otherwise(other), unit, ppm, cuts])
            }
        }
    }

    /// Lays out cut points.
    pub(super) fn cuts(&mut self, cuts: Vec<(u64, u16)>) -> u32 {
        let mut all = vec![place(cuts.len())];
        for (cut, variant) in cuts {
            all.extend(split_words(cut));
            all.push(u32::from(variant));
        }
        self.out.block(&all)
    }

    /// The bit and the word of a share.
    pub(super) fn share(&mut self, share: &Share, footprint: &mut Footprint) -> (u32, u32) {
        match share {
            Share::Fixed(share) => (0, share.0),
            Share::Ramp(points) => {
                footprint.reads_time = true;
                let mut ramp = vec![place(points.len())];
                for point in points {
                    ramp.extend(split_words(point.at_ms.cast_unsigned()));
                    ramp.push(point.to.0);
                }
                (rule::RAMP, self.out.block(&ramp))
            }
        }
    }

    /// The kind of a share, and the word of its unit.
    fn share_unit(
        &mut self,
        flag: &Flag<'_>,
        rule: &Rule<'_>,
        unit: &Unit<'_>,
        needed: bool,
        footprint: &mut Footprint,
    ) -> Option<(u32, u32)> {
        match unit {
            Unit::OfFlag(by) if flag.hash == Hash::Java31 => {
                Some((rule::SHARE_BY, self.contract(&java31(by), 100, needed, footprint)))
            }
            Unit::OfFlag(by) => Some((rule::SHARE, self.unit(flag, rule, by, needed, footprint)?)),
            Unit::Named(contract) => {
                let total = contract.total.unwrap_or(1);
                Some((rule::SHARE_BY, self.contract(contract, total, needed, footprint)))
            }
        }
    }

    /// The attribute of a unit that the flag's own contract hashes.
    fn unit(
        &mut self,
        flag: &Flag<'_>,
        rule: &Rule<'_>,
        by: &By<'_>,
        needed: bool,
        footprint: &mut Footprint,
    ) -> Option<u32> {
        match by {
            By::Attribute(path) => {
                let word = self.out.attribute(path);
                if needed {
                    let salt = flag.salt.unwrap_or(flag.name);
                    footprint.spend(salt_steps(place(salt.len())) as usize);
                    footprint.read(word);
                }
                Some(word)
            }
            By::FirstOf { .. } => {
                self.reader.note(
                    Diagnostic::error(
                        "bad_unit",
                        format!("{}.serve.by", self.reader.paths.render(rule.path)),
                        rule.at,
                        "`first_of` belongs to `hash: java31`",
                    )
                    .expected(["the path of one attribute"])
                    .help(
                        "a unit that is sometimes a user and sometimes a tenant moves when somebody signs in",
                    ),
                );
                None
            }
        }
    }
}

/// Writes down the answer of each flag that is the same for everybody.
pub(super) fn fix_outcomes(program: Program) -> Program {
    let outcomes: Vec<(u32, u32)> = (0..program.flag_count())
        .filter(|number| program.fixed(*number).is_some())
        .map(|number| (number, program.walked(number)))
        .collect();
    let mut arena = program.into_arena();
    let flags = arena.word(cutover_decider::format::header::FLAGS);
    for (number, outcome) in outcomes {
        let at = flags + number * words::WORDS + words::OUTCOME;
        if let Some(word) = arena.words.get_mut(at as usize) {
            *word = outcome;
        }
    }
    Program::trusted(arena)
}

fn variant_word(variant: Option<u16>) -> u32 {
    variant.map_or(NO_VARIANT, u32::from)
}

/// True unless the share is nobody or everybody at any time.
fn needs_unit(share: &Share) -> bool {
    match share {
        Share::Fixed(share) => share.0 != 0 && share.0 != ONE,
        Share::Ramp(_) => true,
    }
}

/// The variants of a split with their weights in the order of the buckets: that of the list where there is one, otherwise
/// by name with `last` at the end. With the default last, a rollout that becomes a split of the same share moves nobody.
fn parts(weights: &Weights<'_>, last: Option<&str>, names: &[&str]) -> Vec<(u64, u16)> {
    let mut ordered: Vec<(&str, u64)> =
        weights.weights.iter().map(|(name, weight)| (name.value, *weight)).collect();
    if !weights.ordered {
        let key = |name| (Some(name) == last, name);
        sort_by(&mut ordered, |a, b| key(a.0).cmp(&key(b.0)));
    }
    let known = ordered.into_iter().filter(|(_, weight)| *weight > 0);
    known.filter_map(|(name, weight)| Some((weight, variant_number(names, name)?))).collect()
}

/// Cut points: where the part of each variant ends, which `end` makes of the weights up to there.
pub(super) fn cuts(parts: &[(u64, u16)], end: impl Fn(u64) -> u64) -> Vec<(u64, u16)> {
    let mut sum = 0_u64;
    let mut cut = |weight: u64| {
        sum += weight;
        end(sum)
    };
    parts.iter().map(|(weight, variant)| (cut(*weight), *variant)).collect()
}
