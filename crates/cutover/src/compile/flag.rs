//! Flags to rules, cut points and numbers.

use super::{Compiler, Footprint, number};
use crate::bucket::Salt;
use crate::diagnostic::Diagnostic;
use crate::program::{ByProgram, FlagProgram, RuleProgram, ServeProgram, Split};
use crate::ruleset::flag::{Flag, Hash, Rule};
use crate::ruleset::scalar::ONE;
use crate::ruleset::serve::{By, Serve, Share, Weights};
use crate::value::Value;

/// The variants of a flag by name: their numbers do not depend on the order of keys in a document.
pub(super) fn sorted_variants<'a>(flag: &Flag<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = flag.variants.iter().map(|variant| variant.key).collect();
    names.sort_unstable();
    names
}

pub(super) fn variant_number(names: &[&str], name: &str) -> Option<u16> {
    names.binary_search(&name).ok().and_then(|index| u16::try_from(index).ok())
}

impl Compiler<'_> {
    /// Compiles one flag; the flags and segments that it refers to are compiled already.
    pub(super) fn flag(&mut self, flag: &Flag<'_>, footprint: &mut Footprint) -> FlagProgram {
        let names = sorted_variants(flag);
        let requires_start = number(self.program.requires.len());
        for require in &flag.requires {
            let path = self.reader.paths.render(require.flag.path);
            let path = path.strip_suffix(".flag").unwrap_or(&path);
            if let Some(require) = self.require_of(&require.flag, &require.variants, path, footprint) {
                self.require(require);
            }
        }
        let rules_start = number(self.program.rules.len());
        for rule in &flag.rules {
            let condition = rule.condition.as_ref().map(|condition| self.condition(condition, footprint));
            if let Some(serve) = self.serve(flag, rule, &names, footprint) {
                self.rule(RuleProgram { condition, serve, path: self.reader.paths.render(rule.path).into() });
            }
        }
        footprint.steps = footprint.steps.saturating_add(flag.rules.len() as u64 + 1);
        if let Some(expires) = &flag.expires {
            let warning = Diagnostic::warning(
                "flag_expired",
                self.reader.paths.render(expires.path),
                expires.at,
                format!("the flag `{}` has expired", flag.name),
            )
            .help("take the flag out of the code and of the ruleset, or move its date");
            self.program.expiries.push((expires.value, warning));
        }
        let mut variants: Vec<(String, Value)> =
            flag.variants.iter().map(|variant| (variant.key.to_owned(), variant.value.to_value())).collect();
        variants.sort_by(|a, b| a.0.cmp(&b.0));
        let salt = flag.salt.unwrap_or(flag.name);
        FlagProgram {
            name: flag.name.to_owned(),
            enabled: flag.enabled,
            default: flag.default.as_ref().and_then(|name| variant_number(&names, name.value)),
            variants,
            requires: requires_start..number(self.program.requires.len()),
            rules: rules_start..number(self.program.rules.len()),
            reads: if flag.enabled { footprint.reads.iter().copied().collect() } else { Vec::new() },
            reads_time: flag.enabled && footprint.reads_time,
            salt: Salt::new(salt),
            // Names and salts hold no control characters, so no other flag hashes with this.
            inner_salt: Salt::new(&format!("{salt}\0split")),
        }
    }

    fn serve(
        &mut self,
        flag: &Flag<'_>,
        rule: &Rule<'_>,
        names: &[&str],
        footprint: &mut Footprint,
    ) -> Option<ServeProgram> {
        let variant = |name: &str| variant_number(names, name);
        let otherwise = |name: &Option<crate::ruleset::fields::Spanned<&str>>| {
            name.as_ref().and_then(|name| variant(name.value))
        };
        match &rule.serve {
            Serve::Variant(name) => variant(name.value).map(ServeProgram::Variant),
            Serve::Share { share, variant: name, otherwise: other, by } => {
                let name = name.as_ref().map_or("on", |name| name.value);
                let by = self.by(flag, rule, by, needs_unit(share), footprint)?;
                footprint.reads_time |= matches!(share, Share::Ramp(_));
                Some(ServeProgram::Share {
                    share: share.clone(),
                    variant: variant(name)?,
                    otherwise: otherwise(other),
                    by,
                })
            }
            Serve::Split { weights, within, otherwise: other, by } => {
                if flag.hash == Hash::Java31 {
                    self.reader.note(
                        Diagnostic::error("bad_split", format!("{}.serve.split", self.reader.paths.render(rule.path)), rule.at, "`hash: java31` has no splits")
                            .help("the imported formats know rollouts only; give the flag `hash: 1`, which moves its units"),
                    );
                    return None;
                }
                let last = other.as_ref().or(flag.default.as_ref()).map(|name| name.value);
                let split = split(weights, last, names);
                let needs_unit = split.only().is_none() || within.as_ref().is_some_and(needs_unit);
                let by = self.by(flag, rule, by, needs_unit, footprint)?;
                footprint.reads_time |= matches!(within, Some(Share::Ramp(_)));
                Some(ServeProgram::Split { split, within: within.clone(), otherwise: otherwise(other), by })
            }
        }
    }

    fn by(
        &mut self,
        flag: &Flag<'_>,
        rule: &Rule<'_>,
        by: &By<'_>,
        needed: bool,
        footprint: &mut Footprint,
    ) -> Option<ByProgram> {
        let compiled = match (flag.hash, by) {
            (Hash::Xxh3, By::Attribute(path)) => ByProgram::Xxh3(self.attribute(path)),
            (Hash::Java31, By::Attribute(path)) => {
                ByProgram::Java31 { attributes: vec![self.attribute(path)], otherwise: None }
            }
            (Hash::Java31, By::FirstOf { attributes, otherwise }) => {
                let attributes = attributes.iter().map(|path| self.attribute(path)).collect();
                ByProgram::Java31 { attributes, otherwise: otherwise.map(str::to_owned) }
            }
            (Hash::Xxh3, By::FirstOf { .. }) => {
                self.reader.note(
                    Diagnostic::error(
                        "bad_unit",
                        format!("{}.serve.by", self.reader.paths.render(rule.path)),
                        rule.at,
                        "`first_of` belongs to `hash: java31`",
                    )
                    .expected(["the path of one attribute"])
                    .help(
                        "a unit that is sometimes a user and sometimes a tenant moves when somebody signs in",
                    ),
                );
                return None;
            }
        };
        if needed {
            match &compiled {
                ByProgram::Xxh3(attribute) => {
                    footprint.reads.insert(*attribute);
                }
                ByProgram::Java31 { attributes, .. } => footprint.reads.extend(attributes),
            }
        }
        Some(compiled)
    }
}

/// True unless the share is nobody or everybody at any time.
fn needs_unit(share: &Share) -> bool {
    match share {
        Share::Fixed(share) => share.0 != 0 && share.0 != ONE,
        Share::Ramp(_) => true,
    }
}

/// Cut points in the order of the buckets: that of the list where there is one, otherwise by name with `last`
/// at the end. With the default last, a rollout that becomes a split of the same share moves nobody.
fn split(weights: &Weights<'_>, last: Option<&str>, names: &[&str]) -> Split {
    let total: u64 = weights.weights.iter().map(|(_, weight)| weight).sum();
    let mut ordered: Vec<(&str, u64)> =
        weights.weights.iter().map(|(name, weight)| (name.value, *weight)).collect();
    if !weights.ordered {
        ordered.sort_by_key(|(name, _)| (Some(*name) == last, *name));
    }
    let mut sum = 0_u64;
    let mut cuts = Vec::with_capacity(ordered.len());
    for (name, weight) in ordered.into_iter().filter(|(_, weight)| *weight > 0) {
        sum += weight;
        let cut = (u128::from(sum) << 32) / u128::from(total.max(1));
        if let (Some(variant), Ok(cut)) = (variant_number(names, name), u64::try_from(cut)) {
            cuts.push((cut, variant));
        }
    }
    Split { cuts }
}
