//! Verdicts, counters and what they come to.

use cutover_compare::{Arm, Divergence, Latency, Profile, Side, Verdict, judge};

const FAILED: Side<'static> = Side::Error { class: "NotFound", message: "no 7" };
const FAILED_OTHERWISE: Side<'static> = Side::Error { class: "NotFound", message: "no 8" };
const NOT_SAMPLED: Side<'static> = Side::NotRun("not sampled");

fn verdict(control: Side<'_>, candidate: Side<'_>) -> Verdict {
    judge(&Profile::default(), control, candidate)
}

#[test]
fn each_pair_of_sides_has_its_verdict() {
    let (one, other, broken) = (Side::Value(b"1"), Side::Value(b"2"), Side::Value(b"?"));
    let sides = [one, other, broken, FAILED, FAILED_OTHERWISE, Side::TimedOut, NOT_SAMPLED];
    let table = [
        "match mismatch error candidate_error candidate_error timed_out skipped",
        "mismatch match error candidate_error candidate_error timed_out skipped",
        "error error error candidate_error candidate_error timed_out skipped",
        "control_error control_error control_error both_error both_error timed_out skipped",
        "control_error control_error control_error both_error both_error timed_out skipped",
        "timed_out timed_out timed_out timed_out timed_out timed_out skipped",
        "skipped skipped skipped skipped skipped skipped skipped",
    ];
    for (control, row) in sides.iter().zip(table) {
        for (candidate, expected) in sides.iter().zip(row.split(' ')) {
            assert_eq!(verdict(*control, *candidate).name(), expected, "{control:?} {candidate:?}");
        }
    }
    assert!(verdict(FAILED, FAILED).is_agreement() && !verdict(FAILED, FAILED_OTHERWISE).is_agreement());
}

fn counted() -> Divergence {
    let mut divergence = Divergence::default();
    let mut record = |operation: &str, times: u32, control, candidate| {
        for time in 0..times {
            let latency = Latency { control_us: Some(1000 + u64::from(time)), candidate_us: Some(500) };
            divergence.record(operation, Arm::Candidate, &verdict(control, candidate), latency);
        }
    };
    let (one, other) =
        (Side::Value(br#"{"p":[{"x":1},{"x":2}]}"#), Side::Value(br#"{"p":[{"x":0},{"x":0}]}"#));
    record("get", 90, one, one);
    record("get", 5, one, other);
    record("list", 1, one, FAILED);
    record("list", 1, FAILED, FAILED);
    record("list", 1, FAILED, FAILED_OTHERWISE);
    record("list", 1, FAILED, one);
    record("list", 1, one, Side::TimedOut);
    record("list", 1, Side::Value(b"["), one);
    record("list", 7, one, NOT_SAMPLED);
    divergence
}

#[test]
fn every_verdict_is_in_the_denominator_and_none_makes_it_look_better() {
    let report = counted().report(10);
    assert_eq!((report.recorded, report.judged, report.compared), (108, 101, 95));
    assert_eq!((report.divergence.count, report.divergence.of), (10, 101));
    let kinds: u64 = report.by_kind.values().map(|rate| rate.count).sum();
    assert_eq!(kinds, report.divergence.count);
    assert_eq!(report.counts.both_error_same, 1);
    let names = |operations: &[cutover_compare::OperationReport]| {
        operations.iter().map(|operation| operation.operation.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&report.top_by_count), ["get", "list"]);
    assert_eq!(names(&report.top_by_rate), ["list", "get"]);
    // Two elements of one comparison are one field, once.
    assert_eq!((report.top_fields[0].field.as_str(), report.top_fields[0].count), ("p[*].x", 5));
    assert_eq!(report.latency.candidate.p99_us, Some(511));
    assert_eq!(counted().report(1).top_by_count.len(), 1);
}

#[test]
fn no_data_is_not_nought() {
    let mut divergence = Divergence::default();
    let report = divergence.report(10);
    assert_eq!((report.divergence.rate, report.noise.divergence.rate), (None, None));
    assert_eq!(report.latency.control.p95_us, None);
    let one = Side::Value(b"1");
    divergence.record("get", Arm::Candidate, &verdict(one, NOT_SAMPLED), Latency::default());
    assert_eq!(divergence.report(10).divergence.rate, None);
    divergence.record("get", Arm::Candidate, &verdict(one, one), Latency::default());
    assert_eq!(divergence.report(10).divergence.rate, Some(0.0));
    // Noise is counted for itself.
    divergence.record("get", Arm::Noise, &verdict(one, Side::Value(b"2")), Latency::default());
    let report = divergence.report(10);
    assert_eq!((report.divergence.rate, report.noise.divergence.rate), (Some(0.0), Some(1.0)));
}

#[test]
fn merging_is_the_same_as_counting_together() {
    let (one, mut both) = (counted(), counted());
    both.merge(&one);
    let report = both.report(10);
    assert_eq!((report.recorded, report.divergence.count, report.top_fields[0].count), (216, 20, 10));
    let mut other = Divergence::default();
    other.record("other", Arm::Noise, &verdict(FAILED, FAILED), Latency::default());
    let (mut there, mut back) = (one.clone(), other.clone());
    there.merge(&other);
    back.merge(&one);
    assert_eq!(there, back);
}

#[test]
fn memory_is_bounded() {
    let mut divergence = Divergence::default();
    for operation in 0..1000 {
        let document = format!("{{\"k{operation}\":1}}");
        let verdict = verdict(Side::Value(document.as_bytes()), Side::Value(b"{}"));
        divergence.record("one", Arm::Candidate, &verdict, Latency::default());
        divergence.record(&format!("get {operation}"), Arm::Candidate, &verdict, Latency::default());
    }
    let report = divergence.report(usize::MAX);
    assert_eq!(report.recorded, 2000);
    assert_eq!(report.top_by_count.len(), 257);
    let other = report.top_by_count.iter().find(|operation| operation.operation == "(other)").unwrap();
    assert_eq!(other.counts.mismatch, 1000 - 255);
    let field = report.top_fields.iter().find(|field| field.operation == "one" && field.field == "(other)");
    assert_eq!(field.unwrap().count, 1000 - 256);
}

#[test]
fn a_report_reads_well() {
    let text = counted().report(3).to_string();
    let expected = "\
verdicts     108 recorded, 101 judged, 95 compared
divergence   9.901 % (10 of 101)
  both_error_different: 0.990 % (1 of 101)
  candidate_error: 0.990 % (1 of 101)
  control_error: 0.990 % (1 of 101)
  error: 0.990 % (1 of 101)
  mismatch: 4.950 % (5 of 101)
  timed_out: 0.990 % (1 of 101)
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("noise        no data\n"));
    assert!(text.ends_with("fields\n  get: p[*].x, 5 times\n"), "{text}");
}

#[cfg(feature = "serde")]
#[test]
fn verdicts_and_reports_are_data() {
    let json = |value: &Verdict| serde_json::to_value(value).unwrap();
    use serde_json::json;
    let one = Side::Value(b"1");
    assert_eq!(json(&verdict(one, one)), json!({"verdict": "match"}));
    assert_eq!(
        json(&verdict(one, Side::Value(b"true"))),
        json!({"verdict": "mismatch", "count": 1, "differences": [
            {"path": "$", "kind": "type", "control": "1", "candidate": "true"}
        ]})
    );
    assert_eq!(
        json(&verdict(one, FAILED)),
        json!({"verdict": "candidate_error", "class": "NotFound", "message": "no 7"})
    );
    assert_eq!(json(&verdict(FAILED, FAILED))["same"], true);
    assert_eq!(json(&verdict(one, Side::TimedOut)), json!({"verdict": "timed_out", "late": "candidate"}));
    assert_eq!(json(&verdict(one, NOT_SAMPLED)), json!({"verdict": "skipped", "reason": "not sampled"}));
    assert_eq!(
        json(&verdict(one, Side::Value(b""))),
        json!({"verdict": "error", "error": "the candidate cannot be read: expected a value at byte 0"})
    );
    let report = serde_json::to_value(Divergence::default().report(3)).unwrap();
    assert_eq!(report["divergence"], json!({"count": 0, "of": 0, "rate": null}));
    assert_eq!(report["counts"]["match"], 0);
    let counted = counted();
    let sent = serde_json::to_string(&counted).unwrap();
    assert_eq!(serde_json::from_str::<Divergence>(&sent).unwrap(), counted);
}
