//! What a procedure costs: what the side that it turns to misses, and what is so once one is there.

use super::language::Language;
use super::{Cost, CostKind};
use crate::migration::hazard::{Stores, of_running};
use crate::migration::{CompiledMigration, Reach, Shape};
use crate::safety::{Move, Verdict};

/// A move that a procedure makes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg<'a> {
    pub(super) migration: &'a CompiledMigration,
    /// The index of the phase that it leaves.
    pub(super) start: usize,
    pub(super) from: (&'a str, Shape),
    pub(super) to: (&'a str, Shape),
    /// Whether the guards of a move are kept.
    pub(super) guarded: bool,
}

/// What the move costs, the worst first.
pub(super) fn costs(language: Language, leg: Leg<'_>) -> Vec<Cost> {
    let stores = Stores { old: &leg.migration.old, new: &leg.migration.new };
    let mut costs = turning(language, stores, leg);
    let found = Move { migration: leg.migration, from: leg.from, to: leg.to, start: leg.start };
    let worst = found.findings(leg.guarded).iter().filter_map(|finding| kind_of(finding.verdict)).max();
    // What a rule says of writes under way counts where the model finds it so: a stream may make up for it.
    if worst == Some(CostKind::Lost) {
        costs.extend(running(language, stores, leg));
    }
    costs.extend(staying(language, stores, leg));
    let named = costs.iter().map(|cost| cost.kind).max();
    costs.extend(worst.and_then(|worst| unsaid(language, worst, named)));
    costs.sort_by_key(|cost| std::cmp::Reverse(cost.kind));
    costs
}

/// What the sides that it turns to miss of what was acknowledged before.
fn turning(language: Language, stores: Stores<'_>, leg: Leg<'_>) -> Vec<Cost> {
    let (a, b) = (leg.from.1, leg.to.1);
    let mut sides = vec![b.from];
    if b.first != b.from {
        sides.push(b.first);
    }
    let turned = |side: &crate::migration::Side| {
        (*side == b.from && b.from != a.from) || (*side == b.first && b.first != a.first)
    };
    sides.into_iter().filter(turned).filter_map(|side| missed(language, stores, a, side)).collect()
}

fn missed(language: Language, stores: Stores<'_>, a: Shape, side: crate::migration::Side) -> Option<Cost> {
    let (to, from) = (stores.name(side), stores.name(side.other()));
    let stale = |text| Some(Cost { kind: CostKind::Stale, text, count: None });
    let lost = |text, count| Some(Cost { kind: CostKind::Lost, text, count });
    match a.reach(side) {
        Reach::Acknowledged => None,
        Reach::Stream => stale(language.of(
            format!("{to} is behind {from} by the lag of the stream: until it has caught up, reads miss the newest writes"),
            format!("{to} est en retard sur {from} du décalage du flux : jusqu'au rattrapage, les lectures manquent les dernières écritures"),
        )),
        Reach::Outbox => stale(language.of(
            format!("writes that are still in the outbox to {to} are missing there until it is empty"),
            format!("les écritures encore dans l'outbox vers {to} y manquent tant qu'elle n'est pas vide"),
        )),
        Reach::BestEffort => lost(
            language.of(
                format!("writes to {from} whose copy to {to} failed are not in {to}: they are lost unless they are repaired first"),
                format!("les écritures dans {from} dont la copie vers {to} a échoué ne sont pas dans {to} : perdues si elles ne sont pas réparées avant"),
            ),
            Some(format!("sum(increase(migration_write_errors_total{{target=\"{to}\"}}[30d]))")),
        ),
        Reach::Never => lost(
            language.of(
                format!("every write that went to {from} only is not in {to}: all of them are lost unless they are copied there first"),
                format!("aucune écriture faite dans {from} seulement n'est dans {to} : toutes sont perdues si elles n'y sont pas copiées avant"),
            ),
            None,
        ),
    }
}

/// Writes under way while nodes take the change over.
fn running(language: Language, stores: Stores<'_>, leg: Leg<'_>) -> Option<Cost> {
    of_running(stores, leg.from, leg.to)?;
    let (left, taken) = (stores.name(leg.from.1.first), stores.name(leg.to.1.first));
    let text = language.of(
        format!("writes to {left} that run while nodes change over to {taken} can be lost: hold writes, or expect to repair them"),
        format!("les écritures dans {left} en cours pendant que les nœuds passent à {taken} peuvent être perdues : suspendre les écritures, ou prévoir de les réparer"),
    );
    Some(Cost { kind: CostKind::Lost, text, count: None })
}

/// What is so once one is there.
fn staying(language: Language, stores: Stores<'_>, leg: Leg<'_>) -> Option<Cost> {
    let b = leg.to.1;
    let from = stores.name(b.from);
    let text = match b.reach(b.from) {
        Reach::Acknowledged => return None,
        Reach::Stream => language.of(
            format!("as long as it lasts, reads from {from} are stale for the lag of the stream"),
            format!("tant que cela dure, les lectures de {from} sont périmées le temps du décalage du flux"),
        ),
        Reach::Outbox => language.of(
            format!("as long as it lasts, reads from {from} miss what is still in the outbox"),
            format!("tant que cela dure, les lectures de {from} manquent ce qui est encore dans l'outbox"),
        ),
        Reach::BestEffort | Reach::Never => language.of(
            format!("as long as it lasts, reads from {from} miss writes that do not reach it"),
            format!("tant que cela dure, les lectures de {from} manquent les écritures qui n'y arrivent pas"),
        ),
    };
    Some(Cost { kind: CostKind::Stale, text, count: None })
}

/// What the model of the two stores finds that no sentence above says.
fn unsaid(language: Language, kind: CostKind, named: Option<CostKind>) -> Option<Cost> {
    if named.is_some_and(|named| named >= kind) {
        return None;
    }
    let text = match kind {
        CostKind::Lost => language.of(
            "the model of the two stores finds a way in which an acknowledged write is lost",
            "le modèle des deux bases trouve un cas où une écriture acquittée est perdue",
        ),
        CostKind::Stale => language.of(
            "until every node has taken it over, a read can be stale",
            "jusqu'à ce que chaque nœud ait basculé, une lecture peut être périmée",
        ),
    };
    Some(Cost { kind, text, count: None })
}

fn kind_of(verdict: Verdict) -> Option<CostKind> {
    match verdict {
        Verdict::Lost | Verdict::Diverged => Some(CostKind::Lost),
        Verdict::Stale | Verdict::StaleOnFailure => Some(CostKind::Stale),
        Verdict::Safe | Verdict::Stuck | Verdict::Refused => None,
    }
}
