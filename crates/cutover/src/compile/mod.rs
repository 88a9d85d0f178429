//! Compiling: a ruleset to a program. Every refusal happens here or before, never while deciding.

mod code;
mod digest;
mod flag;
mod graph;
mod lint;

use crate::context::AttributeId;
use crate::diagnostic::{Diagnostic, LoadError};
use crate::document::{self, Arena, Node};
use crate::migration::CompiledMigration;
use crate::program::index::NameIndex;
use crate::program::op::Tables;
use crate::program::zone::Zone;
use crate::program::{FlagProgram, Program, RequireProgram, RuleProgram, SegmentProgram};
use crate::ruleset::Ruleset;
use crate::ruleset::fields::Reader;
use crate::ruleset::migration::Migration;
use std::collections::BTreeMap;

/// A program, and what somebody should look at although the ruleset loads.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) program: Program,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Reads and compiles a document.
pub(crate) fn compile(text: &[u8]) -> Result<Compiled, LoadError> {
    let arena = Arena::new();
    let node = document::read(text, &arena).map_err(|diagnostics| LoadError { diagnostics })?;
    compile_node(&node)
}

fn compile_node(node: &Node<'_>) -> Result<Compiled, LoadError> {
    let mut reader = Reader::default();
    let mut ruleset = reader.ruleset(node);
    ruleset.segments.sort_by(|a, b| a.name.cmp(b.name));
    ruleset.flags.sort_by(|a, b| a.name.cmp(b.name));
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
    let Compiler { reader, program, .. } = compiler;
    let diagnostics = reader.into_diagnostics();
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(LoadError { diagnostics });
    }
    Ok(Compiled { program: finish(program, digest::of(node)), warnings: diagnostics })
}

fn finish(mut program: Program, digest: u128) -> Program {
    program.flag_names =
        NameIndex::new(program.flags.iter().map(|flag| flag.name.as_bytes()).collect::<Vec<_>>().into_iter());
    program.digest = digest;
    program.digest_text = format!("{digest:032x}");
    program
}

/// What compiling builds up.
struct Compiler<'r> {
    ruleset: &'r Ruleset<'r>,
    reader: Reader,
    program: Program,
    attributes: BTreeMap<String, AttributeId>,
    zones: BTreeMap<String, u32>,
    /// What each segment, then each flag, costs and reads.
    footprints: Vec<Footprint>,
}

/// What evaluating a segment or a flag may take at the most.
#[derive(Debug, Clone, Default)]
struct Footprint {
    steps: u64,
    depth: u32,
    reads: std::collections::BTreeSet<AttributeId>,
    reads_time: bool,
}

impl Footprint {
    fn add(&mut self, other: &Self) {
        self.steps = self.steps.saturating_add(other.steps).saturating_add(1);
        self.depth = self.depth.max(other.depth + 1);
        self.reads.extend(&other.reads);
        self.reads_time |= other.reads_time;
    }
}

/// The most instructions that one decision may take, prerequisites included.
const MAX_STEPS: u64 = 1_000_000;

/// The longest chain of flags and segments that refer to each other.
const MAX_CHAIN: u32 = 32;

impl<'r> Compiler<'r> {
    fn new(ruleset: &'r Ruleset<'r>, reader: Reader) -> Self {
        let footprints = vec![Footprint::default(); ruleset.segments.len() + ruleset.flags.len()];
        let program = Program {
            digest: 0,
            digest_text: String::new(),
            attributes: Vec::new(),
            flags: Vec::new(),
            flag_names: NameIndex::default(),
            rules: Vec::new(),
            requires: Vec::new(),
            code: Vec::new(),
            code_paths: Vec::new(),
            segments: Vec::new(),
            tables: Tables::default(),
            migrations: Vec::new(),
            expiries: Vec::new(),
        };
        Self { ruleset, reader, program, attributes: BTreeMap::new(), zones: BTreeMap::new(), footprints }
    }

    fn attribute(&mut self, path: &str) -> AttributeId {
        intern(&mut self.attributes, &mut self.program.attributes, path)
    }

    /// The number of a zone in the tables; the ruleset's own, or UTC, where none is named.
    fn zone(&mut self, name: Option<&str>) -> u32 {
        let name = name.or(self.ruleset.timezone.as_ref().map(|zone| zone.value)).unwrap_or("UTC");
        if let Some(zone) = self.zones.get(name) {
            return *zone;
        }
        let number = number(self.program.tables.zones.len());
        // Names were checked while reading, so every one loads.
        self.program.tables.zones.extend(Zone::load(name));
        self.zones.insert(name.to_owned(), number);
        number
    }

    fn segment_number(&self, name: &str) -> Option<u32> {
        self.ruleset.segments.binary_search_by(|segment| segment.name.cmp(name)).ok().map(number)
    }

    fn flag_number(&self, name: &str) -> Option<u32> {
        self.ruleset.flags.binary_search_by(|flag| flag.name.cmp(name)).ok().map(number)
    }

    /// Compiles segments and flags, those that others refer to first.
    fn compile_all(&mut self, order: &[usize]) {
        let segments = self.ruleset.segments.len();
        let mut segment_slots: Vec<Option<SegmentProgram>> = (0..segments).map(|_| None).collect();
        let mut flag_slots: Vec<Option<FlagProgram>> = self.ruleset.flags.iter().map(|_| None).collect();
        for &node in order {
            if let Some(segment) = self.ruleset.segments.get(node) {
                let mut footprint = Footprint::default();
                let code = self.condition(&segment.condition, &mut footprint);
                if let Some(slot) = segment_slots.get_mut(node) {
                    *slot = Some(SegmentProgram { name: segment.name.to_owned(), code });
                }
                self.keep(node, footprint, &format!("segments.{}", segment.name), segment.at);
            } else if let Some(flag) =
                node.checked_sub(segments).and_then(|index| self.ruleset.flags.get(index))
            {
                let mut footprint = Footprint::default();
                let compiled = self.flag(flag, &mut footprint);
                if let Some(slot) = flag_slots.get_mut(node - segments) {
                    *slot = Some(compiled);
                }
                self.keep(node, footprint, &format!("flags.{}", flag.name), flag.at);
            }
        }
        self.program.segments = segment_slots.into_iter().flatten().collect();
        self.program.flags = flag_slots.into_iter().flatten().collect();
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

    fn compile_migrations(&mut self) {
        let ruleset = self.ruleset;
        for migration in &ruleset.migrations {
            self.check_comparator(migration);
            let compiled = CompiledMigration::new(migration, |path| self.attribute(path));
            self.program.migrations.push(compiled);
        }
    }

    fn check_comparator(&mut self, migration: &Migration) {
        let known = &self.ruleset.comparators;
        let profile = migration.compare.as_ref().and_then(|compare| compare.profile.as_ref());
        if let Some(profile) = profile.filter(|profile| !known.contains(&profile.value.as_str())) {
            self.reader.unknown_name("unknown_comparator", "comparator", profile, known.iter().copied());
        }
    }

    fn rule(&mut self, rule: RuleProgram) {
        self.program.rules.push(rule);
    }

    fn require(&mut self, require: RequireProgram) {
        self.program.requires.push(require);
    }
}

fn intern(
    attributes: &mut BTreeMap<String, AttributeId>,
    paths: &mut Vec<String>,
    path: &str,
) -> AttributeId {
    if let Some(attribute) = attributes.get(path) {
        return *attribute;
    }
    let attribute = AttributeId(number(paths.len()));
    attributes.insert(path.to_owned(), attribute);
    paths.push(path.to_owned());
    attribute
}

/// A table index. Documents are far too small for one that does not fit.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
