//! Conditions to code.

use super::assemble::place;
use super::{Compiler, Footprint};
use crate::document::PathId;
use crate::order::sort_unstable_by;
use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::fields::Spanned;
use crate::ruleset::how::{How, ReadAs, lower_case};
use crate::ruleset::operator::{Operator, Test};
use crate::ruleset::semver::Range;
use crate::ruleset::window::Window;
use cutover_decider::decide::number::Number;
use cutover_decider::format::{bounds, op, window};
use cutover_decider::{hash_list, instruction_steps, split_words, variants_steps, wide_words};

/// Instructions of one condition, before it is known where they will lie.
#[derive(Debug)]
struct Code {
    /// The path of the rule or segment, which those of the conditions begin with.
    base: PathId,
    ops: Ops,
}

/// Instructions.
pub(super) type Ops = Vec<[u32; op::WORDS as usize]>;

impl Compiler<'_> {
    /// Lays out the code of a condition and gives the places where it begins and ends. `base` is the path of the rule
    /// or segment that it belongs to.
    pub(super) fn condition(
        &mut self,
        condition: &Condition<'_>,
        base: PathId,
        footprint: &mut Footprint,
    ) -> (u32, u32) {
        let mut code = Code { base, ops: std::mem::take(&mut self.ops) };
        code.ops.clear();
        self.emit(condition, &mut code, footprint);
        footprint.spend(code.ops.len());
        // Where it goes on is counted from where the code begins, so that equal code is laid out once.
        let words = code.ops.as_flattened();
        let start = self.out.block(words);
        let end = start + place(words.len());
        self.ops = code.ops;
        (start, end)
    }

    /// The number of what follows in a path behind that of its rule, segment or flag.
    pub(super) fn path(&mut self, path: PathId, base: PathId) -> u32 {
        self.suffix.clear();
        self.reader.paths.append_from(path, base, &mut self.suffix);
        self.out.path(&self.suffix)
    }

    fn op(
        &mut self,
        code: &mut Code,
        [head, operator, operand]: [u32; 3],
        condition: &Condition<'_>,
    ) -> usize {
        let path = self.path(condition.path, code.base);
        code.ops.push([head, path, operator, operand]);
        code.ops.len() - 1
    }

    fn emit(&mut self, condition: &Condition<'_>, code: &mut Code, footprint: &mut Footprint) {
        match &condition.kind {
            Kind::All(conditions) => self.group(conditions, false, condition, code, footprint),
            Kind::Any(conditions) => self.group(conditions, true, condition, code, footprint),
            Kind::Not(inner) => {
                self.emit(inner, code, footprint);
                self.op(code, [op::NOT, 0, 0], condition);
            }
            Kind::Attribute { attribute, operator, test, how } => {
                let attribute = self.out.attribute(attribute);
                footprint.read(attribute);
                let (mut head, mut operand) = self.test(test, *how);
                if how.word() != 0 {
                    operand = self.out.block(&[how.word(), head, operand]);
                    head = op::CONVERTED;
                }
                footprint.spend(instruction_steps(&self.out.arena, head, operand).saturating_sub(1) as usize);
                let negate = if operator.negates() { op::NEGATE } else { 0 };
                self.op(
                    code,
                    [head | negate | attribute << 8, operator_number(*operator), operand],
                    condition,
                );
                self.settle(how.otherwise, condition, code);
            }
            Kind::Segment(name) => {
                if let Some(segment) = self.segment_number(name.value) {
                    let other = self.footprints.get(segment as usize).cloned().unwrap_or_default();
                    footprint.add(&other);
                    footprint.draws |= other.draws;
                    self.op(code, [op::SEGMENT, 0, segment], condition);
                }
            }
            Kind::Flag { flag, variants } => {
                let path = self.path(condition.path, code.base);
                if let Some(require) = self.require(flag, variants, path, footprint) {
                    self.op(code, [op::FLAG, 0, require], condition);
                }
            }
            Kind::Time(window) => {
                footprint.reads_time = true;
                let window = self.window(window);
                self.op(code, [op::TIME, 0, window], condition);
            }
            Kind::Bucket(bucket) => {
                footprint.draws = true;
                let operand = self.bucket(bucket, footprint);
                self.op(code, [op::BUCKET, 0, operand], condition);
                self.settle(bucket.otherwise, condition, code);
            }
        }
    }

    /// What the test before it is where it is unknown.
    fn settle(&mut self, otherwise: Option<bool>, condition: &Condition<'_>, code: &mut Code) {
        if let Some(otherwise) = otherwise {
            self.op(code, [op::SETTLE, 0, u32::from(otherwise)], condition);
        }
    }

    fn group(
        &mut self,
        conditions: &[Condition<'_>],
        any: bool,
        condition: &Condition<'_>,
        code: &mut Code,
        footprint: &mut Footprint,
    ) {
        if let [only] = conditions {
            return self.emit(only, code, footprint);
        }
        self.op(code, [op::BEGIN, 0, u32::from(any)], condition);
        let mut joins = Vec::with_capacity(conditions.len());
        let join = if any { op::JOIN_ANY } else { op::JOIN_ALL };
        for inner in conditions {
            self.emit(inner, code, footprint);
            joins.push(self.op(code, [join, 0, 0], condition));
        }
        let end = place(self.op(code, [op::END, 0, 0], condition)) * op::WORDS;
        for join in joins {
            if let Some([_, _, _, operand]) = code.ops.get_mut(join) {
                *operand = end;
            }
        }
    }

    /// Lays out what asks whether a flag is one of some variants.
    pub(super) fn require(
        &mut self,
        flag: &Spanned<&str>,
        variants: &[Spanned<&str>],
        path: u32,
        footprint: &mut Footprint,
    ) -> Option<u32> {
        let index = self.flag_number(flag.value)?;
        self.asked.push(index);
        let other =
            self.footprints.get(self.ruleset.segments.len() + index as usize).cloned().unwrap_or_default();
        footprint.add(&other);
        let names = self.variants_of(index);
        let variants: Vec<u32> = variants
            .iter()
            .filter_map(|variant| super::flag::variant_number(&names, variant.value))
            .map(u32::from)
            .collect();
        footprint.spend(variants_steps(place(variants.len())) as usize);
        let words: Vec<u32> = [index, path, place(variants.len())].into_iter().chain(variants).collect();
        Some(self.out.block(&words))
    }

    /// The code of a test, and what it compares with; texts as they are compared.
    fn test(&mut self, test: &Test<'_>, how: How) -> (u32, u32) {
        let out = &mut self.out;
        let ignore_case = how.ignore_case;
        let lower = |texts: &mut dyn Iterator<Item = &str>| texts.map(lower_case).collect::<Vec<String>>();
        match test {
            Test::OneOf(values) if ignore_case || how.read_as == Some(ReadAs::PaddedVersion) => {
                (op::SET, out.set_compared(*values, how))
            }
            Test::Contains(values) if ignore_case => {
                let items = out.set_compared(*values, how);
                let parts = lower(&mut values.texts());
                let parts = out.texts(parts.iter().map(String::as_str));
                (op::CONTAINS, out.block(&[items, parts]))
            }
            Test::StartsWith(texts) if ignore_case => {
                let texts = lower(&mut texts.iter().copied());
                (op::STARTS_WITH, out.texts(texts.iter().map(String::as_str)))
            }
            Test::EndsWith(texts) if ignore_case => {
                let texts = lower(&mut texts.iter().copied());
                (op::ENDS_WITH, out.texts(texts.iter().map(String::as_str)))
            }
            Test::OneOf(values) => (op::SET, out.set(*values)),
            Test::Hashed { salt, digests } => {
                let mut digests: Vec<[u32; 8]> = digests.iter().map(hash_list::to_words).collect();
                sort_unstable_by(&mut digests, Ord::cmp);
                let [offset, length] = out.name(salt);
                let head = [offset, length, place(digests.len())];
                let words: Vec<u32> = head.iter().chain(digests.as_flattened()).copied().collect();
                (op::HASHED, out.block(&words))
            }
            Test::Range { low, high } => {
                let (low_bits, low) = bound(*low);
                let (high_bits, high) = bound(*high);
                let [[a, b], [c, d]] = [low, high];
                (op::RANGE, out.block(&[low_bits | high_bits << bounds::SHIFT, a, b, c, d]))
            }
            Test::Order { low, high } => {
                let mut bound = |bound: Option<(&str, bool)>| match bound {
                    Some((text, inclusive)) => {
                        let inclusive = if inclusive { bounds::INCLUSIVE } else { 0 };
                        (bounds::THERE | inclusive, out.name(&how.compared(text)))
                    }
                    None => (0, [0; 2]),
                };
                let ((low_bits, [a, b]), (high_bits, [c, d])) = (bound(*low), bound(*high));
                (op::ORDER, out.block(&[low_bits | high_bits << bounds::SHIFT, a, b, c, d]))
            }
            Test::Contains(values) => {
                let items = out.set(*values);
                let parts = out.texts(values.texts());
                (op::CONTAINS, out.block(&[items, parts]))
            }
            Test::StartsWith(texts) => (op::STARTS_WITH, out.texts(texts.iter().copied())),
            Test::EndsWith(texts) => (op::ENDS_WITH, out.texts(texts.iter().copied())),
            Test::Matches { text, automaton } => {
                let [offset, length] = out.name(text);
                let head = [offset, length, place(automaton.len())];
                let words: Vec<u32> = head.iter().chain(automaton).copied().collect();
                (op::MATCHES, out.block(&words))
            }
            Test::Exists(wanted) => (op::EXISTS, u32::from(*wanted)),
            Test::Semver(text, range) => {
                let [offset, length] = out.name(text);
                let mut words = vec![offset, length];
                words.extend(self.range(range));
                (op::SEMVER, self.out.block(&words))
            }
            Test::Before(instant) => (op::BEFORE, out.block(&split_words(instant.cast_unsigned()))),
            Test::After(instant) => (op::AFTER, out.block(&split_words(instant.cast_unsigned()))),
            Test::Cidr(networks) => {
                let mut words = vec![place(networks.len())];
                for network in networks {
                    words.extend(wide_words(network.bits));
                    words.extend(wide_words(network.mask));
                }
                (op::CIDR, out.block(&words))
            }
        }
    }

    fn range(&mut self, range: &Range) -> Vec<u32> {
        let mut words = vec![place(range.alternatives.len())];
        for alternative in &range.alternatives {
            words.push(place(alternative.len()));
            for (bound, core, pre) in alternative {
                words.push(*bound as u32);
                words.extend(core.iter().flat_map(|number| split_words(*number)));
                words.extend(self.out.name(pre));
            }
        }
        words
    }

    fn window(&mut self, given: &Window<'_>) -> u32 {
        let zone = self.zone(given.timezone.as_ref().map(|zone| zone.value));
        let (from, to) = given.hours.unwrap_or_default();
        let there = |there: bool, bit: u32| if there { bit } else { 0 };
        let bits = there(given.hours.is_some(), window::HOURS)
            | there(given.after.is_some(), window::AFTER)
            | there(given.before.is_some(), window::BEFORE)
            | u32::from(given.days) << 8;
        let [after, before] =
            [given.after, given.before].map(|instant| split_words(instant.unwrap_or(0).cast_unsigned()));
        let [[a, b], [c, d]] = [after, before];
        self.out.block(&[bits, from, to, zone, a, b, c, d])
    }
}

/// The place of an operator among all of them.
fn operator_number(operator: Operator) -> u32 {
    operator as u32
}

fn bound(bound: Option<(Number, bool)>) -> (u32, [u32; 2]) {
    let Some((number, inclusive)) = bound else { return (0, [0; 2]) };
    let inclusive = if inclusive { bounds::INCLUSIVE } else { 0 };
    match number {
        Number::Int(int) => (bounds::THERE | inclusive, split_words(int.cast_unsigned())),
        Number::Float(float) => (bounds::THERE | bounds::FLOAT | inclusive, split_words(float.to_bits())),
    }
}
