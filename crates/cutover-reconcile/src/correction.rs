//! What is owed, or found.

use crate::cell::Form;
use crate::json;
use crate::number::Number;
use crate::record::split;
use crate::spec::Spec;
use alloc::format;
use alloc::string::String;

/// What is to be done with a record, or what keeps it from being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A field is to be set.
    Update,
    /// The record is to be made.
    Create,
    /// The record is to be removed.
    Delete,
    /// A finding: a side has the key several times. Nothing of it was compared.
    DuplicateKey,
    /// A finding: records without a key, which meet no others.
    NoKey,
}

impl Kind {
    /// All kinds, in the order of their counters.
    pub const ALL: [Self; 5] = [Self::Update, Self::Create, Self::Delete, Self::DuplicateKey, Self::NoKey];

    /// The name, as all languages write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::DuplicateKey => "duplicate_key",
            Self::NoKey => "no_key",
        }
    }
}

/// What one side has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// No record.
    Nothing,
    /// A cell, in its canonical form.
    Cell(&'a [u8]),
    /// All fields of a record, under the names of the owing side.
    Record(&'a [u8]),
    /// So many records.
    Rows(u64),
}

impl Said<'_> {
    /// As a JSON text; `None` where there is nothing.
    #[must_use]
    pub fn json(&self, spec: &Spec) -> Option<String> {
        let mut out = String::new();
        match *self {
            Self::Nothing => return None,
            Self::Cell(bytes) => return json::cell(bytes, &mut out).then_some(out),
            Self::Rows(rows) => out = format!("{rows}"),
            Self::Record(mut rest) => {
                out.push('{');
                for (_, name) in &spec.fields {
                    let (cell, after) = split(rest)?;
                    rest = after;
                    let before = out.len();
                    if before > 1 {
                        out.push(',');
                    }
                    json::text(name, &mut out);
                    out.push(':');
                    if !json::cell(cell, &mut out) {
                        out.truncate(before);
                    }
                }
                out.push('}');
            }
        }
        Some(out)
    }
}

/// A correction that the owing side is owed, or a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction<'a> {
    /// The key, in its canonical form.
    pub key: &'a [u8],
    /// What is owed or found.
    pub kind: Kind,
    /// The number of the field that is to be set.
    pub field: Option<usize>,
    /// What the owing side has.
    pub found: Said<'a>,
    /// What it should have, which is what the owner has.
    pub owed: Said<'a>,
}

impl<'a> Correction<'a> {
    /// The key as a JSON text; null where there is none.
    #[must_use]
    pub fn key_json(&self) -> String {
        let mut out = String::new();
        if !json::cell(self.key, &mut out) {
            out.push_str("null");
        }
        out
    }

    /// The key, where it is a text.
    #[must_use]
    pub fn key_text(&self) -> Option<&'a str> {
        if let Form::Text(text) = Form::read(self.key)? { Some(text) } else { None }
    }

    /// The key, where it is a whole number of 64 bits.
    #[must_use]
    pub fn key_int(&self) -> Option<i64> {
        if let Form::Number(Number::Int(value)) = Form::read(self.key)? { Some(value) } else { None }
    }
}
