//! Whether a program holds together.
//!
//! Reading a program is safe whatever it holds, for every read is checked. What is left to make sure of is that
//! deciding ends soon, that hosts fill the slots that are read, and that the answers are those of some ruleset. Each
//! flag and segment carries what it costs and reads at the most, and that is a proof that can be checked in one pass:
//! a flag's figures have to cover its own code and the figures of whatever it asks, and its depth has to be greater
//! than theirs, which no cycle can satisfy.

use crate::Arena;
use crate::cost::{contract_steps, salt_steps, variants_steps};
use crate::format::{
    MAX_ALL_STEPS, MAX_ALL_VARIANTS, MAX_CHAIN, MAX_STEPS, NO_VARIANT, cuts, flag, header, op, require, rule,
    segment,
};
use crate::outcome::{MAX_PER_FLAG, Outcome};
use crate::program::{Program, names};
use alloc::collections::BTreeSet;
use condition::{asks_contract, condition};

mod condition;

/// What is said of a program that holds together and asks for what this module leaves out for the sake of its size.
pub(crate) const BEYOND: &str =
    "hash contracts of other systems, conversions of attributes, or tests of each item";

/// The longest name of a variant.
const MAX_NAME_BYTES: u32 = 256;

/// What is wrong, named by the part.
type Found = Result<(), &'static str>;

/// What a flag or a segment costs and reads.
struct Footprint<'a> {
    steps: u32,
    depth: u32,
    reads: &'a [u32],
    reads_time: bool,
}

impl Footprint<'_> {
    /// Takes the instructions, or whatever else was looked at, into what is left of the steps.
    fn spend(&mut self, steps: u32) -> Found {
        self.steps = self.steps.checked_sub(steps).ok_or("it takes more steps than it says")?;
        Ok(())
    }

    fn reads(&self, attribute: u32) -> Found {
        self.reads.binary_search(&attribute).map(drop).map_err(|_| "an attribute that it does not list")
    }

    fn asks(&mut self, other: &Footprint<'_>) -> Found {
        if self.depth <= other.depth {
            return Err("flags or segments that ask each other in a circle");
        }
        if other.reads_time && !self.reads_time {
            return Err("it depends on the time and does not say so");
        }
        other.reads.iter().try_for_each(|attribute| self.reads(*attribute))?;
        self.spend(other.steps.saturating_add(1))
    }
}

/// What is looked at once however many refer to it, and whose parts are not more than the program: parts of a program
/// are the same or apart (but for two kinds that are equal by chance), and a forgery must not have the same words looked at again and again.
struct Once {
    /// What kind of part, where, and how long.
    seen: BTreeSet<(u32, u32, u32)>,
    left: usize,
}

/// Kinds of parts: automata and indices have the numbers of their instructions.
const VARIANTS: u32 = 0;

impl Once {
    /// The words of a part, where nobody has looked at it yet.
    fn first<'a>(
        &mut self,
        arena: &'a Arena,
        kind: u32,
        place: u32,
        count: u32,
    ) -> Result<Option<&'a [u32]>, &'static str> {
        if !self.seen.insert((kind, place, count)) {
            return Ok(None);
        }
        let words = arena.slice(place, count);
        self.left = self.left.checked_sub(words.len()).ok_or("parts that lie in each other")?;
        if words.len() == count as usize { Ok(Some(words)) } else { Err("a part outside of the program") }
    }
}

/// Looks at all of a program.
pub(crate) fn validate(program: &Program) -> Found {
    let arena = &program.arena;
    if arena.words.len() > u32::MAX as usize / 2 || arena.text.len() > u32::MAX as usize {
        return Err("its size");
    }
    let tables = [
        (header::FLAGS, flag::WORDS),
        (header::NAMES, names::SLOT_WORDS),
        (header::ATTRIBUTES, 2),
        (header::SEGMENTS, segment::WORDS),
        (header::VALUES, 2),
        (header::PATHS, 2),
        (header::ZONES, crate::format::zone::WORDS),
        (header::MIGRATIONS, crate::format::migration::WORDS),
    ];
    for (table, size) in tables {
        let (place, count) = (arena.word(table), arena.word(table + 1));
        let words = count.checked_mul(size).ok_or("a table that is too long")?;
        if arena.slice(place, words).len() != words as usize {
            return Err("a table outside of the program");
        }
    }
    for table in [header::ATTRIBUTES, header::VALUES] {
        texts(arena, arena.word(table), arena.word(table + 1))?;
    }
    names(program)?;
    total(program)?;
    let mut once = Once { seen: BTreeSet::new(), left: arena.words.len().saturating_mul(2) };
    for number in 0..arena.word(header::SEGMENTS + 1) {
        segment(program, number, &mut once)?;
    }
    (0..program.flag_count()).try_for_each(|number| flag(program, number, &mut once))
}

/// So many texts lie in the arena, whole, and come to no more than all of it.
fn texts(arena: &Arena, place: u32, count: u32) -> Found {
    let mut left = arena.text.len();
    for [offset, length] in arena.slice(place, count.saturating_mul(2)).as_chunks::<2>().0 {
        text(arena, *offset, *length)?;
        left = left.checked_sub(*length as usize).ok_or("texts that lie in each other")?;
    }
    Ok(())
}

/// All flags and segments together are decided in bounded time, and shown in bounded space.
fn total(program: &Program) -> Found {
    let mut steps = 0;
    for number in 0..program.arena.word(header::SEGMENTS + 1) {
        steps += u64::from(segment_footprint(&program.arena, number)?.0.steps);
    }
    let mut variants = 0;
    for number in 0..program.flag_count() {
        steps += u64::from(flag_footprint(program, number)?.steps);
        variants += program.variants(number).len() as u64;
    }
    if steps > MAX_ALL_STEPS || variants > MAX_ALL_VARIANTS {
        return Err("more than can be decided soon");
    }
    Ok(())
}

fn text(arena: &Arena, offset: u32, length: u32) -> Found {
    if arena.text_at(offset, length).len() == length as usize {
        Ok(())
    } else {
        Err("a text outside of the program")
    }
}

/// The index finds every flag by its name, and so no two flags have the same.
fn names(program: &Program) -> Found {
    let slots = program.arena.word(header::NAMES + 1);
    let words =
        program.arena.slice(program.arena.word(header::NAMES), slots.saturating_mul(names::SLOT_WORDS));
    if (slots != 0 && !slots.is_power_of_two()) || !names::is_quick(words) {
        return Err("the index of the names");
    }
    let mut left = program.arena.text.len();
    for number in 0..program.flag_count() {
        let [offset, length, ..] = program.flag_record(number).ok_or("the flags")?;
        text(&program.arena, *offset, *length)?;
        left = left.checked_sub(*length as usize).ok_or("names that lie in each other")?;
        if program.find(program.flag_name(number)) != Some(number) {
            return Err("the index of the names");
        }
    }
    Ok(())
}

fn segment_footprint(arena: &Arena, number: u32) -> Result<(Footprint<'_>, u32, u32), &'static str> {
    if number >= arena.word(header::SEGMENTS + 1) {
        return Err("a segment that there is not");
    }
    let place = arena.word(header::SEGMENTS).saturating_add(number.saturating_mul(segment::WORDS));
    let &[_, _, code, end, steps, depth, reads, count] = arena.record(place).ok_or("the segments")?;
    let footprint = Footprint {
        steps,
        depth: depth & !segment::READS_TIME,
        reads: arena.slice(reads, count),
        reads_time: depth & segment::READS_TIME != 0,
    };
    Ok((footprint, code, end))
}

fn segment(program: &Program, number: u32, once: &mut Once) -> Found {
    let (mut footprint, code, end) = segment_footprint(&program.arena, number)?;
    bounded(program, &footprint)?;
    condition(program, code, end, &mut footprint, once)
}

fn flag_footprint(program: &Program, number: u32) -> Result<Footprint<'_>, &'static str> {
    let &[.., steps, depth] = program.flag_record(number).ok_or("a flag that there is not")?;
    Ok(Footprint { steps, depth, reads: program.reads(number), reads_time: program.reads_time(number) })
}

fn bounded(program: &Program, footprint: &Footprint<'_>) -> Found {
    if footprint.steps > MAX_STEPS {
        return Err("a flag or segment of too many steps");
    }
    if footprint.depth > MAX_CHAIN {
        return Err("too long a chain of flags and segments");
    }
    // Whatever is read takes a step, so that looking at what others read takes no longer than they do.
    let ascending = footprint.reads.is_sorted_by(|a, b| a < b);
    let known = footprint.reads.last().is_none_or(|last| *last < program.attribute_count());
    if ascending && known && footprint.reads.len() <= footprint.steps as usize {
        Ok(())
    } else {
        Err("the attributes of a flag or segment")
    }
}

/// A variant of a flag, or none.
fn is_variant(variant: u32, count: u32) -> bool {
    variant < count || variant == NO_VARIANT
}

fn flag(program: &Program, number: u32, once: &mut Once) -> Found {
    let arena = &program.arena;
    let record = program.flag_record(number).ok_or("the flags")?;
    let &[
        _,
        _,
        bits,
        outcome,
        requires,
        require_count,
        rules,
        rule_count,
        variants_at,
        variants,
        _,
        reads,
        ..,
    ] = record;
    let &[.., salt, salt_length, _, _] = record;
    let mut footprint = flag_footprint(program, number)?;
    bounded(program, &footprint)?;
    text(arena, salt, salt_length)?;
    if program.variants(number).len() != variants as usize
        || variants as usize > MAX_PER_FLAG
        || footprint.reads.len() != reads as usize
    {
        return Err("the variants or attributes of a flag");
    }
    if let Some(words) =
        once.first(arena, VARIANTS, variants_at, variants.saturating_mul(flag::VARIANT_WORDS))?
    {
        for [offset, length, value] in words.as_chunks::<{ flag::VARIANT_WORDS as usize }>().0 {
            text(arena, *offset, *length)?;
            if *length > MAX_NAME_BYTES || *value >= program.value_count() {
                return Err("a variant without a name or a value");
            }
        }
    }
    if !is_variant(bits >> 16, variants) {
        return Err("a variant that there is not");
    }
    if bits & flag::FIXED != 0 {
        if !footprint.reads.is_empty() || footprint.reads_time {
            return Err("a fixed flag that reads something");
        }
        let outcome = Outcome::unpack(outcome).ok_or("the answer of a fixed flag")?;
        if outcome.variant.is_some_and(|variant| u32::from(variant) >= variants) {
            return Err("a variant that there is not");
        }
    }
    // A flag that is not enabled reads nothing and asks nobody.
    if bits & flag::ENABLED == 0 {
        return Ok(());
    }
    let places = arena.slice(requires, require_count);
    let words = rule_count.checked_mul(rule::WORDS).ok_or("the rules of a flag")?;
    let words = arena.slice(rules, words).as_chunks::<{ rule::WORDS as usize }>().0;
    if places.len() != require_count as usize || words.len() != rule_count as usize {
        return Err("the rules of a flag");
    }
    for place in places {
        asks_flag(program, *place, &mut footprint)?;
    }
    for words in words {
        footprint.spend(1)?;
        rule_condition(program, *words, &mut footprint, once)?;
        serves(arena, *words, variants, salt_length, &mut footprint)?;
    }
    Ok(())
}

/// The condition of a rule: none, one test that is also an instruction, or code.
fn rule_condition(
    program: &Program,
    [_, head, operand, code, ..]: [u32; rule::WORDS as usize],
    footprint: &mut Footprint<'_>,
    once: &mut Once,
) -> Found {
    match head {
        rule::ALWAYS => Ok(()),
        rule::MANY => condition(program, code, operand, footprint, once),
        _ => {
            let is_test = (op::SET..=op::LAST_TEST).contains(&(head & op::KIND));
            match program.arena.record(code) {
                Some(&[same, _, _, its]) if is_test && (same, its) == (head, operand) => {}
                _ => return Err("the only test of a rule"),
            }
            condition(program, code, code.saturating_add(op::WORDS), footprint, once)
        }
    }
}

/// What a rule serves reads the unit only where a share or a split needs one, and serves variants of its flag.
fn serves(
    arena: &Arena,
    words: [u32; rule::WORDS as usize],
    count: u32,
    salt_length: u32,
    footprint: &mut Footprint<'_>,
) -> Found {
    let [kind, _, _, _, variants, unit, ppm, cuts_at] = words;
    let number = kind >> rule::NUMBER_SHIFT;
    let (ramp, kind) = (kind & rule::RAMP != 0, kind & rule::KIND);
    let share = matches!(kind, rule::SHARE | rule::SPLIT_WITHIN | rule::SHARE_BY);
    let split = matches!(kind, rule::SPLIT | rule::SPLIT_WITHIN | rule::SPLIT_BY);
    let by_contract = matches!(kind, rule::SHARE_BY | rule::SPLIT_BY);
    if cfg!(cutover_smallest) && kind == rule::SPLIT_BY {
        return Err(BEYOND);
    }
    if kind > rule::SPLIT_BY || number as usize >= MAX_PER_FLAG {
        return Err("what a rule serves");
    }
    if !is_variant(variants & 0xFFFF, count) || !is_variant(variants >> 16, count) {
        return Err("a variant that there is not");
    }
    if ramp && !footprint.reads_time {
        return Err("it depends on the time and does not say so");
    }
    let mut hashes = kind == rule::SPLIT_BY || (share && (ramp || (ppm != 0 && ppm < 1_000_000)));
    if ramp && ppm as usize >= arena.words.len() {
        return Err("a ramp outside of the program");
    }
    if split {
        let size = arena.word(cuts_at);
        let all = arena.slice(cuts_at.saturating_add(cuts::WORDS), size.saturating_mul(cuts::CUT_WORDS));
        let all = all.as_chunks::<{ cuts::CUT_WORDS as usize }>().0;
        if size == 0 || all.len() != size as usize {
            return Err("the cut points of a split");
        }
        if size > 1 {
            footprint.spend(size)?;
            hashes = true;
        }
        if all.iter().any(|[.., variant]| *variant >= count) {
            return Err("a variant that there is not");
        }
    }
    if !hashes {
        return Ok(());
    }
    if !by_contract {
        footprint.spend(salt_steps(salt_length))?;
        return footprint.reads(unit);
    }
    footprint.spend(contract_steps(arena, unit))?;
    asks_contract(arena, unit, footprint)
}

fn asks_flag(program: &Program, place: u32, footprint: &mut Footprint<'_>) -> Found {
    let &[number, _, count] = program.arena.record(place).ok_or("a condition on a flag")?;
    if program.arena.slice(place.saturating_add(require::WORDS), count).len() != count as usize {
        return Err("a condition on a flag");
    }
    footprint.spend(variants_steps(count))?;
    footprint.asks(&flag_footprint(program, number)?)
}
