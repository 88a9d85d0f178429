//! Laying out a program: records and texts into an arena, each table of the header where it ends up.

use crate::document::{Content, Node};
use crate::order::sort_unstable_by;
use crate::ruleset::how::How;
use crate::ruleset::operator::Scalars;
use cutover_decider::bucket::push_salt;
use cutover_decider::format::{frame, header, set};
use cutover_decider::{Arena, ValueRef, names, set_bit, set_head, split_words};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An arena under construction.
#[derive(Debug)]
pub(super) struct Assembler {
    pub(super) arena: Arena,
    attributes: Interner,
    paths: Interner,
    values: Interner,
    names: Interner,
    shared: Shared,
    /// What a block is written to before it is known whether there is an equal one.
    scratch: Vec<u32>,
}

/// Blocks that were laid out, by what is in them: rulesets repeat themselves, and equal blocks are laid out once.
#[derive(Debug, Default)]
struct Shared {
    /// Hash, place and length; a length of 0 is a free slot. A power of two, and half of them free.
    slots: Vec<(u32, u32, u32)>,
    taken: usize,
}

impl Shared {
    /// The slot of a block: where it was laid out, or where it can be noted.
    fn slot(&self, arena: &Arena, hash: u32, words: &[u32]) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(&(other, place, length)) = self.slots.get(at) {
            let is_it =
                other == hash && length == self::place(words.len()) && arena.slice(place, length) == words;
            if length == 0 || is_it {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        if self.taken * 2 < self.slots.len() {
            return;
        }
        let size = (self.slots.len() * 2).max(64);
        for slot @ (hash, _, length) in std::mem::replace(&mut self.slots, vec![(0, 0, 0); size]) {
            let mut at = hash as usize & (size - 1);
            while self.slots.get(at).is_some_and(|(_, _, taken)| *taken != 0) {
                at = (at + 1) & (size - 1);
            }
            if let (Some(free), true) = (self.slots.get_mut(at), length != 0) {
                *free = slot;
            }
        }
    }
}

/// Texts that are kept once, by number.
#[derive(Debug, Default)]
struct Interner {
    numbers: BTreeMap<Box<str>, u32>,
    /// Offsets and lengths, in the order of the numbers.
    texts: Vec<u32>,
    /// Texts that were asked for lately, by hash: most are asked for again and again.
    recent: Vec<Interned>,
}

/// A text that is kept. The default is the empty one, and asked for as such it is sought all the same.
#[derive(Debug, Clone, Copy, Default)]
struct Interned {
    number: u32,
    offset: u32,
    length: u32,
}

/// How many texts an [`Interner`] has at hand; a power of two.
const RECENT: usize = 1024;

impl Interner {
    fn intern(&mut self, arena: &mut Arena, text: &str) -> Interned {
        #[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
        let slot = names::hash(text.as_bytes()) as usize % RECENT;
        if let Some(recent) = self.recent.get(slot)
            && recent.length as usize == text.len()
            && recent.length != 0
        {
            let (start, end) = (recent.offset as usize, recent.offset as usize + text.len());
            if arena.text.as_bytes().get(start..end) == Some(text.as_bytes()) {
                return *recent;
            }
        }
        let found = self.sought(arena, text);
        if self.recent.is_empty() {
            self.recent = vec![Interned::default(); RECENT];
        }
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = found;
        }
        found
    }

    /// A text that was not asked for lately.
    #[inline(never)]
    fn sought(&mut self, arena: &mut Arena, text: &str) -> Interned {
        let number = self.numbers.get(text).copied().unwrap_or_else(|| {
            let next = place(self.numbers.len());
            self.numbers.insert(text.into(), next);
            self.texts.extend(push_text(arena, text));
            next
        });
        let texts = self.texts.get(number as usize * 2..).and_then(|texts| texts.first_chunk());
        let [offset, length] = texts.copied().unwrap_or_default();
        Interned { number, offset, length }
    }

    fn number(&mut self, arena: &mut Arena, text: &str) -> u32 {
        self.intern(arena, text).number
    }
}

/// A place, a count or an offset. Documents are far too small for one that does not fit.
pub(super) fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The texts of a list that has few, written to `few`, where they are sorted and each is another: then they need no
/// list of their own.
fn few_in_order<'f, 'a>(values: Scalars<'a>, few: &'f mut [&'a str]) -> Option<&'f [&'a str]> {
    let places = few.get_mut(..values.len())?;
    let count = places.iter_mut().zip(values.texts()).map(|(place, text)| *place = text).count();
    few.get(..count).filter(|texts| texts.is_sorted_by(|a, b| a < b))
}

/// Any hash will do, for it never leaves the assembler.
fn hash(words: &[u32]) -> u32 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (pairs, last) = words.as_chunks::<2>();
    let mixed = pairs.iter().fold(0, |hash, [low, high]| mix(hash, u64::from(*low) | u64::from(*high) << 32));
    let mixed = last.iter().fold(mixed, |hash, word| mix(hash, u64::from(*word)));
    split_words(mixed)[1]
}

fn push_text(arena: &mut Arena, text: &str) -> [u32; 2] {
    let offset = place(arena.text.len());
    arena.text.push_str(text);
    [offset, place(text.len())]
}

impl Assembler {
    pub(super) fn new() -> Self {
        Self {
            arena: Arena { words: vec![0; header::WORDS as usize], text: String::new() },
            attributes: Interner::default(),
            paths: Interner::default(),
            values: Interner::default(),
            names: Interner::default(),
            shared: Shared::default(),
            scratch: Vec::new(),
        }
    }

    /// Goes on with the arena of a program: what is interned in it keeps its number.
    #[cfg(feature = "change")]
    pub(super) fn resume(arena: Arena) -> Self {
        let interned = |table: u32| {
            let texts = arena.slice(arena.word(table), arena.word(table + 1).saturating_mul(2)).to_vec();
            let texts_of =
                texts.as_chunks::<2>().0.iter().map(|[offset, length]| arena.text_at(*offset, *length));
            let numbers = texts_of.map(Box::from).zip(0..).collect();
            Interner { numbers, texts: texts.clone(), recent: Vec::new() }
        };
        let [attributes, paths, values] = [header::ATTRIBUTES, header::PATHS, header::VALUES].map(interned);
        let (names, shared, scratch) = (Interner::default(), Shared::default(), Vec::new());
        Self { attributes, paths, values, names, shared, scratch, arena }
    }

    /// Where the next record will lie.
    pub(super) fn next(&self) -> u32 {
        place(self.arena.words.len())
    }

    /// Appends words and gives their place.
    pub(super) fn push(&mut self, words: &[u32]) -> u32 {
        let at = self.next();
        self.arena.words.extend_from_slice(words);
        at
    }

    /// The place of a block of words, which is laid out unless an equal one was.
    pub(super) fn block(&mut self, words: &[u32]) -> u32 {
        if words.is_empty() {
            return self.next();
        }
        let hash = hash(words);
        self.shared.grow();
        let slot = self.shared.slot(&self.arena, hash, words);
        let next = self.next();
        match self.shared.slots.get_mut(slot) {
            Some((_, place, length)) if *length != 0 => return *place,
            Some(free) => *free = (hash, next, place(words.len())),
            None => {}
        }
        self.shared.taken += 1;
        self.push(words)
    }

    /// Appends a text: offset and length.
    pub(super) fn text(&mut self, text: &str) -> [u32; 2] {
        push_text(&mut self.arena, text)
    }

    /// Appends a text to hash with, in its frame: offset and length.
    pub(super) fn salt(&mut self, salt: &str) -> [u32; 2] {
        [place(push_salt(&mut self.arena.text, salt)), place(salt.len())]
    }

    /// A text that many flags share, such as the name of a variant.
    pub(super) fn name(&mut self, name: &str) -> [u32; 2] {
        let Interned { offset, length, .. } = self.names.intern(&mut self.arena, name);
        [offset, length]
    }

    /// Writes words over those at a place.
    pub(super) fn put(&mut self, at: u32, words: &[u32]) {
        let at = at as usize;
        if let Some(place) = self.arena.words.get_mut(at..at + words.len()) {
            place.copy_from_slice(words);
        }
    }

    pub(super) fn attribute(&mut self, path: &str) -> u32 {
        self.attributes.number(&mut self.arena, path)
    }

    pub(super) fn path(&mut self, path: &str) -> u32 {
        self.paths.number(&mut self.arena, path)
    }

    pub(super) fn value(&mut self, node: &Node<'_>) -> u32 {
        let text = match node.content {
            Content::Bool(true) => return self.values.number(&mut self.arena, "true"),
            Content::Bool(false) => return self.values.number(&mut self.arena, "false"),
            _ => crate::wire::to_json(&node.to_value()),
        };
        self.values.number(&mut self.arena, &text)
    }

    /// Appends a table of `count` records and notes it in the header.
    pub(super) fn table(&mut self, table: u32, count: usize, words: &[u32]) {
        let at = self.push(words);
        self.put(table, &[at, place(count)]);
    }

    /// Writes the tables of what was interned, which may have grown, and of nothing else.
    pub(super) fn finish(mut self) -> Arena {
        let tables = [
            (header::ATTRIBUTES, std::mem::take(&mut self.attributes.texts)),
            (header::PATHS, std::mem::take(&mut self.paths.texts)),
            (header::VALUES, std::mem::take(&mut self.values.texts)),
        ];
        for (table, words) in tables {
            // A table that has not grown stays where it is.
            if place(words.len()) != self.arena.word(table + 1).saturating_mul(2) {
                self.table(table, words.len() / 2, &words);
            }
        }
        // Frames of salts are read in pieces of fixed size, the last one too.
        self.arena.text.push_str(&" ".repeat(frame::READ_BYTES));
        self.arena
    }

    /// Appends a set of scalars and gives its place. Mappings, lists and nulls are in no set.
    pub(super) fn set(&mut self, values: Scalars<'_>) -> u32 {
        let (mut few, mut many) = ([""; set::FEW as usize], Vec::new());
        let texts = few_in_order(values, &mut few).unwrap_or_else(|| {
            many.extend(values.texts());
            sort_unstable_by(&mut many, Ord::cmp);
            many.dedup();
            &many
        });
        self.set_of(values, texts)
    }

    /// The same with its texts as a test compares them.
    pub(super) fn set_compared(&mut self, values: Scalars<'_>, how: How) -> u32 {
        let mut texts: Vec<Cow<'_, str>> = values.texts().map(|text| how.compared(text)).collect();
        sort_unstable_by(&mut texts, Ord::cmp);
        texts.dedup();
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        self.set_of(values, &texts)
    }

    /// Appends a set of these texts, sorted, and of the scalars that are none.
    fn set_of(&mut self, values: Scalars<'_>, texts: &[&str]) -> u32 {
        let mut bits = 0;
        let (mut ints, mut floats) = (Vec::new(), Vec::new());
        for value in values.iter() {
            match value {
                ValueRef::Int(int) => ints.push(int),
                ValueRef::Float(float) => floats.push(float),
                ValueRef::Bool(value) => bits |= 1 << u32::from(value),
                _ => {}
            }
        }
        sort_unstable_by(&mut ints, Ord::cmp);
        ints.dedup();
        let slots = if place(texts.len()) > set::FEW {
            names::index(texts.iter().map(|text| text.as_bytes()))
        } else {
            Vec::new()
        };
        let count = place(slots.len()) / names::SLOT_WORDS;
        bits |= count << 2;
        let mut filter = 0;
        let mut words = self.scratch();
        words.extend([place(texts.len()), place(ints.len()), place(floats.len()), bits, filter]);
        for text in texts {
            let [offset, length] = self.name(text);
            let head = set_head(text.as_bytes());
            filter |= set_bit(head);
            words.extend([offset, length, head]);
        }
        if let Some(word) = words.get_mut(set::FILTER as usize) {
            *word = filter;
        }
        words.extend(ints.into_iter().flat_map(|int| split_words(int.cast_unsigned())));
        words.extend(floats.into_iter().flat_map(|float| split_words(float.to_bits())));
        words.extend(slots);
        self.scratched(words)
    }

    /// Appends a list of texts and gives its place.
    pub(super) fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>) -> u32 {
        let mut words = self.scratch();
        words.push(0);
        for text in texts {
            words.extend(self.name(text));
        }
        let count = place(words.len() / 2);
        if let Some(first) = words.first_mut() {
            *first = count;
        }
        self.scratched(words)
    }

    /// An empty list of words, whose memory is used again after [`Self::scratched`].
    pub(super) fn scratch(&mut self) -> Vec<u32> {
        let mut words = std::mem::take(&mut self.scratch);
        words.clear();
        words
    }

    /// The place of a block that was written to [`Self::scratch`].
    pub(super) fn scratched(&mut self, words: Vec<u32>) -> u32 {
        let at = self.block(&words);
        self.scratch = words;
        at
    }
}
