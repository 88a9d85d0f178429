//! Entries that no request reaches, checked against every request of a small universe.
//!
//! The universe has a segment, a method and a value of a header that no entry names, and paths that are longer than
//! any entry's: an entry that is reached at all is reached in it.

mod twin;

use cutover_paths::{Problem, Request, Table};
use std::collections::BTreeSet;
use twin::{Asked, End, Spec, Unit, candidates};

fn universe() -> Vec<Asked> {
    let mut paths = vec![vec![]];
    for length in 0..3 {
        let longer: Vec<_> = paths.iter().filter(|path: &&Vec<_>| path.len() == length).cloned().collect();
        for path in longer {
            paths.extend(["a", "z"].map(|segment| [path.as_slice(), &[segment]].concat()));
        }
    }
    let mut all = Vec::new();
    for segments in paths {
        for method in ["GET", "POST", "PURGE"] {
            for header in [None, Some("1"), Some("2"), Some("3")] {
                all.push(Asked { segments: segments.clone(), method, header });
            }
        }
    }
    all
}

fn specs() -> Vec<Spec> {
    let mut all = Vec::new();
    let paths: [&[Option<&str>]; 7] =
        [&[], &[Some("a")], &[None], &[Some("a"); 2], &[Some("a"), None], &[None, Some("a")], &[None, None]];
    for segments in paths {
        for end in [End::Only, End::Below, End::Onwards] {
            for methods in [None, Some(vec!["GET"]), Some(vec!["POST"]), Some(vec!["POST", "GET"])] {
                for header in [None, Some(vec![]), Some(vec!["1"]), Some(vec!["2"]), Some(vec!["1", "2"])] {
                    for unit in [None, Some(Unit::Attribute), Some(Unit::Header)] {
                        let (segments, methods, header) =
                            (segments.to_vec(), methods.clone(), header.clone());
                        all.push(Spec { segments, end, methods, header, unit });
                    }
                }
            }
        }
    }
    all
}

/// The entries that some request reaches: all that are tried before let some units go on.
fn reached(specs: &[Spec], universe: &[Asked]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    for asked in universe {
        for index in candidates(specs, asked) {
            reached.insert(index);
            if specs[index].unit.is_none() {
                break;
            }
        }
    }
    reached
}

fn build(specs: &[Spec]) -> Result<Table, Vec<Problem>> {
    let entries = specs.iter().enumerate().map(|(index, spec)| spec.entry(index.to_string())).collect();
    Table::new("t", entries)
}

fn check(specs: &[Spec], universe: &[Asked]) -> bool {
    let reached = reached(specs, universe);
    let unreached: BTreeSet<usize> = (0..specs.len()).filter(|index| !reached.contains(index)).collect();
    match build(specs) {
        Ok(_) => assert!(unreached.is_empty(), "{unreached:?} is not reached in {specs:#?}"),
        Err(problems) => {
            let told: BTreeSet<usize> = problems.iter().map(|problem| problem.entry).collect();
            assert_eq!(told, unreached, "{problems:#?} in {specs:#?}");
            for problem in &problems {
                check_blockers(specs, problem, universe);
            }
        }
    }
    unreached.is_empty()
}

/// The entries that a problem names do it alone.
fn check_blockers(specs: &[Spec], problem: &Problem, universe: &[Asked]) {
    let mut some = problem.others.clone();
    some.push(problem.entry);
    some.sort_unstable();
    let own = some.iter().position(|index| *index == problem.entry).unwrap();
    let some: Vec<Spec> = some.iter().map(|index| specs[*index].clone()).collect();
    assert!(!reached(&some, universe).contains(&own), "{problem:#?} in {specs:#?}");
}

/// Numbers that look random and are always the same.
fn draws(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

#[test]
fn every_pair_without_rollouts_is_refused_exactly_where_one_is_never_reached() {
    let (universe, all) = (universe(), specs());
    let plain: Vec<_> = all.into_iter().filter(|spec| spec.unit.is_none()).collect();
    let (mut sound, mut refused) = (0, 0);
    for one in plain.iter().step_by(11) {
        for other in &plain {
            match check(&[one.clone(), other.clone()], &universe) {
                true => sound += 1,
                false => refused += 1,
            }
        }
    }
    assert!(sound > 10_000 && refused > 100, "{sound} {refused}");
}

#[test]
fn drawn_tables_are_refused_exactly_where_an_entry_is_never_reached() {
    let (universe, all) = (universe(), specs());
    // Those of few conditions meet more often.
    let is_simple = |spec: &&Spec| spec.methods.is_none() && spec.header.as_ref().is_none_or(Vec::is_empty);
    let simple: Vec<_> = all.iter().filter(is_simple).cloned().collect();
    let mut draw = draws(1);
    let (mut sound, mut refused, mut together, mut ambiguous) = (0, 0, 0, 0);
    for _ in 0..4_000 {
        let size = 2 + draw(8);
        let pool = if draw(2) == 0 { &all } else { &simple };
        let specs: Vec<Spec> = (0..size).map(|_| pool[draw(pool.len())].clone()).collect();
        match check(&specs, &universe) {
            true => sound += 1,
            false => refused += 1,
        }
        for problem in build(&specs).err().into_iter().flatten() {
            together += usize::from(problem.others.len() > 1);
            ambiguous += usize::from(problem.code == "ambiguous_entry");
        }
    }
    assert!(sound > 500 && refused > 200 && together > 0, "{sound} {refused} {together} {ambiguous}");
}

#[test]
fn tables_of_one_path_are_refused_where_several_take_all_together() {
    let (universe, all) = (universe(), specs());
    let here: Vec<_> = all.into_iter().filter(|spec| spec.segments == [Some("a")]).collect();
    let mut draw = draws(2);
    let mut together = 0;
    for _ in 0..4_000 {
        let size = 3 + draw(6);
        let specs: Vec<Spec> = (0..size).map(|_| here[draw(here.len())].clone()).collect();
        check(&specs, &universe);
        let problems = build(&specs).err().unwrap_or_default();
        together += problems.iter().filter(|problem| problem.others.len() > 1).count();
    }
    assert!(together > 200, "{together}");
}

#[test]
fn what_is_accepted_finds_what_the_twin_finds() {
    let (universe, all) = (universe(), specs());
    let plain: Vec<_> = all.into_iter().filter(|spec| spec.unit.is_none()).collect();
    let mut draw = draws(3);
    let mut accepted = 0;
    for _ in 0..1_000 {
        let size = 1 + draw(5);
        let specs: Vec<Spec> = (0..size).map(|_| plain[draw(plain.len())].clone()).collect();
        let Ok(table) = build(&specs) else { continue };
        accepted += 1;
        for asked in &universe {
            let path = format!("/{}", asked.segments.join("/"));
            let headers: Vec<_> = asked.header.iter().map(|value| ("H", *value)).collect();
            let request = Request::new(asked.method, &path).unwrap().headers(&headers);
            let found = table.find(&request, 0).map(|found| found.index());
            assert_eq!(found, candidates(&specs, asked).first().copied(), "{asked:?} in {specs:#?}");
        }
    }
    assert!(accepted > 150, "{accepted}");
}
