//! Importers: documents of other systems to rulesets that decide the same.

pub(crate) mod env;
