//! Whom a change of the flags moves.

use super::document::ChangeKind;
use super::keys::KeyCount;
use super::tally::{Example, Read, Tally};
use crate::context::{AttributeId, Attributes, Context};
use crate::decision::{Decision, ErrorCode, Outcome};
use crate::engine::{Engine, FlagId};
use crate::value::Value;
use cutover_decider::format::{flag, rule};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a flag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagDiff<'a> {
    /// The flag.
    pub flag: &'a str,
    /// What happened to it in the document. None where a compiled program was given, which has no document; a flag that
    /// is the same can move units all the same, by a segment or flag that it asks.
    pub change: Option<ChangeKind>,
    /// How many contexts get another answer.
    pub moved: u64,
    /// How many different keys these have; none where the flag hashes nothing.
    pub keys: Option<KeyCount>,
    /// The attributes that make up the key.
    pub by: Vec<String>,
    /// How many contexts get the same answer for another reason.
    pub restated: u64,
    /// From what to what, those first that move most.
    pub moves: Vec<FlagMove<'a>>,
}

/// Contexts that get another answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagMove<'a> {
    /// The variant served before; none where the caller's default applied.
    pub from: Option<&'a str>,
    /// The variant served now.
    pub to: Option<&'a str>,
    /// The value served before.
    pub from_value: Option<&'a Value>,
    /// The value served now.
    pub to_value: Option<&'a Value>,
    /// How many contexts.
    pub contexts: u64,
    /// How many different keys these have.
    pub keys: Option<KeyCount>,
    /// Why it was and why it is, those first that are most.
    pub reasons: Vec<ReasonMove>,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// Why an answer was what it was, and why it is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonMove {
    /// The reason before, or the error; with the index of the rule, such as `SPLIT rules[2]`.
    pub from: String,
    /// The reason now.
    pub to: String,
    /// How many contexts.
    pub contexts: u64,
}

/// What is counted of a flag.
#[derive(Debug, Clone)]
pub(super) struct FlagTally<'a> {
    pub(super) name: &'a str,
    old: Option<FlagId>,
    new: Option<FlagId>,
    read: Read,
    /// By the packed outcomes before and after.
    pairs: BTreeMap<(u32, u32), Pair>,
}

#[derive(Debug, Clone)]
struct Pair {
    moves: bool,
    tally: Tally,
}

impl<'a> FlagTally<'a> {
    /// Of every flag of the two.
    pub(super) fn all(old: &'a Engine, new: &'a Engine) -> Vec<Self> {
        let names: BTreeSet<&str> = old.flags().chain(new.flags()).collect();
        names.into_iter().map(|name| Self::new(name, old, new)).collect()
    }

    fn new(name: &'a str, old: &'a Engine, new: &'a Engine) -> Self {
        let flags = [(old, old.flag(name)), (new, new.flag(name))];
        let both = || flags.into_iter().filter_map(|(engine, flag)| Some((engine, flag?)));
        let names = |ids: &mut dyn Iterator<Item = (&'a Engine, AttributeId)>| -> Vec<String> {
            let names: BTreeSet<String> =
                ids.map(|(engine, id)| engine.program().attribute(id).to_owned()).collect();
            names.into_iter().collect()
        };
        let attributes =
            names(&mut both().flat_map(|(engine, flag)| engine.reads(flag).map(move |id| (engine, id))));
        let by = names(
            &mut both()
                .flat_map(|(engine, flag)| hashed(engine, flag).into_iter().map(move |id| (engine, id))),
        );
        let [(_, old), (_, new)] = flags;
        Self { name, old, new, read: Read { attributes, by }, pairs: BTreeMap::new() }
    }

    /// Counts a context; whether it moves.
    pub(super) fn add(&mut self, given: &Given<'_>) -> bool {
        let before = outcome(given.old, self.old, &given.before, given.now_ms);
        let after = outcome(given.new, self.new, &given.after, given.now_ms);
        let key = (before.pack(), after.pack());
        if !self.pairs.contains_key(&key) {
            let moves = self.decision(given.old, before).differs(&self.decision(given.new, after));
            self.pairs.insert(key, Pair { moves, tally: Tally::default() });
        }
        let Some(pair) = self.pairs.get_mut(&key) else { return false };
        if pair.moves {
            pair.tally.add(given.line, given.attributes, &self.read, given.examples);
        } else {
            pair.tally.contexts += 1;
        }
        pair.moves
    }

    pub(super) fn merge(&mut self, other: &Self, examples: usize) {
        for (key, pair) in &other.pairs {
            match self.pairs.get_mut(key) {
                Some(known) => known.tally.merge(&pair.tally, examples),
                None => {
                    self.pairs.insert(*key, pair.clone());
                }
            }
        }
    }

    fn decision<'e>(&self, engine: &'e Engine, outcome: Outcome) -> Answer<'e> {
        let decision = match engine.flag(self.name) {
            Some(flag) => engine.decision(flag, outcome),
            None => engine.no_decision("", ErrorCode::FlagNotFound),
        };
        Answer(decision)
    }

    /// What became of the flag; none where there is nothing to say.
    pub(super) fn report(
        &self,
        old: &'a Engine,
        new: &'a Engine,
        change: Option<ChangeKind>,
        examples: usize,
    ) -> Option<FlagDiff<'a>> {
        let change = match (self.old, self.new) {
            (None, _) => Some(ChangeKind::Added),
            (_, None) => Some(ChangeKind::Removed),
            _ => change,
        };
        let mut moves: Vec<(FlagMove<'a>, Tally)> = Vec::new();
        let (mut all, mut restated) = (Tally::default(), 0);
        for ((before, after), pair) in &self.pairs {
            let unpack =
                |packed| Outcome::unpack(packed).unwrap_or(Outcome::error(ErrorCode::FlagNotFound, None));
            let before = self.decision(old, unpack(*before));
            let after = self.decision(new, unpack(*after));
            let (from_why, to_why) = (before.why(), after.why());
            if !pair.moves {
                restated += if from_why == to_why { 0 } else { pair.tally.contexts };
                continue;
            }
            all.merge(&pair.tally, 0);
            let reason = ReasonMove { from: from_why, to: to_why, contexts: pair.tally.contexts };
            let same = |(known, _): &&mut (FlagMove<'_>, Tally)| {
                (known.from, known.from_value) == before.served()
                    && (known.to, known.to_value) == after.served()
            };
            match moves.iter_mut().find(same) {
                Some((known, tally)) => {
                    known.reasons.push(reason);
                    tally.merge(&pair.tally, examples);
                }
                None => moves.push((FlagMove::new(&before, &after, reason), pair.tally.clone())),
            }
        }
        let mut moves: Vec<FlagMove<'a>> =
            moves.into_iter().map(|(found, tally)| found.counted(tally, &self.read)).collect();
        moves.sort_by_key(|found| std::cmp::Reverse(found.contexts));
        let nothing = change.is_none_or(|change| change == ChangeKind::Same) && all.contexts + restated == 0;
        (!nothing).then(|| FlagDiff {
            flag: self.name,
            change,
            moved: all.contexts,
            keys: all.count(&self.read),
            by: self.read.by.clone(),
            restated,
            moves,
        })
    }
}

/// A context, prepared for both rulesets.
pub(super) struct Given<'g> {
    pub(super) old: &'g Engine,
    pub(super) new: &'g Engine,
    pub(super) line: u64,
    pub(super) attributes: &'g Attributes,
    pub(super) before: Context,
    pub(super) after: Context,
    pub(super) now_ms: i64,
    pub(super) examples: usize,
}

/// A decision, compared by what the caller sees of it.
struct Answer<'e>(Decision<'e>);

impl<'e> Answer<'e> {
    fn served(&self) -> (Option<&'e str>, Option<&'e Value>) {
        (self.0.variant, self.0.value)
    }

    fn differs(&self, other: &Answer<'_>) -> bool {
        let served: (Option<&str>, Option<&Value>) = self.served();
        served != other.served()
    }

    fn why(&self) -> String {
        let why = self.0.error.map_or(self.0.reason.name(), ErrorCode::name);
        match self.0.rule {
            Some(rule) => format!("{why} rules[{rule}]"),
            None => why.to_owned(),
        }
    }
}

impl<'a> FlagMove<'a> {
    fn new(before: &Answer<'a>, after: &Answer<'a>, reason: ReasonMove) -> Self {
        Self {
            from: before.0.variant,
            to: after.0.variant,
            from_value: before.0.value,
            to_value: after.0.value,
            contexts: 0,
            keys: None,
            reasons: vec![reason],
            examples: Vec::new(),
        }
    }

    fn counted(mut self, tally: Tally, read: &Read) -> Self {
        self.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.contexts));
        Self { contexts: tally.contexts, keys: tally.count(read), examples: tally.examples, ..self }
    }
}

fn outcome(engine: &Engine, flag: Option<FlagId>, context: &Context, now_ms: i64) -> Outcome {
    flag.map_or(Outcome::error(ErrorCode::FlagNotFound, None), |flag| engine.outcome(flag, context, now_ms))
}

/// The attributes that the rules of a flag hash.
fn hashed(engine: &Engine, id: FlagId) -> Vec<AttributeId> {
    let program = engine.program();
    let arena = program.arena();
    let Some(record) = u32::try_from(id.index()).ok().and_then(|number| program.flag_record(number)) else {
        return Vec::new();
    };
    let word = |at: u32| record.get(at as usize).copied().unwrap_or(0);
    let rules = arena.slice(word(flag::RULES), word(flag::RULES + 1).saturating_mul(rule::WORDS));
    let mut hashed = Vec::new();
    for words in rules.chunks_exact(rule::WORDS as usize) {
        let word = |at: u32| words.get(at as usize).copied().unwrap_or(0);
        let unit = word(rule::UNIT);
        match word(rule::SERVE) & rule::KIND {
            rule::VARIANT | rule::DRAWN => {}
            rule::SHARE_BY | rule::SPLIT_BY => hashed.extend(program.contract_attributes(unit)),
            _ => hashed.push(unit),
        }
    }
    hashed.into_iter().map(AttributeId::from_index).collect()
}
