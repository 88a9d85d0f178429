//! Programs: a ruleset compiled to one arena, immutable, shareable, identified by its digest.

mod file;
pub mod names;

use crate::Arena;
use crate::context::{AttributeId, ContextView};
use crate::contract::Hash;
use crate::decide::{Machine, Observer, Silent, Walking, decide};
use crate::format::{NONE, contract, flag, header, segment};
use crate::outcome::Outcome;
pub use file::ProgramError;

/// A compiled ruleset: see [`format`](crate::format).
///
/// What a program holds is safe to decide with, whatever it was loaded from; [`Program::from_bytes`] refuses what
/// does not hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub(crate) arena: Arena,
}

impl Program {
    /// The program that a compiler laid out in an arena.
    ///
    /// # Errors
    /// [`ProgramError::Unsound`] where it does not hold together.
    pub fn new(arena: Arena) -> Result<Self, ProgramError> {
        let program = Self { arena };
        match crate::validate::validate(&program) {
            Ok(()) => Ok(program),
            Err(crate::validate::BEYOND) => Err(ProgramError::Beyond(crate::validate::BEYOND)),
            Err(part) => Err(ProgramError::Unsound(part)),
        }
    }

    /// The same without looking whether it holds together: for a compiler that has just laid it out. Deciding with
    /// what does not hold together gives wrong answers, and is as safe as with any other program.
    #[must_use]
    pub fn trusted(arena: Arena) -> Self {
        Self { arena }
    }

    /// The words and the text.
    #[must_use]
    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// The arena again, to lay out something else in it.
    #[must_use]
    pub fn into_arena(self) -> Arena {
        self.arena
    }

    /// What the ruleset's content hashes to.
    #[must_use]
    pub fn digest(&self) -> u128 {
        let words = self.arena.record::<4>(header::DIGEST).copied().unwrap_or_default();
        crate::decide::cidr::wide(words)
    }

    /// How many flags there are.
    #[must_use]
    pub fn flag_count(&self) -> u32 {
        self.arena.word(header::FLAGS + 1)
    }

    /// The flag of this number: the words of [`flag`](crate::format::flag).
    #[must_use]
    #[inline]
    pub fn flag_record(&self, number: u32) -> Option<&[u32; flag::WORDS as usize]> {
        crate::decide::flag_record(self.arena.view(), number)
    }

    /// The number of the flag of this name.
    #[must_use]
    #[inline]
    pub fn find(&self, name: &str) -> Option<u32> {
        let &[slots, slot_count] = self.arena.record(header::NAMES)?;
        let slots = self.arena.slice(slots, slot_count.wrapping_mul(names::SLOT_WORDS));
        if slots.is_empty() {
            return self.search(name);
        }
        let is = |number: u32| {
            self.flag_record(number).is_some_and(|[offset, length, ..]| {
                *length as usize == name.len() && self.arena.bytes_at(*offset, *length) == name.as_bytes()
            })
        };
        names::find(slots, name.as_bytes(), is)
    }

    /// The number of the flag of this name by the order of the names, where no index could be made.
    #[cold]
    fn search(&self, name: &str) -> Option<u32> {
        names::search(self.flag_count(), name, |number| self.flag_name(number))
    }

    /// The name of a flag; empty where there is no such flag.
    #[must_use]
    #[inline]
    pub fn flag_name(&self, number: u32) -> &str {
        self.flag_record(number).map_or("", |[offset, length, ..]| self.arena.text_at(*offset, *length))
    }

    /// The names of a flag's variants and the numbers of their values, in order.
    pub fn variants(&self, number: u32) -> impl ExactSizeIterator<Item = (&str, u32)> {
        let &[_, _, _, _, _, _, _, _, place, count, ..] = self.flag_record(number).unwrap_or(&[0; 16]);
        let words = self.arena.slice(place, count.saturating_mul(flag::VARIANT_WORDS));
        let words = words.as_chunks::<{ flag::VARIANT_WORDS as usize }>().0;
        words.iter().map(|[offset, length, value]| (self.arena.text_at(*offset, *length), *value))
    }

    /// One variant of a flag.
    #[must_use]
    #[inline]
    pub fn variant(&self, number: u32, variant: u16) -> Option<(&str, u32)> {
        let &[_, _, _, _, _, _, _, _, place, count, ..] = self.flag_record(number)?;
        let variant = u32::from(variant);
        let &[offset, length, value] = (variant < count)
            .then(|| self.arena.record(place.wrapping_add(variant.wrapping_mul(flag::VARIANT_WORDS))))??;
        Some((self.arena.text_at(offset, length), value))
    }

    /// How many distinct values the variants have.
    #[must_use]
    pub fn value_count(&self) -> u32 {
        self.arena.word(header::VALUES + 1)
    }

    /// A value of variants, as JSON.
    #[must_use]
    pub fn value(&self, number: u32) -> &str {
        self.text_of(header::VALUES, number)
    }

    /// The numbers of the attributes that deciding a flag may read, those of its prerequisites included, ascending.
    #[must_use]
    #[inline]
    pub fn reads(&self, number: u32) -> &[u32] {
        match self.flag_record(number) {
            Some([_, _, _, _, _, _, _, _, _, _, place, count, ..]) => self.arena.slice(*place, *count),
            None => &[],
        }
    }

    /// Whether the answer of a flag depends on the time.
    #[must_use]
    pub fn reads_time(&self, number: u32) -> bool {
        self.flag_record(number).is_some_and(|[_, _, bits, ..]| bits & flag::READS_TIME != 0)
    }

    /// The packed outcome of a flag for everybody, where it reads neither attributes nor time.
    #[must_use]
    #[inline]
    pub fn fixed(&self, number: u32) -> Option<u32> {
        let [_, _, bits, outcome, ..] = self.flag_record(number)?;
        (bits & flag::FIXED != 0).then_some(*outcome)
    }

    /// How many attributes anything reads.
    #[must_use]
    pub fn attribute_count(&self) -> u32 {
        self.arena.word(header::ATTRIBUTES + 1)
    }

    /// The path of an attribute.
    #[must_use]
    pub fn attribute(&self, attribute: AttributeId) -> &str {
        self.text_of(header::ATTRIBUTES, u32::try_from(attribute.index()).unwrap_or(u32::MAX))
    }

    /// The paths of the attributes, in the order of their numbers: that of the slots of a
    /// [`PackedContext`](crate::packed::PackedContext).
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = &str> {
        let words =
            self.arena.slice(self.arena.word(header::ATTRIBUTES), self.attribute_count().saturating_mul(2));
        words.as_chunks::<2>().0.iter().map(|[offset, length]| self.arena.text_at(*offset, *length))
    }

    /// The path of a condition below its rule or segment.
    #[must_use]
    pub fn path(&self, number: u32) -> &str {
        self.text_of(header::PATHS, number)
    }

    /// The name of a segment.
    #[must_use]
    pub fn segment_name(&self, number: u32) -> &str {
        if number >= self.arena.word(header::SEGMENTS + 1) {
            return "";
        }
        let place = number.saturating_mul(segment::WORDS);
        self.arena.text(self.arena.word(header::SEGMENTS).saturating_add(place))
    }

    /// The hash of the [contract](crate::format::contract) at a place.
    #[must_use]
    pub fn contract_hash(&self, place: u32) -> Option<Hash> {
        Hash::numbered(self.arena.word(place.saturating_add(contract::HASH)) & contract::NUMBER)
    }

    /// What that contract hashes units with, where it has a salt.
    #[must_use]
    pub fn contract_salt(&self, place: u32) -> Option<&str> {
        let at = place.saturating_add(contract::SALT);
        (self.arena.word(at) != NONE).then(|| self.arena.text(at))
    }

    /// The attributes that give its unit, in order.
    #[must_use]
    pub fn contract_attributes(&self, place: u32) -> &[u32] {
        let count = self.arena.word(place.saturating_add(contract::COUNT));
        self.arena.slice(place.saturating_add(contract::WORDS), count)
    }

    /// What was kept for showing the program to people, as JSON.
    #[must_use]
    pub fn notes(&self) -> &str {
        self.arena.text(header::NOTES)
    }

    /// Decides the flag of this number at `now_ms`, milliseconds since the epoch: an outcome,
    /// [packed](Outcome::pack). It does not allocate.
    #[must_use]
    #[inline]
    pub fn packed<C: ContextView>(&self, number: u32, view: &C, now_ms: i64) -> u32 {
        decide(&mut Machine::new(self, view, now_ms, &mut Silent), number)
    }

    /// The same for a [packed buffer](crate::packed). It is compiled with this crate, as this crate is, whoever calls it
    /// and however that is compiled; the smallest module has one way in less.
    #[must_use]
    #[cfg(not(cutover_smallest))]
    #[inline(never)]
    pub fn packed_in(&self, number: u32, buffer: &[u8], now_ms: i64) -> u32 {
        self.packed(number, &crate::packed::PackedContext::new(buffer), now_ms)
    }

    /// The same, taken apart.
    #[must_use]
    #[inline]
    pub fn outcome<C: ContextView>(&self, number: u32, view: &C, now_ms: i64) -> Outcome {
        Outcome::unpack(self.packed(number, view, now_ms))
            .unwrap_or(Outcome::error(crate::ErrorCode::FlagNotFound, None))
    }

    /// The same while somebody watches: one copy of the code for all who do, where each context has one of its own for
    /// what is not watched.
    #[must_use]
    #[inline(never)]
    pub fn watched(
        &self,
        number: u32,
        view: &dyn ContextView,
        now_ms: i64,
        observer: &mut dyn Observer,
    ) -> u32 {
        decide(&mut Machine::new(self, view, now_ms, observer), number)
    }

    /// The packed outcome of a flag for a context without attributes, found step by step: for the compiler, before it has
    /// written down what is fixed.
    #[must_use]
    pub fn walked(&self, number: u32) -> u32 {
        self.watched(number, &crate::packed::PackedContext::new(&[]), 0, &mut Walking)
    }

    /// The text of this number in a table of texts.
    fn text_of(&self, table: u32, number: u32) -> &str {
        if number >= self.arena.word(table + 1) {
            return "";
        }
        self.arena.text(self.arena.word(table).saturating_add(number.saturating_mul(2)))
    }
}
