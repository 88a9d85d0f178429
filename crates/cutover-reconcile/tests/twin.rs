//! A twin that keeps everything in maps finds the same corrections, however the sides are divided and sorted.

use cutover_reconcile::{
    Cell, Correction, Counters, Error, Kind, Moment, Part, Policy, Record, Row, Spec, Times, merge, partition,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A value of which the twin knows what it is equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Missing,
    Null,
    Bool(bool),
    /// Quarters, so that floats and decimals hold them exactly.
    Quarters(i64),
    Text(i64),
    Instant(i64),
}

impl Value {
    /// The value's cell in one of the ways that there are for it.
    fn cell<'a>(self, way: u8, held: &'a mut String) -> Cell<'a> {
        match self {
            Self::Missing => Cell::Missing,
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(value),
            Self::Quarters(quarters) if quarters % 4 == 0 && way == 0 => Cell::Int(quarters / 4),
            Self::Quarters(quarters) => match way % 4 {
                0 => Cell::Float32(quarters as f32 / 4.0),
                1 => Cell::Float(quarters as f64 / 4.0),
                2 => Cell::Scaled { units: i128::from(quarters) * 250, scale: 3 },
                _ => {
                    *held = format!("{}e-2", quarters * 25);
                    Cell::Decimal(held)
                }
            },
            Self::Text(number) => {
                *held = number.to_string();
                Cell::Text(held)
            }
            Self::Instant(seconds) if way == 0 => Cell::Instant(Moment::new(seconds, 1)),
            Self::Instant(seconds) => Cell::Instant(Moment::new(seconds * 1_000_000, 1_000_000)),
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Missing),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-6_i64..6).prop_map(Value::Quarters),
        (-2_i64..2).prop_map(Value::Text),
        (-1_i64..2).prop_map(Value::Instant),
    ]
}

type Owned = (Value, u8, [Value; 2]);

fn side() -> impl Strategy<Value = Vec<Owned>> {
    prop::collection::vec((value(), any::<u8>(), [value(), value()]), 0..24)
}

fn spec(missing: Policy, extra: Policy) -> Spec {
    Spec { missing, extra, ..Spec::new(("id", "id"), [("a", "x"), ("b", "y")]) }
}

/// The records of a side, each with the hash of its key.
fn written(spec: &Spec, side: &[Owned]) -> Vec<(u64, Vec<u8>)> {
    let (mut row, mut held) = (Row::new(spec), String::new());
    let mut records = Vec::new();
    for (key, way, fields) in side {
        row.key(&key.cell(*way, &mut held)).unwrap();
        for (place, field) in fields.iter().enumerate() {
            row.field(&field.cell(way >> (2 + place), &mut held)).unwrap();
        }
        records.push((row.hash(), row.take().to_vec()));
    }
    records
}

/// A correction as text, with what is said in JSON.
fn line(spec: &Spec, correction: &Correction<'_>) -> String {
    let (found, owed) = (correction.found.json(spec), correction.owed.json(spec));
    format!("{} {} {:?} {found:?} {owed:?}", correction.key_json(), correction.kind.name(), correction.field)
}

fn reconcile(spec: &Spec, owner: &[Owned], owing: &[Owned], parts: u32) -> (Vec<String>, Counters) {
    let (owner, owing) = (written(spec, owner), written(spec, owing));
    let (mut counters, mut lines) = (Counters::new(spec), Vec::new());
    let of = |side: &[(u64, Vec<u8>)], part| -> Vec<u8> {
        side.iter()
            .filter(|(hash, _)| partition(*hash, parts) == part)
            .flat_map(|(_, row)| row.clone())
            .collect()
    };
    for part in 0..parts {
        let (one, other) = (of(&owner, part), of(&owing, part));
        let (one, other) = (Part::new(spec, &one).unwrap(), Part::new(spec, &other).unwrap());
        merge(spec, one.records(), other.records(), &mut counters, |correction| {
            lines.push(line(spec, correction))
        })
        .unwrap();
    }
    (lines, counters)
}

/// What is said of a value, in JSON; moments are from the first seconds around the epoch.
fn json(value: Value) -> Option<String> {
    Some(match value {
        Value::Missing => return None,
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Quarters(quarters) => (quarters as f64 / 4.0).to_string(),
        Value::Text(number) => format!("\"{number}\""),
        Value::Instant(-1) => "\"1969-12-31T23:59:59Z\"".into(),
        Value::Instant(seconds) => format!("\"1970-01-01T00:00:0{seconds}Z\""),
    })
}

fn twin(spec: &Spec, owner: &[Owned], owing: &[Owned]) -> (Vec<String>, u64) {
    let gather = |side: &[Owned]| {
        let mut map: BTreeMap<Value, Vec<[Value; 2]>> = BTreeMap::new();
        side.iter().for_each(|(key, _, fields)| map.entry(*key).or_default().push(*fields));
        map
    };
    let (owner, owing) = (gather(owner), gather(owing));
    let object = |[a, b]: [Value; 2]| {
        let members = [("x", json(a)), ("y", json(b))];
        let members = members.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    let (mut lines, mut equal) = (Vec::new(), 0);
    let keys: std::collections::BTreeSet<&Value> = owner.keys().chain(owing.keys()).collect();
    for key in keys {
        let name = json(*key).unwrap_or("null".into());
        let (one, other) =
            (owner.get(key).map_or(&[][..], Vec::as_slice), owing.get(key).map_or(&[][..], Vec::as_slice));
        let rows = (Some(other.len().to_string()), Some(one.len().to_string()));
        let nothing: Option<String> = None;
        match (one, other) {
            _ if matches!(key, Value::Missing | Value::Null) => {
                lines.push(format!("{name} no_key None {:?} {:?}", rows.0, rows.1));
            }
            ([one], []) if spec.missing == Policy::Owe => {
                lines.push(format!("{name} create None {nothing:?} {:?}", Some(object(*one))));
            }
            ([], [other]) if spec.extra == Policy::Owe => {
                lines.push(format!("{name} delete None {:?} {nothing:?}", Some(object(*other))));
            }
            ([_], []) | ([], [_]) => {}
            ([one], [other]) => {
                equal += u64::from(one == other);
                for field in (0..2).filter(|field| one[*field] != other[*field]) {
                    let (found, owed) = (json(other[field]), json(one[field]));
                    lines.push(format!("{name} update Some({field}) {found:?} {owed:?}"));
                }
            }
            _ => lines.push(format!("{name} duplicate_key None {:?} {:?}", rows.0, rows.1)),
        }
    }
    lines.sort();
    (lines, equal)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_twin_finds_the_same(owner in side(), owing in side(), creates: bool, deletes: bool, parts in 1_u32..9) {
        let policy = |owe| if owe { Policy::Owe } else { Policy::Ignore };
        let spec = spec(policy(creates), policy(deletes));
        let (lines, counters) = reconcile(&spec, &owner, &owing, parts);
        prop_assert_eq!(&reconcile(&spec, &owner, &owing, 1), &(lines.clone(), counters.clone()));
        let mut sorted = lines;
        sorted.sort();
        let (twins, equal) = twin(&spec, &owner, &owing);
        prop_assert_eq!(sorted, twins);
        prop_assert_eq!((counters.owner, counters.owing), (owner.len() as u64, owing.len() as u64));
        prop_assert_eq!(counters.equal, equal);
        prop_assert_eq!(counters.of(Kind::Update), counters.fields.iter().sum::<u64>());
    }

    #[test]
    fn what_is_broken_is_said_or_read(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let spec = spec(Policy::Owe, Policy::Owe);
        if let Ok(part) = Part::new(&spec, &bytes) {
            let mut counters = Counters::new(&spec);
            merge(&spec, part.records(), std::iter::empty(), &mut counters, |correction| {
                line(&spec, correction);
            }).unwrap();
        }
    }
}

fn canonical(cell: Cell<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    cell.write(&spec(Policy::Owe, Policy::Owe), &mut Vec::new(), &mut out).unwrap();
    out
}

#[test]
fn equal_is_what_is_the_same_value() {
    let moment = Moment::new(0, 1);
    for (same, one, other) in [
        (true, Cell::Int(1), Cell::Float(1.0)),
        (true, Cell::Int(0), Cell::Float(-0.0)),
        (true, Cell::Float(0.1), Cell::Decimal("0.10")),
        (true, Cell::Float32(0.1), Cell::Float(0.1)),
        (true, Cell::Int(i64::MIN), Cell::Decimal("-9223372036854775808.0")),
        // A float is its shortest decimal, which is what is written of it elsewhere.
        (true, Cell::Float(9_223_372_036_854_775_808.0), Cell::Decimal("9223372036854776000")),
        (true, Cell::Float(-9_007_199_254_740_991.0), Cell::Int(-9_007_199_254_740_991)),
        (true, Cell::Float32(33_554_432.0), Cell::Int(33_554_432)),
        (true, Cell::Float(1e30), Cell::Decimal("1e30")),
        (true, Cell::Scaled { units: 12, scale: -2 }, Cell::Int(1200)),
        (true, Cell::Decimal("1e400"), Cell::Decimal("10e399")),
        (true, Cell::Float(f64::NAN), Cell::Float32(-f32::NAN)),
        (false, Cell::Float(f64::INFINITY), Cell::Float(f64::NEG_INFINITY)),
        (false, Cell::Int(i64::MAX), Cell::Float(i64::MAX as f64)),
        (false, Cell::Int(1), Cell::Int(-1)),
        (false, Cell::Float(0.5), Cell::Float(-0.5)),
        (false, Cell::Int(1), Cell::Text("1")),
        (false, Cell::Int(1), Cell::Bool(true)),
        (false, Cell::Text("a"), Cell::Bytes(b"a")),
        (false, Cell::Null, Cell::Missing),
        (false, Cell::Text(""), Cell::Null),
        (false, Cell::Instant(moment), Cell::Local(moment)),
        (false, Cell::Day(0), Cell::Int(0)),
    ] {
        assert_eq!(canonical(one) == canonical(other), same, "{one:?} and {other:?}");
    }
}

#[test]
fn options_change_what_is_equal() {
    let mut spec = spec(Policy::Owe, Policy::Owe);
    spec.null_is_missing = true;
    spec.times = Times::Milliseconds;
    let canonical = |cell: Cell<'_>| {
        let mut out = Vec::new();
        cell.write(&spec, &mut Vec::new(), &mut out).unwrap();
        out
    };
    assert_eq!(canonical(Cell::Null), canonical(Cell::Missing));
    let instant = |count, per_second| canonical(Cell::Instant(Moment::new(count, per_second)));
    assert_eq!(instant(1999, 1_000_000), instant(1, 1000));
    assert_ne!(instant(2000, 1_000_000), instant(1, 1000));
}

#[test]
fn what_is_no_decimal_is_refused() {
    for text in ["", "-", ".5", "1.", "1e", "0x1", "1_0", " 1", "NaN", "1e99999999999999"] {
        let written =
            Cell::Decimal(text).write(&spec(Policy::Owe, Policy::Owe), &mut Vec::new(), &mut Vec::new());
        assert_eq!(written, Err(Error::Decimal), "{text}");
    }
}

#[test]
fn cells_are_written_as_json() {
    let spec = Spec::new(("id", "id"), [("a", "x")]);
    let long = "é\"\\\n\u{1}".repeat(100);
    for (cell, json) in [
        (Cell::Decimal("123.4500"), "123.45".to_owned()),
        (Cell::Decimal("-0.00012"), "-0.00012".to_owned()),
        (Cell::Decimal("1.25e-9"), "1.25e-9".to_owned()),
        (Cell::Decimal("5e50"), "5e50".to_owned()),
        (Cell::Decimal("5e25"), format!("5{}", "0".repeat(25))),
        (Cell::Float(f64::NAN), "\"NaN\"".to_owned()),
        (Cell::Bytes(&[0, 255]), "\"00ff\"".to_owned()),
        (Cell::Day(20_514), "\"2026-03-02\"".to_owned()),
        (Cell::Local(Moment::new(1, 1000)), "\"1970-01-01T00:00:00.001\"".to_owned()),
        (Cell::Text(&long), format!("\"{}\"", "é\\\"\\\\\\n\\u0001".repeat(100))),
    ] {
        let mut row = Row::new(&spec);
        row.key(&cell).unwrap();
        row.field(&cell).unwrap();
        let (record, rest) = Record::split(row.take(), 1).unwrap();
        assert!(rest.is_empty());
        let mut lines = Vec::new();
        let mut counters = Counters::new(&spec);
        merge(&spec, [Ok(record)].into_iter(), std::iter::empty(), &mut counters, |correction| {
            lines.push((correction.key_json(), correction.owed.json(&spec).unwrap()));
        })
        .unwrap();
        assert_eq!(lines, [(json.clone(), format!("{{\"x\":{json}}}"))]);
    }
}

#[test]
fn sides_in_the_order_of_their_keys_are_merged_as_they_come() {
    let spec = Spec::new(("id", "id"), []);
    let rows = |ids: &[i64]| -> Vec<Vec<u8>> {
        let mut row = Row::new(&spec);
        let write = |id: &i64| {
            row.key(&Cell::Int(*id)).unwrap();
            row.take().to_vec()
        };
        ids.iter().map(write).collect()
    };
    let read = |rows: &'static [Vec<u8>]| rows.iter().map(|row| Ok(Record::split_sorted(row, 0)?.0));
    let go = |owner: &[i64], owing: &[i64]| {
        let (owner, owing): (&'static _, &'static _) = (rows(owner).leak(), rows(owing).leak());
        let (mut counters, mut keys) = (Counters::new(&spec), Vec::new());
        let push = |correction: &Correction<'_>| keys.push(correction.key_int().unwrap());
        merge(&spec, read(owner), read(owing), &mut counters, push).map(|()| (keys, counters.compared))
    };
    assert_eq!(go(&[-3, 1, 2, 300], &[-3, 2]), Ok((vec![1, 300], 2)));
    assert_eq!(go(&[2, 1], &[]), Err(Error::OutOfOrder));
    assert_eq!(go(&[], &[1, 3, 2]), Err(Error::OutOfOrder));
}

#[test]
fn keys_of_different_types_cannot_meet() {
    let spec = Spec::new(("id", "id"), []);
    let kinds = |cells: &[Cell<'_>]| {
        let mut row = Row::new(&spec);
        cells.iter().for_each(|cell| row.key(cell).unwrap());
        row.kinds()
    };
    let (numbers, texts) = (kinds(&[Cell::Int(1), Cell::Null]), kinds(&[Cell::Text("1"), Cell::Missing]));
    assert!(!numbers.can_meet(texts) && numbers.can_meet(kinds(&[Cell::Float(0.5)])));
    assert!(numbers.can_meet(kinds(&[Cell::Null])) && texts.can_meet(kinds(&[])));
    assert_eq!((numbers.names(), texts.names()), (vec!["numbers"], vec!["texts"]));
}
