//! Compiling: a ruleset to a program. Every refusal happens here or before, never while deciding.

mod assemble;
#[cfg(feature = "change")]
mod change;
#[cfg(not(feature = "change"))]
#[path = "unchanging.rs"]
mod change;
mod client;
mod code;
mod contract;
mod digest;
mod flag;
mod graph;
mod lint;
mod migration;
#[cfg(feature = "plans")]
mod plan;
#[cfg(feature = "change")]
mod rope;
pub(crate) mod zone;

use crate::diagnostic::{Diagnostic, LoadError};
use crate::document::{self, Arena, Node, PathId};
use crate::migration::CompiledMigration;
use crate::order::sort_by;
use crate::ruleset::Ruleset;
use crate::ruleset::fields::Reader;
use crate::ruleset::migration::Migration;
use crate::sections::Sections;
use assemble::{Assembler, place};
pub(crate) use change::{Source, apply};
use cutover_decider::format::{flag as flag_words, header, segment, zone as zone_words};
use cutover_decider::{Program, names, split_words, wide_words};
use digest::Digests;
pub(crate) use migration::notes_of;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use zone::Zone;

/// A program, and what goes with it.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) program: Program,
    /// Sorted by name.
    pub(crate) migrations: Vec<CompiledMigration>,
    /// Comparators, path tables and delivery policies.
    pub(crate) sections: Arc<Sections>,
    /// What somebody should look at although the ruleset loads.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Flags with a day on which they expire, in milliseconds, and what to say then.
    pub(crate) expiries: Vec<(i64, Diagnostic)>,
    /// What it was compiled from, where a change of it can be told from the text alone.
    pub(crate) source: Option<Source>,
}

/// Reads and compiles a document.
pub(crate) fn compile(text: &[u8]) -> Result<Compiled, LoadError> {
    let arena = Arena::new();
    let (node, spans) =
        document::read_spanned(text, &arena).map_err(|diagnostics| LoadError { diagnostics })?;
    let (compiled, digests) = compile_node(&node)?;
    let source = Source::of(text, &spans, digests, &compiled.program);
    Ok(Compiled { source, ..compiled })
}

fn compile_node(node: &Node<'_>) -> Result<(Compiled, Digests), LoadError> {
    let mut reader = Reader::default();
    let mut ruleset = reader.ruleset(node);
    let mut sections = std::mem::take(&mut ruleset.sections);
    let with_fallbacks = ruleset.flags.iter().filter(|flag| !flag.fallbacks.is_empty());
    sections.fallbacks = with_fallbacks
        .map(|flag| (flag.name.to_owned(), flag.fallbacks.iter().map(|name| name.value.to_owned()).collect()))
        .collect();
    let sections = Arc::new(sections);
    sort_by(&mut ruleset.segments, |a, b| a.name.cmp(b.name));
    sort_by(&mut ruleset.flags, |a, b| a.name.cmp(b.name));
    sort_by(&mut ruleset.migrations, |a, b| a.name.cmp(&b.name));
    let readable = reader.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    let mut compiler = Compiler::new(&ruleset, reader);
    compiler.check_names();
    compiler.check_clients();
    #[cfg(feature = "plans")]
    compiler.check_plans(&sections);
    // A cycle, or a name that nothing has, would make the rest of the compiler guess.
    let sound = compiler.reader.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    let order = compiler.order();
    if let (Some(order), true) = (order, sound) {
        compiler.compile_all(&order);
    }
    compiler.compile_migrations();
    compiler.keep_notes(node, &sections);
    if readable {
        compiler.lint();
        #[cfg(feature = "plans")]
        compiler.lint_plans(node, &sections);
    }
    let Compiler { reader, out, migrations, expiries, .. } = compiler;
    let diagnostics = reader.into_diagnostics();
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(LoadError { diagnostics });
    }
    let digests = Digests::of(node);
    let program = flag::fix_outcomes(Program::trusted(sealed(out.finish(), &digests)));
    Ok((Compiled { program, migrations, sections, warnings: diagnostics, expiries, source: None }, digests))
}

/// Writes the digest into the header.
fn sealed(mut arena: cutover_decider::Arena, digests: &Digests) -> cutover_decider::Arena {
    for (word, part) in arena.words.iter_mut().zip(wide_words(digests.whole())) {
        *word = part;
    }
    arena
}

/// What compiling builds up.
struct Compiler<'r> {
    ruleset: &'r Ruleset<'r>,
    reader: Reader,
    /// What a path is written to while it is looked up.
    suffix: String,
    /// What the code of a condition is written to before it is laid out.
    ops: code::Ops,
    sorted: flag::Sorted<'r>,
    /// What the rules of a flag are written to before they are laid out.
    rules: Vec<u32>,
    out: Assembler,
    migrations: Vec<CompiledMigration>,
    expiries: Vec<(i64, Diagnostic)>,
    zones: BTreeMap<Box<str>, u32>,
    zone_records: Vec<u32>,
    /// What each segment, then each flag, costs and reads; nothing where nothing asks it.
    footprints: Vec<Footprint>,
    /// Which segments, then which flags, something may ask.
    is_asked: Vec<bool>,
    /// The numbers of flags that others ask.
    asked: Vec<u32>,
    /// The names of the variants of flags that are asked, sorted.
    variants: BTreeMap<u32, Rc<[&'r str]>>,
    /// The steps of all segments and flags.
    all_steps: u64,
}

/// What evaluating a segment or a flag may take at the most.
#[derive(Debug, Clone, Default)]
struct Footprint {
    steps: u32,
    depth: u32,
    /// The numbers of attributes, ascending.
    reads: Vec<u32>,
    reads_time: bool,
    /// Whether a condition asks for a bucket, its own or that of a segment.
    draws: bool,
}

impl Footprint {
    /// Nothing, in the same memory.
    fn clear(&mut self) {
        let mut reads = std::mem::take(&mut self.reads);
        reads.clear();
        *self = Self { reads, ..Self::default() };
    }

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

use cutover_decider::format::{MAX_ALL_STEPS, MAX_CHAIN, MAX_STEPS};

impl<'r> Compiler<'r> {
    fn new(ruleset: &'r Ruleset<'r>, reader: Reader) -> Self {
        let footprints = vec![Footprint::default(); ruleset.segments.len() + ruleset.flags.len()];
        Self {
            ruleset,
            reader,
            suffix: String::new(),
            ops: code::Ops::new(),
            sorted: flag::Sorted::default(),
            rules: Vec::new(),
            out: Assembler::new(),
            migrations: Vec::new(),
            expiries: Vec::new(),
            zones: BTreeMap::new(),
            zone_records: Vec::new(),
            // Migrations ask what they like.
            is_asked: vec![!ruleset.migrations.is_empty(); footprints.len()],
            footprints,
            asked: Vec::new(),
            variants: BTreeMap::new(),
            all_steps: 0,
        }
    }

    /// The number of a zone in the program; the ruleset's own, or UTC, where none is named.
    fn zone(&mut self, name: Option<&str>) -> u32 {
        let name = name.or(self.ruleset.timezone.as_ref().map(|zone| zone.value)).unwrap_or("UTC");
        if let Some(zone) = self.zones.get(name) {
            return *zone;
        }
        let number = place(self.zones.len());
        self.zones.insert(name.into(), number);
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
        self.ruleset.segments.binary_search_by(|segment| segment.name.cmp(name)).ok().map(place)
    }

    fn flag_number(&self, name: &str) -> Option<u32> {
        self.ruleset.flags.binary_search_by(|flag| flag.name.cmp(name)).ok().map(place)
    }

    /// The names of the variants of a flag, sorted; looked up again and again, they are sorted once.
    fn variants_of(&mut self, flag: u32) -> Rc<[&'r str]> {
        if let Some(names) = self.variants.get(&flag) {
            return Rc::clone(names);
        }
        let names = self.ruleset.flags.get(flag as usize).map(flag::sorted_variants).unwrap_or_default();
        let names: Rc<[&'r str]> = names.into();
        self.variants.insert(flag, Rc::clone(&names));
        names
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
        let mut footprint = Footprint::default();
        for &node in order {
            footprint.clear();
            if let Some(segment) = ruleset.segments.get(node) {
                let (start, end) = self.condition(&segment.condition, segment.path, &mut footprint);
                let [name, length] = self.out.text(segment.name);
                let time = if footprint.reads_time { segment::READS_TIME } else { 0 };
                let reads = self.out.push(&footprint.reads);
                let (steps, depth, count) =
                    (footprint.steps, footprint.depth | time, place(footprint.reads.len()));
                let record = [name, length, start, end, steps, depth, reads, count];
                let at = self.out.arena.word(header::SEGMENTS) + place(node) * segment::WORDS;
                self.out.put(at, &record);
                self.keep(node, &footprint, segment.path, segment.at);
            } else if let Some(flag) = node.checked_sub(segments).and_then(|index| ruleset.flags.get(index)) {
                let record = self.flag(flag, &mut footprint);
                let at = self.out.arena.word(header::FLAGS) + place(node - segments) * flag_words::WORDS;
                self.out.put(at, &record);
                self.keep(node, &footprint, flag.path, flag.at);
            }
        }
        for asked in std::mem::take(&mut self.asked) {
            let at = self.out.arena.word(header::FLAGS) + asked * flag_words::WORDS + flag_words::BITS;
            let bits = self.out.arena.word(at) | flag_words::ASKED;
            self.out.put(at, &[bits]);
        }
        let slots = names::index(ruleset.flags.iter().map(|flag| flag.name.as_bytes()));
        self.out.table(header::NAMES, slots.len() / names::SLOT_WORDS as usize, &slots);
        let zones = std::mem::take(&mut self.zone_records);
        self.out.table(header::ZONES, zones.len() / zone_words::WORDS as usize, &zones);
    }

    /// Remembers what a segment or flag costs; refuses what could take too long to decide.
    fn keep(&mut self, node: usize, footprint: &Footprint, path: PathId, at: crate::Position) {
        if footprint.steps > MAX_STEPS {
            self.reader.note(
                Diagnostic::error(
                    "too_expensive",
                    self.reader.paths.render(path),
                    at,
                    "deciding this could take too many steps",
                )
                .found(format!("{} steps", footprint.steps))
                .expected([format!(
                    "at most {MAX_STEPS} steps, those of the flags and segments that it asks included"
                )]),
            );
        }
        let before = self.all_steps;
        self.all_steps += u64::from(footprint.steps);
        if before <= MAX_ALL_STEPS && self.all_steps > MAX_ALL_STEPS {
            self.reader.note(
                Diagnostic::error(
                    "too_expensive",
                    self.reader.paths.render(path),
                    at,
                    "deciding all flags could take too many steps",
                )
                .found("this one exceeds it")
                .expected([format!("at most {MAX_ALL_STEPS} steps of all flags and segments")])
                .help("let fewer flags ask expensive segments or flags"),
            );
        }
        if footprint.depth > MAX_CHAIN {
            self.reader.note(
                Diagnostic::error(
                    "nested_too_deep",
                    self.reader.paths.render(path),
                    at,
                    "the flags and segments that this asks form too long a chain",
                )
                .found(format!("{} links", footprint.depth))
                .expected([format!("at most {MAX_CHAIN} links")]),
            );
        }
        if let (Some(slot), Some(true)) = (self.footprints.get_mut(node), self.is_asked.get(node)) {
            *slot = footprint.clone();
        }
    }

    /// Whether there is what the migration refers to.
    fn check_references(&mut self, migration: &Migration) {
        let known = &self.ruleset.comparators;
        let profile = migration.compare.as_ref().and_then(|compare| compare.profile.as_ref());
        if let Some(profile) = profile.filter(|profile| !known.contains(&profile.value.as_str())) {
            self.reader.unknown_name("unknown_comparator", "comparator", profile, known.iter().copied());
        }
        let known = &self.ruleset.policies;
        let policy = migration.delivery.as_ref();
        if let Some(policy) = policy.filter(|policy| !known.contains(&policy.value.as_str())) {
            self.reader.unknown_name("unknown_policy", "delivery policy", policy, known.iter().copied());
        }
    }
}

/// Compiles what was read already.
#[cfg(test)]
pub(crate) fn compile_ruleset(ruleset: &Ruleset<'_>) -> Compiled {
    let mut compiler = Compiler::new(ruleset, Reader::default());
    compiler.compile_migrations();
    let Compiler { out, migrations, .. } = compiler;
    let program = Program::trusted(out.finish());
    let sections = Arc::default();
    Compiled { program, migrations, sections, warnings: Vec::new(), expiries: Vec::new(), source: None }
}
