//! Compiling: a ruleset to a program. Every refusal happens here or before, never while deciding.

mod assemble;
mod code;
mod digest;
mod flag;
mod graph;
mod lint;
mod migration;
pub(crate) mod zone;

use crate::diagnostic::{Diagnostic, LoadError};
use crate::document::{self, Node};
use crate::migration::CompiledMigration;
use crate::ruleset::Ruleset;
use crate::ruleset::fields::Reader;
use crate::ruleset::migration::Migration;
use assemble::{Assembler, place};
use cutover_decider::format::{flag as flag_words, header, segment, zone as zone_words};
use cutover_decider::{Program, names, split_words, wide_words};
use std::collections::BTreeMap;
use zone::Zone;

/// A program, and what goes with it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) program: Program,
    /// Sorted by name.
    pub(crate) migrations: Vec<CompiledMigration>,
    /// What somebody should look at although the ruleset loads.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Flags with a day on which they expire, in milliseconds, and what to say then.
    pub(crate) expiries: Vec<(i64, Diagnostic)>,
}

/// Reads and compiles a document.
pub(crate) fn compile(text: &[u8]) -> Result<Compiled, LoadError> {
    let node = document::read(text).map_err(|diagnostics| LoadError { diagnostics })?;
    compile_node(&node)
}

fn compile_node(node: &Node) -> Result<Compiled, LoadError> {
    let mut reader = Reader::default();
    let mut ruleset = reader.ruleset(node);
    ruleset.segments.sort_by(|a, b| a.name.cmp(&b.name));
    ruleset.flags.sort_by(|a, b| a.name.cmp(&b.name));
    ruleset.migrations.sort_by(|a, b| a.name.cmp(&b.name));
    let readable = reader.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    let mut compiler = Compiler::new(&ruleset, reader);
    compiler.check_names();
    // A cycle, or a name that nothing has, would make the rest of the compiler guess.
    let sound = compiler.reader.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    let order = compiler.order();
    if let (Some(order), true) = (order, sound) {
        compiler.compile_all(&order);
    }
    compiler.compile_migrations();
    if readable {
        compiler.lint();
    }
    let Compiler { reader, out, migrations, expiries, .. } = compiler;
    let diagnostics = reader.into_diagnostics();
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(LoadError { diagnostics });
    }
    let mut arena = out.finish();
    let digest = wide_words(digest::of(node));
    for (word, part) in arena.words.iter_mut().zip(digest) {
        *word = part;
    }
    let program = flag::fix_outcomes(Program::trusted(arena));
    Ok(Compiled { program, migrations, warnings: diagnostics, expiries })
}

/// What compiling builds up.
struct Compiler<'r> {
    ruleset: &'r Ruleset,
    reader: Reader,
    out: Assembler,
    migrations: Vec<CompiledMigration>,
    expiries: Vec<(i64, Diagnostic)>,
    zones: BTreeMap<String, u32>,
    zone_records: Vec<u32>,
    /// What each segment, then each flag, costs and reads.
    footprints: Vec<Footprint>,
}

/// What evaluating a segment or a flag may take at the most.
#[derive(Debug, Clone, Default)]
struct Footprint {
    steps: u32,
    depth: u32,
    /// The numbers of attributes, ascending.
    reads: Vec<u32>,
    reads_time: bool,
}

impl Footprint {
    fn read(&mut self, attribute: u32) {
        if let Err(at) = self.reads.binary_search(&attribute) {
            self.reads.insert(at, attribute);
        }
    }

    fn spend(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(place(steps));
    }

    fn add(&mut self, other: &Self) {
        self.steps = self.steps.saturating_add(other.steps).saturating_add(1);
        self.depth = self.depth.max(other.depth + 1);
        other.reads.iter().for_each(|attribute| self.read(*attribute));
        self.reads_time |= other.reads_time;
    }
}

use cutover_decider::format::{MAX_CHAIN, MAX_STEPS};

impl<'r> Compiler<'r> {
    fn new(ruleset: &'r Ruleset, reader: Reader) -> Self {
        let footprints = vec![Footprint::default(); ruleset.segments.len() + ruleset.flags.len()];
        Self {
            ruleset,
            reader,
            out: Assembler::new(),
            migrations: Vec::new(),
            expiries: Vec::new(),
            zones: BTreeMap::new(),
            zone_records: Vec::new(),
            footprints,
        }
    }

    /// The number of a zone in the program; the ruleset's own, or UTC, where none is named.
    fn zone(&mut self, name: Option<&str>) -> u32 {
        let name = name.or(self.ruleset.timezone.as_ref().map(|zone| zone.value.as_str())).unwrap_or("UTC");
        if let Some(zone) = self.zones.get(name) {
            return *zone;
        }
        let number = place(self.zones.len());
        self.zones.insert(name.to_owned(), number);
        // Names were checked while reading, so every one loads.
        let zone = Zone::load(name).unwrap_or_default();
        let [offset, length] = self.out.text(name);
        let mut transitions =
            Vec::with_capacity(zone.transitions.len() * zone_words::TRANSITION_WORDS as usize);
        for (at_ms, offset) in &zone.transitions {
            transitions.extend(split_words(at_ms.cast_unsigned()));
            transitions.push(offset.cast_unsigned());
        }
        let at = self.out.push(&transitions);
        let count = place(zone.transitions.len());
        self.zone_records.extend([offset, length, zone.first.cast_unsigned(), at, count]);
        number
    }

    fn segment_number(&self, name: &str) -> Option<u32> {
        self.ruleset.segments.binary_search_by(|segment| segment.name.as_str().cmp(name)).ok().map(place)
    }

    fn flag_number(&self, name: &str) -> Option<u32> {
        self.ruleset.flags.binary_search_by(|flag| flag.name.as_str().cmp(name)).ok().map(place)
    }

    /// Compiles segments and flags, those that others refer to first.
    fn compile_all(&mut self, order: &[usize]) {
        let ruleset = self.ruleset;
        let segments = ruleset.segments.len();
        self.out.table(header::SEGMENTS, segments, &vec![0; segments * segment::WORDS as usize]);
        self.out.table(
            header::FLAGS,
            ruleset.flags.len(),
            &vec![0; ruleset.flags.len() * flag_words::WORDS as usize],
        );
        for &node in order {
            let mut footprint = Footprint::default();
            if let Some(segment) = ruleset.segments.get(node) {
                let base = format!("segments.{}", segment.name);
                let (start, end) = self.condition(&segment.condition, &base, &mut footprint);
                let [name, length] = self.out.text(&segment.name);
                let time = if footprint.reads_time { segment::READS_TIME } else { 0 };
                let reads = self.out.push(&footprint.reads);
                let (steps, depth, count) =
                    (footprint.steps, footprint.depth | time, place(footprint.reads.len()));
                let record = [name, length, start, end, steps, depth, reads, count];
                let at = self.out.arena.word(header::SEGMENTS) + place(node) * segment::WORDS;
                self.out.put(at, &record);
                self.keep(node, footprint, &base, segment.at);
            } else if let Some(flag) = node.checked_sub(segments).and_then(|index| ruleset.flags.get(index)) {
                let record = self.flag(flag, &mut footprint);
                let at = self.out.arena.word(header::FLAGS) + place(node - segments) * flag_words::WORDS;
                self.out.put(at, &record);
                self.keep(node, footprint, &format!("flags.{}", flag.name), flag.at);
            }
        }
        let slots = names::index(ruleset.flags.iter().map(|flag| flag.name.as_bytes()));
        self.out.table(header::NAMES, slots.len() / names::SLOT_WORDS as usize, &slots);
        let zones = std::mem::take(&mut self.zone_records);
        self.out.table(header::ZONES, zones.len() / zone_words::WORDS as usize, &zones);
    }

    /// Remembers what a segment or flag costs; refuses what could take too long to decide.
    fn keep(&mut self, node: usize, footprint: Footprint, path: &str, at: crate::Position) {
        if footprint.steps > MAX_STEPS {
            self.reader.note(
                Diagnostic::error("too_expensive", path, at, "deciding this could take too many steps")
                    .found(format!("{} steps", footprint.steps))
                    .expected([format!(
                        "at most {MAX_STEPS} steps, those of the flags and segments that it asks included"
                    )]),
            );
        }
        if footprint.depth > MAX_CHAIN {
            self.reader.note(
                Diagnostic::error(
                    "nested_too_deep",
                    path,
                    at,
                    "the flags and segments that this asks form too long a chain",
                )
                .found(format!("{} links", footprint.depth))
                .expected([format!("at most {MAX_CHAIN} links")]),
            );
        }
        if let Some(slot) = self.footprints.get_mut(node) {
            *slot = footprint;
        }
    }

    fn check_comparator(&mut self, migration: &Migration) {
        let known = &self.ruleset.comparators;
        let profile = migration.compare.as_ref().and_then(|compare| compare.profile.as_ref());
        if let Some(profile) = profile.filter(|profile| !known.contains(&profile.value)) {
            self.reader.unknown_name(
                "unknown_comparator",
                "comparator",
                profile,
                known.iter().map(String::as_str),
            );
        }
    }
}

/// Compiles what was read already.
#[cfg(test)]
pub(crate) fn compile_ruleset(ruleset: &Ruleset) -> Compiled {
    let mut compiler = Compiler::new(ruleset, Reader::default());
    compiler.compile_migrations();
    let Compiler { out, migrations, .. } = compiler;
    let program = Program::trusted(out.finish());
    Compiled { program, migrations, warnings: Vec::new(), expiries: Vec::new() }
}
