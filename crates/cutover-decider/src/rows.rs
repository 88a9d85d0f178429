//! What hosts build their objects from, as lines of JSON: a flag, a migration, the names of reasons and errors.

use crate::format::{header, migration};
use crate::outcome::{ErrorCode, Reason};
use crate::program::Program;
use alloc::string::String;

/// Appends a text as JSON.
///
/// ```
/// let mut out = String::new();
/// cutover_decider::write_json_text(&mut out, "a \"b\"\n");
/// assert_eq!(out, r#""a \"b\"\n""#);
/// ```
pub fn write_json_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                out.push_str("\\u00");
                let code = u32::from(control);
                out.extend([code >> 4, code & 15].map(|digit| char::from_digit(digit, 16).unwrap_or('0')));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// A number in decimal digits. What is formatted costs a browser several kilobytes.
///
/// ```
/// assert_eq!(cutover_decider::number_text(4_294_967_295), "4294967295");
/// ```
#[must_use]
pub fn number_text(number: u64) -> String {
    let (mut digits, mut rest) = (String::new(), number);
    loop {
        digits.insert(0, char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
        if rest == 0 {
            return digits;
        }
    }
}

/// Appends a number.
fn write_number(out: &mut String, number: u32) {
    if number >= 10 {
        write_number(out, number / 10);
    }
    out.push(char::from_digit(number % 10, 10).unwrap_or('0'));
}

fn write_list<T>(out: &mut String, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn write_bool(out: &mut String, value: bool) {
    out.push_str(if value { "true" } else { "false" });
}

impl Program {
    /// What a host knows before it asks for anything: `digest`, the paths of the `attributes` in the order of the
    /// slots, the numbers of `flags` and `migrations`, the most `switches` of a migration, the names of the `reasons`
    /// by number and of the `errors` from number 1, and `every`: what deciding all flags reads, and whether it reads
    /// the time.
    #[must_use]
    pub fn head_row(&self) -> String {
        self.head_row_shown(false)
    }

    /// The same for a program that is `stale`: the reasons are those that are [shown](Reason::shown).
    #[must_use]
    pub fn head_row_shown(&self, stale: bool) -> String {
        let mut out = String::from("{\"digest\":\"");
        let digest = self.digest();
        out.extend((0..32).rev().map(|nibble| {
            let digit = u32::try_from(digest >> (nibble * 4) & 15).unwrap_or(0);
            char::from_digit(digit, 16).unwrap_or('0')
        }));
        out.push_str("\",\"attributes\":");
        write_list(&mut out, self.attributes(), write_json_text);
        out.push_str(",\"flags\":");
        write_number(&mut out, self.flag_count());
        out.push_str(",\"migrations\":");
        write_number(&mut out, self.migration_count());
        out.push_str(",\"switches\":");
        let switches =
            (0..self.migration_count()).map(|number| self.switches(number).count()).max().unwrap_or(0);
        write_number(&mut out, u32::try_from(switches).unwrap_or(u32::MAX));
        out.push_str(",\"reasons\":");
        write_list(&mut out, Reason::ALL.iter().map(|reason| reason.shown(stale).name()), write_json_text);
        out.push_str(",\"errors\":");
        write_list(&mut out, ErrorCode::ALL.iter().map(|error| error.name()), write_json_text);
        out.push('}');
        out
    }

    /// The names of the flags and of the migrations: `{"flags":[...],"migrations":[...]}`.
    #[must_use]
    pub fn names_row(&self) -> String {
        let mut out = String::from("{\"flags\":");
        write_list(&mut out, (0..self.flag_count()).map(|number| self.flag_name(number)), write_json_text);
        out.push_str(",\"migrations\":");
        let names = (0..self.migration_count()).map(|number| self.migration_name(number));
        write_list(&mut out, names, write_json_text);
        out.push('}');
        out
    }

    /// What a host knows of a flag: its `name`, its `variants` as pairs of name and value, the numbers of the
    /// attributes that it `reads`, whether it reads the time (`reads_time`), and the packed `outcome` for everybody,
    /// or null. Empty where there is no such flag.
    #[must_use]
    pub fn flag_row(&self, number: u32) -> String {
        let mut out = String::new();
        if self.flag_record(number).is_none() {
            return out;
        }
        out.push_str("{\"name\":");
        write_json_text(&mut out, self.flag_name(number));
        out.push_str(",\"variants\":");
        write_list(&mut out, self.variants(number), |out, (name, value)| {
            out.push('[');
            write_json_text(out, name);
            out.push(',');
            out.push_str(self.value(value));
            out.push(']');
        });
        out.push_str(",\"reads\":");
        write_list(&mut out, self.reads(number).iter().copied(), write_number);
        out.push_str(",\"reads_time\":");
        write_bool(&mut out, self.reads_time(number));
        out.push_str(",\"outcome\":");
        match self.fixed(number) {
            Some(outcome) => write_number(&mut out, outcome),
            None => out.push_str("null"),
        }
        out.push('}');
        out
    }

    /// What a host knows of all flags, in the order of their numbers: a list of [`Program::flag_row`].
    #[must_use]
    pub fn flag_rows(&self) -> String {
        let mut out = String::new();
        write_list(&mut out, 0..self.flag_count(), |out, number| out.push_str(&self.flag_row(number)));
        out
    }

    /// What a host knows of a migration: its `name`, the numbers of the attributes that it `reads`, the names of its
    /// `switches` in the order of their numbers, whether it reads the time (`reads_time`), and the `routes` by the
    /// index of a choice, with an empty digest. Empty where there is no such migration.
    #[must_use]
    pub fn migration_row(&self, number: u32) -> String {
        let mut out = String::new();
        let Some(place) = self.migration_place(number) else { return out };
        out.push_str("{\"name\":");
        write_json_text(&mut out, self.migration_name(number));
        out.push_str(",\"reads\":");
        write_list(&mut out, self.migration_reads(number).into_iter(), write_number);
        out.push_str(",\"switches\":");
        write_list(&mut out, self.switches(number), |out, (_, name)| write_json_text(out, name));
        out.push_str(",\"reads_time\":");
        write_bool(&mut out, self.migration_reads_time(number));
        out.push_str(",\"routes\":");
        let routes = self.arena.word(place.saturating_add(migration::ROUTES));
        let count = self.arena.word(place.saturating_add(migration::ROUTES + 1));
        let routes = self.arena.slice(routes, count.saturating_mul(2)).as_chunks::<2>().0;
        write_list(&mut out, routes.iter(), |out, [offset, length]| {
            out.push_str(self.arena.text_at(*offset, *length));
        });
        out.push('}');
        out
    }

    fn migration_place(&self, number: u32) -> Option<u32> {
        (number < self.migration_count()).then(|| {
            self.arena.word(header::MIGRATIONS).saturating_add(number.saturating_mul(migration::WORDS))
        })
    }
}
