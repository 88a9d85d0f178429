//! Whether a program holds together.
//!
//! Reading a program is safe whatever it holds, for every read is checked. What is left to make sure of is that
//! deciding ends soon, that hosts fill the slots that are read, and that the answers are those of some ruleset. Each
//! flag and segment carries what it costs and reads at the most, and that is a proof that can be checked in one pass:
//! a flag's figures have to cover its own code and the figures of whatever it asks, and its depth has to be greater
//! than theirs, which no cycle can satisfy.

use crate::Arena;
use crate::format::{
    MAX_CHAIN, MAX_GROUPS, MAX_STEPS, NONE, flag, header, op, require, rule, segment, units,
};
use crate::program::{Program, names};

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
    for (table, count) in
        [(header::ATTRIBUTES, arena.word(header::ATTRIBUTES + 1)), (header::VALUES, program.value_count())]
    {
        texts(arena, arena.word(table), count)?;
    }
    names(program)?;
    for number in 0..arena.word(header::SEGMENTS + 1) {
        segment(program, number)?;
    }
    (0..program.flag_count()).try_for_each(|number| flag(program, number))
}

/// So many texts lie in the arena, whole.
fn texts(arena: &Arena, place: u32, count: u32) -> Found {
    for [offset, length] in arena.slice(place, count.saturating_mul(2)).as_chunks::<2>().0 {
        text(arena, *offset, *length)?;
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
    if slots != 0 && !slots.is_power_of_two() {
        return Err("the index of the names");
    }
    for number in 0..program.flag_count() {
        let [offset, length, ..] = program.flag_record(number).ok_or("the flags")?;
        text(&program.arena, *offset, *length)?;
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

fn segment(program: &Program, number: u32) -> Found {
    let (mut footprint, code, end) = segment_footprint(&program.arena, number)?;
    bounded(&footprint)?;
    condition(program, code, end, &mut footprint)
}

fn flag_footprint(program: &Program, number: u32) -> Result<Footprint<'_>, &'static str> {
    let &[.., steps, depth] = program.flag_record(number).ok_or("a flag that there is not")?;
    Ok(Footprint { steps, depth, reads: program.reads(number), reads_time: program.reads_time(number) })
}

fn bounded(footprint: &Footprint<'_>) -> Found {
    if footprint.steps > MAX_STEPS {
        return Err("a flag or segment of too many steps");
    }
    if footprint.depth > MAX_CHAIN {
        return Err("too long a chain of flags and segments");
    }
    Ok(())
}

fn flag(program: &Program, number: u32) -> Found {
    let arena = &program.arena;
    let record = program.flag_record(number).ok_or("the flags")?;
    let &[
        _,
        _,
        bits,
        _,
        requires,
        require_count,
        rules,
        rule_count,
        _,
        variants,
        _,
        reads,
        salt,
        salt_length,
        ..,
    ] = record;
    let mut footprint = flag_footprint(program, number)?;
    bounded(&footprint)?;
    text(arena, salt, salt_length)?;
    if program.variants(number).len() != variants as usize || footprint.reads.len() != reads as usize {
        return Err("the variants or attributes of a flag");
    }
    if program.variants(number).any(|(_, value)| value >= program.value_count()) {
        return Err("a variant without a value");
    }
    if footprint.reads.last().is_some_and(|last| *last >= program.attribute_count()) {
        return Err("an attribute that there is not");
    }
    if bits & flag::FIXED != 0 && (!footprint.reads.is_empty() || footprint.reads_time) {
        return Err("a fixed flag that reads something");
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
        let [_, start, end, kind, _, unit, ppm, cuts] = *words;
        footprint.spend(1)?;
        if start != NONE {
            condition(program, start, end, &mut footprint)?;
        }
        serves(arena, kind, (unit, ppm, cuts), &mut footprint)?;
    }
    Ok(())
}

/// What a rule serves reads the unit only where a share or a split needs one.
fn serves(
    arena: &Arena,
    kind: u32,
    (unit, ppm, cuts): (u32, u32, u32),
    footprint: &mut Footprint<'_>,
) -> Found {
    let ramp = kind & rule::RAMP != 0;
    if ramp && !footprint.reads_time {
        return Err("it depends on the time and does not say so");
    }
    let kind_of = kind & rule::KIND;
    let shares = kind_of == rule::SHARE || kind_of == rule::SPLIT_WITHIN;
    let splits = (kind_of == rule::SPLIT || kind_of == rule::SPLIT_WITHIN) && arena.word(cuts) > 1;
    if splits {
        footprint.spend(arena.word(cuts))?;
    }
    let hashes = splits || (shares && (ramp || (ppm != 0 && ppm < 1_000_000)));
    if !hashes {
        return Ok(());
    }
    if kind & rule::JAVA31 == 0 {
        return footprint.reads(unit);
    }
    let attributes = arena.slice(unit.saturating_add(units::WORDS), arena.word(unit));
    attributes.iter().try_for_each(|attribute| footprint.reads(*attribute))
}

fn asks_flag(program: &Program, place: u32, footprint: &mut Footprint<'_>) -> Found {
    let &[number, _, count] = program.arena.record(place).ok_or("a condition on a flag")?;
    if program.arena.slice(place.saturating_add(require::WORDS), count).len() != count as usize {
        return Err("a condition on a flag");
    }
    footprint.asks(&flag_footprint(program, number)?)
}

fn condition(program: &Program, start: u32, end: u32, footprint: &mut Footprint<'_>) -> Found {
    let arena = &program.arena;
    let size =
        end.checked_sub(start).filter(|size| size % op::WORDS == 0).ok_or("the bounds of a condition")?;
    let words = arena.slice(start, size);
    if words.len() != size as usize {
        return Err("the bounds of a condition");
    }
    footprint.spend(size / op::WORDS)?;
    let mut open = 0_u32;
    for (index, words) in (0_u32..).zip(words.as_chunks::<{ op::WORDS as usize }>().0) {
        let [head, _, _, operand] = *words;
        match head & 0xFF {
            code @ op::SET..=op::LAST_TEST => {
                footprint.reads(head >> 8)?;
                if code == op::MATCHES {
                    automaton(arena, operand)?;
                }
            }
            op::BEGIN if open < MAX_GROUPS => open += 1,
            op::JOIN_ALL | op::JOIN_ANY if open > 0 => {
                // Onwards only, to an instruction of the same condition, so that it ends.
                if operand <= index * op::WORDS || operand >= size || operand % op::WORDS != 0 {
                    return Err("where a condition goes on");
                }
            }
            op::END if open > 0 => open -= 1,
            op::NOT => {}
            op::TIME if footprint.reads_time => {}
            op::SEGMENT => footprint.asks(&segment_footprint(arena, operand)?.0)?,
            op::FLAG => asks_flag(program, operand, footprint)?,
            _ => return Err("an instruction"),
        }
    }
    if open == 0 { Ok(()) } else { Err("a group that is not closed") }
}

fn automaton(arena: &Arena, place: u32) -> Found {
    let count = arena.word(place.saturating_add(2));
    let words = arena.slice(place.saturating_add(3), count);
    if words.len() == count as usize && cutover_regex::validate(words) {
        Ok(())
    } else {
        Err("a regular expression")
    }
}
