//! Drawn tables and requests, against the naive twin: whatever the table, the same entry is found.

mod twin;

use cutover_paths::{Request, Table, Unit as Hashed, Verdict};
use proptest::prelude::*;
use twin::{Asked, End, Spec, Unit, candidates};

const SEGMENTS: [&str; 4] = ["a", "b", "ab", "é"];

fn spec() -> impl Strategy<Value = Spec> {
    let segment = prop_oneof![3 => prop::sample::select(&SEGMENTS[..]).prop_map(Some), 2 => Just(None)];
    let methods = prop::sample::subsequence(vec!["GET", "POST", "PUT"], 1..3);
    let values = prop::sample::subsequence(vec!["1", "2"], 0..3);
    (
        prop::collection::vec(segment, 0..5),
        prop::sample::select(&[End::Only, End::Below, End::Onwards][..]),
        prop::option::weighted(0.3, methods),
        prop::option::weighted(0.3, values),
        prop::option::weighted(0.3, prop::sample::select(&[Unit::Attribute, Unit::Header][..])),
    )
        .prop_map(|(segments, end, methods, header, unit)| Spec { segments, end, methods, header, unit })
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "é", "z", "A"]), 0..7),
        prop::sample::select(vec!["GET", "POST", "PUT", "PURGE"]),
        prop::option::of(prop::sample::select(vec!["1", "2", "3"])),
    )
        .prop_map(|(segments, method, header)| Asked { segments, method, header })
}

/// The table of those entries that are reached.
fn build(specs: &mut Vec<Spec>) -> Table {
    loop {
        let entries = specs.iter().enumerate().map(|(index, spec)| spec.entry(index.to_string())).collect();
        match Table::new("t", entries) {
            Ok(table) => return table,
            Err(problems) => {
                let unreached: Vec<_> = problems.iter().map(|problem| problem.entry).collect();
                let mut index = 0..;
                specs.retain(|_| !unreached.contains(&index.next().unwrap()));
            }
        }
    }
}

/// A way to write a path: each byte plain or encoded, slashes doubled, and what does not count.
fn spelled(segments: &[&str], spelling: u64) -> String {
    let mut bits = (0..).map(|at| spelling >> (at % 64) & 1 == 1);
    let mut bit = || bits.next().unwrap();
    let mut path = String::new();
    for segment in segments {
        path += if bit() && bit() { "//" } else { "/" };
        for letter in segment.chars() {
            if bit() {
                let mut bytes = [0; 4];
                letter.encode_utf8(&mut bytes).bytes().for_each(|byte| path += &format!("%{byte:02x}"));
            } else {
                path.push(letter);
            }
        }
        path += if bit() && bit() { ";v=1" } else { "" };
    }
    path + if bit() || segments.is_empty() { "/" } else { "" } + if bit() { "?q=/a" } else { "" }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_table_finds_what_the_twin_finds(
        specs in prop::collection::vec(spec(), 1..24),
        requests in prop::collection::vec((asked(), any::<u64>(), prop::option::of(0_i64..40)), 30),
    ) {
        let mut specs = specs;
        let table = build(&mut specs);
        for (asked, spelling, unit) in requests {
            let path = spelled(&asked.segments, spelling);
            let headers: Vec<_> = asked.header.iter().map(|value| ("H", *value)).collect();
            let attributes: Vec<_> = unit.iter().map(|unit| ("unit", Hashed::Int(*unit))).collect();
            let request = Request::new(asked.method, &path).unwrap().headers(&headers).attributes(&attributes);
            let is_inside = |unit: Hashed<'_>| {
                use cutover_decider::bucket::{Salt, inside};
                inside(Salt::new("t").hash(unit), 500_000)
            };
            let takes = |index: &usize| match specs[*index].unit {
                None => true,
                Some(Unit::Attribute) => unit.is_some_and(|unit| is_inside(Hashed::Int(unit))),
                Some(Unit::Header) => asked.header.is_some_and(|value| is_inside(Hashed::Text(value.as_bytes()))),
            };
            let expected = candidates(&specs, &asked).into_iter().find(takes);
            let found = table.find(&request, 0);
            prop_assert_eq!(found.map(|found| found.index()), expected, "{} in {:#?}", path, specs);

            let explained = table.explain(&request);
            let taken: Vec<_> = explained.iter().filter(|one| one.verdict == Verdict::Taken).collect();
            prop_assert_eq!(taken.first().map(|one| one.index), expected);
            prop_assert!(taken.len() <= 1 && explained.len() == specs.len());

            // Each parameter holds its segment.
            for (name, value) in found.iter().flat_map(|found| found.params()) {
                let index: Option<usize> = name.strip_prefix('p').and_then(|index| index.parse().ok());
                if let Some(index) = index {
                    let value = value.strip_suffix(";v=1").unwrap_or(&value);
                    prop_assert_eq!(value, asked.segments[index]);
                }
            }
        }
    }
}
