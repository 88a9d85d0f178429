//! Laying out a program: records and texts into an arena, each table of the header where it ends up.

use crate::value::Value;
use cutover_decider::format::{header, set};
use cutover_decider::{Arena, ValueRef, names, set_head, split_words};
use std::collections::BTreeMap;

/// An arena under construction.
#[derive(Debug)]
pub(super) struct Assembler {
    pub(super) arena: Arena,
    attributes: Interner,
    paths: Interner,
    values: Interner,
}

/// Texts that are kept once, by number.
#[derive(Debug, Default)]
struct Interner {
    numbers: BTreeMap<Box<str>, u32>,
    /// Offsets and lengths, in the order of the numbers.
    texts: Vec<u32>,
}

impl Interner {
    fn number(&mut self, arena: &mut Arena, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let next = place(self.numbers.len());
        self.numbers.insert(text.into(), next);
        self.texts.extend(push_text(arena, text));
        next
    }
}

/// A place, a count or an offset. Documents are far too small for one that does not fit.
pub(super) fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
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
        }
    }

    /// Goes on with the arena of a program: what is interned in it keeps its number.
    pub(super) fn resume(arena: Arena) -> Self {
        let interned = |table: u32| {
            let texts = arena.slice(arena.word(table), arena.word(table + 1).saturating_mul(2)).to_vec();
            let texts_of =
                texts.as_chunks::<2>().0.iter().map(|[offset, length]| arena.text_at(*offset, *length));
            Interner { numbers: texts_of.map(Box::from).zip(0..).collect(), texts: texts.clone() }
        };
        let [attributes, paths, values] = [header::ATTRIBUTES, header::PATHS, header::VALUES].map(interned);
        Self { attributes, paths, values, arena }
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

    /// Appends a text: offset and length.
    pub(super) fn text(&mut self, text: &str) -> [u32; 2] {
        push_text(&mut self.arena, text)
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

    pub(super) fn value(&mut self, value: &Value) -> u32 {
        let text = match value {
            Value::Bool(true) => return self.values.number(&mut self.arena, "true"),
            Value::Bool(false) => return self.values.number(&mut self.arena, "false"),
            value => crate::wire::to_json(value),
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
        self.arena
    }

    /// Appends a set of scalars and gives its place. Mappings, lists and nulls are in no set.
    pub(super) fn set(&mut self, values: &[Value]) -> u32 {
        let mut texts: Vec<&str> = values
            .iter()
            .filter_map(|value| match value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let numbers = values.iter().map(Value::as_ref);
        let mut ints: Vec<i64> = numbers
            .clone()
            .filter_map(|value| if let ValueRef::Int(int) = value { Some(int) } else { None })
            .collect();
        ints.sort_unstable();
        ints.dedup();
        let floats: Vec<f64> = numbers
            .filter_map(|value| if let ValueRef::Float(float) = value { Some(float) } else { None })
            .collect();
        let has = |wanted: bool| u32::from(values.contains(&Value::Bool(wanted)));
        let slots = if place(texts.len()) > set::FEW {
            names::index(texts.iter().map(|text| text.as_bytes()))
        } else {
            Vec::new()
        };
        let count = place(slots.len()) / names::SLOT_WORDS;
        let bits = has(false) | has(true) << 1 | count << 2;
        let mut words = vec![place(texts.len()), place(ints.len()), place(floats.len()), bits];
        for text in texts {
            words.extend(self.text(text));
            words.push(set_head(text.as_bytes()));
        }
        words.extend(ints.into_iter().flat_map(|int| split_words(int.cast_unsigned())));
        words.extend(floats.into_iter().flat_map(|float| split_words(float.to_bits())));
        words.extend(slots);
        self.push(&words)
    }

    /// Appends a list of texts and gives its place.
    pub(super) fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>) -> u32 {
        let mut words = vec![0];
        for text in texts {
            words.extend(self.text(text));
        }
        let count = place(words.len() / 2);
        if let Some(first) = words.first_mut() {
            *first = count;
        }
        self.push(&words)
    }
}
